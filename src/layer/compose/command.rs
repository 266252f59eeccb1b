//! What the command of a service says, by its words.

use crate::layer::{
    Entry,
    shell::waits::{are_others, connects_at_last, is_named_for_others, is_others, opens_device},
    tree::Node,
};

/// Words of commands that wait for the server by themselves.
const WAITS: [&str; 3] = ["pg_isready", "pgward", "until "];

/// Words in the names of programs that wait for what they are told.
const TOLD: [&str; 7] = ["wait-for", "wait_for", "wait4x", "dockerize", "wait-until", "wait-on", "wait-port"];

/// Words of commands that make databases. Prisma's migrations do where there is none
/// (<https://www.prisma.io/docs/orm/prisma-migrate/workflows/development-and-production>).
const CREATES: [&str; 16] = [
    "create database",
    "createdb",
    "create_db",
    "db:create",
    "db:prepare",
    "db:setup",
    "database:create",
    "database create",
    "database setup",
    "diesel setup",
    "ecto.create",
    "ecto.setup",
    "prisma migrate deploy",
    "prisma migrate dev",
    "prisma migrate reset",
    "prisma db push",
];

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
    WAITS.iter().any(|word| text.contains(word)) || is_told_to_wait(text) || tries()
}

/// Whether a program waits for what it is told, and that is no other kind of server. Behind `--` another program begins.
fn is_told_to_wait(text: &str) -> bool {
    let has = |word: &str| TOLD.iter().any(|told| word.contains(told));
    has(text)
        && text.split([';', '&', '|', '\n']).any(|command| {
            let blank = |c: char| c.is_whitespace() || matches!(c, ',' | '[' | ']' | '"' | '\'' | '(' | ')');
            let words: Vec<&str> = command.split(blank).filter(|word| !word.is_empty()).collect();
            words.split(|word| *word == "--").any(|words| {
                words.iter().any(|word| has(word) && !is_named_for_others(word)) && !are_others(words)
            })
        })
}

/// The names of the scripts that the command of a service runs: `prod.sh` of `/opt/bin/prod.sh`.
pub(super) fn scripts(node: &Node) -> Vec<String> {
    let mut out = Vec::new();
    let mut take = |text: &str| {
        let words = text.split_whitespace().map(|word| word.trim_matches(['"', '\'', ';']));
        let scripts = words.filter(|word| matches!(word.rsplit_once('.'), Some((_, "sh" | "bash"))));
        out.extend(scripts.map(|word| word.rsplit('/').next().unwrap_or(word).to_owned()));
    };
    for node in ["command", "entrypoint"].iter().filter_map(|key| node.get(key)) {
        node.text().into_iter().for_each(&mut take);
        node.items().iter().filter_map(|item| item.text()).for_each(&mut take);
    }
    out
}

/// Whether the command of a service makes databases.
pub(super) fn creates(node: &Node) -> bool {
    says(node, |text| CREATES.iter().any(|word| text.contains(word)))
}

/// Whether something is true of the command, the words of a list side by side, in small letters.
fn says(node: &Node, test: impl Fn(&str) -> bool) -> bool {
    let has = |node: &Node| node.text().is_some_and(|text| test(&text.to_ascii_lowercase()));
    let listed = |node: &Node| {
        let words: Vec<&str> = node.items().iter().filter_map(|item| item.text()).collect();
        test(&words.join(" ").to_ascii_lowercase())
    };
    let said = |node: &Node| has(node) || listed(node);
    ["command", "entrypoint"].iter().filter_map(|key| node.get(key)).any(said)
}
