//! TOML ▶ a tree. The grammar is that of the `toml` crate; places and maps are made here.

use super::{
    SegmentKind, Value,
    tree::{DEPTH, Invalid, Kind, Mapped, Node, Scalar, Style},
};
use crate::source::{SourceId, Span};
use std::{ops::Range, sync::Arc};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

/// The document of a text.
///
/// # Errors
/// Text that is no TOML 1.0, or that is nested deeper than [`DEPTH`].
pub(super) fn parse(id: SourceId, text: &str) -> Result<Node, Invalid> {
    let table = DeTable::parse(text)
        .map_err(|e| Invalid { at: e.span().map_or(0, |s| s.start), too_large: false })?;
    let builder = Builder { id, text };
    let span = table.span();
    builder.table(table.get_ref(), span, 0)
}

struct Builder<'t> {
    id: SourceId,
    text: &'t str,
}

impl Builder<'_> {
    fn span(&self, range: &Range<usize>) -> Span {
        let offset = |o: usize| u32::try_from(o).unwrap_or(u32::MAX);
        Span { source: self.id, start: offset(range.start), end: offset(range.end) }
    }

    fn table(&self, table: &DeTable<'_>, range: Range<usize>, depth: usize) -> Result<Node, Invalid> {
        if depth > DEPTH {
            return Err(Invalid { at: range.start, too_large: true });
        }
        let mut pairs = Vec::new();
        for (key, value) in table {
            let key = self.scalar(key.get_ref(), key.span());
            pairs.push((key, Arc::new(self.value(value, depth + 1)?)));
        }
        // The crate sorts by name; the order of the text is kept.
        pairs.sort_by_key(|(key, _)| key.span.start);
        Ok(Node { span: self.span(&range), kind: Kind::Mapping(pairs) })
    }

    fn value(&self, value: &Spanned<DeValue<'_>>, depth: usize) -> Result<Node, Invalid> {
        if depth > DEPTH {
            return Err(Invalid { at: value.span().start, too_large: true });
        }
        let range = value.span();
        Ok(match value.get_ref() {
            DeValue::String(text) => self.scalar(text, range),
            DeValue::Table(table) => self.table(table, range, depth)?,
            DeValue::Array(array) => {
                let items = array.iter().map(|item| self.value(item, depth + 1).map(Arc::new));
                Node { span: self.span(&range), kind: Kind::Sequence(items.collect::<Result<_, _>>()?) }
            }
            _ => {
                let mut mapped = Mapped::new(self.id);
                mapped.literal(self.text, range.clone());
                let value = mapped.finish(&self.text[range.clone()]);
                Node { span: self.span(&range), kind: Kind::Scalar(Scalar { value, style: Style::Plain }) }
            }
        })
    }

    /// A text: of a bare key its bytes, else what stands between the quotes.
    fn scalar(&self, read: &str, range: Range<usize>) -> Node {
        let raw = &self.text[range.clone()];
        let quotes = ["\"\"\"", "'''", "\"", "'"].into_iter();
        let quote =
            quotes.into_iter().find(|q| raw.len() >= 2 * q.len() && raw.starts_with(q) && raw.ends_with(q));
        let inner = quote.map_or(range.clone(), |q| range.start + q.len()..range.end - q.len());
        let value = self.mapped(read, inner.clone(), quote.is_some_and(|q| q.starts_with('"')));
        Node { span: self.span(&inner), kind: Kind::Scalar(Scalar { value, style: Style::Text }) }
    }

    /// With escapes each as a segment; where that does not come to what the crate read, without a map.
    fn mapped(&self, read: &str, inner: Range<usize>, escapes: bool) -> Value {
        let mut out = Mapped::new(self.id);
        let raw = &self.text[inner.clone()];
        let mut at = 0;
        while at < raw.len() {
            let stop = raw[at..].find('\\').filter(|_| escapes).map_or(raw.len(), |i| at + i);
            out.literal(self.text, inner.start + at..inner.start + stop);
            let Some(letter) = raw[stop..].chars().nth(1) else { break };
            let (length, decoded) = match letter {
                'b' => (2, Some('\u{8}')),
                't' => (2, Some('\t')),
                'n' => (2, Some('\n')),
                'f' => (2, Some('\u{c}')),
                'r' => (2, Some('\r')),
                'e' => (2, Some('\u{1b}')),
                '"' | '\\' => (2, Some(letter)),
                'u' | 'U' | 'x' => {
                    let digits = match letter {
                        'x' => 2,
                        'u' => 4,
                        _ => 8,
                    };
                    let hex = raw.get(stop + 2..stop + 2 + digits);
                    let code = hex.and_then(|hex| u32::from_str_radix(hex, 16).ok());
                    (2 + digits, code.and_then(char::from_u32))
                }
                _ => break,
            };
            let Some(decoded) = decoded else { break };
            let source = inner.start + stop..inner.start + stop + length;
            out.derived(source, decoded.encode_utf8(&mut [0; 4]), SegmentKind::Escape);
            at = stop + length;
        }
        out.finish(read)
    }
}
