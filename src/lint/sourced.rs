//! Env files that only a shell reads, where what stands beside assignments are its commands, and those that only a program
//! reads which puts pages together.

use crate::{
    layer::{Layer, dotenv::Dialect},
    settings::misreading::{Cause, Misreading, Teller},
};
use std::{collections::BTreeSet, ops::Range};

/// What begins a line that nobody but a shell can be meant to read.
const COMMANDS: [&[u8]; 7] = [b"source ", b". ", b"set -", b"set +", b"eval ", b"export $(", b"if ["];

/// Whether a shell is to read a file: among the lines that a library cannot read is a command.
pub(super) fn is_sourced(bytes: &[u8], layer: &Layer) -> bool {
    let is_command = |line: &[u8]| COMMANDS.iter().any(|command| line.starts_with(command));
    // Each line once: to xargs, every word of one may be a problem.
    let mut last = 0..0;
    let mut begins = |at: usize| {
        !last.contains(&at) && {
            last = around(bytes, at);
            is_command(bytes[last.clone()].trim_ascii_start())
        }
    };
    let mut broken = layer.problems.iter().filter(|p| p.kind.is_syntax());
    broken.any(|p| begins(p.span.start as usize))
        // How a shell is to cut words is nothing that a program is told.
        || layer.entries.iter().any(|e| e.key == "IFS")
}

/// Whether it is about a line for the program that fills the file in: `{% if dns_name %}`.
pub(super) fn is_of_template(bytes: &[u8], found: &Misreading) -> bool {
    let line = line(bytes, found.span.start as usize).trim_ascii_end();
    line.starts_with(b"{%") && line.ends_with(b"%}")
}

/// Whether it is about a command of such a file: a line that assigns nothing and is no assignment with a slip, while nobody
/// says who reads it.
pub(super) fn is_command(bytes: &[u8], found: &Misreading) -> bool {
    found.teller() == Teller::Of(Cause::Syntax) && !found.told && {
        let line = line(bytes, found.span.start as usize);
        let exported = line.strip_prefix(b"export ");
        let line = exported.unwrap_or(line).trim_ascii_start();
        let name = name(line);
        let rest = line[name.len()..].trim_ascii_start();
        let assigns = !name.is_empty() && (rest.starts_with(b"=") || line[name.len()..].starts_with(b":"));
        let item = name.is_empty() && exported.is_none() && line.starts_with(b"-");
        !assigns && !item && !is_slip(line, exported.is_some())
    }
}

/// Whether a line begins with a name in capitals, as commands have none: `DB_HOST db`. `export A B` has names alone.
fn is_slip(line: &[u8], exported: bool) -> bool {
    let first = name(line);
    let rest = &line[first.len()..];
    let value = rest.trim_ascii();
    if !is_variable(first) || rest.first().is_some_and(|b| !b.is_ascii_whitespace()) {
        return false;
    }
    let mut words = value.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    match value.first() {
        _ if exported => !words.all(|word| is_variable(name(word))),
        // `EOF` ends what a shell is told to read.
        None => first.contains(&b'_'),
        Some(byte) => !matches!(byte, b'|' | b'&' | b';' | b')' | b'<' | b'>' | b'#'),
    }
}

fn is_variable(name: &[u8]) -> bool {
    name.first().is_some_and(|b| !b.is_ascii_digit()) && !name.iter().any(u8::is_ascii_lowercase)
}

/// The name that a text begins with.
fn name(text: &[u8]) -> &[u8] {
    let end = text.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
    &text[..end]
}

/// Whether a file has variables that are put into pages, for everybody to read: none of a database is among them.
pub(super) fn is_of_pages(layer: &Layer) -> bool {
    const PREFIXES: [&str; 8] = [
        "VITE_",
        "NEXT_PUBLIC_",
        "REACT_APP_",
        "VUE_APP_",
        "NUXT_PUBLIC_",
        "EXPO_PUBLIC_",
        "GATSBY_",
        "PUBLIC_",
    ];
    layer.entries.iter().any(|e| PREFIXES.iter().any(|prefix| e.key.starts_with(prefix)))
}

/// The names that the lines of a file assign.
pub(super) fn names(bytes: &[u8]) -> BTreeSet<&[u8]> {
    bytes.split(|b| *b == b'\n').filter_map(|line| Some(assigned(line.trim_ascii_start())?.0)).collect()
}

/// Whether it is about a value that is lengthened: `PATH="/app/.venv/bin:$PATH"`, where every `$` names the variable itself.
pub(super) fn is_lengthened(bytes: &[u8], found: &Misreading) -> bool {
    let line = line(bytes, found.span.start as usize);
    let Some((key, value)) = assigned(line).filter(|_| found.cause == Cause::Dollar) else { return false };
    let own = |rest: &[u8]| match rest.strip_prefix(b"{") {
        Some(inner) => inner.strip_prefix(key).is_some_and(|behind| behind.first() == Some(&b'}')),
        None => name(rest) == key,
    };
    !key.is_empty() && value.len() > key.len() + 3 && value.split(|b| *b == b'$').skip(1).all(own)
}

/// Whether it is about a value that a shell is to put together, and shells alone read the file, by what loads it or by a command in
/// it where nobody says who does: each `$` in it opens a command,
/// `$(…)`, or names a variable of the file itself.
pub(super) fn is_put_together(
    bytes: &[u8],
    of_shell: bool,
    is_own: &dyn Fn(&[u8]) -> bool,
    found: &Misreading,
) -> bool {
    let shell = |dialect: &Dialect| matches!(dialect, Dialect::Bash | Dialect::Dash);
    let told = found.told && found.refusal.is_none();
    let shells = told && found.readings.iter().flat_map(|r| &r.loaders).all(shell);
    let meant = shells || of_shell && !found.told;
    if !matches!(found.cause, Cause::Dollar | Cause::Reference) || !meant {
        return false;
    }
    let Some((_, value)) = assigned(line(bytes, found.span.start as usize)) else { return false };
    let meant = |rest: &[u8]| match rest.first() {
        Some(b'(') => rest.contains(&b')'),
        // `${PORT:=3000}` too.
        Some(b'{') => {
            let own = name(&rest[1..]);
            let operator = |b: &u8| matches!(b, b'}' | b':' | b'-' | b'=' | b'+' | b'?' | b'[');
            rest.get(own.len() + 1).is_some_and(operator) && rest.contains(&b'}') && is_own(own)
        }
        _ => is_own(name(rest)),
    };
    // Within a command its own references are its business.
    let opened = value.windows(2).position(|two| two == b"$(").unwrap_or(value.len());
    value.split(|b| *b == b'`').count() % 2 == 1
        && value[..opened].split(|b| *b == b'$').skip(1).all(meant)
        && (opened == value.len() || meant(&value[opened + 1..]))
}

/// The name that a line assigns, and the text behind the sign.
fn assigned(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let line = line.strip_prefix(b"export ").unwrap_or(line).trim_ascii_start();
    let end = line.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
    let value = line[end..].strip_prefix(b"=").filter(|_| end > 0)?;
    Some((&line[..end], value))
}

/// The line that a place is in, without the blanks before it.
fn line(bytes: &[u8], at: usize) -> &[u8] {
    bytes[around(bytes, at)].trim_ascii_start()
}

/// The line that a place is in, without its end.
fn around(bytes: &[u8], at: usize) -> Range<usize> {
    let at = at.min(bytes.len());
    let start = bytes[..at].iter().rposition(|b| *b == b'\n').map_or(0, |i| i + 1);
    let end = bytes[at..].iter().position(|b| *b == b'\n').map_or(bytes.len(), |i| at + i);
    start..end
}
