//! Regular files, which are read at once: on disks of this machine none keeps its reader waiting, so that no thread is
//! needed to leave one behind.

use std::{
    fs,
    io::{self, Read as _},
    path::Path,
};

/// Reads a file to the end of a buffer, at most `limit` bytes and one more, if it is a regular one. Anything else is
/// neither read nor waited for.
pub(super) fn read_regular(path: &Path, limit: usize, buffer: &mut Vec<u8>) -> io::Result<bool> {
    let Some((file, size)) = regular(path)? else { return Ok(false) };
    read_on(file, size, limit, buffer)?;
    Ok(true)
}

/// The same of a file whose first bytes are wanted: of any other no more than these is read. Whether they are; none of what
/// is no regular file.
pub(super) fn read_begun(
    path: &Path,
    limit: usize,
    buffer: &mut Vec<u8>,
    wanted: &dyn Fn(&[u8]) -> bool,
) -> io::Result<Option<bool>> {
    let Some((mut file, size)) = regular(path)? else { return Ok(None) };
    file.by_ref().take(BEGINNING).read_to_end(buffer)?;
    if !wanted(buffer) {
        return Ok(Some(false));
    }
    read_on(file, size, limit.saturating_sub(buffer.len()), buffer)?;
    Ok(Some(true))
}

/// So many bytes say how a file begins.
const BEGINNING: u64 = 256;

/// A regular file, and how long it is.
fn regular(path: &Path) -> io::Result<Option<(fs::File, u64)>> {
    let file = open(path)?;
    let facts = file.metadata()?;
    Ok(facts.is_file().then_some((file, facts.len())))
}

fn read_on(file: fs::File, size: u64, limit: usize, buffer: &mut Vec<u8>) -> io::Result<()> {
    // With room for one byte more, the end is met without another piece of memory.
    let size = usize::try_from(size).unwrap_or(usize::MAX).min(limit).saturating_add(1);
    buffer.reserve(size.max(LEAST));
    file.take(limit as u64 + 1).read_to_end(buffer)?;
    Ok(())
}

/// What the standard library does not take for a small buffer that it had better try first.
const LEAST: usize = 64;

#[cfg(unix)]
fn open(path: &Path) -> io::Result<fs::File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let flags = rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::NOCTTY;
    let flags = i32::try_from(flags.bits()).unwrap_or_default();
    fs::OpenOptions::new().read(true).custom_flags(flags).open(path)
}

#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<fs::File> {
    fs::OpenOptions::new().read(true).open(path)
}

/// Whether what is here lies on a disk or in the memory of this machine, as far as that is known: a server that has gone,
/// or a program behind FUSE, may keep a reader waiting for ever.
#[cfg(target_os = "linux")]
pub(super) fn is_near(path: &Path) -> bool {
    rustix::fs::statfs(path).is_ok_and(|facts| NEAR.contains(&(i128::from(facts.f_type) & 0xffff_ffff)))
}

#[cfg(not(target_os = "linux"))]
pub(super) fn is_near(_: &Path) -> bool {
    false
}

/// The numbers of file systems in statfs(2): ext2 to ext4, XFS, Btrfs, tmpfs, overlayfs, F2FS, ZFS, bcachefs.
#[cfg(target_os = "linux")]
const NEAR: [i128; 8] =
    [0xef53, 0x5846_5342, 0x9123_683e, 0x0102_1994, 0x794c_7630, 0xf2f5_2010, 0x2fc1_2fc1, 0xca45_1a4e];
