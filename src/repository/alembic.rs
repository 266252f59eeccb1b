//! Whether Alembic's env.py sets the URL whatever alembic.ini says.

use super::{Mention, Repository, place::Directory, python::lines};
use crate::source::Span;
use std::ops::Range;

const OPTION: &str = "sqlalchemy.url";
const OFFLINE: &str = "def run_migrations_offline(";

/// Where an env.py sets another URL.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Replaced {
    /// The option that it sets; empty where it sets none.
    pub(crate) place: Span,
    /// And how.
    pub(crate) how: How,
}

/// How an env.py goes about the URL.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct How {
    /// It sets the URL in any case, and without a look at the one that stands in alembic.ini.
    pub(crate) always: bool,
    /// It sets options of its section, which the URL names: `%(DB_HOST)s`.
    pub(crate) fills: bool,
}

/// Words that begin a block, of whose lines nobody knows whether they are run.
const BLOCKS: &[&str] = &[
    "if", "elif", "else", "for", "while", "try", "except", "finally", "match", "case", "def", "async",
    "class",
];

/// One mention of each env.py of Alembic: where it sets the option in any case, at its top and before anything is read from
/// it, or in the section that `run_migrations_online` hands to SQLAlchemy; or where it connects with something else and
/// never reads the option; else where it sets it in some case, or an empty place.
pub(super) fn env_py(text: &str) -> Vec<Mention> {
    if !text.contains("alembic") && !text.contains(OPTION) {
        return Vec::new();
    }
    let fills = text.lines().any(|line| code_of(line).contains(".set_section_option("));
    if let Some(place) = set(text).or_else(|| unread(text)).or_else(|| handed(text)) {
        return vec![Mention::Migrations(place, How { always: true, fills })];
    }
    let place = set_in_some_case(text).or_else(|| asked_for_last(text));
    vec![Mention::Migrations(place.unwrap_or(0..0), How { always: false, fills })]
}

/// Where it reads the option by name where a variable for a URL is not set: `os.environ.get("DATABASE_URL") or
/// config.get_main_option("sqlalchemy.url")`, or one behind the other in a function, but not the one that writes SQL.
fn asked_for_last(text: &str) -> Option<Range<usize>> {
    // Where the function begins that asked.
    let mut asked: Option<usize> = None;
    let mut function = 0;
    for Statement { from, indent, code } in statements(text) {
        let code = code_of(code);
        if code.trim_start_matches("async ").starts_with("def ") || indent == 0 {
            function = from;
        }
        let read = code.find("get_main_option(").and_then(|at| Some((at, at + code[at..].find(OPTION)?)));
        let asks = variable_for_url(code);
        if let Some((at, option)) = read {
            let before = asks.is_some_and(|asks| asks < at && code[asks..at].contains(" or "));
            let returns = asked == Some(function) && code.starts_with("return ");
            if (before || returns) && !text[function..].starts_with(OFFLINE) {
                return Some(from + option..from + option + OPTION.len());
            }
        } else if asks.is_some() && indent > 0 {
            asked = Some(function);
        }
    }
    None
}

/// Where a line asks the process for a variable that by its name holds the URL of a database.
fn variable_for_url(code: &str) -> Option<usize> {
    let at = ["os.environ.get(", "os.getenv(", "getenv("].iter().find_map(|call| code.find(call))?;
    let name = code[at..].split(['"', '\'']).nth(1)?;
    let word = |words: &[&str]| name.split('_').any(|word| words.contains(&word));
    let of_database = word(&["DATABASE", "DB", "POSTGRES", "POSTGRESQL", "PG", "SQLALCHEMY", "ALEMBIC"]);
    (word(&["DSN"]) || word(&["URL", "URI"]) && of_database).then_some(at)
}

/// A line without its comment. A `#` behind quotes may be one of a text.
fn code_of(line: &str) -> &str {
    let end = line.find('#').filter(|at| !line[..*at].contains(['"', '\'']));
    &line[..end.unwrap_or(line.len())]
}

/// Where it sets the option in a branch, `if url: config.set_main_option("sqlalchemy.url", url)`, or to what it may have read;
/// so does what hands SQLAlchemy a section of which it set the option.
fn set_in_some_case(text: &str) -> Option<Range<usize>> {
    let mut open: Vec<(usize, bool)> = Vec::new();
    // What is set may be what was read, in another form.
    let looks_elsewhere = ["environ", "getenv", "ettings", "fallback"].iter().any(|word| text.contains(word));
    for Statement { from, indent, code } in statements(text) {
        close(&mut open, indent);
        if open.iter().all(|(_, run)| *run) && (is_set(&text[from..]) || is_assigned(code) && looks_elsewhere)
        {
            let start = from + text[from..].find(OPTION)?;
            return Some(start..start + OPTION.len());
        }
        let word = code.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or_default();
        if BLOCKS.contains(&word) {
            // What writes SQL connects to nothing.
            let function = code.trim_start_matches("async ");
            let runs = function.starts_with("def run_") && !function.starts_with(OFFLINE);
            open.push((indent, runs || matches!(word, "if" | "elif" | "else")));
        }
    }
    None
}

/// A line that does something.
struct Statement<'t> {
    /// Where its code begins.
    from: usize,
    /// The blanks before it.
    indent: usize,
    /// From there to its end.
    code: &'t str,
}

/// The lines of a text, but for comments and texts over several lines.
fn statements(text: &str) -> impl Iterator<Item = Statement<'_>> {
    let mut quotes: Option<&str> = None;
    lines(text).filter_map(move |(at, line)| {
        let inside = quotes.is_some();
        quotes = quotes_behind(quotes, line);
        let code = line.trim_start();
        let indent = line.len() - code.len();
        let idle = inside || code.is_empty() || code.starts_with(['#', '"', '\'']);
        (!idle).then_some(Statement { from: at + indent, indent, code })
    })
}

/// Ends the blocks that a line of this indentation is not in.
fn close<T>(open: &mut Vec<(usize, T)>, indent: usize) {
    while open.last().is_some_and(|(outer, _)| *outer >= indent) {
        open.pop();
    }
}

/// The quotes of a text over several lines that are open behind a line.
fn quotes_behind<'q>(mut quotes: Option<&'q str>, line: &str) -> Option<&'q str> {
    for mark in ["\"\"\"", "'''"] {
        if quotes.is_none_or(|q| q == mark) && line.matches(mark).count() % 2 == 1 {
            quotes = if quotes.is_some() { None } else { Some(mark) };
        }
    }
    quotes
}

/// Where an engine is made of what is not the option, in a file that reads no option of alembic.ini by itself: at its top, in
/// `run_migrations_online`, or in what is called. What hands `config` on (`run(config)`, `config.attributes` alone does not)
/// may have it read elsewhere.
fn unread(text: &str) -> Option<Range<usize>> {
    const READS: &[&str] = &[
        OPTION,
        "get_main_option",
        "get_section",
        "get_alembic_option",
        "engine_from_config",
        "ConfigParser",
    ];
    let reads = |line: &str| READS.iter().any(|word| line.contains(word));
    if lines(text).any(|(_, line)| !line.trim_start().starts_with('#') && reads(line)) || is_handed_on(text) {
        return None;
    }
    // Indentations, and the names of functions among the blocks that are open; empty for a class.
    let mut open: Vec<(usize, &str)> = Vec::new();
    let mut looked = 0;
    for Statement { from, indent, code } in statements(text) {
        close(&mut open, indent);
        let head = code.strip_prefix("async ").unwrap_or(code);
        if head.starts_with("class ") {
            open.push((indent, ""));
        } else if let Some(function) = head.strip_prefix("def ") {
            open.push((indent, function.split('(').next().unwrap_or_default().trim()));
        }
        let call = ["create_async_engine(", "create_engine("].iter().find_map(|call| {
            let begin = code.find(call)?;
            (!code[..begin].contains(['#', '"', '\''])).then_some((begin, call.len() - 1))
        });
        let Some((begin, length)) = call else { continue };
        looked += 1;
        let run = |name: &str| !name.is_empty() && (name.starts_with("run_") || is_called(text, name));
        if looked <= MANY && open.len() <= DEEP && open.iter().all(|(_, name)| run(name)) {
            return Some(from + begin..from + begin + length);
        }
    }
    None
}

/// So many calls are looked at, in so many functions within each other.
const MANY: usize = 16;
const DEEP: usize = 4;

/// Where `engine_from_config` is handed a URL of its own, which precedes the section's (`sqlalchemy/engine/create.py`), in a file
/// that reads the option nowhere but to write SQL.
fn handed(text: &str) -> Option<Range<usize>> {
    let (before, after) = around_offline(text);
    let reads = |text: &str| does_read(text) || text.contains(OPTION);
    if reads(before) || reads(after) {
        return None;
    }
    let mut found = None;
    for (at, call) in text.match_indices("engine_from_config(") {
        let rest = &text[at + call.len()..];
        let (mut depth, mut own) = (0_usize, None);
        for (i, c) in rest.char_indices().take(ARGUMENTS) {
            match c {
                '(' | '[' | '{' => depth += 1,
                ')' if depth == 0 => break,
                ')' | ']' | '}' => depth = depth.saturating_sub(1),
                'u' if depth == 0
                    && rest[i..].starts_with("url=")
                    && rest[..i].ends_with([' ', ',', '\n', '(']) =>
                {
                    own = Some(at + call.len() + i);
                }
                _ => {}
            }
        }
        let start = own?;
        found = found.or(Some(start..start + "url".len()));
    }
    found
}

/// So far into the arguments of a call.
const ARGUMENTS: usize = 2048;

/// Whether the text calls a function of its own.
fn is_called(text: &str, name: &str) -> bool {
    let of_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.match_indices(name).any(|(at, _)| {
        let before = text[..at].trim_end_matches(' ');
        text[at + name.len()..].starts_with('(') && !text[..at].ends_with(of_name) && !before.ends_with("def")
    })
}

/// Whether `config`, or the context that it is in, is an argument of a call.
fn is_handed_on(text: &str) -> bool {
    let of_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    lines(text).filter(|(_, line)| !line.contains("import ")).any(|(_, line)| {
        let argument = |word: &str| {
            line.match_indices(word).any(|(at, _)| {
                let behind = line[at + word.len()..].trim_start();
                behind.starts_with([')', ',']) && !line[..at].ends_with(of_name)
            })
        };
        // What Alembic calls is given a context of its own.
        let hook = line.trim_start().trim_start_matches("async ").starts_with("def ");
        argument("config") || !hook && argument("context")
    })
}

fn set(text: &str) -> Option<Range<usize>> {
    // The blocks that are open, by their indentation, and whether Alembic's own template runs them.
    let mut open: Vec<(usize, bool)> = Vec::new();
    let (before, after) = around_offline(text);
    let reads = does_read(before) || does_read(after);
    for Statement { from, indent, code } in statements(text) {
        close(&mut open, indent);
        if open.is_empty() && is_set(&text[from..]) {
            let start = from + text[from..].find(OPTION)?;
            let end = text[start..].find('\n').map_or(text.len(), |i| start + i);
            // What is set may be what was read, here or above.
            let reads = |text: &str| text.contains("get_main_option") || text.contains("get_section");
            return (!reads(&text[..end])).then_some(start..start + OPTION.len());
        }
        let word = code.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or_default();
        let run = code.trim_start_matches("async ").starts_with("def run_");
        if open.iter().all(|(_, run)| *run) && !reads && is_assigned(code) {
            let start = from + code.find(OPTION)?;
            return Some(start..start + OPTION.len());
        }
        if word == "return" {
            // What stands behind it is not always done.
            for (_, run) in &mut open {
                *run = false;
            }
        }
        if BLOCKS.contains(&word) {
            open.push((indent, run));
        }
    }
    None
}

/// Whether an option of alembic.ini is read by name: not where a comment of Alembic's own template tells how to.
fn does_read(text: &str) -> bool {
    let reads = |line: &str| line.contains("get_main_option") || line.contains("get_section_option");
    lines(text).any(|(_, line)| reads(code_of(line)))
}

/// What stands around `run_migrations_offline`, which writes SQL and connects to nothing.
fn around_offline(text: &str) -> (&str, &str) {
    let Some((before, rest)) = text.split_once(OFFLINE) else { return (text, "") };
    let ends = |(at, _): &(usize, &str)| rest[at + 1..].starts_with(|c: char| !c.is_whitespace() && c != ')');
    let end = rest.match_indices('\n').find(ends).map_or(rest.len(), |(at, _)| at);
    (before, &rest[end..])
}

/// `configuration["sqlalchemy.url"] = …`
fn is_assigned(code: &str) -> bool {
    let Some((before, after)) = code.split_once(OPTION) else { return false };
    let (Some(quote), true) = (before.chars().last(), !before.contains(['#', '='])) else { return false };
    let value = after.strip_prefix(quote).and_then(|after| after.strip_prefix(']')).map(str::trim_start);
    matches!(quote, '"' | '\'') && value.is_some_and(|v| v.starts_with('=') && !v.starts_with("=="))
}

/// `config.set_main_option("sqlalchemy.url", …)`, on one line or several.
fn is_set(code: &str) -> bool {
    let object = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
    let call = code.trim_start_matches(object);
    let called = code[..code.len() - call.len()].ends_with(".set_main_option");
    let first = call.strip_prefix('(').map(str::trim_start);
    let named = |quote: char| {
        let rest = first.and_then(|first| first.strip_prefix(quote)?.strip_prefix(OPTION));
        rest.is_some_and(|rest| rest.starts_with(quote))
    };
    called && (named('"') || named('\''))
}

impl Repository {
    /// The place in an env.py that takes the URL of an alembic.ini away: it sets another one. Where several lie below, one of
    /// which does not, nobody knows which of them reads it.
    pub fn replaces_url_of(&self, path: &str) -> Option<Replaced> {
        let directory = Directory::of(path);
        let below = self.migrations.iter().filter(|(d, _)| directory.holds(d) && !d.is_aside_of(&directory));
        let mut below = below.map(|(_, replaced)| *replaced);
        let sets = |r: &Replaced| r.place.start < r.place.end;
        let first = below.next().filter(sets)?;
        below.try_fold(first, |all, r| {
            let how = How { always: all.how.always && r.how.always, ..all.how };
            sets(&r).then_some(Replaced { how, ..all })
        })
    }

    /// Whether an env.py below an alembic.ini sets options that the URL in it names.
    pub fn fills_options_of(&self, path: &str) -> bool {
        let directory = Directory::of(path);
        let mut below =
            self.migrations.iter().filter(|(d, _)| directory.holds(d) && !d.is_aside_of(&directory));
        below.any(|(_, replaced)| replaced.how.fills)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_in_any_case_is_found() {
        let found = |text: &str| match &env_py(&format!("from alembic import context\n{text}"))[..] {
            [Mention::Migrations(at, how)] => (at.clone(), how.always),
            other => panic!("{other:?}"),
        };
        let place = |text: &str| {
            let (at, always) = found(text);
            if always { at } else { 0..0 }
        };
        for yes in [
            "config.set_main_option(\"sqlalchemy.url\", url)\n",
            "config.set_main_option(\n    'sqlalchemy.url',\n    url,\n)\n",
            "if offline:\n    x()\nconfig.set_main_option(\"sqlalchemy.url\", url)\n",
            "config.set_main_option(\"sqlalchemy.url\", url)\nurl = config.get_main_option(\"sqlalchemy.url\")\n",
            "async def run_async_migrations():\n    c = config.get_section(config.config_ini_section)\n    c[\"sqlalchemy.url\"] = get_url()\n",
            "# mine = config.get_main_option(\"mine\")\ndef run_migrations_online():\n    c[\"sqlalchemy.url\"] = get_url()\n",
        ] {
            assert_eq!(place(yes).len(), OPTION.len(), "{yes}");
        }
        for no in [
            "if url:\n    config.set_main_option(\"sqlalchemy.url\", url)\n",
            "if url:  # where it is deployed\n    config.set_main_option(\"sqlalchemy.url\", url)\n",
            "if a and \\\n        b:\n            config.set_main_option(\"sqlalchemy.url\", url)\n",
            "try:\n    config.set_main_option(\"sqlalchemy.url\", url)\nexcept ImportError:\n    pass\n",
            "def for_tests():\n    config.set_main_option(\"sqlalchemy.url\", url)\n",
            "url = getenv(\"X\") or config.get_main_option(\"sqlalchemy.url\")\nconfig.set_main_option(\"sqlalchemy.url\", url)\n",
            "config.set_main_option(\"sqlalchemy.url\", config.get_main_option(\"sqlalchemy.url\").strip())\n",
            "\"\"\"\nconfig.set_main_option(\"sqlalchemy.url\", url)\n\"\"\"\n",
            "config.set_main_option(\"sqlalchemy.url_other\", url)\n",
            "# config.set_main_option(\"sqlalchemy.url\", url)\n",
            "def run_async_migrations():\n    if offline:\n        return\n    c[\"sqlalchemy.url\"] = get_url()\n",
            "def url():\n    return config.get_main_option(\"sqlalchemy.url\")\n\n\ndef run_migrations_online():\n    c[\"sqlalchemy.url\"] = url()\n",
            "def run_tests():\n    assert c[\"sqlalchemy.url\"] == url\n",
            "",
        ] {
            assert_eq!(place(no), 0..0, "{no}");
        }
        let call = |more: &str| {
            format!(
                "def run_migrations_online():\n    engine = engine_from_config(\n        config.get_section(config.config_ini_section),{more}\n    )\n"
            )
        };
        assert_eq!(place(&call("\n        prefix=\"sqlalchemy.\", url=settings.URL")).len(), "url".len());
        for no in ["prefix=\"sqlalchemy.\"", " poolclass=of(url=x)", " db_url=x"] {
            assert_eq!(place(&call(no)), 0..0, "{no}");
        }
        assert_eq!(
            place(&format!("u = config.get_main_option(\"sqlalchemy.url\")\n{}", call(" url=u"))),
            0..0
        );
        assert_eq!(env_py("import os\n"), Vec::new());
        for sometimes in [
            "if url:\n    config.set_main_option(\"sqlalchemy.url\", url)\n",
            "url = getenv(\"X\") or config.get_main_option(\"sqlalchemy.url\")\nconfig.set_main_option(\"sqlalchemy.url\", url)\n",
            "def url():\n    return resolve(fallback=config.get_main_option(\"sqlalchemy.url\"))\n\n\ndef run_migrations_online():\n    c[\"sqlalchemy.url\"] = url()\n",
            "def url():\n    return os.environ.get(\"DATABASE_URL\") or config.get_main_option(\"sqlalchemy.url\")\n",
        ] {
            assert_eq!((found(sometimes).0.len(), found(sometimes).1), (OPTION.len(), false), "{sometimes}");
        }
        for never in [
            "def for_tests():\n    config.set_main_option(\"sqlalchemy.url\", url)\n",
            "def for_tests():\n    c[\"sqlalchemy.url\"] = url\n",
            "\"\"\"\nconfig.set_main_option(\"sqlalchemy.url\", url)\n\"\"\"\n",
            "",
        ] {
            assert_eq!(found(never), (0..0, false), "{never}");
        }
    }
}
