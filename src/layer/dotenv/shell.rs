//! An env file as bash 5.2 and dash 0.5.12 source it under `set -a`. Assignments, quotes, expansions and the few
//! builtins that set variables are carried out; whatever would run a command is reported and taken for a command that is
//! not found.

mod builtin;
mod expand;
mod parameter;
mod parse;
mod pattern;
mod scan;

use super::{
    run::{Event, Run, Set},
    text::Text,
};
use crate::layer::{ProblemKind, SegmentKind};
use parse::{Assignment, Join, List, Node, Simple};
use std::{collections::BTreeSet, ops::Range};

/// Groups inside one another, and expansions inside one another, go no deeper than this.
const DEPTH: usize = 60;

/// Texts that expansions make may have so many bytes in all.
const BUDGET: usize = 4 << 20;

/// The shell gives up, and why.
pub(super) struct Stop(Range<usize>, ProblemKind);

/// Why a command was not carried out.
enum Failure {
    /// The command is dropped, the shell goes on.
    Command,
    /// The shell ends.
    Shell(Stop),
}

impl From<Stop> for Failure {
    fn from(stop: Stop) -> Self {
        Self::Shell(stop)
    }
}

/// The shell's state beside its variables.
struct Shell<'r, 'a> {
    run: &'r mut Run<'a>,
    bash: bool,
    /// `set -a`.
    export_all: bool,
    /// Of the last command.
    status: u8,
    /// Why the last command failed.
    blame: Option<(Range<usize>, ProblemKind)>,
    /// In a subshell nothing that is set lasts.
    subshells: usize,
    readonly: BTreeSet<String>,
    /// Variables whose value hangs on something that was not run.
    unknown: BTreeSet<String>,
    budget: usize,
    /// `return`.
    returned: bool,
}

/// Reads the file: one line of commands after the other, as the shell does.
pub(super) fn read(run: &mut Run<'_>) {
    let bash = run.traits.dialect == super::Dialect::Bash;
    let text = run.text;
    let mut shell = Shell {
        run,
        bash,
        export_all: true,
        status: 0,
        blame: None,
        subshells: 0,
        readonly: BTreeSet::new(),
        unknown: BTreeSet::new(),
        budget: BUDGET,
        returned: false,
    };
    let mut parser = parse::Parser::new(text, bash);
    while !shell.returned {
        let step = match parser.line() {
            Ok(None) => break,
            Ok(Some(list)) => shell.list(&list).map(drop),
            Err(stop) => Err(stop.into()),
        };
        // A failed expansion takes the rest of its line with it.
        if let Err(Failure::Shell(Stop(range, kind))) = step {
            if matches!(kind, ProblemKind::Command) {
                shell.run.depends.push((range.clone(), kind));
            }
            return shell.run.refuse(range, kind);
        }
    }
    if shell.status != 0 {
        let (range, kind) = shell.blame.take().unwrap_or((text.len()..text.len(), ProblemKind::Command));
        shell.run.refuse(range, kind);
    }
}

impl Shell<'_, '_> {
    fn list(&mut self, list: &List) -> Result<u8, Failure> {
        for (node, join) in &list.nodes {
            let wanted = match join {
                Join::Always => true,
                Join::AfterSuccess => self.status == 0,
                Join::AfterFailure => self.status != 0,
            };
            if wanted && !self.returned {
                self.node(node)?;
            }
        }
        Ok(self.status)
    }

    fn node(&mut self, node: &Node) -> Result<(), Failure> {
        match node {
            Node::Simple(simple) => match self.simple(simple) {
                Ok(status) => self.status = status,
                Err(failure) => {
                    self.fail(simple.range.clone(), ProblemKind::BadReference);
                    return Err(failure);
                }
            },
            Node::Group(list) => drop(self.list(list)?),
            Node::Subshell(list) => self.apart(|shell| shell.list(list).map(drop))?,
            Node::Background(node) => {
                self.apart(|shell| shell.node(node))?;
                self.status = 0;
            }
            Node::Pipe(nodes) => self.apart(|shell| nodes.iter().try_for_each(|n| shell.node(n)))?,
            Node::Not(node) => {
                self.node(node)?;
                self.status = u8::from(self.status == 0);
                self.blame = None;
            }
            Node::Opaque(range) => {
                self.run.depends.push((range.clone(), ProblemKind::Command));
                self.status = 0;
            }
        }
        Ok(())
    }

    /// What ends a subshell does not end the shell.
    fn apart(&mut self, work: impl FnOnce(&mut Self) -> Result<(), Failure>) -> Result<(), Failure> {
        self.subshells += 1;
        let done = work(self);
        self.subshells -= 1;
        self.returned = false;
        match done {
            Err(Failure::Shell(Stop(range, kind))) if kind != ProblemKind::TooLarge => self.fail(range, kind),
            Err(Failure::Command) => {}
            other => other?,
        }
        Ok(())
    }

    fn fail(&mut self, range: Range<usize>, kind: ProblemKind) {
        self.status = 1;
        self.blame = Some((range, kind));
    }

    fn simple(&mut self, simple: &Simple) -> Result<u8, Failure> {
        let mut fields = Vec::new();
        for (i, word) in simple.words.iter().enumerate() {
            let declares = i > 0 && fields.first().is_some_and(|f: &Text| declares(f.as_str()));
            if declares && parse::assignment(self.run.text, word.clone(), true).is_some() {
                fields.push(self.value(word.clone())?);
            } else {
                self.fields(word.clone(), &mut fields)?;
            }
        }
        for redirect in &simple.redirects {
            if redirect.touches {
                self.run.depends.push((redirect.range.clone(), ProblemKind::Command));
                if redirect.reads {
                    self.blame = Some((redirect.range.clone(), ProblemKind::Command));
                    return Ok(1);
                }
            }
        }
        let Some(name) = fields.first() else {
            self.status = 0;
            for assignment in &simple.assignments {
                let ok = self.assign(assignment, simple.range.start, true)?;
                if !ok {
                    return Ok(1);
                }
            }
            return Ok(self.status);
        };
        let name = name.as_str().to_owned();
        let special = !self.bash && builtin::SPECIAL.contains(&name.as_str());
        for assignment in &simple.assignments {
            let named = &self.run.text[assignment.name.clone()];
            // bash keeps what the same command exports.
            let kept = declares(&name) && fields[1..].iter().any(|f| f.as_str() == named);
            if special || kept {
                self.assign(assignment, simple.range.start, true)?;
            } else {
                // It lasts as long as the command; its expansions take place all the same.
                self.value(assignment.value.clone())?;
            }
        }
        self.builtin(&name, &fields, simple)
    }

    /// `NAME=value`; false if the variable cannot be changed.
    fn assign(&mut self, assignment: &Assignment, lead: usize, alone: bool) -> Result<bool, Failure> {
        let text = self.run.text;
        let key = text[assignment.name.clone()].to_owned();
        let mut value = self.value(assignment.value.clone())?;
        if assignment.appends
            && let Some(before) = self.variable(&key)
        {
            let mut whole = Text::default();
            let at = assignment.value.start..assignment.value.start;
            whole.derive(&before, at, SegmentKind::Reference);
            whole.slice(&value, 0..value.len());
            value = whole;
        }
        if self.is_readonly(&key) {
            if !self.bash {
                return Err(Stop(assignment.name.clone(), ProblemKind::BadName).into());
            }
            self.blame = Some((assignment.name.clone(), ProblemKind::BadName));
            return if alone { Err(Failure::Command) } else { Ok(false) };
        }
        // An element of an array is not exported.
        if assignment.array {
            return Ok(true);
        }
        self.put(&key, Some(value), &assignment.name, &assignment.value, lead);
        Ok(true)
    }

    fn is_readonly(&self, key: &str) -> bool {
        let own =
            self.bash && matches!(key, "UID" | "EUID" | "PPID" | "BASHOPTS" | "SHELLOPTS" | "BASH_VERSINFO");
        own || self.readonly.contains(key)
    }

    /// Sets a variable, and says so if it is exported.
    fn put(&mut self, key: &str, value: Option<Text>, name: &Range<usize>, raw: &Range<usize>, lead: usize) {
        if self.subshells > 0 {
            return;
        }
        let Some(value) = value else { return };
        let unknown = value.pieces().any(|(_, _, kind)| kind == SegmentKind::Command);
        if unknown {
            self.unknown.insert(key.to_owned());
        } else {
            self.unknown.remove(key);
        }
        self.run.know(key, value.as_str());
        if !self.export_all {
            return;
        }
        let text = self.run.text;
        let (mut value_range, end) = (raw.clone(), raw.end);
        let bytes = &text.as_bytes()[raw.clone()];
        if bytes.len() >= 2
            && matches!(bytes[0], b'\'' | b'"')
            && bytes[bytes.len() - 1] == bytes[0]
            && !bytes[1..bytes.len() - 1].contains(&bytes[0])
        {
            value_range = raw.start + 1..raw.end - 1;
        }
        let (key, key_range) = (key.to_owned(), name.clone());
        self.run.set(Set { lead, key, key_range, value, value_range, end });
    }

    fn unset(&mut self, key: &str, at: Range<usize>) {
        if self.subshells == 0 {
            self.run.forget(key);
            self.run.events.push(Event::Unset { key: key.to_owned(), at });
        }
    }

    fn variable(&self, name: &str) -> Option<String> {
        self.run.inside_first(name)
    }
}

/// Builtins of bash whose arguments are read as assignments.
fn declares(name: &str) -> bool {
    matches!(name, "export" | "readonly" | "declare" | "typeset" | "local")
}

/// A name of a variable.
fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}
