//! Which files say something and which do not, each beside a twin that is read, or judged, all the same.

use super::{Twins, mild::tell_apart};

const TWINS: &[Twins] = &[
    // A script without an extension is one by its first line.
    Twins {
        rule: "compose-credential-mismatch",
        healthy: &[("compose.yml", OWN_ROLE), ("bin/recreate_db", MAKES_ROLE)],
        ill: &[("compose.yml", OWN_ROLE), ("bin/recreate_db", MAKES_OTHER)],
    },
    // An image that is pulled is the one that is built under its name, and waits as that does.
    Twins {
        rule: "compose-no-health-gate",
        healthy: &[("docker-compose.yml", BUILDS_WEB), ("docker-compose.prod.yml", PULLS_WEB), ENTRY],
        ill: &[("docker-compose.yml", BUILDS_OTHER), ("docker-compose.prod.yml", PULLS_WEB), ENTRY],
    },
    // The command of the image is not run where the service has its own.
    Twins {
        rule: "compose-no-health-gate",
        healthy: &[("docker-compose.prod.yml", BUILDS_BESIDE), ("web/Dockerfile", WAITS_FIRST)],
        ill: &[("docker-compose.prod.yml", RUNS_ANOTHER), ("web/Dockerfile", WAITS_FIRST)],
    },
    // Which of two Dockerfiles made the image that is pulled, nobody says.
    Twins {
        rule: "compose-no-health-gate",
        healthy: &[
            ("docker-compose.yml", BUILDS_WEB),
            ("docker-compose.prod.yml", PULLS_WEB),
            ("web/Dockerfile", WAITS_FIRST),
        ],
        ill: &[
            ("docker-compose.yml", BUILDS_WEB),
            ("docker-compose.test.yml", BUILDS_FOR_TESTS),
            ("docker-compose.prod.yml", PULLS_WEB),
            ("web/Dockerfile", WAITS_FIRST),
        ],
    },
];

const OWN_ROLE: &str = "services:\n  db:\n    image: postgres:16.4\n    environment: {POSTGRES_USER: postgres, POSTGRES_PASSWORD: k3Vq9mT2xLpW7c}\n  web:\n    build: .\n    environment:\n      DATABASE_URL: postgresql://shop:k3Vq9mT2xLpW7c@db:5432/shop\n";
const MAKES_ROLE: &str = "#!/bin/bash\npsql -U postgres -c \"CREATE ROLE shop LOGIN PASSWORD '$PASSWORD'\"\ncreatedb -U postgres shop\n";
const MAKES_OTHER: &str = "#!/bin/bash\npsql -U postgres -c \"CREATE ROLE stock LOGIN PASSWORD '$PASSWORD'\"\ncreatedb -U postgres stock\n";

const BUILDS_WEB: &str =
    "services:\n  app:\n    build: ./web\n    image: registry.example.com/shop/web:dev\n";
const BUILDS_OTHER: &str =
    "services:\n  app:\n    build: ./web\n    image: registry.example.com/shop/site:dev\n";
const BUILDS_FOR_TESTS: &str = "services:\n  app:\n    build: ./tests\n    image: shop/web\n";
const PULLS_WEB: &str = "services:\n  db:\n    image: postgres:16.4\n  web:\n    image: ghcr.io/shop/web:1.4\n    environment:\n      DATABASE_URL: postgresql://shop@db/shop\n    depends_on: [db]\n";
const ENTRY: (&str, &str) =
    ("web/entrypoint.sh", "#!/bin/sh\nwhile ! nc -z db 5432; do sleep 1; done\nexec \"$@\"\n");
const BUILDS_BESIDE: &str =
    "services:\n  db:\n    image: postgres:16.4\n  web:\n    build: ./web\n    depends_on: [db]\n";
const RUNS_ANOTHER: &str = "services:\n  db:\n    image: postgres:16.4\n  web:\n    build: ./web\n    command: node .\n    depends_on: [db]\n";
const WAITS_FIRST: &str = "FROM node:22\nCMD dockerize -wait tcp://db:5432 node .\n";

#[test]
fn what_is_read_decides() {
    tell_apart(TWINS);
}
