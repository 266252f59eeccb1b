//! What a Cargo.toml asks for.

use super::{Dependency, Ecosystem, Mention};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

pub(super) fn manifest(text: &str) -> Vec<Mention> {
    let mut out = Vec::new();
    let Ok(table) = DeTable::parse(text) else { return out };
    sections(text, table.get_ref(), &mut out);
    for (key, value) in table.get_ref() {
        let Some(inner) = value.get_ref().as_table() else { continue };
        match key.get_ref().as_ref() {
            "workspace" => sections(text, inner, &mut out),
            "target" => {
                for (_, platform) in inner {
                    if let Some(platform) = platform.get_ref().as_table() {
                        sections(text, platform, &mut out);
                    }
                }
            }
            _ => {}
        }
    }
    out
}

fn sections(text: &str, table: &DeTable<'_>, out: &mut Vec<Mention>) {
    for (key, value) in table {
        // Build scripts connect to nothing.
        let dev = match key.get_ref().as_ref() {
            "dependencies" => false,
            "dev-dependencies" => true,
            _ => continue,
        };
        for (name, detail) in value.get_ref().as_table().into_iter().flatten() {
            out.extend(dependency(text, name, detail, dev));
        }
    }
}

fn dependency(
    text: &str,
    key: &Spanned<toml::de::DeString<'_>>,
    detail: &Spanned<DeValue<'_>>,
    dev: bool,
) -> Option<Mention> {
    let of = |word: &str| {
        let table = detail.get_ref().as_table()?;
        table.iter().find(|(k, _)| k.get_ref() == word).map(|(_, v)| v)
    };
    let (name, place) = match of("package") {
        Some(renamed) => (renamed.get_ref().as_str()?, renamed.span()),
        None => (key.get_ref().as_ref(), key.span()),
    };
    let at = place.start + text.get(place)?.find(name)?;
    let features = of("features").and_then(|f| f.get_ref().as_array()).into_iter().flatten();
    let version = detail.get_ref().as_str().or_else(|| of("version")?.get_ref().as_str());
    Some(Mention::Package(Dependency {
        ecosystem: Ecosystem::Cargo,
        name: name.to_owned(),
        range: at..at + name.len(),
        features: features.filter_map(|f| Some(f.get_ref().as_str()?.to_owned())).collect(),
        version: version.unwrap_or_default().to_owned(),
        dev,
    }))
}
