//! Commands inside other carriers: the steps of a pipeline, the words of a container, the scripts of a package.

use super::{Argument, Command, Script, end, indented};
use crate::layer::{carried::Reader, tree::Node};
use std::ops::Range;

/// The commands of a value: a script, or a list of them. Where the value has escapes its text is not that of the file,
/// and nothing is read. `text` is that of the file.
pub(in crate::layer) fn lines(reader: &Reader<'_>, text: &str, node: &Node, out: &mut Script) {
    for item in node.items() {
        lines(reader, text, item, out);
    }
    if let Some(range) = affordable(text, node, out).and_then(|()| as_written(text, node)) {
        let line = text[..range.start].rfind('\n').map_or(0, |i| i + 1);
        // Of a block of several lines each stands as far to the right as the first.
        let lead = &text[line..range.start];
        let indent = if lead.trim().is_empty() { lead.len() } else { 0 };
        out.append(indented(reader, text, range, indent));
    }
}

/// Lists of words that make one command (`["psql", "postgres://…"]`); one with blanks in it may be a script as well.
pub(in crate::layer) fn words(reader: &Reader<'_>, text: &str, nodes: &[Option<&Node>], out: &mut Script) {
    let mut command = Command::default();
    for node in nodes.iter().flatten() {
        if node.scalar().is_some() {
            lines(reader, text, node, out);
        }
        for item in node.items() {
            let Some(scalar) = item.scalar().filter(|_| affordable(text, item, out).is_some()) else {
                continue;
            };
            if scalar.value.text.expose().trim().contains(char::is_whitespace) {
                lines(reader, text, item, out);
            }
            command.words.push(Argument { value: scalar.value.clone(), span: item.span, expands: false });
        }
    }
    end(out, &mut command);
}

/// Aliases may name one text a thousand times: twice what the file has is enough.
fn affordable(text: &str, node: &Node, out: &mut Script) -> Option<()> {
    out.bytes += node.span.range().len();
    (out.bytes <= 2 * text.len()).then_some(())
}

/// Where the text of a value stands in the file as it is, indentation aside.
fn as_written(text: &str, node: &Node) -> Option<Range<usize>> {
    let value = &node.scalar()?.value;
    let range = node.span.range();
    let raw = text.get(range.clone())?;
    let ink = |b: &u8| !b.is_ascii_whitespace();
    raw.bytes().filter(ink).eq(value.text.expose().bytes().filter(ink)).then_some(range)
}
