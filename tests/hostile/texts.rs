//! Texts that are nested, repeated and referred to beyond all measure, and texts that are none.

use super::{SECRET, Tree, URL, many};

/// Runs over one file.
#[track_caller]
fn lint(name: &str, text: impl AsRef<[u8]>) -> super::Run {
    Tree::of(&[(name, text.as_ref())]).lint(&["--format", "concise"]).harmless()
}

/// So deep that a parser which calls itself once a level needs more stack than there is.
const DEEP: usize = 100_000;

#[test]
fn nested_without_an_end() {
    for (name, lead, word) in [
        ("a.yml", "database: ", "["),
        ("a.yml", "database: ", "{a: "),
        ("a.yml", "database:\n", "- "),
        ("a.yml", "database:\n", "? "),
        ("compose.yml", "services: ", "{a: "),
        ("a.json", "", "{\"database\":"),
        ("a.json", "", "["),
        ("a.toml", "database = ", "["),
        ("a.toml", "database = ", "{a="),
        ("a.toml", "", "database."),
        ("a.toml", "[", "database."),
        ("settings.py", "DATABASES = ", "("),
        ("settings.py", "DATABASES = ", "{'default': "),
        ("settings.py", "DATABASES = ", "os.getenv('A', "),
        ("settings.py", "DATABASE_URL = ", "f'{"),
        ("settings.py", "DATABASE_URL = ", "f\"{f'{"),
        ("settings.py", "DATABASE_URL = ", "rb'' f'' "),
        ("settings.py", "DATABASE_URL = ", "not -"),
        ("settings.py", "DATABASE_URL = ", "lambda: "),
        ("settings.py", "DATABASE_URL = ", "a if b else "),
        ("a.ts", "const DATABASE_URL = ", "("),
        ("a.ts", "const DATABASE_URL = ", "`${"),
        ("a.ts", "const DATABASE_URL = ", "new Pool({"),
        ("a.ts", "const DATABASE_URL = ", "a ?? "),
        ("a.ts", "const DATABASE_URL = ", "a ? b : "),
        ("a.ts", "const DATABASE_URL = ", "!await "),
        ("run.sh", "DATABASE_URL=", "$("),
        ("run.sh", "DATABASE_URL=", "${A:-"),
        ("run.sh", "DATABASE_URL=", "\"$(\""),
        ("run.sh", "DATABASE_URL=", "`"),
        ("run.sh", "psql ", "("),
        ("run.sh", "psql ", "if psql; then "),
        (".env", "DATABASE_URL=", "${A:-"),
        (".env", "DATABASE_URL=\"", "$(\""),
        ("Dockerfile", "FROM postgres\nENV A=", "${A:-"),
        ("application.properties", "spring.datasource.url=", "${a:"),
        ("alembic.ini", "[alembic]\nsqlalchemy.url = ", "%("),
        ("a.sql", "CREATE DATABASE a; ", "/*"),
        ("a.sql", "CREATE DATABASE a; ", "("),
        ("schema.prisma", "datasource db ", "{"),
        ("a.service", "[Service]\nEnvironment=\"DATABASE_URL=", "\\\""),
        ("Makefile", "DATABASE_URL = ", "$("),
    ] {
        let text = format!("{lead}{}", word.repeat(DEEP));
        lint(name, text);
    }
}

#[test]
fn nested_and_closed() {
    for (name, lead, open, close) in [
        ("a.yml", "database: ", "[", "]"),
        ("a.yml", "database: ", "{a: ", "}"),
        ("a.json", "", "{\"database\":", "}"),
        ("a.toml", "database = ", "[", "]"),
        ("settings.py", "DATABASES = ", "{'default': ", "}"),
        ("settings.py", "DATABASE_URL = ", "(", ")"),
        ("settings.py", "DATABASE_URL = ", "f\"{", "}\""),
        ("a.ts", "const DATABASE_URL = ", "(", ")"),
        ("a.ts", "const DATABASE_URL = ", "`${", "}`"),
        ("run.sh", "DATABASE_URL=", "$(", ")"),
        ("run.sh", "DATABASE_URL=", "${A:-", "}"),
        (".env", "DATABASE_URL=", "${A:-", "}"),
        (
            "compose.yml",
            "services:\n  w:\n    image: postgres\n    environment:\n      DATABASE_URL: ",
            "${A:-",
            "}",
        ),
        ("application.properties", "spring.datasource.url=", "${a:", "}"),
    ] {
        let text = format!("{lead}{}{}\n", open.repeat(DEEP), close.repeat(DEEP));
        lint(name, text);
    }
}

#[test]
fn what_is_nested_too_deeply_is_said_to_be() {
    let text = format!("database:\n{}\n", "- ".repeat(200));
    lint("a.yml", text).ends_with(0).says(&["nested too deeply", "a.yml"]);
    let bomb = bomb(40, |i, below| format!("a{i}: &a{i} [*a{below}, *a{below}]\n"), "a0: &a0 [database]\n");
    lint("a.yml", bomb).ends_with(0).says(&["nested too deeply, or made too large by its aliases", "a.yml"]);
    // Data that a program wrote: a note, which `-v` shows.
    let numbers = format!("{{\"database\": [{}0]}}\n", "0,".repeat(450_000));
    lint("a.json", numbers).ends_with(0).says(&["1 note not shown"]);
}

/// Lines of which each stands for two of the one before.
fn bomb(lines: usize, line: impl Fn(usize, usize) -> String, first: &str) -> String {
    let rest = many(1..=lines, |i| line(i, i - 1));
    format!("{first}{rest}")
}

#[test]
fn lines_that_double_each_other() {
    let yaml =
        |n| bomb(n, |i, below| format!("a{i}: &a{i} [*a{below}, *a{below}]\n"), "a0: &a0 [database]\n");
    let merge = bomb(
        60,
        |i, below| format!("a{i}: &a{i} {{<<: [*a{below}, *a{below}], b{i}: 1}}\n"),
        "a0: &a0 {database: 1}\n",
    );
    lint("a.yml", yaml(60));
    lint("a.yml", merge);
    lint("a.ts", "a = b ? a : a\nb = a ? b : a\nconst DATABASE_URL = a || b\n");
    lint("settings.py", "a = b if a else a\nb = a if a else b\nDATABASE_URL = a or b\n");
    // Each document is small enough by itself.
    lint("a.yml", format!("{}---\n", yaml(16)).repeat(1_000));
    lint("a.yml", "a: &a [*a]\ndatabase: *a\n");
    lint("a.yml", format!("database: {}{}\n", "&a [".repeat(5_000), "*a"));
    for (name, first, last) in
        [(".env", "", ""), ("run.sh", "", "psql $A60\n"), ("Makefile", "", "psql $(A60)\n")]
    {
        let text = bomb(60, |i, below| format!("A{i}=${{A{below}}}${{A{below}}}\n"), "A0=xxxxxxxxxx\n");
        lint(name, format!("{first}{text}DATABASE_URL=${{A60}}\n{last}"));
    }
    lint(
        "Dockerfile",
        bomb(60, |i, below| format!("ENV A{i}=$A{below}$A{below}\n"), "FROM postgres\nENV A0=xxxxxxxxxx\n"),
    );
    for (first, value) in [("a0 = 'xxxxxxxxxx'\n", "{} + {}"), ("a0 = 'xxxxxxxxxx'\n", "f'{{}}{{}}'")] {
        let line = |i: usize, below: usize| format!("a{i} = {}\n", value.replace("{}", &format!("a{below}")));
        lint("settings.py", format!("{}DATABASE_URL = a60\n", bomb(60, line, first)));
    }
    lint(
        "a.ts",
        format!(
            "{}const DATABASE_URL = a60\n",
            bomb(
                60,
                |i, below| format!("const a{i} = `${{a{below}}}${{a{below}}}`\n"),
                "const a0 = 'xxxxxxxxxx'\n"
            )
        ),
    );
    lint(
        "alembic.ini",
        bomb(
            60,
            |i, below| format!("a{i} = %(a{below})s%(a{below})s\n"),
            "[alembic]\nsqlalchemy.url = %(a60)s\na0 = x\n",
        ),
    );
    let spring = |i: usize, below: usize| format!("a{i}=${{a{below}}}${{a{below}}}\n");
    lint("application.properties", bomb(60, spring, "spring.datasource.url=${a60}\na0=x\n"));
}

#[test]
fn files_that_lead_to_themselves() {
    let tree = Tree::of(&[
        (
            "compose.yml",
            b"include: [compose.yml, compose.override.yml]\nservices:\n  db:\n    image: postgres\n    extends: {file: \
              compose.yml, service: db}\n    env_file: [compose.yml, .env, ., ../compose.yml, '']\n    depends_on: [db]\n\
              \x20   links: [db]\n  a: {extends: b, image: postgres}\n  b: {extends: a}\n",
        ),
        ("compose.override.yml", b"include: compose.yml\nservices: {db: {env_file: compose.override.yml}}\n"),
        (".env", b"A=${B}\nB=${A}\nDATABASE_URL=${DATABASE_URL}\nC=\"${C:-${C:-$C}}\"\n"),
        ("run.sh", b"A=$B\nB=$A\nDATABASE_URL=$DATABASE_URL; . ./run.sh; psql <<A\n"),
        ("Dockerfile", b"FROM a AS b\nFROM b AS a\nENV DATABASE_URL=$DATABASE_URL\nFROM a\nFROM b AS b\n"),
        ("alembic.ini", b"[alembic]\nsqlalchemy.url = %(a)s\na = %(sqlalchemy.url)s\n"),
        ("settings.py", b"from settings import *\nDATABASE_URL = DATABASE_URL\na = b\nb = a\nDATABASES = {'default': DATABASES}\n"),
        ("a.ts", b"export * from './a'\nconst DATABASE_URL = DATABASE_URL || DATABASE_URL\nconst a = b, b = a\n"),
        ("application.properties", b"spring.datasource.url=${spring.datasource.url}\n"),
        ("package.json", b"{\"workspaces\": [\".\", \"..\"], \"dependencies\": {\"pg\": \"file:.\"}}\n"),
        ("requirements.txt", b"-r requirements.txt\n-c requirements.txt\npsycopg\n"),
    ]);
    tree.in_every_format(&["-v"]);
}

#[test]
fn texts_that_are_none() {
    let wide = |bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
        format!("\u{feff}DATABASE_URL=postgresql://a:{SECRET}@b/c\n").encode_utf16().flat_map(bytes).collect()
    };
    let secret = SECRET.as_bytes();
    let tree = Tree::new();
    for (i, bytes) in [
        wide(u16::to_le_bytes),
        wide(u16::to_be_bytes),
        [b"DATABASE_URL=postgresql://a:", secret, b"\xff\xfe@b/c\n"].concat(),
        [b"DATABASE_URL\0=postgresql://a:", secret, b"\0@b/c\n"].concat(),
        b"\x7fELF\x02\x01\x01\0database\0\0\xff".repeat(3_000),
        (0..=255).cycle().take(100_000).chain(*b"\nDATABASE_URL=1\n").collect(),
        b"\r\r\rDATABASE_URL=1\r\r\n\r".to_vec(),
        b"\xef\xbb\xbf\xef\xbb\xbfDATABASE_URL=1".to_vec(),
    ]
    .iter()
    .enumerate()
    {
        for name in super::sizes::NAMES {
            let (stem, rest) = name.rsplit_once('.').unwrap_or((name, ""));
            let path = if rest.is_empty() { format!("{i}/{stem}") } else { format!("{i}/{name}") };
            tree.write(path, bytes);
        }
    }
    for run in tree.in_every_format(&["-v"]) {
        run.says(&["UTF-8"]);
    }
}

/// Of what is looked through anew for each of its parts this is too much; of the rest it is little.
const LENGTH: usize = 96 << 10;

#[test]
fn repeated() {
    for (name, lead, words) in [
        (
            "run.sh",
            "psql\n",
            &["export A=$(", "a ", "(a=", "'\n", "\\", "<<A ", "<<A\n", "# a\n", "| psql ", "psql -c '$a'\n"]
                [..],
        ),
        (
            "a.sql",
            "CREATE DATABASE a;\n",
            &["$a", "$a$", "$1a$", "'", "E'\\", "\"", "--", "GRANT ", "GRANT ON DATABASE a TO b;\n", "/*"],
        ),
        (
            "a.yml",
            "database:\n",
            &["\\\\", "&a [*a, ", "  a: 'b", "  a: 'b\n c'\n", "'", " \"", "# ", "\n  ", "a: |\n ", "- - "],
        ),
        ("a.yml", "database: \"", &["\\\\", "\\\"", "\\x41", "\n\n", "${A", "${A}"]),
        (
            "settings.py",
            "DATABASES = {\n",
            &["'", "\"\"\"", "f'{'", "a.", "a[", "\\\n", "# ", "a = 'b' ", "*a, **b, "],
        ),
        (
            "a.ts",
            "const DATABASE_URL = ",
            &["/[=", "/a", "=/", "/*", "`", "${", "'\\", "a.b().", "</", "=> {"],
        ),
        (
            ".env",
            "DATABASE_URL=\n",
            &["A=\"", "A='", "\\", "$", "${", "${A}", "#", "=", " ", "A=`", "A=$A\n"],
        ),
        // Beside a mark that a deployment replaces, passwords in plain sight are looked for.
        (".env", "DATABASE_URL=__A__/", &["password=", "@", ":", "__", "__A__", "op://", "$", "<path:"]),
        (
            "Dockerfile",
            "FROM postgres\n",
            &["ENV A=\"", "ENV A ", "FROM a AS a\n", "\\\n", "# ", "RUN <<A\n", "ENV A=$A "],
        ),
        ("alembic.ini", "[alembic]\nsqlalchemy.url = ", &["%", "%(", "%(a)", "%(a)s", "\n  ", "\n[a]\n"]),
        ("application.properties", "spring.datasource.url=", &["${a:", "\\", "\\\n", "a=b", "\n#---\n"]),
        (
            "compose.yml",
            "services:\n  a:\n    image: postgres\n    environment:\n      A: \"",
            &["${A:-", "$$", "$A", "${A:?b}", "${A-"],
        ),
        (
            "a.yml",
            "database: 1\n",
            &["# pgward: allow[a] b\n", "# pgward: allow[", "# pgward: allow[a,", "url: #\n"],
        ),
        (".env", "", &["# pgward: allow[tls-weak] b\n", "#pgward:allow[", "# pgward: allow[tls-weak,"]),
    ] {
        for word in words {
            lint(name, format!("{lead}{}", word.repeat(LENGTH / word.len())));
        }
    }
}

#[test]
fn many_of_one_url() {
    let tree = Tree::of(&[
        (".env", format!("A_DATABASE_URL={URL}\n").repeat(300).as_bytes()),
        ("a.yml", format!("url: {URL}\n---\n").repeat(300).as_bytes()),
        ("settings.py", format!("create_engine('{URL}')\n").repeat(300).as_bytes()),
        ("run.sh", format!("psql {URL}\n").repeat(300).as_bytes()),
    ]);
    tree.in_every_format(&["-v"]);
}
