//! Our own words for what a loader makes of a line. None of them says what the value is.

use super::{Cause, line::Line};
use crate::layer::{Entry, ProblemKind, SegmentKind};

/// What of a line with a value.
pub(super) fn of_value(value: &str, entry: &Entry, line: Option<&Line<'_>>, cause: Cause) -> &'static str {
    let has = |kind: SegmentKind| entry.value.map.iter().any(|s| s.kind == kind);
    if has(SegmentKind::Command) {
        return "runs a command, or puts the number of a process";
    }
    let Some(line) = line else {
        return if value.is_empty() { "empty" } else { "another value" };
    };
    let (raw, trimmed, plain) = (&line.text[line.raw.clone()], line.trimmed(), line.plain());
    let commented = line.comment().is_some();
    let replaced =
        [SegmentKind::Reference, SegmentKind::Fallback, SegmentKind::Unresolved, SegmentKind::Later];
    if value.is_empty() && !plain.is_empty() {
        return if replaced.into_iter().any(has) { "empty, for want of what `$` refers to" } else { "empty" };
    }
    if value.ends_with('\r') {
        return "with a carriage return at its end";
    }
    if value.contains('\n') && entry.value_span.end as usize > line.range.end {
        return "with the lines below";
    }
    if replaced.into_iter().any(has) {
        let over =
            [":-", "-", ":?", "?", ":+", "+", ":="].iter().any(|sign| value.contains(&format!("{sign}}}")));
        let left = over || value.ends_with('}') && line.plain().ends_with('}');
        let nothing = !has(SegmentKind::Reference) && !has(SegmentKind::Fallback);
        return match (left, nothing) {
            (true, _) => "with a rest of the `${…}`",
            (false, true) => "without the `$` and the name behind it, which has no value",
            (false, false) => "with what `$` refers to",
        };
    }
    if line.quote().is_some() {
        if value == trimmed || value == raw {
            let behind = trimmed.len() > plain.len() + 2;
            return if behind { "with the quotes and what stands behind them" } else { "with the quotes" };
        }
        if value == plain {
            return "what stands between the quotes";
        }
    } else {
        if value == plain {
            return if value.is_empty() { "empty" } else { plain_words(line, commented, cause) };
        }
        if commented && (value == trimmed || value == raw) {
            return "with the comment";
        }
        if line.hash().is_some_and(|at| value == line.text[line.raw.start..at].trim()) {
            return "what stands before the `#`";
        }
        if value == raw {
            return "with the blanks around it";
        }
    }
    if value.contains('\n') {
        return "with a line break";
    }
    let bare = |s: &str| s.replace(['\\', '"', '\'', '`'], "");
    if plain.contains('\\') && bare(value) == bare(plain) {
        return if value.matches('\\').count() < plain.matches('\\').count() {
            "without backslashes"
        } else {
            "with its backslashes"
        };
    }
    if bare(value) == bare(trimmed) {
        return "with some of its quotes";
    }
    if !value.is_empty() && trimmed.starts_with(value) {
        return "the beginning of it";
    }
    if plain.contains('$') && !value.contains('$') {
        return "without the `$` and more";
    }
    "another value"
}

/// Where several signs stand on the line, the one that loaders differ over counts.
fn plain_words(line: &Line<'_>, commented: bool, cause: Cause) -> &'static str {
    let dollar = "with the `$` as it stands";
    match cause {
        Cause::Dollar | Cause::Reference if line.plain().contains('$') => return dollar,
        Cause::HashInValue if line.hash().is_some() => return "with the `#`",
        _ => {}
    }
    if commented {
        "without the comment"
    } else if line.hash().is_some() {
        "with the `#`"
    } else if line.plain().contains('$') {
        dollar
    } else if line.plain().contains('\\') {
        "with its backslashes"
    } else {
        "as it stands"
    }
}

/// What is to be seen on a line.
pub(super) fn label(cause: Cause, line: Option<&Line<'_>>, entry: &Entry) -> &'static str {
    match (cause, line) {
        (Cause::Duplicate, _) => "assigned again",
        (Cause::InlineComment, _) => "a comment stands behind it",
        (Cause::HashInValue, _) => "a `#` without quotes",
        (Cause::Dollar, _) => "a `$`",
        (Cause::Reference, _) => "a reference",
        (Cause::Encoding, _) => "characters that are not seen",
        (Cause::Syntax, Some(line)) if line.lead().contains("export") => "`export` before the name",
        (Cause::Syntax, Some(line)) if line.has_colon() => "`:` for `=`",
        (Cause::Syntax, Some(line)) if line.is_spaced() => "blanks around the `=`",
        (Cause::Syntax, Some(line)) if !line.lead().is_empty() => "something stands before the name",
        (Cause::Syntax, _) => "no plain `NAME=value`",
        (Cause::Other, Some(line)) if entry.value_span.end as usize > line.range.end => {
            "a value of several lines"
        }
        (Cause::Other, Some(line)) if line.plain().contains('\\') => "a backslash",
        (Cause::Other, Some(line)) if line.quote().is_some() => "quotes",
        (Cause::Other, Some(line)) => match line.shell_signs() {
            Some('&') => "an `&` without quotes",
            Some(c) if c.is_whitespace() => "blanks without quotes",
            Some(_) => "signs of a shell without quotes",
            None => "written in a way that is read differently",
        },
        (Cause::Other, _) => "written in a way that is read differently",
    }
}

/// What a loader stumbles over.
pub(super) fn label_of_kind(kind: ProblemKind) -> &'static str {
    match kind {
        ProblemKind::UnterminatedQuote => "a quote is not closed",
        ProblemKind::NoEquals => "no `=`",
        ProblemKind::BlankBeforeEquals | ProblemKind::BlankAfterEquals => "blanks around the `=`",
        ProblemKind::Colon => "`:` for `=`",
        ProblemKind::BadName => "no name to every loader",
        ProblemKind::BadEscape => "a backslash",
        ProblemKind::BadReference | ProblemKind::Required => "a `$`",
        ProblemKind::TextAfterValue => "more stands behind the value, or blanks without quotes",
        ProblemKind::Nul
        | ProblemKind::ByteOrderMark
        | ProblemKind::CarriageReturn
        | ProblemKind::NotUtf8 => "characters that are not seen",
        _ => "no plain `NAME=value`",
    }
}

/// What of a line that sets nothing.
pub(super) fn of_nothing(problem: Option<ProblemKind>) -> &'static str {
    match problem {
        Some(ProblemKind::UnterminatedQuote) => "nothing, the quote is not closed",
        Some(ProblemKind::BadName) => "nothing, it is no name to it",
        Some(_) => "nothing, it passes over the line",
        None => "nothing",
    }
}

/// Why a loader gives up.
pub(super) fn of_refusal(kind: ProblemKind) -> &'static str {
    match kind {
        ProblemKind::UnterminatedQuote => "refuses the file, a quote is not closed",
        ProblemKind::BadName => "refuses the file, this is no name to it",
        ProblemKind::BlankBeforeEquals | ProblemKind::BlankAfterEquals => {
            "refuses the file for the blanks around the `=`"
        }
        ProblemKind::TextAfterValue => "refuses the file for what stands behind the value",
        ProblemKind::BadEscape => "refuses the file for a backslash",
        ProblemKind::BadReference | ProblemKind::Required => "refuses the file for a `$`",
        ProblemKind::ByteOrderMark => "refuses the file for its byte order mark",
        ProblemKind::Nul => "refuses the file for a NUL",
        ProblemKind::NotUtf8 => "refuses the file, it is no UTF-8",
        _ => "refuses the file",
    }
}
