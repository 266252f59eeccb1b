//! Commands of a shell, as far as env files have them. What loops, branches or defines functions is passed over whole.

use super::{
    DEPTH, Stop,
    scan::{is_meta, word},
};
use crate::layer::ProblemKind;
use std::ops::Range;

/// Commands with how each hangs on the one before.
pub(super) struct List {
    pub(super) nodes: Vec<(Node, Join)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Join {
    Always,
    AfterSuccess,
    AfterFailure,
}

pub(super) enum Node {
    Simple(Simple),
    Group(List),
    Subshell(List),
    Background(Box<Node>),
    Pipe(Vec<Node>),
    Not(Box<Node>),
    /// A compound command that is not followed.
    Opaque(Range<usize>),
}

pub(super) struct Simple {
    pub(super) range: Range<usize>,
    pub(super) assignments: Vec<Assignment>,
    pub(super) words: Vec<Range<usize>>,
    pub(super) redirects: Vec<Redirect>,
}

pub(super) struct Assignment {
    pub(super) name: Range<usize>,
    pub(super) value: Range<usize>,
    /// `+=`.
    pub(super) appends: bool,
    /// `NAME[0]=` or `NAME=(`.
    pub(super) array: bool,
}

pub(super) struct Redirect {
    pub(super) range: Range<usize>,
    /// A file would be opened.
    pub(super) touches: bool,
    /// It must exist.
    pub(super) reads: bool,
}

/// Words that begin a compound command.
const COMPOUND: [&str; 12] =
    ["if", "for", "while", "until", "case", "select", "function", "[[", "coproc", "time", "then", "do"];

/// `NAME=`, and in bash `NAME+=` and `NAME[0]=`.
pub(super) fn assignment(text: &str, range: Range<usize>, bash: bool) -> Option<Assignment> {
    let word = &text[range.clone()];
    let name = word.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
    if name == 0 || word.as_bytes()[0].is_ascii_digit() {
        return None;
    }
    let mut sign = name;
    let mut array = false;
    if bash && word[sign..].starts_with('[') {
        sign += word[sign..].find(']')? + 1;
        array = true;
    }
    let appends = bash && word[sign..].starts_with("+=");
    sign += usize::from(appends);
    word[sign..].starts_with('=').then(|| Assignment {
        name: range.start..range.start + name,
        value: range.start + sign + 1..range.end,
        appends,
        array,
    })
}

pub(super) struct Parser<'t> {
    text: &'t str,
    at: usize,
    bash: bool,
    depth: usize,
    /// Ends of here-documents that begin behind this line.
    documents: Vec<(Range<usize>, bool)>,
}

impl<'t> Parser<'t> {
    pub(super) fn new(text: &'t str, bash: bool) -> Self {
        Self { text, at: 0, bash, depth: 0, documents: Vec::new() }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn starts(&self, with: &str) -> bool {
        self.text[self.at..].starts_with(with)
    }

    /// Passes over blanks, continued lines and a comment.
    fn blanks(&mut self) {
        loop {
            match self.peek() {
                Some(b' ' | b'\t') => self.at += 1,
                Some(b'\\') if self.starts("\\\n") => self.at += 2,
                Some(b'#') => {
                    self.at = self.text[self.at..].find('\n').map_or(self.text.len(), |i| self.at + i);
                }
                _ => return,
            }
        }
    }

    /// Passes over a line's end, and the here-documents behind it.
    fn newline(&mut self) {
        self.at += 1;
        for (word, tabs) in std::mem::take(&mut self.documents) {
            let end: String = self.text[word].chars().filter(|c| !matches!(c, '\'' | '"' | '\\')).collect();
            while self.at < self.text.len() {
                let stop = self.text[self.at..].find('\n').map_or(self.text.len(), |i| self.at + i);
                let line = &self.text[self.at..stop];
                self.at = (stop + 1).min(self.text.len());
                if if tabs { line.trim_start_matches('\t') } else { line } == end {
                    break;
                }
            }
        }
    }

    fn newlines(&mut self) {
        self.blanks();
        while self.peek() == Some(b'\n') {
            self.newline();
            self.blanks();
        }
    }

    fn unexpected(&self) -> Stop {
        let end = self.text[self.at..].chars().next().map_or(0, char::len_utf8);
        Stop(self.at..self.at + end, ProblemKind::Syntax)
    }

    /// The commands of the next line, or of as many as belong together.
    pub(super) fn line(&mut self) -> Result<Option<List>, Stop> {
        self.newlines();
        if self.at >= self.text.len() {
            return Ok(None);
        }
        let list = self.list(false)?;
        match self.peek() {
            None => {}
            Some(b'\n') => self.newline(),
            Some(_) => return Err(self.unexpected()),
        }
        Ok(Some(list))
    }

    /// `and_or { (;|&|newline) and_or }`. Inside a group lines go on.
    fn list(&mut self, group: bool) -> Result<List, Stop> {
        let mut nodes = Vec::new();
        let mut join = Join::Always;
        loop {
            let begin = nodes.len();
            loop {
                let node = self.pipe()?;
                nodes.push((node, join));
                self.blanks();
                join = match () {
                    () if self.starts("&&") => Join::AfterSuccess,
                    () if self.starts("||") => Join::AfterFailure,
                    () => break,
                };
                self.at += 2;
                self.newlines();
            }
            join = Join::Always;
            match self.peek() {
                Some(b'&') => {
                    self.at += 1;
                    let parts: Vec<(Node, Join)> = nodes.drain(begin..).collect();
                    let whole = match <[(Node, Join); 1]>::try_from(parts) {
                        Ok([(node, _)]) => node,
                        Err(parts) => Node::Subshell(List { nodes: parts }),
                    };
                    nodes.push((Node::Background(Box::new(whole)), Join::Always));
                }
                Some(b';') if !self.starts(";;") => self.at += 1,
                Some(b'\n') if group => {}
                _ => return Ok(List { nodes }),
            }
            if group {
                self.newlines();
            } else {
                self.blanks();
            }
            let closes = group && (self.peek() == Some(b')') || self.reserved() == "}");
            if closes || matches!(self.peek(), None | Some(b'\n')) {
                return Ok(List { nodes });
            }
        }
    }

    /// The plain word that stands here, for telling reserved words.
    fn reserved(&self) -> &'t str {
        let rest = &self.text[self.at..];
        let end = rest.bytes().position(is_meta).unwrap_or(rest.len());
        &rest[..end]
    }

    fn pipe(&mut self) -> Result<Node, Stop> {
        self.blanks();
        if self.reserved() == "!" {
            self.at += 1;
            self.blanks();
            // To bash a `!` alone is a command that fails.
            if self.bash && matches!(self.peek(), None | Some(b'\n' | b';')) {
                let range = self.at - 1..self.at;
                let (assignments, words, redirects) = (Vec::new(), Vec::new(), Vec::new());
                let nothing = Simple { range, assignments, words, redirects };
                return Ok(Node::Not(Box::new(Node::Simple(nothing))));
            }
            self.depth += 1;
            if self.depth > DEPTH {
                return Err(self.too_deep());
            }
            let node = self.pipe()?;
            self.depth -= 1;
            return Ok(Node::Not(Box::new(node)));
        }
        let mut nodes = vec![self.command()?];
        self.blanks();
        while self.peek() == Some(b'|') && !self.starts("||") {
            self.at += 1 + usize::from(self.bash && self.starts("|&"));
            self.newlines();
            nodes.push(self.command()?);
            self.blanks();
        }
        match <[Node; 1]>::try_from(nodes) {
            Ok([node]) => Ok(node),
            Err(nodes) => Ok(Node::Pipe(nodes)),
        }
    }

    fn too_deep(&self) -> Stop {
        Stop(self.at..self.at + 1, ProblemKind::TooLarge)
    }

    fn command(&mut self) -> Result<Node, Stop> {
        let start = self.at;
        let word = self.reserved();
        if self.peek() == Some(b'(') || word == "{" {
            if self.starts("((") && self.bash {
                return self.opaque(start);
            }
            let brace = word == "{";
            self.at += 1;
            self.depth += 1;
            if self.depth > DEPTH {
                return Err(self.too_deep());
            }
            self.newlines();
            let list = self.list(true)?;
            self.depth -= 1;
            let closed = if brace { self.reserved() == "}" } else { self.peek() == Some(b')') };
            if !closed {
                return Err(self.unexpected());
            }
            self.at += 1;
            return Ok(if brace { Node::Group(list) } else { Node::Subshell(list) });
        }
        if COMPOUND.contains(&word) {
            return self.opaque(start);
        }
        if matches!(word, "}" | "fi" | "done" | "esac" | "else" | "elif") {
            return Err(self.unexpected());
        }
        self.simple()
    }

    /// The rest of the file hangs on what this does.
    fn opaque(&mut self, start: usize) -> Result<Node, Stop> {
        self.at = self.text.len();
        let end = self.text[start..].find('\n').map_or(self.text.len(), |i| start + i);
        Ok(Node::Opaque(start..end))
    }

    fn simple(&mut self) -> Result<Node, Stop> {
        let text = self.text;
        let mut out = Simple {
            range: self.at..self.at,
            assignments: Vec::new(),
            words: Vec::new(),
            redirects: Vec::new(),
        };
        loop {
            self.blanks();
            let start = self.at;
            match self.peek() {
                Some(b'<' | b'>') => out.redirects.push(self.redirect()?),
                Some(b'(') if out.words.len() == 1 && out.assignments.is_empty() => {
                    // `name()` defines a function.
                    if !self.starts("()") {
                        return Err(self.unexpected());
                    }
                    return self.opaque(out.range.start);
                }
                None => break,
                Some(b) if is_meta(b) => break,
                Some(_) => {
                    let end = word(text, start, self.bash)?;
                    self.at = end;
                    let range = start..end;
                    // A number directly before `<` or `>` belongs to it.
                    if matches!(self.peek(), Some(b'<' | b'>'))
                        && text[range.clone()].bytes().all(|b| b.is_ascii_digit())
                    {
                        continue;
                    }
                    match assignment(text, range.clone(), self.bash).filter(|_| out.words.is_empty()) {
                        Some(mut a) => {
                            if self.bash && a.value.is_empty() && self.peek() == Some(b'(') {
                                self.at =
                                    super::scan::closing(text, end + 1, true, super::scan::Open::Paren)?;
                                (a.array, a.value) = (true, end..end);
                            }
                            out.assignments.push(a);
                        }
                        None => out.words.push(range),
                    }
                }
            }
            out.range.end = self.at;
        }
        if out.range.is_empty() {
            return Err(self.unexpected());
        }
        Ok(Node::Simple(out))
    }

    fn redirect(&mut self) -> Result<Redirect, Stop> {
        let start = self.at;
        let sign = [
            ("<<<", self.bash),
            ("<<-", true),
            ("<<", true),
            ("<>", true),
            ("<&", true),
            (">>", true),
            (">&", true),
            (">|", true),
            ("<(", self.bash),
            (">(", self.bash),
            ("<", true),
            (">", true),
        ]
        .into_iter()
        .find(|(sign, known)| *known && self.starts(sign))
        .map_or("<", |(sign, _)| sign);
        self.at += sign.len();
        if sign.ends_with('(') {
            self.at = super::scan::closing(self.text, self.at, true, super::scan::Open::Paren)?;
            return Ok(Redirect { range: start..self.at, touches: true, reads: false });
        }
        self.blanks();
        if self.peek().is_none_or(is_meta) {
            return Err(self.unexpected());
        }
        let from = self.at;
        self.at = word(self.text, from, self.bash)?;
        if sign == "<<" || sign == "<<-" {
            self.documents.push((from..self.at, sign == "<<-"));
        }
        let here = sign.starts_with("<<") || sign.ends_with('&');
        Ok(Redirect { range: start..self.at, touches: !here, reads: sign == "<" })
    }
}
