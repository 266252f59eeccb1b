//! The command: whether there is one of that name, and the moment at which this process becomes it.

use super::export::Variable;
use std::{
    ffi::{OsStr, OsString},
    io,
};

/// Why a command cannot be started.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Unstartable {
    /// There is none of that name.
    Missing,
    /// It is there, and cannot be executed; what the system says of it.
    NotExecutable(io::ErrorKind),
}

impl Unstartable {
    fn of(error: io::ErrorKind) -> Self {
        match error {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Self::Missing,
            other => Self::NotExecutable(other),
        }
    }

    /// As env(1) and the shells end.
    pub(super) fn code(self) -> u8 {
        match self {
            Self::Missing => 127,
            Self::NotExecutable(_) => 126,
        }
    }

    /// A sentence. The name is in it only if it looks like one: a URL in its place must not come back on the screen.
    pub(super) fn sentence(self, name: &OsStr) -> String {
        let plain = |name: &&str| {
            !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"/._+-".contains(&b))
        };
        let shown = name.to_str().filter(plain).map_or_else(String::new, |name| format!(" `{name}`"));
        let assignment = name.as_encoded_bytes().contains(&b'=');
        match self {
            Self::Missing if assignment => {
                "there is no command of this name, which looks like an assignment: write it before `pgward`"
                    .into()
            }
            Self::Missing => format!("there is no command{shown}"),
            Self::NotExecutable(why) => format!("the command{shown} cannot be executed: {why}"),
        }
    }
}

/// What can be told of a command before it is tried, by the rules of execvp(3); none where only trying tells.
#[cfg(unix)]
pub(super) fn look(name: &OsStr, path: Option<&[u8]>) -> Option<Unstartable> {
    use std::{os::unix::ffi::OsStrExt as _, path::PathBuf};
    let candidates: Vec<PathBuf> = match path {
        _ if name.is_empty() => Vec::new(),
        _ if name.as_bytes().contains(&b'/') => vec![PathBuf::from(name)],
        // An empty part is the working directory.
        Some(path) => {
            path.split(|b| *b == b':').map(|dir| PathBuf::from(OsStr::from_bytes(dir)).join(name)).collect()
        }
        // The C library has a list of its own.
        None => return None,
    };
    let mut found = Unstartable::Missing;
    for candidate in candidates {
        match std::fs::metadata(&candidate) {
            Ok(facts) if facts.is_file() => {
                if rustix::fs::access(&candidate, rustix::fs::Access::EXEC_OK).is_ok() {
                    return None;
                }
                found = Unstartable::NotExecutable(io::ErrorKind::PermissionDenied);
            }
            Ok(_) => found = Unstartable::NotExecutable(io::ErrorKind::PermissionDenied),
            Err(error) if Unstartable::of(error.kind()) == Unstartable::Missing => {}
            Err(_) => return None,
        }
    }
    Some(found)
}

/// Becomes the command, in this process: comes back only when that is not possible.
#[cfg(unix)]
pub(super) fn become_it(name: &OsStr, arguments: &[OsString], variables: &[Variable]) -> Unstartable {
    use std::os::unix::process::CommandExt as _;
    super::started::close_again();
    #[cfg(target_os = "linux")]
    if super::started::ignored_signal(signal_hook::consts::SIGPIPE) {
        return Unstartable::of(exec_as_it_is(name, arguments, variables).kind());
    }
    // The standard library sets SIGPIPE to its default action before it executes.
    let mut command = std::process::Command::new(name);
    command.args(arguments).envs(variables.iter().map(|variable| (&variable.name, variable.value())));
    Unstartable::of(command.exec().kind())
}

/// Executes without touching a signal: SIGPIPE was ignored from the beginning, as systemd has it.
#[cfg(target_os = "linux")]
fn exec_as_it_is(name: &OsStr, arguments: &[OsString], variables: &[Variable]) -> io::Error {
    use nix::unistd::{execvp, execvpe};
    use std::{ffi::CString, os::unix::ffi::OsStrExt as _};
    let text = |text: &OsStr| CString::new(text.as_bytes());
    let line = [name].into_iter().chain(arguments.iter().map(OsString::as_os_str));
    let line: Result<Vec<CString>, _> = line.map(text).collect();
    let (Ok(name), Ok(line)) = (text(name), line) else { return io::ErrorKind::InvalidInput.into() };
    let failed = if variables.is_empty() {
        execvp(&name, &line)
    } else {
        let exported = |name: &OsStr| variables.iter().any(|variable| name == variable.name.as_str());
        let inherited = crate::world::World::environment().into_iter().filter(|(name, _)| !exported(name));
        let ours = variables.iter().map(|v| (OsString::from(&v.name), v.value().to_owned()));
        let pairs: Result<Vec<CString>, _> = inherited
            .chain(ours)
            .map(|(name, value)| CString::new([name.as_bytes(), b"=", value.as_bytes()].concat()))
            .collect();
        let Ok(pairs) = pairs else { return io::ErrorKind::InvalidInput.into() };
        execvpe(&name, &line, &pairs)
    };
    failed.err().map_or_else(|| io::ErrorKind::Other.into(), io::Error::from)
}

/// Nothing is known before it is tried.
#[cfg(not(unix))]
pub(super) fn look(_: &OsStr, _: Option<&[u8]>) -> Option<Unstartable> {
    None
}

/// Starts the command, waits for it, and ends as it ended: this system cannot put it in this process' place.
#[cfg(not(unix))]
pub(super) fn become_it(name: &OsStr, arguments: &[OsString], variables: &[Variable]) -> Unstartable {
    let mut command = std::process::Command::new(name);
    command.args(arguments).envs(variables.iter().map(|variable| (&variable.name, variable.value())));
    match command.status() {
        #[expect(clippy::disallowed_methods, reason = "an exit code of 32 bits passes through no ExitCode")]
        Ok(status) => std::process::exit(status.code().unwrap_or(1)),
        Err(error) => Unstartable::of(error.kind()),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn commands_are_found_as_execvp_finds_them() {
        let dir = tempfile::tempdir().expect("a directory");
        let (one, two) = (dir.path().join("one"), dir.path().join("two"));
        for (dir, mode) in [(&one, 0o644), (&two, 0o755)] {
            std::fs::create_dir(dir).expect("created");
            std::fs::write(dir.join("it"), "#!/bin/sh\n").expect("written");
            std::fs::set_permissions(dir.join("it"), std::fs::Permissions::from_mode(mode)).expect("a mode");
        }
        let path = |dirs: &[&std::path::Path]| {
            let dirs: Vec<String> = dirs.iter().map(|d| d.display().to_string()).collect();
            dirs.join(":").into_bytes()
        };
        let denied = Some(Unstartable::NotExecutable(io::ErrorKind::PermissionDenied));
        let in_path = |name: &str, dirs: &[&std::path::Path]| look(OsStr::new(name), Some(&path(dirs)));
        assert_eq!(in_path("it", &[&one, &two]), None);
        assert_eq!(in_path("it", &[&one]), denied);
        assert_eq!(in_path("it", &[]), Some(Unstartable::Missing));
        assert_eq!(in_path("other", &[&one, &two]), Some(Unstartable::Missing));
        assert_eq!(in_path("one", &[dir.path()]), denied);
        assert_eq!(in_path("", &[&two]), Some(Unstartable::Missing));
        assert_eq!(in_path(&two.join("it").display().to_string(), &[]), None);
        assert_eq!(in_path(&two.join("it/x").display().to_string(), &[]), Some(Unstartable::Missing));
        assert_eq!(look(OsStr::new("it"), None), None);
    }

    #[test]
    fn what_is_no_name_is_not_shown() {
        let said = |name: &str| Unstartable::Missing.sentence(OsStr::new(name));
        assert_eq!(said("gunicorn"), "there is no command `gunicorn`");
        assert!(said("DATABASE_URL=postgres://u:Canary@h/d").contains("an assignment"));
        for name in ["DATABASE_URL=postgres://u:Canary@h/d", "postgres://u:Canary@h/d", ""] {
            assert!(!said(name).contains("Canary"), "{}", said(name));
        }
    }
}
