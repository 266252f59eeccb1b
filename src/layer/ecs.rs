//! Task definitions of Amazon ECS: the variables of each container, and those that a secret fills.

use super::{
    Read, Seat,
    carried::{Reader, Structure},
    shell::{self, Script, inside},
    tree::Node,
};

/// Reads the file that the reader is at; a definition may stand under `taskDefinition`.
pub(super) fn read(reader: &mut Reader<'_>) {
    let Some(text) = reader.text() else { return };
    let Some(documents) = reader.documents(&text) else { return };
    let mut script = Script::default();
    for document in &documents {
        let definition = document.get("taskDefinition").unwrap_or(document);
        let containers = definition.get("containerDefinitions").map(Node::items).unwrap_or_default();
        // Of `awsvpc`, as Fargate has it, and of `host`; some definitions leave it to what registers them.
        let network = definition.get("networkMode").and_then(Node::text);
        if containers.len() > 1 && !matches!(network, Some("bridge" | "none")) {
            reader.structure = Structure::Task(Seat::Accompanied);
        }
        for container in containers {
            take(reader, container);
            let words = ["entryPoint", "command"].map(|key| container.get(key));
            inside::words(reader, &text, &words, &mut script);
        }
    }
    shell::settled(reader, script);
}

fn take(reader: &mut Reader<'_>, container: &Node) {
    let plain = |word: &&str| word.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b));
    let name = container.get("name").and_then(Node::text).filter(plain).unwrap_or_default();
    let mut layer = reader.block(format!("containerDefinitions.{name}"));
    for item in container.get("environment").map(Node::items).unwrap_or_default() {
        let (Some(key), Some(value)) = (item.get("name"), item.get("value")) else { continue };
        let Some(entry) = key.text().and_then(|name| value.entry(name, key.span)) else { continue };
        reader.reveal_key(&entry, false);
        layer.entries.push(entry);
    }
    for item in container.get("secrets").map(Node::items).unwrap_or_default() {
        let Some(key) = item.get("name") else { continue };
        let Some(variable) = key.text().map(str::to_owned) else { continue };
        layer.reads.push(Read { variable, span: key.span, means: None, defaulted: false });
    }
    reader.layers.push(layer);
}
