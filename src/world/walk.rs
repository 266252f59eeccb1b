//! Walks a tree on several threads and reads the files of it that are wanted. Each directory is listed once. Nothing but
//! regular files is opened, and a file that gives nothing in time is left behind with the thread that reads it.

use super::{ReadError, Unreadable, ignored::Rules};
use std::{
    collections::BTreeSet,
    fs,
    io::{self, Read as _},
    path::{Path, PathBuf},
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
        mpsc::{self, RecvTimeoutError, Sender},
    },
    thread,
    time::Duration,
};

/// What is wanted of a tree. It is asked on several threads.
pub(crate) trait Visitor: Send + Sync + 'static {
    /// What is kept of a file.
    type Kept: Send + 'static;

    /// Whether a directory below the first one is entered.
    fn enters(&self, path: &str, name: &str) -> bool;

    /// Whether a file is read.
    fn wants(&self, path: &str) -> Want;

    /// Looks at the bytes of a file: at most one more than [`Visitor::LIMIT`].
    fn look(&self, path: String, bytes: &[u8]) -> Option<Self::Kept>;

    /// So many bytes of a file are read, and one more if there are more.
    const LIMIT: usize;
}

/// Whether a file is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Want {
    /// It is not.
    No,
    /// It is, unless an ignore rule names it.
    Visible,
    /// It is in any case.
    Always,
}

/// What was found, in no order.
pub(crate) struct Walked<T> {
    /// What the visitor kept.
    pub(crate) kept: Vec<T>,
    /// What could not be listed or read.
    pub(crate) failed: Vec<ReadError>,
}

/// A directory that waits for its turn.
struct Directory {
    path: PathBuf,
    /// What stands before the names in it when a path is shown.
    shown: String,
    /// From the root of the file system, for ignore rules.
    absolute: PathBuf,
    rules: Option<Arc<Rules>>,
}

#[derive(Default)]
struct Queue {
    waiting: Vec<Directory>,
    /// Directories that threads are at.
    busy: usize,
}

/// What the threads share.
struct Shared<V> {
    visitor: Arc<V>,
    queue: Mutex<Queue>,
    changed: Condvar,
}

/// One thread, as the one that waits for it sees it.
#[derive(Default)]
struct Reader {
    /// What is being read; empty while it waits.
    at: Mutex<String>,
    /// Grows with each step.
    steps: AtomicUsize,
    /// Nobody waits for it any longer.
    left: AtomicBool,
}

/// Of one directory.
struct Batch<T> {
    kept: Vec<T>,
    failed: Vec<ReadError>,
}

/// Walks from a directory. `shown` stands before the names in it; `patience` is how long one step of a thread may take;
/// `progress` hears how many were kept.
pub(crate) fn walk<V: Visitor>(
    root: &Path,
    shown: &str,
    visitor: &Arc<V>,
    patience: Duration,
    progress: &dyn Fn(usize),
) -> Walked<V::Kept> {
    // Two processors are often two halves of one.
    let most = thread::available_parallelism().map_or(1, |n| (n.get() / 2).clamp(1, 8));
    walk_on(most, root, shown, visitor, patience, progress)
}

fn walk_on<V: Visitor>(
    most: usize,
    root: &Path,
    shown: &str,
    visitor: &Arc<V>,
    patience: Duration,
    progress: &dyn Fn(usize),
) -> Walked<V::Kept> {
    let mut out = Walked { kept: Vec::new(), failed: Vec::new() };
    let absolute = std::path::absolute(root).unwrap_or_else(|_| root.to_path_buf());
    let rules = Rules::above(&absolute);
    let first = Directory { path: root.to_path_buf(), shown: shown.to_owned(), absolute, rules };
    let queue = Mutex::new(Queue { waiting: vec![first], busy: 0 });
    let shared = Arc::new(Shared { visitor: visitor.clone(), queue, changed: Condvar::new() });
    let (send, receive) = mpsc::channel();
    let mut readers: Vec<Arc<Reader>> = Vec::new();
    let mut seen: Vec<usize> = Vec::new();
    let start = |readers: &mut Vec<Arc<Reader>>| {
        let (reader, shared, send) = (Arc::new(Reader::default()), shared.clone(), send.clone());
        readers.push(reader.clone());
        thread::spawn(move || read_on(&reader, &shared, &send));
    };
    start(&mut readers);
    loop {
        match receive.recv_timeout(patience) {
            Ok(Some(batch)) => {
                let Batch { kept, failed } = batch;
                out.kept.extend(kept);
                out.failed.extend(failed);
                progress(out.kept.len());
                // A small tree is not worth a second thread.
                if readers.len() < most && lock(&shared.queue).waiting.len() > FEW {
                    start(&mut readers);
                }
            }
            // The last of them has found nothing more to do.
            Ok(None) | Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {
                seen.resize(readers.len(), usize::MAX);
                for i in 0..readers.len() {
                    let reader = readers[i].clone();
                    let steps = reader.steps.load(Ordering::Acquire);
                    let path = lock(&reader.at).clone();
                    let stuck = !path.is_empty() && seen[i] == steps;
                    seen[i] = steps;
                    if stuck && !reader.left.swap(true, Ordering::AcqRel) {
                        out.failed.push(ReadError { path, reason: Unreadable::Silent });
                        start(&mut readers);
                        let mut queue = lock(&shared.queue);
                        queue.busy -= 1;
                        shared.changed.notify_all();
                    }
                }
            }
        }
    }
    // What was sent before the end.
    for batch in receive.try_iter().flatten() {
        out.kept.extend(batch.kept);
        out.failed.extend(batch.failed);
    }
    out
}

/// With fewer directories waiting no further thread is started.
const FEW: usize = 16;

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Takes directories until none is left and nobody is at one; the last says so.
fn read_on<V: Visitor>(reader: &Reader, shared: &Shared<V>, send: &Sender<Option<Batch<V::Kept>>>) {
    let mut buffer = Vec::with_capacity(1 << 16);
    loop {
        let directory = {
            let mut queue = lock(&shared.queue);
            loop {
                if let Some(directory) = queue.waiting.pop() {
                    queue.busy += 1;
                    break directory;
                }
                if queue.busy == 0 {
                    shared.changed.notify_all();
                    drop(send.send(None));
                    return;
                }
                queue = shared.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
            }
        };
        let mut batch = Batch { kept: Vec::new(), failed: Vec::new() };
        let below = visit(&directory, shared.visitor.as_ref(), reader, &mut buffer, &mut batch);
        lock(&reader.at).clear();
        if reader.left.load(Ordering::Acquire) {
            return;
        }
        drop(send.send(Some(batch)));
        let mut queue = lock(&shared.queue);
        queue.busy -= 1;
        let more = !below.is_empty();
        queue.waiting.extend(below);
        if more || queue.busy == 0 {
            shared.changed.notify_all();
        }
    }
}

/// Lists one directory, reads the wanted files in it, and says which directories are below.
fn visit<V: Visitor>(
    directory: &Directory,
    visitor: &V,
    reader: &Reader,
    buffer: &mut Vec<u8>,
    batch: &mut Batch<V::Kept>,
) -> Vec<Directory> {
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
            batch.failed.push(ReadError { path, reason: reason(&error) });
            return Vec::new();
        }
    };
    let (mut files, mut directories, mut sources) = (Vec::new(), Vec::new(), BTreeSet::new());
    for entry in entries.flatten() {
        let name = entry.file_name();
        let shown_name = name.to_string_lossy();
        let Ok(kind) = entry.file_type() else { continue };
        if let Some(known) = Rules::source(&shown_name) {
            sources.insert(known);
        }
        let shown = format!("{}{shown_name}", directory.shown);
        if kind.is_dir() {
            if visitor.enters(&shown, &shown_name) {
                directories.push((shown, name));
            }
            continue;
        }
        match visitor.wants(&shown) {
            Want::No => {}
            want => files.push((shown, name, kind, want)),
        }
    }
    let rules = Rules::at(&directory.absolute, directory.rules.as_ref(), &sources);
    let ignored = |name: &std::ffi::OsStr, is_directory| {
        rules.as_ref().is_some_and(|rules| rules.ignores(&directory.absolute.join(name), is_directory))
    };
    for (shown, name, kind, want) in files {
        if want == Want::Visible && ignored(&name, false) {
            continue;
        }
        let path = directory.path.join(&name);
        say(&shown);
        // What a link leads to may be anything.
        let kind = if kind.is_symlink() { fs::metadata(&path).map(|m| m.file_type()) } else { Ok(kind) };
        match kind {
            Ok(kind) if kind.is_file() => {}
            // A directory of such a name behind a link is none of the tree's.
            Ok(kind) if kind.is_dir() => continue,
            Ok(_) => {
                batch.failed.push(ReadError { path: shown, reason: Unreadable::Irregular });
                continue;
            }
            // A link that is good elsewhere matters where secrets are kept.
            Err(_) => {
                let error = ReadError { path: shown, reason: Unreadable::Dangling };
                batch.failed.extend((want == Want::Always).then_some(error));
                continue;
            }
        }
        match read(&path, V::LIMIT, buffer) {
            Ok(()) => batch.kept.extend(visitor.look(shown, buffer)),
            Err(error) => batch.failed.push(ReadError { path: shown, reason: reason(&error) }),
        }
    }
    let below = directories.into_iter().filter(|(_, name)| !ignored(name, true));
    let below = below.map(|(shown, name)| Directory {
        path: directory.path.join(&name),
        shown: shown + "/",
        absolute: directory.absolute.join(&name),
        rules: rules.clone(),
    });
    below.collect()
}

fn reason(error: &io::Error) -> Unreadable {
    match error.kind() {
        io::ErrorKind::NotFound => Unreadable::Missing,
        io::ErrorKind::IsADirectory => Unreadable::Directory,
        io::ErrorKind::PermissionDenied => Unreadable::Forbidden,
        kind => Unreadable::Other(kind),
    }
}

/// Reads a regular file into a buffer that is used again. A pipe that took its place meanwhile is not waited for.
fn read(path: &Path, limit: usize, buffer: &mut Vec<u8>) -> io::Result<()> {
    buffer.clear();
    let file = open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    file.take(limit as u64 + 1).read_to_end(buffer)?;
    Ok(())
}

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

#[cfg(test)]
mod tests {
    use super::*;

    struct All;

    impl Visitor for All {
        type Kept = String;

        const LIMIT: usize = 64;

        fn enters(&self, _: &str, name: &str) -> bool {
            name != "not"
        }

        fn wants(&self, _: &str) -> Want {
            Want::Always
        }

        fn look(&self, path: String, bytes: &[u8]) -> Option<String> {
            (bytes == path.as_bytes()).then_some(path)
        }
    }

    #[test]
    fn any_number_of_threads_finds_the_same() {
        let root = tempfile::tempdir().expect("a directory");
        let mut wanted = Vec::new();
        for i in 0..400 {
            for (directory, entered) in
                [(format!("a{}/b{i}", i % 7), true), (format!("a{}/not", i % 7), false)]
            {
                let path = format!("{directory}/{i}.env");
                fs::create_dir_all(root.path().join(&directory)).expect("directories");
                fs::write(root.path().join(&path), &path).expect("a file");
                wanted.extend(entered.then_some(path));
            }
        }
        wanted.sort();
        for threads in [1, 2, 5] {
            let Walked { mut kept, failed } =
                walk_on(threads, root.path(), "", &Arc::new(All), Duration::from_secs(20), &|_| ());
            kept.sort();
            assert!(kept == wanted && failed.is_empty(), "{threads}: {} of {}", kept.len(), wanted.len());
        }
    }
}
