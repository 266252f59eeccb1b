//! Scripts of a shell, and what holds commands of one: Makefiles, Procfiles, `.envrc`. The assignments make a block;
//! the commands are there for rules. Nothing is run, and what a command would print is not known.

mod facts;
pub(in crate::layer) mod inside;
pub(in crate::layer) mod make;
mod redirect;
pub(in crate::layer) mod waits;
pub(in crate::layer) mod word;

use super::{
    Entry, Layer, SegmentKind, Value,
    carried::Reader,
    reference::{self, Syntax},
    sql::{self, Sql},
};
use crate::source::Span;
use redirect::{Groups, Opener};
use std::ops::Range;
use word::{Grammar, Word, Words};

/// What the rules about scripts look at.
#[derive(Clone, Default, Debug)]
pub struct Script {
    /// The commands in their order, those inside `$(…)` not among them.
    pub commands: Vec<Command>,
    /// The bodies of here-documents, and of each the command that reads it.
    pub documents: Vec<(usize, Argument)>,
    /// The statements of SQL that `psql` gets from it.
    pub sql: Sql,
    /// What stands as the password of a URL that is put together.
    composed: Vec<Composed>,
    /// How many bytes of other carriers were read so far.
    bytes: usize,
    /// What is read stands between `while` or `until` and `do`.
    looping: bool,
}

/// A variable, or what a command prints, as the password of a URL.
#[derive(Clone, Debug)]
pub struct Composed {
    span: Span,
    /// The name of the variable; none for a command.
    variable: Option<String>,
}

/// One simple command.
#[derive(Clone, Default, Debug)]
pub struct Command {
    /// The variables that are set for it alone, or for the rest of the script where there is no word.
    pub assignments: Vec<Entry>,
    /// The words, without quotes.
    pub words: Vec<Argument>,
    /// What it writes goes into a pipe or a file.
    pub redirected: bool,
    /// A loop goes on until it comes out well, or badly.
    pub repeated: bool,
    /// It stands in a recipe that runs the tests.
    tests: bool,
}

/// One word of a command.
#[derive(Clone, Debug)]
pub struct Argument {
    /// Without quotes; may hold a secret.
    pub value: Value,
    /// Where it stands, quotes included.
    pub span: Span,
    /// A variable or a command is put in by the shell.
    pub expands: bool,
}

impl Command {
    /// The program, without its directory.
    pub fn program(&self) -> Option<&str> {
        let first = self.words.first()?.value.text.expose();
        first.rsplit('/').next()
    }
}

/// More commands than this are not kept: a script of megabytes is generated.
const COMMANDS: usize = 20_000;

/// Of URLs that a script puts together so many are kept: one that has more was generated.
const COMPOSED: usize = 64;

/// Reads a script.
pub(super) fn read(reader: &mut Reader<'_>) {
    let Some(text) = reader.text() else { return };
    let script = script(reader, &text, 0..text.len());
    finish(reader, script);
}

/// Reads a Procfile: `name: command`.
pub(super) fn read_procfile(reader: &mut Reader<'_>) {
    by_line(reader, |reader, text, line| match text[line.clone()].split_once(':') {
        Some((name, _)) if !name.trim_start().starts_with('#') => {
            script(reader, text, line.start + name.len() + 1..line.end)
        }
        _ => Script::default(),
    });
}

/// Reads a file whose lines each stand for themselves.
fn by_line(reader: &mut Reader<'_>, mut read: impl FnMut(&Reader<'_>, &str, Range<usize>) -> Script) {
    let Some(text) = reader.text() else { return };
    let mut all = Script::default();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        all.append(read(reader, &text, at..at + line.len()));
        at += line.len();
    }
    finish(reader, all);
}

/// The assignments that last as one block, those before a command each as one, and the script for the rules.
fn finish(reader: &mut Reader<'_>, mut script: Script) {
    settle(reader, &mut script);
    let (mut lasting, mut tested) = (reader.block(""), reader.block(""));
    let word = || Some("test".to_owned());
    tested.word = word();
    let mut own = Vec::new();
    for command in script.commands.iter().filter(|c| !c.assignments.is_empty()) {
        let alone = command.program().is_none_or(|p| DECLARING.contains(&p));
        let mut layer = reader.block("");
        layer.word = word().filter(|_| command.tests);
        // `PGDATABASE=postgres psql -c 'CREATE DATABASE …'` is how databases are made; no service connects there.
        let administers = command.program().is_some_and(|p| ADMINISTERING.contains(&p));
        for entry in command.assignments.iter().filter(|e| !(administers && e.key == "PGDATABASE")) {
            let into = match alone {
                true if command.tests => &mut tested,
                true => &mut lasting,
                false => &mut layer,
            };
            push(reader, into, entry);
        }
        own.push(layer);
    }
    reader.layers.push(lasting);
    reader.layers.extend(own.into_iter().chain([tested]).filter(|layer| !layer.entries.is_empty()));
    reader.script = script;
}

/// Reads what the commands hand to others, and reveals what is shown of them.
fn settle(reader: &mut Reader<'_>, script: &mut Script) {
    script.read_sql(reader.sources, reader.id);
    for command in &script.commands {
        reveal(reader, command);
    }
    sql::reveal(reader, &script.sql);
}

/// Takes the commands of another carrier to what the rules about commands look at.
pub(super) fn settled(reader: &mut Reader<'_>, mut script: Script) {
    settle(reader, &mut script);
    reader.script = script;
}

impl Script {
    /// Whether one of these programs is among the commands.
    pub fn runs(&self, programs: &[&str]) -> bool {
        self.commands.iter().filter_map(Command::program).any(|p| programs.contains(&p))
    }

    /// Puts another's commands behind its own.
    pub(super) fn append(&mut self, other: Self) {
        let before = self.commands.len();
        self.commands.extend(other.commands);
        self.documents.extend(other.documents.into_iter().map(|(at, body)| (at + before, body)));
        self.composed.extend(other.composed);
        self.composed.truncate(COMPOSED);
    }
}

/// Programs of those who look after a server.
const ADMINISTERING: &[&str] = &["psql", "createdb", "createuser", "dropdb", "dropuser"];

/// Programs that are shown by their names; another word may be anything.
const PROGRAMS: &[&str] = &[
    "alembic",
    "createdb",
    "dropdb",
    "echo",
    "env",
    "exec",
    "pg_dump",
    "pg_isready",
    "pg_restore",
    "printenv",
    "printf",
    "psql",
    "set",
];

/// Reveals the program of a command, and variables of others that are named in capitals.
fn reveal(reader: &mut Reader<'_>, command: &Command) {
    let Some(first) = command.words.first() else { return };
    if PROGRAMS.contains(&first.value.text.expose()) {
        let next =
            command.words.get(1).map_or(Span { start: first.span.end, ..first.span }, |word| word.span);
        reader.reveal_lead(first.span, next);
    }
    for argument in &command.words[1..] {
        let name = argument.value.text.expose().trim_start_matches(['$', '{']).trim_end_matches('}');
        let capitals = !name.is_empty()
            && name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
        if argument.expands && capitals {
            reader.sources.reveal(argument.span);
        }
    }
}

/// An assignment, as far as it does not depend on what else is set.
pub(super) fn push(reader: &mut Reader<'_>, layer: &mut Layer, entry: &Entry) {
    let resolved = reference::resolve(reader.id, &entry.value, entry.value_span, Syntax::Shell, None);
    layer.reads.extend(resolved.reads);
    reader.reveal_key(entry, false);
    let text = resolved.value.text.expose();
    // `$NAME` and `$(…)` are known only where it runs. `NAME=` before a command takes a variable away from it.
    if !resolved.open && !text.contains(['$', '`']) && !text.is_empty() {
        // `${2:-shop}` is what the script is called with, which nobody forgets as one forgets a variable. A password, and a URL
        // that may have one, are defaults all the same.
        let written = entry.value.text.expose();
        let argument = |rest: &str| {
            rest.starts_with(|c: char| c.is_ascii_digit()) && rest.find('}') == Some(rest.len() - 1)
        };
        let called = written.strip_prefix("${").is_some_and(argument);
        let mut value = resolved.value;
        if called && !written.contains("://") && !entry.key.contains("PASS") {
            let taken = value.map.iter_mut().filter(|segment| segment.kind == SegmentKind::Fallback);
            taken.for_each(|segment| segment.kind = SegmentKind::Reference);
        }
        layer.entries.push(Entry { value, ..entry.clone() });
    }
}

/// The commands in a part of a text.
pub(super) fn script(reader: &Reader<'_>, text: &str, range: Range<usize>) -> Script {
    indented(reader, text, range, 0)
}

/// The commands in a text whose lines stand this far to the right, as in a block of YAML.
fn indented(reader: &Reader<'_>, text: &str, range: Range<usize>, indent: usize) -> Script {
    let mut words = Words::new(reader.id, text, range, Grammar::Shell);
    let mut out = Script::default();
    let mut command = Command::default();
    let mut pending: Vec<(String, bool, bool)> = Vec::new();
    let mut groups = Groups::default();
    while words.at < words.end && out.commands.len() < COMMANDS {
        words.blanks();
        let Some(byte) = text.as_bytes().get(words.at).copied().filter(|_| words.at < words.end) else {
            break;
        };
        let rest = &text[words.at..words.end];
        match byte {
            b'#' => words.at += rest.find('\n').unwrap_or(rest.len()),
            // A text in place of a file: its word comes next.
            b'<' if rest.starts_with("<<<") => words.at += "<<<".len(),
            b'<' if rest.starts_with("<<") => {
                words.at += 2;
                let tabs = text[words.at..words.end].starts_with('-');
                words.at += usize::from(tabs);
                let Some(word) = words.next() else { continue };
                let raw = &text[word.range.clone()];
                pending.push((word.text().to_owned(), tabs, !raw.contains(['\'', '"', '\\'])));
            }
            b'\n' => {
                words.at += 1;
                groups.pass();
                end(&mut out, &mut command);
                for (mark, tabs, expands) in pending.drain(..) {
                    let body = here(&text[words.at..words.end], &mark, tabs, indent);
                    let range = words.at..words.at + body;
                    if !out.commands.is_empty() {
                        let span = reader.sources.span(reader.id, range.clone());
                        let value = Value::literal(&text[range.clone()], span);
                        out.documents.push((out.commands.len() - 1, Argument { value, span, expands }));
                    }
                    let after = &text[range.end..words.end];
                    words.at = range.end + after.find('\n').map_or(after.len(), |i| i + 1);
                }
            }
            b';' | b'&' | b'|' | b'(' | b')' => {
                let piped = byte == b'|' && !rest.starts_with("||");
                command.redirected |= piped;
                words.at += 1;
                end(&mut out, &mut command);
                match byte {
                    b'(' => groups.open(Opener::Parenthesis, &out),
                    b')' => groups.close(Opener::Parenthesis),
                    _ if piped => groups.redirect(&mut out),
                    _ => groups.pass(),
                }
            }
            b'<' | b'>' => {
                let taken = byte == b'>' && redirect::takes(&text[..words.end], words.at);
                command.redirected |= taken;
                words.at += 1;
                if taken && command.words.is_empty() {
                    groups.redirect(&mut out);
                }
            }
            _ => match words.next() {
                Some(word) => {
                    match &text[word.range.clone()] {
                        "{" if command.words.is_empty() => groups.open(Opener::Brace, &out),
                        "}" if command.words.is_empty() => groups.close(Opener::Brace),
                        "case" if command.words.is_empty() => groups.open(Opener::Case, &out),
                        "esac" if command.words.is_empty() => groups.close(Opener::Case),
                        _ => groups.pass(),
                    }
                    take(reader, &mut out, &mut command, word);
                }
                None => words.at += rest.chars().next().map_or(1, char::len_utf8),
            },
        }
    }
    end(&mut out, &mut command);
    out
}

/// How long the body of a here-document is, up to the line that is its mark.
fn here(text: &str, mark: &str, tabs: bool, indent: usize) -> usize {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let bare = line.trim_end_matches(['\n', '\r']);
        let bare = &bare[bare.bytes().take(indent).take_while(|b| *b == b' ').count()..];
        if (if tabs { bare.trim_start_matches('\t') } else { bare }) == mark {
            return at;
        }
        at += line.len();
    }
    at
}

fn end(out: &mut Script, command: &mut Command) {
    if !command.assignments.is_empty() || !command.words.is_empty() {
        command.repeated = out.looping;
        out.commands.push(std::mem::take(command));
    }
}

/// Words before which a command may begin.
const LEADING: &[&str] =
    &["if", "then", "else", "elif", "do", "while", "until", "!", "{", "}", "time", "exec", "sudo", "env"];
/// Builtins whose arguments are assignments.
const DECLARING: &[&str] = &["export", "readonly", "declare", "typeset", "local"];

fn take(reader: &Reader<'_>, out: &mut Script, command: &mut Command, word: Word) {
    if out.composed.len() < COMPOSED {
        out.composed.extend(facts::composed(&word, reader.sources.span(reader.id, word.range.clone())));
    }
    let declaring = command.program().is_some_and(|p| DECLARING.contains(&p));
    if (command.words.is_empty() || declaring)
        && let Some((name, at)) = word.assignment()
    {
        command.assignments.push(entry(reader, &word, name, at));
        return;
    }
    if command.words.is_empty() && LEADING.contains(&word.text()) {
        if !command.assignments.is_empty() && !matches!(word.text(), "exec" | "sudo" | "env" | "time") {
            end(out, command);
        }
        out.looping = match word.text() {
            "while" | "until" => true,
            "do" => false,
            _ => out.looping,
        };
        return;
    }
    let span = reader.sources.span(reader.id, word.range);
    command.words.push(Argument { value: word.value, span, expands: word.expands });
}

/// `NAME=value` of one word.
pub(super) fn entry(reader: &Reader<'_>, word: &Word, name: &str, at: usize) -> Entry {
    let span = |range| reader.sources.span(reader.id, range);
    let whole = &word.value;
    let start = whole.span_of(0..name.len()).unwrap_or(span(word.range.clone()));
    let text = &whole.text.expose()[at..];
    let map = whole.map.iter().filter_map(|segment| {
        let from = segment.value.start.max(at);
        let to = segment.value.end;
        let mut cut = segment.clone();
        if from >= to {
            return None;
        }
        if segment.value.start < at {
            cut.span.start += u32::try_from(at - segment.value.start).ok()?;
        }
        cut.value = from - at..to - at;
        Some(cut)
    });
    let value = Value { text: text.into(), map: map.collect() };
    let (first, last) = (value.map.first().map(|s| s.span.start), value.map.last().map(|s| s.span.end));
    let value_span = match (first, last) {
        (Some(first), Some(last)) => span(first as usize..last as usize),
        _ => span(word.range.end..word.range.end),
    };
    Entry::new(name, start, value, value_span)
}
