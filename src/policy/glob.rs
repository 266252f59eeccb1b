//! Patterns of paths as `.gitignore` and ruff have them. Not a crate, because a service has a budget of 110 of them;
//! `tests/policy.rs` compares it with globset. Matching is linear in pattern times path and never recurses.

/// A pattern of paths. Without a `/` inside it fits at any depth, else it begins at the directory of the policy. What
/// fits a directory fits everything below it. `*` and `?` stay within a name, `**` is any number of directories,
/// `[a-z]`, `[!a-z]` and `{a,b}` are as in a shell; case counts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Glob {
    /// The alternatives that `{a,b}` makes; one fits or none.
    alternatives: Vec<Vec<Segment>>,
    /// It ends in `/`: what fits it is a directory.
    directory: bool,
}

/// What fits one name of a path.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Segment {
    /// `**`.
    Any,
    /// One name.
    Name(Vec<Token>),
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Token {
    Char(char),
    /// `?`.
    One,
    /// `*`.
    Many,
    /// `[…]`: whether it is negated, and the ranges.
    Class(bool, Vec<(char, char)>),
}

/// More alternatives than this are a mistake.
const ALTERNATIVES: usize = 64;

/// A pattern longer than this is a mistake.
const LENGTH: usize = 1024;

impl Glob {
    /// Reads a pattern.
    ///
    /// # Errors
    /// One sentence that says what is wrong, free of the pattern.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        if text.is_empty() {
            return Err("an empty glob fits nothing");
        }
        if text.len() > LENGTH {
            return Err("a glob has at most 1024 bytes");
        }
        if text.contains('\\') {
            return Err("a glob separates names with `/`, and `\\` has no meaning in it");
        }
        if text.starts_with('!') {
            return Err("a glob cannot be negated; `include` and `exclude` are two lists");
        }
        let directory = text.ends_with('/');
        let alternatives = braces(text.trim_end_matches('/'))?;
        let segments = alternatives.iter().map(|text| segments(text)).collect::<Result<_, _>>()?;
        Ok(Self { alternatives: segments, directory })
    }

    /// Whether it fits a path, given as its names from the directory of the policy, or a directory above it.
    pub fn fits(&self, path: &[&str]) -> bool {
        self.alternatives.iter().any(|segments| {
            let last = if self.directory { path.len().saturating_sub(1) } else { path.len() };
            fits_a_prefix(segments, path, last)
        })
    }

    /// As [`Glob::fits`], for a directory.
    pub fn fits_directory(&self, path: &[&str]) -> bool {
        self.alternatives.iter().any(|segments| fits_a_prefix(segments, path, path.len()))
    }
}

/// Whether the segments fit the first names of a path, at most `last` of them: the states in which the pattern can be
/// after each name, all at once.
fn fits_a_prefix(segments: &[Segment], path: &[&str], last: usize) -> bool {
    let end = segments.len();
    let mut states = vec![false; end + 1];
    states[0] = true;
    for name in &path[..last] {
        // `**` may stand for nothing, but at the end for something.
        for at in 0..end.saturating_sub(1) {
            if states[at] && segments[at] == Segment::Any {
                states[at + 1] = true;
            }
        }
        let mut next = vec![false; end + 1];
        for at in (0..end).filter(|at| states[*at]) {
            match &segments[at] {
                Segment::Any => {
                    next[at] = true;
                    next[end] |= at + 1 == end;
                }
                Segment::Name(tokens) => next[at + 1] |= fits_name(tokens, name),
            }
        }
        if next[end] {
            return true;
        }
        states = next;
    }
    false
}

/// Whether tokens fit a name: on a mismatch the last `*` takes one character more.
fn fits_name(tokens: &[Token], name: &str) -> bool {
    let name: Vec<char> = name.chars().collect();
    let (mut token, mut at) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while at < name.len() {
        let one = match tokens.get(token) {
            Some(Token::Many) => {
                star = Some((token, at));
                token += 1;
                continue;
            }
            Some(Token::Char(c)) => *c == name[at],
            Some(Token::One) => true,
            Some(Token::Class(negated, ranges)) => {
                ranges.iter().any(|(from, to)| (*from..=*to).contains(&name[at])) != *negated
            }
            None => false,
        };
        if one {
            (token, at) = (token + 1, at + 1);
        } else if let Some((many, from)) = star {
            star = Some((many, from + 1));
            (token, at) = (many + 1, from + 1);
        } else {
            return false;
        }
    }
    tokens[token..].iter().all(|t| *t == Token::Many)
}

/// `a{b,c}d` ▶ `abd`, `acd`. Braces do not nest; inside `[…]` they are characters.
fn braces(text: &str) -> Result<Vec<String>, &'static str> {
    let mut out = vec![String::new()];
    let mut open: Option<Vec<String>> = None;
    let mut class = false;
    for c in text.chars() {
        match (c, &mut open) {
            ('{', None) if !class => open = Some(vec![String::new()]),
            ('{', Some(_)) if !class => return Err("braces do not stand inside braces in a glob"),
            (',', Some(choices)) if !class => choices.push(String::new()),
            ('}', Some(choices)) if !class => {
                if out.len() * choices.len() > ALTERNATIVES {
                    return Err("a glob stands for at most 64 alternatives");
                }
                out = out.iter().flat_map(|o| choices.iter().map(move |c| format!("{o}{c}"))).collect();
                open = None;
            }
            ('}', None) if !class => return Err("a brace of this glob is closed and not opened"),
            (c, open) => {
                class = c == '[' || class && c != ']';
                match open {
                    Some(choices) => choices.last_mut().into_iter().for_each(|choice| choice.push(c)),
                    None => out.iter_mut().for_each(|o| o.push(c)),
                }
            }
        }
    }
    if open.is_some() { Err("a brace of this glob is not closed") } else { Ok(out) }
}

fn segments(text: &str) -> Result<Vec<Segment>, &'static str> {
    let names: Vec<&str> = text.split('/').filter(|name| !matches!(*name, "" | ".")).collect();
    if names.is_empty() {
        return Err("this glob names nothing");
    }
    let mut out = if text.contains('/') { Vec::new() } else { vec![Segment::Any] };
    for name in names {
        match name {
            ".." => return Err("a glob does not lead out of the directory of its policy"),
            "**" if out.last() == Some(&Segment::Any) => {}
            "**" => out.push(Segment::Any),
            name => out.push(Segment::Name(tokens(name)?)),
        }
    }
    Ok(out)
}

fn tokens(name: &str) -> Result<Vec<Token>, &'static str> {
    let mut out = Vec::new();
    let mut chars = name.chars().peekable();
    while let Some(c) = chars.next() {
        out.push(match c {
            '?' => Token::One,
            '*' if out.last() == Some(&Token::Many) => continue,
            '*' => Token::Many,
            '[' => {
                let negated = chars.next_if(|c| matches!(c, '!' | '^')).is_some();
                let mut ranges = Vec::new();
                loop {
                    let from = chars.next().ok_or("a bracket of this glob is not closed")?;
                    if from == ']' && !ranges.is_empty() {
                        break;
                    }
                    let mut to = from;
                    if chars.peek() == Some(&'-') {
                        let mut ahead = chars.clone();
                        ahead.next();
                        if let Some(end) = ahead.next().filter(|c| *c != ']') {
                            (to, chars) = (end, ahead);
                        }
                    }
                    if to < from {
                        return Err("a range of this glob ends before it begins");
                    }
                    ranges.push((from, to));
                }
                Token::Class(negated, ranges)
            }
            c => Token::Char(c),
        });
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(glob: &str, path: &str) -> bool {
        let names: Vec<&str> = path.split('/').collect();
        Glob::parse(glob).unwrap_or_else(|e| panic!("{glob}: {e}")).fits(&names)
    }

    #[test]
    fn globs_fit_as_in_gitignore() {
        for (glob, path) in [
            (".env", "a/b/.env"),
            ("*.env", "prod.env"),
            ("tests", "tests/a/.env"),
            ("tests/", "x/tests/.env"),
            ("/tests", "tests/.env"),
            ("./tests", "tests/.env"),
            ("deploy/**/*.yaml", "deploy/a.yaml"),
            ("deploy/**/*.yaml", "deploy/x/y/a.yaml"),
            ("deploy/**", "deploy/x/y"),
            ("**/fixtures/*.env", "a/b/fixtures/c.env"),
            ("deploy/*", "deploy/x/y.env"),
            ("a?c/[a-c]x", "abc/bx"),
            ("[!a]x", "bx"),
            ("[]a]", "]"),
            ("[a-]", "-"),
            ("{dev,test}.env", "x/test.env"),
            ("{a,b}/{c,d}", "b/c"),
            ("*a*b", "xaab"),
            ("ä*", "äöü"),
        ] {
            assert!(fits(glob, path), "{glob} {path}");
        }
        for (glob, path) in [
            (".env", ".env.production"),
            ("a/b", "x/a/b"),
            ("tests/", "tests"),
            ("deploy/**", "deploy"),
            ("deploy/*.yaml", "deploy/a/b.yaml"),
            ("*.env", "prod.environment"),
            ("[!a]x", "ax"),
            ("?", "ab"),
            ("{dev,test}.env", "prod.env"),
            ("Deploy/*", "deploy/a"),
        ] {
            assert!(!fits(glob, path), "{glob} {path}");
        }
    }

    #[test]
    fn a_wrong_glob_says_why() {
        let many = "{a,b}".repeat(7);
        let long = "a".repeat(LENGTH + 1);
        let wrong = [
            "", "/", "./", "!a", "a\\b", "[a", "[]", "[b-a]", "{a", "a}", "{a{b}}", "../a", "a/../b", &many,
            &long,
        ];
        for glob in wrong {
            assert!(Glob::parse(glob).is_err(), "{glob}");
        }
    }

    #[test]
    fn a_hostile_glob_takes_no_time() {
        let glob = Glob::parse(&"*a".repeat(500)).expect("a glob");
        assert!(!glob.fits(&[&"a".repeat(499)]));
        let glob = Glob::parse(&"**/a/".repeat(200)).expect("a glob");
        assert!(!glob.fits(&["a"; 150]));
    }
}
