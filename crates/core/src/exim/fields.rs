//! The fields between the address and the text: `R=dnslookup T=remote_smtp H=mx.example [192.0.2.1]:25*`.
//!
//! A value is bare, in `"..."` (with `\"` and `\\`, and perhaps cut off) or in `<...>`. What is not needed
//! is stepped over: new fields have come with nearly every version. Source: `deliver.c`, `receive.c` and the
//! "Log files" chapter of the specification.

use memchr::{memchr, memmem};

/// The host of an `H=` field: `name (helo) [ip]:port`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Host<'b> {
    /// Name, or what it called itself where there is no name.
    pub(super) name: &'b [u8],
    /// Address, without brackets.
    pub(super) ip: &'b [u8],
    /// Port, where logged.
    pub(super) port: Option<u16>,
    /// The whole, from the name to the `]`.
    pub(super) whole: &'b [u8],
}

/// The fields that matter.
#[derive(Debug, Clone, Default)]
pub(super) struct Fields<'b> {
    /// `H=`.
    pub(super) host: Option<Host<'b>>,
    /// `T=`: the transport; on an arrival the subject.
    pub(super) transport: &'b [u8],
    /// `F=<...>`: the envelope sender.
    pub(super) sender: Option<&'b [u8]>,
    /// `C="..."`: the reply to the end of the data, escapes kept.
    pub(super) confirmation: Option<&'b [u8]>,
    /// `DT=`: seconds of this delivery.
    pub(super) delivery_time_s: Option<f64>,
    /// `QT=`: seconds in the queue.
    pub(super) queue_time_s: Option<f64>,
    /// `id=`: the Message-ID.
    pub(super) message_id: Option<&'b [u8]>,
    /// `U=` or `F=` was there: a client's doing, where a host's failure could stand too.
    pub(super) of_client: bool,
}

/// What the scan does at what is no field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Strange {
    /// Steps over it: nothing but fields is expected.
    Skip,
    /// Ends before it: a text follows, after `: `, ` : ` or nothing at all.
    Stop,
}

impl<'b> Fields<'b> {
    /// Reads fields from `rest`, which begins with the space before the first one, and returns what is left.
    pub(super) fn scan(mut rest: &'b [u8], strange: Strange) -> (Fields<'b>, &'b [u8]) {
        let mut fields = Fields::default();
        while let Some(token) = rest.strip_prefix(b" ") {
            if strange == Strange::Stop && token.starts_with(b": ") {
                break;
            }
            let Some((key, value)) = split_key(token) else {
                let (word, after) = bare(token, strange);
                let stop = match strange {
                    Strange::Stop => !is_mark(word),
                    // The recipients of an arrival, and the sender of its header, end its fields.
                    Strange::Skip => matches!(word, b"for" | b"from"),
                };
                if stop {
                    break;
                }
                rest = after;
                continue;
            };
            rest = fields.take(key, value, strange);
        }
        (fields, rest)
    }

    /// Takes one value and returns what follows it.
    fn take(&mut self, key: &[u8], value: &'b [u8], strange: Strange) -> &'b [u8] {
        if key == b"H" {
            let (host, rest) = Host::read(value, strange);
            self.host = Some(host);
            return rest;
        }
        let (value, mut rest) = read_value(value, strange);
        match key {
            b"T" => self.transport = value,
            b"F" => {
                self.sender = Some(value);
                self.of_client = true;
            }
            b"U" => self.of_client = true,
            b"C" => self.confirmation = Some(value),
            b"DT" => self.delivery_time_s = duration_s(value),
            b"QT" => self.queue_time_s = duration_s(value),
            b"id" => self.message_id = Some(value),
            b"ST" => rest = skip_parenthesis(rest),
            _ => {}
        }
        rest
    }
}

impl<'b> Host<'b> {
    /// Reads the value of `H=`. Names, `DS` (DNSSEC), the name in HELO, address and port are each optional.
    pub(super) fn read(value: &'b [u8], strange: Strange) -> (Host<'b>, &'b [u8]) {
        let mut host = Host::default();
        let mut rest = value;
        if !matches!(value.first(), Some(b'[' | b'(')) {
            (host.name, rest) = bare(value, strange);
        }
        if let Some(after) = rest.strip_prefix(b" DS")
            && after.starts_with(b" [")
        {
            rest = after;
        }
        let helo = rest.strip_prefix(b" ").unwrap_or(rest);
        if let Some(helo) = helo.strip_prefix(b"(")
            && let Some(end) = memchr(b')', helo)
            && let (helo, [_, after @ ..]) = helo.split_at(end)
        {
            if host.name.is_empty() {
                host.name = helo;
            }
            rest = after;
        }
        let bracket = rest.strip_prefix(b" ").unwrap_or(rest);
        if let Some(inner) = bracket.strip_prefix(b"[") {
            // A line may lack the closing bracket: an address ends at a space at the latest.
            let end = memchr::memchr2(b']', b' ', inner).unwrap_or(inner.len());
            let (ip, after) = inner.split_at(end);
            host.ip = ip.strip_suffix(b":").unwrap_or(ip);
            rest = match after.strip_prefix(b"]") {
                Some(after) => after,
                None => inner.get(host.ip.len()..).unwrap_or_default(),
            };
        }
        host.whole = value
            .get(..value.len().saturating_sub(rest.len()))
            .unwrap_or_default();
        if let Some(after) = rest.strip_prefix(b":")
            && !matches!(after.first(), None | Some(b' '))
        {
            let (port, after) = bare(after, strange);
            let digits = port.strip_suffix(b"*").unwrap_or(port);
            host.port = std::str::from_utf8(digits)
                .ok()
                .and_then(|digits| digits.parse().ok());
            rest = after;
        }
        rest = rest.strip_prefix(b"*").unwrap_or(rest); // on a connection that was already open
        (host, rest)
    }
}

/// Bytes of the longest name of a field.
const MAX_KEY: usize = 32;

/// `KEY=value` at the start: a letter, more of them or digits, `_` or `-`, then `=`.
fn split_key(token: &[u8]) -> Option<(&[u8], &[u8])> {
    let length = token
        .iter()
        .take(MAX_KEY + 1)
        .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
        .count();
    let (key, rest) = token.split_at_checked(length)?;
    if length > MAX_KEY || !key.first()?.is_ascii_alphabetic() {
        return None;
    }
    Some((key, rest.strip_prefix(b"=")?))
}

/// What follows one field, whatever its name; the text begins with the space before it.
pub(super) fn skip(text: &[u8]) -> Option<&[u8]> {
    let (_, value) = split_key(text.strip_prefix(b" ")?)?;
    Some(read_value(value, Strange::Stop).1)
}

/// A mark without a value: `L`, `L*`, `K`, `PRDR`, `TFO*`, `L.-`.
fn is_mark(word: &[u8]) -> bool {
    let end = word
        .iter()
        .rposition(|byte| !matches!(byte, b'*' | b'.' | b'-'))
        .map_or(0, |last| last + 1);
    matches!(
        word.get(..end),
        Some(b"L" | b"K" | b"DS" | b"ARC" | b"TFO" | b"PRDR")
    )
}

/// A bare value: to the next space. Where a text may follow, a `:` before that space opens it.
fn bare(text: &[u8], strange: Strange) -> (&[u8], &[u8]) {
    let end = memchr(b' ', text).unwrap_or(text.len());
    let (word, _) = text.split_at(end);
    let word = match strange {
        Strange::Stop => word.strip_suffix(b":").unwrap_or(word),
        Strange::Skip => word,
    };
    text.split_at(word.len())
}

fn read_value(text: &[u8], strange: Strange) -> (&[u8], &[u8]) {
    match text.split_first() {
        Some((b'"', inner)) => {
            let end = quote_end(inner, true);
            let value = inner.get(..end).unwrap_or_default();
            (value, inner.get(end + 1..).unwrap_or_default())
        }
        Some((b'<', inner)) => match angle_end(inner) {
            Some(end) => {
                let value = inner.get(..end).unwrap_or_default();
                (value, inner.get(end + 1..).unwrap_or_default())
            }
            None => bare(text, strange),
        },
        _ => bare(text, strange),
    }
}

/// Offset of the `"` that closes what begins here, or the length where it was cut off. A quote in the middle
/// of a word is not the end (`strict`): certificate names are not always escaped.
pub(super) fn quote_end(inner: &[u8], strict: bool) -> usize {
    let mut at = 0;
    while let Some(next) = inner
        .get(at..)
        .and_then(|rest| memchr::memchr2(b'"', b'\\', rest))
    {
        let found = at + next;
        if inner.get(found) == Some(&b'\\') {
            at = found + 2;
            continue;
        }
        if !strict || matches!(inner.get(found + 1), None | Some(b' ' | b':')) {
            return found;
        }
        at = found + 1;
    }
    inner.len()
}

/// Offset of the `>` that closes what begins here; quoted local parts may hold any of them.
pub(super) fn angle_end(inner: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        let found = at + memchr::memchr3(b'>', b'"', b'\\', inner.get(at..)?)?;
        match inner.get(found)? {
            b'>' => return Some(found),
            // A quoted local part opens at its start; elsewhere, or unclosed, a quote is a byte like others.
            b'"' => {
                let opens = matches!(
                    found.checked_sub(1).map(|at| inner.get(at)),
                    None | Some(Some(b' ' | b'.'))
                );
                let quoted = inner.get(found + 1..)?;
                let length = quote_end(quoted, false);
                at = found + 1;
                if opens && length < quoted.len() {
                    at += length + 1;
                }
            }
            _ => at = found + 2,
        }
    }
}

fn skip_parenthesis(rest: &[u8]) -> &[u8] {
    if !rest.starts_with(b" (") {
        return rest;
    }
    match memmem::find(rest, b") ") {
        Some(end) => rest.get(end + 1..).unwrap_or_default(),
        None => &[],
    }
}

/// Seconds of `1w2d3h4m5s` or `0.204s`; `None` for anything else.
pub(super) fn duration_s(text: &[u8]) -> Option<f64> {
    let mut rest = std::str::from_utf8(text).ok()?;
    let mut sum = None;
    while !rest.is_empty() {
        let end = rest.find(|char: char| !char.is_ascii_digit() && char != '.')?;
        let (number, unit) = rest.split_at_checked(end)?;
        let number: f64 = number.parse().ok()?;
        let unit_s = match unit.as_bytes().first()? {
            b's' => 1.0,
            b'm' => 60.0,
            b'h' => 3600.0,
            b'd' => 86_400.0,
            b'w' => 604_800.0,
            _ => return None,
        };
        sum = Some(sum.unwrap_or(0.0) + number * unit_s);
        rest = unit.get(1..)?;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(value: &str) -> String {
        let (host, rest) = Host::read(value.as_bytes(), Strange::Stop);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        format!(
            "{}|{}|{:?}|{}",
            text(host.name),
            text(host.ip),
            host.port,
            text(rest)
        )
    }

    #[test]
    fn hosts_in_all_their_forms() {
        let cases = [
            ("m [192.0.2.1] X=1", "m|192.0.2.1|None| X=1"),
            ("m [192.0.2.1]:25* X=1", "m|192.0.2.1|Some(25)| X=1"),
            ("m DS [192.0.2.1]:25* PRX=1", "m|192.0.2.1|Some(25)| PRX=1"),
            ("m [192.0.2.1]: SMTP error", "m|192.0.2.1|None|: SMTP error"),
            (
                "m [192.0.2.1] : SMTP error",
                "m|192.0.2.1|None| : SMTP error",
            ),
            ("m [192.0.2.1]* L C", "m|192.0.2.1|None| L C"),
            ("g [2a00:1450::1a]:25 C=", "g|2a00:1450::1a|Some(25)| C="),
            ("g [2a00::1a]: x", "g|2a00::1a|None|: x"),
            ("(helo) [192.0.2.1] P", "helo|192.0.2.1|None| P"),
            ("m (helo) [192.0.2.1] P", "m|192.0.2.1|None| P"),
            ("[192.0.2.1] P", "|192.0.2.1|None| P"),
            (
                "(r) [192.0.2.4: SMTP error",
                "r|192.0.2.4|None|: SMTP error",
            ),
            ("host.1:host.2", "host.1:host.2||None|"),
            ("m [192.0.2.1]:PORT_D: a", "m|192.0.2.1|None|: a"),
        ];
        for (value, expected) in cases {
            assert_eq!(host(value), expected, "{value}");
        }
    }

    #[test]
    fn values_may_hold_spaces_quotes_and_colons() {
        let line = br#" F=<"a b> c"@d> R=r T=t H=m [192.0.2.1] DN="CN=a"b"c: d" C="250 \"ok\" C= x" QT=1m2s: text"#;
        let (fields, rest) = Fields::scan(line, Strange::Stop);
        assert_eq!(fields.sender, Some(&br#""a b> c"@d"#[..]));
        assert_eq!(fields.transport, b"t");
        assert_eq!(fields.queue_time_s, Some(62.0));
        assert_eq!(rest, b": text", "{:?}", fields.confirmation);
    }

    #[test]
    fn fields_of_any_name_are_stepped_over() {
        let line = br#" ROUTE_TAG=<a b@d> new-name="x T=no: y" Seconds2=3 T=t L V=w: text T=no"#;
        let (fields, rest) = Fields::scan(line, Strange::Stop);
        assert_eq!(fields.transport, b"t");
        assert_eq!(rest, b": text T=no");
        for text in [" 2x=1", " =1", " a b=1", "a=1", " a.b=1", ""] {
            assert_eq!(skip(text.as_bytes()), None, "{text}");
        }
        assert_eq!(skip(b" N=\"a \\\" b\" R=r"), Some(&b" R=r"[..]));
    }

    #[test]
    fn durations() {
        assert_eq!(duration_s(b"0.204s"), Some(0.204));
        assert_eq!(duration_s(b"1w1d1h1m1s"), Some(694_861.0));
        for broken in [&b""[..], b"3", b"s", b"1x", b"1m2"] {
            assert_eq!(duration_s(broken), None);
        }
    }
}
