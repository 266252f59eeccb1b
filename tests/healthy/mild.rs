//! What healthy repositories write and is worth a note at most, each beside a twin that is worth a warning. Manifests
//! count here: who reads a value decides what it is.

use super::{Tree, Twins, changed, noted::findings};
use pgward::{
    Files, Policy, Severity, lint,
    unstable::source::{SourceKind, Sources},
};

pub(super) fn warns(tree: Tree<'_>, rule: &str) -> bool {
    findings(tree).iter().any(|f| f.rule == rule && f.severity > Severity::Note)
}

/// Fails where a rule warns about what is healthy, or is silent about what is ill.
pub(super) fn tell_apart(twins: &[Twins]) {
    let mut failures = Vec::new();
    for Twins { rule, healthy, ill } in twins {
        if warns(healthy, rule) {
            failures.push(format!("{rule}: warns about {healthy:?}"));
        }
        if !warns(ill, rule) {
            failures.push(format!("{rule}: does not warn about {ill:?}"));
        }
        failures.extend(changed::differences(rule, healthy, ill));
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

const TWINS: &[Twins] = &[
    // The texts of a form have the keys of a connection.
    Twins {
        rule: "port-invalid",
        healthy: &[(
            "lang/en.json",
            "{\"wizard\": {\"database\": {\"connection\": \"Database Connection\", \"host\": \"Database Host\", \"port\": \"Database Port\", \"username\": \"Database Username\", \"database\": \"Site URL & Database\"}}}\n",
        )],
        ill: &[(
            "config/app.json",
            "{\"database\": {\"engine\": \"postgres\", \"host\": \"db.internal\", \"port\": \"54x2\", \"username\": \"app\", \"database\": \"shop\"}}\n",
        )],
    },
    Twins {
        rule: "port-invalid",
        healthy: &[(
            "locales/de.yml",
            "de:\n  database:\n    host: Rechner\n    port: Anschluss\n    user: Benutzer\n    name: Name\n",
        )],
        ill: &[(
            "config/app.yml",
            "database:\n  host: db.internal\n  port: 54x2\n  user: app\n  name: shop\n",
        )],
    },
    // sqlx, and what stands on it, opens a file.
    Twins {
        rule: "sqlite-in-memory",
        healthy: &[
            (".env", "DATABASE_URL=sqlite://posts.db?mode=rwc\n"),
            ("Cargo.toml", "[package]\nname = \"posts\"\n\n[dependencies]\nsea-orm = \"1\"\n"),
        ],
        ill: &[
            (".env", "DATABASE_URL=sqlite://posts.db\n"),
            ("requirements.txt", "Django==5.1\ndj-database-url==2.3\n"),
        ],
    },
    Twins {
        rule: "sqlite-in-memory",
        healthy: &[("driver/config/stub/app.yaml", "dsn: sqlite://foo.db?mode=memory&_fk=true\n")],
        ill: &[("config/app.yaml", "dsn: sqlite://foo.db?mode=memory&_fk=true\n")],
    },
    // libSQL's clients take the address of its server.
    Twins {
        rule: "database-url-unrecognised",
        healthy: &[
            ("apps/api/.env", "DATABASE_URL=http://127.0.0.1:8080\n"),
            ("packages/db/package.json", "{\"dependencies\": {\"@libsql/client\": \"0.14.0\"}}\n"),
        ],
        ill: &[
            ("apps/api/.env", "DATABASE_URL=http://127.0.0.1:8080\n"),
            ("packages/db/package.json", "{\"dependencies\": {\"pg\": \"8.13.0\"}}\n"),
        ],
    },
    // diesel takes the path of a file.
    Twins {
        rule: "database-url-unrecognised",
        healthy: &[(".env", "DATABASE_URL=test.db\n")],
        ill: &[(".env", "DATABASE_URL=test\n")],
    },
    // A part alone: the code has the others, or nobody knows.
    Twins {
        rule: "parts-incomplete",
        healthy: &[("data/.env", "DATABASE_HOST=localhost\nDATABASE_CREDENTIALS=app:app\n")],
        ill: &[("data/.env", "DATABASE_HOST=localhost\nDATABASE_USER=app\n")],
    },
    Twins {
        rule: "parts-incomplete",
        healthy: &[
            ("data/.env", "DATABASE_HOSTNAME=localhost\n"),
            (
                "src/config.py",
                "HOST = config(\"DATABASE_HOSTNAME\")\nNAME = config(\"DATABASE_NAME\", default=\"shop\")\nURI = f\"postgresql+psycopg2://app@{HOST}:5432/{NAME}\"\n",
            ),
        ],
        ill: &[
            ("data/.env", "DATABASE_HOSTNAME=localhost\n"),
            (
                "src/config.py",
                "HOST = config(\"DATABASE_HOSTNAME\")\nNAME = config(\"DATABASE_NAME\")\nURI = f\"postgresql+psycopg2://app@{HOST}:5432/{NAME}\"\n",
            ),
        ],
    },
    Twins {
        rule: "parts-incomplete",
        healthy: &[(
            ".env",
            "DB_CONNECTION={\"engine\":\"postgresql\",\"dbname\":\"shop\",\"username\":\"app\",\"host\":\"db\",\"port\":5432}\n",
        )],
        ill: &[(".env", "DB_CONNECTION=pgsql\n")],
    },
    // What runs in a pipeline may be told anything but production.
    Twins {
        rule: "environment-contradiction",
        healthy: &[(".ci/.env.ci", "APP_ENV=local\nDATABASE_URL=postgresql://app@localhost/shop_test\n")],
        ill: &[(".ci/.env.ci", "APP_ENV=production\nDATABASE_URL=postgresql://app@localhost/shop_test\n")],
    },
    // Who copies an example or installs a chart fills it in.
    Twins {
        rule: "placeholder-host",
        healthy: &[
            (
                "charts/app/examples/minimal.yaml",
                "database:\n  host: \"your-postgres-host.com\"\n  user: app\n  name: shop\n",
            ),
            (
                "charts/app/values.yaml",
                "database:\n  host: \"your-postgres-host.com\"\n  user: app\n  name: shop\n",
            ),
        ],
        ill: &[(
            "deploy/app.yaml",
            "database:\n  host: \"your-postgres-host.com\"\n  user: app\n  name: shop\n",
        )],
    },
    // Its own host is open: that of the mapping it merges is none of it.
    Twins {
        rule: "environment-word-mismatch",
        healthy: &[(
            "config/database.yml",
            "default: &default\n  adapter: postgresql\n  host: localhost\n  database: shop_dev\nproduction:\n  primary:\n    <<: *default\n    host: <%= ENV[\"DB_HOST\"] %>\n    database: <%= ENV[\"DB_NAME\"] %>\n",
        )],
        ill: &[(
            "config/database.yml",
            "default: &default\n  adapter: postgresql\n  host: localhost\n  database: shop_dev\nproduction:\n  primary:\n    <<: *default\n    host: <%= ENV[\"DB_HOST\"] %>\n",
        )],
    },
    // By its name an example.
    Twins {
        rule: "environment-word-mismatch",
        healthy: &[(".env.prod-sample", "SQL_HOST=db\nSQL_USER=app\nSQL_DATABASE=hello_prod\n")],
        ill: &[(".env.dev", "SQL_HOST=db\nSQL_USER=app\nSQL_DATABASE=hello_prod\n")],
    },
    // Of data that anybody may keep as JSON nobody knows whether a database is in it.
    Twins {
        rule: "file-unparseable",
        healthy: &[("jars.json", "{\"jar\": \"postgresql-42.7.jar\"\n")],
        ill: &[("compose.yml", "services:\n  db:\n    image: postgres\n      environment: [\n")],
    },
    // One slip is said once.
    Twins {
        rule: "dbname-implicit",
        healthy: &[("deploy/.env", "DATABASE_URL=postgres://placeholder\n")],
        ill: &[("deploy/.env", "DATABASE_URL=postgres://db.example.com\n")],
    },
    // Engines that are none of ours, behind JDBC.
    Twins {
        rule: "database-url-unrecognised",
        healthy: &[
            (
                "src/main/resources/application-hsqldb.properties",
                "spring.datasource.url=jdbc:hsqldb:mem:shop\n",
            ),
            (
                "src/test/resources/application.properties",
                "spring.datasource.url=jdbc:tc:postgresql:16.6:///shop?TC_DAEMON=true\n",
            ),
        ],
        ill: &[("src/main/resources/application.properties", "spring.datasource.url=db.internal/shop\n")],
    },
    Twins {
        rule: "database-url-unrecognised",
        healthy: &[
            (".env", "PLANETSCALE_DATABASE_URL=http://root:unused@localhost:3900/planetscale\n"),
            (
                "src/db.ts",
                "export const url = process.env.PLANETSCALE_DATABASE_URL || process.env.DATABASE_URL;\n",
            ),
        ],
        ill: &[(".env", "DATABASE_URL=http://root:unused@localhost:3900/shop\n")],
    },
    // What a description of an interface shows.
    Twins {
        rule: "placeholder-host",
        healthy: &[(
            "openapi/variable.yaml",
            "properties:\n  value:\n    type: string\n    example: postgresql://user:pass@host:5432/db\n",
        )],
        ill: &[("config/app.yaml", "store:\n  url: postgresql://user:pass@host:5432/db\n")],
    },
    // The framework takes the engine that is named.
    Twins {
        rule: "toggle-contradiction",
        healthy: &[(
            ".env.testing",
            "DB_CONNECTION=sqlite\nDB_HOST=localhost\nDB_USERNAME=app\nDB_DATABASE=shop\n",
        )],
        ill: &[(".env.testing", "DB_CONNECTION=sqlite\nDATABASE_URL=postgresql://app@localhost/shop\n")],
    },
    Twins {
        rule: "dbname-implicit",
        healthy: &[(
            ".vscode/launch.json",
            "{\"env\": {\"DB_URL\": \"postgresql://app:on-this-laptop@localhost:5432\"}}\n",
        )],
        ill: &[(
            ".env.production",
            "DATABASE_URL=postgresql://app:on-this-laptop@db.example.com:5432?sslmode=verify-full\n",
        )],
    },
    Twins {
        rule: "weak-secret",
        healthy: &[("overlays/dev/web.yaml", WEB)],
        ill: &[("overlays/prod/web.yaml", WEB)],
    },
    // Code that reads both families has two databases.
    Twins {
        rule: "alias-conflict",
        healthy: &[
            ("compose.yml", TWO),
            (
                "app/settings.py",
                "import os\nDATABASES = {\n    'default': {'ENGINE': 'django.db.backends.postgresql', 'NAME': os.environ['SQL_DATABASE'], 'USER': os.environ['SQL_USER'], 'HOST': os.environ['SQL_HOST']},\n    'trac': {'ENGINE': 'django.db.backends.postgresql', 'NAME': os.environ['TRAC_DATABASE'], 'USER': os.environ['TRAC_USER'], 'HOST': os.environ['TRAC_HOST']},\n}\n",
            ),
        ],
        ill: &[(
            ".env",
            "DB_HOST=db\nDB_NAME=shop\nDB_USER=shop\nPOSTGRES_HOST=db\nPOSTGRES_DB=trac\nPOSTGRES_USER=trac\n",
        )],
    },
    // A copy of another server has that one's roles.
    Twins {
        rule: "compose-credential-mismatch",
        healthy: &[(
            "compose.yml",
            "services:\n  web:\n    build: .\n    environment:\n      DATABASE_URL: postgresql://shop:on-this-laptop@replica:5432/postgres\n  replica:\n    image: postgres:17\n    environment:\n      PGPASSWORD: replicator\n    entrypoint: [\"/bin/bash\", \"/replica.sh\"]\n",
        )],
        ill: &[(
            "compose.yml",
            "services:\n  web:\n    build: .\n    environment:\n      DATABASE_URL: postgresql://shop:on-this-laptop@replica:5432/postgres\n  replica:\n    image: postgres:17\n    environment:\n      POSTGRES_PASSWORD: on-this-laptop\n",
        )],
    },
    Twins {
        rule: "parts-incomplete",
        healthy: &[(".env.ci", "DATABASE_HOST=localhost\nDATABASE_NAME=shop_test\n")],
        ill: &[(".env.staging", "DATABASE_HOST=db.internal\nDATABASE_USER=shop\n")],
    },
    // The user stands in a Secret.
    Twins {
        rule: "parts-incomplete",
        healthy: &[("k8s/config/backend.env", "DB_HOST=postgres\nDB_NAME=photos\n")],
        ill: &[("k8s/config/backend.env", "DB_HOST=postgres\nDB_USER=photos\n")],
    },
    // The application of a library's tests.
    Twins {
        rule: "sqlite-in-production",
        healthy: &[("test/rails_app/config/database.yml", SQLITE)],
        ill: &[("config/database.yml", SQLITE)],
    },
    // What a form shows, and what a command proposes.
    Twins {
        rule: "placeholder-host",
        healthy: &[
            (
                "azure/form.json",
                "{\"textBox\": {\"placeholder\": \"postgresql://user:pass@host:5432/db\"}}\n",
            ),
            ("shop/setup.py", "url = 'postgresql://user:pass@host/shop'\n"),
        ],
        ill: &[(
            "shop/settings.py",
            "DATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql', 'NAME': 'shop', 'USER': 'app', 'HOST': 'your-db-host.example.com'}}\n",
        )],
    },
    // The server of a pipeline's tests.
    Twins {
        rule: "password-on-command-line",
        healthy: &[(
            ".github/workflows/production.yml",
            "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: PGPASSWORD=postgres psql -h localhost -U postgres -f setup.sql\n",
        )],
        ill: &[(
            ".github/workflows/production.yml",
            "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: PGPASSWORD=Xk29dLq0pWvR psql -h db.example.com -U app -f setup.sql\n",
        )],
    },
    // go-yaml and libyaml take any indentation in quotes; the specification asks for one blank more.
    Twins {
        rule: "file-unparseable",
        healthy: &[(
            "compose.yml",
            "services:\n  app:\n    build: .\n    environment:\n      SPRING_APPLICATION_JSON: '{\n        \"spring.datasource.url\"  : \"jdbc:postgresql://db:5432/shop\"\n      }'\n      JAVA_TOOL_OPTIONS: \"x\"\n",
        )],
        ill: &[(
            "compose.yml",
            "services:\n  app:\n    build: .\n    environment:\n      SPRING_APPLICATION_JSON: '{\n        \"spring.datasource.url\"  : \"jdbc:postgresql://db:5432/shop\"\n      }\n      JAVA_TOOL_OPTIONS: 'x'\n",
        )],
    },
    // What only generates code never dials: all of it is another's, and the next step logs in as it should.
    Twins {
        rule: "ci-service-mismatch",
        healthy: &[(
            ".github/workflows/ci.yml",
            concat!(
                "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    services:\n      postgres:\n        image: postgres:17\n        env:\n          POSTGRES_USER: shop_ci\n          POSTGRES_PASSWORD: shop_ci_password\n          POSTGRES_DB: shop_ci_main\n        ports: [\"55432:5432\"]\n",
                "    steps:\n      - run: npm run db:generate\n        env:\n          DATABASE_URL: postgresql://generate_only:generate_only@127.0.0.1:55432/generate_only\n      - run: npm test\n        env:\n          DATABASE_URL: postgresql://shop_ci:shop_ci_password@127.0.0.1:55432/shop_ci_main\n",
            ),
        )],
        ill: &[(
            ".github/workflows/ci.yml",
            concat!(
                "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    services:\n      postgres:\n        image: postgres:17\n        env:\n          POSTGRES_USER: shop_ci\n          POSTGRES_PASSWORD: shop_ci_password\n          POSTGRES_DB: shop_ci_main\n        ports: [\"55432:5432\"]\n",
                "    steps:\n      - run: npm run db:generate\n        env:\n          DATABASE_URL: postgresql://shop_ci:generate_only@127.0.0.1:55432/generate_only\n      - run: npm test\n        env:\n          DATABASE_URL: postgresql://shop_ci:shop_ci_password@127.0.0.1:55432/shop_ci_main\n",
            ),
        )],
    },
    Twins {
        rule: "ci-service-mismatch",
        healthy: &[(
            ".github/workflows/ci.yml",
            concat!(
                "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    services:\n      postgres:\n        image: postgres:17\n        env:\n          POSTGRES_USER: shop_ci\n          POSTGRES_PASSWORD: shop_ci_password\n          POSTGRES_DB: shop_ci_main\n        ports: [\"55432:5432\"]\n",
                "    steps:\n      - run: npm run db:generate\n        env:\n          DATABASE_URL: postgresql://generate_only:generate_only@127.0.0.1:55432/generate_only\n      - run: npm test\n        env:\n          DATABASE_URL: postgresql://shop_ci:shop_ci_password@127.0.0.1:55432/shop_ci_main\n",
            ),
        )],
        ill: &[(
            ".github/workflows/ci.yml",
            concat!(
                "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    services:\n      postgres:\n        image: postgres:17\n        env:\n          POSTGRES_USER: shop_ci\n          POSTGRES_PASSWORD: shop_ci_password\n          POSTGRES_DB: shop_ci_main\n        ports: [\"55432:5432\"]\n",
                "    steps:\n      - run: npm run db:generate\n        env:\n          DATABASE_URL: postgresql://generate_only:generate_only@127.0.0.1:55432/shop_ci_main\n      - run: npm test\n        env:\n          DATABASE_URL: postgresql://shop_ci:shop_ci_password@127.0.0.1:55432/shop_ci_main\n",
            ),
        )],
    },
    Twins {
        rule: "ci-service-mismatch",
        healthy: &[(
            ".github/workflows/ci.yml",
            concat!(
                "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    services:\n      postgres:\n        image: postgres:17\n        env:\n          POSTGRES_USER: shop_ci\n          POSTGRES_PASSWORD: shop_ci_password\n          POSTGRES_DB: shop_ci_main\n        ports: [\"55432:5432\"]\n",
                "    steps:\n      - run: npm run db:generate\n        env:\n          DATABASE_URL: postgresql://generate_only:generate_only@127.0.0.1:55432/generate_only\n      - run: npm test\n        env:\n          DATABASE_URL: postgresql://shop_ci:shop_ci_password@127.0.0.1:55432/shop_ci_main\n",
            ),
        )],
        ill: &[(
            ".github/workflows/ci.yml",
            concat!(
                "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    services:\n      postgres:\n        image: postgres:17\n        env:\n          POSTGRES_USER: shop_ci\n          POSTGRES_PASSWORD: shop_ci_password\n          POSTGRES_DB: shop_ci_main\n        ports: [\"55432:5432\"]\n",
                "    steps:\n      - run: npm run db:generate\n        env:\n          DATABASE_URL: postgresql://generate_only:generate_only@127.0.0.1:55432/generate_only\n      - run: npm test\n        env:\n          DATABASE_URL: postgresql://shop:shop_ci_password@127.0.0.1:55432/shop_ci_main\n",
            ),
        )],
    },
    // A platform's own manifest: what stands there runs there.
    Twins {
        rule: "platform-internal-host",
        healthy: &[(
            "Railway.toml",
            "[deploy.environment]\nDATABASE_URL = \"postgresql://shop:k3Vq9mT2xL@postgres.railway.internal:5432/shop\"\n",
        )],
        ill: &[(
            "config.toml",
            "[deploy.environment]\nDATABASE_URL = \"postgresql://shop:k3Vq9mT2xL@postgres.railway.internal:5432/shop\"\n",
        )],
    },
    Twins {
        rule: "platform-internal-host",
        healthy: &[(
            "deploy/fly.staging.toml",
            "[env]\nDATABASE_URL = \"postgresql://shop:k3Vq9mT2xL@shop-db.flycast:5432/shop\"\n",
        )],
        ill: &[(
            "deploy/fly.staging.toml",
            "[env]\nDATABASE_URL = \"postgresql://shop:k3Vq9mT2xL@postgres.railway.internal:5432/shop\"\n",
        )],
    },
    Twins {
        rule: "platform-internal-host",
        healthy: &[(
            "render.yaml",
            "services:\n  - type: web\n    name: shop\n    envVars:\n      - key: DATABASE_URL\n        value: postgresql://shop:k3Vq9mT2xL@dpg-cabc1def2ghi3jkl4mno-a:5432/shop\n",
        )],
        ill: &[(".env", "DATABASE_URL=postgresql://shop:k3Vq9mT2xL@dpg-cabc1def2ghi3jkl4mno-a:5432/shop\n")],
    },
];

/// A workload with a password in clear.
const WEB: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    spec:\n      containers:\n        - name: web\n          image: shop\n          env:\n            - name: DATABASE_URL\n              value: postgresql://app:password@db.internal/shop\n";

/// A database.yml whose production is a file.
const SQLITE: &str = "production:\n  adapter: sqlite3\n  database: db/production.sqlite3\n";

/// A service that is given two databases.
const TWO: &str = "services:\n  web:\n    build: .\n    environment:\n      - SQL_HOST=db\n      - SQL_USER=shop\n      - SQL_DATABASE=shop\n      - TRAC_HOST=db\n      - TRAC_USER=trac\n      - TRAC_DATABASE=trac\n";

#[test]
fn what_is_worth_a_note_is_no_warning() {
    tell_apart(TWINS);
}

#[test]
fn what_the_project_decided_holds_among_tests_too() {
    let path = "test/rails_app/config/database.yml";
    let severity = |policy: &Policy, named: &[&str]| {
        let files = Files {
            files: vec![(path.to_owned(), SQLITE.into())],
            named: named.iter().map(|n| (*n).to_owned()).collect(),
            ..Files::default()
        };
        let all = lint(&files, policy);
        all.iter().find(|f| f.rule == "sqlite-in-production").map(|f| f.severity)
    };
    assert_eq!(severity(&Policy::default(), &["."]), Some(Severity::Note));
    assert_eq!(severity(&Policy::default(), &["test/rails_app"]), Some(Severity::Error));
    let text = "[rules]\nsqlite-in-production = \"deny\"\n";
    let mut sources = Sources::default();
    let id = sources.add(SourceKind::File("pgward.toml".into()), text);
    let decided = Policy::parse(&mut sources, id).expect("a policy");
    assert_eq!(severity(&decided, &["."]), Some(Severity::Error));
}
