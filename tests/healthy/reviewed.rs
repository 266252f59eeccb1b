//! What was made milder once and went too far, or stricter and went too far: each beside the twin on the other side.

use super::{Twins, mild::tell_apart};
use pgward::{Files, Git, Policy, Severity, lint};
use std::collections::BTreeMap;

/// A public host without TLS.
const FAR: &str =
    "DATABASE_URL=postgresql://shop:k3Vq9mT2xLpW7c@shop.c3vmzq8xk1ty.eu-west-1.rds.amazonaws.com/shop\n";
const FAR_TOO: &str =
    "DATABASE_URL=postgresql://shop:k3Vq9mT2xLpW7c@staging.c3vmzq8xk1ty.eu-west-1.rds.amazonaws.com/shop\n";
/// The same with another password.
const OTHER: &str =
    "DATABASE_URL=postgresql://shop:W7cxLpT2k3Vq9m@staging.c3vmzq8xk1ty.eu-west-1.rds.amazonaws.com/shop\n";
/// A container with a password in clear.
const POD: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: shop\n  namespace: production\nspec:\n  template:\n    spec:\n      containers:\n        - name: shop\n          image: shop:1.4\n          env:\n            - name: DATABASE_URL\n              value: postgresql://shop:k3Vq9mT2xLpW7c@db/shop\n";
/// One that has it of a Secret.
const POD_OF_SECRET: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: shop\n  namespace: production\nspec:\n  template:\n    spec:\n      containers:\n        - name: shop\n          image: shop:1.4\n          env:\n            - name: DATABASE_URL\n              valueFrom: {secretKeyRef: {name: shop, key: url}}\n";

const PUT_AWAY: &[Twins] = &[
    // What runs is not put away, whatever it is called after.
    Twins {
        rule: "tls-unspecified",
        healthy: &[("archive/.env.production", FAR), ("a/_archive/.env.production", FAR)],
        ill: &[("backend/archive/.env.production", FAR)],
    },
    Twins {
        rule: "tls-unspecified",
        healthy: &[("archived/orders/.env.production", FAR)],
        ill: &[("services/archived-orders/.env.production", FAR)],
    },
    Twins {
        rule: "tls-unspecified",
        healthy: &[("deprecated/.env.production", FAR)],
        ill: &[("apps/deprecated-api/.env.production", FAR)],
    },
    // What was put away is given away still.
    Twins {
        rule: "k8s-literal-url",
        healthy: &[("archive/k8s/deploy.yaml", POD_OF_SECRET)],
        ill: &[("archive/k8s/deploy.yaml", POD)],
    },
    Twins {
        rule: "password-reused",
        healthy: &[(".env.production", FAR), ("old/.env.staging", OTHER)],
        ill: &[(".env.production", FAR), ("old/.env.staging", FAR_TOO)],
    },
    Twins {
        rule: "password-reused",
        healthy: &[("old/.env.production", FAR), ("old/.env.staging", FAR_TOO)],
        ill: &[("old/.env.production", FAR), (".env.staging", FAR_TOO)],
    },
];

#[test]
fn what_was_put_away_is_given_away_still() {
    tell_apart(PUT_AWAY);
    let worst = |git: Git| {
        let path = "archive/.env.production".to_owned();
        let files = Files {
            files: vec![(path.clone(), FAR.into())],
            git: BTreeMap::from([(path, git)]),
            ..Files::default()
        };
        let all = lint(&files, &Policy::default());
        all.into_iter().filter(|f| f.rule == "env-file-tracked").map(|f| f.severity).max()
    };
    assert_eq!((worst(Git::Tracked), worst(Git::Ignored)), (Some(Severity::Error), None));
}

#[test]
fn who_names_what_was_put_away_compares_its_files() {
    let compared = |named: &[&str]| {
        let files = ["old/shop/.env.production", "old/shop/.env.staging"];
        let files = Files {
            files: files.map(|path| (path.to_owned(), FAR.into())).into(),
            named: named.iter().map(|name| (*name).to_owned()).collect(),
            ..Files::default()
        };
        lint(&files, &Policy::default()).iter().any(|f| f.rule == "same-target-two-environments")
    };
    assert!(!compared(&[]) && compared(&["old/shop"]));
}

/// A service beside its database.
const BESIDE: &str =
    "services:\n  db:\n    image: postgres:16.4\n  web:\n    build: .\n    depends_on: [db]\n";
/// The rule about who waits.
const GATE: &str = "compose-no-health-gate";

#[test]
fn who_is_told_to_wait_for_the_database_waits() {
    let silent = |line: &str| {
        let script = format!("#!/bin/sh\n# the database\n{line}\nexec \"$@\"\n");
        let tree = [("docker-compose.prod.yml", BESIDE), ("entry.sh", script.as_str())];
        crate::found(&tree, GATE).is_empty()
    };
    for line in [
        "wait-for-service.sh db 5432",
        "/scripts/wait-for-servers.sh postgres:5432 redis:6379",
        "wait-for-stack.sh db:5432 redis:6379",
        "wait_for_ready $DATABASE_URL",
        "./wait_for_migrations.sh",
        "./wait-for-rds.sh",
        "./wait-for-timescale.sh",
        "dockerize -wait tcp://$DB_HOST:$DB_PORT -wait tcp://redis:6379",
        "./wait-for-it.sh $DB_HOST:$DB_PORT -- curl http://localhost/health",
        "wait-for-it.sh \"${DB_HOST:-db}:${DB_PORT:-5432}\" --timeout=30 -- ./run http://api:8000",
        "./wait-for-it.sh redis:6379 -- ./wait-for-it.sh db:5432 -- node .",
    ] {
        assert!(silent(line), "{line}");
    }
    for line in [
        "wait-for-service.sh backend 8080",
        "wait_for_rollout $DEPLOYMENT 300",
        "./wait-for-it.sh redis:6379 --timeout=${TIMEOUT:-30} -- ./run --url=postgresql://db:5432/shop",
        "./wait-for-it.sh redis:6379 -t $TIMEOUT -- node .",
        "./wait-for-it.sh ${REDIS_HOST:-redis}:6379",
        "dockerize -wait tcp://redis:6379 -wait http://api:8000/health",
    ] {
        assert!(!silent(line), "{line}");
    }
}

const IMAGES: &[Twins] = &[
    // An entrypoint that waits for another server.
    Twins {
        rule: GATE,
        healthy: &[("docker-compose.prod.yml", BESIDE), ("Dockerfile", WAITS)],
        ill: &[("docker-compose.prod.yml", BESIDE), ("Dockerfile", WAITS_FOR_REDIS)],
    },
    Twins {
        rule: GATE,
        healthy: &[("docker-compose.prod.yml", BESIDE), ("Dockerfile", WAITS_BY_NAME)],
        ill: &[("docker-compose.prod.yml", BESIDE), ("Dockerfile", WAITS_FOR_REDIS_BY_NAME)],
    },
    Twins {
        rule: GATE,
        healthy: &[("docker-compose.prod.yml", COMMAND)],
        ill: &[("docker-compose.prod.yml", COMMAND_FOR_REDIS)],
    },
    // The stage that is built is the one that waits.
    Twins {
        rule: GATE,
        healthy: &[("docker-compose.prod.yml", BUILDS_WORKER), ("Dockerfile", STAGES)],
        ill: &[("docker-compose.prod.yml", BUILDS_WEB), ("Dockerfile", STAGES)],
    },
    // A script that waits is in an image that has the directory's files.
    Twins {
        rule: GATE,
        healthy: &[
            ("dev/compose.yml", BUILDS_LOGIN),
            ("prod/compose.yml", PULLS_LOGIN),
            ("dev/login/entry.sh", TRIES),
        ],
        ill: &[
            ("dev/compose.yml", BUILDS_LOGIN),
            ("prod/compose.yml", PULLS_LOGIN),
            ("scripts/wait.sh", TRIES),
        ],
    },
];

const WAITS: &str = "FROM node:22\nENTRYPOINT [\"wait-for-it\", \"redis:6379\", \"--\", \"wait-for-it\", \"db:5432\", \"--\"]\n";
const WAITS_FOR_REDIS: &str = "FROM node:22\nENTRYPOINT [\"wait-for-it\", \"redis:6379\", \"--\"]\n";
const WAITS_BY_NAME: &str = "FROM node:22\nENTRYPOINT [\"/wait-for-backends.sh\"]\n";
const WAITS_FOR_REDIS_BY_NAME: &str = "FROM node:22\nENTRYPOINT [\"/wait-for-redis.sh\"]\n";
const COMMAND: &str = "services:\n  db:\n    image: postgres:16.4\n  web:\n    build: .\n    command: [\"wait-for-it\", \"db:5432\", \"--\", \"node\", \".\"]\n    depends_on: [db]\n";
const COMMAND_FOR_REDIS: &str = "services:\n  db:\n    image: postgres:16.4\n  web:\n    build: .\n    command: [\"wait-for-it\", \"redis:6379\", \"--\", \"node\", \".\"]\n    depends_on: [db]\n";
const STAGES: &str = "FROM node:22 AS web\nCMD [\"node\", \".\"]\nFROM node:22 AS base\nENTRYPOINT [\"wait-for-it\", \"db:5432\", \"--\"]\nFROM base AS worker\nCMD [\"node\", \"work\"]\n";
const BUILDS_WORKER: &str = "services:\n  db:\n    image: postgres:16.4\n  web:\n    build: {context: ., target: worker}\n    depends_on: [db]\n";
const BUILDS_WEB: &str = "services:\n  db:\n    image: postgres:16.4\n  web:\n    build: {context: ., target: web}\n    depends_on: [db]\n";
const BUILDS_LOGIN: &str = "services:\n  login:\n    build: ./login\n  db:\n    image: postgres:16.4\n";
const PULLS_LOGIN: &str = "services:\n  login:\n    image: ghcr.io/shop/login:24\n    environment:\n      DATABASE_URL: postgresql://shop@db/shop\n    depends_on: [db]\n  db:\n    image: postgres:16.4\n";
const TRIES: &str = "#!/bin/sh\nuntil pg_isready -h db; do sleep 1; done\nexec \"$@\"\n";

#[test]
fn the_image_that_runs_is_the_one_that_waits() {
    tell_apart(IMAGES);
}

/// A server at the program's own address.
const HERE: &str = "DATABASE_URL=postgresql://shop:k3Vq9mT2xLpW7c@localhost/shop\n";
const UNIT: &str = "[Unit]\nAfter=network.target postgresql.service\n[Service]\nEnvironmentFile=/srv/shop/.env.production\nExecStart=/usr/bin/node /srv/shop/server.js\n";
const BACKUP: &str = "[Unit]\nAfter=postgresql.service\n[Service]\nExecStart=/usr/bin/pg_dump shop\n";
const EXPORTER: &str = "[Unit]\nAfter=postgresql.service\n[Service]\nExecStart=/opt/postgres_exporter\n";
const ONCE: &str = "[Unit]\nAfter=postgresql.service\n[Service]\nType=oneshot\nExecStart=/srv/shop/clean\n";

#[test]
fn one_machine_is_where_the_programs_own_unit_waits() {
    let rule = "localhost-in-production";
    let healthy: super::Tree<'_> = &[(".env.production", HERE), ("deploy/shop.service", UNIT)];
    let mut twins = Vec::new();
    for other in [
        &[("deploy/shop.service", UNIT), ("Dockerfile", "FROM node:22\nCMD [\"node\", \".\"]\n")][..],
        &[("deploy/shop.service", UNIT), ("web/Dockerfile.prod", "FROM node:22\n")],
        &[("deploy/shop.service", UNIT), ("k8s/deploy.yaml", "kind: Deployment\napiVersion: apps/v1\n")],
        &[("deploy/shop.service", UNIT), ("docker-compose.prod.yml", "services:\n  web:\n    image: a\n")],
        &[("deploy/shop.service", UNIT), ("Procfile", "web: node .\n")],
        &[("deploy/shop.service", UNIT), ("fly.toml", "app = \"shop\"\n")],
        &[("deploy/shop.service", UNIT), ("render.yaml", "services: []\n")],
        &[("deploy/backup.service", BACKUP)],
        &[("deploy/look.service", EXPORTER)],
        &[("deploy/clean.service", ONCE)],
        &[("setup.sh", "#!/bin/bash\napt-get install -y postgresql nginx\n")],
        &[("check.sh", "#!/bin/sh\necho \"psql is missing: sudo apt-get install postgresql\"\n")],
    ] {
        let tree = [&[(".env.production", HERE)], other].concat();
        twins.push(Twins { rule, healthy, ill: Box::leak(tree.into_boxed_slice()) });
    }
    tell_apart(&twins);
}

/// A healthcheck that asks the socket, beside what waits for nothing.
const WEAK: &str = "services:\n  db:\n    image: postgres:16.4\n    healthcheck:\n      test: [\"CMD-SHELL\", \"pg_isready -U shop\"]\n  adminer:\n    image: adminer:4\n    depends_on: [db]\n";
const GATES: &str =
    "services:\n  web:\n    build: .\n    depends_on:\n      db: {condition: service_healthy}\n";
const STARTS: &str = "services:\n  web:\n    build: .\n    depends_on: [db]\n";

#[test]
fn who_waits_for_a_healthy_server_may_stand_in_another_file() {
    let rule = "compose-weak-healthcheck";
    let base = ("deploy/production/docker-compose.yml", WEAK);
    let mut twins = Vec::new();
    for (path, healthy, ill) in [
        ("deploy/production/docker-compose.override.yml", STARTS, GATES),
        ("deploy/compose.yml", STARTS, GATES),
        ("Makefile", "up:\n\tdocker compose up -d\n", "up:\n\tdocker compose up -d --wait\n"),
        ("up.sh", "#!/bin/sh\ndocker compose up -d\n", "#!/bin/sh\ndocker compose up -d --wait\n"),
        ("bin/up", "#!/bin/sh\ndocker compose up -d\n", "#!/bin/sh\ndocker compose up -d --wait\n"),
        (
            "package.json",
            "{\"scripts\": {\"up\": \"docker compose up -d\"}}\n",
            "{\"scripts\": {\"up\": \"docker compose up -d --wait\"}}\n",
        ),
        (
            ".github/workflows/ci.yml",
            "on: push\njobs:\n  t:\n    runs-on: ubuntu-latest\n    steps:\n      - run: helm upgrade --wait\n",
            "on: push\njobs:\n  t:\n    runs-on: ubuntu-latest\n    steps:\n      - run: docker compose up --wait\n",
        ),
    ] {
        let tree = |text| -> super::Tree<'static> { Box::leak(Box::new([base, (path, text)])) };
        twins.push(Twins { rule, healthy: tree(healthy), ill: tree(ill) });
    }
    tell_apart(&twins);
}

const CARRIED: &[Twins] = &[
    // What a chart has below `image:` are keys; a text may stand there too.
    Twins {
        rule: "url-in-compose",
        healthy: &[("stack-prod.yml", CHART)],
        ill: &[("stack-prod.yml", STACK)],
    },
    // Who replaces a file has its programs.
    Twins {
        rule: "url-in-compose",
        healthy: &[("docker-compose.yml", BUILT_FOR), ("docker-compose.production.yml", REPLACES)],
        ill: &[("docker-compose.yml", BUILT_FOR), ("docker-compose.production.replica.yml", REPLICA)],
    },
];

const CHART: &str = "services:\n  db:\n    image:\n      # of the hub\n      repository: postgres\n    environment:\n      POSTGRES_PASSWORD: k3Vq9mT2xLpW7c\n";
const STACK: &str = "services:\n  db:\n    image:\n      postgres:16.4\n    environment:\n      POSTGRES_PASSWORD: k3Vq9mT2xLpW7c\n";
const BUILT_FOR: &str = "services:\n  web:\n    build: .\n    environment:\n      NODE_ENV: production\n      DATABASE_URL: postgresql://shop:k3Vq9mT2xLpW7c@db:5432/shop\n  db:\n    image: postgres:16.4\n    environment: {POSTGRES_USER: shop}\n";
const REPLACES: &str = "services:\n  web:\n    image: shop:1\n  db:\n    image: postgres:16.4\n    environment: {POSTGRES_USER: shop}\n";
const REPLICA: &str = "services:\n  exporter:\n    image: exporter:1\n  replica:\n    image: postgres:16.4\n    environment: {POSTGRES_USER: shop}\n";

#[test]
fn a_file_is_what_its_text_makes_it() {
    tell_apart(CARRIED);
}
