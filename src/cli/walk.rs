//! Which files of a tree are looked at.

use super::Error;
use crate::world::{ReadError, Unreadable};
use ignore::WalkBuilder;
use std::path::Path;

/// The carriers at a path: the file itself, or those below a directory. `.gitignore` is honoured for directories;
/// an env file that it names is looked at all the same, because that is where secrets are kept.
pub(super) fn carriers(path: &str) -> Result<Vec<String>, Error> {
    let root = Path::new(path);
    if !root.exists() {
        return Err(ReadError { path: path.to_owned(), reason: Unreadable::Missing }.into());
    }
    if !root.is_dir() {
        return Ok(if is_env_file(root) { vec![path.to_owned()] } else { Vec::new() });
    }
    let mut out = Vec::new();
    let skip =
        |name: &str| matches!(name, ".git" | "node_modules" | "target" | "__pycache__" | ".venv" | "venv");
    let walk = WalkBuilder::new(root)
        .hidden(false)
        .filter_entry(move |e| {
            !(e.path().is_dir() && e.depth() > 0 && skip(&e.file_name().to_string_lossy()))
        })
        .build();
    for entry in walk.flatten().filter(|e| e.file_type().is_some_and(|t| t.is_dir())) {
        for file in std::fs::read_dir(entry.path()).into_iter().flatten().flatten() {
            let file = file.path();
            if file.is_file() && is_env_file(&file) {
                let shown = file.strip_prefix(".").unwrap_or(&file);
                out.push(shown.to_string_lossy().into_owned());
            }
        }
    }
    out.sort();
    Ok(out)
}

/// `.env`, `.env.production`, `production.env`, `.flaskenv`, and everything in a directory `.envs`.
fn is_env_file(path: &Path) -> bool {
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let inside = path.components().rev().skip(1).any(|c| c.as_os_str() == ".envs");
    name == ".env"
        || name.starts_with(".env.")
        || path.extension().is_some_and(|e| e == "env")
        || name == ".flaskenv"
        || inside
}

/// pgward.toml of the nearest ancestor, up to the root of the git checkout.
pub(super) fn policy_above(path: &str) -> Option<String> {
    let start = std::path::absolute(path).ok()?;
    let mut directory = if start.is_dir() { Some(start.as_path()) } else { start.parent() };
    while let Some(here) = directory {
        let candidate = here.join("pgward.toml");
        if candidate.is_file() {
            let current = std::path::absolute(".").ok();
            let shown = current.and_then(|c| candidate.strip_prefix(c).ok().map(Path::to_path_buf));
            return Some(shown.unwrap_or(candidate).to_string_lossy().into_owned());
        }
        if here.join(".git").exists() {
            return None;
        }
        directory = here.parent();
    }
    None
}
