//! What whoever installs a program fills in, or whoever made its image decided, each beside a twin that the project itself runs.

use super::{Twins, mild::tell_apart};

const TWINS: &[Twins] = &[
    // CapRover asks for `$$cap_…`; in another compose file it is a dollar sign and a word.
    Twins {
        rule: "url-in-compose",
        healthy: &[("apps/shop.yml", ASKED)],
        ill: &[(
            "apps/docker-compose.prod.yml",
            "services:\n  web:\n    image: acme/shop:1.2\n    environment:\n      DATABASE_URL: postgres://shop:$$cap_db_password@db.acme.io/shop\n",
        )],
    },
    // What the image of somebody else reads, its maker knows.
    Twins {
        rule: "foreign-conninfo",
        healthy: &[(
            "docker-compose.yml",
            "services:\n  login:\n    image: fusionauth/fusionauth-app:1.50\n    environment: {DATABASE_URL: \"jdbc:postgresql://db/login\"}\n",
        )],
        ill: &[(
            "docker-compose.yml",
            "services:\n  login:\n    build: .\n    environment: {DATABASE_URL: \"jdbc:postgresql://db/login\"}\n",
        )],
    },
    // A name without a dot is that of a container beside the image's own.
    Twins {
        rule: "tls-unspecified",
        healthy: &[("production.Dockerfile", "FROM node:20\nENV DATABASE_HOST=pg DATABASE_NAME=shop\n")],
        ill: &[("production.Dockerfile", "FROM node:20\nENV DATABASE_HOST=pg.acme.lan DATABASE_NAME=shop\n")],
    },
    // An image that has all in it, by its name.
    Twins {
        rule: "sqlite-in-production",
        healthy: &[("docker/shop-solo.dockerfile", SOLO), ("requirements.txt", "psycopg2==2.9.9\n")],
        ill: &[("docker/shop.dockerfile", SOLO), ("requirements.txt", "psycopg2==2.9.9\n")],
    },
    Twins {
        rule: "url-in-image",
        healthy: &[("docker/shop-solo.dockerfile", SOLO), ("requirements.txt", "psycopg2==2.9.9\n")],
        ill: &[("docker/shop.dockerfile", SOLO), ("requirements.txt", "psycopg2==2.9.9\n")],
    },
    // What everybody guesses, on a developer's machine.
    Twins {
        rule: "url-in-image",
        healthy: &[(".devcontainer/Dockerfile", GUESSED)],
        ill: &[("Dockerfile", GUESSED)],
    },
    // A file that only a shell can be meant to read.
    Twins {
        rule: "dotenv-dollar",
        healthy: &[(
            "bin/config.env",
            "PORT=\"${PORT:=3000}\"\nAT=${DATABASE_URL/*@/}\nIFS=: AT=($AT) IFS=' '\nPGHOST=${AT[0]}\n",
        )],
        ill: &[("bin/config.env", "PORT=\"${PORT:=3000}\"\nDATABASE_URL=postgres://shop@db/shop\n")],
    },
    // The password is filled in elsewhere, and the role is not the one that is made.
    Twins {
        rule: "compose-credential-mismatch",
        healthy: &[("docker-compose.yml", SAME_ROLE)],
        ill: &[("docker-compose.yml", OTHER_ROLE)],
    },
    // With a password of its own the role is one that somebody makes.
    Twins {
        rule: "compose-credential-mismatch",
        healthy: &[("docker-compose.yml", OWN_ROLE)],
        ill: &[("docker-compose.yml", OTHER_ROLE)],
    },
    // Objects of a cluster among tests run with the server that they ask.
    Twins {
        rule: "test-inherits-database-url",
        healthy: &[("testing/e2e/replica/job.yaml", JOB)],
        ill: &[("testing/e2e/replica/job.yaml", FAR_JOB)],
    },
    Twins {
        rule: "environment-word-mismatch",
        healthy: &[("tests/scaffolding/docker-compose.yml", SCAFFOLD)],
        ill: &[("docker-compose.test.yml", SCAFFOLD)],
    },
    // Nobody publishes PostgreSQL at 8090.
    Twins {
        rule: "near-miss-name",
        healthy: &[(".env", "PPORT=8090\nPGUSER=shop\n")],
        ill: &[(".env", "PPORT=15432\nPGUSER=shop\n")],
    },
    // The database that is made is another service's: this one's may be made by its image, or by a program here.
    Twins {
        rule: "compose-credential-mismatch",
        healthy: &[("docker-compose.yml", SECOND)],
        ill: &[("docker-compose.yml", ONLY)],
    },
    Twins {
        rule: "compose-credential-mismatch",
        healthy: &[
            ("docker-compose.yml", BUILT),
            (
                "make_db.py",
                "import asyncpg\n\nasync def main(c, name):\n    await c.execute(f'CREATE DATABASE \"{name}\"')\n",
            ),
        ],
        ill: &[("docker-compose.yml", BUILT)],
    },
    // What is called after a framework's file may hold objects of a cluster.
    Twins {
        rule: "k8s-literal-url",
        healthy: &[("deploy/database.yaml", FROM_SECRET)],
        ill: &[("deploy/database.yaml", IN_CLEAR)],
    },
];

const JOB: &str = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: psql}\nspec:\n  template:\n    spec:\n      containers:\n        - name: psql\n          image: acme/psql:1\n          env:\n            - {name: PGHOST, value: \"replica.shop.svc.cluster.local\"}\n            - {name: PGDATABASE, value: shop}\n            - {name: PGUSER, value: shop}\n";
const FAR_JOB: &str = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: psql}\nspec:\n  template:\n    spec:\n      containers:\n        - name: psql\n          image: acme/psql:1\n          env:\n            - {name: PGHOST, value: \"db.acme.io\"}\n            - {name: PGDATABASE, value: shop}\n            - {name: PGUSER, value: shop}\n";
const SCAFFOLD: &str =
    "services:\n  web:\n    build: .\n    environment: {PGHOST: db, PGDATABASE: prod, PGUSER: shop}\n";
const FROM_SECRET: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: db}\nspec:\n  template:\n    spec:\n      containers:\n        - name: db\n          image: postgres:16.4\n          env:\n            - {name: POSTGRES_PASSWORD, valueFrom: {secretKeyRef: {name: db, key: password}}}\n";
const IN_CLEAR: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: db}\nspec:\n  template:\n    spec:\n      containers:\n        - name: db\n          image: postgres:16.4\n          env:\n            - {name: POSTGRES_PASSWORD, value: k3Vq9xZt2LmP}\n";
const SECOND: &str = "services:\n  db: {image: \"postgres:16.4\", environment: {POSTGRES_USER: shop, POSTGRES_PASSWORD: \"${P:?}\", POSTGRES_DB: shop}}\n  bot:\n    image: acme/bot:1\n    environment: {DATABASE_URL: \"postgres://shop:${P}@db/bot\"}\n  web:\n    image: acme/web:1\n    environment: {DATABASE_URL: \"postgres://shop:${P}@db/shop\"}\n";
const ONLY: &str = "services:\n  db: {image: \"postgres:16.4\", environment: {POSTGRES_USER: shop, POSTGRES_PASSWORD: \"${P:?}\", POSTGRES_DB: shop}}\n  bot:\n    image: acme/bot:1\n    environment: {DATABASE_URL: \"postgres://shop:${P}@db/bot\"}\n";
const BUILT: &str = "services:\n  db: {image: \"postgres:16.4\", environment: {POSTGRES_USER: shop, POSTGRES_PASSWORD: \"${P:?}\", POSTGRES_DB: shop}}\n  bot:\n    build: .\n    environment: {DATABASE_URL: \"postgres://shop:${P}@db/bot\"}\n";
const ASKED: &str = "captainVersion: 4\nservices:\n  $$cap_appname:\n    image: acme/shop:$$cap_version\n    environment:\n      NODE_ENV: production\n      DATABASE_URL: postgres://shop:$$cap_db_password@srv-captain--$$cap_appname-db/shop\ncaproverOneClickApp:\n  variables: [{id: $$cap_db_password, defaultValue: $$cap_gen_random_hex(16)}]\n";
const SOLO: &str = "FROM ruby:3.4\nENV DATABASE_URL=sqlite3:/config/shop.sqlite3\n";
const GUESSED: &str =
    "FROM ruby:3.4\nENV DATABASE_HOST=localhost DATABASE_USERNAME=shop DATABASE_PASSWORD=shop\n";
const SAME_ROLE: &str = "services:\n  web:\n    image: acme/shop:1\n    environment: {DATABASE_URL: \"postgresql://shop:${P}@db:5432/shop\"}\n  db:\n    image: postgres:16.4\n    environment: {POSTGRES_USER: shop, POSTGRES_PASSWORD: \"${P:?}\"}\n";
const OTHER_ROLE: &str = "services:\n  web:\n    image: acme/shop:1\n    environment: {DATABASE_URL: \"postgresql://web:${P}@db:5432/shop\"}\n  db:\n    image: postgres:16.4\n    environment: {POSTGRES_USER: shop, POSTGRES_PASSWORD: \"${P:?}\"}\n";
const OWN_ROLE: &str = "services:\n  web:\n    image: acme/shop:1\n    environment: {DATABASE_URL: \"postgresql://web:${WEB_P}@db:5432/shop\"}\n  db:\n    image: postgres:16.4\n    environment: {POSTGRES_USER: shop, POSTGRES_PASSWORD: \"${P:?}\"}\n";

#[test]
fn what_is_installed_is_told_apart() {
    tell_apart(TWINS);
}
