//! Which files say something and which do not, each beside a twin that is read, or judged, all the same.

use super::{Twins, mild::tell_apart};
use crate::found;
use pgward::{Files, Policy, Severity, lint};

const TWINS: &[Twins] = &[
    // Of a file in which nothing is about a database its own tools may say more.
    Twins {
        rule: "dotenv-syntax",
        healthy: &[(
            ".env.prod",
            "VITE_BASE=/api/v1\nVITE_OTHER= `{\n  \"api\": \"/api\",\n  \"ws\": \"/\"\n}`\n",
        )],
        ill: &[(
            ".env.prod",
            "DB_HOST=db\nDB_NAME=shop\nVITE_OTHER= `{\n  \"api\": \"/api\",\n  \"ws\": \"/\"\n}`\n",
        )],
    },
    // A script without an extension is one by its first line.
    Twins {
        rule: "compose-credential-mismatch",
        healthy: &[("compose.yml", OWN_ROLE), ("bin/recreate_db", MAKES_ROLE)],
        ill: &[("compose.yml", OWN_ROLE), ("bin/recreate_db", MAKES_OTHER)],
    },
    // An image that is pulled is the one that is built under its name, and waits as that does.
    Twins {
        rule: "compose-no-health-gate",
        healthy: &[("docker-compose.yml", BUILDS_WEB), ("docker-compose.prod.yml", PULLS_WEB), ENTRY],
        ill: &[("docker-compose.yml", BUILDS_OTHER), ("docker-compose.prod.yml", PULLS_WEB), ENTRY],
    },
    // The command of the image is not run where the service has its own.
    Twins {
        rule: "compose-no-health-gate",
        healthy: &[("docker-compose.prod.yml", BUILDS_BESIDE), ("web/Dockerfile", WAITS_FIRST)],
        ill: &[("docker-compose.prod.yml", RUNS_ANOTHER), ("web/Dockerfile", WAITS_FIRST)],
    },
    // Which of two Dockerfiles made the image that is pulled, nobody says.
    Twins {
        rule: "compose-no-health-gate",
        healthy: &[
            ("docker-compose.yml", BUILDS_WEB),
            ("docker-compose.prod.yml", PULLS_WEB),
            ("web/Dockerfile", WAITS_FIRST),
        ],
        ill: &[
            ("docker-compose.yml", BUILDS_WEB),
            ("docker-compose.test.yml", BUILDS_FOR_TESTS),
            ("docker-compose.prod.yml", PULLS_WEB),
            ("web/Dockerfile", WAITS_FIRST),
        ],
    },
    // What only a shell can read, a shell is given; compose cannot read it.
    Twins {
        rule: "dotenv-syntax",
        healthy: &[("dev.env", SOURCED)],
        ill: &[("dev.env", SOURCED), ("compose.yml", GIVES_DEV)],
    },
    Twins {
        rule: "dotenv-syntax",
        healthy: &[(".env", SOURCED)],
        ill: &[(".env", "sourc ./venv\nDB_NAME=shop\n")],
    },
    // What assigns is no command, and a word of a shell in quotes is none.
    Twins {
        rule: "dotenv-syntax",
        healthy: &[(".env", "source venv/bin/activate\nexport DB_NAME='shop'\n")],
        ill: &[(".env", "source venv/bin/activate\nexport DB_NAME=''shop of ours'\n")],
    },
    Twins {
        rule: "dotenv-syntax",
        healthy: &[(".env", "export $(cat base.env)\nDB_NAME=shop\n")],
        ill: &[(".env", "NOTE=\"\nset -a\n\"\nsourc ./venv\nDB_NAME=shop\n")],
    },
];

const SOURCED: &str = "source venv/bin/activate\nset -a\nexport $(cat base.env)\nexport DB_NAME=shop\nif [ -z \"$DB_HOST\" ]; then\n  echo none\nfi\n";
const GIVES_DEV: &str = "services:\n  web:\n    build: .\n    env_file: dev.env\n";
const OWN_ROLE: &str = "services:\n  db:\n    image: postgres:16.4\n    environment: {POSTGRES_USER: postgres, POSTGRES_PASSWORD: k3Vq9mT2xLpW7c}\n  web:\n    build: .\n    environment:\n      DATABASE_URL: postgresql://shop:k3Vq9mT2xLpW7c@db:5432/shop\n";
const MAKES_ROLE: &str = "#!/bin/bash\npsql -U postgres -c \"CREATE ROLE shop LOGIN PASSWORD '$PASSWORD'\"\ncreatedb -U postgres shop\n";
const MAKES_OTHER: &str = "#!/bin/bash\npsql -U postgres -c \"CREATE ROLE stock LOGIN PASSWORD '$PASSWORD'\"\ncreatedb -U postgres stock\n";

const BUILDS_WEB: &str =
    "services:\n  app:\n    build: ./web\n    image: registry.example.com/shop/web:dev\n";
const BUILDS_OTHER: &str =
    "services:\n  app:\n    build: ./web\n    image: registry.example.com/shop/site:dev\n";
const BUILDS_FOR_TESTS: &str = "services:\n  app:\n    build: ./tests\n    image: shop/web\n";
const PULLS_WEB: &str = "services:\n  db:\n    image: postgres:16.4\n  web:\n    image: ghcr.io/shop/web:1.4\n    environment:\n      DATABASE_URL: postgresql://shop@db/shop\n    depends_on: [db]\n";
const ENTRY: (&str, &str) =
    ("web/entrypoint.sh", "#!/bin/sh\nwhile ! nc -z db 5432; do sleep 1; done\nexec \"$@\"\n");
const BUILDS_BESIDE: &str =
    "services:\n  db:\n    image: postgres:16.4\n  web:\n    build: ./web\n    depends_on: [db]\n";
const RUNS_ANOTHER: &str = "services:\n  db:\n    image: postgres:16.4\n  web:\n    build: ./web\n    command: node .\n    depends_on: [db]\n";
const WAITS_FIRST: &str = "FROM node:22\nCMD dockerize -wait tcp://db:5432 node .\n";

#[test]
fn what_is_read_decides() {
    tell_apart(TWINS);
}

#[test]
fn what_is_not_there_fails_in_its_own_way() {
    for (source, target, note) in [
        ("./x.sql", "x.sql", "ends at the first start"),
        ("./x.sh", "10.sh", "ends at the first start"),
        ("./scripts", "", "nothing says so"),
        ("./more", "more/x.sql", "nothing says so"),
    ] {
        let text = format!(
            "services:\n  db:\n    image: postgres:17-bookworm\n    volumes:\n      - {source}:/docker-entrypoint-initdb.d/{target}\n"
        );
        let told = found(&[("compose.yml", &text)], "init-script-missing");
        assert!(told.len() == 1 && told[0].notes[0].contains(note), "{text} {told:?}");
    }
    let text = "services:\n  db:\n    image: postgres:17-bookworm\n    configs:\n      - {source: init, target: /docker-entrypoint-initdb.d/x.sql}\nconfigs:\n  init: {file: ./x.sql}\n";
    let told = found(&[("compose.yml", text)], "init-script-missing");
    assert!(told.len() == 1 && told[0].notes[0].contains("no container"), "{told:?}");
}

#[test]
fn requirements_may_be_wide() {
    let says = |bytes: Vec<u8>| {
        let files = Files {
            files: vec![(
                ".env.production".into(),
                b"DATABASE_URL=postgresql+psycopg://shop@db.internal/shop\n".to_vec(),
            )],
            manifests: vec![
                ("requirements.txt".into(), bytes),
                ("requirements-dev.txt".into(), b"pytest\n".to_vec()),
            ],
            ..Files::default()
        };
        lint(&files, &Policy::default()).iter().any(|f| f.rule == "driver-not-installed")
    };
    let wide = |mark: [u8; 2], text: &str, unit: fn(u16) -> [u8; 2]| {
        [&mark[..], &text.encode_utf16().flat_map(unit).collect::<Vec<u8>>()].concat()
    };
    let (own, other) = ("psycopg==3.2\r\nsqlalchemy==2.0\r\n", "sqlalchemy==2.0\r\n");
    for (text, missing) in [(own, false), (other, true)] {
        assert_eq!(says(text.as_bytes().to_vec()), missing);
        assert_eq!(says([b"\xef\xbb\xbf", text.as_bytes()].concat()), missing);
        assert_eq!(says(wide([0xff, 0xfe], text, u16::to_le_bytes)), missing);
        assert_eq!(says(wide([0xfe, 0xff], text, u16::to_be_bytes)), missing);
    }
}

#[test]
fn bytes_that_are_no_text_are_told_once() {
    let says = |bytes: &[u8]| {
        let files = Files { files: vec![(".env".into(), bytes.to_vec())], ..Files::default() };
        let all = lint(&files, &Policy::default()).into_iter().map(|f| f.rule);
        all.filter(|rule| rule.starts_with("dotenv-") || rule == "file-not-utf8").collect::<Vec<_>>()
    };
    let wide = |unit: fn(u16) -> [u8; 2]| {
        "\u{feff}# Shop\r\nDB_HOST=db\r\nDB_NAME=shop\r\n".encode_utf16().flat_map(unit).collect::<Vec<u8>>()
    };
    assert_eq!(says(&wide(u16::to_le_bytes)), ["file-not-utf8"]);
    assert_eq!(says(&wide(u16::to_be_bytes)), ["file-not-utf8"]);
    // A loader that goes on finds no name in it either.
    let read_by_dotenv = Files {
        files: vec![(".env".into(), wide(u16::to_le_bytes))],
        manifests: vec![(
            "package.json".into(),
            br#"{"dependencies": {"dotenv": "16", "pg": "8"}}"#.to_vec(),
        )],
        ..Files::default()
    };
    let told: Vec<String> = lint(&read_by_dotenv, &Policy::default()).into_iter().map(|f| f.rule).collect();
    assert_eq!(told, ["file-not-utf8"]);
    assert_eq!(says(b"DB_NAME=caf\xe9\nthis is no line\n"), ["file-not-utf8", "dotenv-syntax"]);
    assert_eq!(says(b"\xef\xbb\xbfDB_HOST=db\nDB_NAME=caf\xe9\n"), ["file-not-utf8"]);
    assert_eq!(says(b"\xef\xbb\xbfDB_HOST=db\n"), ["dotenv-encoding"]);
}

#[test]
fn who_passes_over_a_line_does_not_take_it() {
    let notes = |text: &str| {
        let told = found(&[(".env", text)], "dotenv-syntax");
        told.into_iter().flat_map(|f| f.notes).collect::<Vec<_>>().join("\n")
    };
    let passed = notes("sourc ./venv\nDB_NAME=shop\n");
    assert!(passed.contains("python-dotenv, node dotenv: nothing, it passes over the line"), "{passed}");
    let taken = notes("DB NAME=shop\n'DB HOST'=db\nDB_PORT=5432\n");
    assert!(taken.contains("takes the line"), "{taken}");
}

/// What lies above the checkout may be put there where it is started.
#[test]
fn what_is_named_above_is_worth_a_note() {
    // A directory may be kept for scripts that nobody has written.
    let text = |name: &str| {
        format!(
            "services:\n  db:\n    image: postgres:17-bookworm\n    volumes:\n      - ../{name}:/docker-entrypoint-initdb.d\n"
        )
    };
    let (script, directory) = (text("init.sql"), text("init"));
    for (path, text, severity) in [
        ("compose.yml", &script, Severity::Note),
        ("deploy/compose.yml", &script, Severity::Warning),
        ("deploy/compose.yml", &directory, Severity::Note),
    ] {
        let told = found(&[(path, text)], "init-script-missing");
        assert_eq!(told.iter().map(|f| f.severity).collect::<Vec<_>>(), [severity], "{path}");
    }
}
