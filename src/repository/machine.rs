//! Signs that a server runs on the machine that the project is started on: a unit waits for it, or a script installs it.

use super::{Mention, Repository, place::Directory, python::lines};
use crate::source::Span;

/// The server that a unit of systemd waits for, unless what the unit starts runs in a container.
pub(super) fn awaited(text: &str) -> Option<Mention> {
    const KEYS: [&str; 6] = ["After", "Requires", "Requisite", "Wants", "BindsTo", "PartOf"];
    let mut found = None;
    for (at, line) in lines(text) {
        let Some((key, value)) = line.split_once('=') else { continue };
        let key = key.trim();
        let first = value.split_whitespace().next().unwrap_or_default();
        if key.starts_with("Exec") && matches!(first.rsplit('/').next(), Some("docker" | "podman")) {
            return None;
        }
        let unit = value.split_whitespace().find(|unit| unit.starts_with("postgresql"));
        if let Some(unit) = unit.filter(|_| found.is_none() && KEYS.contains(&key)) {
            let start = at + unit.as_ptr().addr() - line.as_ptr().addr();
            found = Some(Mention::Server(start..start + "postgresql".len()));
        }
    }
    found
}

/// The server that a script installs: `apt-get install -y postgresql`. A Dockerfile is none, and what makes the machine of a
/// build or of a developer says nothing of the one that the program runs on.
pub(super) fn installed(path: &str, text: &str) -> Option<Mention> {
    const ELSEWHERE: [&str; 8] =
        [".github", ".circleci", ".devcontainer", ".gitpod", "ci", "docker", "vagrant", "dev"];
    let mut names = path.split(['/', '\\']);
    let file = names.next_back()?.to_ascii_lowercase();
    let script = file.rsplit_once('.').is_some_and(|(_, extension)| matches!(extension, "sh" | "bash"));
    let developers = ["dev", "local", "vagrant", "ci", "test", "docker"];
    let for_others = file.split(['.', '-', '_']).any(|word| developers.contains(&word));
    if !script || for_others || names.any(|name| ELSEWHERE.contains(&name)) {
        return None;
    }
    // A program that installs packages, and the word that it does, in a command that may go on in the next line.
    let (mut program, mut installs) = (false, false);
    for (at, line) in lines(text) {
        let mut code = line.split(" #").next().unwrap_or(line);
        if code.trim_start().starts_with('#') {
            code = "";
        }
        for word in code.split_whitespace() {
            let bare = word.trim_matches(['"', '\'', ';']);
            match bare {
                "apt" | "apt-get" | "dnf" | "yum" | "apk" => program = true,
                "install" | "add" => installs = program,
                _ if installs && is_server(bare) => {
                    let start = at + bare.as_ptr().addr() - line.as_ptr().addr();
                    return Some(Mention::Server(start..start + "postgresql".len()));
                }
                _ => {}
            }
            if matches!(word, "&&" | "||" | "|") || word.ends_with(';') {
                (program, installs) = (false, false);
            }
        }
        if !line.ends_with('\\') {
            (program, installs) = (false, false);
        }
    }
    None
}

/// A package of Debian, Fedora or Alpine with the server: not `postgresql-client`.
fn is_server(package: &str) -> bool {
    let Some(rest) = package.strip_prefix("postgresql") else { return false };
    let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '-' || c == '.');
    matches!(rest, "" | "server")
}

impl Repository {
    /// Whether anything says that a server runs on the machine that a program is started on.
    pub fn has_machines(&self) -> bool {
        !self.servers.is_empty()
    }

    /// What says so of the program that a file belongs to: in its project, or in one above it.
    pub fn server_beside(&self, path: &str) -> Option<Span> {
        let mut here = self.project(&Directory::of(path));
        let mut place = self.servers.get(&here);
        while place.is_none() && here.pop() {
            here = self.project(&here);
            place = self.servers.get(&here);
        }
        place.copied()
    }
}
