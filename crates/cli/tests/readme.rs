//! What the README shows is what the command prints.
#![allow(clippy::unwrap_used, reason = "tests may fail")]

use std::path::Path;
use std::process::Command;

#[test]
fn the_first_command_of_the_readme_prints_what_it_shows() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    let (_, block) = readme.split_once("```console\n").unwrap();
    let (block, _) = block.split_once("```").unwrap();
    let (command, shown) = block.split_once('\n').unwrap();
    let arguments = command.strip_prefix("$ cargo run --release -- ").unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_mailgap"))
        .args(arguments.split_whitespace())
        .env("NO_COLOR", "1")
        .env_remove("COLUMNS")
        .current_dir(&root)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(shown.lines().count() >= 3);
    assert!(
        printed.starts_with(shown),
        "README shows\n{shown}\nbut the command prints\n{}",
        &printed[..600]
    );
}
