//! The `sql` block of a server rule's page brings the state about that the rule names, on a fresh database of a
//! real server; and the `answers` blocks have the columns that this server gives.

use super::{CANARY, Command, WORLD, directory, file, pgward};
use crate::support::page::{Piece, pieces};
use pgward::unstable::rules::{Ask, Check, RULES};
use std::collections::BTreeMap;

/// What the first line of an `sql` block asks for: `-- as unprivileged; wants pg_trgm; migrates`.
struct Wish {
    owner: bool,
    wants: Option<String>,
    migrates: bool,
    plaintext: bool,
    below: Option<u32>,
}

impl Wish {
    fn of(body: &str) -> Self {
        let line = body.lines().next().and_then(|l| l.strip_prefix("-- ")).unwrap_or_default();
        let words: Vec<&str> = line.split(';').map(str::trim).collect();
        let after = |prefix: &str| words.iter().find_map(|w| w.strip_prefix(prefix));
        Self {
            owner: words.contains(&"as owner"),
            wants: after("wants ").map(str::to_owned),
            migrates: words.contains(&"migrates"),
            plaintext: words.contains(&"link plaintext"),
            below: after("server below ").and_then(|v| v.parse().ok()),
        }
    }
}

#[test]
fn the_sql_of_each_page_brings_its_finding_about() {
    let version: u32 = WORLD.server.sql("postgres", "SHOW server_version_num").parse().expect("a number");
    let (mut ran, mut elsewhere) = (0, Vec::new());
    for rule in RULES.iter().filter(|r| r.checks.iter().any(|c| matches!(c, Check::Server(..)))) {
        let page = std::fs::read_to_string(directory().join(format!("{}.md", rule.id.replace('-', "_"))))
            .expect("a page");
        let blocks: Vec<String> = pieces(&page)
            .into_iter()
            .filter_map(|p| match p {
                Piece::Block { info, body } if info == "sql" => Some(body),
                _ => None,
            })
            .collect();
        if rule.checks.iter().all(|c| matches!(c, Check::Server(..))) {
            assert!(!blocks.is_empty(), "{}: a server rule's page has an `sql` block", rule.id);
        }
        for body in blocks {
            let wish = Wish::of(&body);
            // Another server version, a host that is not this machine, or a pooler cannot be had here.
            if wish.below.is_some_and(|v| version / 10_000 >= v)
                || body.contains("host not local")
                || body.contains("behind a pooler")
            {
                elsewhere.push(rule.id);
                continue;
            }
            let name = format!("page_{}_{ran}", rule.id.replace('-', "_"));
            let owner = if wish.owner { "app" } else { "other" };
            WORLD.server.sql("postgres", &format!("CREATE DATABASE {name} OWNER {owner}"));
            WORLD.server.sql(&name, &body);
            let mode = if wish.plaintext {
                "sslmode=disable".into()
            } else {
                format!("sslmode=verify-full&sslrootcert={}", file("ca.pem"))
            };
            let url = format!("postgresql://app:{CANARY}@localhost:{}/{name}?{mode}", WORLD.server.port());
            let mut arguments = vec!["preflight", "--format", "json", "--fail-on", "never"];
            arguments.extend(wish.wants.iter().flat_map(|w| ["--require-extension", w]));
            if wish.migrates {
                arguments.extend(["--install", "--require-extension", "plpgsql"]);
            }
            let json = pgward(&arguments, &[("DATABASE_URL", &url), ("APP_ENV", "production")]).json();
            let found = json["findings"].as_array().expect("findings").iter().any(|f| f["rule"] == rule.id);
            assert!(found, "{}: {json:#}", rule.id);
            ran += 1;
        }
    }
    assert!(ran >= 5, "only {ran} blocks were run; elsewhere: {elsewhere:?}");
}

#[test]
fn the_columns_are_those_of_a_real_server() {
    let mut asks: BTreeMap<&str, &Ask> = BTreeMap::new();
    for rule in RULES {
        for check in rule.checks {
            if let Check::Server(of_rule, _) = check {
                asks.extend(of_rule.iter().map(|ask| (ask.name, *ask)));
            }
        }
    }
    for ask in asks.values() {
        let sql = sql_of(ask);
        let columns = header(&sql);
        assert_eq!(columns, ask.columns, "{}", ask.name);
    }
    assert!(asks.len() >= 3);
}

/// The question as it is put for a target that wants an extension and migrates.
fn sql_of(ask: &Ask) -> String {
    use pgward::unstable::{
        configuration::{Configuration, Input},
        policy::Wanted,
        rules::Asking,
    };
    let variables = BTreeMap::from([("DATABASE_URL".to_owned(), b"postgresql://app@localhost/app".to_vec())]);
    let extensions = vec![Wanted { name: "pg_trgm".into(), span: None }];
    let configuration = Configuration::new(Input { variables, extensions, ..Input::default() });
    let target = configuration.settings.selected().expect("a target");
    (ask.sql)(&Asking { target, migrates: true })
        .unwrap_or_else(|| panic!("{} is not asked", ask.name))
        .into_owned()
}

/// The column names that psql prints.
fn header(sql: &str) -> Vec<String> {
    let output = Command::new("psql")
        .args([
            "-X",
            "-A",
            "-F",
            "|",
            "-d",
            "postgres",
            "-U",
            "postgres",
            "-p",
            &WORLD.server.port().to_string(),
            "-h",
        ])
        .arg(WORLD.server.socket_dir())
        .args(["-c", sql])
        .output()
        .expect("psql is there with the server");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
    text.lines().next().unwrap_or_default().split('|').map(str::to_owned).collect()
}
