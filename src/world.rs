//! The only reader of the environment and of files, and the only writer of what was read. Hands over bytes and facts;
//! judges nothing.

#[cfg(feature = "cli")]
mod git;
#[cfg(feature = "cli")]
mod ignored;
#[cfg(feature = "cli")]
mod index;
#[cfg(feature = "cli")]
mod regular;
#[cfg(feature = "cli")]
mod replace;
#[cfg(feature = "cli")]
mod walk;

#[cfg(feature = "cli")]
pub(crate) use git::{Above, Kept, Listed, kept};
#[cfg(feature = "cli")]
pub(crate) use replace::WriteError;
#[cfg(feature = "cli")]
pub(crate) use walk::{Visitor, Walked, Want, walk};

use std::{
    collections::BTreeMap,
    fmt, fs,
    io::{self, Read as _},
    path::{Path, PathBuf},
    sync::{OnceLock, mpsc},
    thread,
    time::{Duration, SystemTime},
};

/// A file that was asked for and could not be read. Names the path and the reason.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReadError {
    /// As it was asked for.
    pub path: String,
    /// What is the matter.
    pub reason: Unreadable,
}

/// Why a file could not be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Unreadable {
    /// There is none.
    Missing,
    /// It is a directory.
    Directory,
    /// A pipe, a socket or a device among the files of a tree.
    Irregular,
    /// A link that leads nowhere.
    Dangling,
    /// This user may not.
    Forbidden,
    /// A pipe or a network file that gave nothing in time.
    Silent,
    /// Its bytes are no UTF-8; the line of the first that is not.
    NotUtf8(usize),
    /// Larger than what is read.
    TooLarge,
    /// Something else.
    Other(io::ErrorKind),
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A URL or `password=…` in the place of a path is no path.
        let odd = self.reason == Unreadable::Missing && self.path.contains(['@', '=', ':']);
        let path = &self.path;
        match self.reason {
            Unreadable::Missing if odd => {
                f.write_str("there is no file of the name that was given, which looks like no path")
            }
            Unreadable::Missing => write!(f, "there is no file `{path}`"),
            Unreadable::Directory => write!(f, "`{path}` is a directory, not a file"),
            Unreadable::Irregular => write!(f, "`{path}` is no regular file, and is not read"),
            Unreadable::Dangling => write!(f, "`{path}` is a link that leads nowhere"),
            Unreadable::Forbidden => write!(f, "`{path}` may not be read by this user"),
            Unreadable::Silent => write!(f, "`{path}` gave nothing in time"),
            Unreadable::NotUtf8(line) => write!(f, "`{path}` is not UTF-8 (line {line})"),
            Unreadable::TooLarge => write!(f, "`{path}` is larger than 4 MiB, which no env file is"),
            Unreadable::Other(kind) => write!(f, "`{path}` cannot be read: {kind}"),
        }
    }
}

impl std::error::Error for ReadError {}

/// The world of one process: its environment and its working directory.
#[derive(Clone, Debug)]
pub(crate) struct World {
    variables: OnceLock<BTreeMap<String, Vec<u8>>>,
    directory: PathBuf,
}

impl World {
    /// This process' own. Opens no file.
    pub(crate) fn of_process() -> Self {
        Self { variables: OnceLock::new(), directory: PathBuf::from(".") }
    }

    /// The environment; names that are no UTF-8 are nobody's.
    #[expect(clippy::disallowed_methods, reason = "the one reader of the environment")]
    pub(crate) fn variables(&self) -> &BTreeMap<String, Vec<u8>> {
        // Nothing of this process changes it.
        self.variables.get_or_init(|| {
            std::env::vars_os()
                .filter_map(|(key, value)| Some((key.into_string().ok()?, value.into_encoded_bytes())))
                .collect()
        })
    }

    /// A variable that is text.
    pub(crate) fn variable(&self, name: &str) -> Option<&str> {
        self.variables().get(name).and_then(|v| std::str::from_utf8(v).ok())
    }

    /// As [`World::variable`], for those who need few of them.
    #[cfg(feature = "cli")]
    #[expect(clippy::disallowed_methods, reason = "the one reader of the environment")]
    pub(crate) fn one_variable(&self, name: &str) -> Option<String> {
        match self.variables.get() {
            Some(_) => self.variable(name).map(str::to_owned),
            None => std::env::var_os(name)?.into_string().ok(),
        }
    }

    /// Whether a variable is there, whatever it holds.
    #[cfg(feature = "cli")]
    #[expect(clippy::disallowed_methods, reason = "the one reader of the environment")]
    pub(crate) fn is_set(name: &str) -> bool {
        std::env::var_os(name).is_some()
    }

    /// The present time, in seconds since 1970.
    #[expect(clippy::disallowed_methods, reason = "the one reader of the clock")]
    pub(crate) fn now() -> u64 {
        SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs())
    }

    /// What stands behind the name of the program.
    #[cfg(feature = "cli")]
    pub(crate) fn arguments() -> impl ExactSizeIterator<Item = std::ffi::OsString> {
        std::env::args_os().skip(1)
    }

    /// The environment of this process in its order, with the names that are no UTF-8.
    #[cfg(all(feature = "cli", target_os = "linux"))]
    #[expect(clippy::disallowed_methods, reason = "the one reader of the environment")]
    pub(crate) fn environment() -> Vec<(std::ffi::OsString, std::ffi::OsString)> {
        std::env::vars_os().collect()
    }

    /// The user's home directory: `HOME`, else what the system's list of users says.
    pub(crate) fn home() -> Option<String> {
        std::env::home_dir().filter(|home| !home.as_os_str().is_empty())?.into_os_string().into_string().ok()
    }

    /// The name of the user that runs this process, from the system's list of users.
    pub(crate) fn user(&self) -> Option<String> {
        let id = owner(&fs::metadata("/proc/self").ok()?).to_string();
        let list = self.read("/etc/passwd", 4 << 20, Duration::from_secs(1)).ok()?;
        let list = String::from_utf8_lossy(&list);
        let of = |line: &str| {
            let mut fields = line.split(':');
            let name = fields.next()?;
            (fields.nth(1) == Some(id.as_str())).then(|| name.to_owned())
        };
        list.lines().find_map(of)
    }

    /// A file with what its owner lets others do; none when there is none. Of what is no regular file, and of what
    /// may not be opened, there are no bytes.
    pub(crate) fn look(&self, path: &str, limit: usize, patience: Duration) -> Option<Seen> {
        let facts = fs::metadata(self.directory.join(path)).ok()?;
        let (regular, directory) = (facts.is_file(), facts.is_dir());
        let bytes = if regular { self.read(path, limit, patience).ok() } else { None };
        Some(Seen { bytes, regular, directory, mode: mode(&facts), owner: owner(&facts) })
    }

    /// The names in a directory, in no order.
    ///
    /// # Errors
    /// When it is missing, no directory, or forbidden.
    pub(crate) fn names(&self, path: &str) -> io::Result<Vec<String>> {
        let entries = fs::read_dir(self.directory.join(path))?;
        Ok(entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect())
    }

    /// Whether nothing stands here.
    #[cfg(feature = "cli")]
    pub(crate) fn misses(&self, path: &Path) -> bool {
        let facts = if path.is_absolute() {
            fs::symlink_metadata(path)
        } else {
            fs::symlink_metadata(self.directory.join(path))
        };
        facts.is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
    }

    /// Whether a regular file stands here.
    #[cfg(feature = "cli")]
    pub(crate) fn has_file(&self, path: &str) -> bool {
        self.directory.join(path).is_file()
    }

    /// The env files of the working directory, by name: `.env` and what begins with `.env.`.
    #[cfg(feature = "cli")]
    pub(crate) fn env_files(&self) -> Vec<String> {
        self.files(|n| n == ".env" || n.starts_with(".env."))
    }

    /// The files of the working directory whose names are wanted, by name.
    #[cfg(feature = "cli")]
    pub(crate) fn files(&self, wanted: impl Fn(&str) -> bool) -> Vec<String> {
        let entries = fs::read_dir(&self.directory).into_iter().flatten().flatten();
        let mut names: Vec<String> = entries
            .filter(|e| e.path().is_file())
            .filter_map(|e| e.file_name().into_string().ok())
            .filter(|n| wanted(n))
            .collect();
        names.sort();
        names
    }

    /// The whole of an env file that was named: it must be text and of a size that makes sense.
    ///
    /// # Errors
    /// As [`World::read`], and when it is no UTF-8 or larger than `limit`.
    pub(crate) fn read_text(
        &self,
        path: &str,
        limit: usize,
        patience: Duration,
    ) -> Result<Vec<u8>, ReadError> {
        let bytes = self.read(path, limit, patience)?;
        let reason = match std::str::from_utf8(&bytes) {
            _ if bytes.len() > limit => Unreadable::TooLarge,
            Ok(_) => return Ok(bytes),
            Err(error) => Unreadable::NotUtf8(bytes[..error.valid_up_to()].split(|b| *b == b'\n').count()),
        };
        Err(ReadError { path: path.to_owned(), reason })
    }

    /// Replaces a file that holds `before`, at one stroke; its mode, and where this user may, its owner stay. A
    /// symbolic link stays one.
    ///
    /// # Errors
    /// When it is read-only, gone, no regular file, or holds something else by now. Then it is as it was.
    #[cfg(feature = "cli")]
    pub(crate) fn replace(&self, path: &str, before: &[u8], after: &[u8]) -> Result<(), WriteError> {
        let full = self.directory.join(path);
        replace::replace(&full, before, after).map_err(|reason| WriteError { path: path.to_owned(), reason })
    }

    /// Makes a file that is not there, at one stroke.
    ///
    /// # Errors
    /// When something stands there by now, or the directory is missing or may not be written.
    #[cfg(feature = "cli")]
    pub(crate) fn create(&self, path: &str, bytes: &[u8]) -> Result<(), WriteError> {
        let full = self.directory.join(path);
        replace::create(&full, bytes).map_err(|reason| WriteError { path: path.to_owned(), reason })
    }

    /// The first `limit` bytes of a file, and one more if there are more. A pipe is read too (`--env-file <(…)`),
    /// but nothing waits longer than `patience`.
    ///
    /// # Errors
    /// When it is missing, a directory, forbidden, or silent.
    pub(crate) fn read(&self, path: &str, limit: usize, patience: Duration) -> Result<Vec<u8>, ReadError> {
        let full = self.directory.join(path);
        // Most files that are asked for are not there, and need no thread to be missed.
        let facts = fs::symlink_metadata(&full);
        if facts.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::NotFound) {
            return Err(ReadError { path: path.to_owned(), reason: Unreadable::Missing });
        }
        #[cfg(feature = "cli")]
        if facts.is_ok_and(|facts| facts.is_file()) && regular::is_near(&full) {
            let mut bytes = Vec::new();
            match regular::read_regular(&full, limit, &mut bytes) {
                Ok(true) => return Ok(bytes),
                // Something else took its place.
                Ok(false) => {}
                Err(error) => return Err(ReadError { path: path.to_owned(), reason: reason(&error) }),
            }
        }
        let (send, receive) = mpsc::channel();
        // The thread may outlive the call when the other end of a pipe never opens; it holds nothing else.
        thread::spawn(move || {
            let _gone = send.send(read_bounded(&full, limit));
        });
        let reason = match receive.recv_timeout(patience) {
            Ok(Ok(bytes)) => return Ok(bytes),
            Ok(Err(error)) => reason(&error),
            Err(_) => Unreadable::Silent,
        };
        Err(ReadError { path: path.to_owned(), reason })
    }
}

fn reason(error: &io::Error) -> Unreadable {
    match error.kind() {
        io::ErrorKind::NotFound => Unreadable::Missing,
        io::ErrorKind::IsADirectory => Unreadable::Directory,
        io::ErrorKind::PermissionDenied => Unreadable::Forbidden,
        kind => Unreadable::Other(kind),
    }
}

/// A name in a directory, without a second piece of memory.
#[cfg(feature = "cli")]
pub(crate) fn beside(directory: &Path, name: impl AsRef<Path>) -> PathBuf {
    let name = name.as_ref();
    let mut path = PathBuf::with_capacity(directory.as_os_str().len() + name.as_os_str().len() + 1);
    path.push(directory);
    path.push(name);
    path
}

/// What can be seen of a file.
pub(crate) struct Seen {
    /// Its first bytes; none when it was not or cannot be opened.
    pub(crate) bytes: Option<Vec<u8>>,
    /// Whether it is a regular file.
    pub(crate) regular: bool,
    /// Whether it is a directory.
    pub(crate) directory: bool,
    /// Its permission bits; where there are none, as if it were its owner's alone.
    pub(crate) mode: u32,
    /// Its owner.
    pub(crate) owner: u32,
}

#[cfg(unix)]
fn mode(facts: &fs::Metadata) -> u32 {
    std::os::unix::fs::MetadataExt::mode(facts) & 0o7777
}

#[cfg(unix)]
fn owner(facts: &fs::Metadata) -> u32 {
    std::os::unix::fs::MetadataExt::uid(facts)
}

#[cfg(not(unix))]
fn mode(_: &fs::Metadata) -> u32 {
    0o600
}

#[cfg(not(unix))]
fn owner(_: &fs::Metadata) -> u32 {
    0
}

#[expect(clippy::disallowed_methods, reason = "the one reader of files")]
fn read_bounded(path: &Path, limit: usize) -> io::Result<Vec<u8>> {
    let file = fs::File::open(path)?;
    if file.metadata()?.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    let mut bytes = Vec::new();
    file.take(limit as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}
