//! clap's errors without what the user typed: a URL in the wrong place must not come back on the screen.

use super::{Exit, args::Cli, output, run};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use std::process::ExitCode;

/// Prints a usage error, or the help and version that clap treats as errors.
pub(super) fn report(error: &clap::Error) -> ExitCode {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        return output::stdout(&error.render().to_string()).map_or(Exit::Success, |()| Exit::Success).into();
    }
    let message = message(error);
    if Cli::meant_run() {
        // One line: it is the first, and the last, which is looked at where a command was not started.
        let usage = "usage: pgward run [FLAGS] [--] COMMAND [ARGUMENT]…; see `pgward run --help`";
        return run::unusable(&format!("{message}; {usage}"));
    }
    output::error(&message);
    output::line(
        "usage: pgward [lint | show | check | preflight | run | url | init | explain | rules] [FLAGS]; see `pgward --help`",
    );
    Exit::CouldNotRun.into()
}

fn message(error: &clap::Error) -> String {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.clone()),
        Some(ContextValue::Strings(texts)) => Some(texts.join(", ")),
        _ => None,
    };
    // A flag of ours is shown as clap names it; anything else only as far as it looks like a flag or a word.
    let argument = text(ContextKind::InvalidArg).map(|a| known_flag(&a));
    match error.kind() {
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            // What our own parsers say quotes nothing.
            let own = std::error::Error::source(error).filter(|_| error.kind() == ErrorKind::ValueValidation);
            let words =
                text(ContextKind::ValidValue).filter(|v| !v.is_empty()).map(|v| format!("one of {v}"));
            let why = own.map(ToString::to_string).or(words).map_or_else(String::new, |w| format!(": {w}"));
            format!(
                "{} (or its PGWARD_* variable) has a value that is not possible{why}",
                argument.unwrap_or_default()
            )
        }
        ErrorKind::UnknownArgument => {
            let near = text(ContextKind::SuggestedArg)
                .map_or_else(String::new, |s| format!("; did you mean `{s}`?"));
            match argument.filter(|a| a.starts_with('-')) {
                // What is nearly a flag of ours is no secret; anything else may be one.
                Some(flag) if nearly_ours(&flag, error) => format!("unknown flag `{flag}`{near}"),
                Some(_) => format!("unknown flag{near}"),
                None => format!("an argument is not expected here{near}"),
            }
        }
        ErrorKind::InvalidSubcommand => {
            let near = text(ContextKind::SuggestedSubcommand);
            format!("unknown command{}", near.map_or_else(String::new, |s| format!("; did you mean `{s}`?")))
        }
        ErrorKind::MissingRequiredArgument => format!("missing: {}", argument.unwrap_or_default()),
        ErrorKind::ArgumentConflict => "these flags exclude each other, or one is given twice".into(),
        ErrorKind::InvalidUtf8 => "an argument is not UTF-8".into(),
        ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues | ErrorKind::NoEquals => {
            format!("{}: a value is missing", argument.unwrap_or_default())
        }
        _ => "this cannot be read as flags and arguments".into(),
    }
}

/// Whether an unknown flag is at most two slips away from the one that clap suggests.
fn nearly_ours(flag: &str, error: &clap::Error) -> bool {
    matches!(error.get(ContextKind::SuggestedArg), Some(ContextValue::String(ours))
        if crate::near::distance(ours, flag) <= 2)
}

/// The flag's own name: what follows it is a placeholder of ours, or what somebody typed.
fn known_flag(text: &str) -> String {
    let name = text.split([' ', '=']).next().unwrap_or_default();
    let plain = name.bytes().all(|b| b.is_ascii_alphabetic() || b"-<>_[].".contains(&b));
    if plain && name.len() <= 60 { name.to_owned() } else { "an argument".to_owned() }
}
