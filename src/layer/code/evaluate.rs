//! What an expression comes to, as far as the text alone says: literals, variables of the environment with their
//! defaults, names that stand for one of these. Nothing is run, and what is not understood is nothing.

use super::{Arg, DEPTH, Expr, Kind, Piece, is_variable};
use crate::layer::{Segment, SegmentKind, Value, tree::Mapped};
use crate::source::{SourceId, Span};
use std::{cell::Cell, collections::BTreeMap, ops::Range};

/// Whose words code speaks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::layer) enum Language {
    Python,
    JavaScript,
}

/// What is known where an expression stands: the names that were assigned before.
pub(in crate::layer) struct Scope<'e> {
    pub id: SourceId,
    pub source: &'e str,
    pub language: Language,
    pub names: BTreeMap<String, &'e Expr>,
    /// Steps that may still be taken for the expression at hand.
    left: Cell<usize>,
}

/// Names that stand for choices between names double with each step; no expression that people write needs as many.
const STEPS: usize = 2_000;

/// What an expression comes to.
#[derive(Default)]
pub(in crate::layer) struct Outcome<'e> {
    /// The text, where it is known; what a default supplies is marked.
    pub value: Option<Value>,
    /// Where the text stands, without its quotes.
    pub place: Range<usize>,
    /// Variables of the environment that it may come from.
    pub taken: Vec<Taken>,
    /// It is nothing at all: `None`, `undefined`.
    pub nothing: bool,
    /// It passed through something that encodes it for a URL.
    pub encoded: bool,
    /// The pieces that it is put together of, where there are several.
    pub pieces: Vec<Part<'e>>,
}

/// A variable that is taken.
pub(in crate::layer) struct Taken {
    pub variable: String,
    pub range: Range<usize>,
    /// The program stops where it is not set.
    pub strict: bool,
}

/// A piece of a text that is put together.
pub(in crate::layer) enum Part<'e> {
    Text(String),
    Hole(&'e Expr),
}

impl<'e> Scope<'e> {
    pub(in crate::layer) fn new(id: SourceId, source: &'e str, language: Language) -> Self {
        Self { id, source, language, names: BTreeMap::new(), left: Cell::new(STEPS) }
    }

    pub(in crate::layer) fn span(&self, range: &Range<usize>) -> Span {
        let offset = |o: usize| u32::try_from(o).unwrap_or(u32::MAX);
        Span { source: self.id, start: offset(range.start), end: offset(range.end) }
    }

    /// What an expression comes to.
    pub(in crate::layer) fn evaluate(&self, expr: &'e Expr) -> Outcome<'e> {
        self.left.set(STEPS);
        self.at(expr, 0)
    }

    /// A value that is taken where a variable is not set: the field of a class.
    pub(in crate::layer) fn as_default(&self, value: &'e Expr, variable: &str, key: &Expr) -> Outcome<'e> {
        let of = Self::only(variable, key);
        self.left.set(STEPS);
        self.with_default(of, self.at(value, 0))
    }

    /// A variable without a default.
    pub(in crate::layer) fn only(variable: &str, key: &Expr) -> Outcome<'e> {
        let taken = vec![Taken { variable: variable.to_owned(), range: key.inner(), strict: true }];
        Outcome { taken, place: key.range.clone(), ..Outcome::default() }
    }

    /// The expression that a name stands for, through other names.
    pub(in crate::layer) fn meant(&self, expr: &'e Expr) -> &'e Expr {
        let mut expr = expr;
        for _ in 0..8 {
            match expr.name().and_then(|name| self.names.get(name)) {
                Some(other) => expr = other,
                None => break,
            }
        }
        expr
    }

    fn at(&self, expr: &'e Expr, depth: usize) -> Outcome<'e> {
        let place = expr.inner();
        let unknown = || Outcome { place: place.clone(), ..Outcome::default() };
        let left = self.left.get();
        self.left.set(left.saturating_sub(1));
        if depth > DEPTH || left == 0 {
            return unknown();
        }
        match &expr.kind {
            Kind::Text(pieces) => self.text(expr, pieces),
            Kind::Word => self.word(expr),
            Kind::Name(name) => {
                if let Some(variable) = self.property(name) {
                    return self.variable(variable, expr, false);
                }
                match self.names.get(name) {
                    Some(other) => self.at(other, depth + 1),
                    None => unknown(),
                }
            }
            Kind::Index(of, key) => match key.text(self.source).filter(|_| self.is_environment(of)) {
                Some(variable) => self.variable(variable, key, self.language == Language::Python),
                None => unknown(),
            },
            Kind::Call(of, args) => self.call(expr, of, args, depth),
            Kind::Either(all) => self.either(all, depth),
            Kind::Choice(a, b) => {
                let (mut a, b) = (self.at(a, depth + 1), self.at(b, depth + 1));
                // `os.environ["X"] if "X" in os.environ else "…"` is a default by another way.
                if a.value.is_none() && !a.taken.is_empty() && b.value.is_some() && b.taken.is_empty() {
                    return self.with_default(a, b);
                }
                a.taken.extend(b.taken);
                let taken = a.taken.into_iter().map(|t| Taken { strict: true, ..t }).collect();
                Outcome { taken, ..unknown() }
            }
            Kind::Sum(all) => {
                let mut pieces = Vec::new();
                for e in all {
                    self.pieces(e, &mut pieces);
                }
                let mut out = Outcome { pieces, ..unknown() };
                if let Some((first, rest)) = all.split_first()
                    && rest.iter().chain([first]).all(|e| matches!(&e.kind, Kind::Text(_)))
                {
                    let mut read = String::new();
                    let mut mapped = Mapped::new(self.id);
                    let whole = all.iter().all(|e| self.map(e, &mut mapped, &mut read));
                    out.value = whole.then(|| mapped.finish(&read));
                }
                out
            }
            // What does not touch the text: `process.env.X!`, `f(x).strip()` is a call.
            _ => unknown(),
        }
    }

    fn text(&self, expr: &'e Expr, pieces: &'e [Piece]) -> Outcome<'e> {
        let mut out = Outcome { place: expr.inner(), ..Outcome::default() };
        if pieces.iter().any(|p| matches!(p, Piece::Hole(_))) {
            self.pieces(expr, &mut out.pieces);
            return out;
        }
        let (mut mapped, mut read) = (Mapped::new(self.id), String::new());
        self.map(expr, &mut mapped, &mut read);
        out.value = Some(mapped.finish(&read));
        out
    }

    /// Adds the text of a literal; false where a part of it is put in.
    fn map(&self, expr: &Expr, mapped: &mut Mapped, read: &mut String) -> bool {
        let Kind::Text(pieces) = &expr.kind else { return false };
        for piece in pieces {
            match piece {
                Piece::Literal(range) => {
                    mapped.literal(self.source, range.clone());
                    read.push_str(&self.source[range.clone()]);
                }
                Piece::Escape(range, text) => {
                    mapped.derived(range.clone(), text, SegmentKind::Escape);
                    read.push_str(text);
                }
                Piece::Hole(_) => return false,
            }
        }
        true
    }

    fn word(&self, expr: &Expr) -> Outcome<'e> {
        let text = &self.source[expr.range.clone()];
        let nothing = matches!(text, "None" | "null" | "undefined" | "...");
        let value = (!nothing).then(|| {
            let mut mapped = Mapped::new(self.id);
            // `5_432` is a number in both languages.
            if text.starts_with(|c: char| c.is_ascii_digit()) && text.contains('_') {
                let number = text.replace('_', "");
                mapped.derived(expr.range.clone(), &number, SegmentKind::Escape);
                return mapped.finish(&number);
            }
            mapped.literal(self.source, expr.range.clone());
            mapped.finish(text)
        });
        Outcome { value, place: expr.range.clone(), nothing, ..Outcome::default() }
    }

    fn variable(&self, variable: String, at: &Expr, strict: bool) -> Outcome<'e> {
        let range = match (&at.kind, self.language) {
            // `process.env.X`: the last word.
            (Kind::Name(_), _) => at.range.end.saturating_sub(variable.len())..at.range.end,
            _ => at.inner(),
        };
        let taken = vec![Taken { variable, range, strict }];
        Outcome { taken, place: at.range.clone(), ..Outcome::default() }
    }

    /// `process.env.X`, `import.meta.env.X`, `env.X`.
    fn property(&self, name: &str) -> Option<String> {
        let (of, last) = name.rsplit_once('.')?;
        let known = matches!(of, "process.env" | "import.meta.env" | "env" | "Bun.env");
        (self.language == Language::JavaScript && known && is_variable(last)).then(|| last.to_owned())
    }

    fn is_environment(&self, of: &Expr) -> bool {
        match self.language {
            Language::Python => matches!(of.name(), Some("os.environ" | "environ" | "env")),
            Language::JavaScript => matches!(of.name(), Some("process.env" | "import.meta.env" | "Bun.env")),
        }
    }

    /// The first that is set, the others its default.
    fn either(&self, all: &'e [Expr], depth: usize) -> Outcome<'e> {
        let mut out: Option<Outcome<'e>> = None;
        for expr in all {
            let next = self.at(expr, depth + 1);
            out = Some(match out {
                None => next,
                Some(before) if before.value.is_some() => return before,
                Some(before) if before.nothing => next,
                Some(before) => self.with_default(before, next),
            });
        }
        out.unwrap_or_default()
    }

    /// A variable with what is taken where it is not set.
    fn with_default(&self, of: Outcome<'e>, default: Outcome<'e>) -> Outcome<'e> {
        let mut taken = of.taken;
        taken.extend(default.taken);
        let value = default.value.map(|value| {
            let text = value.text;
            let len = text.expose().len();
            let whole = match &value.map[..] {
                [one] => one.span,
                _ => self.span(&default.place),
            };
            // An empty default supplies nothing.
            let map = Segment { value: 0..len, span: whole, kind: SegmentKind::Fallback }.into();
            Value { text, map }
        });
        let known = value.is_some() || default.nothing;
        let taken = taken.into_iter().map(|t| Taken { strict: t.strict || !known, ..t }).collect();
        let place = if value.is_some() || !default.pieces.is_empty() { default.place } else { of.place };
        Outcome { value, place, taken, pieces: default.pieces, ..Outcome::default() }
    }

    fn call(&self, expr: &'e Expr, of: &'e Expr, args: &'e [Arg], depth: usize) -> Outcome<'e> {
        let unknown = Outcome { place: expr.range.clone(), ..Outcome::default() };
        let Some(last) = of.last_name() else { return unknown };
        let first = args.first().filter(|a| a.name.is_none()).map(|a| &a.value);
        if let Some(out) = self.environment_call(of, last, args, depth) {
            return out;
        }
        if matches!(last, "quote" | "quote_plus" | "urlencode" | "encodeURIComponent" | "escape") {
            let inner = first.map(|e| self.at(e, depth + 1)).unwrap_or_default();
            return Outcome { taken: inner.taken, encoded: true, ..unknown };
        }
        // `"…{}…".format(…)`, `"…%s…" % (…)`.
        if let Kind::Attribute(text, method) = &of.kind {
            match method.as_str() {
                "format" | "%" => {
                    let mut pieces = Vec::new();
                    super::compose::format(self, text, args, method == "%", &mut pieces);
                    return Outcome { pieces, ..unknown };
                }
                "strip" | "lower" | "rstrip" | "lstrip" | "trim" | "toString" | "get_secret_value"
                | "upper" => {
                    return self.at(text, depth + 1);
                }
                // The scheme is exchanged: what it comes to is another text.
                "replace" => {
                    let inner = self.at(text, depth + 1);
                    return Outcome { taken: inner.taken, value: Self::exchanged(inner.value), ..unknown };
                }
                _ => {}
            }
        }
        // `name.replace(…)` of a name with dots.
        if let (Kind::Name(name), true) =
            (&of.kind, matches!(last, "replace" | "strip" | "toString" | "trim"))
            && let Some((name, _)) = name.rsplit_once('.')
            && let Some(other) = self.names.get(name)
        {
            let inner = self.at(other, depth + 1);
            let value = if last == "replace" { Self::exchanged(inner.value) } else { inner.value };
            return Outcome { taken: inner.taken, value, place: inner.place, ..Outcome::default() };
        }
        let through = matches!(
            last,
            "SecretStr"
                | "make_url"
                | "String"
                | "Number"
                | "parseInt"
                | "text"
                | "PostgresDsn"
                | "DatabaseURL"
                | "Secret"
        )
            // Of something else it reads a variable by its name: `env.int("PORT")`.
            || matches!(of.name(), Some("str" | "int"));
        match first.filter(|_| through) {
            Some(inner) => self.at(inner, depth + 1),
            None => unknown,
        }
    }

    /// `postgres://` made `postgresql://`: the same database; nothing of it stands in the source any more.
    fn exchanged(value: Option<Value>) -> Option<Value> {
        value.map(|v| {
            let text = v.text.expose().replacen("postgres://", "postgresql://", 1);
            let map = v.map.into_iter().take(1).map(|s| Segment { value: 0..text.len(), ..s });
            let map = map.filter(|s| s.kind == SegmentKind::Fallback).collect();
            Value { text: text.into(), map }
        })
    }

    /// `os.getenv("X", "d")`, `env("X", default="d")`, `config("X", default="d")` and their kin.
    fn environment_call(
        &self,
        of: &'e Expr,
        last: &str,
        args: &'e [Arg],
        depth: usize,
    ) -> Option<Outcome<'e>> {
        let name = of.name()?;
        let base = name.rsplit_once('.').map_or("", |(base, _)| base);
        let known = match self.language {
            Language::Python => {
                let lookup =
                    matches!(last, "get" | "setdefault") && matches!(base, "os.environ" | "environ" | "env");
                let typed = matches!(base, "env" | "environ" | "config")
                    && matches!(
                        last,
                        "str" | "url" | "db_url" | "db" | "int" | "bool" | "get_value" | "dj_db_url"
                    );
                let plain = matches!(
                    last,
                    "getenv"
                        | "env"
                        | "config"
                        | "get_env"
                        | "getenv_or_raise"
                        | "get_env_variable"
                        | "get_env_value"
                        | "env_var"
                );
                lookup || typed || plain && !matches!(base, "dj_database_url" | "logging")
            }
            // `env.int` is Strapi's.
            Language::JavaScript => matches!(
                name,
                "env"
                    | "env.int"
                    | "Deno.env.get"
                    | "configService.get"
                    | "config.get"
                    | "this.configService.get"
            ),
        };
        let first = args.first().filter(|a| a.name.is_none()).map(|a| &a.value)?;
        let variable = first.text(self.source).filter(|v| known && is_variable(v))?;
        let second = args.get(1).filter(|a| a.name.is_none()).map(|a| &a.value);
        // django-environ's second place is a type.
        let second = second.filter(|e| {
            last != "setdefault"
                && !matches!(&e.kind, Kind::Name(n) if matches!(n.as_str(), "str" | "int" | "bool"))
        });
        let named = args.iter().find(|a| a.name.as_deref() == Some("default")).map(|a| &a.value);
        let default = named.or(second);
        let lenient = matches!(last, "get" | "getenv" | "get_env") || self.language == Language::JavaScript;
        let out = self.variable(variable, first, !lenient && default.is_none());
        Some(match default {
            Some(default) => self.with_default(out, self.at(default, depth + 1)),
            None => out,
        })
    }

    /// The pieces of a text that is put together.
    pub(super) fn pieces(&self, expr: &'e Expr, out: &mut Vec<Part<'e>>) {
        if out.len() > 200 {
            return;
        }
        match &expr.kind {
            Kind::Text(pieces) => {
                for piece in pieces {
                    match piece {
                        Piece::Literal(range) => out.push(Part::Text(self.source[range.clone()].to_owned())),
                        Piece::Escape(_, text) => out.push(Part::Text(text.clone())),
                        Piece::Hole(expr) => out.push(Part::Hole(expr)),
                    }
                }
            }
            _ => out.push(Part::Hole(expr)),
        }
    }
}
