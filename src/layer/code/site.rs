//! A place in code that says something of a connection ▶ entries of a block, variables that it takes, and what of the
//! line may be shown.

use super::{Code, Expr, Outcome, Scope, compose, is_aside, is_variable};
use crate::layer::{
    Entry, Layer, Map, Means, Read, SegmentKind, Value,
    carried::Reader,
    sql::{self, Statement, StatementKind},
};
use std::ops::Range;

/// A place that says something: a key, and an expression for its value.
pub(in crate::layer) struct Site<'s, 'e> {
    /// The name of the entry.
    pub key: &'s str,
    pub key_range: Range<usize>,
    pub means: Option<Means>,
    pub value: &'e Expr,
}

/// A file that describes more connections than this is none of settings: the rules look at each beside each.
const MOST: usize = 64;

/// Fills the blocks of one file.
pub(in crate::layer) struct Writer {
    pub code: Code,
    /// The blocks so far, each with what tells it from others.
    blocks: Vec<(String, Layer)>,
    /// What of the text is proved harmless: keys, names of variables.
    shown: Vec<Range<usize>>,
}

impl Writer {
    pub(in crate::layer) fn new() -> Self {
        Self { code: Code::default(), blocks: Vec::new(), shown: Vec::new() }
    }

    /// A new block; `group` tells it from others, the last of a group is its own.
    pub(in crate::layer) fn open(
        &mut self,
        reader: &Reader<'_>,
        group: &str,
        name: &str,
        word: Option<&str>,
    ) -> usize {
        // What is beyond goes into one block that is dropped.
        if self.blocks.len() > MOST {
            return MOST;
        }
        let mut block = reader.block(name);
        block.word = word.map(str::to_owned);
        self.blocks.push((group.to_owned(), block));
        self.blocks.len() - 1
    }

    /// The last block of a group.
    pub(in crate::layer) fn last(&self, group: &str) -> Option<usize> {
        self.blocks.iter().rposition(|(g, _)| g == group)
    }

    pub(in crate::layer) fn block(&mut self, at: usize) -> &mut Layer {
        &mut self.blocks[at].1
    }

    /// Whether a block was opened for a stretch of code, by [`Writer::leave_open`].
    pub(in crate::layer) fn opened(&self, at: crate::source::Span) -> bool {
        self.blocks
            .iter()
            .any(|(_, b)| b.reads.first().is_some_and(|r| r.variable.is_empty() && r.span == at))
    }

    /// Marks bytes as harmless.
    pub(in crate::layer) fn show(&mut self, range: Range<usize>) {
        self.shown.push(range);
    }

    /// The rest of what a block is about stands elsewhere: nothing of it is missing.
    pub(in crate::layer) fn leave_open(&mut self, at: usize, scope: &Scope<'_>, range: &Range<usize>) {
        if self.block(at).reads.len() >= 4 * MOST {
            return;
        }
        let read = Read { variable: String::new(), span: scope.span(range), means: None, defaulted: false };
        self.block(at).reads.push(read);
    }

    /// Notes the variables that a place takes, of which it is not known what for.
    pub(in crate::layer) fn mention(&mut self, at: usize, scope: &Scope<'_>, outcome: &Outcome<'_>) {
        for taken in outcome.taken.iter().filter(|taken| is_variable(&taken.variable)) {
            if self.block(at).reads.len() < 4 * MOST {
                self.block(at).reads.push(Read::new(taken.variable.clone(), scope.span(&taken.range)));
            }
        }
    }

    /// Puts what a place says into a block. Returns whether it is an entry.
    pub(in crate::layer) fn put<'e>(&mut self, at: usize, scope: &Scope<'e>, site: &Site<'_, 'e>) -> bool {
        let outcome = scope.evaluate(site.value);
        self.put_outcome(at, scope, site, outcome)
    }

    /// As [`Writer::put`], with what the value comes to.
    pub(in crate::layer) fn put_outcome<'e>(
        &mut self,
        at: usize,
        scope: &Scope<'e>,
        site: &Site<'_, 'e>,
        outcome: Outcome<'e>,
    ) -> bool {
        if self.block(at).entries.len() >= MOST || self.block(at).reads.len() >= 4 * MOST {
            return false;
        }
        self.show(site.key_range.clone());
        self.composed(at, scope, site.value, &outcome);
        for taken in &outcome.taken {
            if is_variable(&taken.variable) {
                self.show(taken.range.clone());
            }
            let read = Read {
                variable: taken.variable.clone(),
                span: scope.span(&taken.range),
                means: site.means,
                defaulted: outcome.value.is_some(),
            };
            self.block(at).reads.push(read);
        }
        if outcome.taken.is_empty() && outcome.value.is_none() {
            self.leave_open(at, scope, &site.value.range);
            // It is set all the same, to what only the program knows.
            let span = scope.span(&site.value.range);
            let read = Read { variable: String::new(), span, means: site.means, defaulted: false };
            self.block(at).reads.push(read);
        }
        let Some(value) = outcome.value else { return false };
        // An empty default, or an empty text for what may be left out, says nothing.
        if value.text.is_blank() {
            self.leave_open(at, scope, &site.value.range);
            return false;
        }
        let (key, place) = (scope.span(&site.key_range), scope.span(&outcome.place));
        self.block(at).entries.push(Entry::new(site.key, key, value, place).telling(site.means));
        true
    }

    /// Whether something is the URL of a PostgreSQL database, put together of pieces.
    pub(in crate::layer) fn is_composed(outcome: &Outcome<'_>) -> bool {
        compose::placed(outcome).is_some()
    }

    /// Looks at a text that may be a URL put together, wherever it stands.
    pub(in crate::layer) fn compose<'e>(
        &mut self,
        reader: &Reader<'_>,
        scope: &Scope<'e>,
        expr: &'e Expr,
        word: Option<&str>,
    ) -> bool {
        let outcome = scope.evaluate(expr);
        let span = scope.span(&expr.range);
        let found = compose::placed(&outcome).is_some() && self.code.composed.iter().all(|c| c.span != span);
        if found {
            let at = self.open(reader, "composed", "composed", word);
            self.composed(at, scope, expr, &outcome);
        }
        found
    }

    /// A text that creates extensions, as migrations have it.
    pub(in crate::layer) fn extensions(&mut self, reader: &Reader<'_>, scope: &Scope<'_>, text: &Expr) {
        let inner = text.inner();
        let Some(read) = scope.source.get(inner.clone()) else { return };
        let creates = read.trim_start().get(..16).is_some_and(|w| w.eq_ignore_ascii_case("create extension"));
        if creates && read.len() < 4096 && !is_aside(reader.path) {
            let found = sql::of_text(reader.sources, reader.id, read, inner.start).statements.into_iter();
            let found = found.filter(|s| matches!(s.kind, StatementKind::CreateExtension(_)));
            self.code.sql.statements.extend(found.take(MOST));
        }
    }

    /// An extension that a call creates.
    pub(in crate::layer) fn extension(&mut self, scope: &Scope<'_>, call: &Expr, name: &str) {
        let (kind, span) = (StatementKind::CreateExtension(Some(name.to_owned())), scope.span(&call.range));
        self.code.sql.statements.push(Statement { kind, span });
    }

    /// A URL that is put together: its parts, and what nothing encodes.
    pub(in crate::layer) fn composed<'e>(
        &mut self,
        at: usize,
        scope: &Scope<'e>,
        whole: &Expr,
        outcome: &Outcome<'e>,
    ) {
        let Some(placed) = compose::placed(outcome) else { return };
        for piece in &placed {
            let Some(keyword) = piece.keyword else { continue };
            let means = Some(Means::Part(COMPOSED, keyword));
            let hole = scope.evaluate(piece.hole);
            let defaulted = hole.value.is_some();
            for taken in hole.taken {
                if is_variable(&taken.variable) {
                    self.show(taken.range.clone());
                }
                let read =
                    Read { variable: taken.variable, span: scope.span(&taken.range), means, defaulted };
                self.block(at).reads.push(read);
            }
        }
        let found = compose::unencoded(scope, whole, &placed);
        let full = self.code.composed.len() >= MOST;
        let known = |c: &super::Composed| full || self.code.composed.iter().any(|o| o.span == c.span);
        let found = found.filter(|c| !known(c));
        let word = self.block(at).word.clone();
        self.code.composed.extend(found.map(|composed| super::Composed { word, ..composed }));
    }

    /// An SQLite URL whose file is put together: the engine is plain all the same.
    pub(in crate::layer) fn sqlite_of<'e>(
        scope: &Scope<'e>,
        expr: &Expr,
        outcome: &Outcome<'e>,
    ) -> Option<Value> {
        let super::evaluate::Part::Text(head) = outcome.pieces.first()? else { return None };
        if !head.starts_with("sqlite") || !head.contains("://") || outcome.pieces.len() < 2 {
            return None;
        }
        let mut mapped = crate::layer::tree::Mapped::new(scope.id);
        // `os.environ.get("DATABASE_URL") or "sqlite:///" + path`
        let (range, kind) = if outcome.taken.is_empty() {
            (expr.range.clone(), SegmentKind::Escape)
        } else {
            (outcome.place.clone(), SegmentKind::Fallback)
        };
        mapped.derived(range, "sqlite:///file", kind);
        Some(mapped.finish("sqlite:///file"))
    }

    /// TLS that a switch asks for: `sslmode=require`, which stands nowhere.
    pub(in crate::layer) fn require_tls(&mut self, at: usize, scope: &Scope<'_>, key: &str, value: &Expr) {
        let span = scope.span(&value.range);
        let text = Value { text: "require".into(), map: Map::default() };
        let entry = Entry::new(key, span, text, span).telling(Some(Means::Fixed("sslmode")));
        self.block(at).entries.push(entry);
    }

    /// Hands the blocks over, and reveals what is harmless.
    pub(in crate::layer) fn finish(mut self, reader: &mut Reader<'_>) {
        for range in self.shown {
            let span = reader.sources.span(reader.id, range);
            reader.sources.reveal(span);
        }
        self.blocks.truncate(MOST);
        let says = |layer: &Layer| !layer.entries.is_empty() || !layer.reads.is_empty();
        reader.layers.extend(self.blocks.into_iter().map(|(_, layer)| layer).filter(says));
        let code = &self.code;
        if !(code.databases.is_empty() && code.composed.is_empty() && code.sql.statements.is_empty()) {
            reader.structure = crate::layer::Structure::Code(self.code);
        }
    }
}

/// The family of what is put into a URL.
pub(in crate::layer) const COMPOSED: &str = "URL";
