//! What the command of a service says, by its words.

use crate::layer::{
    Entry,
    shell::waits::{connects_at_last, is_others, opens_device},
    tree::Node,
};

/// Words of commands that wait for the server by themselves.
const WAITS: [&str; 10] = [
    "wait-for",
    "wait_for",
    "wait4x",
    "dockerize",
    "pg_isready",
    "pgward",
    "until ",
    "wait-until",
    "wait-on",
    "wait-port",
];

/// Words of commands that make databases.
const CREATES: [&str; 5] = ["create database", "createdb", "create_db", "db:create", "db:prepare"];

/// Whether the command of a service waits for the server. `hosts` is what `WAIT_HOSTS` says, which docker-compose-wait reads.
pub(super) fn waits(node: &Node, hosts: Option<&Entry>) -> bool {
    let listed = |hosts: &Entry| {
        let mut each = hosts.value.text.expose().split(',').map(str::trim);
        each.any(|host| !host.is_empty() && !is_others(host))
    };
    hosts.is_some_and(listed) || says(node, is_waiting)
}

/// Whether a command waits for the server, in small letters.
pub(in crate::layer) fn is_waiting(text: &str) -> bool {
    let tries = || {
        let mut tried = text.split("nc -z").skip(1).filter_map(|rest| {
            let command = rest.split([';', '&', '|']).next()?;
            command.split_whitespace().last()
        });
        let repeats = ["while ", "sleep "].iter().any(|word| text.contains(word));
        repeats && (tried.any(|port| !is_others(port)) || opens_device(text)) || connects_at_last(text)
    };
    WAITS.iter().any(|word| text.contains(word)) || tries()
}

/// Whether the command of a service makes databases.
pub(super) fn creates(node: &Node) -> bool {
    says(node, |text| CREATES.iter().any(|word| text.contains(word)))
}

/// Whether something is true of the command, or of one of its words, in small letters.
fn says(node: &Node, test: impl Fn(&str) -> bool) -> bool {
    let has = |node: &Node| node.text().is_some_and(|text| test(&text.to_ascii_lowercase()));
    let said = |node: &Node| has(node) || node.items().iter().any(|n| has(n));
    ["command", "entrypoint"].iter().filter_map(|key| node.get(key)).any(said)
}
