//! SQL as `psql` takes it apart (PostgreSQL's `scan.l` and `psqlscan.l`). Comments are passed over, and so are the rows behind
//! `COPY … FROM stdin`.

/// What a token is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// A word or a number.
    Word,
    /// `"…"`.
    Name,
    /// `'…'`, and `E'…'`.
    String,
    /// `$tag$ … $tag$`.
    Block,
    /// One character of anything else.
    Sign,
    /// A command of psql, to the end of its line.
    Command,
}

/// A piece of a text of SQL.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token<'t> {
    /// What it is.
    pub kind: Kind,
    /// As it is written, with its quotes.
    pub text: &'t str,
    /// Its first byte in the text.
    pub start: usize,
    /// Something ends it.
    closed: bool,
}

impl<'t> Token<'t> {
    /// Whether it is one of these words, which are in upper case.
    pub(super) fn is(&self, words: &[&str]) -> bool {
        self.kind == Kind::Word && words.iter().any(|word| self.text.eq_ignore_ascii_case(word))
    }

    /// What stands between the quotes of a string or the marks of a block, and where in the text it begins; none of one that
    /// nothing closes.
    pub(super) fn inner(&self) -> Option<(usize, &'t str)> {
        let open = match self.kind {
            Kind::String => self.text.find('\'')? + 1,
            Kind::Block => self.text[1..].find('$')? + 2,
            _ => return None,
        };
        let mark = if self.kind == Kind::String { 1 } else { open };
        self.closed.then(|| (self.start + open, &self.text[open..self.text.len() - mark]))
    }
}

/// The tokens of a text, one after the other.
pub(super) struct Tokens<'t> {
    text: &'t str,
    at: usize,
    copy: Copying,
}

/// How much of `COPY … FROM stdin` was there since the last statement's end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Copying {
    /// Nothing of the statement yet.
    Open,
    No,
    Copy,
    From,
    Stdin,
}

impl<'t> Tokens<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        Self { text, at: 0, copy: Copying::Open }
    }

    /// Follows a statement, and passes over the rows behind it.
    fn follow(&mut self, token: &Token<'t>) {
        let ends = token.kind == Kind::Command || token.kind == Kind::Sign && token.text == ";";
        self.copy = match self.copy {
            Copying::Stdin if ends => {
                let rest = &self.text[self.at..];
                self.at += rest.find("\n\\.").map_or(rest.len(), |end| end + 3);
                Copying::Open
            }
            _ if ends => Copying::Open,
            Copying::Open if token.is(&["COPY"]) => Copying::Copy,
            Copying::Open | Copying::No => Copying::No,
            Copying::From if token.is(&["STDIN"]) => Copying::Stdin,
            Copying::Stdin => Copying::Stdin,
            Copying::Copy | Copying::From if token.is(&["FROM"]) => Copying::From,
            Copying::Copy | Copying::From => Copying::Copy,
        };
    }
}

impl<'t> Iterator for Tokens<'t> {
    type Item = Token<'t>;

    fn next(&mut self) -> Option<Token<'t>> {
        loop {
            let rest = &self.text[self.at..];
            let first = *rest.as_bytes().first()?;
            let (kind, (length, closed)) = match first {
                _ if first.is_ascii_whitespace() => {
                    self.at += 1;
                    continue;
                }
                b'-' if rest.starts_with("--") => {
                    self.at += line(rest);
                    continue;
                }
                b'/' if rest.starts_with("/*") => {
                    self.at += comment(rest);
                    continue;
                }
                b'\\' => (Kind::Command, (line(rest), true)),
                b'\'' => (Kind::String, quoted(rest, '\'')),
                b'"' => (Kind::Name, quoted(rest, '"')),
                b'e' | b'E' if rest[1..].starts_with('\'') => (Kind::String, escaped(rest)),
                b'$' if block(rest).is_some() => (Kind::Block, block(rest).unwrap_or((1, false))),
                _ if first.is_ascii_alphanumeric() || first == b'_' || first >= 0x80 => {
                    (Kind::Word, (word(rest), true))
                }
                _ => (Kind::Sign, (1, true)),
            };
            let token = Token { kind, text: &rest[..length], start: self.at, closed };
            self.at += length;
            self.follow(&token);
            return Some(token);
        }
    }
}

fn line(text: &str) -> usize {
    text.find('\n').unwrap_or(text.len())
}

fn word(text: &str) -> usize {
    let part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '$' || !c.is_ascii();
    text.find(|c| !part(c)).unwrap_or(text.len())
}

/// Comments of this form may be nested.
fn comment(text: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    let bytes = text.as_bytes();
    while at < bytes.len() {
        if bytes[at..].starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if bytes[at..].starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    at
}

/// A doubled quote is one of the text.
fn quoted(text: &str, quote: char) -> (usize, bool) {
    let mut at = 1;
    while let Some(i) = text[at..].find(quote) {
        at += i + 1;
        if !text[at..].starts_with(quote) {
            return (at, true);
        }
        at += 1;
    }
    (text.len(), false)
}

/// In `E'…'` a backslash takes the next byte along.
fn escaped(text: &str) -> (usize, bool) {
    let bytes = text.as_bytes();
    let mut at = 2;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'\'' if bytes.get(at + 1) == Some(&b'\'') => at += 2,
            b'\'' => return (at + 1, true),
            _ => at += 1,
        }
    }
    (bytes.len(), false)
}

/// `$tag$ … $tag$`.
fn block(text: &str) -> Option<(usize, bool)> {
    let end = text[1..].find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))? + 1;
    if text.as_bytes().get(end) != Some(&b'$') || text[1..end].starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let tag = &text[..=end];
    Some(text[tag.len()..].find(tag).map_or((text.len(), false), |i| (i + 2 * tag.len(), true)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<(Kind, &str)> {
        Tokens::of(text).map(|token| (token.kind, token.text)).collect()
    }

    #[test]
    fn each_token_is_what_psql_takes_it_for() {
        use Kind::{Block, Command, Name, Sign, String, Word};
        assert_eq!(
            told("ALTER ROLE \"a\"\"b\" -- 'no\n/* /* ' */ */ PASSWORD 'it''s';\\gexec now\nDO $x$ ';' $x$"),
            [
                (Word, "ALTER"),
                (Word, "ROLE"),
                (Name, "\"a\"\"b\""),
                (Word, "PASSWORD"),
                (String, "'it''s'"),
                (Sign, ";"),
                (Command, "\\gexec now"),
                (Word, "DO"),
                (Block, "$x$ ';' $x$"),
            ]
        );
        assert_eq!(
            told("E'a\\'b' e'c' $1 €"),
            [(String, "E'a\\'b'"), (String, "e'c'"), (Sign, "$"), (Word, "1"), (Word, "€")]
        );
    }

    #[test]
    fn rows_are_no_sql() {
        let text = "COPY public.t (a, \"from\") FROM stdin;\n1\tit's\n\\N\t;\n\\.\n\nGRANT x TO y;";
        let words: Vec<&str> = Tokens::of(text).filter(|t| t.kind == Kind::Word).map(|t| t.text).collect();
        assert_eq!(words, ["COPY", "public", "t", "a", "FROM", "stdin", "GRANT", "x", "TO", "y"]);
        assert_eq!(told("COPY t TO stdout;\n'x'").len(), 6);
        assert_eq!(told("COPY t FROM stdin;\n1\t2\n").len(), 5);
    }

    #[test]
    fn what_nothing_closes_has_no_inside() {
        for open in ["'abc", "E'abc\\'", "E'abc\\", "$a$ b", "'it''", "'", "E'"] {
            assert!(Tokens::of(open).all(|token| token.inner().is_none()), "{open}");
        }
        let inner = |text| Tokens::of(text).next().and_then(|token| token.inner());
        assert_eq!(inner(" 'abc'"), Some((2, "abc")));
        assert_eq!(inner("E''"), Some((2, "")));
        assert_eq!(inner("$a$b$a$"), Some((3, "b")));
        assert_eq!(inner("$$$$"), Some((2, "")));
    }
}
