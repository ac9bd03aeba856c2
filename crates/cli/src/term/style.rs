//! Colour, where it is wanted. Everything is readable without.

use std::borrow::Cow;

use crate::environment::Environment;

/// When to use colour, or to show progress: auto when a person is likely to look on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum When {
    Auto,
    Always,
    Never,
}

/// What a colour or a weight is used for; the eight colours that every terminal has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    Blue,
    Cyan,
    Dim,
    Green,
    Magenta,
    Red,
    Strong,
    White,
    Yellow,
}

impl Tone {
    /// The parameter of "select graphic rendition" (ECMA-48).
    const fn code(self) -> &'static str {
        match self {
            Tone::Blue => "34",
            Tone::Cyan => "36",
            Tone::Dim => "2",
            Tone::Green => "32",
            Tone::Magenta => "35",
            Tone::Red => "31",
            Tone::Strong => "1",
            Tone::White => "37",
            Tone::Yellow => "33",
        }
    }
}

/// Whether a stream gets colour when no flag says so.
pub(crate) fn wanted(environment: &Environment, is_terminal: bool) -> bool {
    let auto = is_terminal && !environment.dumb;
    environment.color.unwrap_or(auto)
}

/// Whether to paint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Style {
    color: bool,
}

impl Style {
    /// Without colour.
    #[cfg(test)]
    pub(crate) const PLAIN: Style = Style { color: false };

    /// By the flag, the terminal and its habits. A file is no terminal.
    pub(crate) fn choose(when: When, environment: &Environment, to_file: bool) -> Style {
        let color = match when {
            When::Always => true,
            When::Never => false,
            When::Auto => !to_file && wanted(environment, environment.stdout_is_terminal),
        };
        Style { color }
    }

    /// Safe text in that tone.
    pub(crate) fn paint<'t>(self, tone: Tone, text: impl Into<Cow<'t, str>>) -> Cow<'t, str> {
        let text = text.into();
        if self.color && !text.is_empty() {
            Cow::Owned(format!("\x1b[{}m{text}\x1b[0m", tone.code()))
        } else {
            text
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terminal() -> Environment {
        Environment {
            stdout_is_terminal: true,
            ..crate::testing::environment()
        }
    }

    #[test]
    fn colour_is_for_terminals_unless_told() {
        let pipe = Environment {
            stdout_is_terminal: false,
            ..terminal()
        };
        let no_color = Environment {
            color: Some(false),
            ..terminal()
        };
        let forced = Environment {
            color: Some(true),
            ..pipe.clone()
        };
        let dumb = Environment {
            dumb: true,
            ..terminal()
        };
        let cases = [
            (When::Auto, &terminal(), false, true),
            (When::Auto, &terminal(), true, false),
            (When::Auto, &pipe, false, false),
            (When::Auto, &no_color, false, false),
            (When::Auto, &dumb, false, false),
            (When::Auto, &forced, false, true),
            (When::Auto, &forced, true, false),
            (When::Never, &forced, false, false),
            (When::Always, &no_color, true, true),
            (When::Never, &terminal(), false, false),
        ];
        for (when, environment, to_file, color) in cases {
            assert_eq!(
                Style::choose(when, environment, to_file),
                Style { color },
                "{when:?} {environment:?} {to_file}"
            );
        }
    }

    #[test]
    fn plain_text_stays_as_it_is() {
        assert_eq!(Style::PLAIN.paint(Tone::Red, "x"), "x");
        assert_eq!(
            Style { color: true }.paint(Tone::Red, "x"),
            "\x1b[31mx\x1b[0m"
        );
    }
}
