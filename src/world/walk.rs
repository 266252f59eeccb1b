//! Walks a tree on several threads and reads the files of it that are wanted. Each directory is listed once. Nothing but
//! regular files is opened, and a file that gives nothing in time is left behind with the thread that reads it.

mod visit;

use super::{Above, ReadError, Unreadable, ignored::Rules, regular::is_near};
use std::{
    path::{Component, Path, PathBuf},
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
        mpsc::{self, RecvTimeoutError, Sender},
    },
    thread,
    time::Duration,
};
use visit::visit;

/// What is wanted of a tree. It is asked on several threads.
pub(crate) trait Visitor: Send + Sync + 'static {
    /// What is kept of a file.
    type Kept: Send + 'static;
    /// What the path of a file tells.
    type Told;

    /// Whether a directory below the first one is entered.
    fn enters(&self, path: &str, name: &str) -> bool;

    /// Whether a file is read.
    fn wants(&self, path: &str) -> Option<(Want, Self::Told)>;

    /// Whether a file that begins with these bytes is read, where [`Want::Script`] asked for it.
    fn begins(&self, bytes: &[u8]) -> bool;

    /// Looks at the bytes of a file: at most one more than [`Visitor::LIMIT`]. It may take them.
    fn look(&self, path: String, told: Self::Told, bytes: &mut Vec<u8>) -> Option<Self::Kept>;

    /// So many bytes of a file are read, and one more if there are more.
    const LIMIT: usize;
}

/// When a file is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Want {
    /// Unless an ignore rule names it and git does not track it.
    Visible,
    /// Where its first bytes are wanted too, and it may be run by its mode or stands where programs do.
    Script {
        /// It stands among programs.
        among: bool,
    },
    /// In any case.
    Always,
}

/// What was found, in no order.
pub(crate) struct Walked<T> {
    /// What the visitor kept.
    pub(crate) kept: Vec<T>,
    /// What could not be listed or read.
    pub(crate) failed: Vec<ReadError>,
    /// Directories that are the root of a checkout, each as what stands before the names in it.
    pub(crate) roots: Vec<String>,
    /// Where the first directory lies, where that is known.
    pub(crate) above: Option<Above>,
}

impl<T> Default for Walked<T> {
    fn default() -> Self {
        Self { kept: Vec::new(), failed: Vec::new(), roots: Vec::new(), above: None }
    }
}

impl<T> Walked<T> {
    fn take(&mut self, other: &mut Self) {
        self.kept.append(&mut other.kept);
        self.failed.append(&mut other.failed);
        self.roots.append(&mut other.roots);
    }
}

/// A directory that waits for its turn.
struct Directory {
    path: PathBuf,
    /// What stands before the names in it when a path is shown.
    shown: String,
    rules: Option<Arc<Rules>>,
    /// Git ignores it but for what it tracks there.
    ignored: bool,
}

#[derive(Default)]
struct Queue {
    waiting: Vec<Directory>,
    /// Directories that threads are at.
    busy: usize,
    /// Threads that wait for a directory.
    idle: usize,
}

/// What the threads share.
struct Shared<V: Visitor> {
    visitor: Arc<V>,
    /// Where the walk begins, as it was named and from the root of the file system.
    from: PathBuf,
    absolute: PathBuf,
    queue: Mutex<Queue>,
    changed: Condvar,
    found: Mutex<Walked<V::Kept>>,
}

/// What a thread says.
enum Word {
    /// Many directories wait.
    Many,
    /// All are done.
    Done,
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

impl<V: Visitor> Shared<V> {
    /// A directory from the root of the file system, for ignore rules.
    fn absolute(&self, path: &Path) -> PathBuf {
        match path.strip_prefix(&self.from) {
            Ok(below) if below.as_os_str().is_empty() => self.absolute.clone(),
            Ok(below) => self.absolute.join(below),
            Err(_) => std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf()),
        }
    }
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
    walk_on(None, root, shown, visitor, patience, progress)
}

fn walk_on<V: Visitor>(
    most: Option<usize>,
    root: &Path,
    shown: &str,
    visitor: &Arc<V>,
    patience: Duration,
    progress: &dyn Fn(usize),
) -> Walked<V::Kept> {
    let absolute = std::path::absolute(root).unwrap_or_else(|_| root.to_path_buf());
    let checkout = Rules::root(&absolute);
    let rules = Rules::above(&absolute, checkout);
    // What is told by names alone is the same to everybody where no name leads up.
    let plain = absolute.components().all(|c| matches!(c, Component::RootDir | Component::Normal(_)));
    let above = plain.then(|| Above {
        root: checkout.filter(|root| *root != absolute).map(Path::to_path_buf),
        directory: absolute.clone(),
    });
    let first = Directory { path: root.to_path_buf(), shown: shown.to_owned(), rules, ignored: false };
    let shared = Arc::new(Shared {
        visitor: visitor.clone(),
        from: root.to_path_buf(),
        absolute,
        queue: Mutex::default(),
        changed: Condvar::new(),
        found: Mutex::default(),
    });
    let mut out = Walked { above, ..Walked::default() };
    // What stands in the first directory is worth no thread, where none can be stuck.
    let waiting = if is_near(root) {
        visit(&first, &shared, &Reader::default(), &mut Vec::new(), &mut out)
    } else {
        vec![first]
    };
    if waiting.is_empty() {
        return out;
    }
    // Two processors are often two halves of one.
    let most =
        most.unwrap_or_else(|| thread::available_parallelism().map_or(1, |n| (n.get() / 2).clamp(1, 8)));
    lock(&shared.queue).waiting = waiting;
    lock(&shared.found).take(&mut out);
    let (send, receive) = mpsc::channel();
    let mut readers: Vec<Arc<Reader>> = Vec::new();
    let mut seen: Vec<usize> = Vec::new();
    let start = |readers: &mut Vec<Arc<Reader>>| {
        let (reader, shared, send) = (Arc::new(Reader::default()), shared.clone(), send.clone());
        readers.push(reader.clone());
        thread::spawn(move || read_on(&reader, &shared, &send));
    };
    start(&mut readers);
    let (tick, mut waited) = (patience.min(TICK), Duration::ZERO);
    loop {
        match receive.recv_timeout(tick) {
            Ok(Word::Many) => {
                // A small tree is not worth a second thread.
                while readers.len() < most && lock(&shared.queue).waiting.len() > FEW * readers.len() {
                    start(&mut readers);
                }
            }
            // The last of them has found nothing more to do.
            Ok(Word::Done) | Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {
                progress(lock(&shared.found).kept.len());
                waited += tick;
            }
        }
        if waited < patience {
            continue;
        }
        waited = Duration::ZERO;
        seen.resize(readers.len(), usize::MAX);
        for i in 0..readers.len() {
            let reader = readers[i].clone();
            let at = lock(&reader.at);
            let steps = reader.steps.load(Ordering::Acquire);
            let stuck = !at.is_empty() && seen[i] == steps;
            seen[i] = steps;
            if stuck && !reader.left.swap(true, Ordering::AcqRel) {
                out.failed.push(ReadError { path: at.clone(), reason: Unreadable::Silent });
                start(&mut readers);
                let mut queue = lock(&shared.queue);
                queue.busy -= 1;
                shared.changed.notify_all();
            }
        }
    }
    out.take(&mut lock(&shared.found));
    out
}

/// With fewer directories waiting no further thread is started.
const FEW: usize = 16;
/// So often is told how far it is.
const TICK: Duration = Duration::from_millis(100);

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Takes directories until none is left and nobody is at one; the last says so.
fn read_on<V: Visitor>(reader: &Reader, shared: &Shared<V>, send: &Sender<Word>) {
    let mut buffer = Vec::with_capacity(1 << 16);
    let mut of_one = Walked::default();
    // Others may be started.
    drop(send.send(Word::Many));
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
                    drop(send.send(Word::Done));
                    return;
                }
                queue.idle += 1;
                queue = shared.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
                queue.idle -= 1;
            }
        };
        let below = visit(&directory, shared, reader, &mut buffer, &mut of_one);
        let mut at = lock(&reader.at);
        if reader.left.load(Ordering::Acquire) {
            return;
        }
        at.clear();
        drop(at);
        lock(&shared.found).take(&mut of_one);
        let mut queue = lock(&shared.queue);
        queue.busy -= 1;
        let (before, more) = (queue.waiting.len(), below.len());
        queue.waiting.extend(below);
        // Nobody is woken for nothing.
        if queue.idle > 0 && (more > 0 || queue.busy == 0) {
            shared.changed.notify_all();
        }
        drop(queue);
        if before <= FEW && before + more > FEW {
            drop(send.send(Word::Many));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    struct All;

    impl Visitor for All {
        type Kept = String;
        type Told = ();

        const LIMIT: usize = 64;

        fn enters(&self, _: &str, name: &str) -> bool {
            name != "not"
        }

        fn wants(&self, _: &str) -> Option<(Want, ())> {
            Some((Want::Always, ()))
        }

        fn begins(&self, _: &[u8]) -> bool {
            true
        }

        fn look(&self, path: String, (): (), bytes: &mut Vec<u8>) -> Option<String> {
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
            let Walked { mut kept, failed, .. } =
                walk_on(Some(threads), root.path(), "", &Arc::new(All), Duration::from_secs(20), &|_| ());
            kept.sort();
            assert!(kept == wanted && failed.is_empty(), "{threads}: {} of {}", kept.len(), wanted.len());
        }
    }
}
