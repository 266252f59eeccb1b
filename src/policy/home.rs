//! Where a policy stands: a file of its own, or a table of a manifest that other tools read too.

use std::ops::Range;
use toml::de::{DeTable, DeValue};

/// The files that a directory may say its policy in, the first of them that does wins.
pub const HOMES: &[&str] = &["pgward.toml", "pyproject.toml", "Cargo.toml"];

/// The kind of file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Home {
    /// pgward.toml, or whatever `--config` names.
    Own,
    /// `[tool.pgward]` of pyproject.toml.
    Pyproject,
    /// `[package.metadata.pgward]` or `[workspace.metadata.pgward]` of Cargo.toml.
    Cargo,
}

impl Home {
    /// By the name of the file.
    pub(super) fn of(path: &str) -> Self {
        match path.rsplit(['/', '\\']).next() {
            Some("pyproject.toml") => Self::Pyproject,
            Some("Cargo.toml") => Self::Cargo,
            _ => Self::Own,
        }
    }

    /// Whether bytes that could not be parsed were to say a policy: what is wrong with another tool's file is that
    /// tool's to say.
    pub(super) fn mentioned(self, bytes: &[u8]) -> bool {
        let has = |word: &[u8]| bytes.windows(word.len()).any(|w| w == word);
        match self {
            Self::Own => true,
            Self::Pyproject => has(b"tool.pgward"),
            Self::Cargo => has(b"metadata.pgward"),
        }
    }

    /// The table that is the policy; none where there is none.
    ///
    /// # Errors
    /// Place and reason, where the same file says it twice or says something else than a table.
    pub(super) fn table<'t, 'i>(
        self,
        document: &'t DeTable<'i>,
    ) -> Result<Option<&'t DeTable<'i>>, (Range<usize>, &'static str)> {
        let ways: &[&[&str]] = match self {
            Self::Own => return Ok(Some(document)),
            Self::Pyproject => &[&["tool", "pgward"]],
            Self::Cargo => &[&["package", "metadata", "pgward"], &["workspace", "metadata", "pgward"]],
        };
        let mut found = None;
        for way in ways {
            let Some((value, place)) = walk(document, way) else { continue };
            let DeValue::Table(table) = value else { return Err((place, "a table is expected here")) };
            if found.is_some() {
                return Err((place, "the package has a policy already; one file says it once"));
            }
            found = Some(table);
        }
        Ok(found)
    }
}

fn walk<'t, 'i>(document: &'t DeTable<'i>, way: &[&str]) -> Option<(&'t DeValue<'i>, Range<usize>)> {
    let (last, above) = way.split_last()?;
    let mut table = document;
    for name in above {
        table = table.get(*name)?.get_ref().as_table()?;
    }
    let (key, value) = table.iter().find(|(key, _)| key.get_ref() == last)?;
    Some((value.get_ref(), key.span()))
}
