//! What somebody takes, or nobody: defaults, what code replaces, what refers to itself, what stands beside production's own; each
//! beside a twin that is worth a warning.

use super::{Twins, mild::tell_apart, noted::findings};

const PAIR: &str = "services:\n  admin-prod:\n    build: .\n    environment: {DATABASE_URL: \"postgres://shop:${DB_PASSWORD:?}@db/shop\"}\n  admin-dev:\n    build: .\n    environment: {DATABASE_URL: \"postgres://shop:${DB_PASSWORD:?}@db/shop_dev\"}\n";
const SINGLE: &str = "services:\n  admin-dev:\n    build: .\n    environment: {DATABASE_URL: \"postgres://shop:${DB_PASSWORD:?}@db/shop_dev\"}\n";
const INI: &str =
    "[alembic]\nscript_location = alembic\nsqlalchemy.url = postgresql://shop:k3Vq9xZt2LmP@localhost/shop\n";
const ENV_PY: &str = "from alembic import context\nfrom app.config import settings\nconfig = context.config\nconfig.set_main_option('sqlalchemy.url', settings.url)\n";
const ENV_PY_AS_IS: &str = "from alembic import context\nconfig = context.config\n";
const COMPOSE: &str = "services:\n  web:\n    build: .\n    environment: {APP_ENV: production, DATABASE_URL: \"postgres://shop:k3Vq9xZt2LmP@db.acme.io/store?sslmode=verify-full\"}\n";
const PROFILE: &str =
    "{\"storage\": {\"database\": \"postgresql://user:pass@localhost:5432/shop_staging\"}}\n";
const REAL_PROFILE: &str =
    "{\"storage\": {\"database\": \"postgresql://user:k3Vq9xZt2LmP@localhost:5432/shop_staging\"}}\n";
const MADE_BY_IMAGE: &str =
    "CREATE DATABASE shop_test;\nGRANT ALL PRIVILEGES ON DATABASE shop_test TO shop;\n";
const SERVER: &str = "services:\n  db:\n    image: postgres:16.4\n    environment: {POSTGRES_USER: shop}\n    volumes: [\"./init.sql:/docker-entrypoint-initdb.d/init.sql:ro\"]\n";
const OTHER_SERVER: &str = "services:\n  db:\n    image: postgres:16.4\n    environment: {POSTGRES_USER: admin}\n    volumes: [\"./init.sql:/docker-entrypoint-initdb.d/init.sql:ro\"]\n";

const TYPES: &str = "declare module \"@env\" {\n  export const DATABASE_URL: string;\n  export const DB_HOST: string;\n  export const DB_USER: string;\n}\n";
const NAMELESS: &str =
    "services:\n  web:\n    build: .\n    environment: {DATABASE_URL: \"postgres://shop@db\"}\n";
const LOCAL: &str = "import os\nDATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql', 'NAME': 'shop', 'USER': 'shop', 'HOST': os.environ.get('DB_HOST', 'localhost')}}\n";
const GIVEN: &str = "services:\n  web:\n    build: backend\n    environment: {DB_HOST: db}\n  db: {image: \"postgres:16.4\"}\n";
const LEFT: &str = "services:\n  web:\n    build: backend\n    environment: {DB_NAME: shop}\n  db: {image: \"postgres:16.4\"}\n";

const TWINS: &[Twins] = &[
    // What stands beside production's own under the same name is another environment's.
    Twins {
        rule: "environment-word-mismatch",
        healthy: &[("compose.prod.yml", PAIR)],
        ill: &[("compose.prod.yml", SINGLE)],
    },
    // Nobody logs in with what env.py replaces.
    Twins {
        rule: "password-reused",
        healthy: &[("compose.yml", COMPOSE), ("alembic.ini", INI), ("alembic/env.py", ENV_PY)],
        ill: &[("compose.yml", COMPOSE), ("alembic.ini", INI), ("alembic/env.py", ENV_PY_AS_IS)],
    },
    Twins {
        rule: "url-in-framework-config",
        healthy: &[("config/profiles/staging.json", PROFILE)],
        ill: &[("config/profiles/staging.json", REAL_PROFILE)],
    },
    // Whoever is given another role takes no default.
    Twins {
        rule: "password-equals-identifier",
        healthy: &[(
            ".env.production",
            "NODE_ENV=production\nDATABASE_URL=postgres://test:k3Vq9xZt2LmP@db.acme.io/shop?sslmode=verify-full\n",
        )],
        ill: &[(
            ".env.production",
            "NODE_ENV=production\nDATABASE_URL=postgres://test:test@db.acme.io/shop?sslmode=verify-full\n",
        )],
    },
    Twins {
        rule: "environment-word-mismatch",
        healthy: &[(
            ".env.production",
            "NODE_ENV=production\nDATABASE_URL=postgres://test:test@db.acme.io/shop?sslmode=verify-full\n",
        )],
        ill: &[(
            ".env.production",
            "NODE_ENV=production\nDATABASE_URL=postgres://test:k3Vq9xZt2LmP@db.acme.io/shop?sslmode=verify-full\n",
        )],
    },
    // In production nobody has it for an example.
    Twins {
        rule: "weak-secret",
        healthy: &[("config/profiles/staging.json", PROFILE)],
        ill: &[("config/profiles/production.json", PROFILE)],
    },
    // Rails has the name of the database from database.yml.
    Twins {
        rule: "dbname-implicit",
        healthy: &[("compose.production.yml", NAMELESS), ("Gemfile", "gem \"rails\"\ngem \"pg\"\n")],
        ill: &[("compose.production.yml", NAMELESS), ("Gemfile", "gem \"sinatra\"\ngem \"pg\"\n")],
    },
    // The types of variables.
    Twins {
        rule: "file-unparseable",
        healthy: &[("mobile/.env.d.ts", TYPES)],
        ill: &[("mobile/.env.d", TYPES)],
    },
    // What a service of another engine is given twice.
    Twins {
        rule: "dotenv-duplicate-key",
        healthy: &[(".env.production", "DB_CONNECTION=mysql\nDB_HOST=db\nDB_HOST=store\nDB_DATABASE=shop\n")],
        ill: &[(".env.production", "DB_CONNECTION=pgsql\nDB_HOST=db\nDB_HOST=store\nDB_DATABASE=shop\n")],
    },
    // Each service that is built around it is given another host.
    Twins {
        rule: "localhost-in-production",
        healthy: &[("backend/shop/settings/production.py", LOCAL), ("compose.yml", GIVEN)],
        ill: &[("backend/shop/settings/production.py", LOCAL), ("compose.yml", LEFT)],
    },
    // A file of Cloudflare's Workers is written with comments.
    Twins {
        rule: "url-in-framework-config",
        healthy: &[(
            "wrangler.jsonc",
            "{\n  // In production a secret.\n  \"vars\": {\"DATABASE_URL\": \"postgresql://shop@localhost/shop\"}\n}\n",
        )],
        ill: &[(
            "wrangler.jsonc",
            "{\n  // In production too.\n  \"vars\": {\"DATABASE_URL\": \"postgresql://shop:k3Vq9xZt2LmP@ep-tight-math-a8k4bjh7.eastus2.azure.neon.tech/shop?sslmode=require\"}\n}\n",
        )],
    },
];

#[test]
fn what_nobody_takes_is_no_warning() {
    tell_apart(TWINS);
}

/// What is worth a note at most, and is none here.
#[test]
fn what_the_image_made_may_make_tables() {
    let tells = |compose: &str, rule: &str| {
        findings(&[("compose.yml", compose), ("init.sql", MADE_BY_IMAGE)]).iter().any(|f| f.rule == rule)
    };
    assert!(!tells(SERVER, "init-grant-insufficient"));
    assert!(tells(OTHER_SERVER, "init-grant-insufficient"));
}

/// Of a URL hardly more is left than its scheme.
#[test]
fn the_head_of_a_url_holds_no_password() {
    let tells = |line: &str| {
        let text = format!("#!/bin/sh\n{line}\n");
        findings(&[("deploy.sh", &text)]).iter().any(|f| f.rule == "secret-printed")
    };
    assert!(!tells("echo \"${DATABASE_URL:0:20}...\""));
    assert!(tells("echo \"${DATABASE_URL:0:60}...\""));
    assert!(tells("echo \"${DB_PASSWORD:0:20}...\""));
}

/// Files of which one is copied to where it is read say nothing of each other.
#[test]
fn alternatives_are_not_compared() {
    let of = |engine: &str| {
        format!(
            "development:\n  adapter: {engine}\n  database: shop\nproduction:\n  adapter: {engine}\n  database: shop\n"
        )
    };
    let (postgres, mysql) = (of("postgresql"), of("mysql2"));
    let tells = |tree: &[(&str, &str)]| findings(tree).iter().any(|f| f.rule == "engine-parity");
    assert!(!tells(&[("config/database.postgres.yml", &postgres), ("config/database.mysql.yml", &mysql)]));
    let mixed = postgres.replacen("postgresql", "mysql2", 1);
    assert!(tells(&[("config/database.yml", &mixed)]));
}

/// A role that stands in for a variable is a warning at most: who sets the variable has another one.
#[test]
fn the_role_of_a_default_is_no_error() {
    let worst = |user: &str| {
        let text = format!(
            "import os\nDATABASES = {{'default': {{'ENGINE': 'django.db.backends.postgresql', 'NAME': 'shop', 'USER': {user}, 'HOST': 'db.acme.io'}}}}\n"
        );
        let found = findings(&[("shop/settings/production.py", &text)]);
        found.iter().filter(|f| f.rule == "superuser-role").map(|f| f.severity).max()
    };
    assert_eq!(worst("os.environ.get('DB_USER', 'postgres')"), Some(pgward::Severity::Warning));
    assert_eq!(worst("'postgres'"), Some(pgward::Severity::Error));
}
