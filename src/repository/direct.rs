//! Files with one thing to say: go.mod, systemd units, .envrc, justfiles.

use super::{Dependency, Ecosystem, Loading, Mention, Reads, machine, python::lines, shell};

/// Direct requirements of a go.mod.
pub(super) fn go_mod(text: &str) -> Vec<Mention> {
    let (mut out, mut inside) = (Vec::new(), false);
    for (at, line) in lines(text) {
        let trimmed = line.trim();
        let entry = if inside {
            if trimmed == ")" {
                inside = false;
                continue;
            }
            trimmed
        } else if let Some(rest) = trimmed.strip_prefix("require").filter(|r| r.starts_with([' ', '\t', '(']))
        {
            let rest = rest.trim_start();
            if rest.starts_with('(') {
                inside = true;
                continue;
            }
            rest
        } else {
            continue;
        };
        if entry.contains("// indirect") || entry.starts_with("//") {
            continue;
        }
        let mut words = entry.split_whitespace();
        let Some(name) = words.next() else { continue };
        let Some(offset) = line.find(name) else { continue };
        out.push(Mention::Package(Dependency {
            ecosystem: Ecosystem::Go,
            name: name.to_owned(),
            range: at + offset..at + offset + name.len(),
            features: Vec::new(),
            version: words.next().unwrap_or_default().to_owned(),
            dev: false,
        }));
    }
    out
}

/// `EnvironmentFile=` of a systemd unit; a leading `-` allows it to be missing. And the server that it waits for.
pub(super) fn unit(text: &str) -> Vec<Mention> {
    const KEY: &str = "EnvironmentFile";
    let files = lines(text).filter_map(|(at, line)| {
        let rest = line.trim_start().strip_prefix(KEY)?.trim_start().strip_prefix('=')?;
        let file = rest.trim().trim_start_matches('-').to_owned();
        let start = at + line.len() - line.trim_start().len();
        let range = start..start + KEY.len();
        (!file.is_empty()).then_some(Mention::Loader(Loading {
            loader: "systemd EnvironmentFile",
            range,
            reads: Reads::File(file),
            dev: false,
        }))
    });
    files.chain(machine::awaited(text)).collect()
}

/// `dotenv` and `dotenv_if_exists` of direnv, and what else a shell script does.
pub(super) fn envrc(text: &str) -> Vec<Mention> {
    let mut out = shell::script(text);
    for (at, line) in lines(text) {
        let mut words = line.split_whitespace();
        let Some(command @ ("dotenv" | "dotenv_if_exists")) = words.next() else { continue };
        let file = words.next().filter(|w| !w.starts_with('#')).unwrap_or(".env").trim_matches(['"', '\'']);
        let start = at + line.len() - line.trim_start().len();
        out.push(Mention::Loader(Loading {
            loader: "direnv",
            range: start..start + command.len(),
            reads: Reads::File(file.to_owned()),
            dev: true,
        }));
    }
    out
}

/// `set dotenv-load`: just reads `.env` with dotenvy. And what its recipes do.
pub(super) fn justfile(text: &str) -> Vec<Mention> {
    let mut out = shell::script(text);
    for (at, line) in lines(text) {
        let Some(rest) = line.strip_prefix("set dotenv-load") else { continue };
        if matches!(rest.replace(' ', "").as_str(), "" | ":=true") {
            out.push(Mention::Loader(Loading {
                loader: "dotenvy",
                range: at + 4..at + "set dotenv-load".len(),
                reads: Reads::File(".env".into()),
                dev: true,
            }));
        }
    }
    out
}
