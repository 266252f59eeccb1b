//! The words of a comment to pgward: `allow[rule, …] until=2027-01-31 reason`. The reason is not kept.

use crate::x509::days_since_1970;
use std::ops::Range;

/// What a comment says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Words {
    /// These rules are silenced here.
    Allow {
        /// As written.
        names: Vec<String>,
        /// How long.
        until: Until,
    },
    /// It is meant for pgward and cannot be read.
    Unreadable,
}

/// How long a comment silences.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Until {
    /// It does not say.
    Always,
    /// Up to this day and with it, in days since 1970-01-01, in UTC.
    Day(u64),
    /// It says something that is no day, or more than one.
    NoDay,
}

/// What is said to pgward in a comment that begins with its opener, each with its place in it.
pub(super) fn directives(comment: &[u8]) -> Vec<(Range<usize>, Words)> {
    let starts = starts(comment);
    let mut out = Vec::new();
    for (i, at) in starts.iter().enumerate() {
        let end = starts.get(i + 1).copied().unwrap_or(comment.len());
        let text = String::from_utf8_lossy(&comment[at + NAME.len()..end]);
        if let Some(words) = words(&text) {
            out.push((*at..*at + comment[*at..end].trim_ascii_end().len(), words));
        }
    }
    out
}

/// What every comment to pgward contains.
pub(super) const NAME: &[u8] = b"pgward:";

/// Where pgward is spoken to: at the beginning of the comment, or behind a second opener in it (`# noqa # pgward: …`).
fn starts(comment: &[u8]) -> Vec<usize> {
    let opener = |at: &usize| {
        let before = comment[..*at].trim_ascii_end();
        before.last().is_some_and(|b| matches!(b, b'#' | b';' | b'/' | b'*' | b'-' | b'!'))
            || before.is_empty()
    };
    let mut out = Vec::new();
    let mut from = 0;
    while let Some(at) = find(&comment[from..], NAME).map(|i| from + i) {
        if opener(&at) {
            out.push(at);
        }
        from = at + NAME.len();
    }
    out
}

/// The first place of a word in a text.
pub(super) fn find(text: &[u8], word: &[u8]) -> Option<usize> {
    // Of the letters of our name this one is the rarest.
    let rare = word.iter().position(|b| *b == b'w').unwrap_or(0);
    let mut passed = 0;
    // Blocks of a fixed length are compared many bytes at a time.
    for block in text.chunks(64) {
        if block.iter().fold(0, |any, b| any | u8::from(*b == word[rare])) != 0 {
            for (i, _) in block.iter().enumerate().filter(|(_, b)| **b == word[rare]) {
                let start = (passed + i).checked_sub(rare);
                if let Some(start) = start.filter(|start| text[*start..].starts_with(word)) {
                    return Some(start);
                }
            }
        }
        passed += block.len();
    }
    None
}

/// What stands behind `pgward:`; none for prose that only begins so.
fn words(text: &str) -> Option<Words> {
    let text = text.trim_start();
    let verb = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').next().unwrap_or_default();
    let rest = text[verb.len()..].trim_start();
    let list = rest.strip_prefix('[');
    if verb != "allow" {
        let meant = list.is_some() || LOOKALIKES.contains(&verb.to_ascii_lowercase().as_str());
        return meant.then_some(Words::Unreadable);
    }
    let Some((list, rest)) = list.and_then(|list| list.split_once(']')) else {
        return Some(Words::Unreadable);
    };
    let names = list.split(|c: char| c == ',' || c.is_whitespace()).filter(|name| !name.is_empty());
    let names: Vec<String> = names.map(str::to_owned).collect();
    Some(if names.is_empty() { Words::Unreadable } else { Words::Allow { names, until: until(rest) } })
}

/// Words of other tools, and `allow` in other clothes: who writes them to pgward means this.
const LOOKALIKES: [&str; 10] =
    ["allow", "allowed", "ignore", "ignored", "disable", "suppress", "skip", "noqa", "nolint", "off"];

fn until(rest: &str) -> Until {
    let mut days = rest.split_whitespace().filter_map(|word| word.strip_prefix("until="));
    match (days.next(), days.next()) {
        (None, _) => Until::Always,
        (Some(day), None) => day_of(day).map_or(Until::NoDay, Until::Day),
        (Some(_), Some(_)) => Until::NoDay,
    }
}

/// `2027-01-31`, a day that the calendar has, from 1970 on.
fn day_of(word: &str) -> Option<u64> {
    let word = word.trim_end_matches("*/").trim_end_matches([',', '.', ';', ':', ')']);
    let digits = |range: Range<usize>| {
        let digits = word.get(range)?;
        digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse::<u64>().ok())?
    };
    let dashes = word.len() == 10 && word.get(4..5) == Some("-") && word.get(7..8) == Some("-");
    let (year, month, day) = (digits(0..4)?, digits(5..7)?, digits(8..10)?);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return None,
    };
    if dashes && (1..=last).contains(&day) { days_since_1970(year, month, day) } else { None }
}
