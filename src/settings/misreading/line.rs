//! A line as it is written, before any loader has a say.

use super::Matter;
use std::ops::Range;

/// A byte order mark or a no-break space.
pub(super) fn has_unseen(line: &[u8]) -> bool {
    let has = |mark: &str| line.windows(mark.len()).any(|w| w == mark.as_bytes());
    ["\u{feff}", "\u{a0}", "\u{202f}", "\u{2007}"].into_iter().any(has)
}

/// `NAME=value` in a text.
pub(super) struct Line<'t> {
    pub(super) text: &'t str,
    /// From the first character to the line break, without it.
    pub(super) range: Range<usize>,
    /// The name.
    pub(super) key: Range<usize>,
    /// What stands behind the sign, blanks and all, without a carriage return.
    pub(super) raw: Range<usize>,
    /// The line ends in `\r\n`.
    pub(super) carriage_return: bool,
}

impl<'t> Line<'t> {
    /// The line of a key; none where no `=` or `:` follows it on the line.
    pub(super) fn of(text: &'t str, key: Range<usize>) -> Option<Self> {
        text.get(key.clone())?;
        let start = text[..key.start].rfind('\n').map_or(0, |i| i + 1);
        let end = text[key.end..].find('\n').map_or(text.len(), |i| key.end + i);
        let after = &text[key.end..end];
        // A quoted name has its quote there.
        let sign = after.find(|c: char| !(c.is_whitespace() || matches!(c, '\'' | '"')))?;
        if !after[sign..].starts_with(['=', ':']) {
            return None;
        }
        let carriage_return = after.ends_with('\r');
        let raw = key.end + sign + 1..end - usize::from(carriage_return);
        Some(Self { text, range: start..end, key, raw, carriage_return })
    }

    /// What stands behind the sign, without blanks around it.
    pub(super) fn trimmed(&self) -> &'t str {
        self.text[self.raw.clone()].trim()
    }

    /// The quote that begins the value.
    pub(super) fn quote(&self) -> Option<char> {
        self.trimmed().chars().next().filter(|c| matches!(c, '\'' | '"' | '`'))
    }

    /// Where a comment would begin in a value without quotes: a `#` behind a blank.
    pub(super) fn comment(&self) -> Option<usize> {
        let raw = &self.text[self.raw.clone()];
        let mut before = ' ';
        let lead = raw.len() - raw.trim_start().len();
        for (i, c) in raw.char_indices() {
            // `KEY=#value` has no blank before it.
            if c == '#' && before.is_whitespace() && (i > 0 || lead > 0) {
                return Some(self.raw.start + i);
            }
            before = c;
        }
        None
    }

    /// The value without comment and quotes, as a person reads it.
    pub(super) fn plain(&self) -> &'t str {
        let trimmed = self.trimmed();
        if let Some(quote) = self.quote() {
            return match trimmed[1..].find(quote) {
                Some(end) => &trimmed[1..=end],
                None => &trimmed[1..],
            };
        }
        match self.comment() {
            Some(at) => self.text[self.raw.start..at].trim(),
            None => trimmed,
        }
    }

    /// The value without a comment behind a blank, and with what else there is.
    pub(super) fn whole(&self) -> &'t str {
        let end = self.comment().unwrap_or(self.raw.end);
        self.text[self.raw.start..end].trim()
    }

    /// The first `#` that no blank precedes, in a value without quotes.
    pub(super) fn hash(&self) -> Option<usize> {
        if self.quote().is_some() {
            return None;
        }
        let raw = &self.text[self.raw.clone()];
        let end = self.comment().map_or(raw.len(), |at| at - self.raw.start);
        raw[..end].find('#').map(|i| self.raw.start + i)
    }

    /// Whether the line begins otherwise than with the name: blanks, `export`.
    pub(super) fn lead(&self) -> &'t str {
        &self.text[self.range.start..self.key.start]
    }

    /// The first character of a value without quotes that ends a word or a command in a shell.
    pub(super) fn shell_signs(&self) -> Option<char> {
        if self.quote().is_some() {
            return None;
        }
        self.plain()
            .chars()
            .find(|c| c.is_whitespace() || matches!(c, '&' | ';' | '|' | '<' | '>' | '(' | ')' | '`'))
    }

    /// Whether blanks stand around the sign.
    pub(super) fn is_spaced(&self) -> bool {
        let raw = &self.text[self.raw.clone()];
        let sign = &self.text[self.key.end..self.raw.start];
        (raw.starts_with([' ', '\t']) && !raw.trim().is_empty()) || sign.contains([' ', '\t'])
    }

    /// `:` for `=`.
    pub(super) fn has_colon(&self) -> bool {
        self.text[self.key.end..self.raw.start].ends_with(':')
    }

    /// A no-break space anywhere behind the sign, or before the name.
    pub(super) fn has_no_break_space(&self) -> bool {
        has_unseen(&self.text.as_bytes()[self.range.clone()])
    }

    /// Every `$` begins a `${…}` or a name that is set here, and there is one: it is meant for a reference.
    pub(super) fn refers_to(&self, known: impl Fn(&str) -> bool) -> bool {
        let value = &self.text[self.raw.clone()];
        let letter = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let refers = |at: usize| {
            let rest = &value[at + 1..];
            match rest.strip_prefix('{') {
                Some(inner) => inner.starts_with(|c: char| c.is_ascii_alphabetic()) && inner.contains('}'),
                None => known(&rest[..rest.find(|c| !letter(c)).unwrap_or(rest.len())]),
            }
        };
        value.contains('$') && value.match_indices('$').all(|(at, _)| refers(at))
    }

    /// Every `$` begins `${NAME}`, and there is one.
    pub(super) fn only_plain_references(&self) -> bool {
        let value = &self.text[self.raw.clone()];
        let mut any = false;
        for (at, _) in value.match_indices('$') {
            let name = value[at + 1..].strip_prefix('{').and_then(|r| r.split_once('}')).map(|(n, _)| n);
            let plain = |n: &str| {
                n.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
                    && n.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
            };
            if !name.is_some_and(plain) {
                return false;
            }
            any = true;
        }
        any
    }
}

/// Whether a line is the name of a variable and nothing else, in capitals, and of none that speaks of a database: it says that
/// there is one, and docker takes it from where it is started.
pub(super) fn names_another(line: &[u8], matter: &dyn Fn(&str) -> Matter) -> bool {
    let name = line.split(|b| *b == b'\n').next().unwrap_or_default().trim_ascii_end();
    let capitals = |b: &u8| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'_';
    let named = name.first().is_some_and(u8::is_ascii_uppercase) && name.iter().all(capitals);
    named && std::str::from_utf8(name).is_ok_and(|name| matter(name) == Matter::Other)
}
