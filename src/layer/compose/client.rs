//! Whether a container with the image of a server runs a client of one: it has the programs, and no data of its own.

use super::DATA;
use crate::{layer::tree::Node, source::is_within};

/// Programs that start a server, or lead to one.
const SERVERS: [&str; 5] = ["postgres", "postmaster", "pg_ctl", "initdb", "patroni"];
/// The image's own script, whoever calls it.
const ENTRYPOINT: &str = "docker-entrypoint";
/// Programs that run another one, and words before one.
const LEADING: [&str; 14] = [
    "sh", "bash", "ash", "exec", "env", "time", "gosu", "su-exec", "su", "sudo", "if", "then", "do", "while",
];

/// Where docker-library's images up to 17 have the data directory.
pub(in crate::layer) const OLD_DATA: &str = "/var/lib/postgresql/data";

/// Whether a path is, or holds, a server's data directory.
pub(in crate::layer) fn holds_data(path: &str) -> bool {
    DATA.iter().any(|root| is_within(path, root))
}

/// Whether what is started in place of the image's own entrypoint, or handed to it, is no server.
pub(in crate::layer) fn is_client(entrypoint: Option<&Node>, handed: Option<&Node>) -> bool {
    let (entrypoint, handed) = (entrypoint.and_then(line), handed.and_then(line));
    let options = handed.as_ref().is_some_and(|line| line.starts_with('-'));
    match (entrypoint, handed) {
        (None, None) => false,
        // The image hands options to the server.
        (None, Some(handed)) => !options && !serves(&handed),
        (Some(own), None) => !serves(&own),
        (Some(own), Some(handed)) => {
            // `["/tuned.sh"]` with `-c shared_buffers=1GB`: the script hands them on.
            let script = options && base(own.split_whitespace().next().unwrap_or_default()).contains('.');
            !script && !serves(&own) && !serves(&handed) && !serves(&format!("{own} {handed}"))
        }
    }
}

/// The same of a container of Kubernetes, whose `command` stands in place of the entrypoint. `ends`: it comes to an end.
pub(in crate::layer) fn is_container(container: &Node, ends: bool) -> bool {
    let items = |key: &str| container.get(key).map(Node::items).unwrap_or_default().iter();
    // `/data` with `PGDATA`, or with what the command makes of it.
    let held = |path: &str| holds_data(path) || !ends && path.contains("data");
    let data = items("volumeMounts").any(|m| m.get("mountPath").and_then(Node::text).is_some_and(held))
        || items("env").any(|e| e.get("name").and_then(Node::text) == Some("PGDATA"));
    !data && (ends || is_client(container.get("command"), container.get("args")))
}

/// A command as one line; none for an empty one.
fn line(node: &Node) -> Option<String> {
    let words = || node.items().iter().filter_map(|n| n.text()).collect::<Vec<_>>().join(" ");
    let line = node.text().map_or_else(words, str::to_owned);
    Some(line.trim().to_owned()).filter(|line| !line.is_empty())
}

fn base(word: &str) -> &str {
    let word = word.trim_matches(['"', '\'', '(', ')']);
    word.rsplit('/').next().unwrap_or(word)
}

/// Whether one of the commands of a line starts a server.
fn serves(line: &str) -> bool {
    let starts = |command: &str| {
        let mut words = command.split_whitespace();
        let leads =
            |word: &&str| word.starts_with('-') || word.contains('=') || LEADING.contains(&base(word));
        words.find(|word| !leads(word)).is_some_and(|word| SERVERS.contains(&base(word)))
    };
    line.contains(ENTRYPOINT) || line.split([';', '&', '|', '\n']).any(starts)
}
