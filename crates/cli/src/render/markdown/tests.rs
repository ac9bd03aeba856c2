use pulldown_cmark::{Event, Options, Parser, TagEnd};

use super::*;
use crate::testing::{HOSTILE, report_with};

const BY: [By; 2] = [By::Domain, By::Operator];

/// What a parser makes of it: all but text as the parser names it, and the texts; code counts as text.
fn parsed(markdown: &str) -> (Vec<String>, String) {
    let mut shape: Vec<String> = Vec::new();
    let mut texts = String::new();
    for event in Parser::new_ext(markdown, Options::all() - Options::ENABLE_SMART_PUNCTUATION) {
        match event {
            Event::Text(text) | Event::Code(text) => {
                texts.push_str(&text);
                if shape.last().is_none_or(|last| last != "text") {
                    shape.push("text".to_owned());
                }
            }
            Event::SoftBreak => texts.push('\n'),
            Event::End(TagEnd::Item | TagEnd::TableCell | TagEnd::Paragraph) => {
                texts.push('\n');
                shape.push("end".to_owned());
            }
            other => shape.push(format!("{other:?}")),
        }
    }
    (shape, texts)
}

#[test]
fn text_of_strangers_changes_no_markup() {
    let mut cases = 0;
    for by in BY {
        let (plain, _) = parsed(&render(&report_with("plain"), by));
        let forbidden = [
            "Html",
            "Link",
            "Image",
            "CodeBlock",
            "Footnote",
            "TaskList",
            "Math",
            "Rule",
        ];
        for shape in &plain {
            assert!(!forbidden.iter().any(|it| shape.contains(it)), "{shape}");
        }
        for hostile in HOSTILE {
            let markdown = render(&report_with(hostile), by);
            let (shape, texts) = parsed(&markdown);
            assert_eq!(shape, plain, "{hostile:?}\n{markdown}");
            // What is shown is what was written, its controls made visible.
            let shown = crate::term::escape::line(hostile).into_owned();
            let texts = texts.replace('\u{200b}', "");
            assert!(texts.contains(shown.trim()), "{hostile:?}\n{texts}");
            cases += 1;
        }
    }
    assert_eq!(cases, 80);
}

#[test]
fn nothing_is_left_that_becomes_a_link_or_a_mention_later() {
    for hostile in HOSTILE {
        let markdown = render(&report_with(hostile), By::Domain);
        let mut parts = Parser::new_ext(&markdown, Options::ENABLE_TABLES);
        assert!(!parts.any(|event| match event {
            Event::Text(text) => {
                let mut chars = text.chars().peekable();
                let mut found = false;
                while let Some(char) = chars.next() {
                    let next = chars.peek().is_some_and(|next| next.is_alphanumeric());
                    found |= matches!(char, '@' | '#') && next;
                }
                found
            }
            _ => false,
        }));
        // Autolinks are found in the source, outside of code.
        let outside: String = markdown.split('`').step_by(2).collect();
        let outside = outside.replace("\\://", "");
        if !hostile.contains('`') {
            assert!(
                !outside.contains("://") && !outside.contains("www."),
                "{outside}"
            );
        }
        let safe = |char: char| char == '\n' || !char.is_control() && char != '\u{202e}';
        assert!(markdown.chars().all(safe));
    }
}

#[test]
fn markdown_says_what_the_text_says() {
    let report = report_with("plain.example");
    for by in BY {
        let (_, markdown) = parsed(&render(&report, by));
        let style = crate::term::style::Style::choose(
            crate::term::style::When::Never,
            &crate::testing::environment(),
            true,
        );
        let text = crate::render::text::render(&report, by, style, 1000);
        let mut compared = 0;
        for line in text.lines().map(str::trim) {
            let is_prose = line.ends_with('.')
                || line.starts_with("MX ")
                || line.starts_with("to do: ")
                || line.contains("; certain")
                || line.contains("; likely");
            if is_prose {
                assert!(markdown.contains(line), "{line}\n{markdown}");
                compared += 1;
            }
        }
        assert!(compared >= 3, "{compared}");
    }
}
