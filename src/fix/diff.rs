//! What a fix changes, as a unified diff of masked lines: for reading, not for `patch`.

use crate::{report::clean, source::Source};
use similar::{Algorithm, DiffOp, capture_diff_slices, group_diff_ops};
use std::fmt::Write as _;

/// What stands above the diffs of a run.
pub const HEAD: &str = "# Masked: \u{2022}\u{2022}\u{2022} stands for what may be a secret. For reading, not for `patch`; `--fix` in place of \
                        `--diff` makes the changes.\n";

/// Lines of context around a change.
const CONTEXT: usize = 3;

/// The diff of one file. A change that the mask covers is said to be one in a line that begins with a backslash.
pub fn unified(path: &str, before: &Source, after: &Source) -> String {
    let (old, new) = (lines(before.bytes()), lines(after.bytes()));
    let (old_shown, new_shown) = (before.masked_lines(), after.masked_lines());
    let path = clean::line(path);
    let mut out = format!("--- {path}\n+++ {path}\n");
    for group in group_diff_ops(capture_diff_slices(Algorithm::Myers, &old, &new), CONTEXT) {
        let (Some(first), Some(last)) = (group.first(), group.last()) else { continue };
        let range = |from: usize, to: usize| match to - from {
            0 => format!("{from},0"),
            1 => (from + 1).to_string(),
            n => format!("{},{n}", from + 1),
        };
        let _ = writeln!(
            out,
            "@@ -{} +{} @@",
            range(first.old_range().start, last.old_range().end),
            range(first.new_range().start, last.new_range().end)
        );
        for op in &group {
            if let DiffOp::Equal { .. } = op {
                all(&mut out, ' ', &new_shown[op.new_range()]);
                continue;
            }
            let (gone, come) = (&old_shown[op.old_range()], &new_shown[op.new_range()]);
            all(&mut out, '-', gone);
            all(&mut out, '+', come);
            if gone == come {
                let same = old[op.old_range()].iter().map(|l| ending(l));
                out.push_str(if same.eq(new[op.new_range()].iter().map(|l| ending(l))) {
                    "\\ what changes here is masked\n"
                } else {
                    "\\ what changes here is masked, or an end of a line\n"
                });
            }
        }
    }
    out
}

fn lines(bytes: &[u8]) -> Vec<&[u8]> {
    bytes.split_inclusive(|b| *b == b'\n').collect()
}

/// A line's end: `\r\n`, `\n`, or none at the end of the file.
fn ending(line: &[u8]) -> &[u8] {
    let text = line.strip_suffix(b"\n").unwrap_or(line);
    &line[text.strip_suffix(b"\r").unwrap_or(text).len()..]
}

fn all(out: &mut String, mark: char, lines: &[String]) {
    for text in lines {
        out.push(mark);
        out.push_str(&clean::line(text));
        out.push('\n');
    }
}
