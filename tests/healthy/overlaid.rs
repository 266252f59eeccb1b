//! What production leaves as it is of the compose file that its own stands on, each beside a twin that is worth a warning.

use super::{Twins, mild::tell_apart, noted::findings};
use pgward::Severity;

const BASE: &str = "services:\n  db:\n    image: postgres:16.4\n    environment: {POSTGRES_USER: shop, POSTGRES_PASSWORD: k3Vq9xZt2LmP}\n    ports: [\"5432:5432\"]\n  web:\n    build: .\n    environment: {DATABASE_URL: \"postgres://shop:k3Vq9xZt2LmP@db/shop\"}\n";
const LEAVES: &str =
    "services:\n  db:\n    restart: always\n    env_file: .env.prod\n  web:\n    restart: always\n";
const CHANGES: &str = "services:\n  db:\n    restart: always\n    environment: {POSTGRES_PASSWORD: \"${DB_PASSWORD:?}\"}\n  web:\n    environment: {DATABASE_URL: \"${DATABASE_URL:?}\"}\n";
const TAKES_BACK: &str =
    "services:\n  db:\n    restart: always\n    ports: !reset []\n  web:\n    restart: always\n";
const WHOLE: &str = "services:\n  db:\n    image: postgres:16.4\n    environment: {POSTGRES_PASSWORD: \"${DB_PASSWORD:?}\"}\n    volumes: [\"data:/var/lib/postgresql/data\"]\nvolumes: {data: {}}\n";

const REFERS: &str = "services:\n  web:\n    build: .\n    environment: {DB_HOST: db, DB_USER: shop, DB_NAME: shop, DB_PASSWORD: \"${DB_PASSWORD}\"}\n";
const WRITTEN: &str = "services:\n  web:\n    build: .\n    environment: {DB_HOST: db, DB_USER: shop, DB_NAME: shop, DB_PASSWORD: shop}\n";

const COMMON: &str = "services:\n  db:\n    image: postgres:16.4\n    environment: {POSTGRES_PASSWORD: \"${DB_PASSWORD:?}\"}\n  web:\n    build: .\n";
const EXTENDS: &str = "services:\n  db:\n    extends: {file: common.yml, service: db}\n  web:\n    extends: {file: common.yml, service: web}\n";
const OFF: &str = "services:\n  db:\n    profiles: [disabled]\n  web:\n    restart: always\n";
const NONE_OF_IT: &str = "services:\n  db:\n    deploy: {replicas: 0}\n  web:\n    restart: always\n";
const CLEAN: &str = "services:\n  db:\n    image: postgres:16.4\n    environment: {POSTGRES_PASSWORD: \"${DB_PASSWORD:?}\"}\n  web:\n    build: .\n    environment: {DATABASE_URL: \"${DATABASE_URL:?}\"}\n";

const WAITING: &str = "services:\n  db:\n    image: postgres:16.4\n    environment: {POSTGRES_USER: shop, POSTGRES_PASSWORD: k3Vq9xZt2LmP}\n    ports: [\"5432:5432\"]\n  web:\n    build: .\n    depends_on: [db]\n";
const NAMES_ONE: &str = "services:\n  web:\n    restart: always\n";

const TWINS: &[Twins] = &[
    Twins {
        rule: "url-in-compose",
        healthy: &[("compose.yml", BASE), ("compose.prod.yml", CHANGES)],
        ill: &[("compose.yml", BASE), ("compose.prod.yml", LEAVES)],
    },
    // A developer's overlay leaves a developer's file.
    Twins {
        rule: "url-in-compose",
        healthy: &[("compose.yml", BASE), ("compose.dev.yml", LEAVES)],
        ill: &[("compose.yml", BASE), ("compose.prod.yml", LEAVES)],
    },
    Twins {
        rule: "compose-port-public",
        healthy: &[("compose.yml", BASE), ("compose.prod.yml", TAKES_BACK)],
        ill: &[("compose.yml", BASE), ("compose.prod.yml", LEAVES)],
    },
    // What takes a service over from a file that it names stands on that one.
    Twins {
        rule: "url-in-compose",
        healthy: &[("compose.yml", BASE), ("common.yml", COMMON), ("compose.prod.yml", EXTENDS)],
        ill: &[("compose.yml", BASE), ("compose.prod.yml", LEAVES)],
    },
    // Production has a server of its own elsewhere.
    Twins {
        rule: "compose-port-public",
        healthy: &[("compose.yml", BASE), ("compose.prod.yml", OFF)],
        ill: &[("compose.yml", BASE), ("compose.prod.yml", LEAVES)],
    },
    Twins {
        rule: "compose-port-public",
        healthy: &[("compose.yml", BASE), ("compose.prod.yml", NONE_OF_IT)],
        ill: &[("compose.yml", BASE), ("compose.prod.yml", LEAVES)],
    },
    // Of two bare files docker compose takes this one; and another may be the one that is meant.
    Twins {
        rule: "url-in-compose",
        healthy: &[("compose.yml", CLEAN), ("docker-compose.yml", BASE), ("compose.prod.yml", LEAVES)],
        ill: &[("compose.yml", BASE), ("docker-compose.yml", CLEAN), ("compose.prod.yml", LEAVES)],
    },
    Twins {
        rule: "url-in-compose",
        healthy: &[("compose.yml", BASE), ("compose.base.yml", CLEAN), ("compose.prod.yml", LEAVES)],
        ill: &[("compose.yml", BASE), ("compose.prod.yml", LEAVES)],
    },
    // Who waits for a server starts it.
    Twins {
        rule: "compose-port-public",
        healthy: &[("compose.yml", BASE), ("compose.prod.yml", NAMES_ONE)],
        ill: &[("compose.yml", WAITING), ("compose.prod.yml", NAMES_ONE)],
    },
    // A port cannot be taken back by saying nothing of it.
    Twins {
        rule: "compose-port-public",
        healthy: &[("compose.yml", BASE), ("compose.prod.yml", WHOLE)],
        ill: &[("compose.yml", BASE), ("compose.prod.yml", CHANGES)],
    },
    // Beside another base it changes nothing of this one.
    Twins {
        rule: "compose-port-public",
        healthy: &[("dev/compose.yml", BASE), ("deploy/compose.prod.yml", LEAVES)],
        ill: &[("deploy/compose.yml", BASE), ("deploy/compose.prod.yml", LEAVES)],
    },
];

#[test]
fn what_production_leaves_it_has() {
    tell_apart(TWINS);
}

/// What the developer's `.env` has for a reference says nothing of what production is started with.
#[test]
fn what_stands_beside_it_is_the_developers() {
    let worst = |tree: &[(&str, &str)]| {
        findings(tree).iter().filter(|f| f.rule == "password-equals-identifier").map(|f| f.severity).max()
    };
    let developers = [(".env", "DB_PASSWORD=shop\n"), ("compose.yml", REFERS), ("compose.prod.yml", LEAVES)];
    assert_eq!(worst(&developers), Some(Severity::Note));
    assert_eq!(worst(&[("compose.yml", WRITTEN), ("compose.prod.yml", LEAVES)]), Some(Severity::Error));
}
