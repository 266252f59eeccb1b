//! Where what commands write goes: into a file or a pipe, or to whoever looks on.

use super::Script;

/// Whether a `>` at a place of a text takes what is written away from who looks on: not to the other of its two ways out,
/// and not only what the program says of errors.
pub(super) fn takes(text: &str, at: usize) -> bool {
    let before = &text[..at];
    let errors = before.ends_with('2') && !before[..at - 1].ends_with(|c: char| !c.is_ascii_whitespace());
    let target = text[at + 1..].trim_start_matches(['>', '|']).trim_start_matches([' ', '\t']);
    let screen = ["&1", "&2", "/dev/stdout", "/dev/stderr", "/dev/tty"];
    !errors && !screen.iter().any(|way| target.starts_with(way))
}

/// What begins a group.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Opener {
    Brace,
    Parenthesis,
    /// Its patterns end in a parenthesis that nothing opened.
    Case,
}

/// The groups of commands that are open, `{ …; }` and `( … )`: each by its first command.
#[derive(Default)]
pub(super) struct Groups {
    open: Vec<(Opener, usize)>,
    /// The one whose end was the last word.
    closed: Option<usize>,
    /// From the first to the second, commands are known to be redirected.
    taken: (usize, usize),
}

impl Groups {
    pub(super) fn open(&mut self, opener: Opener, out: &Script) {
        self.open.push((opener, out.commands.len()));
        self.closed = None;
    }

    pub(super) fn close(&mut self, opener: Opener) {
        let last = self.open.pop_if(|(own, _)| *own == opener);
        self.closed = last.map(|(_, from)| from).filter(|_| opener != Opener::Case);
    }

    /// What stands behind its end is no redirection.
    pub(super) fn pass(&mut self) {
        self.closed = None;
    }

    /// What the commands of the one that has just ended write goes into a pipe or a file.
    pub(super) fn redirect(&mut self, out: &mut Script) {
        let end = out.commands.len();
        let from = self.closed.take().unwrap_or(end);
        // Of groups within groups, what was marked is not marked again.
        let to = if self.taken.1 == end { self.taken.0.max(from) } else { end };
        out.commands[from..to].iter_mut().for_each(|command| command.redirected = true);
        if from < end {
            self.taken = (if self.taken.1 == end { from.min(self.taken.0) } else { from }, end);
        }
    }
}
