//! Reads Rust text as far as the architecture test needs it: without comments and literals, as paths.

use std::collections::BTreeSet;

/// The text without comments and without the insides of literals; the lines stay where they are.
pub(crate) fn code(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let len = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |i| i + 2)
        } else if let Some(len) = literal(rest, out.chars().next_back()) {
            out.push_str("\"\"");
            len
        } else {
            out.push(c);
            rest = &rest[c.len_utf8()..];
            continue;
        };
        out.extend(rest[..len].chars().filter(|c| *c == '\n'));
        rest = &rest[len..];
    }
    out
}

/// The length of the string, raw string or character that begins here.
fn literal(text: &str, before: Option<char>) -> Option<usize> {
    let inside_word = before.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let hashes = text.strip_prefix('r').map(|t| t.len() - t.trim_start_matches('#').len());
    if let Some(hashes) = hashes.filter(|n| !inside_word && text[n + 1..].starts_with('"')) {
        let close = format!("\"{}", "#".repeat(hashes));
        let body = hashes + 2;
        return Some(text[body..].find(&close).map_or(text.len(), |i| body + i + close.len()));
    }
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let mut escaped = false;
    for (i, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            // `'a` is a lifetime unless a quote follows the one character.
            _ if quote == '\'' && c != quote && i > 1 && !text.starts_with("'\\") => return None,
            _ if c == quote => return Some(i + 1),
            _ => {}
        }
    }
    None
}

/// What stands before the tests of a file, which may look further than the file itself.
pub(crate) fn without_tests(code: &str) -> &str {
    code.find("#[cfg(test)]\nmod ").map_or(code, |i| &code[..i])
}

/// The modules of this crate that a file's paths enter, by `crate::` and by `super::` past its own module. `depth`
/// is 1 for `src/x.rs`, 2 for `src/x/y.rs`; `super::` that stays within the module is no import.
pub(crate) fn imports(code: &str, depth: usize) -> BTreeSet<String> {
    let mut out = heads(code, "crate");
    for (at, _) in code.match_indices("super::") {
        // One chain is read once, from its first `super`.
        if code[..at].ends_with("super::") {
            continue;
        }
        let mut levels = 0;
        let mut rest = &code[at..];
        while let Some(next) = rest.strip_prefix("super::") {
            (levels, rest) = (levels + 1, next);
        }
        if levels >= depth + inline(&code[..at]) {
            out.extend(first_words(rest));
        }
    }
    out
}

/// The first words after `root::`, those within braces too: `fs` and `io` in `std::{fs, io::{self}}`.
pub(crate) fn heads(code: &str, root: &str) -> BTreeSet<String> {
    let path = format!("{root}::");
    let starts = |at: usize| !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':');
    let found = code.match_indices(&path).filter(|(at, _)| starts(*at) || code[..*at].ends_with(" ::"));
    found.flat_map(|(at, _)| first_words(&code[at + path.len()..])).collect()
}

fn first_words(text: &str) -> Vec<String> {
    let word = |t: &str| -> String {
        t.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
    };
    let Some(group) = text.strip_prefix('{') else { return vec![word(text)] };
    let (mut depth, mut from, mut out) = (0, 0, Vec::new());
    for (i, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => {
                out.push(word(&group[from..i]));
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                out.push(word(&group[from..i]));
                from = i + 1;
            }
            _ => {}
        }
    }
    out.retain(|w| !w.is_empty());
    out
}

/// How many `mod name { … }` are open at the end of a text.
fn inline(before: &str) -> usize {
    let mut open: Vec<bool> = Vec::new();
    for (i, c) in before.char_indices() {
        match c {
            '{' => {
                let mut words = before[..i].split_whitespace().rev();
                open.push(words.nth(1) == Some("mod"));
            }
            '}' => drop(open.pop()),
            _ => {}
        }
    }
    open.into_iter().filter(|module| *module).count()
}

#[test]
fn comments_and_literals_are_no_code() {
    let text =
        "a // crate::x\n/* crate::y */ \"crate::z \\\" //\" r#\"crate::r\"# 'c' '\\'' <'a> crate::w b\"x\"";
    let read = code(text);
    assert_eq!(heads(&read, "crate"), BTreeSet::from(["w".to_owned()]), "{read}");
    assert!(read.contains("<'a>"));
    assert_eq!(code("x\n\"a\nb\"\ny").lines().count(), 4);
}

#[test]
fn paths_are_found() {
    let set = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect::<BTreeSet<_>>();
    assert_eq!(
        imports("use crate::{a, b::{self, c}, d};\nlet x = crate::e::f();", 1),
        set(&["a", "b", "d", "e"])
    );
    assert_eq!(imports("use super::inside; use super::super::outside::x;", 2), set(&["outside"]));
    assert_eq!(imports("use super::{rules, world};", 1), set(&["rules", "world"]));
    assert_eq!(imports("mod prelude { pub(super) use super::{A, B}; }", 1), set(&[]));
    assert_eq!(imports("mod prelude { fn f() {} use super::super::world; }", 1), set(&["world"]));
    assert_eq!(heads("use std::{fs, io::{self, Read}};", "std"), set(&["fs", "io"]));
    assert_eq!(without_tests("a\n#[cfg(test)]\nmod tests { b }"), "a\n");
}
