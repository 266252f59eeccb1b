//! Values of objects that are not what the API server takes.

use super::{Objects, Odd, Oddity, base64, is_typed};
use crate::{
    layer::{
        Entry, Map, Value,
        tree::{Node, Style},
    },
    secret::Secret,
    source::Span,
};

impl Objects<'_, '_> {
    /// What base64 stands for. It has no place of its own, so that it stays masked.
    pub(super) fn decoded(&mut self, name: &str, entry: &Entry, span: Span) -> Option<Value> {
        let text = entry.value.text.expose();
        let odd = |kind| Odd { span, kind };
        // SOPS decrypts it before the API server sees it.
        if text.starts_with("ENC[") {
            return None;
        }
        let Some(bytes) = base64::decode(text) else {
            // `REPLACE_WITH_BASE64`: whoever fills it in encodes it.
            const ASKS: [&str; 5] = ["REPLACE", "BASE64", "YOUR", "CHANGE", "TODO"];
            let template = text.starts_with('<') && text.ends_with('>')
                || entry.value.text.is_left_open()
                || text.split('_').any(|word| ASKS.contains(&word));
            self.out.odd.push(odd(if template { Oddity::Template } else { Oddity::NotBase64 }));
            return None;
        };
        let decoded = String::from_utf8(bytes).ok()?;
        // A whole file ends in a line break rightly.
        let variable = !name.contains('.');
        let mut read = decoded.as_str();
        if variable && decoded.lines().count() == 1 && decoded.ends_with('\n') {
            self.out.odd.push(odd(Oddity::LineEnd));
            // Told here; what it is judged by is the value.
            read = decoded.trim_end_matches(['\n', '\r']);
        }
        if variable && base64::is_one(read) {
            self.out.odd.push(odd(Oddity::Twice));
        }
        Some(Value { text: Secret::new(read), map: Map::default() })
    }

    /// The API server takes texts alone here.
    pub(super) fn typed(&mut self, node: &Node) {
        let plain = node.scalar().filter(|s| s.style == Style::Plain);
        if plain.is_some_and(|s| is_typed(s.value.text.expose())) {
            self.out.odd.push(Odd { span: node.span, kind: Oddity::Typed });
        }
    }
}
