//! What comments silence: reads those of each file, silences, and reports what is wrong with them. Last of all, because
//! the findings of every rule are what they are about.

use super::Files;
use crate::{
    environment::Environment,
    finding::Finding,
    judge::Judge,
    layer::{Carrier, Layer, LayerKind, MAX_BYTES, dotenv, dotenv::Dialect},
    near,
    rules::{self, Check, RULES, Rule},
    source::{SourceId, Sources, Span},
    suppression::{Comments, Named, Proof, style_of_carrier},
};
use std::{collections::BTreeMap, ops::Range};

/// One file with what it was read as.
pub(super) struct Spoken<'a> {
    pub(super) path: &'a str,
    pub(super) carrier: Carrier,
    pub(super) source: SourceId,
    /// As the reading in force has it.
    pub(super) layers: Vec<&'a Layer>,
    /// The loaders that may read it, of an env file.
    pub(super) dialects: Vec<Dialect>,
    pub(super) environment: Environment,
    pub(super) judge: Judge<'a>,
    /// The findings in each environment: what is of use in production is of use.
    pub(super) everywhere: Box<dyn Fn() -> Vec<Finding> + 'a>,
}

/// Silences findings, and adds those about comments.
pub(super) fn silence(sources: &Sources, files: &Files, spoken: &[Spoken<'_>], out: &mut Vec<Finding>) {
    if files.no_ignores {
        return;
    }
    let of = |file: &Spoken<'_>| {
        let env_file = file.layers.iter().any(|l| l.kind == LayerKind::EnvFile);
        let style = style_of_carrier(file.carrier, file.path)?;
        if sources.get(file.source).bytes().len() > MAX_BYTES {
            return None;
        }
        let proof = || proof(sources, file, env_file);
        Comments::read(sources, file.source, style, proof, files.now, &named)
    };
    let mut comments: Vec<Option<Comments>> = spoken.iter().map(of).collect();
    let by_source: BTreeMap<SourceId, usize> =
        spoken.iter().enumerate().map(|(i, file)| (file.source, i)).collect();
    if comments.iter().all(Option::is_none) {
        return;
    }
    for finding in out.iter_mut().filter(|f| rules::find(f.rule).is_some_and(may_be_silenced)) {
        let of_file = finding.primary.as_ref().and_then(|l| by_source.get(&l.span.source).copied());
        if let Some(Some(comments)) = of_file.map(|i| &mut comments[i]) {
            comments.silence(finding);
        }
    }
    for (file, comments) in spoken.iter().zip(&mut comments) {
        let Some(comments) = comments else { continue };
        if comments.has_unused() && !files.partial {
            for finding in (file.everywhere)() {
                comments.note(&finding);
            }
        }
        let off = |id: &'static str| rules::find(id).is_some_and(|rule| is_off(&file.judge, rule));
        let faults = comments.faults(files.partial, &off);
        out.extend(file.judge.comments(&faults, file.environment));
    }
}

/// What a name between the brackets is; with `compare` the one that was meant is looked for.
fn named(name: &str, compare: bool) -> Named {
    match rules::find(name) {
        Some(rule) if !may_be_silenced(rule) => Named::Steadfast(rule.id),
        Some(rule) if rule.checks.iter().all(|c| matches!(c, Check::Server(..) | Check::Failure(..))) => {
            Named::Elsewhere(rule.id)
        }
        Some(rule) => Named::Rule(rule.id),
        None => {
            let ids = RULES.iter().map(|rule| rule.id).filter(|_| compare);
            Named::Unknown(near::nearest(&name.to_ascii_lowercase(), ids, 3))
        }
    }
}

fn may_be_silenced(rule: &Rule) -> bool {
    !(rule.traits.beyond_comments || rule.traits.even_observed)
}

/// Whether a rule reports in no environment at all.
fn is_off(judge: &Judge<'_>, rule: &Rule) -> bool {
    Environment::ALL.into_iter().all(|e| judge.level(rule, e, judge.path) == crate::policy::Level::Allow)
}

/// What the parsers prove of a file: of an env file the reading in force and those that others may make of it, which
/// must agree that a comment is one.
fn proof(sources: &Sources, file: &Spoken<'_>, env_file: bool) -> Proof {
    let range = |span: Span| span.range();
    let entries = || file.layers.iter().flat_map(|l| &l.entries);
    let mut values: Vec<Vec<Range<usize>>> = vec![entries().map(|e| range(e.value_span)).collect()];
    if env_file {
        for dialect in &file.dialects {
            let read = dotenv::parse_silently(sources, file.source, *dialect, &|_| None);
            values.push(read.layer.entries.iter().map(|e| range(e.value_span)).collect());
        }
    }
    let statements =
        entries().map(|e| range(e.key_span).start.min(range(e.value_span).start)..range(e.value_span).end);
    Proof { values, statements: statements.collect() }
}
