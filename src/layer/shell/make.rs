//! Makefiles and justfiles: recipes, which are scripts, and variables.

use super::{Command, Script, by_line, script};
use crate::layer::{Entry, Value, carried::Reader};
use std::ops::Range;

/// Reads a Makefile or justfile: the recipes as scripts, `NAME = value` outside of them as assignments.
pub(in crate::layer) fn read(reader: &mut Reader<'_>) {
    let mut tests = false;
    by_line(reader, |reader, text, line| {
        let own = &text[line.clone()];
        if own.starts_with(['\t', ' ']) {
            let indent = own.len() - own.trim_start_matches([' ', '\t', '@', '-']).len();
            let mut recipe = script(reader, text, line.start + indent..line.end);
            recipe.commands.iter_mut().for_each(|c| c.tests = tests);
            return recipe;
        }
        if let Some(name) = recipe(own) {
            let mut words = name.split(|c: char| !c.is_ascii_alphanumeric());
            tests = words.any(|word| matches!(word, "test" | "tests" | "pytest" | "e2e"));
        }
        let assigned = make_variable(reader, own, line.start);
        let command = assigned.map(|entry| Command { assignments: vec![entry], ..Command::default() });
        Script { commands: command.into_iter().collect(), ..Script::default() }
    });
}

/// The name of the recipe that begins at a line: `test-unit: build`, `@test *args:`.
fn recipe(line: &str) -> Option<&str> {
    let (left, right) = line.split_once(':')?;
    let begins = !right.starts_with(['=', ':']) && !line.starts_with('#');
    left.split_whitespace().next().filter(|_| begins).map(|name| name.trim_start_matches('@'))
}

/// `export NAME ?= value` and the like.
fn make_variable(reader: &Reader<'_>, line: &str, start: usize) -> Option<Entry> {
    let (left, right) = line.split_once('=')?;
    let name = left.trim_end_matches([':', '?', '+', '!', ' ', '\t']);
    let bare = name.trim_start_matches("export").trim_start_matches("override").trim();
    let is_name = !bare.is_empty() && bare.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    let value = right.split(" #").next().unwrap_or(right);
    let from = start + left.len() + 1 + (value.len() - value.trim_start().len());
    let range = from..from + value.trim().len();
    let key = start + name.len() - bare.len();
    // justfiles quote, make does not.
    let quoted = value.trim().len() > 1
        && value.trim().starts_with(['"', '\''])
        && value.trim().ends_with(['"', '\'']);
    let range = match value.trim() {
        text if is_call(text) => {
            let default = default_of(text)?;
            range.start + default.start..range.start + default.end
        }
        _ if quoted => range.start + 1..range.end - 1,
        _ => range,
    };
    // An expression of a justfile comes to what nobody reckons out here.
    let expression =
        value.trim().starts_with('(') || ["' +", "\" +", "+ '", "+ \""].iter().any(|s| value.contains(s));
    if !is_name || value.contains("$(") || expression {
        return None;
    }
    let span = |range: Range<usize>| reader.sources.span(reader.id, range);
    let value = Value::literal(&line[range.start - start..range.end - start], span(range.clone()));
    Some(Entry::new(bare, span(key..key + bare.len()), value, span(range)))
}

/// Whether a value is the call of a justfile's function: `env("NAME")`.
fn is_call(value: &str) -> bool {
    let is_name = |name: &str| !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    value.ends_with(')') && value.split_once('(').is_some_and(|(function, _)| is_name(function))
}

/// Where the default stands in a call: `env("NAME", "default")`. What another comes to nobody reckons out here.
fn default_of(call: &str) -> Option<Range<usize>> {
    let (function, arguments) = call.split_once('(')?;
    let last = arguments.strip_suffix(')')?.split_once(',')?.1.trim();
    let quote = last.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let inner = last.strip_prefix(quote)?.strip_suffix(quote)?;
    let plain = !inner.is_empty() && !inner.contains([quote, '\\']);
    let start = call.rfind(inner).filter(|_| plain && matches!(function, "env" | "env_var_or_default"))?;
    Some(start..start + inner.len())
}
