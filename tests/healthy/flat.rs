//! What lies flat beside a connection, in a name or in a file next to it, and decides what is meant.

use super::{Twins, mild::tell_apart};
use crate::found;
use pgward::Severity;

/// Settings of Django with a password that opens nothing here.
const DJANGO: &str = "DATABASES = {\"default\": {\"ENGINE\": \"django.db.backends.postgresql\", \"HOST\": \"db.internal\", \"NAME\": \"shop\", \"USER\": \"shop\", \"PASSWORD\": \"k3Vq9mT2xLpW7c\"}}\n";
const NODE: &str = "module.exports = { DATABASE_URL: \"postgresql://shop@db.internal/shop\" };\n";
const TOML: &str = "DATABASE_URL = \"postgresql://shop@db.internal/shop\"\n";

const REQUIREMENTS: &str = "Django==5.0\nsqlalchemy==2.0\npsycopg2-binary==2.9.9\n";
const URLS: &str = "import dj_database_url\n\nDATABASES = {\"default\": dj_database_url.config()}\n";
const WEB: &str = "services:\n  web:\n    build: .\n    environment:\n      DJANGO_SETTINGS_MODULE: shop.settings\n      DATABASE_URL: postgres://shop:shop@db/shop\n  db:\n    image: postgres:17-bookworm\n    environment: {POSTGRES_USER: shop, POSTGRES_PASSWORD: shop}\n";

const STOCK: &str = "[alembic]\nsqlalchemy.url = postgresql://postgres:postgres@localhost/shop\n";
const SERIOUS: &str = "[alembic]\nsqlalchemy.url = postgresql://shop:k3Vq9mT2xLpW7c@localhost/shop\n";
const IN_SOME_CASE: &str = "import os\nfrom alembic import context\n\nconfig = context.config\nurl = os.getenv(\"DATABASE_URL\")\nif url:\n    config.set_main_option(\"sqlalchemy.url\", url)\n";
const FILLED_IN: &str = "[alembic]\nsqlalchemy.url = postgresql://user:pass@localhost/dbname\n";
const HANDED: &str = "from alembic import context\n\nconfig = context.config\n\n\ndef get_url():\n    return resolve(fallback_url=config.get_main_option(\"sqlalchemy.url\"))\n\n\ndef run_migrations_online():\n    section = config.get_section(config.config_ini_section) or {}\n    section[\"sqlalchemy.url\"] = get_url()\n    engine = engine_from_config(section, prefix=\"sqlalchemy.\")\n";
const NEVER: &str = "from alembic import context\n\nconfig = context.config\n";

const HERE: &str = "DATABASE_URL=postgresql://shop:k3Vq9mT2xLpW7c@localhost/shop\n";
const WAITS: &str = "[Unit]\nAfter=network.target postgresql.service\n[Service]\nEnvironmentFile=/srv/shop/.env.production\nExecStart=/srv/shop/run\n";
const WAITS_NOT: &str = "[Unit]\nAfter=network.target\n[Service]\nEnvironmentFile=/srv/shop/.env.production\nExecStart=/srv/shop/run\n";
const IMAGE: &str = "FROM python:3.13-slim\nENV DATABASE_POOL=5\nCMD [\"/srv/shop/run\"]\n";

const PRODUCTION: &str = "DATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql', 'NAME': 'shop', 'USER': 'shop', 'PASSWORD': os.environ['DB_PASSWORD'], 'HOST': 'db.acme.com', 'OPTIONS': {'sslmode': 'verify-full', 'sslrootcert': 'system'}}}\n";

const TWINS: &[Twins] = &[
    // A patch of an env file is none.
    Twins {
        rule: "dotenv-syntax",
        healthy: &[(
            ".env.patch",
            "--- .env\n+++ .env.new\n@@ -1 +1 @@\n+DATABASE_URL=postgresql://app@db/shop\n",
        )],
        ill: &[(".env.new", "--- .env\nDATABASE_URL=postgresql://app@db/shop\n")],
    },
    // Among tests it is theirs.
    Twins {
        rule: "test-target-remote",
        healthy: &[("shop/settings_production.py", PRODUCTION)],
        ill: &[("shop/tests/settings_production.py", PRODUCTION)],
    },
    // A host that is yet to be filled in is neither near nor far.
    Twins {
        rule: "tls-unspecified",
        healthy: &[(
            ".env.production",
            "DATABASE_URL=postgresql://shop:k3Vq9mT2xLpW7c@your-database.internal/shop\n",
        )],
        ill: &[(
            ".env.production",
            "DATABASE_URL=postgresql://shop:k3Vq9mT2xLpW7c@your-instance.eu-west-1.rds.amazonaws.com/shop\n",
        )],
    },
    Twins {
        rule: "tls-unspecified",
        healthy: &[(
            ".env.production",
            "DB_HOST=<host>\nDB_NAME=shop\nDB_USER=shop\nDB_PASSWORD=k3Vq9mT2xLpW7c\n",
        )],
        ill: &[(".env.production", "DB_HOST=host1\nDB_NAME=shop\nDB_USER=shop\nDB_PASSWORD=<password>\n")],
    },
    // Django reads it, and nothing imports SQLAlchemy.
    Twins {
        rule: "scheme-postgres-for-sqlalchemy",
        healthy: &[("requirements.txt", REQUIREMENTS), ("compose.yml", WEB), ("shop/settings.py", URLS)],
        ill: &[
            ("requirements.txt", REQUIREMENTS),
            ("compose.yml", WEB),
            ("shop/settings.py", URLS),
            ("shop/report.py", "from sqlalchemy import create_engine\n\nDATABASE_POOL = 5\n"),
        ],
    },
    // What everybody has on a machine of their own, where a deployment sets another one.
    Twins {
        rule: "url-in-framework-config",
        healthy: &[("alembic.ini", STOCK), ("migrations/env.py", IN_SOME_CASE)],
        ill: &[("alembic.ini", SERIOUS), ("migrations/env.py", IN_SOME_CASE)],
    },
    Twins {
        rule: "url-in-framework-config",
        healthy: &[("alembic.ini", STOCK), ("migrations/env.py", IN_SOME_CASE)],
        ill: &[("alembic.ini", STOCK), ("migrations/env.py", NEVER)],
    },
    // `user:pass` of the template behind a driver of one's own, in a section that is handed on.
    Twins {
        rule: "url-in-framework-config",
        healthy: &[("alembic.ini", FILLED_IN), ("migrations/env.py", HANDED)],
        ill: &[("alembic.ini", SERIOUS), ("migrations/env.py", HANDED)],
    },
    // Everything is on one machine.
    Twins {
        rule: "localhost-in-production",
        healthy: &[(".env.production", HERE), ("deploy/shop.service", WAITS)],
        ill: &[(".env.production", HERE), ("deploy/shop.service", WAITS_NOT)],
    },
    // In a container it is not.
    Twins {
        rule: "localhost-in-production",
        healthy: &[(".env.production", HERE), ("deploy/shop.service", WAITS)],
        ill: &[(".env.production", HERE), ("deploy/shop.service", WAITS), ("Dockerfile", IMAGE)],
    },
    // What was put away runs nowhere; what is only old does.
    Twins {
        rule: "tls-unspecified",
        healthy: &[
            ("archive/.env.production", FAR),
            ("api/_deprecated/.env.production", FAR),
            ("legacy-backup/.env.production", FAR),
        ],
        ill: &[("legacy/.env.production", FAR)],
    },
    Twins {
        rule: "tls-unspecified",
        healthy: &[("old/.env.production", FAR)],
        ill: &[("services/archive/.env.production", FAR)],
    },
    // Some programs call the host so.
    Twins {
        rule: "database-url-unrecognised",
        healthy: &[(".env", "DB_URL=localhost\nDB_PORT=5432\nDB_USER=shop\nDB_NAME=shop\n")],
        ill: &[(".env", "DB_URL=localhost\nDB_HOST=localhost\nDB_PORT=5432\nDB_USER=shop\nDB_NAME=shop\n")],
    },
    Twins {
        rule: "literal-password",
        healthy: &[("seed.py", "DATABASE_URL = \"postgresql://shop:k3Vq9mT2xLpW7c@db.internal/shop\"\n")],
        ill: &[(
            "seed.py",
            "DATABASE_URL = \"postgresql://shop:k3Vq9mT2xLpW7c@shop.c3vmzq8xk1ty.eu-west-1.rds.amazonaws.com/shop?sslmode=verify-full\"\n",
        )],
    },
    Twins {
        rule: "literal-password",
        healthy: &[(
            "db.js",
            "const pool = new Pool({ connectionString: \"postgresql://postgres:postgres@ep-cool-1.us-east-2.aws.neon.tech/shop\" });\n",
        )],
        ill: &[(
            "db.js",
            "const { Pool } = require(\"pg\");\nconst pool = new Pool({ connectionString: \"postgresql://shop:k3Vq9mT2xLpW7c@ep-cool-1.us-east-2.aws.neon.tech/shop?sslmode=verify-full\" });\n",
        )],
    },
];

/// What has no business in development.
const FAR: &str =
    "DATABASE_URL=postgresql://shop:k3Vq9mT2xLpW7c@shop.c3vmzq8xk1ty.eu-west-1.rds.amazonaws.com/shop\n";

#[test]
fn what_lies_beside_a_connection_decides_what_is_meant() {
    tell_apart(TWINS);
}

#[test]
fn settings_are_for_whom_their_name_says() {
    tell_apart(&[
        Twins {
            rule: "tls-unspecified",
            healthy: &[("shop/settings_dev.py", DJANGO)],
            ill: &[("shop/settings_production.py", DJANGO)],
        },
        Twins {
            rule: "tls-unspecified",
            healthy: &[("shop/copy_production.py", DJANGO)],
            ill: &[("shop/production_settings.py", DJANGO)],
        },
        Twins {
            rule: "tls-unspecified",
            healthy: &[("config.js", NODE)],
            ill: &[("config-production.js", NODE)],
        },
        Twins {
            rule: "tls-unspecified",
            healthy: &[("config.js", NODE)],
            ill: &[("config.production.js", NODE)],
        },
        Twins {
            rule: "tls-unspecified",
            healthy: &[("settings_test.toml", TOML)],
            ill: &[("settings_production.toml", TOML)],
        },
    ]);
}

#[test]
fn spring_reads_role_and_password_beside_its_url() {
    let image =
        |lines: &str| format!("FROM eclipse-temurin:21\n{lines}CMD [\"java\", \"-jar\", \"shop.jar\"]\n");
    let url = "ENV SPRING_DATASOURCE_URL=jdbc:postgresql://db.internal:5432/shop\n";
    let host = "ARG SPRING_DATASOURCE_HOST=db.internal:5432\nENV SPRING_DATASOURCE_HOST=${SPRING_DATASOURCE_HOST}\nENV SPRING_DATASOURCE_DATABASE=shop\n";
    let password = "ARG SPRING_DATASOURCE_PASSWORD=k3Vq9mT2xLpW7c\nENV SPRING_DATASOURCE_USERNAME=shop\nENV SPRING_DATASOURCE_PASSWORD=${SPRING_DATASOURCE_PASSWORD}\n";
    let told = |lines: &str| {
        let all = found(&[("Dockerfile", &image(lines))], "url-in-image");
        all.into_iter().any(|f| f.message.starts_with("a password"))
    };
    for place in [url, host] {
        assert!(!told(place), "{place}");
        assert!(told(&format!("{place}{password}")), "{place}");
    }
}

#[test]
fn a_server_takes_its_password_from_a_default_too() {
    let server = |value: &str| {
        format!(
            "services:\n  db:\n    image: postgres:17-bookworm\n    environment:\n      POSTGRES_PASSWORD: {value}\n"
        )
    };
    let told = |path: &str, text: &str| {
        let all = found(&[(path, text)], "fallback-default");
        all.into_iter().map(|f| f.severity).collect::<Vec<_>>()
    };
    let path = "compose.production.yml";
    assert_eq!(told(path, &server("${DB_PASSWORD:?}")), []);
    assert_eq!(told(path, &server("${DB_PASSWORD:-k3Vq9mT2xLpW7c}")), [Severity::Error]);
    assert_eq!(told("compose.yml", &server("${DB_PASSWORD:-k3Vq9mT2xLpW7c}")), [Severity::Note]);
    // Once, where a client takes the same default.
    let client = "  web:\n    build: .\n    environment:\n      DATABASE_URL: postgresql://postgres:${DB_PASSWORD:-k3Vq9mT2xLpW7c}@db/shop\n";
    assert_eq!(told(path, &(server("${DB_PASSWORD:-k3Vq9mT2xLpW7c}") + client)).len(), 1);
}

#[test]
fn a_host_with_a_port_is_that_of_the_service() {
    let text = |host: &str| {
        format!(
            "services:\n  web:\n    build: .\n    environment:\n      DB_HOST: {host}\n      DB_NAME: shop\n      DB_USER: shop\n  db:\n    image: postgres:17-bookworm\n"
        )
    };
    for (host, rule_speaks) in [("db:5432", false), ("db", false), ("dbs:5432", true), ("db:x", true)] {
        let all = found(&[("compose.production.yml", &text(host))], "tls-unspecified");
        assert_eq!(!all.is_empty(), rule_speaks, "{host}");
    }
    // And who logs in there needs the password of the server.
    for (password, rule_speaks) in [("k3Vq9mT2xLpW7c", false), ("another", true)] {
        let given = format!("      DB_PASSWORD: {password}\n  db:\n");
        let server =
            "    environment: {POSTGRES_USER: shop, POSTGRES_DB: shop, POSTGRES_PASSWORD: k3Vq9mT2xLpW7c}\n";
        let text = text("db:5432").replace("  db:\n", &given) + server;
        let all = found(&[("compose.yml", &text)], "compose-credential-mismatch");
        assert_eq!(!all.is_empty(), rule_speaks, "{text}");
    }
}
