//! What kind of file a command is, by its first bytes: what the kernel and the shells go by. Judges nothing.

use rustix::fs::{Mode, OFlags, open};
use std::{
    ffi::OsString,
    fs::File,
    io::Read as _,
    os::unix::ffi::OsStringExt as _,
    path::{Path, PathBuf},
};

/// A file that is to be executed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Form {
    /// Its first line names the program that reads it.
    Script(PathBuf),
    /// A program, or what no shell takes for a script.
    Binary {
        /// It begins as ELF does.
        elf: bool,
    },
    /// Text without such a line: execvp(3) has sh read it.
    Text,
    /// It may be executed and not be read.
    Unread,
}

impl Form {
    /// Looks at a file.
    pub(super) fn of(path: &Path) -> Self {
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        let Ok(file) = open(path, flags, Mode::empty()) else { return Self::Unread };
        let mut head = Vec::new();
        match File::from(file).take(HEAD).read_to_end(&mut head) {
            Ok(_) => Self::told(&head),
            Err(_) => Self::Unread,
        }
    }

    /// By its first bytes.
    fn told(head: &[u8]) -> Self {
        let line = head.split(|b| *b == b'\n').next().unwrap_or_default();
        if let Some(words) = line.strip_prefix(b"#!") {
            let blank = |b: &u8| matches!(b, b' ' | b'\t');
            let mut words = words.split(blank).filter(|word| !word.is_empty());
            return words
                .next()
                .map_or(Self::Text, |path| Self::Script(PathBuf::from(OsString::from_vec(path.to_vec()))));
        }
        // As bash and dash have it: what has a NUL in its first line is no script.
        let elf = head.starts_with(b"\x7fELF");
        if elf || line.contains(&0) { Self::Binary { elf } } else { Self::Text }
    }
}

/// How much the kernel looks at (`BINPRM_BUF_SIZE` of Linux), in bytes.
const HEAD: u64 = 256;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_tells() {
        let script = |path: &str| Form::Script(PathBuf::from(path));
        for (head, form) in [
            (&b"#!/bin/sh\necho"[..], script("/bin/sh")),
            (b"#! \t/usr/bin/env  python3 -u\n", script("/usr/bin/env")),
            (b"#!/bin/sh\r\n", script("/bin/sh\r")),
            (b"#!/bin/sh", script("/bin/sh")),
            (b"#!\n", Form::Text),
            (b"\x7fELF\x02\x01\x01", Form::Binary { elf: true }),
            (b"MZ\x90\0\x03", Form::Binary { elf: false }),
            (b"echo hi\n", Form::Text),
            (b"", Form::Text),
            // what carries a program behind lines of sh
            (b"MZqFpD='\n\0\0\0", Form::Text),
        ] {
            assert_eq!(Form::told(head), form, "{:?}", String::from_utf8_lossy(head));
        }
    }
}
