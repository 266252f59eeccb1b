//! What a file's name, the unit that starts a service, or a script beside it says, each beside a twin where nothing says so.

use super::{Twins, mild::tell_apart, readers::ALEMBIC};

const POD: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {containers: [{name: web, image: \"web:1\", env: [{name: DATABASE_URL, value: \"postgresql://shop:shop@db:5432/shop\"}]}]}}}\n";
const COMPOSE: &str = "services:\n  db:\n    image: postgres:16.4\n    environment: {POSTGRES_USER: shop, POSTGRES_PASSWORD: shop}\n  web:\n    build: .\n    environment: {NODE_ENV: production, DATABASE_URL: \"postgresql://shop:shop@db:5432/shop\"}\n";
const IMAGE: &str = "FROM debian:12\nENV DATABASE_URL=postgresql://postgres:shop@localhost:5432/shop\n";
const PROCFILE: &str = "web: DATABASE_URL=postgresql://shop:shop@localhost/shop bin/serve\n";
const PIPELINE: &str = "steps:\n  - bash: npm test\n    env: {DATABASE_URL: \"postgresql://$(DB_USER):$(DB_PASSWORD)@localhost/shop_test\"}\n";
const SETUP: &str = "services:\n  db:\n    image: postgres:16.4\n    environment: {POSTGRES_PASSWORD: k3Vq9mT2xL, POSTGRES_DB: shop}\n  web:\n    build: .\n    environment: {DATABASE_URL: \"postgresql://shop_rw:k3Vq9mT2xL@db/shop\"}\n";
const JOB: &str = "jobs:\n  test:\n    services: {postgres: {image: \"postgres:16\", env: {POSTGRES_PASSWORD: postgres}, ports: [\"5432:5432\"]}}\n    steps:\n      - run: npm test\n        env: {DATABASE_URL: \"postgres://shop_rw:k3Vq9@localhost:5432/shop_test\"}\n";
const ROLES: &str = "DO $$ BEGIN\n  CREATE ROLE shop_rw LOGIN PASSWORD 'k3Vq9';\nEND $$;\n";
const OTHER_ROLES: &str = "CREATE ROLE shop_ro LOGIN PASSWORD 'k3Vq9';\n";
const DUMPS: &str = "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: dump}\nspec: {jobTemplate: {spec: {template: {spec: {containers: [{name: dump, image: \"postgres:16.4\", command: [sh, -c, \"pg_dumpall | gzip > /out/all.gz\"], env: [{name: PGHOST, value: db}, {name: PGUSER, value: postgres}, {name: PGDATABASE, value: postgres}]}]}}}}}\n";
const SERVES: &str = "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: dump}\nspec: {jobTemplate: {spec: {template: {spec: {containers: [{name: dump, image: \"shop:16.4\", command: [sh, -c, \"bin/report\"], env: [{name: PGHOST, value: db}, {name: PGUSER, value: postgres}, {name: PGDATABASE, value: postgres}]}]}}}}}\n";
const OPEN: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata:\n  DATABASE_URL: \"postgresql://${db_user}@${db_host}/shop?sslmode=verify-full\"\n";
const FLUX: &str = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: apps}\nspec: {path: ./apps, postBuild: {substituteFrom: [{kind: Secret, name: vars}]}}\n";
const PLAIN_FLUX: &str = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: apps}\nspec: {path: ./apps}\n";

const SCRIPT: &str =
    "#!/bin/bash\nexport DATABASE_URL=postgresql://shop@localhost/shop\npsql $DATABASE_URL -c 'SELECT 1'\n";
const DEVELOPMENT: &str = "DATABASE_URL=postgresql://shop@localhost/shop\n";

const HANDS: &str =
    "services:\n  db: {image: \"postgres:16.4\", env_file: .env}\n  web: {build: ., env_file: backend.env}\n";

const TWINS: &[Twins] = &[
    Twins {
        rule: "password-equals-identifier",
        healthy: &[("k8s/app-dev.yaml", POD)],
        ill: &[("k8s/app-prod.yaml", POD)],
    },
    Twins {
        rule: "password-equals-identifier",
        healthy: &[("docker-compose.local.yml", COMPOSE), ("docker-compose.e2e.yml", COMPOSE)],
        ill: &[("docker-compose.yml", COMPOSE)],
    },
    Twins {
        rule: "password-equals-identifier",
        healthy: &[("Procfile.local", PROCFILE)],
        ill: &[("Procfile", PROCFILE)],
    },
    Twins {
        rule: "superuser-role",
        healthy: &[
            (".devcontainer/Dockerfile", IMAGE),
            (".gitpod.Dockerfile", IMAGE),
            ("Dockerfile.local", IMAGE),
            ("Dockerfile.e2e", IMAGE),
        ],
        ill: &[("docker/Dockerfile", IMAGE)],
    },
    // Azure Pipelines puts variables in before a task is run.
    Twins {
        rule: "unresolved-placeholder",
        healthy: &[("azure-pipelines.yml", PIPELINE)],
        ill: &[(".env", "DATABASE_URL=postgresql://$(DB_USER):$(DB_PASSWORD)@localhost/shop_test\n")],
    },
    Twins {
        rule: "compose-credential-mismatch",
        healthy: &[("docker-compose.yml", SETUP), ("sql/roles.sql", ROLES)],
        ill: &[("docker-compose.yml", SETUP), ("sql/roles.sql", OTHER_ROLES)],
    },
    Twins {
        rule: "compose-credential-mismatch",
        healthy: &[
            ("docker-compose.yml", SETUP),
            (
                "Makefile",
                "setup:\n\tdocker compose exec db psql -U postgres -c \"CREATE ROLE shop_rw LOGIN\"\n",
            ),
        ],
        ill: &[("docker-compose.yml", SETUP)],
    },
    Twins {
        rule: "ci-service-mismatch",
        healthy: &[(".github/workflows/ci.yml", JOB), ("db/roles.sql", ROLES)],
        ill: &[(".github/workflows/ci.yml", JOB)],
    },
    // The server is started on the same machine, or in the same image.
    Twins {
        rule: "localhost-in-production",
        healthy: &[(
            "deploy/shop.service",
            "[Unit]\nAfter=network.target postgresql.service\n[Service]\nEnvironment=DATABASE_URL=postgresql://shop@localhost/shop\nExecStart=/usr/bin/shop\n",
        )],
        ill: &[(
            "deploy/shop.service",
            "[Unit]\nAfter=network.target docker.service\n[Service]\nEnvironment=DATABASE_URL=postgresql://shop@localhost/shop\nExecStart=/usr/bin/shop\n",
        )],
    },
    Twins {
        rule: "localhost-in-production",
        healthy: &[(
            "Dockerfile",
            "FROM debian:12\nRUN apt-get update && apt-get install -y postgresql-15 supervisor\nENV DB_HOST=localhost DB_NAME=shop DB_USER=shop\n",
        )],
        ill: &[(
            "Dockerfile",
            "FROM debian:12\nRUN apt-get update && apt-get install -y postgresql-client-15\nENV DB_HOST=localhost DB_NAME=shop DB_USER=shop\n",
        )],
    },
    // Whoever saves or makes everything logs in as whoever may.
    Twins { rule: "superuser-role", healthy: &[("k8s/dump.yaml", DUMPS)], ill: &[("k8s/dump.yaml", SERVES)] },
    Twins {
        rule: "maintenance-database",
        healthy: &[("k8s/dump.yaml", DUMPS)],
        ill: &[("k8s/dump.yaml", SERVES)],
    },
    Twins {
        rule: "superuser-role",
        healthy: &[(
            "docker-compose.prod.yml",
            "services:\n  save:\n    image: ghcr.io/wal-g/wal-g:v3.0\n    environment: {PGHOST: db.internal, PGUSER: postgres, PGDATABASE: shop}\n",
        )],
        ill: &[(
            "docker-compose.prod.yml",
            "services:\n  save:\n    image: ghcr.io/shop/shop:v3.0\n    environment: {PGHOST: db.internal, PGUSER: postgres, PGDATABASE: shop}\n",
        )],
    },
    // Compose puts the variables of its own `.env` into the env files that it hands over.
    Twins {
        rule: "unresolved-placeholder",
        healthy: &[
            (".env", "POSTGRES_USER=shop\nPOSTGRES_PASSWORD=k3Vq9mT2xL\n"),
            ("backend.env", "DATABASE_URL=postgresql://${POSTGRES_USER}:${POSTGRES_PASSWORD}@db:5432/shop\n"),
            ("docker-compose.yml", HANDS),
        ],
        ill: &[
            (".env", "POSTGRES_USER=shop\n"),
            ("backend.env", "DATABASE_URL=postgresql://${POSTGRES_USER}:${POSTGRES_PASSWORD}@db:5432/shop\n"),
            ("docker-compose.yml", HANDS),
        ],
    },
    // Flux fills in what it applies.
    Twins {
        rule: "unresolved-placeholder",
        healthy: &[("apps/web.yaml", OPEN), ("clusters/prod/apps.yaml", FLUX)],
        ill: &[("apps/web.yaml", OPEN), ("clusters/prod/apps.yaml", PLAIN_FLUX)],
    },
    Twins {
        rule: "same-target-two-environments",
        healthy: &[("test-database.sh", SCRIPT), (".env.development", DEVELOPMENT)],
        ill: &[("run-tests.sh", SCRIPT), (".env.development", DEVELOPMENT)],
    },
    // SQL Server by its port, by its role, and by a port as only it writes one.
    Twins {
        rule: "fallback-default",
        healthy: &[(
            "docker-compose.prod.yml",
            "services:\n  web:\n    build: .\n    environment: {DB_SERVER: \"sql,1433\", DB_NAME: shop, DB_USER: sa, DB_PASSWORD: \"${PW:-k3Vq9mT2xL}\"}\n",
        )],
        ill: &[(
            "docker-compose.prod.yml",
            "services:\n  web:\n    build: .\n    environment: {DB_HOST: sql, DB_NAME: shop, DB_USER: shop, DB_PASSWORD: \"${PW:-k3Vq9mT2xL}\"}\n",
        )],
    },
    Twins {
        rule: "test-equals-primary",
        healthy: &[(
            "tests/conftest.py",
            "import os\nTEST_DATABASE_URL = \"sqlite:///./test.db\"\nos.environ[\"DATABASE_URL\"] = TEST_DATABASE_URL\n",
        )],
        ill: &[(
            "tests/conftest.py",
            "import os\nTEST_DATABASE_URL = \"sqlite:///./shop.db\"\nos.environ[\"DATABASE_URL\"] = TEST_DATABASE_URL\n",
        )],
    },
    // `psql "$SHOP_URL"` reads that variable and no other.
    Twins {
        rule: "driver-suffix",
        healthy: &[
            ("requirements.txt", "sqlalchemy==2.0\npsycopg==3.2\n"),
            (".env", "DATABASE_URL=postgresql+psycopg://shop@localhost/shop\n"),
            ("ask.sh", "#!/bin/sh\npsql \"$SHOP_DB_URL\" -c 'SELECT 1'\n"),
        ],
        ill: &[
            ("requirements.txt", "sqlalchemy==2.0\npsycopg==3.2\n"),
            (".env", "DATABASE_URL=postgresql+psycopg://shop@localhost/shop\n"),
            ("ask.sh", "#!/bin/sh\npsql \"$DATABASE_URL\" -c 'SELECT 1'\n"),
        ],
    },
    // What another package requires stands in the lock file alone; of what is required for development, it says nothing.
    Twins {
        rule: "driver-not-installed",
        healthy: &[
            (
                "pyproject.toml",
                "[project]\nname = \"shop\"\ndependencies = [\"sqlalchemy==2.0.43\", \"shop-models\"]\n",
            ),
            ("uv.lock", "version = 1\n\n[[package]]\nname = \"psycopg2-binary\"\nversion = \"2.9.10\"\n"),
            (".env", "DATABASE_URL=postgresql+psycopg2://shop@localhost/shop\n"),
        ],
        ill: &[
            (
                "pyproject.toml",
                "[project]\nname = \"shop\"\ndependencies = [\"sqlalchemy==2.0.43\", \"shop-models\"]\n",
            ),
            ("uv.lock", "version = 1\n\n[[package]]\nname = \"asyncpg\"\nversion = \"0.30.0\"\n"),
            (".env", "DATABASE_URL=postgresql+psycopg2://shop@localhost/shop\n"),
        ],
    },
    Twins {
        rule: "driver-not-installed",
        healthy: &[
            ("Pipfile", "[packages]\nsqlalchemy = \"==2.0.43\"\nshop-models = \"*\"\n"),
            (
                "Pipfile.lock",
                "{\n    \"default\": {\n        \"psycopg2\": {\n            \"version\": \"==2.9.10\"\n        }\n    }\n}\n",
            ),
            (
                ".env.production",
                "DATABASE_URL=postgresql+psycopg2://shop@db.example.com/shop?sslmode=verify-full\n",
            ),
        ],
        ill: &[
            ("Pipfile", "[packages]\nsqlalchemy = \"==2.0.43\"\n\n[dev-packages]\npsycopg2 = \"*\"\n"),
            (
                "Pipfile.lock",
                "{\n    \"develop\": {\n        \"psycopg2\": {\n            \"version\": \"==2.9.10\"\n        }\n    }\n}\n",
            ),
            (
                ".env.production",
                "DATABASE_URL=postgresql+psycopg2://shop@db.example.com/shop?sslmode=verify-full\n",
            ),
        ],
    },
    // env.py puts another URL in its place.
    Twins {
        rule: "driver-not-installed",
        healthy: &[
            ("requirements.txt", "sqlalchemy==2.0\npsycopg==3.2\n"),
            ("alembic.ini", ALEMBIC),
            ("migrations/env.py", "config.set_main_option(\"sqlalchemy.url\", settings.database_url)\n"),
        ],
        ill: &[
            ("requirements.txt", "sqlalchemy==2.0\npsycopg==3.2\n"),
            ("alembic.ini", ALEMBIC),
            ("migrations/env.py", "from alembic import context\n"),
        ],
    },
    // Rails takes from database.yml what the URL leaves open.
    Twins {
        rule: "dbname-implicit",
        healthy: &[(
            "docker-compose.prod.yml",
            "services:\n  web:\n    build: .\n    environment: {RAILS_ENV: production, DATABASE_URL: \"postgres://shop@db.internal\"}\n",
        )],
        ill: &[(
            "docker-compose.prod.yml",
            "services:\n  web:\n    build: .\n    environment: {NODE_ENV: production, DATABASE_URL: \"postgres://shop@db.internal\"}\n",
        )],
    },
    // Prisma reads what stands in its project, whatever is below.
    Twins {
        rule: "parameter-unsupported",
        healthy: &[
            ("package.json", "{\"dependencies\": {\"@prisma/client\": \"^5.0.0\"}}\n"),
            ("backend/requirements.txt", "sqlalchemy==2.0\npsycopg2==2.9\n"),
            (".env", "DATABASE_URL=postgresql://shop@localhost/shop?schema=public\n"),
        ],
        ill: &[
            ("package.json", "{\"dependencies\": {\"next\": \"^5.0.0\"}}\n"),
            ("backend/requirements.txt", "sqlalchemy==2.0\npsycopg2==2.9\n"),
            (".env", "DATABASE_URL=postgresql://shop@localhost/shop?schema=public\n"),
        ],
    },
    Twins {
        rule: "database-url-unrecognised",
        healthy: &[("alembic.ini", "[alembic]\nsqlalchemy.url = driver://user:password@localhost/dbname\n")],
        ill: &[("alembic.ini", "[alembic]\nsqlalchemy.url = postgress://user:password@localhost/dbname\n")],
    },
    Twins {
        rule: "weak-secret",
        healthy: &[(
            ".env.production.ejemplo",
            "DATABASE_URL=postgresql://shop:postgres@db.example.net/shop?sslmode=verify-full\n",
        )],
        ill: &[(
            ".env.production.nuevo",
            "DATABASE_URL=postgresql://shop:postgres@db.example.net/shop?sslmode=verify-full\n",
        )],
    },
];

#[test]
fn what_a_name_or_a_script_says_is_heard() {
    tell_apart(TWINS);
}
