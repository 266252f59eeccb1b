//! One directory of a walk: what stands in it, what of that is read, and where the walk goes on.

use super::{
    super::{
        ReadError, Unreadable, beside,
        ignored::{Origin, Rules, Said},
        reason,
        regular::{read_begun, read_regular},
    },
    Directory, Reader, Shared, Visitor, Walked, Want, lock,
};
use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
    sync::atomic::Ordering,
};

/// Lists one directory, reads the wanted files in it, and says which directories are below.
pub(super) fn visit<V: Visitor>(
    directory: &Directory,
    shared: &Shared<V>,
    reader: &Reader,
    buffer: &mut Vec<u8>,
    out: &mut Walked<V::Kept>,
) -> Vec<Directory> {
    let visitor = shared.visitor.as_ref();
    let say = |path: &str| {
        let mut at = lock(&reader.at);
        at.clear();
        at.push_str(path);
        reader.steps.fetch_add(1, Ordering::Release);
    };
    say(if directory.shown.is_empty() { "." } else { &directory.shown });
    let entries = match fs::read_dir(&directory.path) {
        Ok(entries) => entries,
        Err(error) => {
            let path = directory.shown.trim_end_matches('/').to_owned();
            out.failed.push(ReadError { path, reason: reason(&error) });
            return Vec::new();
        }
    };
    let (mut files, mut directories, mut sources) = (Vec::new(), Vec::new(), BTreeSet::new());
    let mut shown = directory.shown.clone();
    for entry in entries.flatten() {
        let name = entry.file_name();
        let shown_name = name.to_string_lossy();
        let Ok(kind) = entry.file_type() else { continue };
        if let Some(known) = Rules::source(&shown_name) {
            sources.insert(known);
        }
        shown.truncate(directory.shown.len());
        shown.push_str(&shown_name);
        if kind.is_dir() {
            if visitor.enters(&shown, &shown_name) {
                shown.push('/');
                directories.push((shown.clone(), name));
            }
        } else if let Some((want, told)) = visitor.wants(&shown) {
            files.push((shown.clone(), name, kind, want, told));
        }
    }
    if sources.contains(&Origin::Git) {
        out.roots.push(directory.shown.clone());
    }
    let asked = directory.rules.is_some() || !sources.is_empty();
    let absolute = if asked { shared.absolute(&directory.path) } else { PathBuf::new() };
    let rules = Rules::at(&absolute, directory.rules.as_ref(), &sources);
    let said = |name: &std::ffi::OsStr, is_directory| match &rules {
        None => Said::Open,
        Some(rules) => {
            let path = beside(&absolute, name);
            if directory.ignored && !rules.tracks(&path, is_directory) {
                return Said::Ignored;
            }
            rules.say(&path, is_directory)
        }
    };
    // A directory with so many of them holds data.
    let scripts = files.iter().filter(|(.., want, _)| matches!(want, Want::Script { .. })).count() <= SCRIPTS;
    for (shown, name, kind, want, told) in files {
        let script = matches!(want, Want::Script { .. });
        if script && !scripts {
            continue;
        }
        // Below a directory that is passed over an env file is passed over too.
        if (want != Want::Always || directory.ignored) && said(&name, false) == Said::Ignored {
            continue;
        }
        let path = beside(&directory.path, &name);
        say(&shown);
        // What a link leads to may be anything.
        let kind = if kind.is_symlink() { fs::metadata(&path).map(|m| m.file_type()) } else { Ok(kind) };
        match kind {
            Ok(kind) if kind.is_file() => {
                if want == (Want::Script { among: false }) && !may_run(&path) {
                    continue;
                }
            }
            // A directory of such a name behind a link is none of the tree's.
            Ok(kind) if kind.is_dir() => continue,
            // Nobody says that it is a script.
            _ if script => continue,
            Ok(_) => {
                out.failed.push(ReadError { path: shown, reason: Unreadable::Irregular });
                continue;
            }
            // A link that is good elsewhere matters where secrets are kept.
            Err(_) => {
                let error = ReadError { path: shown, reason: Unreadable::Dangling };
                out.failed.extend((want == Want::Always).then_some(error));
                continue;
            }
        }
        match read(visitor, &path, script, buffer) {
            Ok(true) => out.kept.extend(visitor.look(shown, told, buffer)),
            Ok(false) => {}
            Err(_) if script => {}
            Err(error) => out.failed.push(ReadError { path: shown, reason: reason(&error) }),
        }
    }
    let below = directories.into_iter().filter_map(|(shown, name)| {
        let said = said(&name, true);
        let directory = || Directory {
            path: beside(&directory.path, &name),
            shown,
            rules: rules.clone(),
            ignored: directory.ignored || said == Said::Tracked,
        };
        (said != Said::Ignored).then(directory)
    });
    below.collect()
}

/// With more files in one directory that might be scripts none of them is looked at.
const SCRIPTS: usize = 128;

/// Whether somebody may run a file.
#[cfg(unix)]
fn may_run(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).is_ok_and(|facts| facts.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn may_run(_: &Path) -> bool {
    false
}

/// Reads a regular file into a buffer that is used again; of what may be a script no more than its beginning, unless that is
/// wanted. Whether all of it was read. A pipe that took its place meanwhile is not waited for.
fn read<V: Visitor>(visitor: &V, path: &Path, script: bool, buffer: &mut Vec<u8>) -> io::Result<bool> {
    buffer.clear();
    let read = if script {
        read_begun(path, V::LIMIT, buffer, &|bytes| visitor.begins(bytes))?
    } else {
        read_regular(path, V::LIMIT, buffer)?.then_some(true)
    };
    read.ok_or_else(|| io::ErrorKind::InvalidInput.into())
}
