//! `$NAME` and `${…}`, arithmetic, and what is not known without running something.

use super::{
    Failure, Shell, Stop,
    expand::{Fields, Mode},
    is_name,
    pattern::{arithmetic, slice, substitute, trim},
    scan::{Open, closing},
};
use crate::layer::{ProblemKind, SegmentKind, dotenv::text::Text};
use std::ops::Range;

impl Shell<'_, '_> {
    /// What begins with `$`.
    pub(super) fn dollar(
        &mut self,
        at: usize,
        end: usize,
        mode: Mode,
        out: &mut Fields,
        depth: usize,
    ) -> Result<usize, Failure> {
        let text = self.run.text;
        let quoted = mode != Mode::Plain;
        let rest = &text[at + 1..end];
        match rest.bytes().next() {
            Some(b'{') => {
                let close = closing(text, at + 2, self.bash, Open::Brace { quoted })?;
                self.parameter(at..close, at + 2..close - 1, quoted, out, depth + 1)?;
                Ok(close)
            }
            Some(b'(') => {
                let close = closing(text, at + 2, self.bash, Open::Paren)?;
                if rest.starts_with("((") && close >= at + 5 && text[..close].ends_with("))") {
                    let mut inner = Fields::new(false);
                    self.expand(at + 3..close - 2, Mode::Double, false, &mut inner, depth + 1)?;
                    let unknown = inner.now.pieces().any(|(_, _, kind)| kind == SegmentKind::Command);
                    let lookup = |name: &str| self.variable(name);
                    match arithmetic(inner.now.as_str(), &lookup) {
                        _ if unknown => out.expansion("", at..close, SegmentKind::Command, quoted),
                        Some(n) => out.expansion(&n.to_string(), at..close, SegmentKind::Reference, quoted),
                        None => return Err(self.bad(at..close)),
                    }
                } else {
                    self.command(at..close, quoted, out);
                }
                Ok(close)
            }
            Some(b) if b.is_ascii_alphabetic() || b == b'_' => {
                let len = rest.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
                self.plain(&rest[..len], at..at + 1 + len, quoted, out)?;
                Ok(at + 1 + len)
            }
            Some(b) if b.is_ascii_digit() || b"@*#?-$!".contains(&b) => {
                self.plain(&rest[..1], at..at + 2, quoted, out)?;
                Ok(at + 2)
            }
            _ => {
                out.begun = true;
                out.now.copy(text, at..at + 1);
                Ok(at + 1)
            }
        }
    }

    /// An expansion that cannot be read: bash drops the command, dash ends.
    fn bad(&mut self, at: Range<usize>) -> Failure {
        if self.bash { Failure::Command } else { Stop(at, ProblemKind::BadReference).into() }
    }

    /// The value of a parameter, and whether it is known.
    fn parameter_value(&mut self, name: &str, at: &Range<usize>) -> (Option<String>, bool) {
        let own = self.bash
            && matches!(
                name,
                "RANDOM"
                    | "SRANDOM"
                    | "SECONDS"
                    | "LINENO"
                    | "UID"
                    | "EUID"
                    | "HOSTNAME"
                    | "BASH"
                    | "BASH_VERSION"
            );
        match name {
            "?" => (Some(self.status.to_string()), true),
            "$" | "PPID" | "BASHPID" => {
                self.depends(at.clone(), ProblemKind::ProcessId);
                (Some(String::new()), false)
            }
            "!" => (None, true),
            "@" | "*" | "#" | "-" | "0" | "_" | "PWD" | "OLDPWD" | "SHLVL" => {
                let value = if is_name(name) { self.variable(name) } else { None };
                if value.is_some() {
                    return (value, true);
                }
                self.depends(at.clone(), ProblemKind::Surroundings);
                (None, false)
            }
            _ if name.bytes().all(|b| b.is_ascii_digit()) => {
                self.depends(at.clone(), ProblemKind::Surroundings);
                (None, false)
            }
            _ => {
                let value = self.variable(name);
                if value.is_none() && own {
                    self.depends(at.clone(), ProblemKind::Surroundings);
                    return (None, false);
                }
                (value, !self.unknown.contains(name))
            }
        }
    }

    /// A parameter by itself.
    fn plain(&mut self, name: &str, at: Range<usize>, quoted: bool, out: &mut Fields) -> Result<(), Failure> {
        let (value, known) = self.parameter_value(name, &at);
        let kind = match (&value, known) {
            (_, false) => SegmentKind::Command,
            (Some(_), _) => SegmentKind::Reference,
            (None, _) => SegmentKind::Unresolved,
        };
        let value = value.unwrap_or_default();
        self.spend(value.len(), &at)?;
        out.expansion(&value, at, kind, quoted);
        Ok(())
    }

    /// `${…}`; `whole` with the braces, `body` without.
    fn parameter(
        &mut self,
        whole: Range<usize>,
        body: Range<usize>,
        quoted: bool,
        out: &mut Fields,
        depth: usize,
    ) -> Result<(), Failure> {
        let text = self.run.text;
        let inner = &text[body.clone()];
        let word_len = |t: &str| -> usize {
            match t.bytes().next() {
                Some(b) if b.is_ascii_digit() => t.bytes().take_while(u8::is_ascii_digit).count(),
                Some(b) if b.is_ascii_alphabetic() || b == b'_' => {
                    t.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count()
                }
                Some(b) if b"@*#?-$!".contains(&b) => 1,
                _ => 0,
            }
        };
        if let Some(name) = inner.strip_prefix('#').filter(|n| !n.is_empty() && word_len(n) == n.len()) {
            let (value, known) = self.parameter_value(name, &whole);
            let kind = if known { SegmentKind::Reference } else { SegmentKind::Command };
            let length = value.unwrap_or_default().chars().count().to_string();
            out.expansion(&length, whole, kind, quoted);
            return Ok(());
        }
        let indirect = self.bash && inner.starts_with('!') && word_len(&inner[1..]) > 0;
        let skip = usize::from(indirect);
        let len = word_len(&inner[skip..]);
        if len == 0 {
            return Err(self.bad(whole));
        }
        let mut name = inner[skip..skip + len].to_owned();
        let mut from = body.start + skip + len;
        if indirect {
            name = match self.parameter_value(&name, &whole).0 {
                Some(name) if word_len(&name) == name.len() && !name.is_empty() => name,
                _ => return Err(self.bad(whole)),
            };
        }
        if self.bash && text[from..body.end].starts_with('[') {
            let Some(end) = text[from..body.end].find(']') else { return Err(self.bad(whole)) };
            if !matches!(&text[from + 1..from + end], "0" | "@" | "*") {
                name = "\u{0}".to_owned();
            }
            from += end + 1;
        }
        let rest = &text[from..body.end];
        if rest.is_empty() {
            return self.plain(&name, whole, quoted, out);
        }
        let colon = rest.starts_with(':');
        let operator = rest.as_bytes().get(usize::from(colon)).copied().unwrap_or(0);
        let word = from + usize::from(colon) + 1..body.end;
        if matches!(operator, b'-' | b'=' | b'?' | b'+') {
            return self.test(&name, operator, colon, whole, word, quoted, out, depth);
        }
        let (value, known) = self.parameter_value(&name, &whole);
        let set = value.is_some();
        let value = value.unwrap_or_default();
        let result = match rest.as_bytes()[0] {
            b'#' | b'%' => {
                let twice = rest.as_bytes().get(1) == Some(&rest.as_bytes()[0]);
                let pattern = self.pattern(from + 1 + usize::from(twice)..body.end, depth)?;
                self.limit(&value, &pattern, &whole)?;
                trim(&value, &pattern, rest.starts_with('#'), twice)
            }
            b'/' if self.bash => {
                let all = rest.starts_with("//");
                let from = from + 1 + usize::from(all);
                let slash = text[from..body.end].find('/').map_or(body.end, |i| from + i);
                let pattern = self.pattern(from..slash, depth)?;
                let with = self.pattern((slash + 1).min(body.end)..body.end, depth)?;
                self.limit(&value, &pattern, &whole)?;
                substitute(&value, &pattern, &with, all)
            }
            b'^' | b',' if self.bash => {
                let up = rest.starts_with('^');
                let every = rest.len() > 1 && rest.as_bytes()[1] == rest.as_bytes()[0];
                let change =
                    |c: char| if up { c.to_uppercase().to_string() } else { c.to_lowercase().to_string() };
                if every {
                    value.chars().map(change).collect()
                } else {
                    let mut chars = value.chars();
                    chars.next().map(change).unwrap_or_default() + chars.as_str()
                }
            }
            b':' if self.bash => {
                let mut parts = Fields::new(false);
                self.expand(from + 1..body.end, Mode::Double, false, &mut parts, depth + 1)?;
                let lookup = |name: &str| self.variable(name);
                match slice(&value, parts.now.as_str(), &lookup) {
                    Some(text) => text,
                    None => return Err(self.bad(whole)),
                }
            }
            _ => return Err(self.bad(whole)),
        };
        let kind = match (known, set) {
            (false, _) => SegmentKind::Command,
            (_, true) => SegmentKind::Reference,
            (_, false) => SegmentKind::Unresolved,
        };
        self.spend(result.len(), &whole)?;
        out.expansion(&result, whole, kind, quoted);
        Ok(())
    }

    /// `-`, `=`, `?` and `+`, with and without a colon.
    #[expect(clippy::too_many_arguments, reason = "one expansion has as many parts")]
    fn test(
        &mut self,
        name: &str,
        operator: u8,
        colon: bool,
        whole: Range<usize>,
        word: Range<usize>,
        quoted: bool,
        out: &mut Fields,
        depth: usize,
    ) -> Result<(), Failure> {
        let (value, known) = self.parameter_value(name, &whole);
        let there = value.as_ref().is_some_and(|v| !(colon && v.is_empty())) || !known && value.is_some();
        let mode = if quoted { Mode::Brace } else { Mode::Plain };
        match operator {
            b'+' if there => return self.word(word, mode, SegmentKind::Reference, out, depth),
            b'+' => out.expansion("", whole, SegmentKind::Unresolved, quoted),
            _ if there => {
                let kind = if known { SegmentKind::Reference } else { SegmentKind::Command };
                let value = value.unwrap_or_default();
                self.spend(value.len(), &whole)?;
                out.expansion(&value, whole, kind, quoted);
            }
            b'-' => return self.word(word, mode, SegmentKind::Fallback, out, depth),
            b'=' if is_name(name) => {
                let mut inner = Fields::new(false);
                self.expand(word.clone(), mode, false, &mut inner, depth)?;
                if self.is_readonly(name) {
                    return Err(self.bad(whole));
                }
                let text = inner.now.as_str().to_owned();
                let at = whole.start + 2..whole.start + 2 + name.len();
                self.put(name, Some(inner.now), &at, &word, whole.start);
                out.expansion(&text, whole, SegmentKind::Fallback, quoted);
            }
            b'=' => return Err(self.bad(whole)),
            _ => return Err(Stop(whole, ProblemKind::Required).into()),
        }
        Ok(())
    }

    /// The word of an expansion, put in its place: what is literal in it stands for the whole.
    fn word(
        &mut self,
        word: Range<usize>,
        mode: Mode,
        kind: SegmentKind,
        out: &mut Fields,
        depth: usize,
    ) -> Result<(), Failure> {
        let mut inner = Fields::new(out.splits && mode == Mode::Plain);
        inner.begun = mode != Mode::Plain;
        self.expand(word, mode, false, &mut inner, depth)?;
        let last = std::mem::take(&mut inner.now);
        let begun = inner.begun;
        for text in std::mem::take(&mut inner.done) {
            put_in(&text, &kind, out);
            out.end_field();
        }
        self.spend(last.len(), &(0..0))?;
        put_in(&last, &kind, out);
        out.begun |= begun;
        Ok(())
    }

    /// A pattern with what is quoted in it made literal.
    fn pattern(&mut self, range: Range<usize>, depth: usize) -> Result<String, Failure> {
        let literal = self.run.text[range.clone()].contains(['\'', '"']);
        let mut inner = Fields::new(false);
        self.expand(range, Mode::Plain, false, &mut inner, depth + 1)?;
        let text = inner.now.as_str();
        Ok(if literal { text.chars().flat_map(|c| ['\\', c]).collect() } else { text.to_owned() })
    }

    /// Patterns are tried at every place: only short texts.
    fn limit(&mut self, value: &str, pattern: &str, at: &Range<usize>) -> Result<(), Failure> {
        let work = value.len().saturating_mul(value.len()).saturating_mul(pattern.len() + 1);
        self.spend(work / 64, at)
    }
}

fn put_in(text: &Text, kind: &SegmentKind, out: &mut Fields) {
    for (range, source, own) in text.pieces() {
        let kind = if matches!(own, SegmentKind::Literal | SegmentKind::Escape) { kind.clone() } else { own };
        out.begun = true;
        out.now.derive(&text.as_str()[range], source, kind);
    }
}
