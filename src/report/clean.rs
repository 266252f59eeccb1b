//! The door that every text of a report passes on its way to a terminal: no control character, nothing
//! invisible, nothing that turns the reading direction, no endless line. Widths and columns stay true.

use std::ops::Range;

/// A single line.
pub fn line(text: &str) -> String {
    if is_clean(text, false) {
        return text.to_owned();
    }
    capped(text).map(visible).chain(cut(text)).collect()
}

/// Text whose line breaks are wanted (notes, help).
pub fn lines(text: &str) -> String {
    lines_exactly(text.trim_end())
}

/// Text that is inserted as it stands: its line breaks and its spaces are part of it.
pub fn lines_exactly(text: &str) -> String {
    if is_clean(text, true) {
        return text.to_owned();
    }
    capped(text).map(|c| if c == '\n' { c } else { visible(c) }).chain(cut(text)).collect()
}

/// Text broken at spaces, so that no line is wider than `width` where a space allows it. What stands between
/// backticks is to be copied, and stays on one line.
pub fn wrapped(text: &str, width: usize) -> String {
    let clean = lines(text);
    if clean.len() <= width && !clean.starts_with(' ') && !clean.contains('\n') {
        return clean;
    }
    let mut out = String::with_capacity(clean.len() + 8);
    for (i, paragraph) in clean.split('\n').enumerate() {
        if i > 0 {
            out.push('\n');
        }
        let mut used = 0;
        words(paragraph, &mut |word| {
            let len = word.chars().count();
            if used > 0 && used + 1 + len > width {
                out.push('\n');
                used = 0;
            } else if used > 0 {
                out.push(' ');
                used += 1;
            }
            out.push_str(word);
            used += len;
        });
    }
    out
}

/// Masked lines on their way to a picture: cleaned, cut around what is marked, with the way from an offset in
/// the original to one in the result.
#[derive(Debug)]
pub struct Excerpted {
    /// The cleaned text.
    pub text: String,
    map: Vec<(usize, usize)>,
}

impl Excerpted {
    /// Keeps of each line what `hull` marks, at most `most` characters of it, and at most `sides` characters before
    /// and after it. Any `hull` will do, also one past the end or between the bytes of a character.
    pub fn new(text: &str, hull: Range<usize>, most: usize, sides: usize) -> Self {
        let mut out = Self { text: String::new(), map: Vec::new() };
        let mut from = 0;
        for line in text.split('\n').take(LINES) {
            if from > 0 {
                out.text.push('\n');
            }
            let len = line.len();
            let mut mark = hull.start.saturating_sub(from).min(len)..hull.end.saturating_sub(from).min(len);
            mark.end = mark.end.max(mark.start);
            out.line(line, from, mark, (most, sides));
            from += len + 1;
        }
        out
    }

    /// Where a range of the original lies now: always within the text, on character boundaries, and in order.
    pub fn range(&self, original: &Range<usize>) -> Range<usize> {
        let start = self.at(original.start);
        start..self.at(original.end).max(start)
    }

    fn at(&self, original: usize) -> usize {
        let i = self.map.partition_point(|(o, _)| *o < original);
        self.map.get(i).or(self.map.last()).map_or(0, |(_, new)| *new)
    }

    fn line(&mut self, line: &str, from: usize, mark: Range<usize>, (most, sides): (usize, usize)) {
        let (start, end) = (floor(line, mark.start), floor(line, mark.end));
        let first = line[..start].char_indices().rev().take(sides).last().map_or(start, |(i, _)| i);
        let last = match line[start..end].char_indices().nth(most) {
            Some((i, _)) => start + i,
            None => line[end..].char_indices().nth(sides).map_or(line.len(), |(i, _)| end + i),
        };
        if first > 0 {
            self.text.push('…');
        }
        let shown = &line[first..last];
        self.map.reserve(shown.len() + 2);
        self.text.reserve(shown.len());
        for (i, c) in shown.char_indices() {
            self.map.push((from + first + i, self.text.len()));
            self.text.push(if matches!(c, ' '..='~') { c } else { visible(c) });
        }
        self.map.extend([(from + last, self.text.len()), (from + line.len(), self.text.len())]);
        if last < line.len() {
            self.text.push('…');
        }
    }
}

/// What a character is shown as; always one character.
fn visible(c: char) -> char {
    match c {
        '\t' => ' ',
        '\0'..='\x1f' => char::from_u32(0x2400 + u32::from(c)).unwrap_or(UNSHOWN),
        '\x7f' => '␡',
        '\u{80}'..='\u{9f}'
        | '\u{ad}'
        | '\u{61c}'
        | '\u{180e}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        // Tags, and the private planes: one of their characters is the text writer's own.
        | '\u{e0000}'..='\u{10ffff}' => UNSHOWN,
        _ => c,
    }
}

/// Whether a text may pass as it stands: what we say ourselves is such a text as a rule.
fn is_clean(text: &str, breaks: bool) -> bool {
    text.len() <= LONGEST && text.bytes().all(|b| matches!(b, b' '..=b'~') || breaks && b == b'\n')
}

fn capped(text: &str) -> impl Iterator<Item = char> {
    text.chars().take(LONGEST)
}

fn cut(text: &str) -> Option<char> {
    text.chars().nth(LONGEST).map(|_| '…')
}

/// The words between single spaces; a space between backticks does not count.
fn words<'t>(text: &'t str, each: &mut dyn FnMut(&'t str)) {
    let (mut from, mut quoted) = (0, false);
    for (i, byte) in text.bytes().enumerate() {
        match byte {
            b'`' => quoted = !quoted && text[i + 1..].contains('`'),
            b' ' if !quoted => {
                each(&text[from..i]);
                from = i + 1;
            }
            _ => {}
        }
    }
    each(&text[from..]);
}

fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0)
}

/// Stands for what has no picture of its own.
const UNSHOWN: char = '\u{fffd}';
/// No text of a finding is longer, in characters.
const LONGEST: usize = 4000;
/// No excerpt has more lines.
const LINES: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_not_broken() {
        let text = "run `pgward preflight --install`, or have an owner run it";
        assert_eq!(wrapped(text, 20), "run\n`pgward preflight --install`,\nor have an owner run\nit");
    }

    #[test]
    fn offsets_follow_the_cut() {
        let text = format!("{}żółw{}", "a".repeat(50), "b".repeat(50));
        let shown = Excerpted::new(&text, 50..57, 9, 3);
        assert_eq!(shown.text, "…aaażółwbbb…");
        assert_eq!(&shown.text[shown.range(&(50..57))], "żółw");
        let shown = Excerpted::new(&text, 50..100, 4, 3);
        assert_eq!(shown.text, "…aaażółw…");
        assert_eq!(&shown.text[shown.range(&(50..100))], "żółw");
    }

    #[test]
    fn any_range_will_do() {
        for text in ["", "\n", "ż", "a\u{1b}b\nżó\u{202e}\n\nx"] {
            for a in 0..text.len() + 3 {
                for b in 0..text.len() + 3 {
                    let shown = Excerpted::new(text, a..b, 2, 2);
                    assert!(shown.text.get(shown.range(&(a..b))).is_some(), "{text:?} {a}..{b}");
                }
            }
        }
    }
}
