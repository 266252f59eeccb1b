//! Text that knows for each of its bytes where in the file it comes from.

use crate::layer::SegmentKind;
use std::ops::Range;

/// A stretch of a [`Text`] and what it stands for. It ends where the next one begins.
#[derive(Clone, Debug)]
struct Run {
    at: usize,
    source: Range<usize>,
    kind: SegmentKind,
}

/// Text that is built up from pieces of a file, with the place of each.
#[derive(Clone, Default)]
pub(super) struct Text {
    text: String,
    runs: Vec<Run>,
}

impl Text {
    /// A range of the file as it stands there.
    pub(super) fn of(file: &str, range: Range<usize>) -> Self {
        let mut out = Self::default();
        out.copy(file, range);
        out
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    pub(super) fn len(&self) -> usize {
        self.text.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Appends a range of the file as it stands there.
    pub(super) fn copy(&mut self, file: &str, range: Range<usize>) {
        if range.is_empty() {
            return;
        }
        let at = self.text.len();
        self.text.push_str(&file[range.clone()]);
        match self.runs.last_mut() {
            Some(last)
                if last.kind == SegmentKind::Literal
                    && last.source.end == range.start
                    && at - last.at == last.source.len() =>
            {
                last.source.end = range.end;
            }
            _ => self.runs.push(Run { at, source: range, kind: SegmentKind::Literal }),
        }
    }

    /// Appends text that stands for a range of the file.
    pub(super) fn derive(&mut self, text: &str, source: Range<usize>, kind: SegmentKind) {
        self.runs.push(Run { at: self.text.len(), source, kind });
        self.text.push_str(text);
    }

    /// Appends a range of another text, each byte with its own place.
    pub(super) fn slice(&mut self, other: &Self, range: Range<usize>) {
        let first = other.runs.partition_point(|r| r.at <= range.start).saturating_sub(1);
        for (i, run) in other.runs.iter().enumerate().skip(first) {
            if run.at > range.end {
                break;
            }
            let end = other.runs.get(i + 1).map_or(other.text.len(), |r| r.at);
            let (from, to) = (run.at.max(range.start), end.min(range.end));
            if run.kind == SegmentKind::Literal {
                if from < to {
                    let s = run.source.start;
                    let (at, source) = (self.text.len(), s + from - run.at..s + to - run.at);
                    self.text.push_str(&other.text[from..to]);
                    self.runs.push(Run { at, source, kind: SegmentKind::Literal });
                }
            // What stands for nothing is kept where it lies inside.
            } else if from < to || (run.at == end && range.start <= run.at && run.at < range.end) {
                self.derive(&other.text[from..to], run.source.clone(), run.kind.clone());
            }
        }
    }

    /// A range of this text by itself.
    pub(super) fn cut(&self, range: Range<usize>) -> Self {
        if range == (0..self.text.len()) {
            return self.clone();
        }
        let mut out = Self::default();
        out.slice(self, range);
        out
    }

    /// The bytes of the file that a range of this text comes from.
    pub(super) fn source(&self, range: Range<usize>) -> Range<usize> {
        let one = |offset: usize| {
            let i = self.runs.partition_point(|r| r.at <= offset).checked_sub(1)?;
            let run = &self.runs[i];
            Some(match run.kind {
                SegmentKind::Literal => {
                    let s = (run.source.start + offset - run.at).min(run.source.end);
                    s..(s + 1).min(run.source.end)
                }
                _ => run.source.clone(),
            })
        };
        let end = self.runs.last().map_or(0, |r| r.source.end);
        let start = one(range.start).map_or(end, |r| r.start);
        let stop = if range.is_empty() { start } else { one(range.end - 1).map_or(end, |r| r.end) };
        start..stop.max(start)
    }

    /// The pieces in order: range of the text, range of the file, how one became the other.
    pub(super) fn pieces(&self) -> impl Iterator<Item = (Range<usize>, Range<usize>, SegmentKind)> + '_ {
        self.runs.iter().enumerate().map(|(i, run)| {
            let end = self.runs.get(i + 1).map_or(self.text.len(), |r| r.at);
            (run.at..end, run.source.clone(), run.kind.clone())
        })
    }

    /// Replaces what `replace` finds: at each of the bytes `marks` it may say how long the match is and what it
    /// becomes.
    pub(super) fn replace(
        &self,
        marks: &[char],
        mut replace: impl FnMut(&str, usize) -> Option<(usize, String)>,
    ) -> Self {
        if !self.text.contains(marks) {
            return self.clone();
        }
        let (mut out, mut begin, mut at) = (Self::default(), 0, 0);
        while let Some(here) = self.text[at..].find(marks).map(|i| at + i) {
            if let Some((len, with)) = replace(&self.text, here) {
                out.slice(self, begin..here);
                out.derive(&with, self.source(here..here + len), SegmentKind::Escape);
                at = here + len;
                begin = at;
            } else {
                at = here + self.text[here..].chars().next().map_or(1, char::len_utf8);
            }
        }
        out.slice(self, begin..self.text.len());
        out
    }
}
