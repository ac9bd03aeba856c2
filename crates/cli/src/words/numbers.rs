//! Numbers for people.

/// With thousands separators: `1,234,567`.
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// With its noun: `1 message`, `2,345 messages`. The plural is regular.
pub(crate) fn counted(number: u64, noun: &str) -> String {
    let plural = match number {
        1 => "",
        _ if noun.ends_with(['o', 's']) => "es",
        _ => "s",
    };
    format!("{} {noun}{plural}", count(number))
}

/// A share in whole percent. Only all are 100 %, and only none are 0 %.
pub(crate) fn percent(part: u64, whole: u64) -> String {
    if whole == 0 {
        return "-".to_owned();
    }
    share(part as f64 / whole as f64)
}

/// The same of a share from 0 to 1.
pub(crate) fn share(share: f64) -> String {
    let percent = if share >= 1.0 {
        100.0
    } else if share <= 0.0 {
        0.0
    } else {
        (share * 100.0).round().clamp(1.0, 99.0)
    };
    format!("{percent:.0} %")
}

/// Bytes in decimal units: `12.3 MB`.
pub(crate) fn bytes(bytes: u64) -> String {
    let mut size = bytes as f64;
    for unit in ["bytes", "kB", "MB", "GB"] {
        if size < 999.5 {
            let digits = usize::from(unit != "bytes" && size < 99.95);
            return format!("{size:.digits$} {unit}");
        }
        size /= 1000.0;
    }
    format!("{size:.1} TB")
}

/// A length of time in its two largest units: `4 days 5 h`, `5 h 40 min`, `12 min`.
pub(crate) fn length(seconds: f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a number of minutes; the cast saturates"
    )]
    let minutes = (seconds / 60.0).round() as i64;
    let (days, hours) = (minutes / 1440, minutes / 60 % 24);
    let day = if days == 1 { "day" } else { "days" };
    match (days, hours, minutes % 60) {
        (0, 0, 0) => "less than a minute".to_owned(),
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, 0) => format!("{hours} h"),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (days, 0, _) => format!("{days} {day}"),
        (days, hours, _) => format!("{days} {day} {hours} h"),
    }
}

/// How long a mail takes: `less than 1 s`, `5 s`, `5 min`.
pub(crate) fn delay(seconds: f64) -> String {
    if seconds < 1.0 {
        "less than 1 s".to_owned()
    } else if seconds < 59.5 {
        format!("{seconds:.0} s")
    } else {
        length(seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_grouped() {
        let cases = [
            (0, "0"),
            (999, "999"),
            (1000, "1,000"),
            (1_234_567, "1,234,567"),
        ];
        for (number, text) in cases {
            assert_eq!(count(number), text);
        }
        assert_eq!(counted(1, "message"), "1 message");
        assert_eq!(counted(1200, "message"), "1,200 messages");
        assert_eq!(counted(3, "echo"), "3 echoes");
    }

    #[test]
    fn only_all_are_a_hundred_percent() {
        let cases = [
            (0, 10, "0 %"),
            (1, 1000, "1 %"),
            (555, 1000, "56 %"),
            (9999, 10_000, "99 %"),
            (7, 7, "100 %"),
            (0, 0, "-"),
        ];
        for (part, whole, text) in cases {
            assert_eq!(percent(part, whole), text);
        }
    }

    #[test]
    fn sizes_and_lengths_are_short() {
        assert_eq!(bytes(12), "12 bytes");
        assert_eq!(bytes(12_345), "12.3 kB");
        assert_eq!(bytes(999_999_999), "1.0 GB");
        assert_eq!(bytes(345_000_000), "345 MB");
        assert_eq!(length(20.0), "less than a minute");
        assert_eq!(length(720.0), "12 min");
        assert_eq!(length(20_400.0), "5 h 40 min");
        assert_eq!(length(366_000.0), "4 days 5 h");
        assert_eq!(length(90_000.0), "1 day 1 h");
        assert_eq!(delay(0.4), "less than 1 s");
        assert_eq!(delay(5.4), "5 s");
        assert_eq!(delay(59.7), "1 min");
        assert_eq!(delay(288.0), "5 min");
    }
}
