//! Signs that a server runs on the machine that the project is started on: the unit that starts it waits for that.

use super::{Mention, Repository, kind::Kind, place::Directory, python::lines};
use crate::source::Span;

/// What runs the text of a program, wherever it is installed.
const RUNNERS: [&str; 16] = [
    "node", "npm", "npx", "yarn", "pnpm", "bun", "deno", "python", "python3", "gunicorn", "uvicorn", "ruby",
    "bundle", "java", "php", "dotnet",
];
/// Words in a command of what stands beside a program: it saves the server's data, or looks at it.
const BESIDE: [&str; 7] = ["backup", "exporter", "dump", "pg_", "psql", "pgbouncer", "docker"];

/// The server that a unit of systemd waits for, where it starts a program of the project: no tool of the system, nothing that
/// comes to its end, and nothing in a container.
pub(super) fn awaited(text: &str) -> Option<Mention> {
    const KEYS: [&str; 6] = ["After", "Requires", "Requisite", "Wants", "BindsTo", "PartOf"];
    let (mut found, mut starts) = (None, false);
    for (at, line) in lines(text) {
        let Some((key, value)) = line.split_once('=') else { continue };
        let key = key.trim();
        if key == "Type" && value.trim() == "oneshot" {
            return None;
        }
        if key.starts_with("Exec") {
            if BESIDE.iter().chain(&["podman"]).any(|word| value.contains(word)) {
                return None;
            }
            starts |= key == "ExecStart" && is_program(value);
        }
        let unit = value.split_whitespace().find(|unit| unit.starts_with("postgresql"));
        if let Some(unit) = unit.filter(|_| found.is_none() && KEYS.contains(&key)) {
            let start = at + unit.as_ptr().addr() - line.as_ptr().addr();
            found = Some(Mention::Server(start..start + "postgresql".len()));
        }
    }
    found.filter(|_| starts)
}

/// Whether a command starts a program of one's own: it lies in no directory of the system, or is given to what runs it.
fn is_program(command: &str) -> bool {
    let first =
        command.split_whitespace().next().unwrap_or_default().trim_start_matches(['-', '@', '+', '!', ':']);
    let (directory, name) = first.rsplit_once('/').unwrap_or(("", first));
    let system = matches!(directory, "" | "/bin" | "/sbin" | "/usr/bin" | "/usr/sbin");
    !first.is_empty() && (!system || RUNNERS.contains(&name))
}

/// Whether a file says by its name that something is started in a container, or by a service that hosts it.
pub(super) fn is_of_container(path: &str, kind: Kind) -> bool {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    let name = name.to_ascii_lowercase();
    let recipe = ["dockerfile", "containerfile", "procfile"].iter().any(|word| name.contains(word));
    matches!(kind, Kind::Compose | Kind::Hosting) || kind == Kind::Script && recipe
}

/// Whether a file says by its name that the project around it is run by a service that hosts programs, and is given the
/// URL of its database by that.
pub(super) fn is_of_host(path: &str) -> bool {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    ["fly.toml", "render.yaml", "render.yml", "railway.toml", "railway.json", "heroku.yml", "Procfile"]
        .contains(&name)
}

impl Repository {
    /// The manifests by which services that host programs run the project that a file belongs to.
    pub fn hosts_of(&self, path: &str) -> &[String] {
        // Without one no project is looked for.
        let hosted = Some(&self.hosted).filter(|hosted| !hosted.is_empty());
        hosted.and_then(|hosted| hosted.get(&self.project(&Directory::of(path)))).map_or(&[], Vec::as_slice)
    }

    /// Whether anything says that a server runs on the machine that a program is started on, and no file is there by its name
    /// for what starts one elsewhere.
    pub fn has_machines(&self) -> bool {
        !self.servers.is_empty() && !self.contained
    }

    /// Whether a script waits until compose finds its services healthy.
    pub fn gates(&self) -> bool {
        self.gates
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
