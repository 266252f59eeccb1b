//! `pgward show`: what is in force, who said it, and what lost; never a password.

#[path = "show/libpq_files.rs"]
mod libpq_files;

use std::process::{Command, Stdio};

/// Letters alone, so that it needs no encoding and cannot stand in a text by chance.
const CANARY: &str = "cAnArYpAsSwOrDqXvB";

struct Shown {
    stdout: String,
    stderr: String,
}

impl Shown {
    /// The rows of the table, blanks between columns made one.
    fn rows(&self) -> Vec<String> {
        self.stdout.lines().map(|l| l.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
    }

    /// The row that begins so, and the shadows below it.
    fn row(&self, begins: &str) -> Vec<String> {
        let rows = self.rows();
        let at = rows.iter().position(|r| r.starts_with(begins));
        let at = at.unwrap_or_else(|| panic!("no row `{begins}`: {}{}", self.stdout, self.stderr));
        let shadows = rows[at + 1..].iter().take_while(|r| r.starts_with("shadows ")).cloned();
        std::iter::once(rows[at].clone()).chain(shadows).collect()
    }

    fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|e| panic!("{e}: {}{}", self.stdout, self.stderr))
    }
}

/// `pgward show ARGS` among these files alone and with no other variables.
fn pgward(
    command: &str,
    arguments: &[&str],
    files: &[(&str, &str)],
    variables: &[(&str, &str)],
) -> (i32, Shown) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    for (name, text) in files {
        let path = directory.path().join(name);
        std::fs::write(&path, text).expect("written");
        #[cfg(unix)]
        if *name == ".pgpass" {
            let owner_alone = std::os::unix::fs::PermissionsExt::from_mode(0o600);
            std::fs::set_permissions(&path, owner_alone).expect("its mode");
        }
    }
    let output = Command::new(env!("CARGO_BIN_EXE_pgward"))
        .arg(command)
        .args(arguments)
        .current_dir(directory.path())
        .env_clear()
        .env("HOME", directory.path())
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .output()
        .expect("the binary runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    // Where the home directory is differs from run to run.
    let home = format!("{}/", directory.path().display());
    let text = |bytes: &[u8]| text(bytes).replace(&home, "~/");
    let shown = Shown { stdout: text(&output.stdout), stderr: text(&output.stderr) };
    let all = format!("{}{}", shown.stdout, shown.stderr);
    assert!(!all.contains(&CANARY[..9]), "a password is shown: {all}");
    (output.status.code().expect("no signal"), shown)
}

fn show(arguments: &[&str], files: &[(&str, &str)], variables: &[(&str, &str)]) -> Shown {
    let (code, shown) = pgward("show", arguments, files, variables);
    assert_eq!(code, 0, "{}{}", shown.stdout, shown.stderr);
    shown
}

fn url(host: &str, rest: &str) -> String {
    format!("postgresql://app:{CANARY}@{host}/shop{rest}")
}

/// `key` and the place (`path:line`, or the variable's name) of each that lost.
fn lost(of: &serde_json::Value) -> Vec<String> {
    let place = |p: &serde_json::Value| match p["path"].as_str() {
        Some(path) => format!("{path}:{}", p["line"]),
        None => p["variable"].as_str().expect("a variable").to_owned(),
    };
    let lost = of["shadowed"].as_array().expect("a list").iter();
    lost.map(|l| format!("{} at {}", l["key"].as_str().expect("a key"), place(&l["place"]))).collect()
}

fn setting(json: &serde_json::Value, keyword: &str) -> serde_json::Value {
    let all = json["targets"][0]["settings"].as_array().expect("settings");
    all.iter().find(|s| s["keyword"] == keyword).unwrap_or_else(|| panic!("{keyword}: {json:#}")).clone()
}

#[test]
fn four_layers() {
    let files = [
        ("pgward.toml", "[connection]\nsslmode = \"verify-full\"\nconnect_timeout = \"5\"\n"),
        (".env", &*format!("DATABASE_URL={}\nPGAPPNAME=shop\n", url("file.internal", ""))),
    ];
    let (variable, flag) = (url("env.internal", ""), url("flag.internal", "?sslmode=disable"));
    let variables = [
        ("DATABASE_URL", &*variable),
        ("PGSSLMODE", "require"),
        ("APP_ENV", "development"),
        ("PGOPTIONS", ""),
    ];
    let shown = show(&["--database-url", &flag], &files, &variables);
    assert_eq!(shown.row("environment"), ["environment development from APP_ENV"]);
    assert_eq!(
        shown.row("DATABASE_URL"),
        [
            "DATABASE_URL PostgreSQL primary, used here",
            "shadows DATABASE_URL (environment)",
            "shadows DATABASE_URL, .env:1:14"
        ]
    );
    assert_eq!(shown.row("host "), ["host flag.internal --database-url"]);
    assert_eq!(shown.row("password"), ["password ••• --database-url"]);
    assert_eq!(
        shown.row("sslmode"),
        [
            "sslmode disable --database-url",
            "shadows [connection] sslmode, pgward.toml:2:12",
            "shadows PGSSLMODE (environment)"
        ]
    );
    assert_eq!(
        shown.row("connect_timeout"),
        ["connect_timeout 5 [connection] connect_timeout, pgward.toml:3:20"]
    );
    assert_eq!(shown.row("application_name"), ["application_name shop PGAPPNAME, .env:2:11"]);
    assert_eq!(shown.row("dials"), ["dials flag.internal:5432"]);

    let json = show(&["--database-url", &flag, "--format", "json"], &files, &variables).json();
    assert_eq!(json["environment"]["origin"], "APP_ENV");
    assert_eq!(lost(&json["targets"][0]), ["DATABASE_URL at DATABASE_URL", "DATABASE_URL at .env:1"]);
    let sslmode = setting(&json, "sslmode");
    assert_eq!(sslmode["value"], "disable");
    assert_eq!(sslmode["place"]["variable"], "--database-url");
    assert_eq!(lost(&sslmode), ["[connection] sslmode at pgward.toml:2", "PGSSLMODE at PGSSLMODE"]);
    let password = setting(&json, "password");
    assert_eq!((&password["value"], &password["masked"]), (&serde_json::Value::Null, &true.into()));
    assert_eq!(setting(&json, "application_name")["place"]["line"], 2);
}

#[test]
fn a_variable_is_no_flag() {
    let url = url("db.internal", "");
    let shown = show(&[], &[], &[("DATABASE_URL", &url), ("APP_ENV", "test")]);
    assert_eq!(shown.row("host "), ["host db.internal DATABASE_URL (environment)"]);
    assert_eq!(shown.row("password"), ["password ••• DATABASE_URL (environment)"]);
}

#[test]
fn parts_and_what_they_beat() {
    let parts = [
        ("DB_HOST", "db.internal"),
        ("DB_NAME", "shop"),
        ("DB_USER", "app"),
        ("DB_PASSWORD", CANARY),
        ("PGPASSWORD", CANARY),
        ("PGHOST", "other.internal"),
        ("APP_ENV", "development"),
    ];
    let files = [
        ("pgward.toml", "[connection]\nhost = \"fixed.internal\"\n"),
        (".env", "PGHOST=third.internal\nDB_HOST=old.internal\n"),
    ];
    let shown = show(&[], &files, &parts);
    assert_eq!(
        shown.row("host "),
        [
            "host db.internal DB_HOST (environment)",
            "shadows DB_HOST, .env:2:9",
            "shadows [connection] host, pgward.toml:2:9",
            "shadows PGHOST (environment)",
            "shadows PGHOST, .env:1:8"
        ]
    );
    assert_eq!(
        shown.row("password"),
        ["password ••• DB_PASSWORD (environment)", "shadows PGPASSWORD (environment)"]
    );
}

#[test]
fn what_a_project_calls_its_own_does_not_beat_itself() {
    let files = [("pgward.toml", "[variables]\nhost = [\"PGHOST\"]\nname = [\"PGDATABASE\"]\n")];
    let variables = [("PGHOST", "db.internal"), ("PGDATABASE", "shop"), ("APP_ENV", "development")];
    assert_eq!(show(&[], &files, &variables).row("host "), ["host db.internal PGHOST (environment)"]);
}

#[test]
fn an_empty_loser_is_none() {
    let url = url("db.internal", "?sslmode=require");
    let shown = show(&[], &[], &[("DATABASE_URL", &url), ("PGSSLMODE", ""), ("APP_ENV", "test")]);
    assert_eq!(shown.row("sslmode"), ["sslmode require DATABASE_URL (environment)"]);
}

#[test]
fn twice_in_one_file() {
    let (old, new) = (url("old.internal", ""), url("new.internal", ""));
    let env = format!("DATABASE_URL={old}\nAPP_ENV=development\n\nDATABASE_URL={new}\n");
    let files = [(".env", &*env)];
    let shown = show(&[], &files, &[]);
    assert_eq!(
        shown.row("DATABASE_URL"),
        ["DATABASE_URL PostgreSQL primary, used here", "shadows DATABASE_URL, .env:1:14"]
    );
    assert!(shown.row("host ")[0].starts_with("host new.internal DATABASE_URL, .env:4:"), "{}", shown.stdout);
    let json = show(&["--format", "json"], &files, &[]).json();
    assert_eq!(lost(&json["targets"][0]), ["DATABASE_URL at .env:1"]);

    // Among many other lines, and below another layer, it is the same.
    let many = |a: char| (0..60).map(|i| format!("{a}_{i}=x\n")).collect::<Vec<_>>().concat();
    let env = format!("{}DATABASE_URL={old}\n{}DATABASE_URL={new}\n{}", many('A'), many('B'), many('C'));
    let files = [(".env", &*env)];
    let development = ("APP_ENV", "development");
    let json = show(&["--format", "json"], &files, &[development]).json();
    assert_eq!(lost(&json["targets"][0]), ["DATABASE_URL at .env:61"]);
    let set = url("set.internal", "");
    let shown = show(&[], &files, &[development, ("DATABASE_URL", &set)]);
    assert!(shown.row("host ")[0].starts_with("host set.internal DATABASE_URL (env"), "{}", shown.stdout);
    let json = show(&["--format", "json"], &files, &[development, ("DATABASE_URL", &set)]).json();
    assert_eq!(lost(&json["targets"][0]), ["DATABASE_URL at .env:122", "DATABASE_URL at .env:61"]);
}

#[test]
fn a_file_that_was_opened_does_not_say_what_it_was_opened_for() {
    let local = format!("DATABASE_URL={}\n", url("db.internal", ""));
    let package = ("package.json", r#"{"dependencies": {"next": "15"}}"#);
    let base = (".env", "APP_ENV=development\n");
    let shown = show(&[], &[package, base, (".env.development.local", &local)], &[]);
    assert_eq!(shown.row("environment"), ["environment development from .env:1:9"]);
    assert!(shown.row("host ")[0].contains(".env.development.local:1:"), "{}", shown.stdout);

    // Nor does what it says inside; that is a contradiction.
    let local = format!("APP_ENV=production\n{local}");
    let files = [package, base, (".env.development.local", &*local)];
    let shown = show(&[], &files, &[]);
    assert_eq!(shown.row("environment"), ["environment development from .env:1:9"]);
    let (_, checked) = pgward("check", &["--format", "json"], &files, &[]);
    assert!(checked.stdout.contains("\"environment-contradiction\""), "{}", checked.stdout);

    let shown = show(&[], &[package, (".env.development", "A=1\n")], &[("NODE_ENV", "development")]);
    assert_eq!(shown.row("environment"), ["environment development from NODE_ENV"]);
}

#[test]
fn a_file_that_was_named_says_it() {
    let text = format!("DATABASE_URL={}\n", url("db.internal", ""));
    let file = (".env.staging", &*text);
    let shown = show(&["--env-file", ".env.staging"], &[file], &[]);
    assert_eq!(shown.row("environment"), ["environment staging from .env.staging"]);
    let policy = ("pgward.toml", "env-files = [\".env.staging\"]\n");
    let shown = show(&[], &[file, policy], &[]);
    assert_eq!(shown.row("environment"), ["environment staging from .env.staging"]);
}

#[test]
fn an_env_file_that_calls_this_production_is_not_read() {
    for key in ["PGWARD_ENV", "APP_ENV"] {
        let text = format!("{key}=production\nDATABASE_URL={}\n", url("db.internal", ""));
        let files = [(".env", &*text), (".env.other", "A=1\n")];
        let shown = show(&[], &files, &[]);
        assert_eq!(shown.row("environment"), ["environment production nobody said; judged as production"]);
        assert_eq!(
            shown.row("not read .env it"),
            ["not read .env it calls this production; name it with --env-file"]
        );
        assert_eq!(shown.row("not read .env.other"), ["not read .env.other name it with --env-file"]);
        assert!(!shown.stdout.contains("db.internal"), "{}", shown.stdout);
        let (_, checked) = pgward("check", &[], &files, &[]);
        let all =
            format!("{}{}", checked.stdout, checked.stderr).split_whitespace().collect::<Vec<_>>().join(" ");
        let says =
            "`.env` was not read: it calls this production, where a file is read only when it is named";
        assert!(all.contains(says), "{all}");
        assert!(!all.contains("db.internal"), "{all}");
    }
    // The process knows better.
    let shown = show(&[], &[(".env", "APP_ENV=production\n")], &[("APP_ENV", "staging")]);
    assert_eq!(shown.row("not read"), ["not read .env name it with --env-file"]);
}

#[test]
fn who_reads_what() {
    let files = [
        (".env", &*format!("APP_ENV=development\nDATABASE_URL={}\n", url("localhost", ""))),
        ("Cargo.toml", "[dependencies]\nsqlx = { version = \"0.8\", features = [\"postgres\"] }\n"),
        ("requirements.txt", "python-dotenv\n"),
    ];
    let shown = show(&[], &files, &[]);
    assert_eq!(shown.row("consumer"), ["consumer sqlx Cargo.toml:2:1"]);
    assert_eq!(shown.row("loader"), ["loader python-dotenv for .env, requirements.txt:1:1"]);
    let shown = show(&["--consumer", "libpq,django"], &files, &[]);
    assert_eq!(shown.row("consumer libpq"), ["consumer libpq --consumer"]);
    assert_eq!(shown.row("consumer dj"), ["consumer dj-database-url --consumer"]);
    let json = show(&["--format", "json"], &files, &[("PGWARD_CONSUMER", "pg")]).json();
    assert_eq!(json["consumers"][0]["name"], "node-postgres");
    assert_eq!(json["loaders"][0]["file"], ".env");
    assert_eq!(json["loaders"][0]["loaders"][0]["place"]["path"], "requirements.txt");
    let policy =
        [files[0], ("pgward.toml", "consumers = [\"asyncpg\"]\nloaders = [\"python-dotenv\"]\n"), files[1]];
    let shown = show(&[], &policy, &[]);
    assert_eq!(shown.row("consumer"), ["consumer asyncpg pgward.toml:1:15"]);
    assert_eq!(shown.row("loader"), ["loader python-dotenv for .env, pgward.toml:2:13"]);
    let shown = show(&[], &files[..1], &[]);
    assert_eq!(shown.row("loader"), ["loader python-dotenv for .env, nobody said"]);
}

#[test]
fn a_misspelt_reader_is_an_error() {
    let (code, shown) = pgward("show", &["--consumer", "sqlxx"], &[], &[]);
    assert_eq!(code, 2);
    assert!(shown.stderr.contains("did you mean `sqlx`?"), "{}", shown.stderr);
    let files = [("pgward.toml", "loaders = [\"python-dotnev\"]\n")];
    let (code, shown) = pgward("check", &[], &files, &[]);
    assert_eq!(code, 2);
    assert!(
        shown.stderr.contains("pgward.toml:1:13: ") && shown.stderr.contains("did you mean"),
        "{}",
        shown.stderr
    );
}

#[test]
fn a_secret_in_a_file() {
    let password = format!("{CANARY}\n");
    let files =
        [(".env", "DB_HOST=db.internal\nDB_NAME=shop\nDB_USER=old\n"), ("it", &*password), ("who", "app")];
    let variables = [("APP_ENV", "development"), ("DB_PASSWORD_FILE", "it"), ("DB_USER_FILE", "./who")];
    let shown = show(&[], &files, &variables);
    assert_eq!(shown.row("password"), ["password ••• DB_PASSWORD_FILE → it"]);
    assert_eq!(shown.row("user"), ["user app DB_USER_FILE → ./who", "shadows DB_USER, .env:3:9"]);
    let json = show(&["--format", "json"], &files, &variables).json();
    assert_eq!(setting(&json, "password")["place"]["path"], "it");
    // The line feed at the end is no part of it, or a weak one would not be known.
    let (code, weak) = pgward(
        "check",
        &["--environment", "production", "--env-file", ".env"],
        &[(".env", files[0].1), ("it", "letmein\n"), ("who", "app")],
        &variables,
    );
    assert!(code == 1 && weak.stdout.contains("[weak-secret]"), "{}{}", weak.stdout, weak.stderr);
    let (code, bad) = pgward("check", &["--format", "concise"], &[(".env", files[0].1)], &variables);
    assert_eq!(code, 1);
    assert_eq!(bad.stdout.matches("error[secret-file-bad]").count(), 2, "{}", bad.stdout);
}

#[test]
fn a_secret_that_is_a_document() {
    let document = format!(
        "{{\n  \"engine\": \"postgres\",\n  \"host\": \"db.internal\",\n  \"port\": 6432,\n  \"username\": \"app\",\n  \
         \"password\": \"{CANARY}\"\n}}\n"
    );
    let files = [("secret.json", &*document)];
    let elsewhere = url("old.internal", "");
    let variables = [("APP_ENV", "development"), ("DATABASE_URL", &*elsewhere), ("DATABASE_NAME", "shop")];
    let shown = show(&["--secret-json", "secret.json"], &files, &variables);
    assert_eq!(shown.row("--secret-json"), ["--secret-json PostgreSQL primary, used here"]);
    assert_eq!(shown.row("host"), ["host db.internal --secret-json, secret.json:3:12"]);
    assert_eq!(shown.row("port"), ["port 6432 --secret-json, secret.json:4:11"]);
    assert_eq!(shown.row("password"), ["password ••• --secret-json, secret.json:6:16"]);
    assert_eq!(shown.row("dials"), ["dials db.internal:6432"]);
    assert!(shown.stdout.contains("shadows DATABASE_URL (environment)"), "{}", shown.stdout);

    // In a variable a URL is above it, and only the command line is above both.
    let variables = [("APP_ENV", "development"), ("DATABASE_NAME", "shop"), ("DB_SECRET", &*document)];
    let shown = show(&[], &[], &variables);
    assert_eq!(shown.row("dbname"), ["dbname shop DATABASE_NAME (environment)"]);
    let mut both = variables.to_vec();
    both.push(("DATABASE_URL", &*elsewhere));
    assert_eq!(show(&[], &[], &both).row("dials"), ["dials old.internal:5432"]);
    let flag = url("flag.internal", "");
    let shown = show(&["--secret-json", "secret.json", "--database-url", &flag], &files, &variables);
    assert_eq!(shown.row("dials"), ["dials flag.internal:5432"]);

    let (code, wrong) = pgward("show", &["--secret-json", "nothing.json"], &files, &[]);
    assert!(code == 2 && wrong.stderr.contains("no file `nothing.json`"), "{}", wrong.stderr);
    // The file of a variable that `[variables]` names.
    let files = [("pgward.toml", "[variables]\nsecret-json = [\"APP_SECRET\"]\n"), ("it.json", &*document)];
    let shown = show(&[], &files, &[("APP_ENV", "development"), ("APP_SECRET_FILE", "it.json")]);
    assert_eq!(shown.row("host"), ["host db.internal APP_SECRET_FILE → it.json:3:12"]);
}
