//! Domains of internationalised addresses: `bücher.example` and `xn--bcher-kva.example` are one domain.
//!
//! U-labels become A-labels by RFC 3492 (Punycode), so that a domain has one spelling. Letters are
//! lower-cased before; the rest of the preparation of RFC 5891 (normalisation, forbidden letters) is left
//! out: the name was good enough for the MTA that looked it up.

/// The address with its domain as A-labels. What is no UTF-8, or no domain, stays as it is.
pub(super) fn to_a_labels(mut address: Vec<u8>) -> Vec<u8> {
    let Some(at) = memchr::memrchr(b'@', &address) else {
        return address;
    };
    let domain = address.get(at + 1..).unwrap_or_default();
    if domain.is_ascii() {
        return address;
    }
    let Ok(domain) = std::str::from_utf8(domain) else {
        return address;
    };
    let labels: Option<Vec<String>> = domain
        .to_lowercase()
        .split(['.', '\u{3002}'])
        .map(a_label)
        .collect();
    if let Some(labels) = labels {
        address.truncate(at + 1);
        address.extend_from_slice(labels.join(".").as_bytes());
    }
    address
}

/// RFC 1035: a label has 63 bytes; the sums below stay small.
const MAX_LABEL: usize = 63;

fn a_label(label: &str) -> Option<String> {
    if label.is_ascii() {
        return Some(label.to_owned());
    }
    let letters: Vec<u32> = label.chars().map(u32::from).collect();
    if letters.len() > MAX_LABEL {
        return None;
    }
    punycode(&letters).map(|code| format!("xn--{code}"))
}

/// RFC 3492 section 6.3.
fn punycode(letters: &[u32]) -> Option<String> {
    const BASE: u32 = 36;
    let mut code: String = letters
        .iter()
        .filter_map(|&letter| char::from_u32(letter).filter(char::is_ascii))
        .collect();
    let basic = u32::try_from(code.len()).ok()?;
    if basic > 0 {
        code.push('-');
    }
    let (mut n, mut delta, mut bias, mut handled) = (128_u32, 0_u32, 72_u32, basic);
    let total = u32::try_from(letters.len()).ok()?;
    while handled < total {
        let next = letters
            .iter()
            .copied()
            .filter(|&letter| letter >= n)
            .min()?;
        delta = delta.checked_add((next - n).checked_mul(handled + 1)?)?;
        n = next;
        for &letter in letters {
            if letter < n {
                delta = delta.checked_add(1)?;
            }
            if letter != n {
                continue;
            }
            let (mut rest, mut k) = (delta, BASE);
            loop {
                let threshold = k.saturating_sub(bias).clamp(1, 26);
                if rest < threshold {
                    break;
                }
                code.push(digit(threshold + (rest - threshold) % (BASE - threshold))?);
                rest = (rest - threshold) / (BASE - threshold);
                k += BASE;
            }
            code.push(digit(rest)?);
            bias = adapt(delta, handled + 1, handled == basic);
            delta = 0;
            handled += 1;
        }
        delta = delta.checked_add(1)?;
        n = n.checked_add(1)?;
    }
    Some(code)
}

/// RFC 3492 section 6.1.
fn adapt(delta: u32, points: u32, first: bool) -> u32 {
    let mut delta = if first { delta / 700 } else { delta / 2 };
    delta += delta / points;
    let mut k = 0;
    while delta > 455 {
        delta /= 35;
        k += 36;
    }
    k + 36 * delta / (delta + 38)
}

fn digit(value: u32) -> Option<char> {
    char::from_digit(value, 36).map(|_| {
        let value = u8::try_from(value).unwrap_or_default(); // below 36
        char::from(if value < 26 {
            b'a' + value
        } else {
            b'0' + value - 26
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn u_labels_become_a_labels() {
        let cases = [
            ("a@bücher.example", "a@xn--bcher-kva.example"),
            ("a@BÜCHER.example", "a@xn--bcher-kva.example"),
            ("göran@münchen.de", "göran@xn--mnchen-3ya.de"),
            ("a@例え.テスト", "a@xn--r8jz45g.xn--zckzah"),
            ("a@пример.рф", "a@xn--e1afmkfd.xn--p1ai"),
            ("a@x.example", "a@x.example"),
            ("no domain ü", "no domain ü"),
        ];
        for (address, expected) in cases {
            let got = to_a_labels(address.as_bytes().to_vec());
            assert_eq!(String::from_utf8(got).unwrap(), expected);
        }
        assert_eq!(to_a_labels(b"a@\xff".to_vec()), b"a@\xff");
    }
}
