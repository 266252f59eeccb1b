//! Standard input that is no text, or has no end.

use super::{Run, SECRET, Tree};
use std::{
    fs::File,
    process::{Command, Stdio},
};

fn from(tree: &Tree, path: &str, arguments: &[&str]) -> Run {
    let input = File::open(tree.path(path)).expect("a file");
    tree.start(arguments, input.into(), &[], None)
}

#[test]
fn it_may_be_no_text() {
    let tree = Tree::new();
    let secret = SECRET.as_bytes();
    let wide: Vec<u8> =
        format!("\u{feff}DATABASE_URL={SECRET}\n").encode_utf16().flat_map(u16::to_le_bytes).collect();
    for bytes in [
        &b"\x00\xff\xfe\x80"[..],
        &[b"DATABASE_URL=\xff\xfe", secret].concat(),
        &wide,
        b"\x1b[2JDATABASE_URL=\x07\n",
    ] {
        tree.write("input", bytes);
        for kind in ["dotenv", "compose", "python", "shell", "sql", "toml", "json", "ini", "dockerfile"] {
            for format in super::FORMATS {
                from(&tree, "input", &[&["-", "--as", kind][..], format].concat()).harmless();
            }
        }
    }
}

#[test]
fn it_may_be_huge() {
    let tree = Tree::new();
    tree.sparse("input", "DATABASE_URL=1\n", 1 << 30);
    for kind in ["dotenv", "compose", "python", "sql", "shell"] {
        from(&tree, "input", &["-", "--as", kind, "--format", "concise"])
            .harmless()
            .says(&["larger than 4 MiB"]);
    }
}

#[test]
fn it_may_have_no_end() {
    let tree = Tree::new();
    let mut yes =
        Command::new("yes").arg("DATABASE_URL=x").stdout(Stdio::piped()).spawn().expect("yes starts");
    let input = yes.stdout.take().expect("a pipe");
    let run = tree.start(&["-", "--format", "concise"], input.into(), &[], None);
    yes.kill().expect("a child");
    yes.wait().expect("a child");
    run.harmless().says(&["larger than 4 MiB"]);
    let zero = File::open("/dev/zero").expect("a device");
    tree.start(&["-"], zero.into(), &[], None).harmless();
}

#[test]
fn it_may_be_closed_or_a_directory() {
    let tree = Tree::new();
    tree.lint(&["-"]).harmless().ends_with(0);
    let directory = File::open(tree.path("")).expect("a directory");
    tree.start(&["-"], directory.into(), &[], None).harmless().ends_with(2);
}
