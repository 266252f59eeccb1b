//! Commands in scripts, Dockerfiles, Makefiles and Procfiles that read env files or hand a URL to libpq. No shell is
//! imitated: lines are cut into words, and a command counts where a command can stand.

use super::{Loading, Mention, Reads, kind::Kind};
use std::ops::Range;

/// The mentions of a whole file.
pub(super) fn script(text: &str) -> Vec<Mention> {
    // In `sh` the dot is the shell's own; elsewhere it is taken for bash's.
    let dash = text.starts_with("#!/bin/sh") || text.starts_with("#!/usr/bin/env sh");
    let mut out = Vec::new();
    scan(text, 0, dash, &mut out);
    if takes_drivers_off(text) {
        out.retain(|mention| !matches!(mention, Mention::Libpq(..)));
    }
    out
}

/// Whether a script makes libpq's URL of SQLAlchemy's: `sed 's/postgresql+asyncpg/postgresql/'`, `${URL/+asyncpg/}`,
/// `${URL#postgresql+asyncpg://}`.
fn takes_drivers_off(text: &str) -> bool {
    let edits = |before: &str| {
        let sed = ["s/", "s|", "s#", "s,"].iter().any(|s| before.contains(s)) && before.contains("sed ");
        sed || before.ends_with(['/', '#']) && before.contains("${") || before.contains("replace(")
    };
    let drivers = |line: &str| {
        let mut all = ["postgresql+", "+asyncpg", "+psycopg"].iter().flat_map(|d| line.match_indices(d));
        all.any(|(at, _)| edits(&line[..at]))
    };
    text.lines().any(|line| line.contains('+') && !line.trim_start().starts_with('#') && drivers(line))
}

/// The mentions of a command that stands in another text, as in package.json.
pub(super) fn within(command: &str, at: usize) -> Vec<Mention> {
    let mut out = Vec::new();
    scan(command, at, true, &mut out);
    out
}

fn scan(text: &str, base: usize, dash: bool, out: &mut Vec<Mention>) {
    // A continued line is one; the length stays.
    let text = make_variables(&text.replace("\\\n", "  "));
    let mut at = base;
    for line in text.split_inclusive('\n') {
        if !line.trim_start().starts_with('#') {
            self::line(line, at, dash, out);
        }
        at += line.len();
    }
}

/// `$(NAME)` of a Makefile as `${NAME}`: nothing that a shell could run is called so.
fn make_variables(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("$(") {
        let inner = &rest[at + 2..];
        let name = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
        let end = inner.find(|c| !name(c)).filter(|end| *end > 0 && inner[*end..].starts_with(')'));
        out.push_str(&rest[..at]);
        if let Some(end) = end {
            out.extend(["${", &inner[..end], "}"]);
            rest = &inner[end + 1..];
        } else {
            out.push_str("$(");
            rest = inner;
        }
    }
    out + rest
}

/// A word with its place in the whole text.
type Word<'t> = (&'t str, Range<usize>);

fn line(line: &str, at: usize, dash: bool, out: &mut Vec<Mention>) {
    const ENDS: &[char] = &[';', '&', '|', '(', ')', '`'];
    let mut words: Vec<Word<'_>> = Vec::new();
    let (mut start, exported) = (0, exported(line));
    for (i, c) in line.char_indices().chain([(line.len(), '\n')]) {
        // `&` between `?a=b&c` is the shell's business; a URL is no command either way.
        let ends = ENDS.contains(&c) || c == '\n';
        if ends || c.is_whitespace() || matches!(c, '[' | ']' | ',') {
            let raw = &line[start..i];
            let word = raw.trim_matches(['"', '\'', '\\', '<']);
            if !word.is_empty() {
                let from = at + start + (raw.len() - raw.trim_start_matches(['"', '\'', '\\', '<']).len());
                words.push((word, from..from + word.len()));
            }
            start = i + c.len_utf8();
        }
        if ends {
            command(&words, dash, exported, out);
            words.clear();
        }
    }
}

/// `export $(grep -v '^#' .env | xargs)`: where the substitution stands.
fn exported(line: &str) -> bool {
    line.contains("xargs")
        && (line.contains("export $(") || line.contains("export `") || line.contains("env $("))
}

/// What may stand before a command.
fn is_lead(word: &str) -> bool {
    const LEADS: &[&str] = &[
        "exec",
        "env",
        "sudo",
        "command",
        "time",
        "nohup",
        "then",
        "do",
        "else",
        "if",
        "while",
        "until",
        "!",
        "RUN",
        "CMD",
        "ENTRYPOINT",
        "HEALTHCHECK",
        "cross-env",
        "npx",
        "poetry",
        "uv",
        "pipenv",
        "run",
        "-T",
        "$",
    ];
    let assignment = word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    });
    // `web:` in a Procfile, `--retries=3` of a health check.
    LEADS.contains(&word) || assignment || word.ends_with(':') || word.starts_with("--")
}

fn command(words: &[Word<'_>], dash: bool, exported: bool, out: &mut Vec<Mention>) {
    if words.first().is_some_and(|(w, _)| *w == "pipenv") && words.get(1).is_some_and(|(w, _)| *w == "run") {
        out.push(loader("python-dotenv", &words[0].1, Reads::Project));
    }
    let Some(first) = words.iter().position(|(w, _)| !is_lead(w)) else { return };
    let words = &words[first..];
    let (name, range) = (words[0].0.trim_start_matches(['@', '-']), &words[0].1);
    let name = name.rsplit('/').next().unwrap_or(name);
    let range = range.end - name.len()..range.end;
    let second = words.get(1).map_or("", |(w, _)| *w);
    let has = |word: &str| words.iter().any(|(w, _)| *w == word);
    match name {
        _ if exported => {
            let file = words.iter().skip(1).map(|(w, _)| *w).find(|w| is_env_file(w));
            if let Some(file) = file
                && matches!(name, "cat" | "grep" | "egrep" | "sed" | "xargs" | "awk")
            {
                out.push(loader("export $(grep|xargs)", &range, Reads::File(file.into())));
            }
        }
        "." | "source" if is_env_file(second) => {
            let shell = if dash && name == "." { "dash set -a; ." } else { "bash set -a; ." };
            out.push(loader(shell, &range, Reads::File(second.into())));
        }
        "docker" if second == "run" || second == "container" => {
            flags(words, &["--env-file"], "docker run --env-file", out);
        }
        "docker" if second == "compose" => flags(words, &["--env-file"], "compose .env", out),
        "docker-compose" => flags(words, &["--env-file"], "compose .env", out),
        "node" | "tsx" => flags(words, &["--env-file", "--env-file-if-exists"], "node --env-file", out),
        "uvicorn" | "fastapi" => flags(words, &["--env-file"], "python-dotenv", out),
        "flask" => flags(words, &["--env-file", "-e"], "python-dotenv", out),
        "dotenv" if second == "run" => out.push(loader("python-dotenv", &range, Reads::Project)),
        "dotenv" if second == "-f" && has("run") => flags(words, &["-f"], "python-dotenv", out),
        "dotenvx" if second == "run" => {
            let before = out.len();
            flags(words, &["-f", "--env-file"], "dotenvx", out);
            if out.len() == before {
                out.push(loader("dotenvx", &range, Reads::Project));
            }
        }
        "honcho" if has("start") || has("run") => {
            let before = out.len();
            flags(words, &["-e", "--env"], "honcho", out);
            if out.len() == before {
                out.push(loader("honcho", &range, Reads::File(".env".into())));
            }
        }
        "bun" if second == "run" || second == "start" || has_ending(second, &[".ts", ".js"]) => {
            out.push(loader("bun", &range, Reads::Project));
        }
        "psql" | "pg_isready" | "pg_dump" | "pg_restore" | "pgbench" | "vacuumdb" | "reindexdb"
        | "createdb"
            if let Some(variable) = words.iter().skip(1).find_map(|(w, _)| url_variable(w)) =>
        {
            out.push(Mention::Libpq(range, variable));
        }
        _ => {}
    }
}

/// `--env-file FILE` and `--env-file=FILE`, as often as they stand there.
fn flags(words: &[Word<'_>], names: &[&str], as_loader: &'static str, out: &mut Vec<Mention>) {
    for (i, (word, range)) in words.iter().enumerate().skip(1) {
        let (name, file) = match word.split_once('=') {
            Some((name, file)) => (name, file),
            None => (*word, words.get(i + 1).map_or("", |(w, _)| *w)),
        };
        let file = file.trim_matches(['"', '\'', '\\']);
        if names.contains(&name) && !file.is_empty() {
            out.push(loader(as_loader, &(range.start..range.start + name.len()), Reads::File(file.into())));
        }
    }
}

fn loader(loader: &'static str, range: &Range<usize>, reads: Reads) -> Mention {
    Mention::Loader(Loading { loader, range: range.clone(), reads, dev: false })
}

/// `.env`, `./config/.env.local`, `app.env`.
fn is_env_file(word: &str) -> bool {
    let name = word.rsplit('/').next().unwrap_or(word);
    name == ".env" || name.starts_with(".env.") || has_ending(name, &[".env"])
}

fn has_ending(name: &str, endings: &[&str]) -> bool {
    endings.iter().any(|end| name.len() > end.len() && name.ends_with(end))
}

/// The variable of `$DATABASE_URL`, `${DATABASE_URL:?}`, `--dbname=$DATABASE_URL`.
fn url_variable(word: &str) -> Option<String> {
    word.match_indices('$').find_map(|(at, _)| {
        let name = word[at + 1..].trim_start_matches(['$', '{']);
        let name = name.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).next().unwrap_or_default();
        let says = name.split('_').any(|w| matches!(w, "URL" | "URI" | "DSN" | "CONNINFO"));
        says.then(|| name.to_owned())
    })
}

/// Whether a script waits until compose finds its services healthy, or looks itself: `docker compose up --wait`.
pub(super) fn gates(kind: Kind, text: &str) -> bool {
    let script = matches!(kind, Kind::Script | Kind::Just | Kind::PackageJson);
    let waits = |line: &str| {
        let word = |word: &str| line.split(|c: char| c.is_whitespace() || c == '"').any(|w| w == word);
        word("--wait") && word("up")
    };
    script && (text.contains("--wait") && text.lines().any(waits) || text.contains(".State.Health"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Vec<String> {
        let one = |m: Mention| match m {
            Mention::Libpq(range, _) => format!("libpq by {}", &text[range]),
            Mention::Loader(Loading { loader, range, reads: Reads::File(file), .. }) => {
                format!("{loader} reads {file} by {}", &text[range])
            }
            Mention::Loader(Loading { loader, range, .. }) => format!("{loader} by {}", &text[range]),
            Mention::Package(_) | Mention::Migrations(..) | Mention::Server(_) => {
                panic!("no package stands in a script")
            }
        };
        script(text).into_iter().map(one).collect()
    }

    #[test]
    fn commands_that_read_env_files() {
        for (text, want) in [
            ("set -a; . ./.env; set +a\n", &["bash set -a; . reads ./.env by ."][..]),
            ("#!/bin/sh\nset -a\n. .env\n", &["dash set -a; . reads .env by ."]),
            ("#!/bin/sh\nsource app.env\n", &["bash set -a; . reads app.env by source"]),
            ("export $(grep -v '^#' .env | xargs)\n", &["export $(grep|xargs) reads .env by grep"]),
            ("export $(cat .env | xargs) && rails s", &["export $(grep|xargs) reads .env by cat"]),
            ("export $(xargs < .env)\n", &["export $(grep|xargs) reads .env by xargs"]),
            (
                "docker run --rm \\\n  --env-file prod.env app\n",
                &["docker run --env-file reads prod.env by --env-file"],
            ),
            ("\tdocker run --env-file=.env app", &["docker run --env-file reads .env by --env-file"]),
            ("docker compose --env-file .env.dev up\n", &["compose .env reads .env.dev by --env-file"]),
            (
                "node --env-file=.env --env-file-if-exists=.env.local a.js",
                &[
                    "node --env-file reads .env by --env-file",
                    "node --env-file reads .env.local by --env-file-if-exists",
                ],
            ),
            ("exec uvicorn --env-file .env app:app", &["python-dotenv reads .env by --env-file"]),
            ("CMD [\"node\", \"--env-file=.env\", \"a.js\"]", &["node --env-file reads .env by --env-file"]),
            ("poetry run honcho start", &["honcho reads .env by honcho"]),
            ("bun run src/index.ts", &["bun by bun"]),
            ("dotenvx run -f .env.production -- node a.js", &["dotenvx reads .env.production by -f"]),
        ] {
            assert_eq!(said(text), want, "{text}");
        }
    }

    #[test]
    fn a_script_may_take_the_driver_off() {
        for yes in [
            "psql \"$(echo $DATABASE_URL | sed 's/postgresql+asyncpg/postgresql/')\"",
            "URL=${DATABASE_URL/+asyncpg/}",
            "if [[ $URL == postgresql+asyncpg://* ]]; then URL=\"postgresql://${URL#postgresql+asyncpg://}\"; fi",
        ] {
            assert!(takes_drivers_off(yes), "{yes}");
        }
        for no in ["DATABASE_URL=postgresql+asyncpg://h/d", "# ${URL/+asyncpg/}", "psql $DATABASE_URL"] {
            assert!(!takes_drivers_off(no), "{no}");
        }
    }

    #[test]
    fn commands_that_give_libpq_a_url() {
        for text in [
            "until pg_isready -d \"$DATABASE_URL\"; do sleep 1; done",
            "release: psql ${DATABASE_URL} -f a.sql",
            "\t@psql \"$(DATABASE_URL)\" -c 'select 1'",
            "psql --dbname=\"$PG_URI\"; echo",
            "HEALTHCHECK --interval=5s CMD /usr/bin/pg_isready -d $DATABASE_URL",
        ] {
            assert_eq!(said(text).len(), 1, "{text}");
        }
    }

    #[test]
    fn what_only_looks_like_it() {
        for text in [
            "# . .env\n",
            "echo source .env",
            "cp .env.example .env",
            "psql -h db -U app app",
            "echo psql $DATABASE_URL",
            "docker build --env-file .env",
            ". /opt/ros/setup.bash",
            "source venv/bin/activate",
            "bun install",
            "curl https://example.com/?a=$URL&psql",
            "grep DB .env | xargs echo",
        ] {
            assert_eq!(said(text), [""; 0], "{text}");
        }
    }
}
