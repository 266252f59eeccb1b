//! What Python projects ask for: requirements files, pyproject.toml, Pipfile, setup.cfg, setup.py.

mod open;

pub(super) use open::is_open;

use super::{Dependency, Ecosystem, Loading, Mention, Reads};
use std::ops::Range;
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

/// `name[extra]>=1; marker` (PEP 508), at an offset of the text. A URL or a path is no name.
fn requirement(line: &str, at: usize, dev: bool) -> Option<Mention> {
    let lead = line.len() - line.trim_start().len();
    let line = line.trim();
    let end = line.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c))).unwrap_or(line.len());
    let name = line[..end].trim_end_matches(['-', '.', '_']);
    let mut rest = line[end..].trim_start();
    if !name.starts_with(|c: char| c.is_ascii_alphanumeric())
        || !(rest.is_empty() || rest.starts_with(['[', '<', '>', '=', '!', '~', ';', '@', '(', ',', '#']))
    {
        return None;
    }
    let mut features = Vec::new();
    if let Some((extras, after)) = rest.strip_prefix('[').and_then(|r| r.split_once(']')) {
        features = extras.split(',').map(|e| e.trim().to_ascii_lowercase()).collect();
        rest = after;
    }
    let version = rest.split([';', '#']).next().unwrap_or_default().trim().to_owned();
    let range = at + lead..at + lead + name.len();
    Some(package(name, range, features, version, dev))
}

fn package(name: &str, range: Range<usize>, features: Vec<String>, version: String, dev: bool) -> Mention {
    // PEP 503: runs of `-`, `_` and `.` are one `-`.
    let mut plain = String::with_capacity(name.len());
    for c in name.chars().map(|c| if matches!(c, '_' | '.') { '-' } else { c.to_ascii_lowercase() }) {
        if c != '-' || !plain.ends_with('-') {
            plain.push(c);
        }
    }
    Mention::Package(Dependency { ecosystem: Ecosystem::Python, name: plain, range, features, version, dev })
}

/// Whether a group or a file of this name is not meant for production.
fn is_dev(name: &str) -> bool {
    const DEV: &[&str] = &[
        "dev",
        "develop",
        "development",
        "test",
        "tests",
        "testing",
        "lint",
        "linting",
        "docs",
        "doc",
        "ci",
        "local",
        "typing",
        "types",
        "qa",
        "bench",
        "benchmark",
    ];
    name.to_ascii_lowercase().split(['-', '_', '.', '/']).any(|word| DEV.contains(&word))
}

/// The lines of a text with their offsets.
pub(super) fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    text.split_inclusive('\n').map(move |line| {
        let from = at;
        at += line.len();
        (from, line.trim_end_matches(['\n', '\r']))
    })
}

pub(super) fn requirements(path: &str, text: &str) -> Vec<Mention> {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    let dev = is_dev(name);
    lines(text).filter_map(|(at, line)| requirement(line, at, dev)).collect()
}

/// `install_requires` of `[options]`: one requirement a line.
pub(super) fn setup_cfg(text: &str) -> Vec<Mention> {
    let (mut out, mut options, mut inside) = (Vec::new(), false, false);
    for (at, line) in lines(text) {
        let indented = line.starts_with([' ', '\t']);
        if line.starts_with('[') {
            (options, inside) = (line.trim() == "[options]", false);
        } else if !indented && !line.trim().is_empty() {
            inside = false;
            if let Some((key, value)) = line.split_once('=').filter(|_| options)
                && key.trim() == "install_requires"
            {
                inside = true;
                out.extend(requirement(value, at + line.len() - value.len(), false));
            }
        } else if inside {
            out.extend(requirement(line, at, false));
        }
    }
    out
}

/// `install_requires=["a", "b"]`, where it is a list of plain strings; code is not run.
pub(super) fn setup_py(text: &str) -> Vec<Mention> {
    let mut out = Vec::new();
    let Some(start) = text.find("install_requires") else { return out };
    let rest = text[start + "install_requires".len()..].trim_start();
    let Some(rest) = rest.strip_prefix('=').map(str::trim_start).and_then(|r| r.strip_prefix('[')) else {
        return out;
    };
    let mut at = text.len() - rest.len();
    loop {
        let rest = &text[at..];
        let Some(c) = rest.chars().next() else { return out };
        match c {
            '"' | '\'' => {
                let Some(end) = rest[1..].find([c, '\n']).map(|i| i + 1) else { return out };
                out.extend(requirement(&rest[1..end], at + 1, false));
                at += end + 1;
            }
            '#' => at += rest.find('\n').unwrap_or(rest.len()),
            ',' => at += 1,
            c if c.is_whitespace() => at += c.len_utf8(),
            _ => return out,
        }
    }
}

type Item<'i> = Spanned<DeValue<'i>>;

fn get<'t, 'i>(value: &'t DeTable<'i>, path: &[&str]) -> Option<&'t Item<'i>> {
    let (first, rest) = path.split_first()?;
    let item = value.iter().find(|(key, _)| key.get_ref() == first).map(|(_, item)| item)?;
    if rest.is_empty() { Some(item) } else { get(item.get_ref().as_table()?, rest) }
}

/// A list of requirements; what is no string (an included group) is passed over.
fn strings(text: &str, list: Option<&Item<'_>>, dev: bool, out: &mut Vec<Mention>) {
    for item in list.and_then(|l| l.get_ref().as_array()).into_iter().flatten() {
        if let Some(value) = item.get_ref().as_str()
            && let Some(offset) = text.get(item.span()).and_then(|raw| raw.find(value))
        {
            out.extend(requirement(value, item.span().start + offset, dev));
        }
    }
}

/// A table whose keys are names.
fn keys(text: &str, table: Option<&Item<'_>>, dev: bool, out: &mut Vec<Mention>) {
    for (key, value) in table.and_then(|t| t.get_ref().as_table()).into_iter().flatten() {
        let name = key.get_ref();
        let Some(offset) = text.get(key.span()).and_then(|raw| raw.find(name.as_ref())) else { continue };
        let at = key.span().start + offset;
        let detail = |k: &str| value.get_ref().as_table().and_then(|t| get(t, &[k]));
        let features = detail("extras").and_then(|e| e.get_ref().as_array());
        let features = features
            .into_iter()
            .flatten()
            .filter_map(|e| Some(e.get_ref().as_str()?.to_ascii_lowercase()))
            .collect();
        let version = value.get_ref().as_str().or_else(|| detail("version")?.get_ref().as_str());
        out.push(package(name, at..at + name.len(), features, version.unwrap_or_default().to_owned(), dev));
    }
}

/// `project`, `dependency-groups` (PEP 735), Poetry, uv, PDM.
pub(super) fn pyproject(text: &str) -> Vec<Mention> {
    let mut out = Vec::new();
    let Ok(table) = DeTable::parse(text) else { return out };
    let table = table.get_ref();
    strings(text, get(table, &["project", "dependencies"]), false, &mut out);
    let groups = |path: &[&str]| get(table, path).and_then(|g| g.get_ref().as_table()).into_iter().flatten();
    for (name, list) in groups(&["project", "optional-dependencies"]) {
        strings(text, Some(list), is_dev(name.get_ref()), &mut out);
    }
    for (_, list) in groups(&["dependency-groups"]).chain(groups(&["tool", "pdm", "dev-dependencies"])) {
        strings(text, Some(list), true, &mut out);
    }
    strings(text, get(table, &["tool", "uv", "dev-dependencies"]), true, &mut out);
    keys(text, get(table, &["tool", "poetry", "dependencies"]), false, &mut out);
    keys(text, get(table, &["tool", "poetry", "dev-dependencies"]), true, &mut out);
    for (name, group) in groups(&["tool", "poetry", "group"]) {
        let list = group.get_ref().as_table().and_then(|g| get(g, &["dependencies"]));
        keys(text, list, is_dev(name.get_ref()), &mut out);
    }
    out
}

/// Packages, and that `pipenv run` and `pipenv shell` read `.env` by themselves, with python-dotenv's code.
pub(super) fn pipfile(text: &str) -> Vec<Mention> {
    let mut out = Vec::new();
    let Ok(table) = DeTable::parse(text) else { return out };
    keys(text, get(table.get_ref(), &["packages"]), false, &mut out);
    keys(text, get(table.get_ref(), &["dev-packages"]), true, &mut out);
    if let Some(at) = text.find("[packages]") {
        let range = at + 1..at + 1 + "packages".len();
        out.push(Mention::Loader(Loading {
            loader: "python-dotenv",
            range,
            reads: Reads::Project,
            dev: true,
        }));
    }
    out
}
