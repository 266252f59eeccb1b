//! Builds what is shown of a text.

use super::{Masked, SIDE};
use crate::secret::MASK;
use std::ops::Range;

/// Builds masked text and remembers which raw range became which shown range.
pub(super) struct Masking {
    pub(super) text: String,
    pieces: Vec<(Range<usize>, Range<usize>, bool)>,
}

impl Masking {
    pub(super) fn new(text: String) -> Self {
        Self { text, pieces: Vec::new() }
    }

    /// Line breaks are structure, never secret; everything between two of them becomes one mask.
    pub(super) fn hide(&mut self, bytes: &[u8], range: Range<usize>) {
        let mut at = range.start;
        while at < range.end {
            let stop = bytes[at..range.end].iter().position(|b| *b == b'\n').map_or(range.end, |i| at + i);
            let content = stop - usize::from(stop > at && bytes[stop - 1] == b'\r');
            if content > at {
                let from = self.text.len();
                self.text.push_str(MASK);
                self.pieces.push((at..stop, from..self.text.len(), false));
            }
            if stop < range.end {
                self.text.push('\n');
            }
            at = stop + 1;
        }
    }

    pub(super) fn show(&mut self, bytes: &[u8], range: Range<usize>) {
        let from = self.text.len();
        let bytes = &bytes[range.clone()];
        let raw = String::from_utf8_lossy(bytes);
        // A byte count that changes (a control character, bad UTF-8) would shift every place behind it.
        let usual = bytes.iter().all(|b| matches!(b, b' '..=b'~'));
        let same = usual || raw.len() == range.len() && raw.chars().all(|c| c == '\n' || !c.is_control());
        if same {
            self.text.push_str(&raw);
        } else {
            self.text.extend(raw.chars().map(|c| {
                if c == '\n' || !c.is_control() {
                    c
                } else if c == '\t' {
                    ' '
                } else {
                    '\u{fffd}'
                }
            }));
        }
        self.pieces.push((range, from..self.text.len(), same));
    }

    /// The shown offset of a raw offset that starts something.
    pub(super) fn place(&self, raw: usize) -> usize {
        for (r, s, exact) in &self.pieces {
            if raw < r.start {
                return s.start;
            }
            if raw < r.end {
                return if *exact { s.start + raw - r.start } else { s.start };
            }
        }
        self.text.len()
    }

    /// The shown offset of a raw offset that ends something.
    pub(super) fn place_end(&self, raw: usize) -> usize {
        let mut end = 0;
        for (r, s, exact) in &self.pieces {
            if raw <= r.start {
                break;
            }
            end = if raw < r.end && *exact { s.start + raw - r.start } else { s.end };
        }
        end
    }

    /// Keeps what is near `range`; a line of megabytes must not reach the terminal.
    pub(super) fn cut(self, range: Range<usize>, line: usize, (before, after): (bool, bool)) -> Masked {
        let floor = |mut o: usize| {
            o = o.min(self.text.len());
            while !self.text.is_char_boundary(o) {
                o -= 1;
            }
            o
        };
        let (start, end) = (floor(range.start), floor(range.end.min(range.start + 4 * SIDE)));
        let (mut from, mut to) = (0, self.text.len());
        // So many characters are at least so many bytes.
        if start >= SIDE {
            from = self.text[..start].char_indices().rev().nth(SIDE - 1).map_or(from, |(i, _)| i);
        }
        if to - end > SIDE {
            to = self.text[end..].char_indices().nth(SIDE).map_or(to, |(i, _)| end + i);
        }
        if (from, to) == (0, self.text.len()) && !before && !after {
            return Masked { line, range: start..end, text: self.text };
        }
        let (mut text, mut shift) = (String::new(), 0_isize);
        if from > 0 || before {
            text.push('…');
            shift = '…'.len_utf8().cast_signed() - from.cast_signed();
        }
        text.push_str(&self.text[from..to]);
        if to < self.text.len() || after {
            text.push('…');
        }
        let move_by = |o: usize| o.checked_add_signed(shift).unwrap_or(0);
        Masked { line, range: move_by(start)..move_by(end), text }
    }
}
