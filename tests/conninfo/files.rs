//! Service files and password files against libpq itself. Nothing is dialled: libpq is brought to refuse the
//! connection after it has read them.

use crate::{differential::Random, libpq::Library};
use pgward::{
    Part,
    conninfo::{Conninfo, PassKey, ServiceErrorKind, find_password, find_service, visible_service},
};
use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Command, Stdio},
};

const RANDOM: usize = 1_500;

fn text(random: &mut Random, pieces: &[&str], most: usize) -> Vec<u8> {
    let mut out = Vec::new();
    for _ in 0..random.below(most) {
        let piece = random.pick(pieces);
        match piece {
            "long" => out.extend(vec![b'x'; 1000 + random.below(60)]),
            "fill" => out.extend(vec![b'x'; 90 + random.below(330)]),
            "nul" => out.push(0),
            "byte" => out.push(0xe4),
            piece => out.extend_from_slice(piece.as_bytes()),
        }
    }
    out
}

/// The keywords that the service set, or the kind of the refusal.
type Read = Result<Vec<(String, Vec<u8>)>, String>;

fn ours(library: &Library, file: &[u8], name: &str) -> Option<Read> {
    match find_service(file, name, library.version) {
        Ok(None) => Some(Err("not found".into())),
        Ok(Some(service)) => {
            let mut all: Vec<_> = service
                .entries
                .iter()
                .map(|e| (e.keyword.to_owned(), file[e.value.clone()].to_vec()))
                .collect();
            all.sort();
            Some(Ok(all))
        }
        Err(error) => match error.kind {
            ServiceErrorKind::EqualsMissing | ServiceErrorKind::KeywordUnknown => {
                Some(Err("syntax error".into()))
            }
            ServiceErrorKind::Nested => Some(Err("nested".into())),
            ServiceErrorKind::LineTooLong => Some(Err("too long".into())),
            // Ours alone.
            _ => None,
        },
    }
}

fn theirs(library: &Library, name: &str) -> Read {
    // Two ports for one host are refused after the service was read and before anything is dialled.
    let started = library.start(&format!("service='{name}' port=1,2"));
    for kind in ["not found", "syntax error", "nested", "too long"] {
        if started.message.contains(kind) && started.message.contains("service") {
            return Err(kind.into());
        }
    }
    let set =
        ["host", "hostaddr", "user", "password", "dbname", "sslmode", "application_name", "require_auth"];
    let mut all: Vec<_> =
        started.values.into_iter().filter(|(keyword, _)| set.contains(&keyword.as_str())).collect();
    all.sort();
    Ok(all)
}

/// What libpq's defaults add is left out: the comparison is about what the service says.
fn agree(ours: &Read, theirs: &Read) -> bool {
    match (ours, theirs) {
        (Ok(ours), Ok(theirs)) => {
            let said = |k: &str| ours.iter().any(|(o, _)| o == k);
            let theirs: Vec<_> = theirs.iter().filter(|(k, _)| said(k)).collect();
            ours.iter().filter(|(k, _)| k != "port").eq(theirs)
        }
        (Err(ours), Err(theirs)) => ours == theirs,
        _ => false,
    }
}

const SERVICES: &[&str] = &["shop", "sh", "shop2", "other", "[x]"];

/// The first so many of the pieces belong into a service.
const GOOD: usize = 16;

const SERVICE_PIECES: &[&str] = &[
    "host=h\n",
    "host=\n",
    "host=x\n",
    " user=u \n",
    "user=\n",
    "password=p'x'\n",
    "dbname=a=b\n",
    "sslmode=require\n",
    "application_name= a b \n",
    "\n",
    "\n",
    "\r\n",
    "\t",
    "# c\n",
    "[other]\n",
    "\u{b}",
    "[shop]",
    "[shop]\n",
    "[shop]\n",
    "[sh]\n",
    "[shop2] x\n",
    "[]\n",
    "[shop\n",
    "host=",
    "host = h\n",
    "service=x\n",
    "require_auth=md5\n",
    "sslmod=x\n",
    "HOST=h\n",
    "junk\n",
    "=x\n",
    "long",
    "nul",
    "requiressl=1\n",
    "ssl=true\n",
    "[[x]]\n",
    "# c",
    " ",
];

/// Runs in a process of its own, because the path comes from the environment.
#[test]
#[expect(clippy::disallowed_methods, reason = "the test that starts this says where the file is")]
#[ignore = "started by `service_files_are_read_as_libpq_does`"]
fn service_files_in_a_process() {
    let path = std::env::var("PGSERVICEFILE").expect("set by the test that starts this");
    let library = Library::load();
    let mut random = Random(0x51CE_0F11_E5ED_0001);
    let (mut read, mut differences) = (0, Vec::new());
    for _ in 0..RANDOM {
        // Well-formed more often than not: what is refused early compares little.
        let mut file = text(&mut random, SERVICE_PIECES, 3);
        file.extend_from_slice(random.pick(&["\n[shop]\n", "\n", "[sh]\n"]).as_bytes());
        file.extend(text(&mut random, &SERVICE_PIECES[..GOOD], 8));
        file.extend(text(&mut random, SERVICE_PIECES, 3));
        fs::write(&path, &file).expect("written");
        let name = random.pick(SERVICES);
        let Some(ours) = ours(&library, &file, name) else { continue };
        let theirs = theirs(&library, name);
        read += usize::from(ours.as_ref().is_ok_and(|all| !all.is_empty()));
        if !agree(&ours, &theirs) {
            differences
                .push(format!("{name}: {:?}: {ours:?}, libpq {theirs:?}", String::from_utf8_lossy(&file)));
        }
    }
    assert!(differences.is_empty(), "{} differ, as {}", differences.len(), differences[0]);
    assert!(read > RANDOM / 20, "only {read} read");
}

#[test]
fn service_files_are_read_as_libpq_does() {
    let directory = tempfile::tempdir().expect("a directory");
    let status = Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", "files::service_files_in_a_process", "--ignored", "--nocapture"])
        .env("PGSERVICEFILE", directory.path().join("services"))
        .env("PGSYSCONFDIR", directory.path())
        .env("HOME", directory.path())
        .stdout(Stdio::null())
        .status()
        .expect("it starts");
    assert!(status.success());
}

const PASS_PIECES: &[&str] = &[
    "h",
    "h",
    "*",
    "*",
    ":",
    ":",
    ":",
    ":",
    "5432",
    "shop",
    "app",
    "pw",
    "h:5432:shop:app:",
    "*:*:*:*:",
    "*:*:shop:app:pw",
    "localhost:*:*:*:",
    "\\:",
    "\\\\",
    "\\",
    "\n",
    "\n",
    "\r\n",
    "#",
    " ",
    "fill",
    "nul",
    "ä",
    "/tmp:5432:*:*:x\n",
    "127.0.0.1:05432:*:*:y",
];

fn write(path: &Path, bytes: &[u8]) {
    fs::write(path, bytes).expect("written");
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).expect("its mode");
}

#[test]
fn password_files_are_read_as_libpq_does() {
    let library = Library::load();
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("pass");
    let mut random = Random(0xFEED_F11E_0000_0001);
    let mut found = 0;
    for _ in 0..RANDOM {
        let file = text(&mut random, PASS_PIECES, 16);
        write(&path, &file);
        let place = random.pick(&[
            "host=h",
            "host=h port=5432",
            "",
            "host=/var/run/postgresql",
            "host=/tmp",
            "hostaddr=127.0.0.1",
            "host=h hostaddr=127.0.0.1",
            "hostaddr=127.0.0.1 port=05432",
            "host='h:5432'",
            "host='h\\\\'",
            "host=''",
        ]);
        let conninfo = format!("{place} dbname=shop user=app");
        let ours = Conninfo::parse_as(&conninfo, library.version).expect("well-formed");
        let endpoints = ours.endpoints().expect("a place");
        let key =
            PassKey::new(&endpoints[0], &Part::harmless("shop"), &Part::harmless("app")).expect("complete");
        let entry = find_password(&file, &key);
        // A bad sslmode is refused after the password was looked up and before anything is dialled.
        let started = library.start(&format!("{conninfo} passfile='{}' sslmode=bad", path.display()));
        assert!(started.message.contains("sslmode"), "{}", started.message);
        // What libpq was built with is its own.
        if place.is_empty() || place.contains("/var/run") || place == "host=''" || place.contains("/tmp") {
            let debian = started.values.iter().any(|(k, v)| k == "host" && v == b"/var/run/postgresql");
            if !debian && !place.contains('=') {
                continue;
            }
        }
        let same = match entry.as_ref() {
            None => started.password.is_empty(),
            Some(entry) => entry
                .password
                .as_ref()
                .is_none_or(|p| std::str::from_utf8(&started.password).is_ok_and(|theirs| p.equals(theirs))),
        };
        found += usize::from(!started.password.is_empty());
        let shown = String::from_utf8_lossy(&file);
        assert!(
            same,
            "{conninfo}: {shown:?}: {entry:?}, libpq {:?}",
            String::from_utf8_lossy(&started.password)
        );
    }
    assert!(found > RANDOM / 20, "only {found} found");
}

#[test]
fn a_long_service_or_password_file_takes_no_long_time() {
    let began = std::time::Instant::now();
    for piece in ["[", "[a]\n", "a:", "\\", "\0", "\n", "#", "*:*:*:*"] {
        let file = piece.repeat((1 << 20) / piece.len());
        let _read = find_service(file.as_bytes(), "a", pgward::conninfo::Libpq::V18);
        let endpoints = Conninfo::parse("host=h").expect("a host").endpoints().expect("a place");
        let key = PassKey::new(&endpoints[0], &Part::harmless("d"), &Part::harmless("u")).expect("complete");
        let _found = find_password(file.as_bytes(), &key);
        let _shown = visible_service(file.as_bytes());
    }
    assert!(began.elapsed().as_secs() < 20, "{:?}", began.elapsed());
}

#[test]
fn what_of_a_service_file_may_be_shown() {
    let file =
        "# host=old\n[shop]\nhost=db\npassword=s3cret\npasword=s3cret\n user=app \nhost=u:p@h\n[a b]\n";
    let shown: Vec<&str> = visible_service(file.as_bytes()).into_iter().map(|r| &file[r]).collect();
    assert_eq!(shown, ["[shop]", "host=db", "password=", "user=app", "host="]);
}
