//! What Python's `int` and `str` make of a text, where a client library written in Python asks them.

use std::{fmt::Write as _, ops::RangeInclusive};

/// `int(text)`: white space around it, a sign, digits of any script, single underscores between digits. A number
/// beyond 64 bits comes as the largest; none where Python raises.
pub(super) fn int(text: &str) -> Option<i64> {
    // What is ASCII alone is stripped of C's white space, all else of Unicode's.
    let space = |c: char| if text.is_ascii() { matches!(c, ' ' | '\t'..='\r') } else { is_space(c) };
    let text = text.trim_matches(space);
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mut value, mut count, mut after_digit) = (0_i64, 0_usize, false);
    for c in digits.chars() {
        if c == '_' && after_digit {
            after_digit = false;
            continue;
        }
        value = value.saturating_mul(10).saturating_add(i64::from(decimal(c)?));
        count += 1;
        after_digit = true;
    }
    let whole = after_digit && count <= MAX_DIGITS;
    whole.then(|| if text.starts_with('-') { value.saturating_neg() } else { value })
}

/// `text.isdigit()`: also digits that `int` does not take, such as `²`.
pub(super) fn is_digit(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| decimal(c).is_some() || contains(DIGITS, c))
}

/// `str(int(text))` of a text that [`is_digit`]; none where `int` raises all the same.
pub(super) fn int_text(text: &str) -> Option<String> {
    if text.chars().count() > MAX_DIGITS {
        return None;
    }
    let digits: String =
        text.chars().map(|c| char::from_digit(decimal(c)?, 10)).collect::<Option<String>>()?;
    let significant = digits.trim_start_matches('0');
    Some(if significant.is_empty() { "0".to_owned() } else { significant.to_owned() })
}

/// `str([…])` of a list of strings, numbers and truth values; `true` marks a string.
pub(super) fn list(items: &[(String, bool)]) -> String {
    let items: Vec<String> =
        items.iter().map(|(text, string)| if *string { repr(text) } else { text.clone() }).collect();
    format!("[{}]", items.join(", "))
}

fn repr(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut out = String::from(quote);
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c == '\\' || c == quote => out.extend(['\\', c]),
            c if c.is_ascii_control() => {
                let _infallible = write!(out, "\\x{:02x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push(quote);
    out
}

/// `c.isspace()`.
fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c)
}

/// `CPython` refuses to convert more (CVE-2020-10735).
const MAX_DIGITS: usize = 4300;

fn decimal(c: char) -> Option<u32> {
    if c.is_ascii() {
        return c.to_digit(10);
    }
    let code = u32::from(c);
    let before = ZEROES.partition_point(|zero| *zero <= code).checked_sub(1)?;
    let value = code - ZEROES[before];
    (value < 10).then_some(value)
}

fn contains(ranges: &[RangeInclusive<u32>], c: char) -> bool {
    ranges.iter().any(|r| r.contains(&u32::from(c)))
}

/// The zeroes of Unicode 14 beyond ASCII; each is followed by its one to nine (category Nd).
#[rustfmt::skip]
const ZEROES: &[u32] = &[
    0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xDE6, 0xE50, 0xED0, 0xF20,
    0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0,
    0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10, 0x104A0, 0x10D30, 0x11066, 0x110F0, 0x11136, 0x111D0, 0x112F0,
    0x11450, 0x114D0, 0x11650, 0x116C0, 0x11730, 0x118E0, 0x11950, 0x11C50, 0x11D50, 0x11DA0, 0x16A60, 0x16AC0,
    0x16B50, 0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6, 0x1E140, 0x1E2F0, 0x1E950, 0x1FBF0,
];

/// Digits that stand for no place in a decimal number: superscripts, digits in circles (`Numeric_Type=Digit`).
const DIGITS: &[RangeInclusive<u32>] = &[
    0xB2..=0xB3,
    0xB9..=0xB9,
    0x1369..=0x1371,
    0x19DA..=0x19DA,
    0x2070..=0x2070,
    0x2074..=0x2079,
    0x2080..=0x2089,
    0x2460..=0x2468,
    0x2474..=0x247C,
    0x2488..=0x2490,
    0x24EA..=0x24EA,
    0x24F5..=0x24FD,
    0x24FF..=0x24FF,
    0x2776..=0x277E,
    0x2780..=0x2788,
    0x278A..=0x2792,
    0x10A40..=0x10A43,
    0x10E60..=0x10E68,
    0x11052..=0x1105A,
    0x1F100..=0x1F10A,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn int_is_pythons() {
        for (text, value) in [
            ("5432", Some(5432)),
            (" +54_32\n", Some(5432)),
            ("\u{1f}1", None),
            ("\u{1f}٥ ", Some(5)),
            ("-1", Some(-1)),
            ("٥٤", Some(54)),
            ("𝟗", Some(9)),
            ("99999999999999999999", Some(i64::MAX)),
            ("", None),
            ("+", None),
            ("_1", None),
            ("1_", None),
            ("1__2", None),
            ("- 1", None),
            ("²", None),
            ("0x10", None),
        ] {
            assert_eq!(int(text), value, "{text:?}");
        }
        assert_eq!(int(&"1".repeat(4301)), None);
    }

    #[test]
    fn isdigit_takes_more_than_int() {
        assert!(is_digit("²") && is_digit("12") && is_digit("٥"));
        assert!(!is_digit("") && !is_digit("+1") && !is_digit("½"));
    }
}
