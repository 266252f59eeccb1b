//! Node's dotenv and the three that put variables into what its expression read: dotenv-expand 1000, `@next/env` 16
//! and dotenvx 2. All of them expand again what they have put in; where the real ones never end, this says so.

use super::{node, run::Run, text::Text, traits::References};
use crate::layer::{ProblemKind, SegmentKind};
use std::{collections::BTreeMap, ops::Range};

/// What expansions may copy in one file.
const BUDGET: usize = 16 << 20;
/// Rounds over one value. The recursion of `@next/env` overflows its stack near here.
const ROUNDS: usize = 5_000;

/// Reads the file.
pub(super) fn read(run: &mut Run<'_>) {
    let mut sets = node::parse(run);
    let references = run.traits.references;
    if references == References::None {
        for (set, _) in sets {
            run.set(set);
        }
        return;
    }
    // The object that the loaders walk: each key once, where it stood first, with its last value.
    let mut last: BTreeMap<String, usize> = BTreeMap::new();
    let mut order = Vec::new();
    for (i, (set, _)) in sets.iter().enumerate() {
        if last.insert(set.key.clone(), i).is_none() {
            order.push(set.key.clone());
        }
    }
    let raw: BTreeMap<String, String> =
        last.iter().map(|(key, i)| (key.clone(), sets[*i].0.value.as_str().to_owned())).collect();
    // dotenvx puts in while it reads: each assignment by itself.
    let todo: Vec<usize> = match references {
        References::Dotenvx => (0..sets.len()).collect(),
        _ => order.iter().map(|key| last[key]).collect(),
    };
    let mut state = State { run, raw, done: BTreeMap::new(), literals: BTreeMap::new(), left: BUDGET };
    for i in todo {
        let key = sets[i].0.key.clone();
        let (value, quote) = (sets[i].0.value.clone(), sets[i].1);
        match state.one(references, &key, value, quote) {
            Ok(value) => sets[i].0.value = value,
            Err(kind) => {
                let at = sets[i].0.value_range.clone();
                state.run.depends.push((at.clone(), kind));
                if references == References::Next {
                    // The error is caught, and nothing of the file is set.
                    state.run.problem(at, kind);
                    return;
                }
                return state.run.refuse(at, kind);
            }
        }
    }
    let run = state.run;
    for (set, _) in sets {
        run.set(set);
    }
}

struct State<'r, 'a> {
    run: &'r mut Run<'a>,
    /// As parsed.
    raw: BTreeMap<String, String>,
    /// As expanded.
    done: BTreeMap<String, String>,
    /// Values in single quotes (dotenvx).
    literals: BTreeMap<String, String>,
    left: usize,
}

impl State<'_, '_> {
    fn one(
        &mut self,
        references: References,
        key: &str,
        value: Text,
        quote: Option<char>,
    ) -> Result<Text, ProblemKind> {
        let outside = self.run.outside(key);
        let out = match references {
            References::Next => {
                if outside.is_some() {
                    value
                } else {
                    unescape(&self.last_first(value)?)
                }
            }
            References::Dotenvx => {
                if let Some(outside) = outside.filter(|o| !o.is_empty()) {
                    self.done.insert(key.to_owned(), outside);
                    return Ok(value);
                }
                if quote == Some('\'') {
                    self.literals.insert(key.to_owned(), value.as_str().to_owned());
                    value
                } else {
                    let (value, ran) = self.commands(&value);
                    if ran { value } else { unescape(&self.first_first(value, true)?) }
                }
            }
            _ => {
                if let Some(outside) = outside.filter(|o| !o.is_empty() && o != value.as_str()) {
                    self.done.insert(key.to_owned(), outside);
                    return Ok(value);
                }
                let value = self.first_first(value, false)?;
                unescape(&self.commands(&value).0)
            }
        };
        self.done.insert(key.to_owned(), out.as_str().to_owned());
        Ok(out)
    }

    fn spend(&mut self, len: usize) -> Result<(), ProblemKind> {
        self.left = self.left.checked_sub(len + 64).ok_or(ProblemKind::Endless)?;
        Ok(())
    }

    /// What a name is worth to dotenv-expand and dotenvx.
    fn worth(&self, name: &str, dotenvx: bool) -> Option<String> {
        let outside = self.run.outside(name);
        if dotenvx {
            return outside.or_else(|| self.done.get(name).cloned());
        }
        // node's dotenv has put the raw values into the environment before.
        let raw = self.raw.get(name);
        let value = outside.or_else(|| raw.cloned());
        match (value, self.done.get(name)) {
            (Some(value), Some(done)) if Some(&value) == raw => Some(done.clone()),
            (None, done) => done.cloned(),
            (value, _) => value,
        }
    }

    /// `(?<!\\)\${([^{}]+)}|(?<!\\)\$([A-Za-z_][A-Za-z0-9_]*)`, the first match replaced until there is none.
    fn first_first(&mut self, mut value: Text, dotenvx: bool) -> Result<Text, ProblemKind> {
        for _ in 0..ROUNDS {
            self.spend(value.len())?;
            let Some((found, inner)) = first(value.as_str()) else { return Ok(value) };
            let body = &value.as_str()[inner];
            let operator = [":+", "+", ":-", "-"].iter().filter_map(|o| body.find(*o).map(|at| (at, *o)));
            let operator = operator.min_by_key(|(at, o)| (*at, usize::MAX - o.len()));
            let (name, default) = match operator {
                Some((at, o)) => (&body[..at], &body[at + o.len()..]),
                None => (body, ""),
            };
            let own = self.worth(name, dotenvx);
            let full = own.clone().filter(|v| !v.is_empty());
            let missing = own.is_none();
            let (with, kind) = match (operator.map(|(_, o)| o), full, own.clone()) {
                (Some(":-"), Some(v), _) | (Some("-"), _, Some(v)) => (v, SegmentKind::Reference),
                (Some(":-" | "-"), ..) => (default.to_owned(), SegmentKind::Fallback),
                (Some(":+"), Some(_), _) | (Some("+"), _, Some(_)) => {
                    (default.to_owned(), SegmentKind::Reference)
                }
                (Some(_), ..) => (String::new(), SegmentKind::Unresolved),
                (None, Some(v), _) => (v, SegmentKind::Reference),
                (None, None, _) if missing => (String::new(), SegmentKind::Unresolved),
                (None, None, _) => (String::new(), SegmentKind::Reference),
            };
            let literal = self.literals.get(name).is_some_and(|text| first(text).is_some());
            value = self.replace(&value, found, &with, kind)?;
            if own.as_deref() == Some(value.as_str()) || literal {
                return Ok(value);
            }
        }
        Err(ProblemKind::Endless)
    }

    /// `_interpolate` of `@next/env`: the last reference first.
    fn last_first(&mut self, mut value: Text) -> Result<Text, ProblemKind> {
        for _ in 0..ROUNDS {
            self.spend(value.len())?;
            let text = value.as_str();
            let bytes = text.as_bytes();
            let dollar = text.rmatch_indices('$').map(|(i, _)| i).find(|i| !text[..*i].ends_with('\\'));
            let Some(dollar) = dollar else { return Ok(value) };
            let name = dollar + 1 + usize::from(bytes.get(dollar + 1) == Some(&b'{'));
            let is_word = |b: &&u8| b.is_ascii_alphanumeric() || **b == b'_';
            let mut end = name + bytes[name..].iter().take_while(is_word).count();
            if end == name {
                return Ok(value);
            }
            let name = text[name..end].to_owned();
            let mut default = "";
            if text[end..].starts_with(":-") {
                let from = end + 2;
                end = text[from..].find(['}', '\\']).map_or(text.len(), |i| from + i);
                default = &text[from..end];
            }
            end += usize::from(bytes.get(end) == Some(&b'}'));
            let inside = self.done.get(&name).or_else(|| self.raw.get(&name)).cloned();
            let full = |v: &String| !v.is_empty();
            let (with, kind) = match (self.run.outside(&name).filter(full), inside.filter(full)) {
                (Some(v), _) => (v, SegmentKind::Reference),
                _ if !default.is_empty() => (default.to_owned(), SegmentKind::Fallback),
                (_, Some(v)) => (v, SegmentKind::Reference),
                _ => (String::new(), SegmentKind::Unresolved),
            };
            value = self.replace(&value, dollar..end, &with, kind)?;
        }
        Err(ProblemKind::Endless)
    }

    /// `String.replace` with a text: the first place where it stands, and `$` means something in the replacement.
    fn replace(
        &mut self,
        value: &Text,
        found: Range<usize>,
        with: &str,
        kind: SegmentKind,
    ) -> Result<Text, ProblemKind> {
        let text = value.as_str();
        let matched = &text[found.clone()];
        let start = text.find(matched).unwrap_or(found.start);
        let end = start + matched.len();
        let mut new = String::new();
        let mut rest = with;
        while let Some(i) = rest.find('$') {
            new.push_str(&rest[..i]);
            let (put, len) = match rest[i + 1..].chars().next() {
                Some('$') => ("$", 2),
                Some('&') => (matched, 2),
                Some('`') => (&text[..start], 2),
                Some('\'') => (&text[end..], 2),
                _ => ("$", 1),
            };
            new.push_str(put);
            rest = &rest[i + len..];
            self.spend(put.len())?;
        }
        new.push_str(rest);
        self.spend(new.len())?;
        let mut out = Text::default();
        out.slice(value, 0..start);
        out.derive(&new, value.source(start..end), kind);
        out.slice(value, end..text.len());
        Ok(out)
    }

    /// Takes `$(…)` out, and says so.
    fn commands(&mut self, value: &Text) -> (Text, bool) {
        let text = value.as_str();
        let (mut out, mut begin, mut at) = (Text::default(), 0, 0);
        while let Some(start) = text[at..].find("$(").map(|i| at + i) {
            let Some(end) = command_end(text, start + 2) else { break };
            out.slice(value, begin..start);
            let source = value.source(start..end);
            self.run.depends.push((source.clone(), ProblemKind::Command));
            out.derive("", source, SegmentKind::Command);
            (at, begin) = (end, end);
        }
        out.slice(value, begin..text.len());
        (out, begin > 0)
    }
}

/// The first reference: all of it, and what stands inside.
fn first(text: &str) -> Option<(Range<usize>, Range<usize>)> {
    let bytes = text.as_bytes();
    // Behind the last `}` no brace is closed.
    let last = text.rfind('}').unwrap_or(0);
    text.match_indices('$').find_map(|(at, _)| {
        if text[..at].ends_with('\\') {
            return None;
        }
        let from = at + 1;
        match bytes.get(from)? {
            b'{' if from < last => {
                let end = from + 1 + text[from + 1..].find(['{', '}'])?;
                (bytes[end] == b'}' && end > from + 1).then_some((at..end + 1, from + 1..end))
            }
            b if b.is_ascii_alphabetic() || *b == b'_' => {
                let len =
                    bytes[from..].iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
                Some((at..from + len, from..from + len))
            }
            _ => None,
        }
    })
}

/// The end of a command whose `$(` ends at `at`.
fn command_end(text: &str, mut at: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut quotes: Vec<Option<u8>> = vec![None];
    while at < bytes.len() {
        let quote = *quotes.last()?;
        let b = bytes[at];
        match (quote, b) {
            (Some(b'\''), _) if b == b'\'' => {
                *quotes.last_mut()? = None;
            }
            (_, b'\\') => at += 1,
            (Some(q), _) if b == q => *quotes.last_mut()? = None,
            (Some(_), b'$') if bytes.get(at + 1) == Some(&b'(') => {
                quotes.push(None);
                at += 1;
            }
            (Some(_), _) => {}
            (None, b'\'' | b'"' | b'`') => *quotes.last_mut()? = Some(b),
            (None, b'(') => quotes.push(None),
            (None, b')') => {
                quotes.pop();
                if quotes.is_empty() {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
        at += 1;
    }
    None
}

/// `\$` becomes `$`.
fn unescape(value: &Text) -> Text {
    value.replace(&['\\'], |text, at| text[at + 1..].starts_with('$').then(|| (2, "$".to_owned())))
}
