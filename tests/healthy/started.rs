//! How and by whom a program is started: what waits before it, what stands beside it, what of its image is left when it runs.
//! Each beside a twin that is started otherwise.

use super::{Twins, mild::tell_apart};

const COMPOSE: (&str, &str) = (
    "docker-compose.prod.yml",
    "services:\n  db: {image: \"postgres:16.4\"}\n  web:\n    build: .\n    depends_on: [db]\n",
);

/// Who waits for the database before it connects.
const WAITS: &[Twins] = &[
    // A loop around what tries the port; one around another server's waits for that.
    Twins {
        rule: "compose-no-health-gate",
        healthy: &[
            COMPOSE,
            (
                "entrypoint.sh",
                "#!/bin/sh\necho \"Waiting for postgres\"\nwhile ! nc -z $DB_HOST $DB_PORT; do\n  sleep 0.1\ndone\nexec \"$@\"\n",
            ),
        ],
        ill: &[
            COMPOSE,
            (
                "entrypoint.sh",
                "#!/bin/sh\necho \"postgres comes later\"\nwhile ! nc -z redis 6379; do\n  sleep 0.1\ndone\nexec \"$@\"\n",
            ),
        ],
    },
    // Once is no waiting.
    Twins {
        rule: "compose-no-health-gate",
        healthy: &[
            COMPOSE,
            (
                "entrypoint.sh",
                "#!/bin/bash\n# postgres\nfor i in 1 2 3 4 5; do (echo > /dev/tcp/db/5432) && break; sleep 1; done\nexec \"$@\"\n",
            ),
        ],
        ill: &[
            COMPOSE,
            (
                "entrypoint.sh",
                "#!/bin/bash\n# postgres\n(echo > /dev/tcp/db/5432) || echo none\nexec \"$@\"\n",
            ),
        ],
    },
    // cookiecutter-django's, of two ages.
    Twins {
        rule: "compose-no-health-gate",
        healthy: &[
            COMPOSE,
            (
                "compose/entrypoint",
                "#!/bin/bash\nset -o errexit\npython << END\nimport time\nimport psycopg\nwhile True:\n    try:\n        psycopg.connect(dbname=\"${POSTGRES_DB}\")\n        break\n    except psycopg.OperationalError:\n        time.sleep(1)\nEND\nexec \"$@\"\n",
            ),
        ],
        ill: &[
            COMPOSE,
            (
                "compose/entrypoint",
                "#!/bin/bash\nset -o errexit\npython << END\nimport psycopg\npsycopg.connect(dbname=\"${POSTGRES_DB}\").execute(\"SELECT 1\")\nEND\nexec \"$@\"\n",
            ),
        ],
    },
    Twins {
        rule: "compose-no-health-gate",
        healthy: &[
            COMPOSE,
            (
                "entrypoint.sh",
                "#!/bin/bash\npostgres_ready() {\npython << END\nimport sys\nimport psycopg2\ntry:\n    psycopg2.connect(dbname=\"${POSTGRES_DB}\")\nexcept psycopg2.OperationalError:\n    sys.exit(-1)\nEND\n}\nuntil postgres_ready; do\n  sleep 1\ndone\nexec \"$@\"\n",
            ),
        ],
        ill: &[
            COMPOSE,
            (
                "entrypoint.sh",
                "#!/bin/bash\npostgres_ready() {\npython << END\nimport sys\nimport psycopg2\ntry:\n    psycopg2.connect(dbname=\"${POSTGRES_DB}\")\nexcept psycopg2.OperationalError:\n    sys.exit(-1)\nEND\n}\npostgres_ready\nwhile [ -e /tmp/stopped ]; do\n  sleep 1\ndone\nexec \"$@\"\n",
            ),
        ],
    },
    // Migrations until they come through.
    Twins {
        rule: "compose-no-health-gate",
        healthy: &[
            COMPOSE,
            (
                "start.sh",
                "#!/bin/sh\n# database first\nuntil flask db upgrade; do sleep 2; done\nexec gunicorn app\n",
            ),
        ],
        ill: &[COMPOSE, ("start.sh", "#!/bin/sh\n# database first\nflask db upgrade\nexec gunicorn app\n")],
    },
    // In the command of the service.
    Twins {
        rule: "compose-no-health-gate",
        healthy: &[(
            "docker-compose.prod.yml",
            "services:\n  db: {image: \"postgres:16.4\"}\n  a: &a\n    image: shop/a:1\n    depends_on: [db]\n    environment: {DB_HOST: db, DB_NAME: shop, DB_USER: shop}\n    command: sh -c \"while ! nc -z db 5432; do sleep 1; done; ./api\"\n  b: {<<: *a, command: [bash, -c, \"while ! </dev/tcp/db/5432; do sleep 1; done; ./api\"]}\n  c: {<<: *a, command: npx wait-port db:5432}\n  d: {<<: *a, command: sh -c \"npx wait-on tcp:db:5432 && node .\"}\n  e:\n    <<: *a\n    environment: {DB_HOST: db, DB_NAME: shop, DB_USER: shop, WAIT_HOSTS: \"redis:6379, db:5432\"}\n    command: sh -c \"/wait && ./start.sh\"\n",
        )],
        ill: &[(
            "docker-compose.prod.yml",
            "services:\n  db: {image: \"postgres:16.4\"}\n  e:\n    image: shop/a:1\n    depends_on: [db]\n    environment: {DB_HOST: db, DB_NAME: shop, DB_USER: shop, WAIT_HOSTS: \"redis:6379\"}\n    command: sh -c \"while ! nc -z redis 6379; do sleep 1; done; ./start.sh\"\n",
        )],
    },
    // What connects when it is asked, or at night.
    Twins {
        rule: "compose-no-health-gate",
        healthy: &[(
            "docker-compose.prod.yml",
            "services:\n  db: {image: \"postgres:16.4\"}\n  pool:\n    image: edoburu/pgbouncer:v1.23.1-p2\n    depends_on: [db]\n    environment: {DB_HOST: db, DB_NAME: shop, DB_USER: shop}\n  dumps:\n    image: prodrigestivill/postgres-backup-local:16\n    depends_on: [db]\n    environment: {POSTGRES_HOST: db, POSTGRES_DB: shop, POSTGRES_USER: shop, SCHEDULE: \"@daily\"}\n",
        )],
        ill: &[(
            "docker-compose.prod.yml",
            "services:\n  db: {image: \"postgres:16.4\"}\n  queue:\n    image: shop/queue:1\n    depends_on: [db]\n    environment: {DB_HOST: db, DB_NAME: shop, DB_USER: shop, SCHEDULE: \"@daily\"}\n",
        )],
    },
];

/// What of the build is left in the container.
const BUILDS: &[Twins] = &[
    Twins {
        rule: "sqlite-in-production",
        healthy: &[(
            "Dockerfile",
            "FROM python:3.12-slim\nARG DATABASE_URL=sqlite:///build.db\nRUN python manage.py collectstatic --noinput\nCMD [\"gunicorn\", \"app.wsgi\"]\n",
        )],
        ill: &[(
            "Dockerfile",
            "FROM python:3.12-slim\nARG DATABASE_URL=sqlite:///build.db\nENV DATABASE_URL=${DATABASE_URL}\nCMD [\"gunicorn\", \"app.wsgi\"]\n",
        )],
    },
    // Written to a file it lasts, too.
    Twins {
        rule: "url-in-image",
        healthy: &[(
            "Dockerfile",
            "FROM node:20\nARG DATABASE_URL=sqlite:///build.db\nRUN npm run build > /dev/null\n",
        )],
        ill: &[(
            "Dockerfile",
            "FROM node:20\nARG DATABASE_URL=sqlite:///build.db\nRUN echo \"DATABASE_URL=$DATABASE_URL\" > .env\n",
        )],
    },
    // A stand-in guards nothing; the password of a server is in the history of the image.
    Twins {
        rule: "url-in-image",
        healthy: &[
            (
                "Dockerfile",
                "FROM node:20\nARG DATABASE_URL=postgresql://dummy:dummy@localhost:5432/dummy\nRUN npm run build\n",
            ),
            (
                "web/Dockerfile",
                "FROM node:20\nARG DATABASE_URL=postgresql://build:fake@db:5432/build\nRUN npm run build\n",
            ),
            (
                "job/Dockerfile",
                "FROM node:20\nARG DB_HOST=localhost\nARG DB_NAME=shop\nARG DB_USER=shop\nARG DB_PASSWORD=k3Vq9mT2xLpW\nRUN npm run build\n",
            ),
        ],
        ill: &[(
            "Dockerfile",
            "FROM node:20\nARG DATABASE_URL=postgresql://shop:k3Vq9mT2xLpW@db.internal/shop\nRUN npm run build\n",
        )],
    },
    Twins {
        rule: "url-in-image",
        healthy: &[(
            "Dockerfile",
            "FROM node:20\nARG DB_HOST=db\nARG DB_NAME=shop\nARG DB_USER=shop\nARG DB_PASSWORD=changeme\n",
        )],
        ill: &[(
            "Dockerfile",
            "FROM node:20\nARG DB_HOST=db\nARG DB_NAME=shop\nARG DB_USER=shop\nARG DB_PASSWORD=k3Vq9mT2xLpW\n",
        )],
    },
    Twins {
        rule: "localhost-in-production",
        healthy: &[(
            "Dockerfile",
            "FROM node:20\nARG DATABASE_URL=postgresql://build@localhost/build\nRUN npm run build\n",
        )],
        ill: &[(
            "Dockerfile",
            "FROM node:20\nARG DATABASE_URL=postgresql://shop@localhost/shop\nENV DATABASE_URL $DATABASE_URL\n",
        )],
    },
];

/// Who stands beside it, and what it really is.
const BESIDE: &[Twins] = &[
    // The image of a server for its client.
    Twins {
        rule: "image-floating",
        healthy: &[(
            "k8s/backup.yaml",
            "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: backup}\nspec: {jobTemplate: {spec: {template: {spec: {containers: [{name: dump, image: postgres:16, command: [/bin/bash, -c, \"pg_dump -h db shop > /out/shop.sql\"]}]}}}}}\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api}\nspec: {template: {spec: {initContainers: [{name: wait, image: postgres:16, command: [sh, -c, \"until pg_isready -h db; do sleep 1; done\"]}], containers: [{name: api, image: \"shop/api:1\"}, {name: look, image: postgres:16, command: [/bin/sh], args: [-c, \"while true; do psql -h db -U postgres -c 'SELECT 1'; sleep 60; done\"]}]}}}\n",
        )],
        ill: &[(
            "k8s/db.yaml",
            "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db}\nspec: {template: {spec: {containers: [{name: db, image: postgres:16, command: [sh, -c, \"chmod 0600 /tls/key; exec postgres -c ssl=on\"], volumeMounts: [{name: data, mountPath: /data}]}]}}}\n",
        )],
    },
    Twins {
        rule: "image-floating",
        healthy: &[(
            "docker-compose.prod.yml",
            "services:\n  dump:\n    image: postgres:16\n    entrypoint: /backup.sh\n    volumes: [\"./backup.sh:/backup.sh\", \"dumps:/dumps\"]\n  ask:\n    image: postgres\n    command: [psql, -h, db, -c, SELECT 1]\n",
        )],
        ill: &[(
            "docker-compose.prod.yml",
            "services:\n  db:\n    image: postgres:16\n    entrypoint: /tuned.sh\n    volumes: [\"./tuned.sh:/tuned.sh\", \"data:/var/lib/postgresql/data\"]\n",
        )],
    },
    Twins {
        rule: "image-floating",
        healthy: &[(
            "docker-compose.prod.yml",
            "services:\n  load:\n    image: postgres:16\n    command: sh -c \"until pg_isready -h db; do sleep 1; done && psql -h db -U postgres -f /seed.sql\"\n",
        )],
        ill: &[(
            "docker-compose.prod.yml",
            "services:\n  db:\n    image: postgres:16\n    command: -c shared_buffers=1GB\n  tuned:\n    image: postgres:16\n    command: [postgres, -c, max_connections=300]\n",
        )],
    },
    // The containers of a task have one loopback address, unless each has a bridge of its own.
    Twins {
        rule: "localhost-in-production",
        healthy: &[(
            "task.json",
            "{\"family\": \"shop\", \"networkMode\": \"awsvpc\", \"containerDefinitions\": [{\"name\": \"app\", \"image\": \"shop:1\", \"environment\": [{\"name\": \"DB_HOST\", \"value\": \"127.0.0.1\"}, {\"name\": \"DB_NAME\", \"value\": \"shop\"}, {\"name\": \"DB_USER\", \"value\": \"shop\"}]}, {\"name\": \"pgbouncer\", \"image\": \"bitnami/pgbouncer:1.22.0\"}]}\n",
        )],
        ill: &[(
            "task.json",
            "{\"family\": \"shop\", \"networkMode\": \"bridge\", \"containerDefinitions\": [{\"name\": \"app\", \"image\": \"shop:1\", \"environment\": [{\"name\": \"DB_HOST\", \"value\": \"127.0.0.1\"}, {\"name\": \"DB_NAME\", \"value\": \"shop\"}, {\"name\": \"DB_USER\", \"value\": \"shop\"}]}, {\"name\": \"pgbouncer\", \"image\": \"bitnami/pgbouncer:1.22.0\"}]}\n",
        )],
    },
    // Functions of a justfile: the default is read, and what has none is the environment's.
    Twins {
        rule: "database-url-unrecognised",
        healthy: &[(
            "justfile",
            "export DATABASE_URL := env_var_or_default(\"DATABASE_URL\", \"postgres://postgres:postgres@localhost:5432/app\")\nexport TEST_DATABASE_URL := env('TEST_DATABASE_URL')\nexport REPLICA_DATABASE_URL := replace(x, 'a', 'b')\n",
        )],
        ill: &[(
            "justfile",
            "export DATABASE_URL := env(\"DATABASE_URL\", 'postgrs//postgres@localhost:5432/app')\n",
        )],
    },
    // Without an image it is a patch of a container that has the rest.
    Twins {
        rule: "tls-unspecified",
        healthy: &[(
            "k8s/overlays/production/patch.yaml",
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api}\nspec: {template: {spec: {containers: [{name: api, env: [{name: DB_HOST, value: prod-pg.internal}]}]}}}\n",
        )],
        ill: &[(
            "k8s/overlays/production/api.yaml",
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api}\nspec: {template: {spec: {containers: [{name: api, image: \"shop/api:1\", env: [{name: DB_HOST, value: prod-pg.internal}]}]}}}\n",
        )],
    },
];

#[test]
fn what_stands_beside_it_counts() {
    tell_apart(BESIDE);
}

const OF_TESTS: (&str, &str) = (".env.test", "DATABASE_URL=postgres://app:app@localhost:5432/app_test\n");

/// Who runs the tests has their database.
const TESTS: &[Twins] = &[
    Twins {
        rule: "same-target-two-environments",
        healthy: &[
            OF_TESTS,
            (
                "Makefile",
                ".PHONY: test\ntest: build\n\tDATABASE_URL=postgres://app:app@localhost:5432/app_test go test ./...\n",
            ),
            (
                "justfile",
                "test-all *args:\n    export DATABASE_URL=postgres://app:app@localhost:5432/app_test && cargo test\n",
            ),
        ],
        ill: &[
            OF_TESTS,
            (
                "Makefile",
                "test: build\n\tgo test ./...\n\nrun:\n\tDATABASE_URL=postgres://app:app@localhost:5432/app_test go run .\n",
            ),
        ],
    },
    Twins {
        rule: "same-target-two-environments",
        healthy: &[
            OF_TESTS,
            (
                "playwright.config.ts",
                "process.env.DATABASE_URL = 'postgres://app:app@localhost:5432/app_test';\nexport default {};\n",
            ),
            (
                "jest.setup.js",
                "process.env.DATABASE_URL = 'postgres://app:app@localhost:5432/app_test';\nmodule.exports = {};\n",
            ),
            ("scripts/run_tests.sh", "DATABASE_URL=postgres://app:app@localhost:5432/app_test pytest\n"),
            (
                "frontend/global-setup.ts",
                "process.env.DATABASE_URL = process.env.E2E_DATABASE_URL || 'postgres://app:app@localhost:5432/app_test';\nexport default go;\n",
            ),
        ],
        ill: &[
            OF_TESTS,
            (
                "server.config.ts",
                "process.env.DATABASE_URL = 'postgres://app:app@localhost:5432/app_test';\nexport default {};\n",
            ),
        ],
    },
    // A recipe for tests that has the developer's database.
    Twins {
        rule: "same-target-two-environments",
        healthy: &[
            (".env.development", "DATABASE_URL=postgres://app:app@localhost:5432/app\n"),
            ("Makefile", "test:\n\tDATABASE_URL=postgres://app:app@localhost:5432/app_test go test ./...\n"),
        ],
        ill: &[
            (".env.development", "DATABASE_URL=postgres://app:app@localhost:5432/app\n"),
            ("Makefile", "test:\n\tDATABASE_URL=postgres://app:app@localhost:5432/app go test ./...\n"),
        ],
    },
];

#[test]
fn who_runs_the_tests_has_their_database() {
    tell_apart(TESTS);
}

#[test]
fn what_the_build_alone_sees_is_gone() {
    tell_apart(BUILDS);
}

#[test]
fn who_waits_needs_no_gate() {
    tell_apart(WAITS);
}
