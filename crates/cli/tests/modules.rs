//! The modules of the command form no circle.
//!
//! In every folder the modules beside each other are drawn as a graph: an arrow leads from one to another when a file
//! in the first, or below it, names an item of the second, or below it. A module and the modules inside it may name
//! each other. Names that a module re-exports count as names of the module that defines them.
#![allow(clippy::unwrap_used, reason = "tests may fail")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// A module by its names from the crate's root: `["render", "html"]`.
type Module = Vec<String>;

/// The code of a file without comments, literals and tests.
fn code_of(text: &str) -> String {
    let text = text
        .split("\n#[cfg(test)]\nmod tests {")
        .next()
        .unwrap_or_default();
    let lines = text.lines().map(|line| {
        let line = line.trim_start();
        if line.starts_with("//") { "" } else { line }
    });
    let mut code = String::new();
    let mut in_text = false;
    for line in lines {
        let mut before = ' ';
        for letter in line.chars() {
            if letter == '"' && before != '\\' && before != '\'' {
                in_text = !in_text;
            } else if !in_text {
                code.push(letter);
            }
            before = letter;
        }
        code.push('\n');
    }
    code
}

/// The files of a crate by their modules. Tests and what only they use are left out.
fn files(source: &Path) -> BTreeMap<Module, String> {
    fn add(folder: &Path, module: &[String], files: &mut BTreeMap<Module, String>) {
        let mut entries: Vec<PathBuf> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        entries.sort();
        for path in entries {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            if matches!(&*name, "tests" | "testing" | "main") {
                continue;
            }
            let inner: Module = module.iter().cloned().chain([name.clone()]).collect();
            if path.is_dir() {
                add(&path, &inner, files);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let inner = if matches!(&*name, "lib" | "mod") {
                    module.to_vec()
                } else {
                    inner
                };
                files.insert(inner, code_of(&fs::read_to_string(&path).unwrap()));
            }
        }
    }
    let mut all = BTreeMap::new();
    add(source, &[], &mut all);
    all
}

/// The paths that a `use` names: `a::{b, c as d}` is `a::b` and `a::c`, with the names that they get.
fn used(tree: &str, before: &[&str], paths: &mut Vec<(Vec<String>, String)>) {
    let tree = tree.trim();
    if let Some((start, inner)) = tree.split_once('{') {
        let mut names: Vec<&str> = before.to_vec();
        names.extend(
            start
                .split("::")
                .map(str::trim)
                .filter(|name| !name.is_empty()),
        );
        let inner = inner.rsplit_once('}').map_or(inner, |(inner, _)| inner);
        let (mut depth, mut from) = (0, 0);
        for (at, letter) in inner.char_indices() {
            match letter {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 0 => {
                    used(&inner[from..at], &names, paths);
                    from = at + 1;
                }
                _ => {}
            }
        }
        used(&inner[from..], &names, paths);
    } else if !tree.is_empty() {
        let (path, name) = tree.split_once(" as ").unwrap_or((tree, ""));
        let mut names: Vec<String> = before.iter().map(|name| (*name).to_owned()).collect();
        names.extend(path.split("::").map(|name| name.trim().to_owned()));
        if names.last().is_some_and(|name| name == "self") {
            names.pop();
        }
        let last = names.last().cloned().unwrap_or_default();
        let name = if name.is_empty() {
            last
        } else {
            name.trim().to_owned()
        };
        paths.push((names, name));
    }
}

/// What the statements `use` of a file name.
fn uses(code: &str) -> Vec<(Vec<String>, String)> {
    let mut paths = Vec::new();
    let mut rest = code;
    while let Some(at) = rest.find("use ") {
        let begins = rest[..at]
            .chars()
            .next_back()
            .is_none_or(char::is_whitespace);
        rest = &rest[at + 4..];
        if begins && let Some((tree, after)) = rest.split_once(';') {
            used(tree, &[], &mut paths);
            rest = after;
        }
    }
    paths
}

/// The paths that the code of a file names in passing: `crate::a::b(…)`, `super::c::D`.
fn named(code: &str) -> Vec<Vec<String>> {
    let is_path = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == ':';
    code.split(|letter| !is_path(letter))
        .filter(|path| path.contains("::"))
        .map(|path| path.split("::").map(str::to_owned).collect())
        .collect()
}

/// The modules of a crate, and who names whom.
struct Crate {
    files: BTreeMap<Module, String>,
    /// Where the names that a module takes from others are defined.
    imports: BTreeMap<Module, BTreeMap<String, Module>>,
}

impl Crate {
    fn read(source: &Path) -> Crate {
        let mut all = Crate {
            files: files(source),
            imports: BTreeMap::new(),
        };
        // Re-exports of re-exports are found in the second round.
        for _ in 0..3 {
            let modules = all.files.iter();
            let imports = modules.map(|(module, code)| {
                let names = uses(code).into_iter().filter_map(|(path, name)| {
                    let target = all.resolve(module, &path)?;
                    Some((name, target))
                });
                (module.clone(), names.collect())
            });
            all.imports = imports.collect();
        }
        all
    }

    /// The module that defines what a path in `module` names; `None` where that is in another crate or a local name.
    fn resolve(&self, module: &Module, path: &[String]) -> Option<Module> {
        let mut at = module.clone();
        let mut names = path.iter();
        let first = names.next()?;
        match first.as_str() {
            "crate" => at.clear(),
            "self" => {}
            "super" => {
                at.pop()?;
            }
            name => at = self.step(module, name)?,
        }
        for name in names {
            if name == "super" {
                at.pop()?;
            } else if let Some(next) = self.step(&at, name) {
                at = next;
            } else {
                break;
            }
        }
        Some(at)
    }

    /// The module that a name in a module is, or is defined in.
    fn step(&self, module: &Module, name: &str) -> Option<Module> {
        let inner: Module = module.iter().cloned().chain([name.to_owned()]).collect();
        if self.files.contains_key(&inner) {
            return Some(inner);
        }
        self.imports.get(module)?.get(name).cloned()
    }

    /// From each module to those that it names.
    fn arrows(&self) -> BTreeSet<(Module, Module)> {
        let mut arrows = BTreeSet::new();
        for (module, code) in &self.files {
            let used = uses(code).into_iter().map(|(path, _)| path);
            for path in used.chain(named(code)) {
                if let Some(target) = self.resolve(module, &path) {
                    arrows.insert((module.clone(), target));
                }
            }
        }
        arrows
    }
}

/// The arrows between the modules of one folder, each with the arrows between files that make it.
type Graph<'m> = BTreeMap<(&'m str, &'m str), Vec<String>>;

/// The circles among the modules of each folder, with the arrows that make them.
fn circles(arrows: &BTreeSet<(Module, Module)>) -> Vec<String> {
    let mut folders: BTreeMap<&[String], Graph<'_>> = BTreeMap::new();
    for (from, to) in arrows {
        let common = from.iter().zip(to).take_while(|(a, b)| a == b).count();
        if let (Some(a), Some(b)) = (from.get(common), to.get(common)) {
            let graph = folders.entry(&from[..common]).or_default();
            let why = graph.entry((a, b)).or_default();
            why.push(format!("{} → {}", from.join("::"), to.join("::")));
        }
    }
    let mut circles = Vec::new();
    for (folder, graph) in folders {
        let mut reaches: BTreeSet<(&str, &str)> = graph.keys().copied().collect();
        loop {
            let more: Vec<(&str, &str)> = reaches
                .iter()
                .flat_map(|&(a, b)| {
                    let next = graph.keys().filter(move |(from, _)| *from == b);
                    next.map(move |&(_, c)| (a, c))
                })
                .filter(|pair| !reaches.contains(pair))
                .collect();
            if more.is_empty() {
                break;
            }
            reaches.extend(more);
        }
        for (&(a, b), why) in &graph {
            if reaches.contains(&(b, a)) {
                circles.push(format!("in {}: {a} → {b}: {why:?}", folder.join("::")));
            }
        }
    }
    circles
}

#[test]
fn modules_form_no_circle() {
    let all = Crate::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    assert!(all.files.len() >= 80, "{} files", all.files.len());
    let arrows = all.arrows();
    assert!(arrows.len() >= 240, "{} arrows", arrows.len());
    let circles = circles(&arrows);
    assert!(circles.is_empty(), "{}", circles.join("\n"));
}

#[test]
fn a_circle_is_found() {
    let arrow = |from: &str, to: &str| {
        let module = |path: &str| path.split("::").map(str::to_owned).collect::<Module>();
        (module(from), module(to))
    };
    let chain = BTreeSet::from([arrow("a::x", "b"), arrow("b", "c::y"), arrow("a", "a::x")]);
    assert_eq!(circles(&chain), Vec::<String>::new());
    let mut circle = chain.clone();
    circle.insert(arrow("c", "a::z"));
    assert_eq!(circles(&circle).len(), 3);
    let mut inside = chain;
    inside.extend([arrow("a::x", "a::y"), arrow("a::y::k", "a::x")]);
    assert_eq!(circles(&inside).len(), 2);
}

#[test]
fn paths_are_read_from_code() {
    let code = code_of(
        "use a::{self, b::{C, D as E}};\n// use no;\nlet x = \"use no;\"; super::f::g();\n",
    );
    let paths: Vec<String> = uses(&code)
        .into_iter()
        .map(|(path, name)| format!("{} {name}", path.join("::")))
        .collect();
    assert_eq!(paths, ["a a", "a::b::C C", "a::b::D E"]);
    assert!(named(&code).contains(&vec!["super".to_owned(), "f".to_owned(), "g".to_owned()]));
}
