//! What compose files read: `env_file:` of services, and `.env` beside the file for `${…}`. Lines and their
//! indentation are enough for these keys; anchors and multi-line scalars are not followed.

use super::{Loading, Mention, Reads, python::lines};
use std::{collections::BTreeSet, ops::Range};

pub(super) fn services(text: &str) -> Vec<Mention> {
    let mut out = Vec::new();
    // The key and its indentation while its list is read.
    let mut open: Option<(usize, Range<usize>)> = None;
    let mut names = BTreeSet::new();
    let mut first = None;
    for (at, line) in lines(text) {
        let code = without_comment(line);
        let trimmed = code.trim();
        if trimmed.is_empty() {
            continue;
        }
        if let Some(place) = references(code, &mut names) {
            first.get_or_insert(at + place);
        }
        let indent = code.len() - code.trim_start().len();
        if let Some((outer, key)) = &open {
            let item = trimmed.strip_prefix('-').map(str::trim);
            if let Some(item) = item.filter(|_| indent >= *outer) {
                let path = item.strip_prefix("path:").unwrap_or(item);
                push(path, key, &mut out);
                continue;
            }
            if indent > *outer {
                if let Some(path) = trimmed.strip_prefix("path:") {
                    push(path, key, &mut out);
                } else if let Some(format) = trimmed.strip_prefix("format:")
                    && unquoted(format) == "raw"
                    && let Some(Mention::Loader(last)) = out.last_mut()
                {
                    last.loader = "compose env_file raw";
                }
                continue;
            }
            open = None;
        }
        let Some(value) = trimmed.strip_prefix("env_file:") else { continue };
        let key = at + indent..at + indent + "env_file".len();
        match value.trim() {
            "" => open = Some((indent, key)),
            list if list.starts_with('[') => {
                for path in list.trim_matches(['[', ']']).split(',') {
                    push(path, &key, &mut out);
                }
            }
            path => push(path, &key, &mut out),
        }
    }
    if let Some(at) = first {
        // Of a reference the `$` is shown: its name may be a part of a password.
        let reads = Reads::Beside(names);
        out.push(Mention::Loader(Loading { loader: "compose .env", range: at..at + 1, reads, dev: false }));
    }
    out
}

fn push(path: &str, key: &Range<usize>, out: &mut Vec<Mention>) {
    let file = unquoted(path);
    if !file.is_empty() && !file.starts_with('{') {
        let reads = Reads::File(file.to_owned());
        out.push(Mention::Loader(Loading {
            loader: "compose env_file",
            range: key.clone(),
            reads,
            dev: false,
        }));
    }
}

fn unquoted(text: &str) -> &str {
    text.trim().trim_matches(['"', '\''])
}

fn without_comment(line: &str) -> &str {
    let mut before = ' ';
    for (i, c) in line.char_indices() {
        if c == '#' && before.is_whitespace() {
            return &line[..i];
        }
        before = c;
    }
    line
}

/// Adds the names of `$NAME` and `${NAME…}`; the place of the first. `$$` is a dollar sign.
fn references(line: &str, names: &mut BTreeSet<String>) -> Option<usize> {
    let (mut first, mut at) = (None, 0);
    while let Some(here) = line[at..].find('$').map(|i| at + i) {
        let rest = &line[here + 1..];
        at = here + 1;
        if rest.starts_with('$') {
            at += 1;
            continue;
        }
        let name = rest.strip_prefix('{').unwrap_or(rest);
        let end = name.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(name.len());
        if end > 0 && !name.starts_with(|c: char| c.is_ascii_digit()) {
            names.insert(name[..end].to_owned());
            first.get_or_insert(here);
        }
    }
    first
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Vec<String> {
        let one = |m: Mention| match m {
            Mention::Loader(Loading { loader, reads: Reads::File(file), .. }) => format!("{loader}: {file}"),
            Mention::Loader(Loading { loader, reads: Reads::Beside(names), .. }) => {
                format!("{loader}: {names:?}")
            }
            _ => panic!("only loaders"),
        };
        services(text).into_iter().map(one).collect()
    }

    #[test]
    fn env_file_in_its_forms() {
        let text = "services:\n  a:\n    env_file: .env # x\n  b:\n    env_file:\n      - ./b.env\n      - \"c.env\"\n    \
                    image: x\n  d:\n    env_file:\n    - path: d.env\n      required: false\n    - path: raw.env\n      \
                    format: raw\n    ports: [\"1:2\"]\n  e:\n    env_file: [e.env, 'f.env']\n";
        assert_eq!(
            said(text),
            [
                "compose env_file: .env",
                "compose env_file: ./b.env",
                "compose env_file: c.env",
                "compose env_file: d.env",
                "compose env_file raw: raw.env",
                "compose env_file: e.env",
                "compose env_file: f.env",
            ]
        );
    }

    #[test]
    fn references_make_the_file_beside_count() {
        let text = "services:\n  db:\n    image: postgres:${TAG:-16}\n    environment:\n      # ${NOT_THIS}\n      \
                    PASSWORD: $DB_PASSWORD\n      COST: a$$b\n";
        assert_eq!(said(text), [r#"compose .env: {"DB_PASSWORD", "TAG"}"#]);
        assert_eq!(said("services:\n  a:\n    environment:\n      A: 'x$$y'\n"), [""; 0]);
    }
}
