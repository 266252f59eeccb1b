//! Checkouts of git that are broken, and ignore files that are none.

use super::{Tree, URL, many};
use std::fs;

fn tree() -> Tree {
    let text = format!("APP_ENV=production\nDATABASE_URL={URL}?sslmode=disable\n");
    Tree::of(&[(".env", text.as_bytes()), ("a/.env", text.as_bytes())])
}

#[track_caller]
fn goes_on(tree: &Tree) {
    let run = tree.lint(&["--format", "concise"]).harmless().ends_with(1).says(&["a/.env", "tls-"]);
    assert!(run.took.as_secs() < 60, "{:?}", run.took);
}

#[test]
fn a_file_in_the_place_of_the_directory() {
    for text in [
        &b""[..],
        b"gitdir: .git\n",
        b"gitdir: ./.git/..\n",
        b"gitdir: /dev\n",
        b"gitdir: \x1b[2J\xff\n",
        b"gitdir:",
        b"\0\xff",
        &b"gitdir: ".repeat(300_000),
    ] {
        let tree = tree();
        tree.write(".git", text);
        goes_on(&tree);
    }
    for target in [".git", "missing", "/dev/zero", "/proc/self/mem"] {
        let tree = tree();
        tree.link(target, ".git");
        goes_on(&tree);
    }
    let tree = tree();
    tree.pipe(".git");
    goes_on(&tree);
    tree.write("b/.git", "gitdir: ../c\n");
    tree.write("c/commondir", "../c\n");
    tree.write("c/gitdir", "../b/.git\n");
    tree.write("b/.env", "A=1\n");
    goes_on(&tree);
}

/// What every index is about.
fn checkout() -> Tree {
    let tree = tree();
    tree.write(".git/HEAD", "ref: refs/heads/main\n");
    tree.write(".git/config", "[core]\n\trepositoryformatversion = 0\n");
    tree
}

#[test]
fn an_index_that_is_none() {
    let huge = [&b"DIRC\0\0\0\x02\xff\xff\xff\xff"[..], &vec![0; 200_000]].concat();
    let long = [&b"DIRC\0\0\0\x04\xff\xff\xff\xff"[..], &vec![0xff; 200_000]].concat();
    for index in [&b""[..], b"DIRC", b"\xff\xfe\0", &huge, &long, &[b'\x1b'; 4096]] {
        let tree = checkout();
        tree.write(".git/index", index);
        goes_on(&tree);
    }
    let tree = checkout();
    tree.sparse(".git/index", "DIRC\0\0\0\u{2}\u{7f}\u{7f}\u{7f}\u{7f}", 100 << 20);
    goes_on(&tree);
    for target in ["index", "/dev/zero", "/proc/self/mem", "."] {
        let tree = checkout();
        tree.link(target, ".git/index");
        goes_on(&tree);
    }
    let tree = checkout();
    tree.pipe(".git/index");
    tree.pipe(".git/commondir");
    goes_on(&tree);
}

#[test]
fn a_configuration_that_is_none() {
    let tree = checkout();
    fs::remove_file(tree.path(".git/config")).expect("removed");
    tree.pipe(".git/config");
    goes_on(&tree);
    let tree = checkout();
    tree.sparse(".git/config", "[core]\n", 1 << 30);
    goes_on(&tree);
}

#[test]
fn ignore_files_that_are_none() {
    let lines = many(0..20_000, |i| format!("a{i}*/**/b?[c-d]\n"));
    for text in [
        &b"\xff\xfe\0\x1b[2J\n"[..],
        b"[\n[a\n[z-a]\n\\\n**/**/**\n!\n!!\n/\n",
        &b"*".repeat(50_000),
        &b"**/".repeat(20_000),
        &b"{a,".repeat(20_000),
        &b"[".repeat(50_000),
        lines.as_bytes(),
    ] {
        for name in [".gitignore", ".git/info/exclude", "a/.gitignore", ".ignore"] {
            let tree = checkout();
            tree.write(name, text);
            let run = tree.lint(&["--format", "concise"]).harmless();
            assert!(matches!(run.code, Some(0 | 1)), "{name}: {}", run.all());
        }
    }
}

#[test]
fn ignore_files_that_are_no_files() {
    for name in [".gitignore", ".git/info/exclude", "a/.gitignore"] {
        for target in [".gitignore", "/dev/zero", "/proc/self/mem", "."] {
            let tree = checkout();
            fs::create_dir_all(tree.path(".git/info")).expect("a directory");
            tree.link(target, name);
            goes_on(&tree);
        }
        let tree = checkout();
        fs::create_dir_all(tree.path(".git/info")).expect("a directory");
        tree.sparse(name, "a\n", 1 << 30);
        goes_on(&tree);
    }
}

#[test]
fn ignore_files_that_are_pipes() {
    for name in [".gitignore", ".git/info/exclude", "a/.gitignore", ".ignore"] {
        let tree = checkout();
        fs::create_dir_all(tree.path(".git/info")).expect("a directory");
        tree.pipe(name);
        goes_on(&tree);
    }
}
