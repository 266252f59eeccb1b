//! The command: whether there is one of that name, and the moment at which this process becomes it.

#[cfg(unix)]
mod form;

use super::export::Variable;
use std::{
    ffi::{OsStr, OsString},
    io,
};
#[cfg(unix)]
use {
    form::Form,
    std::path::{Path, PathBuf},
};

/// Why a command cannot be started.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Unstartable {
    /// There is none of that name.
    Missing,
    /// It is there, and what its first line names is not.
    #[cfg(unix)]
    NoInterpreter(PathBuf),
    /// It is there, and what loads such programs is not.
    #[cfg(unix)]
    NoLoader,
    /// It is there, and cannot be executed; what the system says of it.
    NotExecutable(io::ErrorKind),
    /// It is there, and what its first line names cannot be executed.
    #[cfg(unix)]
    InterpreterNotExecutable(PathBuf),
    /// It is a directory, or nothing else that is executed.
    #[cfg(unix)]
    NoFile,
    /// It is no program of this system, and no script. Whether it begins as ELF does.
    #[cfg(unix)]
    Foreign(bool),
}

impl Unstartable {
    fn of(error: io::ErrorKind) -> Self {
        match error {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Self::Missing,
            other => Self::NotExecutable(other),
        }
    }

    /// As env(1) and the shells end.
    pub(super) fn code(&self) -> u8 {
        match self {
            Self::Missing => 127,
            #[cfg(unix)]
            Self::NoInterpreter(_) | Self::NoLoader => 127,
            _ => 126,
        }
    }

    /// A sentence. The name is in it only if it looks like one: a URL in its place must not come back on the screen.
    pub(super) fn sentence(&self, name: &OsStr) -> String {
        let command = format!("the command{}", shown(name));
        match self {
            Self::Missing if name.as_encoded_bytes().contains(&b'=') => {
                "there is no command of this name, which looks like an assignment: write it before `pgward`"
                    .into()
            }
            Self::Missing => format!("there is no command{}", shown(name)),
            Self::NotExecutable(why) => format!("{command} cannot be executed: {why}"),
            #[cfg(unix)]
            Self::NoInterpreter(path) if path.as_os_str().as_encoded_bytes().ends_with(b"\r") => {
                format!("{command} cannot be executed: its first line ends with CR, as of Windows")
            }
            #[cfg(unix)]
            Self::NoInterpreter(path) => {
                let path = shown(path.as_os_str());
                format!(
                    "{command} cannot be executed: the interpreter{path} of its first line does not exist"
                )
            }
            #[cfg(unix)]
            Self::NoLoader => {
                format!(
                    "{command} cannot be executed: what loads it does not exist here, as with another C library"
                )
            }
            #[cfg(unix)]
            Self::InterpreterNotExecutable(path) => {
                let path = shown(path.as_os_str());
                format!(
                    "{command} cannot be executed: the interpreter{path} of its first line is not executable"
                )
            }
            #[cfg(unix)]
            Self::NoFile => format!("{command} cannot be executed: it is no file"),
            #[cfg(unix)]
            Self::Foreign(true) => {
                format!("{command} cannot be executed: it is a program for another machine, or damaged")
            }
            #[cfg(unix)]
            Self::Foreign(false) => {
                format!("{command} cannot be executed: it is neither a program for this system nor a script")
            }
        }
    }
}

/// A name as a sentence has it: nothing, where it does not look like one.
fn shown(name: &OsStr) -> String {
    let plain = |name: &&str| {
        let mut bytes = name.bytes();
        !name.is_empty() && bytes.all(|b| b.is_ascii_alphanumeric() || b"/._+-".contains(&b))
    };
    name.to_str().filter(plain).map_or_else(String::new, |name| format!(" `{name}`"))
}

/// The file that a name leads to by the rules of execvp(3); none where only trying tells.
///
/// # Errors
/// Why there is none, or why it cannot be executed, as far as that is plain before it is tried.
#[cfg(unix)]
pub(super) fn look(name: &OsStr, path: Option<&[u8]>) -> Result<Option<PathBuf>, Unstartable> {
    use std::os::unix::ffi::OsStrExt as _;
    let candidates: Vec<PathBuf> = match path {
        _ if name.is_empty() => Vec::new(),
        _ if name.as_bytes().contains(&b'/') => vec![PathBuf::from(name)],
        // An empty part is the working directory.
        Some(path) => {
            path.split(|b| *b == b':').map(|dir| Path::new(OsStr::from_bytes(dir)).join(name)).collect()
        }
        // The C library has a list of its own.
        None => return Ok(None),
    };
    let mut found = Unstartable::Missing;
    for candidate in candidates {
        match std::fs::metadata(&candidate) {
            Ok(facts) if facts.is_file() => match executable(&candidate) {
                Ok(()) => return Ok(Some(candidate)),
                Err(why) => found = why,
            },
            Ok(_) => found = Unstartable::NoFile,
            Err(error) if Unstartable::of(error.kind()) == Unstartable::Missing => {}
            Err(_) => return Ok(None),
        }
    }
    Err(found)
}

/// What can be told of a regular file without executing it.
#[cfg(unix)]
fn executable(path: &Path) -> Result<(), Unstartable> {
    let may = |path: &Path| rustix::fs::access(path, rustix::fs::Access::EXEC_OK).is_ok();
    if !may(path) {
        return Err(Unstartable::NotExecutable(io::ErrorKind::PermissionDenied));
    }
    let Form::Script(interpreter) = Form::of(path) else { return Ok(()) };
    match std::fs::metadata(&interpreter) {
        Ok(facts) if facts.is_file() && may(&interpreter) => Ok(()),
        Ok(_) => Err(Unstartable::InterpreterNotExecutable(interpreter)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(Unstartable::NoInterpreter(interpreter)),
        Err(_) => Ok(()),
    }
}

/// Becomes the command, in this process: comes back only when that is not possible. `file` is what [`look`] found.
#[cfg(unix)]
pub(super) fn become_it(
    name: &OsStr,
    file: Option<&Path>,
    arguments: &[OsString],
    variables: &[Variable],
) -> Unstartable {
    super::started::close_again();
    let error = execute(name, file, arguments, variables);
    match (error.kind(), file.map(|file| (Form::of(file), file.exists()))) {
        (_, Some((Form::Binary { elf }, _))) if error.raw_os_error() == Some(NO_PROGRAM) => {
            Unstartable::Foreign(elf)
        }
        (io::ErrorKind::NotFound, Some((Form::Binary { .. }, true))) => Unstartable::NoLoader,
        (kind, _) => Unstartable::of(kind),
    }
}

/// `ENOEXEC`, on Linux and wherever else there is a C library.
#[cfg(unix)]
const NO_PROGRAM: i32 = 8;

#[cfg(unix)]
fn execute(name: &OsStr, file: Option<&Path>, arguments: &[OsString], variables: &[Variable]) -> io::Error {
    use std::os::unix::process::CommandExt as _;
    #[cfg(target_os = "linux")]
    {
        use signal_hook::{consts::SIGPIPE, flag::register};
        let ignored = super::started::ignored_signal(SIGPIPE);
        // execvp(3) has sh read what the kernel does not execute, also a program for another machine.
        let binary = file.filter(|file| matches!(Form::of(file), Form::Binary { .. }));
        // What has an action of ours has the default one in the command: SIGPIPE is ignored by Rust's runtime.
        if ignored || binary.is_some() && register(SIGPIPE, std::sync::Arc::default()).is_ok() {
            return exec_as_it_is(name, binary, arguments, variables);
        }
    }
    // The standard library sets SIGPIPE to its default action before it executes.
    let mut command = std::process::Command::new(name);
    command.args(arguments).envs(variables.iter().map(|variable| (&variable.name, variable.value())));
    command.exec()
}

/// Executes without touching a signal: SIGPIPE may have been ignored from the beginning, as systemd has it. `file` is
/// executed by the kernel or not at all.
#[cfg(target_os = "linux")]
fn exec_as_it_is(
    name: &OsStr,
    file: Option<&Path>,
    arguments: &[OsString],
    variables: &[Variable],
) -> io::Error {
    use nix::unistd::{execv, execve, execvp, execvpe};
    use std::{ffi::CString, os::unix::ffi::OsStrExt as _};
    let text = |text: &OsStr| CString::new(text.as_bytes());
    let line = [name].into_iter().chain(arguments.iter().map(OsString::as_os_str));
    let line: Result<Vec<CString>, _> = line.map(text).collect();
    let named = file.map_or(name, Path::as_os_str);
    let (Ok(named), Ok(line)) = (text(named), line) else { return io::ErrorKind::InvalidInput.into() };
    let failed = if variables.is_empty() {
        if file.is_some() { execv(&named, &line) } else { execvp(&named, &line) }
    } else {
        let exported = |name: &OsStr| variables.iter().any(|variable| name == variable.name.as_str());
        let inherited = crate::world::World::environment().into_iter().filter(|(name, _)| !exported(name));
        let ours = variables.iter().map(|v| (OsString::from(&v.name), v.value().to_owned()));
        let pairs: Result<Vec<CString>, _> = inherited
            .chain(ours)
            .map(|(name, value)| CString::new([name.as_bytes(), b"=", value.as_bytes()].concat()))
            .collect();
        let Ok(pairs) = pairs else { return io::ErrorKind::InvalidInput.into() };
        if file.is_some() { execve(&named, &line, &pairs) } else { execvpe(&named, &line, &pairs) }
    };
    failed.err().map_or_else(|| io::ErrorKind::Other.into(), io::Error::from)
}

/// Nothing is known before it is tried.
#[cfg(not(unix))]
pub(super) fn look(_: &OsStr, _: Option<&[u8]>) -> Result<Option<std::path::PathBuf>, Unstartable> {
    Ok(None)
}

/// Starts the command, waits for it, and ends as it ended: this system cannot put it in this process' place.
#[cfg(not(unix))]
pub(super) fn become_it(
    name: &OsStr,
    _: Option<&std::path::Path>,
    arguments: &[OsString],
    variables: &[Variable],
) -> Unstartable {
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
        let path = |dirs: &[&Path]| {
            let dirs: Vec<String> = dirs.iter().map(|d| d.display().to_string()).collect();
            dirs.join(":").into_bytes()
        };
        let denied = Err(Unstartable::NotExecutable(io::ErrorKind::PermissionDenied));
        let in_path = |name: &str, dirs: &[&Path]| look(OsStr::new(name), Some(&path(dirs)));
        assert_eq!(in_path("it", &[&one, &two]), Ok(Some(two.join("it"))));
        assert_eq!(in_path("it", &[&one]), denied);
        assert_eq!(in_path("it", &[]), Err(Unstartable::Missing));
        assert_eq!(in_path("other", &[&one, &two]), Err(Unstartable::Missing));
        assert_eq!(in_path("one", &[dir.path()]), Err(Unstartable::NoFile));
        assert_eq!(in_path("", &[&two]), Err(Unstartable::Missing));
        assert_eq!(in_path(&two.join("it").display().to_string(), &[]), Ok(Some(two.join("it"))));
        let below = two.join("it/x").display().to_string();
        assert_eq!(in_path(&below, &[]), Err(Unstartable::Missing));
        assert_eq!(look(OsStr::new("it"), None), Ok(None));
        // execvp goes on where the interpreter is missing.
        std::fs::write(one.join("it"), "#!/nonexistent/i\n").expect("written");
        std::fs::set_permissions(one.join("it"), std::fs::Permissions::from_mode(0o755)).expect("a mode");
        assert_eq!(in_path("it", &[&one, &two]), Ok(Some(two.join("it"))));
        assert_eq!(in_path("it", &[&one]), Err(Unstartable::NoInterpreter("/nonexistent/i".into())));
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
