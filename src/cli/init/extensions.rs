//! Which extensions the migrations of a repository ask for. Only names that pgward knows are taken: anything else in
//! their place may be anything.

use super::{Said, say};
use crate::{ask::extension, cli::discover, cli::start, report::clean, world::World};
use ignore::WalkBuilder;

/// More files than this are not opened.
const FILES: usize = 4096;

/// Of a larger file nothing is read: 256 KiB. Dumps are larger.
const MAX: usize = 1 << 18;

/// Directories of what others wrote.
const FOREIGN: &[&str] = &["node_modules", "vendor", "site-packages", "target", "venv"];

/// What django.contrib.postgres calls them.
const DJANGO: &[(&str, &str)] = &[
    ("BloomExtension(", "bloom"),
    ("BtreeGinExtension(", "btree_gin"),
    ("BtreeGistExtension(", "btree_gist"),
    ("CITextExtension(", "citext"),
    ("CryptoExtension(", "pgcrypto"),
    ("HStoreExtension(", "hstore"),
    ("TrigramExtension(", "pg_trgm"),
    ("UnaccentExtension(", "unaccent"),
];

/// The extensions, each with the lines that ask for it.
pub(super) fn asked_for(world: &World, directory: &str) -> Said {
    let mut out = Said::new();
    let own = |e: &ignore::DirEntry| !FOREIGN.contains(&e.file_name().to_string_lossy().as_ref());
    let walk = WalkBuilder::new(directory).filter_entry(own).build().flatten();
    let files =
        walk.filter(|e| e.file_type().is_some_and(|t| t.is_file())).map(|e| discover::shown(e.path()));
    for path in files.filter(|path| is_migration(path)).take(FILES) {
        let Ok(bytes) = world.read(&path, MAX, start::PATIENCE) else { continue };
        if bytes.len() > MAX {
            continue;
        }
        for (index, line) in String::from_utf8_lossy(&bytes).lines().enumerate() {
            for name in names(line) {
                say(&mut out, name, format!("{}:{}", clean::line(&path), index + 1));
            }
        }
    }
    out
}

/// SQL anywhere; Python and Ruby where migrations lie; Prisma's schema and Rails'.
fn is_migration(path: &str) -> bool {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    let below = |words: &[&str]| path.split(['/', '\\']).rev().skip(1).any(|part| words.contains(&part));
    match name.rsplit_once('.').map_or("", |(_, kind)| kind) {
        "sql" | "prisma" => true,
        "py" | "rb" | "exs" => {
            name == "schema.rb" || below(&["migrations", "migrate", "alembic", "versions"])
        }
        _ => false,
    }
}

/// The names of extensions in one line of a migration.
fn names(line: &str) -> Vec<&'static str> {
    let line = line.trim();
    if line.starts_with("--") || line.starts_with('#') || line.starts_with("//") {
        return Vec::new();
    }
    let mut out: Vec<&str> =
        DJANGO.iter().filter(|(class, _)| line.contains(class)).map(|(_, name)| *name).collect();
    let lower = line.to_ascii_lowercase();
    for start in ["create extension", "enable_extension", "createextension(", "extensions"] {
        let Some(at) = lower.find(start) else { continue };
        let rest = &lower[at + start.len()..];
        let rest = rest.trim_start().strip_prefix("if not exists").unwrap_or(rest);
        let words = rest.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-')));
        let words = words.filter(|word| !word.is_empty());
        // Prisma lists them in one line, and its schema names a property `extensions`; the others name one.
        if start == "extensions" {
            let list = rest.trim_start().strip_prefix('=').is_some_and(|list| list.contains('['));
            out.extend(words.filter(|_| list).filter_map(extension::known));
        } else {
            out.extend(words.take(1).filter_map(extension::known));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extensions_in_their_forms() {
        for (line, expected) in [
            ("CREATE EXTENSION IF NOT EXISTS pg_trgm;", &["pg_trgm"][..]),
            ("op.execute('create extension \"uuid-ossp\"')", &["uuid-ossp"]),
            ("        TrigramExtension(),", &["pg_trgm"]),
            ("CreateExtension('postgis'),", &["postgis"]),
            ("  enable_extension \"citext\"", &["citext"]),
            ("  extensions = [pg_trgm, vector(schema: \"public\")]", &["pg_trgm", "vector"]),
            ("-- CREATE EXTENSION pg_trgm;", &[]),
            ("CREATE EXTENSION hunter2hunter2;", &[]),
            ("DROP EXTENSION pg_trgm;", &[]),
            ("EXTENSIONS: pg_trgm", &[]),
            ("create extension", &[]),
        ] {
            assert_eq!(names(line), expected, "{line}");
        }
        assert!(is_migration("app/migrations/0001_initial.py") && is_migration("db/schema.rb"));
        assert!(!is_migration("app/models.py") && !is_migration("README"));
    }
}
