//! What a server's image is set up with, and by whom.

use super::{Twins, mild::tell_apart};

const TWINS: &[Twins] = &[
    // What an env file that is not here may hold nobody knows.
    Twins {
        rule: "init-password-missing",
        healthy: &[(
            "compose.yml",
            "services:\n  db:\n    image: postgres:17-bookworm\n    env_file: [db.env]\n",
        )],
        ill: &[
            ("compose.yml", "services:\n  db:\n    image: postgres:17-bookworm\n    env_file: [db.env]\n"),
            ("db.env", "POSTGRES_USER=shop\nPOSTGRES_DB=shop\n"),
        ],
    },
    // Files of one service are started together: what one changes may be the password.
    Twins {
        rule: "init-password-missing",
        healthy: &[
            ("compose.yml", "services:\n  db:\n    image: postgres:17-bookworm\n"),
            (
                "compose.prod.yml",
                "services:\n  db:\n    environment:\n      POSTGRES_PASSWORD: ${POSTGRES_PASSWORD:?}\n",
            ),
        ],
        ill: &[
            ("compose.yml", "services:\n  db:\n    image: postgres:17-bookworm\n"),
            (
                "compose.prod.yml",
                "services:\n  db:\n    image: postgres:17-bookworm\n    environment:\n      POSTGRES_USER: shop\n",
            ),
        ],
    },
    // A name of its own, and nothing but an empty text.
    Twins {
        rule: "init-password-missing",
        healthy: &[(
            "compose.yml",
            "services:\n  db:\n    image: postgres:17-bookworm\n    environment:\n      POSTGRES_PASSWORD: ${DB_PASSWORD}\n",
        )],
        ill: &[(
            "compose.yml",
            "services:\n  db:\n    image: postgres:17-bookworm\n    environment:\n      POSTGRES_PASSWORD: ''\n",
        )],
    },
    // Docker itself is told; what a job has for variables its services have not.
    Twins {
        rule: "init-password-missing",
        healthy: &[(
            ".github/workflows/ci.yml",
            "jobs:\n  test:\n    services:\n      db:\n        image: postgres:17-bookworm\n        options: -e POSTGRES_PASSWORD=postgres\n    steps: [{run: pytest}]\n",
        )],
        ill: &[(
            ".github/workflows/ci.yml",
            "jobs:\n  test:\n    env: {POSTGRES_PASSWORD: postgres}\n    services:\n      db:\n        image: postgres:17-bookworm\n    steps: [{run: pytest}]\n",
        )],
    },
    // GitLab's projects have variables of their own.
    Twins {
        rule: "init-password-missing",
        healthy: &[(".gitlab-ci.yml", "test:\n  services: ['postgres:17-bookworm']\n  script: [pytest]\n")],
        ill: &[("compose.yml", "services:\n  db:\n    image: postgis/postgis:17-3.5\n")],
    },
    // Docker compose starts what waits for a service after that was started, which waited for the server.
    Twins {
        rule: "compose-no-health-gate",
        healthy: &[(
            "compose.production.yml",
            "services:\n  db:\n    image: postgres:17-bookworm\n    healthcheck: {test: [CMD, pg_isready, -h, 127.0.0.1]}\n  api:\n    build: .\n    depends_on: {db: {condition: service_healthy}}\n  worker:\n    build: .\n    environment:\n      DATABASE_URL: ${DATABASE_URL}\n    depends_on: [db, api]\n",
        )],
        ill: &[(
            "compose.production.yml",
            "services:\n  db:\n    image: postgres:17-bookworm\n    healthcheck: {test: [CMD, pg_isready, -h, 127.0.0.1]}\n  api:\n    build: .\n    depends_on: {db: {condition: service_healthy}}\n  worker:\n    build: .\n    environment:\n      DATABASE_URL: ${DATABASE_URL}\n    depends_on: [db]\n",
        )],
    },
    // What GitHub's runner is told to mask is not printed, but for what stands beside it.
    Twins {
        rule: "secret-printed",
        healthy: &[("deploy/production/run.sh", "echo \"::add-mask::$PGPASSWORD\"\n")],
        ill: &[("deploy/production/run.sh", "echo \"::add-mask::$TOKEN at $DATABASE_URL\"\n")],
    },
    Twins {
        rule: "secret-printed",
        healthy: &[("deploy/production/run.sh", "echo \"at ${DATABASE_URL##*@}\"\n")],
        ill: &[("deploy/production/run.sh", "echo \"at ${DATABASE_URL%%@*}@***\"\n")],
    },
    Twins {
        rule: "secret-printed",
        healthy: &[("deploy/production/run.sh", "echo \"::add-mask::$PGPASSWORD\"\n")],
        ill: &[("deploy/production/run.sh", "echo \"password: $PGPASSWORD\"\n")],
    },
    // What an object says of the data directory is not known here.
    Twins { rule: "image-data-mount", healthy: &[("k8s/db.yaml", MOVED)], ill: &[("k8s/db.yaml", MOUNTED)] },
    // Made of docker-library's, or of somebody's own.
    Twins {
        rule: "image-data-mount",
        healthy: &[(
            "compose.yml",
            "services:\n  db:\n    image: timescale/timescaledb-ha:pg18\n    volumes: ['data:/var/lib/postgresql/data']\n",
        )],
        ill: &[(
            "compose.yml",
            "services:\n  db:\n    image: pgvector/pgvector:pg18\n    volumes: ['data:/var/lib/postgresql/data']\n",
        )],
    },
    // Nobody knows what a variable names; with a default it is that.
    Twins {
        rule: "image-data-mount",
        healthy: &[(
            "compose.yml",
            "services:\n  db:\n    image: postgres:${PG}\n    volumes: ['./data:/var/lib/postgresql/data']\n",
        )],
        ill: &[(
            "compose.yml",
            "services:\n  db:\n    image: postgres:${PG:-18}\n    volumes: ['./data:/var/lib/postgresql/data']\n",
        )],
    },
    // Files that are started together have their volumes together, and what moves the data directory moves it there.
    Twins {
        rule: "compose-no-data-volume",
        healthy: &[
            (
                "compose.yml",
                "services:\n  db:\n    image: postgres:16.4-bookworm\n    volumes: [data:/var/lib/postgresql/data]\nvolumes: {data: }\n",
            ),
            (
                "compose.prod.yml",
                "services:\n  db:\n    image: postgres:16.4-bookworm\n    volumes: [./backups:/backups]\n",
            ),
        ],
        ill: &[
            (
                "compose.yml",
                "services:\n  db:\n    image: postgres:16.4-bookworm\n    ports: [127.0.0.1:5432:5432]\n",
            ),
            (
                "compose.prod.yml",
                "services:\n  db:\n    image: postgres:16.4-bookworm\n    volumes: [./backups:/backups]\n",
            ),
        ],
    },
    Twins {
        rule: "compose-no-data-volume",
        healthy: &[(
            "compose.yml",
            "services:\n  db:\n    image: postgres:16.4-bookworm\n    environment: {PGDATA: /data/postgres/16}\n    volumes: [data:/data/postgres]\nvolumes: {data: }\n",
        )],
        ill: &[(
            "compose.yml",
            "services:\n  db:\n    image: postgres:16.4-bookworm\n    environment: {POSTGRES_DB: shop}\n    volumes: [data:/data/postgres]\nvolumes: {data: }\n",
        )],
    },
    Twins {
        rule: "compose-no-data-volume",
        healthy: &[(
            "compose.yml",
            "services:\n  db:\n    image: postgres:16.4-bookworm\n    command: postgres -D /data/postgres\n    volumes: [data:/data/postgres]\nvolumes: {data: }\n",
        )],
        ill: &[(
            "compose.yml",
            "services:\n  db:\n    image: postgres:16.4-bookworm\n    command: postgres -c fsync=on\n    volumes: [data:/data/postgres]\nvolumes: {data: }\n",
        )],
    },
    // Of an image that is no copy of docker-library's nobody knows where it has its data; of a release without a number neither.
    Twins {
        rule: "compose-no-data-volume",
        healthy: &[(
            "compose.yml",
            "services:\n  db:\n    image: postgres:${RELEASE}\n    volumes: [data:/var/lib/postgresql]\n  other:\n    image: kartoza/postgis:16-3.4\n    volumes: [other:/var/lib/postgresql]\nvolumes: {data: , other: }\n",
        )],
        ill: &[(
            "compose.yml",
            "services:\n  db:\n    image: pgvector/pgvector:0.8.0-pg16\n    volumes: [data:/var/lib/postgresql]\nvolumes: {data: }\n",
        )],
    },
    // What a copy or a test holds is made anew.
    Twins {
        rule: "compose-no-data-volume",
        healthy: &[(
            "compose.prod.yml",
            "services:\n  db-replica:\n    image: postgres:16.4-bookworm\n    ports: [127.0.0.1:5433:5432]\n  test_db:\n    image: postgres:16.4-bookworm\n    environment: {POSTGRES_DB: shop}\n",
        )],
        ill: &[(
            "compose.prod.yml",
            "services:\n  db-main:\n    image: postgres:16.4-bookworm\n    environment: {POSTGRES_DB: shop}\n",
        )],
    },
    // What a registry of one's own hands on is Docker Hub's; another image of that name is somebody's.
    Twins {
        rule: "image-floating",
        healthy: &[(
            "compose.prod.yml",
            "services:\n  db:\n    image: harbor.acme.io/shop/postgres:16\n    volumes: [data:/var/lib/postgresql/data]\nvolumes: {data: }\n",
        )],
        ill: &[(
            "compose.prod.yml",
            "services:\n  db:\n    image: harbor.acme.io/docker.io/postgres:16\n    volumes: [data:/var/lib/postgresql/data]\nvolumes: {data: }\n",
        )],
    },
    // What the tags of an image count are its own releases.
    Twins {
        rule: "compose-no-data-volume",
        healthy: &[(
            "compose.yml",
            "services:\n  db:\n    image: groonga/pgroonga:4.0.4-debian-18\n    volumes: [data:/var/lib/postgresql]\nvolumes: {data: }\n",
        )],
        ill: &[(
            "compose.yml",
            "services:\n  db:\n    image: postgis/postgis:16-3.4\n    volumes: [data:/var/lib/postgresql]\nvolumes: {data: }\n",
        )],
    },
    // A file beside the data is none of them.
    Twins {
        rule: "compose-no-data-volume",
        healthy: &[
            (
                "compose.yml",
                "services:\n  db:\n    image: postgres:16.4-bookworm\n    volumes: [./server.key:/var/lib/postgresql/server.key, data:/var/lib/postgresql/data]\nvolumes: {data: }\n",
            ),
            (
                "local.compose.yml",
                "services:\n  other:\n    image: postgres:16.4-bookworm\n    volumes: [./server.key:/var/lib/postgresql/server.key]\n",
            ),
        ],
        ill: &[(
            "compose.yml",
            "services:\n  db:\n    image: postgres:16.4-bookworm\n    volumes: [data:/var/lib/postgresql/data2]\nvolumes: {data: }\n",
        )],
    },
    Twins {
        rule: "compose-no-data-volume",
        healthy: &[(
            "compose.yml",
            "services:\n  db:\n    image: postgres:16.4-bookworm\n    command: postgres --data-directory=/pg/data\n    volumes: [data:/pg/data]\nvolumes: {data: }\n",
        )],
        ill: &[(
            "compose.yml",
            "services:\n  db:\n    image: postgres:16.4-bookworm\n    command: postgres --log-line-prefix=-Down\n    volumes: [data:/pg/data]\nvolumes: {data: }\n",
        )],
    },
    // What changes a file elsewhere does not say its volumes again.
    Twins {
        rule: "compose-no-data-volume",
        healthy: &[
            (
                "compose.yml",
                "services:\n  db:\n    image: postgres:16.4-bookworm\n    volumes: [data:/var/lib/postgresql/data]\nvolumes: {data: }\n",
            ),
            (
                "deploy/compose.prod.yml",
                "services:\n  db:\n    image: postgres:16.4-bookworm\n    environment: {POSTGRES_DB: shop}\n",
            ),
        ],
        ill: &[
            (
                "compose.yml",
                "services:\n  db:\n    image: postgres:16.4-bookworm\n    environment: {POSTGRES_DB: shop}\n",
            ),
            (
                "deploy/compose.prod.yml",
                "services:\n  db:\n    image: postgres:16.4-bookworm\n    environment: {POSTGRES_DB: shop}\n",
            ),
        ],
    },
];

const MOVED: &str = "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db}\nspec:\n  template:\n    spec:\n      containers:\n      - name: db\n        image: postgres:18\n        envFrom: [{configMapRef: {name: db}}]\n        volumeMounts: [{name: data, mountPath: /var/lib/postgresql/data}]\n";

const MOUNTED: &str = "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db}\nspec:\n  template:\n    spec:\n      containers:\n      - name: db\n        image: postgres:18\n        env: [{name: POSTGRES_PASSWORD, valueFrom: {secretKeyRef: {name: db, key: password}}}]\n        volumeMounts: [{name: data, mountPath: /var/lib/postgresql/data}]\n";

#[test]
fn a_rule_tells_the_twins_apart() {
    tell_apart(TWINS);
}
