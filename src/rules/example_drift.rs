use super::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

pub(super) const RULE: Rule = Rule {
    id: "example-drift",
    since: "0.1.0",
    levels: Levels::of("IIII"),
    boot: false,
    traits: COMMON,
    page: include_str!("example_drift.md"),
    checks: &[Check::Project(check), Check::Project(compose)],
};

/// So many names are shown.
const SHOWN: usize = 8;

fn check(project: &Project<'_>, out: &mut Sink<'_>) {
    if !project.views.iter().any(|v| v.carried.is_some() && v.is_example()) {
        return;
    }
    let files: Vec<File<'_>> = project.views.iter().filter_map(|v| File::of(v, project)).collect();
    let mut set: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut real: BTreeMap<(&str, &str), &File<'_>> = BTreeMap::new();
    for file in files.iter().filter(|f| !f.example) {
        set.entry(file.directory).or_default().extend(file.keys.keys());
        real.insert((file.directory, file.name), file);
    }
    for example in files.iter().filter(|f| f.example) {
        let name = without_example(example.name);
        let Some(file) = real.get(&(example.directory, name.as_str())) else { continue };
        if file.environment != Some(out.environment()) {
            continue;
        }
        // `.env.local` beside it may set the rest.
        let around = &set[example.directory];
        let lacking: Vec<Span> =
            example.keys.iter().filter(|(key, _)| !around.contains(*key)).map(|(_, span)| *span).collect();
        let unknown: Vec<Span> = file
            .keys
            .iter()
            .filter(|(key, _)| !example.keys.contains_key(*key))
            .map(|(_, span)| *span)
            .collect();
        tell(
            out,
            &lacking,
            "the example has variables of the database that no file beside it sets",
            "in the example alone",
            "set them, or take them out of the example",
        );
        tell(
            out,
            &unknown,
            "variables of the database are set that the example does not have",
            "not in the example",
            "add the names to the example, without their values",
        );
    }
}

/// What docker compose takes from the shell or from `.env`, and no example beside the compose file names.
fn compose(project: &Project<'_>, out: &mut Sink<'_>) {
    let mut named: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let examples = project.views.iter().filter(|v| v.is_example()).filter_map(|v| v.layers.last());
    for layer in examples.filter(|l| l.kind == LayerKind::EnvFile) {
        named.entry(directory(&layer.name)).or_default().extend(layer.entries.iter().map(|e| e.key.as_str()));
    }
    let mut seen = BTreeSet::new();
    for view in project.views {
        let Some(Carried { path, structure: Structure::Compose(compose), .. }) = view.carried else {
            continue;
        };
        let environment = view.settings.settled.environment.as_ref().map(|s| s.value);
        let Some(named) = named.get(directory(path)).filter(|_| !is_example(path)) else { continue };
        if environment != Some(out.environment()) || !seen.insert(path.as_str()) {
            continue;
        }
        let (mut told, mut places, mut shown) = (BTreeSet::new(), Vec::new(), Vec::new());
        for wanted in &compose.wanted {
            let ours = ours(&wanted.variable, project) || ours(&wanted.becomes, project);
            if ours && !named.contains(wanted.variable.as_str()) && told.insert(wanted.variable.as_str()) {
                places.push(wanted.span);
                // Behind an unescaped `$` of a password may stand the rest of it: only a name of the vocabulary is one.
                shown.extend(Some(wanted.variable.as_str()).filter(|name| self::ours(name, project)));
            }
        }
        // Within a URL the name is not shown where it stands.
        let all = shown.len() == places.len() && shown.len() <= SHOWN;
        let shown = shown.iter().take(SHOWN).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let shown = match (shown.is_empty(), all) {
            (true, _) => shown,
            (false, true) => format!(": {shown}"),
            (false, false) => format!(", among them {shown}"),
        };
        tell(
            out,
            &places,
            &format!("docker compose takes variables of the database that the example does not have{shown}"),
            "not in the example",
            "add the names to the example, without their values",
        );
    }
}

/// Whether a variable makes a database, or is a declared secret.
fn ours(key: &str, project: &Project<'_>) -> bool {
    let meaning = meaning(key, project.policy);
    let part =
        matches!(meaning, Some(Meaning::Url(_) | Meaning::Part(..) | Meaning::Toggle(_) | Meaning::Document));
    part || project.policy.secrets.iter().any(|(name, _)| name == key)
}

fn tell(out: &mut Sink<'_>, places: &[Span], message: &str, label: &str, help: &str) {
    let Some((first, rest)) = places.split_first() else { return };
    let mut draft = out.report(message).at_span(*first, label);
    for span in rest.iter().take(SHOWN - 1) {
        draft = draft.also_span(*span, label);
    }
    draft
        .note("who sets up a machine by the example gets another configuration than those who have one")
        .help(help);
}

/// One env file and its variables of the database.
struct File<'p> {
    directory: &'p str,
    name: &'p str,
    example: bool,
    environment: Option<Environment>,
    keys: BTreeMap<&'p str, Span>,
}

impl<'p> File<'p> {
    fn of(view: &View<'p>, project: &Project<'_>) -> Option<Self> {
        let layer = view.layers.last().filter(|l| l.kind == LayerKind::EnvFile)?;
        let ours = layer.entries.iter().filter(|e| ours(&e.key, project));
        let keys = ours.map(|e| (e.key.as_str(), e.key_span));
        let directory = directory(&layer.name);
        Some(Self {
            directory,
            name: &layer.name[directory.len()..],
            example: is_example(&layer.name),
            environment: view.settings.settled.environment.as_ref().map(|s| s.value),
            keys: keys.collect(),
        })
    }
}

/// `.env` for `.env.example`, `.env.local` for `.env.local.sample` and `.env.sample.local`.
fn without_example(name: &str) -> String {
    let words = name.split('.').filter(|w| !matches!(*w, "example" | "sample" | "template" | "dist"));
    words.collect::<Vec<_>>().join(".")
}
