//! What `lint` knows of git: real repositories, made by git itself, in every form that an index and a checkout have.
//! pgward runs no git; where it cannot read what is there, it says nothing.

#![expect(clippy::disallowed_methods, reason = "the test writes files")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

const SECRET: &str = "ENVIRONMENT=production\n\
    DATABASE_URL=postgresql://shop:k3Vq9mT2xLpW7c@shop.c3vmzq8xk1ty.eu-west-1.rds.amazonaws.com/shop?sslmode=verify-full\n";

/// A repository in a temporary directory, with git's own settings of this machine left alone.
struct Checkout {
    _directory: tempfile::TempDir,
    root: PathBuf,
}

impl Checkout {
    fn new(init: &[&str]) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let root = directory.path().join("shop");
        fs::create_dir(&root).expect("a directory");
        let out = Self { root, _directory: directory };
        out.git(&[&["init", "--quiet"], init].concat());
        out
    }

    /// With some neighbours, so that names in the index have something in common.
    fn with_env(init: &[&str]) -> Self {
        let out = Self::new(init);
        for path in [".env.production", ".env.example", "README.md", "src/main.rs", "zebra/.env.production"] {
            out.write(path, if path.contains("env") { SECRET } else { "text\n" });
        }
        out.git(&["add", "--all", "--force"]);
        out
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().expect("a directory")).expect("a directory");
        fs::write(path, text).expect("a file");
    }

    fn git(&self, arguments: &[&str]) {
        git(&self.root, arguments);
    }

    fn commit(&self) {
        self.git(&["-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "--quiet", "-m", "all"]);
    }

    fn found(&self) -> Vec<String> {
        found(&self.root, &["lint"])
    }
}

fn git(directory: &Path, arguments: &[&str]) {
    let home = directory.parent().expect("a directory");
    let output = Command::new("git")
        .args(["-c", "protocol.file.allow=always"])
        .args(arguments)
        .current_dir(directory)
        .env_remove("GIT_DIR")
        .env_remove("GIT_INDEX_FILE")
        .env("HOME", home)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output()
        .expect("git is installed: `apt-get install git`");
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// The findings of the two rules, as `path severity rule`.
fn found(directory: &Path, arguments: &[&str]) -> Vec<String> {
    let output = Command::new(env!("CARGO_BIN_EXE_pgward"))
        .args(arguments)
        .args(["--format", "concise", "-v"])
        .current_dir(directory)
        .env_clear()
        .env("HOME", directory)
        .output()
        .expect("the binary runs");
    let text = String::from_utf8(output.stdout).expect("text");
    let rules = ["[env-file-tracked]", "[literal-password]"];
    let ours = text.lines().filter(|l| !l.starts_with(' ') && rules.iter().any(|r| l.contains(r)));
    ours.map(|l| {
        let (place, rest) = l.split_once(": ").expect("a place");
        let path = place.split(':').next().expect("a path");
        format!("{path} {}", rest.split_once(']').expect("a rule").0.replace('[', " "))
    })
    .collect()
}

const TRACKED: [&str; 2] =
    [".env.production error env-file-tracked", "zebra/.env.production error env-file-tracked"];

#[test]
fn every_version_of_an_index_is_read() {
    for version in ["2", "3", "4"] {
        let checkout = Checkout::with_env(&[]);
        if version == "3" {
            // Version 3 is version 2 with a mark that needs it.
            checkout.write("later", "text\n");
            checkout.git(&["add", "--intent-to-add", "later"]);
        }
        checkout.git(&["update-index", "--index-version", version]);
        let index = fs::read(checkout.root.join(".git/index")).expect("an index");
        assert_eq!(index[7], version.as_bytes()[0] - b'0', "git wrote another version");
        assert_eq!(checkout.found(), TRACKED, "version {version}");
        // After a commit there are extensions behind the entries.
        checkout.commit();
        assert_eq!(checkout.found(), TRACKED, "version {version}, committed");
    }
    assert_eq!(Checkout::with_env(&["--object-format=sha256"]).found(), TRACKED);
}

#[test]
fn a_worktree_and_a_submodule_have_an_index_elsewhere() {
    let checkout = Checkout::with_env(&[]);
    checkout.commit();
    checkout.git(&["worktree", "add", "--quiet", "../aside"]);
    let aside = checkout.root.parent().expect("a directory").join("aside");
    assert!(aside.join(".git").is_file());
    assert_eq!(found(&aside, &["lint"]), TRACKED);
    let outer = Checkout::new(&[]);
    let url = checkout.root.to_str().expect("text").to_owned();
    outer.git(&["submodule", "--quiet", "add", &url, "inner"]);
    assert!(outer.root.join("inner/.git").is_file());
    let want = TRACKED.map(|line| format!("inner/{line}"));
    assert_eq!(outer.found(), want);
    // From inside and from outside alike.
    assert_eq!(found(&outer.root.join("inner"), &["lint"]), TRACKED);
    assert_eq!(
        found(outer.root.parent().expect("a directory"), &["lint", "shop"]),
        want.map(|l| format!("shop/{l}"))
    );
    assert_eq!(
        found(&outer.root.join("inner/zebra"), &["lint", "../.env.production"]),
        [format!("../{}", TRACKED[0])]
    );
}

#[test]
fn what_cannot_be_read_is_not_known() {
    let split = Checkout::with_env(&[]);
    split.git(&["update-index", "--split-index"]);
    assert_eq!(split.found(), [""; 0], "split");
    let sparse = Checkout::with_env(&[]);
    sparse.commit();
    sparse.git(&["sparse-checkout", "set", "--cone", "--sparse-index", "src"]);
    let index = fs::read(sparse.root.join(".git/index")).expect("an index");
    assert!(index.windows(4).any(|w| w == b"sdir"), "git wrote no sparse index");
    assert_eq!(sparse.found(), [""; 0], "sparse");
    for text in [&b""[..], b"DIRC", b"DIRC\0\0\0\x02\xff\xff\xff\xff", &[0xff; 4096]] {
        let broken = Checkout::with_env(&[]);
        fs::write(broken.root.join(".git/index"), text).expect("an index");
        assert_eq!(broken.found(), [""; 0], "{} bytes", text.len());
    }
    let nowhere = Checkout::with_env(&[]);
    fs::remove_dir_all(nowhere.root.join(".git")).expect("a directory");
    assert_eq!(nowhere.found(), [""; 0], "no checkout");
    fs::write(nowhere.root.join(".git"), "gitdir: /nowhere\n").expect("a file");
    assert_eq!(nowhere.found(), [""; 0], "a checkout that is gone");
}

#[test]
fn rules_of_gitignore_are_followed() {
    let checkout = Checkout::new(&[]);
    for path in [
        ".env.production",
        "api/.env.production",
        "api/kept/.env.production",
        "out/.env.production",
        "web/.env.production",
    ] {
        checkout.write(path, SECRET);
    }
    let open = |path: &str| format!("{path}/.env.production warning env-file-tracked");
    assert_eq!(checkout.found().len(), 5, "nothing is ignored yet");
    checkout.write(".gitignore", "# secrets\n/.env*\nout/\n");
    checkout.write("api/.gitignore", ".env.*\n");
    checkout.write("api/kept/.gitignore", "!.env.production\n");
    // Below an ignored directory nothing is taken back.
    checkout.write("out/.gitignore", "!.env.production\n");
    assert_eq!(checkout.found(), [open("api/kept"), open("web")]);
    checkout.write(".git/info/exclude", "web/*\n");
    assert_eq!(checkout.found(), [open("api/kept")]);
    // What is tracked is tracked, whatever is ignored now.
    checkout.git(&["add", "--force", "web/.env.production"]);
    assert_eq!(checkout.found(), [open("api/kept"), "web/.env.production error env-file-tracked".into()]);
}

#[test]
fn a_tracked_configuration_has_its_own_rule() {
    let checkout = Checkout::new(&[]);
    checkout.write("config/production.env", SECRET);
    checkout.write("tests/production.env", SECRET);
    assert_eq!(checkout.found(), [""; 0], "not tracked");
    checkout.git(&["add", "--all"]);
    assert_eq!(checkout.found(), ["config/production.env error literal-password"]);
}
