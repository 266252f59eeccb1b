//! What a file leaves to whoever copies it, or starts the program.

use super::{Twins, mild::tell_apart};
use pgward::{Files, Git, Policy, Severity, lint};

const TWINS: &[Twins] = &[
    // A password beside the URL is in the file, whoever uses it.
    Twins {
        rule: "url-in-framework-config",
        healthy: &[("config/database.yml", BY_URL), ("Gemfile", "gem 'pg'\n")],
        ill: &[("config/database.yml", PASSWORD_BESIDE), ("Gemfile", "gem 'pg'\n")],
    },
    // Without the URL production has no database, and so nobody who connects.
    Twins {
        rule: "superuser-role",
        healthy: &[("config/database.yml", BY_URL), ("Gemfile", "gem 'pg'\n")],
        ill: &[("config/database.yml", BESIDE_URL), ("Gemfile", "gem 'pg'\n")],
    },
    Twins {
        rule: "test-name-not-test",
        healthy: &[(
            "run_tests.sh",
            "export TEST_DATABASE_URL=postgres://u:p@127.0.0.1:5432/e2e\nnpm test\n",
        )],
        ill: &[("run_tests.sh", "export TEST_DATABASE_URL=postgres://u:p@127.0.0.1:5432/me2e\nnpm test\n")],
    },
    // Nest's module of configuration goes over what was read with dotenv-expand when it is asked to.
    Twins {
        rule: "unresolved-placeholder",
        healthy: &[(".env.test", MADE), ("package.json", NEST), ("src/app.module.ts", EXPANDS)],
        ill: &[(".env.test", MADE), ("package.json", NEST), ("src/app.module.ts", EXPANDS_NOT)],
    },
    // A manifest of Copilot says which parameter of Systems Manager a variable takes.
    Twins {
        rule: "database-url-unrecognised",
        healthy: &[("copilot/api/manifest.yml", COPILOT)],
        ill: &[("copilot/api/manifest.yml", LOST)],
    },
    // It is set, and nobody knows to what.
    Twins {
        rule: "parts-incomplete",
        healthy: &[(
            ".env.production",
            "DB_HOST=${PG_HOST}\nDB_NAME=shop\nDB_USER=shop\nDB_PASSWORD=k3Vq9mT2xL\n",
        )],
        ill: &[(".env.production", "DB_HOST=\nDB_NAME=shop\nDB_USER=shop\nDB_PASSWORD=k3Vq9mT2xL\n")],
    },
    // A job with a server of its own tests, whatever its workflow goes on to do.
    Twins {
        rule: "environment-word-mismatch",
        healthy: &[(".github/workflows/production.yml", TESTED)],
        ill: &[(".github/workflows/production.yml", UNSERVED)],
    },
    Twins {
        rule: "superuser-role",
        healthy: &[(".github/workflows/ci.yml", BUILT)],
        ill: &[(".github/workflows/deploy.yml", BUILT)],
    },
    // env.py sets another one in any case.
    Twins {
        rule: "value-wrapped",
        healthy: &[("alembic.ini", QUOTED), ("alembic/env.py", SETS)],
        ill: &[("alembic.ini", QUOTED), ("alembic/env.py", READS)],
    },
    // The path of the file is put behind it.
    Twins {
        rule: "sqlite-in-memory",
        healthy: &[(
            "shared/db.py",
            "SQL_URL = 'sqlite:///'\nif debug:\n    SQL_URL += 'debug.db'\nelse:\n    SQL_URL += 'main.db'\n",
        )],
        ill: &[("shared/db.py", "SQL_URL = 'sqlite:///'\nif debug:\n    OTHER += 'debug.db'\n")],
    },
    // A `$` was forgotten, which is told: it connects to nothing.
    Twins {
        rule: "url-in-image",
        healthy: &[("Dockerfile", "FROM node:22\nENV DATABASE_URL={DATABASE_URL}\n")],
        ill: &[(
            "Dockerfile",
            "FROM node:22\nENV DATABASE_URL=postgresql://shop:k3Vq9mT2xL@db.acme.io/shop\n",
        )],
    },
    // There is such a variable, says the line, and node's dotenv passes over it.
    Twins {
        rule: "dotenv-syntax",
        healthy: &[("package.json", NODE), (".env.example", "DB_HOST=db\nWEB_VERSION\nPOSTGRES_POOL_MAX\n")],
        ill: &[("package.json", NODE), (".env.example", "DB_HOST=db\nWEB VERSION\nDB_NAME\n")],
    },
];

const REFERS: &str = "DATABASE_URL=postgresql://${PG_USER}:${PG_PASSWORD}@db.acme.io:5432/shop\n";
const TESTED: &str = "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    services:\n      postgres: {image: \"postgres:16\", env: {POSTGRES_PASSWORD: shop_test}, ports: [\"5432:5432\"]}\n    env:\n      DATABASE_URL: postgresql://postgres:shop_test@localhost:5432/shop_test\n    steps: [{run: pytest}]\n";
const BUILT: &str = "on: push\njobs:\n  e2e:\n    runs-on: ubuntu-latest\n    services:\n      postgres: {image: \"postgres:16\", env: {POSTGRES_PASSWORD: postgres}, ports: [\"5432:5432\"]}\n    steps:\n      - run: npm start\n        env: {NODE_ENV: production, DATABASE_URL: \"postgresql://postgres:postgres@localhost:5432/shop\"}\n";
const UNSERVED: &str = "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    env:\n      DATABASE_URL: postgresql://postgres:shop_test@localhost:5432/shop_test\n    steps: [{run: ./deploy.sh}]\n";
const QUOTED: &str = "[alembic]\nscript_location = alembic\nsqlalchemy.url = ''\n";
const SETS: &str = "from alembic import context\nconfig = context.config\nconfig.set_main_option(\"sqlalchemy.url\", settings.URL)\n";
const READS: &str = "from alembic import context\nconfig = context.config\nurl = config.get_main_option(\"sqlalchemy.url\")\n";
const NODE: &str = "{\"name\": \"shop\", \"dependencies\": {\"dotenv\": \"16.4.5\"}}\n";
/// What stands in one place for many: variables of all pods, a package that is installed for something else.
const OF_ALL: &[Twins] = &[
    Twins {
        rule: "url-parts-conflict",
        healthy: &[("k8s/auth.yaml", POD), ("k8s/tax.yaml", ANOTHER_POD), ("k8s/config.yaml", CONFIG_OF_ALL)],
        ill: &[
            ("k8s/auth.yaml", POD_OF_TWO_MINDS),
            ("k8s/tax.yaml", ANOTHER_POD),
            ("k8s/config.yaml", CONFIG_OF_ALL),
        ],
    },
    // One container alone takes it.
    Twins {
        rule: "url-parts-conflict",
        healthy: &[("k8s/auth.yaml", POD), ("k8s/config.yaml", CONFIG_OF_TWO_MINDS)],
        ill: &[("k8s/auth.yaml", POD), ("k8s/config.yaml", CONFIG_OF_ALL)],
    },
    Twins {
        rule: "url-parts-conflict",
        healthy: &[
            ("docker-compose.prod.yml", SERVED),
            (".env.production", "DB_HOST=pg.internal\nDB_NAME=shop\nDB_USER=shop\n"),
        ],
        ill: &[
            ("docker-compose.prod.yml", SERVED),
            (".env.production", "DB_HOST=pg.internal\nDB_NAME=shop_old\nDB_USER=shop\n"),
        ],
    },
    // A container that says something milder for itself than is said for all.
    Twins {
        rule: "environment-contradiction",
        healthy: &[("k8s/auth.yaml", POD), ("k8s/config.yaml", CONFIG_OF_ALL)],
        ill: &[("k8s/auth.yaml", MILD_POD), ("k8s/config.yaml", STRICT_CONFIG)],
    },
    Twins {
        rule: "environment-contradiction",
        healthy: &[("k8s/auth.yaml", POD), ("k8s/config.yaml", CONFIG_OF_ALL)],
        ill: &[("k8s/auth.yaml", POD), ("k8s/config.yaml", CONFIG_OF_TWO_MINDS)],
    },
    // Who is known to read it stumbles over it.
    Twins {
        rule: "dotenv-syntax",
        healthy: &[(".env.names", "DATABASE_URL\nJWT_SECRET\n")],
        ill: &[(".env", "DATABASE_URL\nJWT_SECRET\n"), ("Cargo.toml", DOTENVY)],
    },
    // A script looks whether another file has them all.
    Twins {
        rule: "dotenv-syntax",
        healthy: &[(".env.must.prod", "SECRET_KEY\n\n# The server's\nPOSTGRES_USER\nPOSTGRES_PASSWORD\n")],
        ill: &[(".env.must.prod", "SECRET_KEY\n\n# The server's\nPOSTGRES_USER\nPOSTGRES_PASSWORD=\n")],
    },
    // A build asks for a URL, and the container gets another.
    Twins {
        rule: "superuser-role",
        healthy: &[("Dockerfile.migrate", MIGRATES), ("docker-compose.yml", GIVES)],
        ill: &[("Dockerfile.migrate", MIGRATES), ("docker-compose.yml", GIVES_NOT)],
    },
    Twins {
        rule: "database-url-unrecognised",
        healthy: &[("src/Api/appsettings.Development.json", "{\"DATABASE_URL\": \"secrets\"}\n")],
        ill: &[("src/Api/appsettings.Development.json", "{\"DATABASE_URL\": \"registrar\"}\n")],
    },
    // A variable is lengthened by what it has.
    Twins {
        rule: "dotenv-dollar",
        healthy: &[(".env.dev", "PATH=\"/app/bin:$PATH\"\n"), ("compose.yml", HANDS_ON)],
        ill: &[(".env.dev", "PATH=\"/app/bin:$PAATH\"\n"), ("compose.yml", HANDS_ON)],
    },
    // A server takes what it is given.
    Twins {
        rule: "placeholder-secret",
        healthy: &[("docker-compose.prod.yml", GENERATED)],
        ill: &[("docker-compose.prod.yml", CHANGE_ME)],
    },
    Twins {
        rule: "placeholder-secret",
        healthy: &[("docker-compose.yml", CHANGE_ME)],
        ill: &[("deploy/production/docker-compose.yml", CHANGE_ME)],
    },
    // honcho opens `.env` alone.
    Twins {
        rule: "loader-divergence",
        healthy: &[(".env.prod", EMPTY), ("requirements.txt", HONCHO)],
        ill: &[(".env", EMPTY), ("requirements.txt", HONCHO)],
    },
    // The last word of what fails without a host.
    Twins {
        rule: "fallback-default",
        healthy: &[(
            "src/main/resources/application-prod.yml",
            "spring:\n  datasource:\n    url: ${APP_DB_URL:${DB_URL:jdbc:postgresql://${DB_HOST}:${DB_PORT}/${DB_NAME}}}\n",
        )],
        ill: &[(
            "src/main/resources/application-prod.yml",
            "spring:\n  datasource:\n    url: ${APP_DB_URL:${DB_URL:jdbc:postgresql://${DB_HOST:localhost}:5432/${DB_NAME}}}\n",
        )],
    },
    Twins {
        rule: "fallback-default",
        healthy: &[("src/main/resources/application-prod.yml", ASKS_FOR_HOST)],
        ill: &[("src/main/resources/application-prod.yml", LETS_IN)],
    },
    // A reference into the same file has a value.
    Twins {
        rule: "fallback-default",
        healthy: &[("src/main/resources/application-prod.yml", ASKS_FOR_HOST)],
        ill: &[("src/main/resources/application-prod.yml", REFERS_INTO)],
    },
    // An editor keeps every file that was saved.
    Twins {
        rule: "file-unparseable",
        healthy: &[(".history/.github/workflows/ci_20250805142638.yml", BROKEN)],
        ill: &[(".github/workflows/ci.yml", BROKEN)],
    },
    // env.py asks a variable first, and connects with something else altogether.
    Twins {
        rule: "url-in-framework-config",
        healthy: &[("alembic.ini", GUESSED), ("alembic/env.py", ASKS_FIRST)],
        ill: &[("alembic.ini", GUESSED), ("alembic/env.py", ASKS_NOBODY)],
    },
    // The same URL in another form, another service's variable, and SQL that is only written.
    Twins {
        rule: "url-in-framework-config",
        healthy: &[("alembic.ini", GUESSED), ("alembic/env.py", ASKS_FIRST)],
        ill: &[("alembic.ini", GUESSED), ("alembic/env.py", IN_ANOTHER_FORM)],
    },
    Twins {
        rule: "url-in-framework-config",
        healthy: &[("alembic.ini", GUESSED), ("alembic/env.py", ASKS_AND_RETURNS)],
        ill: &[("alembic.ini", GUESSED), ("alembic/env.py", ASKS_REDIS)],
    },
    Twins {
        rule: "url-in-framework-config",
        healthy: &[("alembic.ini", GUESSED), ("alembic/env.py", ASKS_FIRST)],
        ill: &[("alembic.ini", GUESSED), ("alembic/env.py", ASKS_OFFLINE)],
    },
    Twins {
        rule: "database-url-unrecognised",
        healthy: &[("alembic.ini", "[alembic]\nsqlalchemy.url = fake_url\n"), ("alembic/env.py", OWN_ENGINE)],
        ill: &[("alembic.ini", "[alembic]\nsqlalchemy.url = fake_url\n"), ("alembic/env.py", ASKS_NOBODY)],
    },
];

#[test]
fn what_is_said_for_all_is_no_ones_own() {
    tell_apart(OF_ALL);
}

const ASKS_FOR_HOST: &str = "spring:\n  datasource:\n    url: ${DB_URL:jdbc:postgresql://${DB_HOST}:${DB_PORT}/${DB_NAME}}\n    username: ${DB_USERNAME}\n    password: ${DB_PASSWORD}\n";
const LETS_IN: &str = "spring:\n  datasource:\n    url: ${DB_URL:jdbc:postgresql://${DB_HOST}:${DB_PORT}/${DB_NAME}?user=shop&password=k3Vq9mT2xL}\n";
const BROKEN: &str = "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo\n    with:\n  DATABASE_URL: postgresql://a\n     b: [\n";
const MIGRATES: &str = "FROM node:22-alpine\nENV DATABASE_URL=postgresql://postgres:postgres@localhost:5432/postgres\nRUN pnpm generate\nENV NODE_ENV=production\nCMD [\"pnpm\", \"migrate\"]\n";
const GIVES: &str = "services:\n  migrate:\n    build:\n      context: .\n      dockerfile: Dockerfile.migrate\n    environment:\n      DATABASE_URL: ${DATABASE_URL}\n";
const GIVES_NOT: &str = "services:\n  migrate:\n    build:\n      context: .\n      dockerfile: Dockerfile.migrate\n    environment:\n      LOG_LEVEL: debug\n";
const PASSWORD_BESIDE: &str = "production:\n  primary:\n    adapter: postgresql\n    url: <%= ENV[\"DATABASE_URL\"] %>\n    username: shop\n    password: k3Vq9mT2xLpW7c\n";
const ANOTHER_POD: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: tax}\nspec:\n  template:\n    spec:\n      containers:\n        - name: tax\n          image: acme/tax:1\n          envFrom:\n            - configMapRef: {name: shop}\n          env:\n            - {name: APP_ENV, value: production}\n            - {name: DATABASE_URL, value: \"postgresql://pg.internal:5432/tax?sslmode=require\"}\n";
const MILD_POD: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: auth}\nspec:\n  template:\n    spec:\n      containers:\n        - name: auth\n          image: acme/auth:1\n          envFrom:\n            - configMapRef: {name: shop}\n          env:\n            - {name: APP_ENV, value: development}\n";
const STRICT_CONFIG: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shop}\ndata:\n  APP_ENV: production\n  POSTGRES_HOST: pg.internal\n  POSTGRES_DB: shop\n  POSTGRES_USER: shop\n";
const SERVED: &str = "services:\n  web:\n    image: acme/web:1\n    env_file: .env.production\n    environment:\n      DATABASE_URL: postgresql://shop@pg.internal:5432/shop?sslmode=require\n";
const DOTENVY: &str =
    "[package]\nname = \"shop\"\nversion = \"0.1.0\"\n\n[dependencies]\ndotenvy = \"0.15\"\n";
const REFERS_INTO: &str = "db:\n  host: localhost\nspring:\n  datasource:\n    url: ${DB_URL:jdbc:postgresql://${db.host}:5432/shop}\n    username: ${DB_USERNAME}\n    password: ${DB_PASSWORD}\n";
const IN_ANOTHER_FORM: &str = "from alembic import context\n\nconfig = context.config\n\n\ndef get_url():\n    return config.get_main_option(\"sqlalchemy.url\").replace(\"postgresql://\", \"postgresql+asyncpg://\")\n\n\ndef run_migrations_online():\n    section = config.get_section(config.config_ini_section)\n    section[\"sqlalchemy.url\"] = get_url()\n    engine = engine_from_config(section)\n";
const ASKS_AND_RETURNS: &str = "import os\nfrom alembic import context\n\nconfig = context.config\n\n\ndef get_url() -> str:\n    url = os.environ.get(\"DB_URL\")\n    if url:\n        return url\n    return config.get_main_option(\"sqlalchemy.url\", \"\")\n\n\ndef run_migrations_online():\n    engine = create_engine(get_url())\n";
const ASKS_REDIS: &str = "import os\nfrom alembic import context\n\nconfig = context.config\n\n\ndef get_url() -> str:\n    url = os.environ.get(\"REDIS_URL\")\n    audit(url, os.getenv(\"SECURITY_AUDIT\"))\n    return config.get_main_option(\"sqlalchemy.url\", \"\")\n\n\ndef run_migrations_online():\n    engine = create_engine(get_url())\n";
const ASKS_OFFLINE: &str = "import os\nfrom alembic import context\n\nconfig = context.config\n\n\ndef run_migrations_offline():\n    url = os.environ.get(\"DATABASE_URL\") or config.get_main_option(\"sqlalchemy.url\")\n    context.configure(url=url)\n\n\ndef run_migrations_online():\n    engine = engine_from_config(config.get_section(config.config_ini_section))\n";
const HANDS_ON: &str = "services:\n  app:\n    build: .\n    env_file: .env.dev\n";
const CHANGE_ME: &str = "services:\n  db:\n    image: postgres:16.4\n    environment:\n      POSTGRES_USER: shop\n      POSTGRES_PASSWORD: changeme\n";
const GENERATED: &str = "services:\n  db:\n    image: postgres:16.4\n    environment:\n      POSTGRES_USER: shop\n      POSTGRES_PASSWORD: k3Vq9mT2xLpW7c\n";
const POD: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: auth}\nspec:\n  template:\n    spec:\n      containers:\n        - name: auth\n          image: acme/auth:1\n          envFrom:\n            - configMapRef: {name: shop}\n          env:\n            - {name: APP_ENV, value: production}\n            - {name: DATABASE_URL, value: \"postgresql://pg.internal:5432/auth?sslmode=require\"}\n";
const POD_OF_TWO_MINDS: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: auth}\nspec:\n  template:\n    spec:\n      containers:\n        - name: auth\n          image: acme/auth:1\n          envFrom:\n            - configMapRef: {name: shop}\n          env:\n            - {name: APP_ENV, value: production}\n            - {name: POSTGRES_DB, value: shop}\n            - {name: DATABASE_URL, value: \"postgresql://pg.internal:5432/auth?sslmode=require\"}\n";
const CONFIG_OF_ALL: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shop}\ndata:\n  APP_ENV: development\n  POSTGRES_HOST: pg.internal\n  POSTGRES_DB: shop\n  POSTGRES_USER: shop\n";
const CONFIG_OF_TWO_MINDS: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shop}\ndata:\n  APP_ENV: development\n  ENVIRONMENT: development\n  POSTGRES_HOST: pg.internal\n";
const EMPTY: &str = "SECRET_KEY=\nDB_HOST=db\nDB_NAME=shop\nDB_USER=shop\nDB_PASSWORD=\n";
const HONCHO: &str = "honcho==2.0.0\ndjango-environ==0.11.2\n";
const GUESSED: &str = "[alembic]\nsqlalchemy.url = postgresql://postgres:postgres@localhost:5432/postgres\n";
const ASKS_FIRST: &str = "import os\nfrom alembic import context\n\nconfig = context.config\n\n\ndef url() -> str:\n    return os.environ.get(\"DATABASE_URL\") or config.get_main_option(\"sqlalchemy.url\", \"\")\n\n\ndef run_migrations_online():\n    engine = create_engine(url())\n";
const ASKS_NOBODY: &str = "import os\nfrom alembic import context\n\nconfig = context.config\n\n\ndef run_migrations_online():\n    engine = create_engine(config.get_main_option(\"sqlalchemy.url\"), echo=os.environ.get(\"ECHO\"))\n";
const OWN_ENGINE: &str = "from alembic import context\nfrom decouple import config\n\nPOSTGRES_URL = config(\"POSTGRES_URL\")\n# my_important_option = config.get_main_option(\"my_important_option\")\n\n\ndef run_migrations_online():\n    engine = create_engine(POSTGRES_URL)\n";
const BY_URL: &str = "default: &default\n  adapter: postgresql\n  username: <%= ENV.fetch(\"DATABASE_USERNAME\", \"postgres\") %>\nproduction:\n  primary:\n    <<: *default\n    url: <%= ENV[\"DATABASE_URL\"] %>\n";
const BESIDE_URL: &str = "default: &default\n  adapter: postgresql\n  username: <%= ENV.fetch(\"DATABASE_USERNAME\", \"postgres\") %>\nproduction:\n  primary:\n    <<: *default\n    host: db.internal\n    database: shop_production\n";
const MADE: &str = "SERVICE=shop\nDB_NAME=\"${SERVICE}_test\"\nDATABASE_URL=\"postgresql://app:k3Vq9mT2xLp@localhost:5434/${DB_NAME}\"\n";
const NEST: &str = "{\"name\": \"shop\", \"dependencies\": {\"@nestjs/config\": \"4.0.2\"}}\n";
const EXPANDS: &str = "import { ConfigModule } from '@nestjs/config';\n@Module({ imports: [ConfigModule.forRoot({ isGlobal: true, expandVariables: true })] })\nexport class AppModule {}\n";
const EXPANDS_NOT: &str = "import { ConfigModule } from '@nestjs/config';\n// expandVariables: true would do\n/*\n  ConfigModule.forRoot({\n    expandVariables: true })\n*/\n@Module({ imports: [ConfigModule.forRoot({ isGlobal: true, expandVariables: false })] })\nexport class AppModule {}\n";
const COPILOT: &str =
    "name: api\ntype: Backend Service\nsecrets:\n  DATABASE_URL: /copilot/shop/prod/secrets/DATABASE_URL\n";
const LOST: &str = "name: api\ntype: Backend Service\nsecrets:\n  DATABASE_URL: /copilot/shop/prod/secrets\n";

#[test]
fn what_somebody_else_fills_in_is_no_slip() {
    tell_apart(TWINS);
}

fn worst(text: &str, git: Git) -> Option<Severity> {
    let files = Files {
        files: vec![(".env.production".to_owned(), text.into())],
        git: [(".env.production".to_owned(), git)].into(),
        ..Files::default()
    };
    lint(&files, &Policy::default()).iter().map(|f| f.severity).max()
}

#[test]
fn a_file_to_be_copied_shows_how_one_is_written() {
    let of = |head: &str, password: &str, git| {
        let url = format!("DATABASE_URL=postgresql://username:{password}@localhost:5432/shop");
        worst(&format!("{head}\n{url}\nDB_HOST=localhost\nDB_USER=postgres\nDB_NAME=shop\n"), git)
    };
    let asks = "# Copy this file to .env.production and fill it in";
    assert_eq!(of(asks, "password", Git::Tracked), Some(Severity::Note));
    assert_eq!(of(asks, "password", Git::Ignored), Some(Severity::Error));
    assert_eq!(of("# Production", "password", Git::Tracked), Some(Severity::Error));
    assert_eq!(of(asks, "k3Vq9mT2xLpW7c", Git::Tracked), Some(Severity::Error));
}

#[test]
fn a_variable_that_is_given_its_own_value_is_left_to_the_process() {
    let own = "DB_HOST=${DB_HOST}\nDB_NAME=shop\nDB_USER=${DB_USER}\nDB_PASSWORD=$DB_PASSWORD\n";
    assert_eq!(worst(own, Git::Tracked), Some(Severity::Note));
    let other = own.replace("${DB_HOST}", "${PG_HOST}");
    assert_eq!(worst(&other, Git::Tracked), Some(Severity::Warning));
}

#[test]
fn what_git_keeps_has_no_password_to_forget() {
    let empty = "APP_KEY=\nDB_HOST=db\nDB_NAME=shop\nDB_USER=shop\nDB_PASSWORD=\n";
    assert_eq!(worst(empty, Git::Tracked), Some(Severity::Warning));
    assert_eq!(worst(empty, Git::Ignored), Some(Severity::Error));
}

/// `.env.local` is read over a `.env` that git does not have, and what a slip is stays one in a file to be copied.
#[test]
fn what_is_left_open_is_no_more_than_that() {
    let found = |files: &[(&str, &str)]| {
        let files = Files {
            files: files.iter().map(|(path, text)| ((*path).to_owned(), (*text).into())).collect(),
            git: files.iter().map(|(path, _)| ((*path).to_owned(), Git::Tracked)).collect(),
            ..Files::default()
        };
        lint(&files, &Policy::default()).iter().map(|f| (f.rule.clone(), f.severity)).collect::<Vec<_>>()
    };
    let left = ("unresolved-placeholder".to_owned(), Severity::Warning);
    assert!(!found(&[("api/.env.local", REFERS)]).contains(&left));
    assert!(found(&[("api/.env.local", REFERS), ("api/.env", "X=x\n")]).contains(&left));
    assert!(found(&[(".env.production", REFERS)]).contains(&left));
    let within = "DATABASE_URL=postgresql://shop:k3Vq9mT2xL@${DATABASE_URL}/shop\n";
    assert!(found(&[(".env.production", within)]).contains(&left));
    let slip = "# Copy this file to .env and fill it in\nDATABASE_URL=postgresql://shop:password@localhost:54x32/shop\n";
    assert!(found(&[(".env.production", slip)]).contains(&("port-invalid".to_owned(), Severity::Error)));
}
