//! What something beside it hides: a password beside a host that is a default, or beside nothing at all.

use super::{Tree, Twins, mild::tell_apart};
use crate::found;

const TWINS: &[Twins] = &[
    Twins {
        rule: "url-in-framework-config",
        healthy: &[(
            "application-prod.yml",
            "spring:\n  datasource:\n    url: jdbc:postgresql://${DB_HOST:db.acme.io}/shop\n    username: shop\n    password: ${DB_PASSWORD}\n",
        )],
        ill: &[(
            "application-prod.yml",
            "spring:\n  datasource:\n    url: jdbc:postgresql://${DB_HOST:db.acme.io}/shop\n    username: shop\n    password: k3Vq9mT2xLpW7c\n",
        )],
    },
    // Without a word of the engine it may be another's.
    Twins {
        rule: "url-in-framework-config",
        healthy: &[(
            "application-prod.yml",
            "spring:\n  datasource:\n    url: ${DB_URL}\n    username: ${DB_USER}\n    password: k3Vq9mT2xLpW7c\n",
        )],
        ill: &[(
            "application-prod.yml",
            "spring:\n  datasource:\n    url: jdbc:postgresql://${DB_HOST}/shop\n    username: ${DB_USER}\n    password: k3Vq9mT2xLpW7c\n",
        )],
    },
    Twins {
        rule: "fallback-default",
        healthy: &[(
            "application-prod.yml",
            "spring:\n  datasource:\n    url: jdbc:postgresql://${DB_HOST}/${DB_NAME:shop_production}\n    username: ${DB_USER}\n    password: ${DB_PASSWORD}\n",
        )],
        ill: &[(
            "application-prod.yml",
            "spring:\n  datasource:\n    url: jdbc:postgresql://${DB_HOST}/${DB_NAME:shop_production}\n    username: ${DB_USER}\n    password: ${DB_PASSWORD:k3Vq9mT2xLpW7c}\n",
        )],
    },
    Twins {
        rule: "url-in-framework-config",
        healthy: &[(
            "config/database.yml",
            "production:\n  adapter: postgresql\n  host: <%= ENV.fetch(\"DB_HOST\", \"localhost\") %>\n  username: shop\n  password: <%= ENV[\"DB_PASSWORD\"] %>\n  database: shop\n",
        )],
        ill: &[(
            "config/database.yml",
            "production:\n  adapter: postgresql\n  host: <%= ENV.fetch(\"DB_HOST\", \"localhost\") %>\n  username: shop\n  password: k3Vq9mT2xLpW7c\n  database: shop\n",
        )],
    },
    // What counts where no URL is set, below a choice that is no YAML before Ruby has read it.
    Twins {
        rule: "fallback-default",
        healthy: &[("config/database.yml", CHOICE_ASKED)],
        ill: &[("config/database.yml", CHOICE)],
    },
    Twins {
        rule: "literal-password",
        healthy: &[("config/production/settings.py", ASKED)],
        ill: &[("config/production/settings.py", WRITTEN)],
    },
    Twins {
        rule: "literal-password",
        healthy: &[("config/production/settings.py", ASKED)],
        ill: &[("config/production/settings.py", ALONE)],
    },
    // A connection beside another, be its name one that is known or not, with a password of its own.
    Twins {
        rule: "tls-unspecified",
        healthy: &[(
            ".env.production",
            "DATABASE_URL=postgresql://shop:k3Vq9mT2xLpW7c@db.acme.io/shop?sslmode=verify-full\nDB_URL=postgresql://shop:k3Vq9mT2xLpW7c@db.acme.io/shop\n",
        )],
        ill: &[(
            ".env.production",
            "DATABASE_URL=postgresql://shop:k3Vq9mT2xLpW7c@db.acme.io/shop?sslmode=verify-full\nDB_URL=postgresql://other:9mT2xLpW7ck3Vq@db2.acme.io/shop\n",
        )],
    },
    Twins {
        rule: "k8s-literal-url",
        healthy: &[(
            "k8s/web.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata:\n  DATABASE_URL: postgresql://shop@db.acme.io/shop\n  GOOSE_DBSTRING: postgresql://shop@db.acme.io/shop\n",
        )],
        ill: &[(
            "k8s/web.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata:\n  DATABASE_URL: postgresql://shop@db.acme.io/shop\n  GOOSE_DBSTRING: postgresql://shop:k3Vq9mT2xLpW7c@db.acme.io/shop\n",
        )],
    },
    Twins {
        rule: "k8s-literal-url",
        healthy: &[(
            "k8s/web.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata:\n  DATABASE_URL: jdbc:mysql://db/shop\n  DB_PASSWORD: k3Vq9mT2xLpW7c\n",
        )],
        ill: &[(
            "k8s/web.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata:\n  DATABASE_URL: postgres\n  POSTGRES_PASSWORD: k3Vq9mT2xLpW7c\n",
        )],
    },
    Twins {
        rule: "tls-unspecified",
        healthy: &[(".env.production", "IDENTITY_DSN=mysql://shop:k3Vq9mT2xLpW7c@db.acme.io/shop\n")],
        ill: &[(".env.production", "IDENTITY_DSN=postgres://shop:k3Vq9mT2xLpW7c@db.acme.io/shop\n")],
    },
    // What psql puts in, a verifier, other engines' words.
    Twins {
        rule: "literal-password",
        healthy: &[(
            "deploy/production/init.sql",
            "CREATE ROLE shop LOGIN PASSWORD :'password';\nALTER ROLE shop PASSWORD 'SCRAM-SHA-256$4096:c2FsdA==$a:b';\nCREATE USER 'a'@'%' IDENTIFIED BY PASSWORD '*2470C0C06DEE42FD';\nCREATE USER b WITH PASSWORD = 'k3Vq9mT2xLpW7c';\n",
        )],
        ill: &[("deploy/production/init.sql", "CREATE ROLE shop LOGIN PASSWORD 'k3Vq9mT2xLpW7c';\n")],
    },
    // Every way to write a string, and what only looks like one: rows, which may have an apostrophe.
    Twins {
        rule: "literal-password",
        healthy: &[(
            "deploy/production/init.sql",
            "COPY t FROM stdin;\nCREATE ROLE shop PASSWORD 'k3Vq9mT2xLpW7c';\n\\.\nCREATE ROLE shop PASSWORD :'pw';\n",
        )],
        ill: &[(
            "deploy/production/init.sql",
            "COPY t FROM stdin;\n1\tit's\n\\.\nCREATE ROLE shop PASSWORD 'k3Vq9mT2xLpW7c';\n",
        )],
    },
    Twins {
        rule: "literal-password",
        healthy: &[("deploy/production/init.sql", "CREATE ROLE shop PASSWORD E'$PW';\n")],
        ill: &[(
            "deploy/production/init.sql",
            "SELECT E'it\\'s'; CREATE ROLE shop PASSWORD E'k3Vq9mT2xLpW7c';\n",
        )],
    },
    Twins {
        rule: "literal-password",
        healthy: &[("deploy/production/init.sql", "CREATE ROLE shop PASSWORD $${{ pw }}$$;\n")],
        ill: &[("deploy/production/init.sql", "CREATE ROLE shop PASSWORD $$k3Vq9mT2xLpW7c$$;\n")],
    },
    // A script of the shell hands SQL to psql.
    Twins {
        rule: "literal-password",
        healthy: &[("deploy/production/init.sh", ROLE_ASKED)],
        ill: &[("deploy/production/init.sh", ROLE_WRITTEN)],
    },
    Twins {
        rule: "literal-password",
        healthy: &[("deploy/production/init.sh", ROLE_MADE)],
        ill: &[("deploy/production/init.sh", ROLE_WRITTEN)],
    },
    // On a machine of one's own such a password opens what nobody else reaches.
    Twins {
        rule: "literal-password",
        healthy: &[("config/settings.py", ALONE)],
        ill: &[("config/production/settings.py", ALONE)],
    },
];

/// What is put together behind `or` is a default, and stands there: production need not use it.
#[test]
fn a_default_that_is_put_together_is_told_where_it_stands() {
    let text = |value: &str| {
        format!(
            "import os\nclass ProductionConfig:\n    SQLALCHEMY_DATABASE_URI = os.environ.get('DATABASE_URL') or {value}\n"
        )
    };
    for value in [
        "'sqlite:///' + os.path.join(HERE, 'app.db')",
        "\\\n        'sqlite:///' + os.path.join(HERE, 'app.db')",
    ] {
        let text = text(value);
        let tree: Tree<'_> = &[("config.py", &text)];
        assert_eq!(found(tree, "sqlite-in-production").len(), 0, "{value}");
        let told = found(tree, "fallback-default");
        let [told] = &told[..] else { panic!("{told:?}") };
        let place = told.primary.as_ref().map(|p| (p.place.line, p.place.column));
        let line = text.lines().position(|l| l.contains("sqlite")).unwrap_or(0);
        let column = text.lines().nth(line).and_then(|l| l.find("'sqlite")).unwrap_or(0);
        assert_eq!(place, Some((line + 1, column + 1)));
    }
}

/// What is left of a password behind its `$` is no name to be told.
#[test]
fn no_tail_of_a_password_is_named() {
    let compose = "services:\n  web:\n    build: .\n    environment:\n      DATABASE_URL: postgres://app:k7$HORSE_BATTERY@db/x\n      DB_PASSWORD: $DB_PASSWORD\n";
    let told = found(&[("compose.yml", compose), (".env.example", "DB_HOST=\n")], "example-drift");
    let [told] = &told[..] else { panic!("{told:?}") };
    assert!(
        told.message.ends_with("among them `DB_PASSWORD`") && !told.message.contains("HORSE"),
        "{}",
        told.message
    );
}

/// docker compose reads a default within a default.
#[test]
fn a_default_within_a_default_is_told_where_it_stands() {
    for before in ["${DATABASE_URL:-", "${DATABASE_URL:-${PG_URL-", "${A:-${B:-${C:-"] {
        let closed = "}".repeat(before.matches("${").count());
        let line = format!("      DATABASE_URL: {before}postgresql://app@db.acme.io/app{closed}");
        let text = format!(
            "services:\n  web:\n    build: .\n    environment:\n      NODE_ENV: production\n{line}\n"
        );
        let told = found(&[("compose.yml", &text)], "fallback-default");
        let [told] = &told[..] else { panic!("{told:?}") };
        let place = told.primary.as_ref().map(|p| (p.place.line, p.place.column));
        assert_eq!(place, Some((6, line.find("postgresql").unwrap_or(0) + 1)), "{before}");
    }
}

const ROLE_MADE: &str = "#!/bin/sh\nset -e\npsql <<EOSQL\nCREATE ROLE shop LOGIN PASSWORD '`openssl rand -hex 20`';\nCREATE ROLE stock LOGIN PASSWORD 'p-$PW';\nCREATE ROLE mart LOGIN PASSWORD '@@PW@@';\nEOSQL\n";
const ROLE_ASKED: &str = "#!/bin/sh\nset -e\npsql -v ON_ERROR_STOP=1 <<EOSQL\nCREATE ROLE shop LOGIN PASSWORD '$DB_PASSWORD';\nEOSQL\n";
const ROLE_WRITTEN: &str = "#!/bin/sh\nset -e\npsql -v ON_ERROR_STOP=1 <<EOSQL\nCREATE ROLE shop LOGIN PASSWORD 'k3Vq9mT2xLpW7c';\nEOSQL\n";

const CHOICE: &str = "default: &default\n  adapter: postgresql\n  pool: <%= Sidekiq.server? ? ENV.fetch('A', 10) : ENV.fetch('B', 5) %>\nproduction:\n  <% if ENV['DATABASE_URL'] %>\n    url: <%= ENV['DATABASE_URL'] %>\n  <% else %>\n    <<: *default\n    database: <%= ENV.fetch('DB', 'shop') %>\n    password: \"<%= ENV.fetch('PW', 'k3Vq9mT2xLpW7c') %>\"\n  <% end %>\n";
const CHOICE_ASKED: &str = "default: &default\n  adapter: postgresql\n  pool: <%= Sidekiq.server? ? ENV.fetch('A', 10) : ENV.fetch('B', 5) %>\nproduction:\n  <% if ENV['DATABASE_URL'] %>\n    url: <%= ENV['DATABASE_URL'] %>\n  <% else %>\n    <<: *default\n    database: <%= ENV.fetch('DB', 'shop') %>\n    password: \"<%= ENV.fetch('PW') %>\"\n  <% end %>\n";

const ASKED: &str = "import os\nDATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql', 'NAME': 'shop', 'USER': 'shop',\n    'PASSWORD': os.environ['DB_PASSWORD'], 'HOST': os.environ.get('DB_HOST', 'localhost')}}\n";
const WRITTEN: &str = "import os\nDATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql', 'NAME': 'shop', 'USER': 'shop',\n    'PASSWORD': 'k3Vq9mT2xLpW7c', 'HOST': os.environ.get('DB_HOST', 'localhost')}}\n";
const ALONE: &str = "import os\nDATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql', 'NAME': os.environ['DB_NAME'],\n    'USER': os.environ['DB_USER'], 'PASSWORD': 'k3Vq9mT2xLpW7c', 'HOST': os.environ['DB_HOST']}}\n";

#[test]
fn a_rule_tells_the_twins_apart() {
    tell_apart(TWINS);
}

/// What stands in a string before a password is no word of SQL, and a statement ends with a command of psql.
#[test]
fn no_password_of_sql_is_shown() {
    for text in [
        "CREATE ROLE a LOGIN PASSWORD 'Grant-all-to-public'\nCREATE ROLE b LOGIN PASSWORD 'x9mT2xLpW7c';\n",
        "CREATE ROLE a VALID UNTIL 'Grant-all-to-public' PASSWORD 'x9mT2xLpW7c';\n",
        "SELECT 'Grant-all-to-public' \\gexec\nCREATE ROLE b LOGIN PASSWORD 'x9mT2xLpW7c';\n",
        "DO $$ BEGIN IF NOT EXISTS (SELECT 'Grant-all-to-public') THEN CREATE ROLE b PASSWORD 'x9mT2xLpW7c'; END IF; END $$;\n",
    ] {
        let told = found(&[("deploy/production/init.sql", text)], "literal-password");
        assert!(!told.is_empty(), "{text}");
        let shown = format!("{told:?}");
        assert!(!shown.contains("Grant-all") && !shown.contains("x9mT"), "{shown}");
    }
}
