//! `--report FORMAT=FILE`: reports into files, beside what is printed. That one cannot be written is said before the work
//! is done.

use super::{Error, args::Flags, output};
use crate::report::{Format, Options, Report};
use std::{
    collections::BTreeMap,
    fs::{self, OpenOptions},
    io::{self, Write as _},
    path::Path,
};

/// Where a report goes.
enum Way<'p> {
    Stdout,
    Stderr,
    File(&'p Path),
}

impl<'p> Way<'p> {
    /// `-` is standard output. What already is standard output or error is not opened anew: that would begin at the
    /// start of a file to which others write.
    fn of(path: &'p str) -> Self {
        match path {
            "-" | "/dev/stdout" | "/dev/fd/1" => return Self::Stdout,
            "/dev/stderr" | "/dev/fd/2" => return Self::Stderr,
            _ => {}
        }
        #[cfg(unix)]
        {
            if is_same(path, rustix::stdio::stdout()) {
                return Self::Stdout;
            }
            if is_same(path, rustix::stdio::stderr()) {
                return Self::Stderr;
            }
        }
        Self::File(Path::new(path))
    }
}

/// Whether a path leads to what a stream is. /dev/null takes from everybody.
#[cfg(unix)]
fn is_same(path: &str, stream: rustix::fd::BorrowedFd<'_>) -> bool {
    use rustix::fs::{fstat, stat};
    let (Ok(there), Ok(stream)) = (stat(path), fstat(stream)) else { return false };
    let null = stat("/dev/null").is_ok_and(|null| null.st_rdev == there.st_rdev && null.st_rdev != 0);
    (there.st_dev, there.st_ino) == (stream.st_dev, stream.st_ino) && !null
}

/// Whether a report of `--report` would go to standard output.
pub(super) fn takes_stdout(flags: &Flags) -> bool {
    flags.report.iter().any(|(_, path)| matches!(Way::of(path), Way::Stdout))
}

/// Refuses files that cannot be written, before anything else is done. A file that is there keeps what it holds.
pub(super) fn admit(flags: &Flags) -> Result<(), Error> {
    let mut seen = BTreeMap::new();
    for (format, path) in &flags.report {
        let Way::File(file) = Way::of(path) else { continue };
        if let Some(other) = seen.insert(file, format.name()) {
            let this = format.name();
            return Err(Error::Other(format!("--report: {other} and {this} cannot go to one file")));
        }
        try_out(file).map_err(|e| unwritable(*format, path, &e))?;
    }
    Ok(())
}

fn try_out(file: &Path) -> io::Result<()> {
    match fs::metadata(file) {
        Ok(there) if there.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        // A pipe is opened once, and a device is no file to try.
        Ok(there) if !there.is_file() => Ok(()),
        Ok(_) => OpenOptions::new().append(true).open(file).map(drop),
        Err(_) => {
            OpenOptions::new().write(true).create_new(true).open(file)?;
            fs::remove_file(file)
        }
    }
}

/// Writes every report that was asked for.
pub(super) fn write(flags: &Flags, options: &Options, report: &Report) -> Result<(), Error> {
    for (format, path) in &flags.report {
        let mut text = Vec::new();
        format.write(
            report,
            &Options { color: false, links: false, breaks: false, ..*options },
            &mut text,
        )?;
        match Way::of(path) {
            Way::Stdout => output::bytes(&text),
            Way::Stderr => {
                let mut out = io::stderr().lock();
                out.write_all(&text).and_then(|()| out.flush())
            }
            Way::File(file) => fs::write(file, text),
        }
        .map_err(|e| unwritable(*format, path, &e))?;
    }
    Ok(())
}

fn unwritable(format: Format, path: &str, error: &io::Error) -> Error {
    let why = match error.kind() {
        io::ErrorKind::NotFound => "its directory is not there".to_owned(),
        io::ErrorKind::NotADirectory => "what it should lie in is no directory".to_owned(),
        io::ErrorKind::IsADirectory => "it is a directory".to_owned(),
        io::ErrorKind::PermissionDenied => "this user may not".to_owned(),
        other => other.to_string(),
    };
    Error::Other(format!("cannot write the {} file of --report, {}: {why}", format.name(), named(path)))
}

/// What of a path is there: the rest may be what was typed in the wrong place, a URL or a password.
fn named(path: &str) -> String {
    let path = Path::new(path);
    if path.exists() {
        return format!("`{}`", path.display());
    }
    let above = path.ancestors().skip(1).find(|above| above.as_os_str().is_empty() || above.exists());
    match above {
        Some(above) if !above.as_os_str().is_empty() => format!("below `{}`", above.display()),
        _ => "below the working directory".to_owned(),
    }
}
