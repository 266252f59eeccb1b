//! Where lines begin and what is shown of a text, looked up without going through all of it: a report asks once for each
//! of its places.

use std::ops::Range;

/// 1-based line, and 1-based column in characters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct LineColumn {
    /// 1-based.
    pub line: usize,
    /// 1-based, counted in Unicode scalar values; a byte that is no UTF-8 counts as one.
    pub column: usize,
}

/// Where the lines of a text begin.
pub(super) struct Lines {
    /// Of all lines but the first.
    starts: Vec<u32>,
    length: usize,
    characters: Characters,
}

/// How many characters a text that is UTF-8 has before a place in it.
enum Characters {
    /// As many as bytes.
    Ascii,
    /// How many begin before each multiple of [`STEP`].
    Steps(Vec<usize>),
    /// It is no UTF-8.
    Unknown,
}

/// In bytes.
const STEP: usize = 1024;

impl Lines {
    pub(super) fn of(bytes: &[u8]) -> Self {
        let mut starts = Vec::with_capacity(bytes.len() / 24);
        // A text has less than 4 GiB.
        let mut add = |offset: usize| starts.push(u32::try_from(offset + 1).unwrap_or(u32::MAX));
        let (words, rest) = bytes.as_chunks::<8>();
        for (i, word) in words.iter().enumerate() {
            let mut breaks = breaks(u64::from_le_bytes(*word));
            while breaks != 0 {
                add(i * 8 + breaks.trailing_zeros() as usize / 8);
                breaks &= breaks - 1;
            }
        }
        let before = bytes.len() - rest.len();
        rest.iter().enumerate().filter(|(_, b)| **b == b'\n').for_each(|(i, _)| add(before + i));
        let steps = || {
            let mut sum = 0;
            let before = |step: &[u8]| {
                let of_step = begun(step);
                sum += of_step;
                sum - of_step
            };
            bytes.chunks(STEP).map(before).collect()
        };
        let characters = if bytes.is_ascii() {
            Characters::Ascii
        } else if std::str::from_utf8(bytes).is_ok() {
            Characters::Steps(steps())
        } else {
            Characters::Unknown
        };
        Self { starts, length: bytes.len(), characters }
    }

    fn at(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start as usize <= offset)
    }

    /// The 1-based number of the line that an offset is in.
    pub(super) fn number(&self, offset: usize) -> usize {
        self.at(offset) + 1
    }

    /// Where the line of an offset begins.
    pub(super) fn start(&self, offset: usize) -> usize {
        self.number_and_start(offset).1
    }

    /// As [`Lines::number`] and [`Lines::start`].
    pub(super) fn number_and_start(&self, offset: usize) -> (usize, usize) {
        let at = self.at(offset);
        (at + 1, at.checked_sub(1).map_or(0, |before| self.starts[before] as usize))
    }

    /// Where the line of an offset ends, before its break.
    pub(super) fn end(&self, offset: usize) -> usize {
        self.starts.get(self.at(offset)).map_or(self.length, |next| *next as usize - 1)
    }

    /// How many characters stand in a range.
    pub(super) fn characters(&self, bytes: &[u8], range: Range<usize>) -> usize {
        let steps = match &self.characters {
            Characters::Ascii => return range.len(),
            Characters::Steps(steps) if range.len() > STEP => steps,
            _ => return String::from_utf8_lossy(&bytes[range]).chars().count(),
        };
        let before = |offset: usize| {
            let step = (offset / STEP).min(steps.len() - 1);
            steps[step] + begun(&bytes[step * STEP..offset])
        };
        before(range.end) - before(range.start)
    }
}

/// The highest bit of each byte of eight that is a line break, and no other.
fn breaks(eight: u64) -> u64 {
    const LOW: u64 = 0x7f7f_7f7f_7f7f_7f7f;
    let other = eight ^ 0x0a0a_0a0a_0a0a_0a0a;
    !((other & LOW).wrapping_add(LOW) | other | LOW)
}

/// How many characters begin in these bytes of a text.
fn begun(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count()
}

/// Ranges in order, those that touch as one.
pub(super) fn merged(ranges: impl Iterator<Item = Range<usize>>) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = ranges.collect();
    ranges.sort_by_key(|r| (r.start, r.end));
    let mut out: Vec<Range<usize>> = Vec::new();
    for r in ranges {
        match out.last_mut().filter(|last| r.start <= last.end) {
            Some(last) => last.end = last.end.max(r.end),
            None => out.push(r),
        }
    }
    out
}

/// The beginning of the character at an offset, as far as the bytes are characters.
pub(super) fn boundary(bytes: &[u8], offset: usize) -> usize {
    let offset = offset.min(bytes.len());
    let inside = |i: &usize| bytes.get(*i).is_some_and(|b| b & 0xc0 == 0x80);
    (offset.saturating_sub(3)..=offset).rev().find(|i| !inside(i)).unwrap_or(offset)
}

/// The ranges that may be shown, by their beginnings.
pub(super) struct Shown {
    ranges: Vec<Range<usize>>,
    /// The largest end up to and with each of them.
    reach: Vec<usize>,
}

impl Shown {
    pub(super) fn of(visible: impl Iterator<Item = Range<usize>>) -> Self {
        let mut ranges: Vec<Range<usize>> = visible.collect();
        ranges.sort_by_key(|r| (r.start, r.end));
        let mut most = 0;
        let reach = ranges.iter().map(|r| {
            most = most.max(r.end);
            most
        });
        let reach = reach.collect();
        Self { ranges, reach }
    }

    /// Those that touch a range, by their beginnings.
    pub(super) fn touching(&self, range: Range<usize>) -> impl Iterator<Item = &Range<usize>> {
        let first = self.reach.partition_point(|end| *end <= range.start);
        let rest = self.ranges[first..].iter().take_while(move |r| r.start < range.end);
        rest.filter(move |r| r.end > range.start)
    }
}

#[cfg(test)]
#[expect(clippy::single_range_in_vec_init, reason = "one visible range is a list of ranges")]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_are_those_of_counting() {
        let long = format!("{}\n{}ż\nx", "żółw".repeat(700), "a".repeat(STEP * 3));
        for text in ["", "a", "a\n", "\n\n", "ż\nó=1\n", "\n\u{b}\n\t\n\n\u{8a}\n\n\n\nabc\n", &long] {
            let (bytes, lines) = (text.as_bytes(), Lines::of(text.as_bytes()));
            for offset in (0..=text.len()).filter(|i| text.is_char_boundary(*i)) {
                let before = &text[..offset];
                let start = before.rfind('\n').map_or(0, |i| i + 1);
                assert_eq!(lines.number(offset), before.matches('\n').count() + 1);
                assert_eq!(lines.start(offset), start);
                assert_eq!(lines.end(offset), text[offset..].find('\n').map_or(text.len(), |i| offset + i));
                assert_eq!(lines.characters(bytes, start..offset), text[start..offset].chars().count());
            }
        }
    }

    #[test]
    fn what_touches_is_found_behind_what_reaches_far() {
        let shown = Shown::of([40..45, 0..100, 10..12, 10..11, 60..61, 200..201].into_iter());
        let touching = |range| shown.touching(range).cloned().collect::<Vec<_>>();
        assert_eq!(touching(50..61), [0..100, 60..61]);
        assert_eq!(touching(11..12), [0..100, 10..12]);
        assert!(touching(100..200).is_empty());
        assert_eq!(touching(100..201), [200..201]);
    }
}
