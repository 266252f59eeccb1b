//! One JSON object as its members with their bytes. Strict (RFC 8259), so that every reader agrees on what stands
//! where; what lies deeper than the first level is checked and skipped.

use crate::secret::Secret;
use std::ops::Range;

/// One member of the object.
#[derive(Clone, Debug)]
pub struct Member {
    /// The name, decoded. A name may be anything, a slipped password too.
    pub name: Secret,
    /// The bytes of the name with its quotes.
    pub key: Range<usize>,
    /// The value.
    pub value: Json,
    /// The bytes of the value; of a string without its quotes.
    pub range: Range<usize>,
    /// The bytes are the value's own: nothing is escaped.
    pub exact: bool,
}

/// What a member holds.
#[derive(Clone, Debug)]
pub enum Json {
    /// A string, decoded.
    Text(Secret),
    /// A number, as it is written.
    Number(Secret),
    /// `true` or `false`.
    Truth(bool),
    /// `null`.
    Null,
    /// An object or a list.
    Nested,
}

/// Why a text is no JSON object, and where: an offset, never the text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Invalid {
    /// The byte at which it ends to be one.
    pub at: usize,
    /// What was expected there.
    pub why: &'static str,
}

/// Objects and lists inside each other beyond this are refused.
const DEPTH: usize = 64;

/// The members of a text that is one JSON object, in their order, duplicates kept.
///
/// # Errors
/// When it is anything else, by RFC 8259 to the letter: no comments, no trailing comma, no lone surrogate.
pub fn object(text: &str) -> Result<Vec<Member>, Invalid> {
    let mut reader = Reader { text, at: 0 };
    let members = reader.members()?;
    reader.blanks();
    if reader.at < text.len() {
        return Err(reader.invalid("the end of the document"));
    }
    Ok(members)
}

/// The text with blanks for its comments, byte by byte: `tsconfig.json` and `devcontainer.json` are written with them.
pub(super) fn without_comments(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len());
    let (mut kept, mut at, mut quoted) = (0, 0, false);
    while let Some(byte) = bytes.get(at) {
        let end = match byte {
            b'"' => {
                quoted = !quoted;
                None
            }
            b'\\' if quoted => {
                at += 1;
                None
            }
            b'/' if !quoted && bytes[at..].starts_with(b"//") => {
                Some(text[at..].find('\n').map_or(text.len(), |i| at + i))
            }
            b'/' if !quoted && bytes[at..].starts_with(b"/*") => {
                Some(text[at..].find("*/").map_or(text.len(), |i| at + i + 2))
            }
            _ => None,
        };
        let Some(end) = end else {
            at += 1;
            continue;
        };
        out.push_str(&text[kept..at]);
        out.extend(text[at..end].bytes().map(|b| if b == b'\n' { '\n' } else { ' ' }));
        (kept, at) = (end, end);
    }
    out.push_str(&text[kept..]);
    out
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl Reader<'_> {
    fn invalid(&self, why: &'static str) -> Invalid {
        Invalid { at: self.at, why }
    }

    fn next(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn blanks(&mut self) {
        while matches!(self.next(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> bool {
        let there = self.next() == Some(byte);
        self.at += usize::from(there);
        there
    }

    fn members(&mut self) -> Result<Vec<Member>, Invalid> {
        let mut out = Vec::new();
        self.blanks();
        if !self.take(b'{') {
            return Err(self.invalid("an object"));
        }
        self.blanks();
        if self.take(b'}') {
            return Ok(out);
        }
        loop {
            self.blanks();
            let start = self.at;
            let (name, _, _) = self.string()?;
            let key = start..self.at;
            self.blanks();
            if !self.take(b':') {
                return Err(self.invalid("a colon"));
            }
            self.blanks();
            let (value, range, exact) = self.value()?;
            out.push(Member { name, key, value, range, exact });
            self.blanks();
            if self.take(b'}') {
                return Ok(out);
            }
            if !self.take(b',') {
                return Err(self.invalid("a comma or the end of the object"));
            }
        }
    }

    fn value(&mut self) -> Result<(Json, Range<usize>, bool), Invalid> {
        let start = self.at;
        let word = |reader: &mut Self, word: &str, value| {
            if reader.text[start..].starts_with(word) {
                reader.at += word.len();
                Ok((value, start..start + word.len(), true))
            } else {
                Err(reader.invalid("a value"))
            }
        };
        match self.next() {
            Some(b'"') => {
                let (text, range, exact) = self.string()?;
                Ok((Json::Text(text), range, exact))
            }
            Some(b'{' | b'[') => {
                self.skip_nested()?;
                Ok((Json::Nested, start..self.at, true))
            }
            Some(b'-' | b'0'..=b'9') => {
                self.number()?;
                let range = start..self.at;
                Ok((Json::Number(Secret::new(&self.text[range.clone()])), range, true))
            }
            Some(b't') => word(self, "true", Json::Truth(true)),
            Some(b'f') => word(self, "false", Json::Truth(false)),
            Some(b'n') => word(self, "null", Json::Null),
            _ => Err(self.invalid("a value")),
        }
    }

    /// `-`, digits without a leading zero, a fraction, an exponent.
    fn number(&mut self) -> Result<(), Invalid> {
        self.take(b'-');
        if !self.take(b'0') {
            self.digits()?;
        }
        if self.take(b'.') {
            self.digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            if !self.take(b'+') {
                self.take(b'-');
            }
            self.digits()?;
        }
        Ok(())
    }

    fn digits(&mut self) -> Result<(), Invalid> {
        let start = self.at;
        while matches!(self.next(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at == start { Err(self.invalid("a digit")) } else { Ok(()) }
    }

    /// An object or a list, whatever it holds; the brackets that are open stand on a list of their own.
    fn skip_nested(&mut self) -> Result<(), Invalid> {
        let mut open: Vec<u8> = Vec::new();
        loop {
            self.blanks();
            let closing = match self.next() {
                Some(b'{') => Some(b'}'),
                Some(b'[') => Some(b']'),
                _ => None,
            };
            match closing {
                Some(close) if open.len() < DEPTH => {
                    self.at += 1;
                    self.blanks();
                    if !self.take(close) {
                        open.push(close);
                        self.name(close)?;
                        continue;
                    }
                }
                Some(_) => return Err(self.invalid("less depth")),
                None => drop(self.value()?),
            }
            // A value is complete: the next one of the list, or its end, and the end of what it stands in.
            loop {
                let Some(close) = open.last().copied() else { return Ok(()) };
                self.blanks();
                if self.take(close) {
                    open.pop();
                } else if self.take(b',') {
                    self.name(close)?;
                    break;
                } else {
                    return Err(self.invalid("a comma or a closing bracket"));
                }
            }
        }
    }

    /// Inside an object a name and a colon stand before each value.
    fn name(&mut self, close: u8) -> Result<(), Invalid> {
        if close == b']' {
            return Ok(());
        }
        self.blanks();
        self.string()?;
        self.blanks();
        if self.take(b':') { Ok(()) } else { Err(self.invalid("a colon")) }
    }

    /// The text, the bytes between the quotes, and whether they are the same.
    fn string(&mut self) -> Result<(Secret, Range<usize>, bool), Invalid> {
        if !self.take(b'"') {
            return Err(self.invalid("a string"));
        }
        let start = self.at;
        let mut decoded = String::new();
        let mut plain = start;
        loop {
            match self.next() {
                None => return Err(self.invalid("a closing quote")),
                Some(b'"') => {
                    decoded.push_str(&self.text[plain..self.at]);
                    let range = start..self.at;
                    self.at += 1;
                    return Ok((Secret::new(decoded), range, plain == start));
                }
                Some(b'\\') => {
                    decoded.push_str(&self.text[plain..self.at]);
                    self.at += 1;
                    decoded.push(self.escape()?);
                    plain = self.at;
                }
                Some(0..=0x1f) => return Err(self.invalid("no control character")),
                Some(_) => self.at += 1,
            }
        }
    }

    fn escape(&mut self) -> Result<char, Invalid> {
        let wrong = self.invalid("an escape sequence");
        let c = match self.next() {
            Some(b @ (b'"' | b'\\' | b'/')) => char::from(b),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                self.at += 1;
                let first = self.hex().ok_or(wrong)?;
                let code = if (0xd800..0xdc00).contains(&first) {
                    let low = (self.take(b'\\') && self.take(b'u')).then(|| self.hex()).flatten();
                    let low = low.filter(|l| (0xdc00..0xe000).contains(l)).ok_or(wrong)?;
                    0x1_0000 + ((first - 0xd800) << 10) + (low - 0xdc00)
                } else {
                    first
                };
                return char::from_u32(code).ok_or(wrong);
            }
            _ => return Err(wrong),
        };
        self.at += 1;
        Ok(c)
    }

    fn hex(&mut self) -> Option<u32> {
        let digits = self.text.get(self.at..self.at + 4)?;
        if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        self.at += 4;
        u32::from_str_radix(digits, 16).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<(String, String, bool)> {
        let shown = |v: &Json| match v {
            Json::Text(t) | Json::Number(t) => t.expose().to_owned(),
            Json::Truth(t) => t.to_string(),
            Json::Null => "null".into(),
            Json::Nested => "nested".into(),
        };
        let members = object(text).unwrap_or_else(|e| panic!("{e:?}: {text}"));
        members.iter().map(|m| (m.name.expose().to_owned(), shown(&m.value), m.exact)).collect()
    }

    #[test]
    fn members_with_their_bytes() {
        let text =
            " {\"host\" : \"db\",\"port\":5432, \"n\": {\"a\":[1,{}],\"b\":[]}, \"t\":true,\"z\":null}\n";
        let members = object(text).expect("an object");
        assert_eq!(&text[members[0].range.clone()], "db");
        assert_eq!(&text[members[0].key.clone()], "\"host\"");
        assert_eq!(&text[members[1].range.clone()], "5432");
        assert_eq!(&text[members[2].range.clone()], "{\"a\":[1,{}],\"b\":[]}");
        let read: Vec<String> = texts(text).into_iter().map(|(_, value, _)| value).collect();
        assert_eq!(read, ["db", "5432", "nested", "true", "null"]);
        assert!(object("{}").expect("empty").is_empty());
    }

    #[test]
    fn escapes_are_decoded_and_not_exact() {
        let read = texts(r#"{"a":"x\"\\\/\b\f\n\r\t\u0040\ud83d\ude00y","b":"żółw"}"#);
        assert_eq!(read[0], ("a".into(), "x\"\\/\u{8}\u{c}\n\r\t@😀y".into(), false));
        assert_eq!(read[1], ("b".into(), "żółw".into(), true));
    }

    #[test]
    fn comments_become_blanks_byte_by_byte() {
        for (text, want) in [
            ("{\"a\": 1, // ż\n}", "{\"a\": 1,      \n}"),
            ("/* a\n */{}", "    \n   {}"),
            ("{\"url\": \"http://x/*\"}", "{\"url\": \"http://x/*\"}"),
            ("{\"a\": \"\\\"//\"}// x", "{\"a\": \"\\\"//\"}    "),
            ("{\"a\": \"\\", "{\"a\": \"\\"),
            ("{} /*", "{}   "),
        ] {
            assert_eq!(without_comments(text), want);
        }
    }

    #[test]
    fn what_is_none() {
        for (text, at) in [
            ("", 0),
            ("[]", 0),
            ("\u{feff}{}", 0),
            ("{", 1),
            ("{\"a\"}", 4),
            ("{\"a\":}", 5),
            ("{\"a\":1,}", 7),
            ("{\"a\":007}", 6),
            ("{\"a\":1.}", 7),
            ("{\"a\":tru}", 5),
            ("{\"a\":\"x", 7),
            ("{\"a\":\"\n\"}", 6),
            ("{\"a\":\"\\q\"}", 7),
            ("{\"a\":\"\\ud83dx\"}", 7),
            ("{\"a\":\"\\u00é\"}", 7),
            ("{\"a\":[1,]}", 8),
            ("{\"a\":{1:2}}", 6),
            ("{} x", 3),
            ("{'a':1}", 1),
        ] {
            assert_eq!(object(text).expect_err(text).at, at, "{text}");
        }
        let deep = |n: usize| format!("{{\"a\":{}{}}}", "[".repeat(n), "]".repeat(n));
        assert!(object(&deep(DEPTH)).is_ok() && object(&deep(DEPTH + 1)).is_err());
        assert!(object(&format!("{{\"a\":{}", "[".repeat(1_000_000))).is_err());
    }
}
