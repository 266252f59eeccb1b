//! What is there to be copied, filled in by another program, or read where nothing runs: each beside a twin that is worth
//! a warning.

use super::{Tree, Twins, mild::tell_apart};
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
            "on: push\njobs:\n  test:\n    runs-on: x\n    steps:\n      - run: cargo test\n        env:\n          DATABASE_URL: \"postgres\"\n",
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
            "services:\n  web:\n    image: shop/web\n    environment: {PGHOST: db, PGUSER: postgres, PGDATABASE: shop, PGPASSWORD: x}\n  db:\n    image: postgres:17\n    environment: {POSTGRES_PASSWORD: x, POSTGRES_DB: store}\n",
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
            "services:\n  web:\n    build: .\n    environment:\n      DATABASE_URL: jdbc:postgresql://db:5432/traccar\n",
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
        rule: "superuser-role",
        healthy: &[(
            "Dockerfile",
            "FROM python AS base\nFROM base AS production\nFROM production AS ci_tests\nENV DATABASE_URL=postgresql://postgres:k3Vq9@db/shop\n",
        )],
        ill: &[(
            "Dockerfile",
            "FROM python AS base\nFROM base AS ci_tests\nFROM base AS production\nENV DATABASE_URL=postgresql://postgres:k3Vq9@db/shop\n",
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
    // A library of another language reads no call of this one.
    Twins {
        rule: "scheme-postgres-for-sqlalchemy",
        healthy: &[
            ("run.py", "conn = psycopg.connect('postgres://app@localhost/app')\n"),
            ("requirements.txt", "psycopg\nsqlalchemy\n"),
        ],
        ill: &[
            ("run.py", "conn = create_engine('postgres://app@localhost/app')\n"),
            ("requirements.txt", "psycopg\nsqlalchemy\n"),
        ],
    },
    // Nor do the project's libraries read what an image is given that is not built here.
    Twins {
        rule: "scheme-postgres-for-sqlalchemy",
        healthy: &[
            (
                "compose.yml",
                "services:\n  hatchet:\n    image: hatchet/engine\n    environment: {DATABASE_URL: 'postgres://app@db/app'}\n",
            ),
            ("requirements.txt", "sqlalchemy\n"),
        ],
        ill: &[
            (
                "compose.yml",
                "services:\n  web:\n    build: .\n    environment: {DATABASE_URL: 'postgres://app@db/app'}\n",
            ),
            ("requirements.txt", "sqlalchemy\n"),
        ],
    },
    // Handed on as it is, or left empty.
    Twins {
        rule: "empty-password",
        healthy: &[(
            "compose.yml",
            "services:\n  web:\n    build: .\n    environment: {PGHOST: db, PGUSER: app, PGPASSWORD: '${PGPASSWORD:-}'}\n",
        )],
        ill: &[(".env", "DB_HOST=db\nDB_USER=app\nDB_NAME=shop\nDB_PASSWORD=\n")],
    },
    Twins {
        rule: "yaml-secret-typing",
        healthy: &[(
            "secret.yaml",
            "apiVersion: v1\nkind: Secret\nmetadata: {name: db}\ndata:\n  DB_PASSWORD: ENC[AES256_GCM,data:abc=,tag:x==,type:str]\n",
        )],
        ill: &[(
            "secret.yaml",
            "apiVersion: v1\nkind: Secret\nmetadata: {name: db}\ndata:\n  DB_PASSWORD: not-base64!\n",
        )],
    },
    Twins {
        rule: "unresolved-placeholder",
        healthy: &[(
            "workflows/disks.yml",
            "provider:\n  database:\n    host: '{{ env.HOST }}'\n    user: '{{ env.USER }}'\n    dbname: disks\n",
        )],
        ill: &[(".env", "DB_HOST={{ env.HOST }}\nDB_USER=app\nDB_NAME=disks\n")],
    },
    Twins {
        rule: "url-malformed",
        healthy: &[(
            "charts/miniflux/values.yaml",
            "env:\n  DATABASE_URL: postgres://{{ .Values.user }}:{{ .Values.password }}@{{ include \"fullname\" . }}-postgresql/db\n",
        )],
        ill: &[("config/app.yaml", "env:\n  DATABASE_URL: postgres://app@[::1/app\n")],
    },
    Twins {
        rule: "database-url-empty",
        healthy: &[("charts/teedy/values.yaml", "env:\n  DATABASE_URL: \"\"\n")],
        ill: &[("config/app.yaml", "env:\n  DATABASE_URL: \"\"\n")],
    },
    Twins {
        rule: "dotenv-dollar",
        healthy: &[("template/.env", "DB_PASSWORD=$password\nDB_USER=x\n")],
        ill: &[(".env", "DB_PASSWORD=pa$word\nDB_USER=x\n")],
    },
    Twins {
        rule: "k8s-literal-url",
        healthy: &[("helm/ci/fixtures/postgres.yaml", DATABASE)],
        ill: &[("k8s/postgres.yaml", DATABASE)],
    },
    // The program that tests drive.
    Twins {
        rule: "superuser-role",
        healthy: &[(
            "spec/dummy/config/database.yml",
            "production:\n  adapter: postgresql\n  host: db.internal\n  username: postgres\n  database: app\n",
        )],
        ill: &[(
            "config/database.yml",
            "production:\n  adapter: postgresql\n  host: db.internal\n  username: postgres\n  database: app\n",
        )],
    },
    // One of several variants, and meant so.
    Twins {
        rule: "sqlite-in-production",
        healthy: &[("images/build-sqlite3/Dockerfile", "FROM alpine\nENV DB_TYPE=sqlite3\n")],
        ill: &[("images/build/Dockerfile", "FROM alpine\nENV DB_TYPE=sqlite3\n")],
    },
    // The server's own image.
    Twins {
        rule: "superuser-role",
        healthy: &[(
            "Dockerfile",
            "FROM debian\nENV PGDATA=/var/lib/postgresql/data\nENV PGHOST=db.internal PGUSER=postgres PGDATABASE=app\n",
        )],
        ill: &[("Dockerfile", "FROM debian\nENV PGHOST=db.internal PGUSER=postgres PGDATABASE=app\n")],
    },
    // Maven puts it in.
    Twins {
        rule: "file-unparseable",
        healthy: &[(
            "src/main/resources/application.yml",
            "spring:\n  profiles.active: @envName@\n  datasource:\n    url: jdbc:postgresql://db/app\n",
        )],
        ill: &[(
            "src/main/resources/application.yml",
            "spring:\n  profiles.active: @\n  datasource:\n    url: jdbc:postgresql://db/app\n",
        )],
    },
    // What is called after SQLAlchemy is not read by psql.
    Twins {
        rule: "driver-suffix",
        healthy: &[
            (".env", "SQLALCHEMY_DATABASE_URI=postgresql+psycopg2://app@localhost/app\n"),
            ("requirements.txt", "sqlalchemy\npsycopg2\n"),
            ("check.sh", PSQL),
        ],
        ill: &[
            (".env", "DATABASE_URL=postgresql+psycopg2://app@localhost/app\n"),
            ("requirements.txt", "sqlalchemy\npsycopg2\n"),
            ("check.sh", PSQL),
        ],
    },
];

/// A script that hands a URL to psql.
const PSQL: &str = "#!/bin/sh\npsql $DATABASE_URL -c 'SELECT 1'\n";

/// A server with its password in clear.
const DATABASE: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: db}\nspec:\n  containers:\n    - name: db\n      image: postgres:17\n      env:\n        - {name: POSTGRES_PASSWORD, value: k3Vq9mT2xLpW7c}\n";

/// A service whose scripts are built as production's.
const NODE: &str = "services:\n  web:\n    build: .\n    environment:\n      NODE_ENV: production\n      DATABASE_URL: postgresql://postgres:k3Vq9mT2xLpW7c@db.internal/shop?sslmode=verify-full\n";

const SERVER: &str = "services:\n  web:\n    image: shop/web\n    environment: {DB_HOST: db.internal, DB_USER: app, DB_NAME: shop_production}\n";

#[test]
fn what_is_filled_in_elsewhere_is_no_warning() {
    tell_apart(TWINS);
}

/// Java reads files of properties as ISO 8859-1.
#[test]
fn properties_need_not_be_utf_8() {
    let told = |path: &str| {
        let text = b"greeting=Espa\xf1ol\nspring.datasource.url=jdbc:postgresql://db:54x2/shop\n".to_vec();
        let files = Files { files: vec![(path.to_owned(), text)], ..Files::default() };
        lint(&files, &Policy::default()).into_iter().map(|f| f.rule).collect::<Vec<_>>()
    };
    let read = told("src/main/resources/application.properties");
    assert!(
        !read.contains(&"file-not-utf8".to_owned()) && read.contains(&"port-invalid".to_owned()),
        "{read:?}"
    );
    assert!(told(".env").contains(&"file-not-utf8".to_owned()));
}

/// The severity of a rule on a tree of which git keeps all, or of which nothing is known.
pub(super) fn severity(tree: Tree<'_>, rule: &str, kept: bool) -> Option<Severity> {
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
    const LEFT: Tree<'_> = &[(".env.production", "DATABASE_URL=postgres://user:password@host:port/db\n")];
    for (tree, rule) in [
        (APP, "placeholder-secret"),
        (APP, "unresolved-placeholder"),
        (SHOWN, "port-invalid"),
        (SHOWN, "placeholder-host"),
    ] {
        assert!(severity(tree, rule, true) <= Some(Severity::Note), "{rule}");
        assert!(severity(tree, rule, false) > Some(Severity::Note), "{rule}");
    }
    for (tree, rule) in [(REAL, "placeholder-secret"), (LEFT, "placeholder-host")] {
        assert_eq!(severity(tree, rule, true), Some(Severity::Error));
    }
}
