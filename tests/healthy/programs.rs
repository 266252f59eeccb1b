//! The variables of programs that others make: Keycloak, n8n, Metabase, and a family that begins as libpq's do.

use super::{Twins, mild::tell_apart};

/// A compose file in which one service is given variables, the last of which is its password, beside a server.
macro_rules! beside {
    ($variables:expr, $password:literal) => {
        concat!(
            "services:\n  app:\n    image: acme/app:1.0\n    environment: {",
            $variables,
            ": ",
            $password,
            "}\n  db:\n    image: postgres:16.4-bookworm\n    environment: {POSTGRES_USER: app, POSTGRES_PASSWORD: k3Vq9mT2xLpW7c, POSTGRES_DB: app}\n"
        )
    };
}

/// Programs that have the server's password, and another one.
macro_rules! passwords {
    ($variables:literal) => {
        Twins {
            rule: "compose-credential-mismatch",
            healthy: &[("compose.yml", beside!($variables, "k3Vq9mT2xLpW7c"))],
            ill: &[("compose.yml", beside!($variables, "k3Vq9mT2xLpW7d"))],
        }
    };
}

/// Programs that are told another engine, and PostgreSQL; the password is none of the server's.
macro_rules! engines {
    ($engine:literal, $variables:literal) => {
        Twins {
            rule: "compose-credential-mismatch",
            healthy: &[("compose.yml", beside!(concat!($engine, ": mysql, ", $variables), "k3Vq9mT2xLpW7d"))],
            ill: &[("compose.yml", beside!(concat!($engine, ": postgres, ", $variables), "k3Vq9mT2xLpW7d"))],
        }
    };
}

const TWINS: &[Twins] = &[
    passwords!(
        "KC_DB: postgres, KC_DB_URL: \"jdbc:postgresql://db:5432/app\", KC_DB_USERNAME: app, KC_DB_PASSWORD"
    ),
    Twins {
        rule: "weak-secret",
        healthy: &[(
            ".env.production",
            "TYPEORM_CONNECTION=mysql\nTYPEORM_HOST=db.acme.io\nTYPEORM_USERNAME=shop\nTYPEORM_PASSWORD=letmein\n",
        )],
        ill: &[(
            ".env.production",
            "TYPEORM_HOST=db.acme.io\nTYPEORM_USERNAME=shop\nTYPEORM_PASSWORD=letmein\n",
        )],
    },
    // Of another engine none of it is ours.
    engines!("KC_DB", "KC_DB_URL_HOST: db, KC_DB_URL_DATABASE: app, KC_DB_USERNAME: app, KC_DB_PASSWORD"),
    passwords!(
        "DB_TYPE: postgresdb, DB_POSTGRESDB_HOST: db, DB_POSTGRESDB_DATABASE: app, DB_POSTGRESDB_USER: app, DB_POSTGRESDB_PASSWORD"
    ),
    engines!("MB_DB_TYPE", "MB_DB_HOST: db, MB_DB_DBNAME: app, MB_DB_USER: app, MB_DB_PASS"),
    // Of two families in one file each is its own program's.
    Twins {
        rule: "url-parts-conflict",
        healthy: &[(
            ".env.production",
            "DATABASE_URL=postgresql://shop@db.acme.io/shop?sslmode=verify-full\nKC_DB=postgres\nKC_DB_URL_HOST=sso.acme.io\nKC_DB_URL_DATABASE=sso\nKC_DB_USERNAME=sso\n",
        )],
        ill: &[(
            ".env.production",
            "DATABASE_URL=postgresql://shop@db.acme.io/shop?sslmode=verify-full\nDB_HOST=sso.acme.io\nDB_NAME=sso\nDB_USER=sso\n",
        )],
    },
    Twins {
        rule: "url-parts-conflict",
        healthy: &[(
            ".env.production",
            "KC_DB_URL=jdbc:postgresql://sso.acme.io/sso?sslmode=verify-full\nDB_HOST=db.acme.io\nDB_NAME=shop\nDB_USER=shop\n",
        )],
        ill: &[(
            ".env.production",
            "JDBC_URL=jdbc:postgresql://sso.acme.io/sso?sslmode=verify-full\nDB_HOST=db.acme.io\nDB_NAME=shop\nDB_USER=shop\n",
        )],
    },
    // Such a program has words of its own for TLS, and defaults.
    Twins {
        rule: "tls-unspecified",
        healthy: &[(
            ".env.production",
            "KC_DB=postgres\nKC_DB_URL_HOST=sso.acme.io\nKC_DB_URL_DATABASE=sso\nKC_DB_URL_PROPERTIES=?sslmode=verify-full\n",
        )],
        ill: &[(".env.production", "PG_HOST=sso.acme.io\nPG_DATABASE=sso\n")],
    },
    Twins {
        rule: "parts-incomplete",
        healthy: &[(
            ".env.production",
            "DB_TYPE=postgresdb\nDB_POSTGRESDB_HOST=db\nDB_POSTGRESDB_USER=n8n\nDB_POSTGRESDB_PASSWORD=k3Vq9mT2xLpW7c\n",
        )],
        ill: &[(".env.production", "PG_HOST=db\nPG_USER=n8n\nPG_PASSWORD=k3Vq9mT2xLpW7c\n")],
    },
    // Keycloak is Java's.
    Twins {
        rule: "foreign-conninfo",
        healthy: &[
            ("requirements.txt", "psycopg==3.2\n"),
            (".env", "KC_DB_URL=jdbc:postgresql://db:5432/app\n"),
        ],
        ill: &[
            ("requirements.txt", "psycopg==3.2\n"),
            (".env", "DATABASE_URL=jdbc:postgresql://db:5432/app\n"),
        ],
    },
    // What another program reads is no other word for the same.
    Twins {
        rule: "alias-conflict",
        healthy: &[(
            ".env",
            "DB_HOST=db\nDB_NAME=shop\nDB_USER=shop\nKC_DB_URL_HOST=sso\nKC_DB_URL_DATABASE=sso\nKC_DB_USERNAME=sso\n",
        )],
        ill: &[(
            ".env",
            "DB_HOST=db\nDB_NAME=shop\nDB_USER=shop\nPG_HOST=sso\nPG_DATABASE=sso\nPG_USER=sso\n",
        )],
    },
    Twins {
        rule: "placeholder-secret",
        healthy: &[(".env.production", "PG_PASSWORD=changeme\n")],
        ill: &[(
            ".env.production",
            "PG_HOST=db.acme.io\nPG_USER=shop\nPG_PASSWORD=changeme\nPG_DATABASE=shop\n",
        )],
    },
    // What looks at a server says its password too, and is no service whose database is another one.
    Twins {
        rule: "url-in-compose",
        healthy: &[(
            "docker-compose.prod.yml",
            "services:\n  exporter:\n    image: prometheuscommunity/postgres-exporter:v0.15.0\n    environment:\n      DATA_SOURCE_NAME: postgresql://watch:${WATCH_PASSWORD}@db:5432/shop\n",
        )],
        ill: &[(
            "docker-compose.prod.yml",
            "services:\n  exporter:\n    image: prometheuscommunity/postgres-exporter:v0.15.0\n    environment:\n      DATA_SOURCE_NAME: postgresql://postgres:k3Vq9mT2xLpW7c@db:5432/postgres?sslmode=disable\n",
        )],
    },
    // What a service's variable is called whoever logs in; another URL of the superuser is for who administers the server.
    Twins {
        rule: "superuser-role",
        healthy: &[(
            "docker-compose.prod.yml",
            "services:\n  web:\n    build: .\n    environment:\n      SETUP_URL: postgresql://postgres:k3Vq9mT2xLpW7c@db.acme.io/shop\n",
        )],
        ill: &[(
            "docker-compose.prod.yml",
            "services:\n  web:\n    build: .\n    environment:\n      DATABASE_URI: postgresql://postgres:k3Vq9mT2xLpW7c@db.acme.io/shop\n",
        )],
    },
    // A name of documents leads nowhere.
    Twins {
        rule: "test-inherits-database-url",
        healthy: &[(".env.test", "DATABASE_URL=postgresql://shop:k3Vq9mT2xLpW7c@db.example.com/shop\n")],
        ill: &[(".env.test", "DATABASE_URL=postgresql://shop:k3Vq9mT2xLpW7c@db.acme.io/shop\n")],
    },
    // A reference of Kubernetes that stands before what it names stays as it is.
    Twins {
        rule: "unresolved-placeholder",
        healthy: &[(
            "exporter.yaml",
            "apiVersion: v1\nkind: Pod\nmetadata: {name: exporter}\nspec:\n  containers:\n  - name: exporter\n    image: quay.io/acme/exporter:1\n    env:\n    - name: PASSWORD\n      valueFrom: {secretKeyRef: {name: db, key: password}}\n    - name: DATA_SOURCE_NAME\n      value: postgresql://watch:$(PASSWORD)@db:5432/shop\n",
        )],
        ill: &[(
            "exporter.yaml",
            "apiVersion: v1\nkind: Pod\nmetadata: {name: exporter}\nspec:\n  containers:\n  - name: exporter\n    image: quay.io/acme/exporter:1\n    env:\n    - name: DATA_SOURCE_NAME\n      value: postgresql://watch:$(PASSWORD)@db:5432/shop\n    - name: PASSWORD\n      valueFrom: {secretKeyRef: {name: db, key: password}}\n",
        )],
    },
];

#[test]
fn a_rule_tells_the_twins_apart() {
    tell_apart(TWINS);
}
