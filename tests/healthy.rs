//! What healthy repositories write and a hasty linter takes for a defect, each beside a twin with the defect; texts are ours.

mod healthy {
    use super::{Tree, Twins};
    mod asked;
    mod beside;
    mod built_for;
    mod changed;
    mod charts;
    mod chosen;
    mod clusters;
    mod flat;
    mod forms;
    mod given_away;
    mod heard;
    mod hidden;
    mod installed;
    mod kept;
    mod kustomized;
    mod left_open;
    mod meant;
    mod mild;
    mod named;
    mod narrowed;
    mod noted;
    mod offered;
    mod once_again;
    mod once_more;
    mod overlaid;
    mod packages;
    mod parsed;
    mod programs;
    mod readers;
    mod remarks;
    mod reviewed;
    mod secrets;
    mod servers;
    mod set_up;
    mod stands_for;
    mod started;
    mod taken;
    mod templates;
    mod titled;
    mod titled_by_halves;
    mod told_again;
    mod walked;
}

use pgward::{Files, Finding, Policy, lint, unstable::layer::Carrier};

/// Files of one project.
type Tree<'t> = &'t [(&'t str, &'t str)];

fn found(tree: Tree<'_>, rule: &str) -> Vec<Finding> {
    let bytes = |(path, text): &(&str, &str)| ((*path).to_owned(), text.as_bytes().to_vec());
    // As the walk has them: what no name and no text tells is passed over.
    let carried = |(path, bytes): &(String, Vec<u8>)| {
        Carrier::of(path, bytes).is_some_and(|carrier| carrier.may_matter(path, bytes))
    };
    let mut files = Files { files: tree.iter().map(bytes).filter(carried).collect(), ..Files::default() };
    files.absent = pgward::unstable::lint::named_paths(&files).into_iter().collect();
    let all = lint(&files, &Policy::default());
    all.into_iter().filter(|f| f.rule == rule).collect()
}

/// A rule that says nothing of the first tree and something of the second.
struct Twins {
    rule: &'static str,
    healthy: Tree<'static>,
    ill: Tree<'static>,
}

const TWINS: &[Twins] = &[
    // The server beside it is described in another file.
    Twins {
        rule: "tls-unspecified",
        healthy: &[(
            "src/main/docker/app.yml",
            "services:\n  app:\n    image: shop\n    environment:\n      - SPRING_PROFILES_ACTIVE=prod\n      - SPRING_DATASOURCE_URL=jdbc:postgresql://postgresql:5432/shop\n  postgresql:\n    extends: {file: ./postgresql.yml, service: postgresql}\n",
        )],
        ill: &[(
            "src/main/docker/app.yml",
            "services:\n  app:\n    image: shop\n    environment:\n      - SPRING_PROFILES_ACTIVE=prod\n      - SPRING_DATASOURCE_URL=jdbc:postgresql://db.internal:5432/shop\n",
        )],
    },
    // `values.yaml` of a chart: who installs it fills it in.
    Twins {
        rule: "parts-incomplete",
        healthy: &[(
            "chart/values.yaml",
            "postgresql:\n  host: \"\"\n  user: kong\n  password: \"\"\n  database: kong\n",
        )],
        ill: &[(".env.production", "DB_HOST=\nDB_USER=kong\nDB_PASSWORD=Xk29dLq0pWvR\nDB_NAME=kong\n")],
    },
    Twins {
        rule: "empty-password",
        healthy: &[(
            "chart/values.yaml",
            "postgresql:\n  host: db\n  user: kong\n  password: \"\"\n  database: kong\n",
        )],
        ill: &[(".env.production", "DB_HOST=db.example.com\nDB_USER=kong\nDB_NAME=kong\nDB_PASSWORD=\n")],
    },
    Twins {
        rule: "empty-password",
        healthy: &[(
            ".examples/compose/db.env",
            "POSTGRES_HOST=db\nPOSTGRES_USER=app\nPOSTGRES_DB=app\nPOSTGRES_PASSWORD=\n",
        )],
        ill: &[(
            "compose/db.env",
            "POSTGRES_HOST=db\nPOSTGRES_USER=app\nPOSTGRES_DB=app\nPOSTGRES_PASSWORD=\n",
        )],
    },
    // What a job sets differs from what the code has for a default.
    Twins {
        rule: "parts-incomplete",
        healthy: &[(
            ".github/workflows/test.yml",
            "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: pytest\n        env:\n          DATABASE_HOST: localhost\n          DATABASE_USER: app\n",
        )],
        ill: &[(".env", "DATABASE_HOST=localhost\nDATABASE_USER=app\n")],
    },
    Twins {
        rule: "parts-incomplete",
        healthy: &[(
            "compose.yml",
            "x-env: &env\n  DB_HOST: db\nservices:\n  app:\n    build: .\n    environment:\n      <<: *env\n",
        )],
        ill: &[(".env", "DB_HOST=db\nDB_USER=app\n")],
    },
    // The section of a file that Ruby fills in.
    Twins {
        rule: "parts-incomplete",
        healthy: &[(
            "config/database.yml",
            "production:\n  adapter: postgresql\n  database: <%= ENV.fetch(\"POSTGRES_DB\") { \"shop\" } %>\n  user: <%= ENV.fetch(\"POSTGRES_USER\") { nil } %>\n",
        )],
        ill: &[(".env.production", "DB_ENGINE=postgresql\n")],
    },
    Twins {
        rule: "placeholder-secret",
        healthy: &[(
            "config/database.yml",
            "production:\n  adapter: postgresql\n  database: shop\n  password: <%= db_password %>\n",
        )],
        ill: &[(
            "config/database.yml",
            "production:\n  adapter: postgresql\n  database: shop\n  host: db.example.com\n  username: app\n  password: changeme\n",
        )],
    },
    // Only where the variable is set.
    Twins {
        rule: "url-in-framework-config",
        healthy: &[(
            "config/database.yml",
            "production:\n  adapter: postgresql\n  database: shop\n  <% if ENV[\"DB_HOST\"] %>\n  host: <%= ENV[\"DB_HOST\"] %>\n  password: Xk29dLq0pWvR\n  <% end %>\n",
        )],
        ill: &[(
            "config/database.yml",
            "production:\n  adapter: postgresql\n  database: shop\n  host: <%= ENV[\"DB_HOST\"] %>\n  password: Xk29dLq0pWvR\n",
        )],
    },
    // A generator writes it into new projects.
    Twins {
        rule: "sqlite-in-production",
        healthy: &[(
            "lib/generators/install/templates/config/database.yml",
            "production:\n  adapter: sqlite3\n  database: db/production.sqlite3\n",
        )],
        ill: &[(
            "lib/config/database.yml",
            "production:\n  adapter: sqlite3\n  database: db/production.sqlite3\n",
        )],
    },
    // Java reads what a settings file of Java says, under any key.
    Twins {
        rule: "foreign-conninfo",
        healthy: &[
            (
                "druid/values.yaml",
                "configVars:\n  druid_metadata_storage_connectURI: jdbc:postgresql://db:5432/druid\n",
            ),
            (
                "src/main/resources/application-prod.yml",
                "spring:\n  datasource:\n    type: com.zaxxer.hikari.HikariDataSource\n    url: jdbc:postgresql://db:5432/shop\n",
            ),
        ],
        ill: &[(".env", "DATABASE_URL=jdbc:postgresql://db:5432/shop\n")],
    },
    Twins {
        rule: "database-url-unrecognised",
        healthy: &[(
            "src/main/resources/application.properties",
            "spring.r2dbc.url=r2dbc:pool:postgresql://db.example.com/shop\n",
        )],
        ill: &[(
            "src/main/resources/application.properties",
            "spring.r2dbc.url=r2dbc:postgers//db.example.com/shop\n",
        )],
    },
    Twins {
        rule: "database-url-unrecognised",
        healthy: &[(".env", "DATABASE_URL=ecto://app:on-this-laptop@localhost/shop_dev\n")],
        ill: &[(".env", "DATABASE_URL=ector://app:on-this-laptop@localhost/shop_dev\n")],
    },
    // A job that makes the role; a service that makes the database.
    Twins {
        rule: "ci-service-mismatch",
        healthy: &[(
            ".github/workflows/ci.yml",
            concat!(
                "on: push\nenv:\n  DATABASE_URL: postgresql://shop:password@localhost:5432/shop\njobs:\n  test:\n    runs-on: ubuntu-latest\n",
                "    services:\n      postgres:\n        image: postgres:17\n        env:\n          POSTGRES_USER: postgres\n          POSTGRES_PASSWORD: password\n        ports: [\"5432:5432\"]\n",
                "    steps:\n      - run: psql -h localhost -U postgres -c \"CREATE USER shop PASSWORD 'password'\"\n",
            ),
        )],
        ill: &[(
            ".github/workflows/ci.yml",
            concat!(
                "on: push\nenv:\n  DATABASE_URL: postgresql://shop:password@localhost:5432/shop\njobs:\n  test:\n    runs-on: ubuntu-latest\n",
                "    services:\n      postgres:\n        image: postgres:17\n        env:\n          POSTGRES_USER: postgres\n          POSTGRES_PASSWORD: password\n        ports: [\"5432:5432\"]\n",
                "    steps:\n      - run: psql -h localhost -U postgres -c \"SELECT 1\"\n",
            ),
        )],
    },
    Twins {
        rule: "compose-credential-mismatch",
        healthy: &[(
            "compose.yml",
            concat!(
                "services:\n  db:\n    image: postgres:17-bookworm\n    environment:\n      POSTGRES_PASSWORD: postgres\n",
                "  make:\n    image: postgres:17-bookworm\n    command: [sh, -c, createdb -h db -U postgres hub || true]\n",
                "  hub:\n    image: hub\n    environment:\n      DATABASE_URL: postgresql://postgres:postgres@db:5432/hub\n",
            ),
        )],
        ill: &[(
            "compose.yml",
            concat!(
                "services:\n  db:\n    image: postgres:17-bookworm\n    environment:\n      POSTGRES_PASSWORD: postgres\n",
                "  hub:\n    image: hub\n    environment:\n      DATABASE_URL: postgresql://postgres:postgres@db:5432/hub\n",
            ),
        )],
    },
    // What composer and npm install is there afterwards; another engine's scripts are no business of ours.
    Twins {
        rule: "init-script-missing",
        healthy: &[(
            "compose.yml",
            concat!(
                "services:\n  pgsql:\n    image: postgres:17-bookworm\n    volumes:\n      - ./vendor/sail/testing.sql:/docker-entrypoint-initdb.d/10.sql\n",
                "  mariadb:\n    image: mariadb:11\n    volumes:\n      - ./mysql/testing.sh:/docker-entrypoint-initdb.d/10.sh\n",
            ),
        )],
        ill: &[(
            "compose.yml",
            "services:\n  pgsql:\n    image: postgres:17-bookworm\n    volumes:\n      - ./docker/testing.sql:/docker-entrypoint-initdb.d/10.sql\n",
        )],
    },
    // An entrypoint of the image waits.
    Twins {
        rule: "compose-no-health-gate",
        healthy: &[
            (
                "compose.production.yml",
                "services:\n  db:\n    image: postgres:17-bookworm\n  web:\n    build: .\n    depends_on:\n      - db\n",
            ),
            (
                "docker/entrypoint",
                "#!/bin/bash\nexport DATABASE_URL=\"postgres://app@$POSTGRES_HOST/app\"\nwait-for-it \"$POSTGRES_HOST:5432\" -t 30\nexec \"$@\"\n",
            ),
        ],
        ill: &[
            (
                "compose.production.yml",
                "services:\n  db:\n    image: postgres:17-bookworm\n  web:\n    build: .\n    depends_on:\n      - db\n",
            ),
            (
                "docker/entrypoint",
                "#!/bin/bash\nexport DATABASE_URL=\"postgres://app@$POSTGRES_HOST/app\"\nexec \"$@\"\n",
            ),
        ],
    },
    // What a test hands to the unit that it tests.
    Twins {
        rule: "value-wrapped",
        healthy: &[(
            "src/database.test.ts",
            "expect(url({ DATABASE_URL: \" postgresql://app@db/shop \" })).toBe(\"x\");\n",
        )],
        ill: &[("src/database.ts", "export const env = { DATABASE_URL: \" postgresql://app@db/shop \" };\n")],
    },
    Twins {
        rule: "environment-word-mismatch",
        healthy: &[(
            "scripts/start.test.sh",
            "DATABASE_URL=\"postgresql://db.example.com:5432/production\" ./start.sh\n",
        )],
        ill: &[(
            "tests/start.sh",
            "DATABASE_URL=\"postgresql://app@db.example.com:5432/production\" ./start.sh\n",
        )],
    },
    Twins {
        rule: "secret-printed",
        healthy: &[(
            "build.sh",
            "#!/bin/sh\necho \"DATABASE_URL: $([ -n \"${DATABASE_URL:-}\" ] && printf set || printf unset)\"\n",
        )],
        ill: &[("build.sh", "#!/bin/sh\necho \"DATABASE_URL: ${DATABASE_URL:-}\"\n")],
    },
    // Rails takes the name from database.yml; its generator writes this.
    Twins {
        rule: "dbname-implicit",
        healthy: &[(
            ".github/workflows/ci.yml",
            "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: bin/rails test\n        env:\n          DATABASE_URL: postgres://postgres:postgres@localhost:5432\n",
        )],
        ill: &[(".env.test", "DATABASE_URL=postgres://postgres:postgres@localhost:5432\n")],
    },
    Twins {
        rule: "dbname-implicit",
        healthy: &[(
            "app/config.py",
            "class Settings:\n    POSTGRES_PREFIX: str = config(\"POSTGRES_PREFIX\", default=\"postgresql://\")\n",
        )],
        ill: &[("app/config.py", "DATABASE_URL = \"postgresql://app@localhost:5432\"\n")],
    },
    Twins {
        rule: "sqlite-in-memory",
        healthy: &[(
            "app/config.py",
            "class Settings:\n    SQLITE_PREFIX: str = config(\"SQLITE_PREFIX\", default=\"sqlite:///\")\n",
        )],
        ill: &[("app/config.py", "DATABASE_URL = \"sqlite://\"\n")],
    },
    // One finding for what stands in a default.
    Twins {
        rule: "weak-secret",
        healthy: &[(
            "config/database.yml",
            "production:\n  adapter: postgresql\n  host: db\n  database: shop\n  username: app\n  password: <%= ENV.fetch(\"DB_PASSWORD\") { \"password\" } %>\n",
        )],
        ill: &[(
            "config/database.yml",
            "production:\n  adapter: postgresql\n  host: db\n  database: shop\n  username: app\n  password: password\n",
        )],
    },
    Twins {
        rule: "tls-unspecified",
        healthy: &[(
            "config/database.yml",
            "production:\n  adapter: postgresql\n  host: <%= ENV.fetch(\"DB_HOST\") { \"db\" } %>\n  database: shop\n  username: app\n",
        )],
        ill: &[(
            "config/database.yml",
            "production:\n  adapter: postgresql\n  host: db\n  database: shop\n  username: app\n",
        )],
    },
    // How a script makes a database.
    Twins {
        rule: "maintenance-database",
        healthy: &[(
            "start.sh",
            "#!/bin/sh\nPGHOST=localhost PGDATABASE=postgres psql -c 'CREATE DATABASE shop'\n",
        )],
        ill: &[("start.sh", "#!/bin/sh\nPGHOST=localhost PGDATABASE=postgres ./server\n")],
    },
    // The profile of another engine.
    Twins {
        rule: "fallback-default",
        healthy: &[(
            "src/main/resources/application-mysql.properties",
            "spring.datasource.url=${MYSQL_URL:jdbc:mysql://localhost/shop}\n",
        )],
        ill: &[(
            "src/main/resources/application-postgres.properties",
            "spring.datasource.url=${POSTGRES_URL:jdbc:postgresql://localhost/shop}\n",
        )],
    },
    // A library that is tested with every engine.
    Twins {
        rule: "engine-not-postgres",
        healthy: &[
            (
                ".github/workflows/ci.yml",
                "on: push\njobs:\n  mysql:\n    runs-on: ubuntu-latest\n    steps:\n      - run: pytest\n        env:\n          DATABASE_URL: mysql://root@localhost/shop\n",
            ),
            ("src/test/resources/application.properties", "spring.datasource.url=jdbc:h2:mem:shop\n"),
        ],
        ill: &[(".env.production", "DATABASE_URL=mysql://root@db.example.com/shop\n")],
    },
    // Laravel names its engine: the rest speaks of MySQL.
    Twins {
        rule: "environment-word-mismatch",
        healthy: &[(
            ".env.docker",
            "DB_CONNECTION=mysql\nDB_HOST=db\nDB_DATABASE=shop_prod\nDB_USERNAME=shop\nDB_PASSWORD=a\n",
        )],
        ill: &[(
            ".env.docker",
            "DB_CONNECTION=pgsql\nDB_HOST=db\nDB_DATABASE=shop_prod\nDB_USERNAME=shop\nDB_PASSWORD=a\n",
        )],
    },
    Twins {
        rule: "unknown-parameter",
        healthy: &[(
            ".env",
            "DATABASE_URL=postgresql://app:on-this-laptop@localhost/shop?serverVersion=16&charset=utf8\n",
        )],
        ill: &[(".env", "DATABASE_URL=postgresql://app:on-this-laptop@localhost/shop?serveVersio=16\n")],
    },
    // Servers of tests alone.
    Twins {
        rule: "url-in-framework-config",
        healthy: &[(
            "tox.ini",
            "[testenv]\nsetenv =\n    DATABASE_URL=postgresql://app:Password12@localhost/test_shop\n",
        )],
        ill: &[(
            "alembic.ini",
            "[alembic]\nsqlalchemy.url = postgresql://app:Password12@db.example.com/shop\n",
        )],
    },
];

/// Fails where a rule says anything about what is healthy, or is silent about what is ill.
fn tell_apart(twins: &[Twins]) {
    let mut failures = Vec::new();
    for Twins { rule, healthy, ill } in twins {
        for wrong in found(healthy, rule) {
            failures.push(format!("{rule}: wrong about {healthy:?}: {}", wrong.message));
        }
        if found(ill, rule).is_empty() {
            failures.push(format!("{rule}: silent about {ill:?}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn a_rule_tells_the_twins_apart() {
    tell_apart(TWINS);
}
