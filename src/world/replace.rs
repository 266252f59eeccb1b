//! Writes a file anew: all of it or nothing, and only while it still holds what was read.

use super::read_bounded;
use std::{
    ffi::OsString,
    fmt,
    fs::{self, File, Metadata, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

/// A file that was not written; it holds what it held.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct WriteError {
    /// As it was named.
    pub(crate) path: String,
    /// Why not.
    pub(crate) reason: Unwritable,
}

/// Why a file was not written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Unwritable {
    /// It is gone.
    Missing,
    /// A directory, a pipe or a device.
    NoFile,
    /// Its mode lets nobody write.
    ReadOnly,
    /// It has more than one name, which a new file in its place would tear apart.
    Linked,
    /// It holds something else than what was read.
    Changed,
    /// This user may not write it, or not make a file beside it.
    Forbidden,
    /// Something else.
    Other(io::ErrorKind),
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = &self.path;
        match self.reason {
            Unwritable::Missing => write!(f, "`{path}` is gone since it was read; it was not written"),
            Unwritable::NoFile => write!(f, "`{path}` is no regular file; it was not written"),
            Unwritable::ReadOnly => write!(f, "`{path}` is read-only; it was not written"),
            Unwritable::Linked => {
                write!(f, "`{path}` is one of several hard links to a file; it was not written")
            }
            Unwritable::Changed => write!(f, "`{path}` was changed since it was read; it was not written"),
            Unwritable::Forbidden => write!(f, "`{path}` or its directory may not be written by this user"),
            Unwritable::Other(kind) => write!(f, "`{path}` cannot be written: {kind}"),
        }
    }
}

/// Puts a new file with `after` in the place of one that holds `before`, with its mode and, where this user may, its
/// owner. A symbolic link stays one: its target is replaced.
pub(super) fn replace(path: &Path, before: &[u8], after: &[u8]) -> Result<(), Unwritable> {
    let target = path.canonicalize().map_err(|e| reason(&e))?;
    let metadata = fs::metadata(&target).map_err(|e| reason(&e))?;
    if !metadata.is_file() {
        return Err(Unwritable::NoFile);
    }
    if metadata.permissions().readonly() {
        return Err(Unwritable::ReadOnly);
    }
    if is_linked(&metadata) {
        return Err(Unwritable::Linked);
    }
    // Renaming needs no right to the file itself, so that it is asked for here.
    OpenOptions::new().append(true).open(&target).map_err(|e| reason(&e))?;
    if unchanged(&target, before).is_err() && unchanged(&target, after).is_ok() {
        // The same file by another name was written before.
        return Ok(());
    }
    unchanged(&target, before)?;
    let (beside, file) = create_beside(&target, 0o600)?;
    let done = fill(file, &metadata, after)
        .map_err(|e| reason(&e))
        .and_then(|()| unchanged(&target, before))
        .and_then(|()| fs::rename(&beside, &target).map_err(|e| reason(&e)));
    if done.is_err() {
        let _stays = fs::remove_file(&beside);
    } else if let Some(directory) = target.parent() {
        // The new name must outlive a crash; not every file system can promise that.
        let _unsynced = open(directory).and_then(|d| d.sync_all());
    }
    done
}

fn reason(error: &io::Error) -> Unwritable {
    match error.kind() {
        io::ErrorKind::NotFound => Unwritable::Missing,
        io::ErrorKind::PermissionDenied => Unwritable::Forbidden,
        io::ErrorKind::ReadOnlyFilesystem => Unwritable::ReadOnly,
        kind => Unwritable::Other(kind),
    }
}

fn unchanged(target: &Path, before: &[u8]) -> Result<(), Unwritable> {
    let now = read_bounded(target, before.len()).map_err(|e| reason(&e))?;
    if now == before { Ok(()) } else { Err(Unwritable::Changed) }
}

/// Puts a new file where there is none.
pub(super) fn create(path: &Path, bytes: &[u8]) -> Result<(), Unwritable> {
    let (beside, mut file) = create_beside(path, 0o666)?;
    let free = |()| match fs::symlink_metadata(path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
        _ => Err(Unwritable::Changed),
    };
    let written = file.write_all(bytes).and_then(|()| file.sync_all()).map_err(|e| reason(&e));
    let done = written.and_then(free).and_then(|()| fs::rename(&beside, path).map_err(|e| reason(&e)));
    if done.is_err() {
        let _stays = fs::remove_file(&beside);
    }
    done
}

/// A new file in the same directory, of this mode as far as the user's mask lets it. Its name begins with that of the
/// file, so that what is ignored by git for its name stays so.
#[cfg_attr(not(unix), expect(unused_variables, reason = "modes are those of Unix"))]
fn create_beside(target: &Path, mode: u32) -> Result<(PathBuf, File), Unwritable> {
    for turn in 0..16 {
        let mut name = target.file_name().map(OsString::from).unwrap_or_default();
        name.push(format!(".pgward-{turn}"));
        let beside = target.with_file_name(name);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
        match options.open(&beside) {
            Ok(file) => return Ok((beside, file)),
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Err(Unwritable::Missing),
            Err(e) => return Err(reason(&e)),
        }
    }
    Err(Unwritable::Other(io::ErrorKind::AlreadyExists))
}

fn fill(mut file: File, like: &Metadata, bytes: &[u8]) -> io::Result<()> {
    file.write_all(bytes)?;
    own(&file, like)?;
    file.set_permissions(like.permissions())?;
    file.sync_all()
}

/// Gives the file the owner and group of another, the group alone where the owner may not be given. Without its group
/// a service may no longer read it, and another group could: that fails.
#[cfg(unix)]
fn own(file: &File, like: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt as _, fchown};
    let now = file.metadata()?;
    if (now.uid(), now.gid()) == (like.uid(), like.gid()) {
        return Ok(());
    }
    fchown(file, Some(like.uid()), Some(like.gid())).or_else(|_| fchown(file, None, Some(like.gid())))
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "as its twin")]
fn own(_: &File, _: &Metadata) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn is_linked(metadata: &Metadata) -> bool {
    std::os::unix::fs::MetadataExt::nlink(metadata) > 1
}

#[cfg(not(unix))]
fn is_linked(_: &Metadata) -> bool {
    false
}

#[expect(clippy::disallowed_methods, reason = "a directory, to be synchronised")]
fn open(directory: &Path) -> io::Result<File> {
    File::open(directory)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directory() -> tempfile::TempDir {
        tempfile::tempdir().expect("a directory")
    }

    #[test]
    fn what_changed_in_between_is_left_alone() {
        let dir = directory();
        let path = dir.path().join(".env");
        fs::write(&path, "A=2\n").expect("written");
        assert_eq!(replace(&path, b"A=1\n", b"B=1\n"), Err(Unwritable::Changed));
        assert_eq!(replace(&path, b"A=2", b"B=1\n"), Err(Unwritable::Changed));
        assert_eq!(fs::metadata(&path).expect("it").len(), 4);
        assert_eq!(fs::read_dir(dir.path()).expect("it").count(), 1, "nothing is left beside it");
        fs::remove_file(&path).expect("removed");
        assert_eq!(replace(&path, b"A=2\n", b"B=1\n"), Err(Unwritable::Missing));
        assert_eq!(replace(dir.path(), b"", b"B=1\n"), Err(Unwritable::NoFile));
        assert_eq!(fs::read_dir(dir.path()).expect("it").count(), 0);
    }

    #[test]
    fn files_that_lie_in_the_way_stay() {
        let dir = directory();
        let path = dir.path().join(".env");
        fs::write(&path, "A=1\n").expect("written");
        for turn in 0..16 {
            fs::write(dir.path().join(format!(".env.pgward-{turn}")), "mine").expect("written");
        }
        let exists = Err(Unwritable::Other(io::ErrorKind::AlreadyExists));
        assert_eq!(replace(&path, b"A=1\n", b"A=2\n"), exists);
        assert_eq!(fs::read_dir(dir.path()).expect("it").count(), 17);
    }
}
