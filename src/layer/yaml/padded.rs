//! A text in quotes whose further lines stand no deeper than its key. The specification asks for one blank more, and so
//! does the parser; libyaml, go-yaml and what stands on them (docker compose, kubectl, Python's) take any indentation. The
//! parser is given a text in which such lines are indented, and its places are led back to the one that was written.

use super::closing;
use std::collections::BTreeMap;

/// So many texts of a file may be written like this: each is found by parsing the file up to it.
pub(super) const MANY: usize = 16;
/// More bytes than this are not parsed again to find the next one.
pub(super) const AGAIN: usize = 1 << 20;
/// More blanks than this are not put in.
const BLANKS: usize = 1 << 16;

/// Blanks that are put in where lines begin.
#[derive(Default)]
pub(super) struct Pads {
    /// How many, by the byte at which the line begins.
    at: BTreeMap<usize, usize>,
    total: usize,
}

impl Pads {
    pub(super) fn is_empty(&self) -> bool {
        self.at.is_empty()
    }

    /// Indents the lines of the quoted text that begins at a byte. Whether there was one to be indented: blanks at the
    /// beginning of such a line belong to no value.
    pub(super) fn add(&mut self, text: &str, start: usize) -> bool {
        let Some(quote) = text[start..].chars().next().filter(|q| matches!(q, '"' | '\'')) else {
            return false;
        };
        let Some(end) = closing(&text[start..], quote).map(|end| start + end) else { return false };
        let column = start - text[..start].rfind('\n').map_or(0, |i| i + 1);
        let before = self.at.len();
        let mut line = start;
        while let Some(next) = text[line..end].find('\n').map(|i| line + i + 1) {
            line = next;
            let indent = text[line..].bytes().take_while(|b| *b == b' ').take(column).count();
            // These end the document wherever they stand.
            let ends = ["---", "..."].iter().any(|mark| text[line..].starts_with(mark));
            if indent == column || ends || self.at.contains_key(&line) {
                continue;
            }
            self.total += column - indent;
            if self.total > BLANKS {
                return false;
            }
            self.at.insert(line, column - indent);
        }
        self.at.len() > before
    }

    /// The text with the blanks, and the way back.
    pub(super) fn put_into(&self, text: &str) -> (String, Way) {
        let (mut out, mut way) = (String::with_capacity(text.len() + self.total), Way::default());
        // The parser is not given a byte order mark.
        let mut characters = 0;
        let mut put = 0;
        let mut from = 0;
        for (at, blanks) in &self.at {
            let piece = &text[from..*at];
            characters +=
                piece.strip_prefix('\u{feff}').filter(|_| from == 0).unwrap_or(piece).chars().count();
            out.push_str(piece);
            out.extend(std::iter::repeat_n(' ', *blanks));
            way.0.push(Step { start: characters + put, blanks: *blanks, before: put });
            put += blanks;
            from = *at;
        }
        out.push_str(&text[from..]);
        (out, way)
    }
}

/// From characters of the text with blanks to those of the one without.
#[derive(Default)]
pub(super) struct Way(Vec<Step>);

/// Blanks that were put in.
struct Step {
    /// The first, by its character.
    start: usize,
    blanks: usize,
    /// How many stand before them.
    before: usize,
}

impl Way {
    pub(super) fn back(&self, character: usize) -> usize {
        let passed = self.0.partition_point(|step| step.start <= character);
        match self.0[..passed].last() {
            Some(step) => character.saturating_sub(step.before + step.blanks).max(step.start - step.before),
            None => character,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_lead_back() {
        let text = "é: 'a\nb\n  c\n\nd'\ne: f\n";
        let mut pads = Pads::default();
        assert!(pads.add(text, 4));
        assert!(!pads.add(text, 4), "once is enough");
        let (padded, way) = pads.put_into(text);
        assert_eq!(padded, "é: 'a\n    b\n    c\n    \n    d'\ne: f\n");
        for (at, letter) in padded.chars().enumerate().filter(|(_, c)| c.is_alphabetic()) {
            assert_eq!(text.chars().nth(way.back(at)), Some(letter));
        }
    }

    #[test]
    fn what_ends_a_document_or_never_ends_stays() {
        assert!(!Pads::default().add("a: 'b\n--- c'\n", 3));
        assert!(!Pads::default().add("a: 'b\nc\n", 3));
        assert!(!Pads::default().add("a: |\n b'\nc\n", 3));
        let wide = format!("{}'{}'", " ".repeat(1000), "a\n".repeat(1000));
        assert!(!Pads::default().add(&wide, 1000));
    }
}
