//! Recipes of images: what `ENV` of the stage that is shipped puts into it, and what `ARG` leaves there.

mod arguments;

pub use arguments::{Recipe, Waiting};

use super::{
    Entry, Value,
    carried::{Reader, Structure},
    compose::command::is_waiting,
    service::is_postgres_image,
    shell::{
        self, Script,
        word::{Grammar, Words},
    },
};
use arguments::Variable;
use std::ops::Range;

/// What a client takes from the environment to find a server.
const OF_A_CLIENT: [&str; 4] = ["PGHOST", "PGPORT", "PGUSER", "PGDATABASE"];

/// One stage: its names, and the instructions in it.
#[derive(Default)]
struct Stage {
    name: Option<String>,
    base: String,
    variables: Vec<Variable>,
    /// A server is in it.
    serves: bool,
    /// Directories that outlive its containers (`VOLUME`).
    volumes: Vec<String>,
    /// Whether its `ENTRYPOINT` and its `CMD` wait for a server.
    entrypoint: Option<bool>,
    command: Option<bool>,
}

impl Stage {
    /// The word for an environment in a name that is no production's: `dev`, `concourse_tests`.
    fn aside(&self) -> Option<&'static str> {
        let mut words = self.name.as_deref().unwrap_or_default().split(['-', '_', '.']);
        words.find_map(|word| match word {
            "test" | "tests" | "testing" => Some("test"),
            "dev" | "devel" | "development" | "devcontainer" => Some("development"),
            _ => None,
        })
    }
}

/// Reads the file that the reader is at. Stages that are thrown away may hold what a build needs to run at all.
pub(super) fn read(reader: &mut Reader<'_>) {
    let Some(text) = reader.text() else { return };
    let mut stages: Vec<Stage> = Vec::new();
    let mut script = Script::default();
    for line in lines(&text) {
        let content = text[line.clone()].trim_start();
        let start = line.end - content.len();
        let instruction = content.split_whitespace().next().unwrap_or_default();
        let rest = start + instruction.len()..line.end;
        match instruction.to_ascii_uppercase().as_str() {
            "FROM" => {
                let words: Vec<&str> =
                    text[rest].split_whitespace().filter(|w| !w.starts_with("--")).collect();
                let name =
                    words.get(2).filter(|_| words.get(1).is_some_and(|w| w.eq_ignore_ascii_case("as")));
                stages.push(Stage {
                    name: name.map(|n| n.to_ascii_lowercase()),
                    base: words.first().map(|b| b.to_ascii_lowercase()).unwrap_or_default(),
                    variables: Vec::new(),
                    serves: words.first().is_some_and(|image| is_postgres_image(image)),
                    ..Stage::default()
                });
            }
            word @ ("ENV" | "ARG") => {
                // An `ARG` before the first `FROM` is for `FROM` lines alone.
                let Some(stage) = stages.last_mut() else { continue };
                let argument = word == "ARG";
                let all = assignments(reader, &text, rest).into_iter();
                stage.variables.extend(all.map(|entry| Variable { entry, argument }));
            }
            word @ ("RUN" | "CMD" | "ENTRYPOINT" | "HEALTHCHECK") => {
                if let Some(stage) = stages.last_mut() {
                    let waits = || Some(is_waiting(&text[rest.clone()].to_ascii_lowercase()));
                    match word {
                        "ENTRYPOINT" => stage.entrypoint = waits(),
                        "CMD" => stage.command = waits(),
                        _ => {}
                    }
                    stage.serves |= text[rest.clone()].split_ascii_whitespace().any(is_server);
                }
                script.append(shell::script(reader, &text, rest));
            }
            "VOLUME" => {
                if let Some(stage) = stages.last_mut() {
                    let signs = |c: char| c.is_whitespace() || matches!(c, '[' | ']' | '"' | ',');
                    let paths = text[rest].split(signs).filter(|path| path.starts_with('/'));
                    stage.volumes.extend(paths.map(str::to_owned));
                }
            }
            _ => {}
        }
    }
    let mut layer = reader.block("");
    let shipped = shipped(&stages);
    layer.word = shipped.last().and_then(|last| last.aside()).map(str::to_owned);
    let variables: Vec<&Variable> = shipped.iter().flat_map(|stage| &stage.variables).collect();
    let (entries, mut recipe) = arguments::settled(&variables, &script);
    // Beside a data directory they are for `psql` in the server's own container.
    let server = entries.iter().any(|e| e.key == "PGDATA");
    for entry in entries.into_iter().filter(|e| !(server && OF_A_CLIENT.contains(&e.key.as_str()))) {
        shell::push(reader, &mut layer, entry);
    }
    recipe.serves = shipped.iter().any(|stage| stage.serves);
    recipe.volumes = shipped.iter().flat_map(|stage| stage.volumes.clone()).collect();
    recipe.waits = Waiting {
        entrypoint: shipped.iter().rev().find_map(|s| s.entrypoint).unwrap_or_default(),
        command: shipped.iter().rev().find_map(|s| s.command).unwrap_or_default(),
    };
    // Each stage stands on those before it.
    for (i, stage) in stages.iter().enumerate() {
        let below = recipe.stages.get(&stage.base).copied().unwrap_or_default();
        let waits = Waiting {
            entrypoint: stage.entrypoint.unwrap_or(below.entrypoint),
            command: stage.command.unwrap_or(below.command),
        };
        let name = stage.name.clone().unwrap_or_else(|| i.to_string());
        recipe.stages.insert(name, waits);
    }
    reader.structure = Structure::Image(recipe);
    shell::settled(reader, script);
    reader.layers.push(layer);
}

/// Whether a word of a command is a package of the server, as distributions call it: `postgresql`, `postgresql-15`,
/// `postgresql16`.
fn is_server(word: &str) -> bool {
    let rest = word.strip_prefix("postgresql").map(|rest| rest.trim_start_matches('-'));
    rest.is_some_and(|rest| rest.split(['=', '~']).next().unwrap_or(rest).bytes().all(|b| b.is_ascii_digit()))
}

/// The last stage and those that it is made from, the first one first. One for tests or developers is not shipped where
/// there is another.
fn shipped(stages: &[Stage]) -> Vec<&Stage> {
    let mut out = Vec::new();
    let last = stages.iter().rposition(|stage| stage.aside().is_none());
    let mut end = last.map_or(stages.len(), |last| last + 1);
    let mut next = end.checked_sub(1);
    while let Some(i) = next {
        out.push(&stages[i]);
        end = i;
        let base = &stages[i].base;
        next = stages[..end].iter().rposition(|s| s.name.as_ref() == Some(base));
    }
    out.reverse();
    out
}

/// Logical lines: a backslash at the end goes on, comments and blank lines in between are passed over.
fn lines(text: &str) -> Vec<Range<usize>> {
    let mut out: Vec<Range<usize>> = Vec::new();
    let (mut at, mut open) = (0, false);
    for line in text.split_inclusive('\n') {
        let range = at..at + line.len();
        at = range.end;
        let content = line.trim();
        if content.starts_with('#') || content.is_empty() {
            continue;
        }
        match out.last_mut() {
            Some(last) if open => last.end = range.end,
            _ => out.push(range),
        }
        open = content.ends_with('\\');
    }
    out
}

/// `NAME=value …`, or the old `NAME value` of `ENV`.
fn assignments(reader: &Reader<'_>, text: &str, range: Range<usize>) -> Vec<Entry> {
    let mut words = Words::new(reader.id, text, range, Grammar::Plain);
    let mut out = Vec::new();
    loop {
        words.blanks();
        let rest = &text[words.at..words.end];
        if rest.starts_with('\n') {
            words.at += 1;
            continue;
        }
        if rest.starts_with('#') {
            words.at += rest.find('\n').unwrap_or(rest.len());
            continue;
        }
        let Some(word) = words.next() else { break };
        if let Some((name, at)) = word.assignment() {
            out.push(shell::entry(reader, &word, name, at));
        } else if out.is_empty() && !word.text().is_empty() {
            let value = text[words.at..words.end].trim();
            let from =
                words.at + (text[words.at..words.end].len() - text[words.at..words.end].trim_start().len());
            // BuildKit expands it as it does a word, which takes quotes off (`shell/lex.go`).
            let (value, from) = match value.as_bytes() {
                [b'"', inner @ .., b'"'] | [b'\'', inner @ .., b'\''] => (&value[1..=inner.len()], from + 1),
                _ => (value, from),
            };
            let span = reader.sources.span(reader.id, from..from + value.len());
            // `ARG NAME` alone is filled by the build.
            if !value.is_empty() {
                let key = reader.sources.span(reader.id, word.range.clone());
                out.push(Entry::new(word.text(), key, Value::literal(value, span), span));
            }
            break;
        }
    }
    out
}
