//! What files say of themselves, and profiles that one file holds.

use super::{Twins, mild::tell_apart};
use pgward::{Files, Git, Policy, Severity, lint};

const TWINS: &[Twins] = &[
    // A comment at the top that speaks of the whole file. What it says of an account is no word about the file.
    Twins {
        rule: "k8s-literal-url",
        healthy: &[("deploy/db.yaml", SMOKE)],
        ill: &[("deploy/db.yaml", ACCOUNT)],
    },
    // What is no password that everybody guesses is one all the same.
    Twins {
        rule: "k8s-literal-url",
        healthy: &[("deploy/db.yaml", SMOKE)],
        ill: &[("deploy/db.yaml", SMOKE_IN_EARNEST)],
    },
    Twins {
        rule: "localhost-in-production",
        healthy: &[(
            "stack.yml",
            "# For development only.\nservices:\n  web:\n    build: .\n    environment: {NODE_ENV: production, DATABASE_URL: \"postgres://shop@localhost/shop\"}\n",
        )],
        ill: &[(
            "stack.yml",
            "# For development too.\nservices:\n  web:\n    build: .\n    environment: {NODE_ENV: production, DATABASE_URL: \"postgres://shop@localhost/shop\"}\n",
        )],
    },
    // The file's own name is the last word.
    Twins {
        rule: "k8s-literal-url",
        healthy: &[("deploy/db.yaml", SMOKE)],
        ill: &[("deploy/production/db.yaml", SMOKE)],
    },
    // The profiles of Quarkus: `prod` is whatever is packaged, also where its server is on the same machine.
    Twins {
        rule: "url-in-framework-config",
        healthy: &[(
            PROPERTIES,
            "%dev.quarkus.datasource.password=k3Vq9xZt2LmP\n%dev.quarkus.datasource.username=shop\n%dev.quarkus.datasource.jdbc.url=jdbc:postgresql://db.shop.internal/shop\n",
        )],
        ill: &[(
            PROPERTIES,
            "%prod.quarkus.datasource.password=k3Vq9xZt2LmP\n%prod.quarkus.datasource.username=shop\n%prod.quarkus.datasource.jdbc.url=jdbc:postgresql://db.shop.internal/shop\n",
        )],
    },
    Twins {
        rule: "url-in-framework-config",
        healthy: &[(
            YML,
            "\"%prod\":\n  quarkus: {datasource: {username: shop, password: k3Vq9xZt2LmP, jdbc: {url: \"jdbc:postgresql:shop\"}}}\n",
        )],
        ill: &[(
            YML,
            "\"%prod\":\n  quarkus: {datasource: {username: shop, password: k3Vq9xZt2LmP, jdbc: {url: \"jdbc:postgresql://db/shop\"}}}\n",
        )],
    },
    // So is what stands for several profiles; another URL than a data source's says nothing of the machine.
    Twins {
        rule: "superuser-role",
        healthy: &[(
            PROPERTIES,
            "%dev,test.quarkus.datasource.username=postgres\n%dev,test.quarkus.datasource.jdbc.url=jdbc:postgresql://db.acme.io/shop\n",
        )],
        ill: &[(
            PROPERTIES,
            "%prod,staging.quarkus.datasource.username=postgres\n%prod,staging.quarkus.datasource.jdbc.url=jdbc:postgresql://db.acme.io/shop\n",
        )],
    },
    Twins {
        rule: "superuser-role",
        healthy: &[(
            PROPERTIES,
            "%prod.quarkus.datasource.username=postgres\n%prod.quarkus.datasource.jdbc.url=jdbc:postgresql://[::1]:5432/shop\n",
        )],
        ill: &[(
            PROPERTIES,
            "%prod.shop.datasource.base-url=http://localhost/shop\n%prod.quarkus.datasource.username=postgres\n%prod.quarkus.datasource.jdbc.url=jdbc:postgresql://localhost.acme.io:5432/shop\n",
        )],
    },
    // Each of its hosts must be this machine.
    Twins {
        rule: "superuser-role",
        healthy: &[(
            PROPERTIES,
            "%prod.quarkus.datasource.username=postgres\n%prod.quarkus.datasource.jdbc.url=jdbc:postgresql://localhost:5432,127.0.0.1:5433/shop\n",
        )],
        ill: &[(
            PROPERTIES,
            "%prod.quarkus.datasource.username=postgres\n%prod.quarkus.datasource.jdbc.url=jdbc:postgresql://localhost:5432,db.acme.io:5432/shop\n",
        )],
    },
    // One of several data sources, each by its name.
    Twins {
        rule: "superuser-role",
        healthy: &[(
            "src/main/resources/application-prod.properties",
            "quarkus.datasource.users.username=shop\nquarkus.datasource.users.jdbc.url=${USERS_URL:jdbc:postgresql://db.acme.io/shop}\n",
        )],
        ill: &[(
            "src/main/resources/application-prod.properties",
            "quarkus.datasource.users.username=postgres\nquarkus.datasource.users.jdbc.url=${USERS_URL:jdbc:postgresql://db.acme.io/shop}\n",
        )],
    },
    // A cache in SQLite has no PostgreSQL to fall back from.
    Twins {
        rule: "fallback-default",
        healthy: &[(
            "config/production.ts",
            "export const uri = process.env.CACHE_SQLITE_URI ?? 'sqlite://.assets/cache.db';\n",
        )],
        ill: &[(
            "config/production.ts",
            "export const uri = process.env.CACHE_DATABASE_URI ?? 'sqlite://.assets/cache.db';\n",
        )],
    },
    // An image of the project's own is a server by the directory that it has.
    Twins { rule: "tls-unspecified", healthy: &[("k8s/all.yaml", DATA)], ill: &[("k8s/all.yaml", CACHE)] },
    // The exporter of a server's figures is none.
    Twins { rule: "tls-unspecified", healthy: &[("k8s/all.yaml", DATA)], ill: &[("k8s/all.yaml", EXPORTER)] },
];

const PROPERTIES: &str = "src/main/resources/application.properties";
const YML: &str = "src/main/resources/application.yml";
const SMOKE: &str = "# PostgreSQL for the smoke test of the chart: no persistence, trivial\n# credentials. NOT for production.\napiVersion: v1\nkind: Pod\nmetadata: {name: db}\nspec:\n  containers:\n    - {name: db, image: \"postgres:16.4\", env: [{name: POSTGRES_PASSWORD, value: postgres}]}\n";
const ACCOUNT: &str = "# Default credentials are not for production\napiVersion: v1\nkind: Pod\nmetadata: {name: db}\nspec:\n  containers:\n    - {name: db, image: \"postgres:16.4\", env: [{name: POSTGRES_PASSWORD, value: postgres}]}\n";
const SMOKE_IN_EARNEST: &str = "# NOT for production.\napiVersion: v1\nkind: Pod\nmetadata: {name: db}\nspec:\n  containers:\n    - {name: db, image: \"postgres:16.4\", env: [{name: POSTGRES_PASSWORD, value: k3Vq9xZt2LmP}]}\n";
const DATA: &str = "apiVersion: v1\nkind: Service\nmetadata: {name: shop-db}\nspec: {selector: {app: db}, ports: [{port: 5432}]}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: db, labels: {app: db}}\nspec:\n  containers:\n    - {name: db, image: \"acme/shop-db:2\", volumeMounts: [{name: data, mountPath: /var/lib/postgresql/data}]}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n    - {name: web, image: \"acme/shop:2\", env: [{name: DATABASE_URL, value: \"postgres://shop@shop-db/shop\"}]}\n";
const CACHE: &str = "apiVersion: v1\nkind: Service\nmetadata: {name: shop-db}\nspec: {selector: {app: db}, ports: [{port: 5432}]}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: db, labels: {app: db}}\nspec:\n  containers:\n    - {name: db, image: \"acme/shop-db:2\", volumeMounts: [{name: data, mountPath: /var/cache}]}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n    - {name: web, image: \"acme/shop:2\", env: [{name: DATABASE_URL, value: \"postgres://shop@shop-db/shop\"}]}\n";
const EXPORTER: &str = "apiVersion: v1\nkind: Service\nmetadata: {name: shop-db}\nspec: {selector: {app: db}, ports: [{port: 5432}]}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: db, labels: {app: db}}\nspec:\n  containers:\n    - {name: db, image: \"acme/shop-db:2\", volumeMounts: [{name: data, mountPath: /var/lib/postgresql-exporter}]}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n    - {name: web, image: \"acme/shop:2\", env: [{name: DATABASE_URL, value: \"postgres://shop@shop-db/shop\"}]}\n";

#[test]
fn what_says_what_it_is_for_is_told_apart() {
    tell_apart(TWINS);
}

/// Of a Secret that git keeps and that asks to be filled in, what everybody guesses is to be replaced with all beside it.
#[test]
fn a_secret_that_asks_to_be_filled_in_is_nobodys() {
    let worst = |head: &str, password: &str| {
        let text = format!(
            "{head}\napiVersion: v1\nkind: Secret\nmetadata: {{name: shop}}\nstringData:\n  DATABASE_URL: postgres://postgres:{password}@shop-db/postgres\n"
        );
        let files = Files {
            files: vec![("k8s/secrets.yaml".to_owned(), text.into_bytes())],
            git: [("k8s/secrets.yaml".to_owned(), Git::Tracked)].into(),
            ..Files::default()
        };
        lint(&files, &Policy::default()).iter().map(|f| f.severity).max()
    };
    let asks = "# Secrets of the shop. This file is a template: fill it out by hand.";
    assert_eq!(worst(asks, "password"), Some(Severity::Note));
    assert_eq!(worst("# If the class is empty, fill it in.", "password"), Some(Severity::Error));
    assert_eq!(worst(asks, "k3Vq9mT2xLpW7c"), Some(Severity::Error));
}
