//! Switches of the project's own: `if` over one variable, PostgreSQL on the one side of it and SQLite on the other.

use super::{File, statement::Context};
use crate::layer::{
    Means, Read,
    carried::Reader,
    code::{Expr, Kind, is_variable},
};
use std::{collections::BTreeSet, ops::Range};

/// What one side of a condition says of the engine.
pub(super) struct Side {
    condition: usize,
    /// The side on which the condition holds.
    holds: bool,
    sqlite: bool,
    variable: String,
    range: Range<usize>,
}

impl<'e> File<'e> {
    /// Notes the engine of what stands in a branch.
    pub(super) fn side(&mut self, context: &Context, sqlite: bool) {
        let Some((condition, holds)) = context.condition else { return };
        let Some(expr) = self.conditions.get(condition) else { return };
        if let Some((variable, range)) = self.switch(expr) {
            self.sides.push(Side { condition, holds, sqlite, variable, range });
        }
    }

    /// As [`File::side`], for an engine that is named.
    pub(super) fn side_of_engine(&mut self, context: &Context, engine: &'e Expr) {
        let Some(value) = self.scope.evaluate(engine).value else { return };
        let text = value.text.expose().to_ascii_lowercase();
        if text.contains("sqlite") || text.contains("postg") {
            self.side(context, text.contains("sqlite"));
        }
    }

    /// The variable of `os.getenv("X", …).lower() == "true"`. Only of this the words are known that switch: a text alone
    /// is true whatever stands in it, and what `cast=bool` takes differs.
    fn switch(&self, expr: &'e Expr) -> Option<(String, Range<usize>)> {
        let Kind::Other(operands) = &self.scope.meant(expr).kind else { return None };
        let [value, word] = &operands[..] else { return None };
        let source = self.scope.source;
        let equals = source.get(value.range.end..word.range.start)?.trim() == "==";
        let Kind::Call(of, args) = &value.kind else { return None };
        let Kind::Attribute(inner, method) = &of.kind else { return None };
        let lower = args.is_empty() && method == "lower";
        if !equals || !lower || word.text(source).as_deref() != Some("true") {
            return None;
        }
        let outcome = self.scope.evaluate(inner);
        match &outcome.taken[..] {
            [taken] if is_variable(&taken.variable) => Some((taken.variable.clone(), taken.range.clone())),
            _ => None,
        }
    }

    /// The switches that the file asks.
    pub(super) fn switches(&mut self, reader: &Reader<'_>) {
        for side in self.deciding() {
            let at = self.writer.open(reader, "switch", "switch", None);
            let (span, means) =
                (self.scope.span(&side.range), Some(Means::Switch { postgres: !side.sqlite }));
            self.writer.block(at).reads.push(Read { variable: side.variable, span, means, defaulted: false });
        }
    }

    /// Of each condition that has both engines, one on each side, the side on which it holds.
    fn deciding(&mut self) -> Vec<Side> {
        let sides = std::mem::take(&mut self.sides);
        let decides = |side: &Side| {
            let own = || sides.iter().filter(|other| other.condition == side.condition);
            let other = own().any(|other| !other.holds);
            other && own().all(|other| (other.holds == side.holds) == (other.sqlite == side.sqlite))
        };
        let mut seen = BTreeSet::new();
        let keep: Vec<bool> =
            sides.iter().map(|s| s.holds && decides(s) && seen.insert(s.condition)).collect();
        sides.into_iter().zip(keep).filter(|(_, keep)| *keep).map(|(side, _)| side).collect()
    }
}
