//! Connections in files that git keeps to be filled in: what stands beside a password to be replaced is replaced with it, and
//! a variable that is left to whoever starts the program says nothing.

use super::view::FileView;
use crate::{
    finding::{Finding, Severity},
    layer::dotenv::Dialect,
    policy::Policy,
    rules,
    secret::Secret,
    settings::{FileLoader, Target, misreading::Cause},
    source::{Sources, Span, directory},
};
use std::collections::BTreeSet;

/// The places of what such connections are made of.
pub(super) struct Unfilled {
    /// Whatever is found there is a note.
    open: Vec<Span>,
    /// So is what a rule finds there of which a file to be copied shows how it is written. A slip in such a file is one in its
    /// copies.
    shown: Vec<Span>,
}

impl Unfilled {
    /// Who takes a Secret is told of what stands there, and of an env file that asks to be copied what nobody filled in.
    pub(super) fn of(sources: &Sources, views: &[Vec<FileView<'_>>]) -> Self {
        let (mut out, mut shown) = (Vec::new(), Vec::new());
        let paths =
            views.iter().flatten().filter_map(|view| Some(&*view.settings.whereabouts.as_ref()?.path));
        let paths: BTreeSet<&str> = paths.collect();
        for FileView { settings, .. } in views.iter().flatten() {
            let Some(at) = settings.whereabouts.as_ref().filter(|at| at.kept) else { continue };
            if at.is_secret || at.remarks.copy {
                settings
                    .targets
                    .iter()
                    .filter(|target| is_to_fill_in(target, settings.says_copy()))
                    .for_each(|t| take(t, if at.is_secret { &mut out } else { &mut shown }));
            }
            if !at.is_env_file() {
                continue;
            }
            // Who knows no references hands this very text to the program.
            let library = |l: &FileLoader| Dialect::LIBRARIES.contains(&l.setting.value);
            let handed_on = !settings.loaders.iter().flat_map(|file| &file.loaders).all(library);
            let of_targets = settings.targets.iter().map(|t| &t.oddities.placeholders[..]);
            for left in of_targets.chain([&settings.unfilled[..]]).filter(|left| !left.is_empty()) {
                let own = || !handed_on && left.iter().all(|p| is_own(sources, p.span, &p.key));
                if is_over(&at.path, &paths) || own() {
                    out.extend(left.iter().map(|p| p.span));
                }
            }
            let signs = settings.misreadings.iter().filter(|m| m.cause == Cause::Dollar);
            let own = signs
                .filter(|m| !handed_on && m.name.as_ref().is_some_and(|name| is_own(sources, m.span, name)));
            out.extend(own.map(|m| m.span));
        }
        for spans in [&mut out, &mut shown] {
            spans.sort_unstable();
            spans.dedup();
        }
        Self { open: out, shown }
    }

    /// Makes notes of what is found there, where the project did not decide the rule's level: a container is told of what it
    /// takes where that stands.
    pub(super) fn soften(&self, found: &mut [Finding], policy: &Policy) {
        if self.open.is_empty() && self.shown.is_empty() {
            return;
        }
        let within = |spans: &[Span], f: &Finding| {
            f.primary.as_ref().is_some_and(|label| spans.binary_search(&label.span).is_ok())
        };
        let fills_in = |f: &Finding| rules::find(f.rule).is_some_and(|rule| rule.traits.fills_in);
        let there = |f: &Finding| within(&self.open, f) || within(&self.shown, f) && fills_in(f);
        let open = |f: &Finding| policy.levels.iter().all(|level| level.rule != f.rule);
        for finding in found.iter_mut().filter(|f| there(f) && open(f)) {
            finding.severity = finding.severity.min(Severity::Note);
        }
    }
}

/// Whether a file is `.env.local` or its like, which is read over a `.env` beside it that nobody sees.
fn is_over(path: &str, paths: &BTreeSet<&str>) -> bool {
    let (here, name) = path.split_at(directory(path).len());
    name.starts_with(".env.")
        && name.rsplit('.').next() == Some("local")
        && !paths.contains(format!("{here}.env").as_str())
}

/// Whether a variable is given its own value and nothing else, `DB_HOST=${DB_HOST}`: it has one where the program is started, or
/// none.
fn is_own(sources: &Sources, span: Span, key: &str) -> bool {
    let (bytes, range) = (sources.get(span.source).bytes(), span.range());
    let begins = range.start.checked_sub(1).and_then(|at| bytes.get(at)).is_some_and(|b| b"=\"".contains(b));
    let ends = bytes.get(range.end).is_none_or(|b| b"\r\n\" #".contains(b));
    let written = bytes.get(range).filter(|_| begins && ends);
    let name = written.and_then(|written| written.strip_prefix(b"$"));
    let bare = name.map(|name| name.strip_prefix(b"{").and_then(|n| n.strip_suffix(b"}")).unwrap_or(name));
    bare == Some(key.as_bytes())
}

/// Whether its own password is there to be replaced, and would do as none; in a file that `asks` for other values one that
/// everybody guesses too, be it the role's name.
fn is_to_fill_in(target: &Target, asks: bool) -> bool {
    let shown = |secret: &Secret| {
        secret.is_common() || SHOWN.iter().any(|word| secret.same_ignore_case(&Secret::from(*word)))
    };
    let named = |secret: &Secret| target.equal_to(secret, &["user", "dbname"]).is_some();
    let open = |secret: &Secret| {
        secret.looks_like_placeholder() && !secret.would_do() || asks && (shown(secret) || named(secret))
    };
    target.get("password").is_some_and(|password| open(password.value.secret()))
}

/// What shows where a password belongs, in a file that asks for other values.
const SHOWN: [&str; 4] = ["secure_password", "secure-password", "strong_password", "strong-password"];

fn take(target: &Target, out: &mut Vec<Span>) {
    const PARTS: [&str; 6] = ["host", "port", "dbname", "user", "password", "sslmode"];
    let parts = PARTS.iter().filter_map(|keyword| target.get(keyword)?.origin.span());
    out.extend(parts.chain(target.origin().span()));
}
