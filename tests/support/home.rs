//! libpq's files as they are on the disk of a test, with a home directory of its own.

use pgward::unstable::settings::{FileFacts, LibpqFiles};
use std::{fs, os::unix::fs::MetadataExt, path::Path};

/// Reads what is there; the home directory is a test's.
pub(crate) fn files(home: &Path) -> LibpqFiles {
    LibpqFiles {
        home: home.to_str().map(str::to_owned),
        user: Box::new(|| None),
        look: Box::new(|path| {
            let facts = fs::metadata(path).ok()?;
            Some(FileFacts {
                bytes: if facts.is_file() { fs::read(path).ok() } else { None },
                regular: facts.is_file(),
                directory: facts.is_dir(),
                mode: facts.mode() & 0o7777,
                owner: facts.uid(),
            })
        }),
        read: Box::new(|path| fs::read(path).map_err(|e| e.kind())),
        list: Box::new(|path| {
            let entries = fs::read_dir(path).map_err(|e| e.kind())?;
            Ok(entries.flatten().filter_map(|e| e.file_name().into_string().ok()).collect())
        }),
        ..LibpqFiles::default()
    }
}
