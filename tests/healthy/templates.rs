//! What is there to be copied, filled in by another program, or read where nothing runs: each beside a twin that is worth
//! a warning.

use super::{Tree, Twins, mild::warns};
use pgward::{Files, Git, Policy, Severity, lint};

const TWINS: &[Twins] = &[
    // Samples by the end of their name.
    Twins {
        rule: "placeholder-host",
        healthy: &[(
            "dendrite-sample.yaml",
            "database:\n  connection_string: postgresql://username:password@hostname/dendrite?sslmode=disable\n",
        )],
        ill: &[(
            "dendrite.yaml",
            "database:\n  connection_string: postgresql://username:password@hostname/dendrite?sslmode=disable\n",
        )],
    },
    // What a program makes an env file from.
    Twins {
        rule: "dotenv-syntax",
        healthy: &[(".env.erb", "<% if cuda %>\nSECRET_KEY_BASE=a\n<% end %>\nDB_HOST=db\n")],
        ill: &[(".env", "'unclosed\nSECRET_KEY_BASE=a\nDB_HOST=db\n")],
    },
    // YAML under the name of an env file, read by a workflow.
    Twins {
        rule: "file-unparseable",
        healthy: &[(
            ".github/env/global.env",
            "# Versions\nCLI_VERSION: 1.17.0\nURL: https://x.example/v${CLI_VERSION}/\n",
        )],
        ill: &[("global.env", "CLI VERSION\nU R L\n")],
    },
    // A pipeline puts it in; tox takes it from the shell.
    Twins {
        rule: "database-url-unrecognised",
        healthy: &[
            (
                ".circleci/config.yml",
                "jobs:\n  test:\n    environment:\n      DATABASE_URL: <<#parameters.pg>>postgres://postgres@localhost/plume_test<</parameters.pg>>\n",
            ),
            (
                "tox.ini",
                "[testenv]\nsetenv =\n    tests: DATABASE_URL = {env:TESTS_URL:postgresql://postgres@localhost/tests}\n",
            ),
        ],
        ill: &[("tox.ini", "[testenv]\nsetenv =\n    tests: DATABASE_URL = localhost/tests\n")],
    },
    // SQLite's own name for no file.
    Twins {
        rule: "database-url-unrecognised",
        healthy: &[(
            ".github/workflows/ci.yml",
            "on: push\njobs:\n  test:\n    runs-on: x\n    steps:\n      - run: cargo test\n        env:\n          DATABASE_URL: \":memory:\"\n",
        )],
        ill: &[(
            ".github/workflows/ci.yml",
            "on: push\njobs:\n  test:\n    runs-on: x\n    steps:\n      - run: cargo test\n        env:\n          DATABASE_URL: \"memory\"\n",
        )],
    },
    // The address of another engine's server.
    Twins {
        rule: "database-url-unrecognised",
        healthy: &[(".env", "DB_ENGINE=dynamodb\nDB_URL=http://dynamodb.internal:8000\n")],
        ill: &[(".env", "DB_ENGINE=sql\nDB_URL=http://db.internal:8000\n")],
    },
    // A pipeline makes one database and names it twice.
    Twins {
        rule: "test-equals-primary",
        healthy: &[(
            ".circleci/config.yml",
            "jobs:\n  test:\n    environment:\n      DATABASE_URL: postgresql://postgres@localhost/test\n      TEST_DATABASE_URL: postgresql://postgres@localhost/test\n",
        )],
        ill: &[(
            ".env",
            "DATABASE_URL=postgresql://postgres@localhost/test\nTEST_DATABASE_URL=postgresql://postgres@localhost/test\n",
        )],
    },
    Twins {
        rule: "test-name-not-test",
        healthy: &[(
            "wait.js",
            "const url = process.env.TEST_DATABASE_URL ?? 'postgres://localhost:5432/template1'\n",
        )],
        ill: &[(
            "wait.js",
            "const url = process.env.TEST_DATABASE_URL ?? 'postgres://localhost:5432/contest'\n",
        )],
    },
    // Nothing says what the file is for: the name may be meant so.
    Twins {
        rule: "environment-word-mismatch",
        healthy: &[("docker-compose.yml", SERVER)],
        ill: &[("compose-dev.yaml", SERVER)],
    },
    // A container that shares the loopback address.
    Twins {
        rule: "compose-localhost-host",
        healthy: &[(
            "compose.yml",
            "services:\n  app:\n    build: .\n    environment: {PGHOST: localhost, PGUSER: app, PGDATABASE: app}\n  db:\n    image: postgres:17\n    network_mode: service:app\n",
        )],
        ill: &[(
            "compose.yml",
            "services:\n  app:\n    build: .\n    environment: {PGHOST: localhost, PGUSER: app, PGDATABASE: app}\n  db:\n    image: postgres:17\n",
        )],
    },
    // What is built here may make its database first.
    Twins {
        rule: "compose-credential-mismatch",
        healthy: &[(
            "compose.yml",
            "services:\n  web:\n    build: .\n    environment: {PGHOST: db, PGUSER: postgres, PGDATABASE: shop, PGPASSWORD: x}\n  db:\n    image: postgres:17\n    environment: {POSTGRES_PASSWORD: x}\n",
        )],
        ill: &[(
            "compose.yml",
            "services:\n  web:\n    image: shop/web\n    environment: {PGHOST: db, PGUSER: postgres, PGDATABASE: shop, PGPASSWORD: x}\n  db:\n    image: postgres:17\n    environment: {POSTGRES_PASSWORD: x}\n",
        )],
    },
    // A program of Java, whatever the variable is called.
    Twins {
        rule: "foreign-conninfo",
        healthy: &[(
            "compose.yml",
            "services:\n  traccar:\n    image: traccar/traccar\n    environment:\n      DATABASE_DRIVER: org.postgresql.Driver\n      DATABASE_URL: jdbc:postgresql://db:5432/traccar\n",
        )],
        ill: &[(
            "compose.yml",
            "services:\n  web:\n    image: shop/web\n    environment:\n      DATABASE_URL: jdbc:postgresql://db:5432/traccar\n",
        )],
    },
    // How backup images spell that a variable is not set.
    Twins {
        rule: "value-and-file-both-set",
        healthy: &[(
            "Dockerfile",
            "FROM postgres:17\nENV POSTGRES_DB=\"**None**\" POSTGRES_DB_FILE=\"**None**\"\n",
        )],
        ill: &[(
            "Dockerfile",
            "FROM postgres:17\nENV POSTGRES_DB=\"shop\" POSTGRES_DB_FILE=\"/run/secrets/db\"\n",
        )],
    },
    Twins {
        rule: "url-in-image",
        healthy: &[(
            "test/results/api/Dockerfile",
            "FROM ruby\nENV DATABASE_URL=\"sqlite3:///data/production.sqlite3\"\n",
        )],
        ill: &[("Dockerfile", "FROM ruby\nENV DATABASE_URL=\"sqlite3:///data/production.sqlite3\"\n")],
    },
    Twins {
        rule: "sqlite-in-memory",
        healthy: &[("conftest.py", "DB_URL = os.getenv('DATABASE_URL', 'sqlite://:memory:')\n")],
        ill: &[("app.py", "DB_URL = os.getenv('DATABASE_URL', 'sqlite://:memory:')\n")],
    },
    // A service and its namespace.
    Twins {
        rule: "tls-unspecified",
        healthy: &[("dev.env", "DATABASE_URL=postgresql://app:k3Vq9mT2xLpW7c@postgres.postgres:5432/app\n")],
        ill: &[(
            ".env.production",
            "DATABASE_URL=postgresql://app:k3Vq9mT2xLpW7c@postgres.example.net:5432/app\n",
        )],
    },
    // The address of something else, put together by a loader that does so.
    Twins {
        rule: "dotenv-dollar",
        healthy: &[(
            ".env.test",
            "CLICKHOUSE_HOST=http://localhost:${CH_PORT:-8123}\nINGESTION=abc\nAPI=$INGESTION\n",
        )],
        ill: &[(".env.test", "DATABASE_URL=postgresql://app@localhost:${PG_PORT:-5432}/app_test\n")],
    },
    // Quotes that BuildKit and the shell take off.
    Twins {
        rule: "value-wrapped",
        healthy: &[
            ("Dockerfile", "FROM alpine\nENV POSTGRES_HOST 'db'\nENV POSTGRES_USER \"app\"\n"),
            ("run.sh", "DATABASE_URL=${DATABASE_URL:-\"postgresql://app@db/shop\"}\n"),
        ],
        ill: &[(".envrc", "export DATABASE_URL=\"'postgresql://app@db/shop'\"\n")],
    },
    // The stage that is shipped is not the one for tests.
    Twins {
        rule: "weak-secret",
        healthy: &[(
            "Dockerfile",
            "FROM python AS base\nFROM base AS production\nFROM production AS ci_tests\nENV DATABASE_URL=postgresql://app:postgres@db/shop\n",
        )],
        ill: &[(
            "Dockerfile",
            "FROM python AS base\nFROM base AS ci_tests\nFROM base AS production\nENV DATABASE_URL=postgresql://app:postgres@db/shop\n",
        )],
    },
    // `test-core.ini` is one of tests, the one alembic.ini is shipped.
    Twins {
        rule: "url-in-framework-config",
        healthy: &[(
            "test-core.ini",
            "[app:main]\nsqlalchemy.url = postgresql://ckan:k3Vq9mT2xLpW7c@localhost/ckan_test\n",
        )],
        ill: &[(
            "core.ini",
            "[app:main]\nsqlalchemy.url = postgresql://ckan:k3Vq9mT2xLpW7c@localhost/ckan\n",
        )],
    },
    // What just reckons out, and what an action is handed.
    Twins {
        rule: "database-url-unrecognised",
        healthy: &[
            (
                "justfile",
                "PORT := '5411'\nexport DATABASE_URL := ('postgres://app@localhost:' + PORT + '/db')\n",
            ),
            (
                ".github/actions/x/action.yml",
                "runs:\n  using: composite\n  steps:\n    - run: make\n      env:\n        DATABASE_URL: ${{ inputs.url }}\n",
            ),
        ],
        ill: &[("justfile", "export DATABASE_URL := 'localhost/db'\n")],
    },
    // One server of several, started by its name.
    Twins {
        rule: "compose-host-port-clash",
        healthy: &[(
            "compose.yml",
            "services:\n  pg16:\n    image: postgres:16\n    ports: ['5433:5432']\n  pg17:\n    image: postgres:17\n    ports: ['5433:5432']\n",
        )],
        ill: &[(
            "compose.yml",
            "services:\n  pg16:\n    image: postgres:16\n    ports: ['5433:5432']\n  proxy:\n    image: haproxy\n    ports: ['5433:5432']\n",
        )],
    },
    // How a Python program's styles are built.
    Twins {
        rule: "superuser-role",
        healthy: &[
            ("compose.yml", NODE),
            ("package.json", "{}\n"),
            ("requirements.txt", "django==5.2\npsycopg==3.2\n"),
        ],
        ill: &[("compose.yml", NODE), ("package.json", "{}\n")],
    },
];

/// A service whose scripts are built as production's.
const NODE: &str = "services:\n  web:\n    build: .\n    environment:\n      NODE_ENV: production\n      DATABASE_URL: postgresql://postgres:k3Vq9mT2xLpW7c@db.internal/shop?sslmode=verify-full\n";

const SERVER: &str = "services:\n  web:\n    image: shop/web\n    environment: {DB_HOST: db.internal, DB_USER: app, DB_NAME: shop_production}\n";

#[test]
fn what_is_filled_in_elsewhere_is_no_warning() {
    let mut failures = Vec::new();
    for Twins { rule, healthy, ill } in TWINS {
        if warns(healthy, rule) {
            failures.push(format!("{rule}: warns about {healthy:?}"));
        }
        if !warns(ill, rule) {
            failures.push(format!("{rule}: does not warn about {ill:?}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// The severity of a rule on a tree of which git keeps all, or of which nothing is known.
fn severity(tree: Tree<'_>, rule: &str, kept: bool) -> Option<Severity> {
    let files = Files {
        files: tree.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect(),
        git: tree.iter().filter(|_| kept).map(|(path, _)| ((*path).to_owned(), Git::Tracked)).collect(),
        ..Files::default()
    };
    let all = lint(&files, &Policy::default());
    all.iter().filter(|f| f.rule == rule).map(|f| f.severity).max()
}

#[test]
fn what_git_keeps_unfilled_is_there_to_be_copied() {
    const APP: Tree<'_> = &[(
        "app.yaml",
        "env_variables:\n  DB_USER: <YOUR_DB_USER>\n  DB_PASS: <YOUR_DB_PASSWORD>\n  DB_NAME: <YOUR_DB_NAME>\n  DB_HOST: db\n",
    )];
    const SHOWN: Tree<'_> =
        &[("data/bookmark.toml", "url = \"postgres://username:password@host:port/database\"\n")];
    const REAL: Tree<'_> = &[(
        ".env.production",
        "DATABASE_URL=postgresql://app:changeme@db.example.com/shop?sslmode=require\n",
    )];
    for (tree, rule) in [
        (APP, "placeholder-secret"),
        (APP, "unresolved-placeholder"),
        (SHOWN, "port-invalid"),
        (SHOWN, "placeholder-host"),
    ] {
        assert!(severity(tree, rule, true) <= Some(Severity::Note), "{rule}");
        assert!(severity(tree, rule, false) >= Some(Severity::Warning), "{rule}");
    }
    assert_eq!(severity(REAL, "placeholder-secret", true), Some(Severity::Error));
}
