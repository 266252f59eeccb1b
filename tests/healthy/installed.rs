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
];

const ASKED: &str = "captainVersion: 4\nservices:\n  $$cap_appname:\n    image: acme/shop:$$cap_version\n    environment:\n      NODE_ENV: production\n      DATABASE_URL: postgres://shop:$$cap_db_password@srv-captain--$$cap_appname-db/shop\ncaproverOneClickApp:\n  variables: [{id: $$cap_db_password, defaultValue: $$cap_gen_random_hex(16)}]\n";
const SOLO: &str = "FROM ruby:3.4\nENV DATABASE_URL=sqlite3:/config/shop.sqlite3\n";
const GUESSED: &str =
    "FROM ruby:3.4\nENV DATABASE_HOST=localhost DATABASE_USERNAME=shop DATABASE_PASSWORD=shop\n";
const SAME_ROLE: &str = "services:\n  web:\n    image: acme/shop:1\n    environment: {DATABASE_URL: \"postgresql://shop:${P}@db:5432/shop\"}\n  db:\n    image: postgres:16.4\n    environment: {POSTGRES_USER: shop, POSTGRES_PASSWORD: \"${P:?}\"}\n";
const OTHER_ROLE: &str = "services:\n  web:\n    image: acme/shop:1\n    environment: {DATABASE_URL: \"postgresql://web:${P}@db:5432/shop\"}\n  db:\n    image: postgres:16.4\n    environment: {POSTGRES_USER: shop, POSTGRES_PASSWORD: \"${P:?}\"}\n";

#[test]
fn what_is_installed_is_told_apart() {
    tell_apart(TWINS);
}
