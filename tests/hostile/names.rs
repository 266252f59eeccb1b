//! Names and values that are commands to a terminal, a runner or a page: none of them is printed as it is.

use super::{FORMATS, SECRET, Tree};
use std::{ffi::OsStr, os::unix::ffi::OsStrExt as _, path::Path, process::Stdio};

/// What must not come through.
const NASTY: &[&str] = &[
    "\u{1b}[2J\u{1b}[31m",
    "\u{1b}]8;;http://evil.example\u{1b}\\x\u{1b}]8;;\u{1b}\\",
    "\u{1b}]0;title\u{7}",
    "\u{9b}2J\u{9d}0;a\u{9c}",
    "\u{7}\u{8}\u{7f}\r",
    "\u{202e}abc\u{2066}\u{200f}\u{2028}",
    "\u{e0041}\u{feff}",
    "\n::error::injected\n##[error]injected",
    "%0A::warning::injected",
    "::set-output name=a::b",
    "|a|b|`c`![x](http://evil.example)<b>",
    "\"'<&>]]>\u{fffe}",
    "a,line=1,title=x::y",
];

/// Every file that has a name to be nasty with.
fn text(of: &str, nasty: &str) -> String {
    let flat = nasty.replace(['\n', '\r'], " ");
    match of {
        "dotenv" => format!(
            "APP_ENV=production\n# {flat}\nK{flat}=v{flat}\n{flat}\nDATABASE_URL=postgresql://u{flat}:{SECRET}@h{flat}/d{flat}?sslmode={flat}\n\
             DB_HOST={flat}\n# pgward: allow[{flat}] {flat}\nPGSSLMODE={flat}\n"
        ),
        "yaml" => format!(
            "{flat}: 1\ndatabase:\n  \"{0}\": {{host: \"{0}\", name: \"{0}\", password: {SECRET}, \"{0}\": 1}}\nDATABASE_URL: \"postgresql://u:{SECRET}@{0}/d\"\n",
            escaped(nasty)
        ),
        "compose" => format!(
            "services:\n  \"{0}\":\n    image: \"postgres:{0}\"\n    container_name: \"{0}\"\n    ports: [\"{0}:5432\", \"5432:5432\"]\n    environment:\n      \
             \"{0}\": \"{0}\"\n      POSTGRES_PASSWORD: \"{SECRET}\"\n      DATABASE_URL: \"postgresql://u:{SECRET}@{0}/d?sslmode={0}\"\n    env_file: \"{0}\"\n    depends_on: [\"{0}\", b]\n    healthcheck: {{test: \"pg_isready {0}\"}}\n",
            escaped(nasty)
        ),
        "kubernetes" => format!(
            "apiVersion: v1\nkind: Secret\nmetadata: {{name: \"{0}\", namespace: \"{0}\"}}\nstringData: {{\"{0}\": a, DATABASE_URL: \"postgresql://u:{SECRET}@{0}/d\"}}\n",
            escaped(nasty)
        ),
        "toml" => format!(
            "[database.\"{0}\"]\nhost = \"{0}\"\nname = \"{0}\"\nurl = \"postgresql://u:{SECRET}@{0}/d\"\n",
            escaped(nasty)
        ),
        "python" => format!(
            "DATABASES = {{'{0}': {{'ENGINE': 'django.db.backends.postgresql', 'NAME': '{0}', 'HOST': '{0}', 'PASSWORD': '{SECRET}', 'OPTIONS': {{'sslmode': '{0}'}}}}}}\n\
             DATABASE_URL = os.getenv('{0}', 'postgresql://u:{SECRET}@{0}/d')\n# {flat}\n",
            escaped(nasty).replace('\'', "\\'")
        ),
        "javascript" => format!(
            "const url = process.env.DATABASE_URL || 'postgresql://u:{SECRET}@{0}/d'\nconst p = process.env['{0}'] ?? 'postgresql://{0}/d'\n// {flat}\n",
            escaped(nasty).replace('\'', "\\'")
        ),
        "shell" => format!(
            "echo $DATABASE_URL {flat}\nexport DATABASE_URL='postgresql://u:{SECRET}@{0}/d'\npsql -c \"CREATE DATABASE $a {flat}\" # {flat}\n{flat} psql\n",
            flat.replace('\'', "")
        ),
        "sql" => format!(
            "CREATE EXTENSION \"{0}\";\nGRANT ALL ON DATABASE \"{0}\" TO \"{0}\";\n-- {flat}\nCREATE DATABASE {flat};\n",
            nasty.replace('"', "")
        ),
        "dockerfile" => format!(
            "FROM postgres AS {flat}\nENV DATABASE_URL=postgresql://u:{SECRET}@h{flat}/d\nENV {flat}={flat}\n"
        ),
        _ => format!(
            "[alembic]\nsqlalchemy.url = postgresql://u:{SECRET}@{flat}/d%\n[{flat}]\n{flat} = {flat}\n"
        ),
    }
}

/// As a text in double quotes has it, in YAML, TOML, Python and JavaScript alike.
fn escaped(text: &str) -> String {
    let one = |c: char| match c {
        '"' | '\\' => format!("\\{c}"),
        c if c.is_control() && c < '\u{80}' => format!("\\u{:04x}", u32::from(c)),
        c => c.to_string(),
    };
    text.chars().map(one).collect()
}

const FILES: &[(&str, &str)] = &[
    ("dotenv", ".env"),
    ("yaml", "a.yml"),
    ("compose", "compose.yml"),
    ("kubernetes", "k.yml"),
    ("toml", "a.toml"),
    ("python", "settings.py"),
    ("javascript", "a.ts"),
    ("shell", "run.sh"),
    ("sql", "a.sql"),
    ("dockerfile", "Dockerfile"),
    ("ini", "alembic.ini"),
];

#[test]
fn texts() {
    for nasty in NASTY {
        let tree = Tree::new();
        for (of, name) in FILES {
            tree.write(name, text(of, nasty));
        }
        for run in tree.in_every_format(&["-v", "--statistics"]) {
            run.says(&["pgward"]);
        }
        tree.lint(&["--diff", "--unsafe-fixes", "--color", "always"]).harmless();
    }
}

#[test]
fn bytes_that_are_no_text() {
    let tree = Tree::new();
    for (i, (of, name)) in FILES.iter().enumerate() {
        for (j, raw) in
            [&b"\x9b2J"[..], b"\x9d0;a\x9c", b"\xc2", b"\xed\xa0\x80", b"\xf5\x80"].iter().enumerate()
        {
            let text = text(of, "RAW");
            let bytes = text.split("RAW").map(str::as_bytes).collect::<Vec<_>>().join(*raw);
            tree.write(format!("{i}-{j}/{name}"), bytes);
        }
    }
    for run in tree.in_every_format(&["-v"]) {
        run.says(&["UTF-8"]);
    }
}

#[test]
fn names_of_files_and_directories() {
    let tree = Tree::new();
    let text = text("dotenv", "x");
    for (i, nasty) in NASTY.iter().enumerate() {
        let name = nasty.replace('/', "_");
        tree.write(format!("{i}{name}.env"), &text);
        tree.write(Path::new(&format!("d{i}{name}")).join(".env"), &text);
        tree.write(Path::new(&format!("e{i}{name}")).join("compose.yml"), self::text("compose", "x"));
    }
    for run in tree.in_every_format(&["-v"]) {
        run.ends_with(1);
    }
    tree.lint(&["--diff", "--unsafe-fixes"]).harmless();
    // Of files that cannot be read the name is all that is said.
    let unread = Tree::new();
    for (i, nasty) in NASTY.iter().enumerate() {
        unread.link("/proc/self/mem", &format!("{i}{}.env", nasty.replace('/', "_")));
    }
    for run in unread.in_every_format(&["-v"]) {
        run.ends_with(2).says(&["cannot be read"]);
    }
}

#[test]
fn names_on_the_command_line() {
    let tree = Tree::new();
    for nasty in NASTY {
        let name = format!("{}.env", nasty.replace('/', "_"));
        for format in FORMATS {
            tree.lint(&[*format, &[name.as_str()]].concat()).harmless().ends_with(2);
        }
        let flags = ["--as", "--config", "--baseline", "--environment", "--consumer", "--loader", "--deny"];
        for flag in flags {
            let run = tree.lint(&["--format=concise", &format!("{flag}={nasty}")]);
            assert!(!run.all().contains(['\u{1b}', '\u{7}', '\u{9b}', '\u{202e}']), "{flag}: {}", run.all());
            assert_eq!(run.code, Some(2), "{flag}");
        }
    }
}

#[test]
fn names_that_are_no_utf8() {
    let tree = Tree::new();
    for name in [&b"\xff\xfe.env"[..], b"\x9b2J.env", b"caf\xe9/.env", b"caf\xe9/compose.yml"] {
        tree.write(OsStr::from_bytes(name), text("dotenv", "x"));
    }
    tree.write("z.env", text("dotenv", "x"));
    for run in tree.in_every_format(&["-v"]) {
        run.ends_with(1).says(&["z.env"]);
    }
    // On the command line they are a usage error.
    let named = [OsStr::from_bytes(b"\xff\xfe\x1b[2J.env")];
    let run = tree.start(&named, Stdio::null(), &[], None).ends_with(2);
    assert!(!run.all().contains('\u{1b}'), "{}", run.all());
}

#[test]
fn names_that_are_no_utf8_are_read_or_named() {
    let tree = Tree::new();
    tree.write(OsStr::from_bytes(b"caf\xe9.env"), text("dotenv", "x"));
    let run = tree.lint(&["--format", "concise"]).harmless();
    assert!(run.code != Some(0) && run.all().contains("caf"), "{}", run.all());
    assert!(!run.all().contains("there is no file"), "{}", run.all());
}
