//! What the loaders of an env file make of its lines, less what is no slip.

use super::{sourced, view::FileView};
use crate::{
    layer::{
        Carried, Carrier, Layer, LayerKind, ProblemKind, carried,
        dotenv::{Dialect, is_wide},
    },
    policy::Policy,
    repository::{Ecosystem, Repository},
    settings::{
        misreading::{self, Cause, Matter, Misreading, Teller},
        variables,
    },
    source::Sources,
};
use std::cell::LazyCell;

/// The lines of one env file that are worth a word; none where nothing is known to read it.
pub(super) fn of_layer(
    sources: &Sources,
    file: &Carried,
    layer: &Layer,
    view: &FileView<'_>,
    policy: &Policy,
    repository: &Repository,
) -> Option<Vec<Misreading>> {
    let loaders = view.settings.loaders.iter().find(|l| l.path == layer.name);
    let loaders = loaders.filter(|_| layer.kind == LayerKind::EnvFile)?;
    let matter = |key: &str| variables::matter(key, policy);
    let usual = || usual(repository, &layer.name);
    let mut found = misreading::of_file(sources, file.source, loaders, &usual, &|_| None, &matter);
    let bytes = sources.get(file.source).bytes();
    // Of bytes that are no UTF-8 the rule about the whole file speaks, and of two bytes a character no line means anything.
    let unread = layer.problems.iter().any(|p| p.kind == ProblemKind::NotUtf8);
    // Who is known to read it stumbles over what it is.
    let listed = || !layer.name.ends_with("/.env") && layer.name != ".env" && is_list_of_names(bytes);
    if unread && is_wide(bytes) || found.iter().all(|m| !m.told) && listed() {
        found.clear();
    }
    let of_shell = sourced::is_sourced(bytes, layer);
    let names = LazyCell::new(|| sourced::names(bytes));
    let little = !found.is_empty()
        && sourced::is_of_pages(layer)
        && !Carrier::Yaml.may_speak(bytes)
        && layer.entries.iter().all(|e| matter(&e.key) == Matter::Other);
    for m in &mut found {
        m.foreign |= little;
        m.meant |= sourced::is_put_together(bytes, of_shell, &|name| names.contains(name), m)
            || sourced::is_lengthened(bytes, m);
    }
    found.retain(|m| {
        let command = of_shell && sourced::is_command(bytes, m);
        if unread && m.teller() == Teller::Of(Cause::Encoding) || command || sourced::is_of_template(bytes, m)
        {
            return false;
        }
        let rest = bytes.get(m.span.start as usize..).unwrap_or_default();
        let word = rest.split(u8::is_ascii_whitespace).next().unwrap_or_default();
        !carried::is_platforms(word)
    });
    Some(found)
}

/// Whether a file has names and nothing else, several of them: a script looks whether another file sets them all.
fn is_list_of_names(bytes: &[u8]) -> bool {
    if bytes.contains(&b'=') {
        return false;
    }
    let name = |line: &&[u8]| line.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'_');
    let lines = || {
        let lines = bytes.split(|b| *b == b'\n').map(<[u8]>::trim_ascii);
        lines.filter(|line| !line.is_empty() && !line.starts_with(b"#"))
    };
    lines().all(|line| name(&line)) && lines().nth(1).is_some()
}

/// The libraries that may read a file when nobody says which one does. What one of them alone stumbles over, such as
/// blanks without quotes, is not asked about where all packages are of other languages.
fn usual(repository: &Repository, path: &str) -> Vec<Dialect> {
    let mut known: Vec<Ecosystem> = repository.packages(Some(path)).map(|p| p.ecosystem).collect();
    // An env file at the top of a repository is one of the programs below it.
    if known.is_empty() {
        known = repository.ecosystems_below(path).into_iter().collect();
    }
    let language = |dialect: Dialect| match dialect {
        Dialect::Dotenvy => Some(Ecosystem::Cargo),
        Dialect::PythonDotenv => Some(Ecosystem::Python),
        Dialect::NodeDotenv => Some(Ecosystem::Node),
        Dialect::Godotenv => Some(Ecosystem::Go),
        _ => None,
    };
    let asked =
        |dialect: &Dialect| language(*dialect).is_none_or(|own| known.is_empty() || known.contains(&own));
    Dialect::LIBRARIES.into_iter().filter(asked).collect()
}
