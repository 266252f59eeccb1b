//! The usual command lines of `lint`, read without the description of every command and flag that clap builds: that takes
//! longer than judging a small file. What is not plainly one of them is left to clap, which says the same of the others.

use super::{Cli, Color, Command, FailOn, Flags, Known, Mode, Repair};
use crate::report::Format;
use clap::ValueEnum as _;
use std::ffi::OsString;

/// Variables that say what flags say.
const TWINS: &[&str] = &[
    "PGWARD_ALLOW",
    "PGWARD_AS",
    "PGWARD_BASELINE",
    "PGWARD_COLOR",
    "PGWARD_CONFIG",
    "PGWARD_CONSUMER",
    "PGWARD_DATABASE_URL",
    "PGWARD_DENY",
    "PGWARD_DIFF",
    "PGWARD_ENV_FILE",
    "PGWARD_FAIL_ON",
    "PGWARD_FIX",
    "PGWARD_FORMAT",
    "PGWARD_LOADER",
    "PGWARD_MODE",
    "PGWARD_NO_IGNORES",
    "PGWARD_NO_PG_ENV",
    "PGWARD_QUIET",
    "PGWARD_REASON",
    "PGWARD_REPORT",
    "PGWARD_REQUIRE_EXTENSION",
    "PGWARD_SECRET_JSON",
    "PGWARD_STATISTICS",
    "PGWARD_UNSAFE_FIXES",
    "PGWARD_VERBOSE",
    "PGWARD_WARN",
    "PGWARD_WRITE_BASELINE",
];

/// The command line, if it is a usual one and no variable says anything. `is_set` is asked of each variable.
pub(super) fn read(arguments: impl Iterator<Item = OsString>, is_set: impl Fn(&str) -> bool) -> Option<Cli> {
    let (mut words, mut paths) = (Vec::new(), Vec::new());
    for word in arguments {
        words.push(word.into_string().ok()?);
    }
    let (mut flags, mut repair, mut known) = nothing();
    let mut named = false;
    let mut seen: Vec<&str> = Vec::new();
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        let (name, own) = match word.split_once('=') {
            Some((name, value)) if name.starts_with("--") => (name, Some(value)),
            _ => (word.as_str(), None),
        };
        if !name.starts_with('-') || name == "-" {
            match (named, word.as_str()) {
                (false, "lint") => named = true,
                (false, _) | (_, "") => return None,
                (true, path) => paths.push(path.to_owned()),
            }
            continue;
        }
        let switch = match name {
            "-q" | "--quiet" => Some(&mut flags.quiet),
            "-v" | "--verbose" => Some(&mut flags.verbose),
            "--no-pg-env" => Some(&mut flags.no_pg_env),
            "--statistics" if named => Some(&mut repair.statistics),
            "--no-ignores" if named => Some(&mut known.no_ignores),
            _ => None,
        };
        if let Some(switch) = switch {
            // What is said twice, clap has a word for.
            if own.is_some() || *switch {
                return None;
            }
            *switch = true;
            continue;
        }
        if seen.contains(&name) {
            return None;
        }
        seen.push(name);
        let value = match own {
            Some(value) => value,
            None => rest.next().filter(|value| !value.starts_with('-'))?,
        };
        match name {
            "--format" => flags.format = value.parse().ok()?,
            "--fail-on" => flags.fail_on = FailOn::from_str(value, false).ok()?,
            "--color" => flags.color = Color::from_str(value, false).ok()?,
            _ => return None,
        }
    }
    if !named || TWINS.iter().any(|name| is_set(name)) {
        return None;
    }
    if paths.is_empty() {
        paths.push(".".to_owned());
    }
    Some(Cli { flags, command: Some(Command::Lint { paths, carrier: None, repair, known }) })
}

/// What clap makes of `lint` alone.
fn nothing() -> (Flags, Repair, Known) {
    let flags = Flags {
        config: None,
        environment: None,
        env_file: Vec::new(),
        database_url: None,
        secret_json: None,
        no_pg_env: false,
        require_extension: Vec::new(),
        consumer: Vec::new(),
        loader: Vec::new(),
        allow: Vec::new(),
        reason: None,
        warn: Vec::new(),
        deny: Vec::new(),
        fail_on: FailOn::Deny,
        format: Format::Text,
        report: Vec::new(),
        quiet: false,
        verbose: false,
        color: Color::Auto,
        mode: Mode::Enforce,
    };
    let repair = Repair { fix: false, unsafe_fixes: false, diff: false, statistics: false };
    (flags, repair, Known { baseline: None, write_baseline: None, no_ignores: false })
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{CommandFactory as _, FromArgMatches as _};
    use std::collections::BTreeSet;

    const WORDS: &[&str] = &[
        "lint",
        "show",
        "help",
        "-q",
        "--quiet",
        "-v",
        "--verbose",
        "-qv",
        "--statistics",
        "--no-ignores",
        "--no-pg-env",
        "--format",
        "--format=json",
        "--format=",
        "json",
        "concise",
        "Text",
        "--fail-on",
        "--fail-on=warn",
        "deny",
        "--color",
        "--color=never",
        "always",
        ".",
        "-",
        "--",
        "",
        "a b",
        "x=y",
        "./x/",
        "--quiet=true",
        "--help",
        "-V",
        "--fix",
        "--as",
        "--unknown",
        "-x",
        "--form=json",
        "--config=x",
        "=",
    ];

    /// As clap reads it, where no variable is set.
    fn by_clap(words: &[&str]) -> Option<Cli> {
        let plain = Cli::command().mut_args(|a| a.env(None::<&str>));
        let plain = plain.mut_subcommands(|c| c.mut_args(|a| a.env(None::<&str>)));
        let read = plain.try_get_matches_from(std::iter::once(&"pgward").chain(words)).ok()?;
        Cli::from_arg_matches(&read).ok()
    }

    #[test]
    fn what_is_read_here_is_what_clap_reads() {
        let none = |_: &str| false;
        let mut usual = 0;
        let mut try_one = |words: &[&str]| {
            let Some(read) = read(words.iter().map(OsString::from), none) else { return };
            usual += 1;
            let clap = by_clap(words).map(|cli| format!("{cli:?}"));
            assert_eq!(Some(format!("{read:?}")), clap, "{words:?}");
        };
        for a in WORDS {
            try_one(&[a]);
            for b in WORDS {
                try_one(&["lint", a, b]);
                try_one(&[a, "lint", b]);
                try_one(&["-q", "lint", "--format", a, b, "-v"]);
            }
        }
        let mut state = 7_usize;
        for _ in 0..3000 {
            let mut words = vec!["lint"];
            for _ in 0..4 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                words.push(WORDS[(state >> 33) % WORDS.len()]);
            }
            try_one(&words);
        }
        assert!(usual > 500, "{usual}");
    }

    #[test]
    fn every_variable_of_lint_is_known() {
        let cli = Cli::command();
        let lint = cli.find_subcommand("lint").expect("lint");
        let names = cli.get_arguments().chain(lint.get_arguments()).filter_map(clap::Arg::get_env);
        let names: BTreeSet<String> = names.map(|name| name.to_string_lossy().into_owned()).collect();
        assert_eq!(names, TWINS.iter().map(|name| (*name).to_owned()).collect());
        for twin in TWINS {
            assert!(read(["lint".into()].into_iter(), |name| name == *twin).is_none(), "{twin}");
        }
    }
}
