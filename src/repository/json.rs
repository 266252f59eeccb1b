//! The strings of a JSON object, with their places: enough of JSON to find a dependency's name.

use std::ops::Range;

/// A string on the first or second level of a JSON text.
pub(super) struct Member<'t> {
    /// The key on the first level.
    pub(super) section: &'t str,
    /// The key on the second level; empty for a string on the first.
    pub(super) key: &'t str,
    /// The key's place, without its quotes; the section's where there is no key.
    pub(super) key_range: Range<usize>,
    /// The text as written, escapes and all.
    pub(super) value: &'t str,
    /// Its place, without its quotes.
    pub(super) value_range: Range<usize>,
}

/// Every string on the first two levels. What is no JSON gives what was found before it.
pub(super) fn members(text: &str) -> Vec<Member<'_>> {
    let bytes = text.as_bytes();
    let mut out = Vec::new();
    // What is open; of an object the key that was read last.
    let mut open: Vec<Option<Range<usize>>> = Vec::new();
    let (mut objects, mut expects_key, mut at) = (Vec::new(), false, 0);
    while at < bytes.len() {
        match bytes[at] {
            b'"' => {
                let Some(end) = end_of_string(bytes, at + 1) else { return out };
                let range = at + 1..end;
                at = end;
                if expects_key {
                    expects_key = false;
                    if let Some(key) = open.last_mut() {
                        *key = Some(range);
                    }
                } else if let (1 | 2, Some(Some(key)), Some(true)) = (open.len(), open.last(), objects.last())
                    && let Some(Some(section)) = open.first()
                {
                    out.push(Member {
                        section: &text[section.clone()],
                        key: if open.len() == 2 { &text[key.clone()] } else { "" },
                        key_range: key.clone(),
                        value: &text[range.clone()],
                        value_range: range,
                    });
                }
            }
            b'{' | b'[' => {
                expects_key = bytes[at] == b'{';
                open.push(None);
                objects.push(expects_key);
            }
            b'}' | b']' => {
                open.pop();
                objects.pop();
                expects_key = false;
            }
            b',' => expects_key = objects.last() == Some(&true),
            _ => {}
        }
        at += 1;
    }
    out
}

fn end_of_string(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    while at < bytes.len() {
        match bytes[at] {
            b'"' => return Some(at),
            b'\\' => at += 2,
            b'\n' => return None,
            _ => at += 1,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_of_two_levels() {
        let text = r#"{"a": "1", "b": {"c": "2", "d": ["x", {"y": "z"}], "e\"": "3\\"}, "f": ["g"], "h": {"i": {"j": "k"}}}"#;
        let found: Vec<_> = members(text).into_iter().map(|m| (m.section, m.key, m.value)).collect();
        assert_eq!(found, [("a", "", "1"), ("b", "c", "2"), ("b", r#"e\""#, r"3\\")]);
    }

    #[test]
    fn what_is_no_json_is_harmless() {
        for text in [
            "",
            "{",
            "}}}}",
            "\"",
            "{\"a",
            "{\"a\\",
            "[\"a\"]",
            "\"a\":\"b\"",
            "{\"ż\":\"ó",
            "{{{{\"a\":\"b\"",
        ] {
            members(text);
        }
    }
}
