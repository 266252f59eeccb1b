//! What is no file, or none that can be read.

use super::{NOBODY, SECRET, Tree, URL, is_root};
use std::{
    fs,
    os::unix::{fs::PermissionsExt as _, net::UnixListener},
    path::Path,
    process::Stdio,
};

/// A tree with a file that has an error, so that a run that goes on is told from one that does not.
fn tree() -> Tree {
    let text = format!("APP_ENV=production\nDATABASE_URL={URL}?sslmode=disable\n");
    Tree::of(&[("z/.env", text.as_bytes())])
}

/// What every run over such a tree says.
const WENT_ON: &[&str] = &["z/.env", "tls-"];

#[test]
fn directories_that_lead_back_are_walked_once() {
    let tree = tree();
    fs::create_dir_all(tree.path("a/b")).expect("a directory");
    tree.link("..", "a/b/up");
    tree.link(".", "a/same");
    tree.link("two", "a/one");
    tree.link("one", "a/two");
    tree.link("/", "a/root");
    for run in tree.in_every_format(&[]) {
        run.ends_with(1).says(WENT_ON);
    }
}

#[test]
fn a_link_out_of_the_tree_leads_to_a_file_and_to_no_directory() {
    let (tree, outside) = (tree(), Tree::of(&[("deep/x.env", format!("A={SECRET}\nB\n").as_bytes())]));
    tree.link(outside.path("deep"), "out");
    tree.link(outside.path("deep/x.env"), "linked.env");
    let run = tree.lint(&["--format", "concise"]).harmless().ends_with(1).says(WENT_ON);
    assert!(!run.all().contains("out/"), "{}", run.all());
}

#[test]
fn env_files_that_are_links_to_nothing_are_named() {
    let tree = tree();
    tree.link(".env", ".env");
    tree.link("y.env", "x.env");
    tree.link("x.env", "y.env");
    tree.link("missing", "compose.yml");
    for run in tree.in_every_format(&[]) {
        run.ends_with(1).says(WENT_ON).says(&["`.env`", "`x.env`", "`y.env`"]);
    }
}

#[test]
fn links_that_lead_nowhere_are_errors_where_they_are_named() {
    let tree = tree();
    tree.link(".env", ".env");
    tree.link("missing", "gone.env");
    for name in [".env", "gone.env"] {
        tree.lint(&[name]).harmless().ends_with(2).says(&[name]);
    }
}

#[test]
fn pipes_and_sockets_in_a_tree_are_named_and_not_waited_for() {
    let tree = tree();
    tree.pipe(".env");
    tree.pipe("compose.yml");
    let _listener = UnixListener::bind(tree.path("settings.py")).expect("a socket");
    for run in tree.in_every_format(&[]) {
        run.ends_with(1).says(WENT_ON).says(&["`.env`", "`compose.yml`", "`settings.py`"]);
    }
}

#[test]
fn pipes_in_a_tree_are_not_waited_for() {
    let tree = tree();
    tree.pipe(".env");
    tree.pipe("compose.yml");
    let _listener = UnixListener::bind(tree.path("settings.py")).expect("a socket");
    tree.lint(&["--format", "concise"]).harmless().ends_with(1).says(WENT_ON);
}

#[test]
fn pipes_and_sockets_that_are_named_come_to_an_end() {
    let tree = tree();
    tree.pipe(".env");
    let _listener = UnixListener::bind(tree.path("settings.py")).expect("a socket");
    tree.lint(&[".env"]).harmless().ends_with(2).says(&["`.env`"]);
    tree.lint(&["settings.py"]).harmless().ends_with(2).says(&["`settings.py`"]);
}

#[test]
fn devices_do_not_fill_the_memory() {
    let tree = tree();
    for (device, name) in
        [("/dev/zero", ".env"), ("/dev/zero", "compose.yml"), ("/dev/urandom", "settings.py")]
    {
        tree.link(device, name);
        tree.lint(&[name]).harmless();
    }
    for run in tree.in_every_format(&[]) {
        run.ends_with(1).says(WENT_ON);
    }
}

#[test]
fn devices_in_a_tree_are_named() {
    let tree = tree();
    tree.link("/dev/zero", ".env");
    tree.lint(&[]).harmless().ends_with(1).says(WENT_ON).says(&["`.env`"]);
}

#[test]
fn a_file_whose_bytes_do_not_come_is_named_and_the_run_goes_on() {
    let tree = tree();
    // Regular to look at, and an error to read at its beginning, for every user.
    tree.link("/proc/self/mem", "a.env");
    for run in tree.in_every_format(&[]) {
        run.ends_with(1).says(WENT_ON).says(&["a.env"]);
    }
    let alone = Tree::of(&[("b.env", b"A=1\n")]);
    alone.link("/proc/self/mem", "a.env");
    alone.lint(&[]).harmless().ends_with(2).says(&["`a.env` cannot be read"]);
}

/// A run of a user that may read nothing of what is forbidden.
fn as_nobody(tree: &Tree, arguments: &[&str]) -> super::Run {
    let user = is_root().then_some(NOBODY);
    tree.start(arguments, Stdio::null(), &[], user)
}

/// Whether the binary and the tree can be reached by a user that is nobody.
fn is_reachable() -> bool {
    let everyone = |path: &Path| fs::metadata(path).is_ok_and(|facts| facts.permissions().mode() & 0o1 == 1);
    !is_root()
        || Path::new(env!("CARGO_BIN_EXE_pgward")).ancestors().filter(|p| p.parent().is_some()).all(everyone)
}

#[test]
fn what_may_not_be_read_is_named_and_the_run_goes_on() {
    if !is_reachable() {
        return;
    }
    let tree = tree();
    tree.write("a.env", "A=1\n");
    tree.write("compose.yml", "services: {}\n");
    let mode = |path: &str, mode| {
        fs::set_permissions(tree.path(path), fs::Permissions::from_mode(mode)).expect("a mode");
    };
    mode("", 0o755);
    mode("a.env", 0);
    mode("compose.yml", 0);
    let run = as_nobody(&tree, &["--format", "concise"]).harmless();
    run.ends_with(1).says(WENT_ON).says(&["`a.env` may not be read", "`compose.yml` may not be read"]);
    as_nobody(&tree, &["a.env"]).harmless().ends_with(2).says(&["`a.env` may not be read"]);
}

#[test]
fn a_directory_that_may_not_be_listed_is_named() {
    if !is_reachable() {
        return;
    }
    let tree = tree();
    tree.write("closed/.env", "A=1\n");
    let mode = |path: &str, mode| {
        fs::set_permissions(tree.path(path), fs::Permissions::from_mode(mode)).expect("a mode");
    };
    mode("", 0o755);
    mode("closed", 0);
    let run = as_nobody(&tree, &["--format", "concise"]);
    mode("closed", 0o755);
    run.harmless().ends_with(1).says(WENT_ON).says(&["`closed`"]);
}

#[test]
fn a_directory_of_twenty_thousand_entries_and_a_deep_one() {
    let tree = tree();
    for number in 0..20_000 {
        fs::write(tree.path(format!("note{number}.txt")), "").expect("a file");
    }
    tree.lint(&["--format", "concise"]).harmless().ends_with(1).says(WENT_ON);
    let deep = tree.path("d").display().to_string();
    // Longer than what the system takes in one piece.
    let made = std::process::Command::new("sh")
        .args(["-c", "mkdir -p \"$0\" && cd \"$0\" && i=0 && while [ $i -lt 2000 ]; do mkdir dddd && cd -P dddd || exit 1; i=$((i+1)); done; echo A=1 > .env", &deep])
        .stderr(Stdio::null())
        .status()
        .expect("a shell");
    assert!(made.success(), "deep directories");
    let run = tree.lint(&["--format", "concise"]).harmless();
    let removed = std::process::Command::new("rm").args(["-rf", &deep]).status().expect("rm starts");
    assert!(removed.success());
    run.ends_with(1).says(WENT_ON);
}
