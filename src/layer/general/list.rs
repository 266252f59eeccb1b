//! Lists of variables, an item each: the values of a chart, and what services that host programs are told.

use super::is_variable;
use crate::{
    layer::{
        Entry, Layer, Read,
        carried::Reader,
        reference::{self, Syntax},
        tree::Node,
    },
    source::Span,
};
use std::collections::BTreeMap;

/// The variables of a container as Kubernetes lists them, in the values of a chart: `- name: DB_HOST` with a `value`; services
/// that host programs say `key`. Of one name the last counts.
pub(super) fn variables(reader: &mut Reader<'_>, node: &Node, new: &Layer) -> Vec<Layer> {
    // The container that a patch is for; of other lists all items are of one.
    let mut containers: BTreeMap<&str, Vec<&Node>> = BTreeMap::new();
    for item in node.items() {
        let (container, item) = patched(item);
        containers.entry(container).or_default().push(item);
    }
    containers.into_values().filter_map(|items| of_container(reader, &items, new.clone())).collect()
}

fn of_container(reader: &mut Reader<'_>, items: &[&Node], mut layer: Layer) -> Option<Layer> {
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for item in items {
        let Some((name, key)) = name_of(item) else { continue };
        let Some(value) = item.get("value") else {
            if ["valueFrom", "fromDatabase"].iter().any(|from| item.get(from).is_some()) {
                layer.reads.push(Read::new(name, key));
            }
            continue;
        };
        let Some(entry) = value.entry(name, key) else { continue };
        let resolved = reference::resolve(reader.id, &entry.value, value.span, Syntax::Shell, None);
        if is_put_in(entry.value.text.expose().trim()) || resolved.open {
            layer.reads.push(Read::new(name, key));
            continue;
        }
        layer.reads.extend(resolved.reads);
        if resolved.value.text.is_blank() {
            continue;
        }
        reader.reveal_pair(item.pair("value"));
        reader.reveal_key(&entry, false);
        let entry = Entry { value: resolved.value, ..entry };
        if let Some(at) = places.get(name) {
            layer.entries[*at] = entry;
        } else {
            places.insert(name, layer.entries.len());
            layer.entries.push(entry);
        }
    }
    (!layer.entries.is_empty()).then_some(layer)
}

/// What a patch puts into the variables of a container, as Kustomize takes it: `op: replace`, `path: …/containers/0/env/0`, and the
/// item; with what stands before `/env/`. Another item as it is.
fn patched(item: &Node) -> (&str, &Node) {
    let path = item.get("path").and_then(Node::text).filter(|_| item.get("op").is_some());
    let container = path.and_then(|path| path.split_once("/env/"));
    match container.zip(item.get("value")) {
        Some(((container, _), value)) => (container, value),
        None => ("", item),
    }
}

/// Whether a patch changes one value (RFC 6902), into which the kubelet puts others: `$(DB_PASSWORD)`. What it is, `path` alone
/// tells.
pub(super) fn is_nameless(item: &Node) -> bool {
    let op = item.get("op").and_then(Node::text);
    let change = matches!(op, Some("add" | "replace" | "test")) && item.pairs().len() == 3;
    let path = item.get("path").and_then(Node::text).is_some_and(|path| path.starts_with('/'));
    change && path && item.get("value").and_then(Node::text).is_some_and(|text| text.contains("$("))
}

/// The variable that an item of such a list is of.
pub(super) fn name_of(item: &Node) -> Option<(&str, Span)> {
    let named = item.get("name").or_else(|| item.get("key"))?;
    let name = named.text().filter(|name| is_variable(name))?;
    Some((name, named.span))
}

/// Whether something puts the value in: `${db.DATABASE_URL}` and the ciphertexts of `DigitalOcean`, `$(DB_PASSWORD)` of Kubernetes
/// and of pipelines, `[parameters('password')]` of Azure's templates.
fn is_put_in(text: &str) -> bool {
    let within = |open, close| text.starts_with(open) && text.ends_with(close);
    within("${", '}') && !text.contains(':')
        || within("[", ']')
        || text.starts_with("EV[")
        || text.contains("$(")
}
