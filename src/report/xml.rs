//! Text in XML 1.0: what the standard forbids is replaced, what means something is escaped.

/// A text for an attribute or an element. Line breaks are written as references, so that an attribute keeps them.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\n' => out.push_str("&#10;"),
            // The `Char` of XML 1.0; surrogates are no characters of Rust.
            '\t' | '\r' | '\0'..='\x1f' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            _ => out.push(c),
        }
    }
    out
}

/// The line that opens a document.
pub(super) const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_what_was_begun() {
        assert_eq!(
            escaped("]]><a b='c' d=\"&\">\u{1}\n"),
            "]]&gt;&lt;a b=&apos;c&apos; d=&quot;&amp;&quot;&gt;\u{fffd}&#10;"
        );
    }
}
