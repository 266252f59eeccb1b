//! What is healthy by a narrow margin: the same words where they mean less.

use super::{Twins, mild::tell_apart};

const TWINS: &[Twins] = &[
    // What stands between is not known: the last text is no `role@host`.
    Twins {
        rule: "literal-password",
        healthy: &[("db.js", PUT_TOGETHER)],
        ill: &[(
            "db.js",
            "new Pool({connectionString: 'postgresql://shop:Qz7wXv4RtYb9Jk@db.acme.io/shop'});\n",
        )],
    },
    // A whole text stays what it is, whatever follows.
    Twins {
        rule: "fallback-default",
        healthy: &[(
            "settings/production.py",
            "import os\nDB_URL = os.environ['DATABASE_URL']\nDB_URL += '?sslmode=require'\n",
        )],
        ill: &[(
            "settings/production.py",
            "import os\nDB_URL = os.getenv('DATABASE_URL', 'postgresql://shop:k3Vq9@db.acme.io/shop')\nDB_URL += '?sslmode=require'\n",
        )],
    },
    // The platform's URL is the primary's alone.
    Twins {
        rule: "superuser-role",
        healthy: &[
            ("config/database.yml", PRIMARY),
            ("Procfile", "web: bin/rails server\n"),
            ("Gemfile", "gem 'pg'\n"),
        ],
        ill: &[
            ("config/database.yml", SECOND),
            ("Procfile", "web: bin/rails server\n"),
            ("Gemfile", "gem 'pg'\n"),
        ],
    },
    // A container is started with what Spring Boot puts before its file; nothing says so of a second source.
    Twins {
        rule: "localhost-in-production",
        healthy: &[
            ("src/main/resources/application-prod.yml", SPRING),
            (
                "docker/app.yml",
                "services:\n  app:\n    image: shop\n    environment: [SPRING_DATASOURCE_URL=jdbc:postgresql://db/shop]\n",
            ),
        ],
        ill: &[
            ("src/main/resources/application-prod.yml", SPRING),
            (
                "docker/app.yml",
                "services:\n  app:\n    image: shop\n    environment: [REPORTS_URL=jdbc:postgresql://db/shop]\n",
            ),
        ],
    },
    // Prisma's migrations make their database where there is none.
    Twins {
        rule: "compose-credential-mismatch",
        healthy: &[("docker-compose.yml", MIGRATED)],
        ill: &[("docker-compose.yml", STARTED)],
    },
    // What a method puts together is taken, unless it depends.
    Twins {
        rule: "fallback-default",
        healthy: &[("app/settings/production.py", PUT_BY_METHOD)],
        ill: &[("app/settings/production.py", PUT_IN_TESTS)],
    },
    // A file, as Tortoise has it.
    Twins {
        rule: "sqlite-in-memory",
        healthy: &[
            (".env", "DATABASE_URL=sqlite://db.sqlite3\n"),
            ("requirements.txt", "tortoise-orm==0.24.0\n"),
        ],
        ill: &[(".env", "DATABASE_URL=sqlite://db.sqlite3\n"), ("requirements.txt", "databases==0.9.0\n")],
    },
    // A login beside it leaves the host to it.
    Twins {
        rule: "database-url-unrecognised",
        healthy: &[(".env", "DATABASE_URL=pg-service\nDATABASE_USERNAME=shop\nDATABASE_PASSWORD=k3Vq9mT2\n")],
        ill: &[(".env", "DATABASE_URL=pg-service\nDATABASE_USERNAME=shop\n")],
    },
    // What is set beside these has no default.
    Twins {
        rule: "parts-incomplete",
        healthy: &[("defaults.env", UNNAMED), ("db.py", NAMED)],
        ill: &[("shop.env", UNNAMED), ("db.py", NAMED)],
    },
    Twins {
        rule: "sqlite-in-memory",
        healthy: &[("settings_test.json", "{\"SQLALCHEMY_DATABASE_URI\": \"sqlite:///:memory:\"}\n")],
        ill: &[("settings_main.json", "{\"SQLALCHEMY_DATABASE_URI\": \"sqlite:///:memory:\"}\n")],
    },
    // A file in a volume of the image is there for good; what everybody guesses is told once.
    Twins {
        rule: "url-in-image",
        healthy: &[("Dockerfile", KEPT), ("requirements.txt", "psycopg2==2.9.9\n")],
        ill: &[("Dockerfile", LOST), ("requirements.txt", "psycopg2==2.9.9\n")],
    },
    Twins {
        rule: "sqlite-in-production",
        healthy: &[("Dockerfile", KEPT), ("compose.prod.yml", TOLD_ANEW)],
        ill: &[("Dockerfile", LOST), ("compose.prod.yml", TOLD_ANEW)],
    },
    // Under the same names brokers and other engines are reached.
    Twins {
        rule: "url-in-framework-config",
        healthy: &[(
            "appsettings.Production.json",
            "{\"ConnectionStrings\": {\"Bus\": \"host=bus.acme.io;username=guest;password=k3Vq9mT2xL\", \"Old\": \"Host=my.acme.io;Port=3306;Database=shop;Username=shop;Password=k3Vq9mT2xL\", \"Own\": \"Host=mysql.acme.io;Database=shop;Username=shop;Password=k3Vq9mT2xL\"}}",
        )],
        ill: &[(
            "appsettings.Production.json",
            "{\"ConnectionStrings\": {\"DB\": \"Host=db.acme.io;Database=shop;Username=shop;Password=k3Vq9mT2xL;Array Nullability Mode=Always\"}}",
        )],
    },
    // Entity Framework makes the database that it migrates.
    Twins {
        rule: "compose-credential-mismatch",
        healthy: &[("docker-compose.yml", MIGRATED_BY_EF)],
        ill: &[("docker-compose.yml", MIGRATED_BY_NOBODY)],
    },
    // What tests make, and what a comment says, is not there for the service.
    Twins {
        rule: "compose-credential-mismatch",
        healthy: &[
            ("docker-compose.yml", MIGRATED_BY_NOBODY),
            (
                "make_db.py",
                "async def main(c, name):\n    await c.execute(f'CREATE DATABASE {name}')\n\nimport os\nURL = os.environ['DATABASE_URL']\n",
            ),
        ],
        ill: &[
            ("docker-compose.yml", MIGRATED_BY_NOBODY),
            (
                "tests/conftest.py",
                "async def main(c, name):\n    await c.execute(f'CREATE DATABASE {name}')\n\nimport os\nURL = os.environ['DATABASE_URL']\n",
            ),
            (
                "knexfile.js",
                "// run \"CREATE DATABASE shop\" first\nmodule.exports = {connection: process.env.DATABASE_URL};\n",
            ),
        ],
    },
    // One word is the name of a key in the values of a chart, and elsewhere no URL.
    Twins {
        rule: "database-url-unrecognised",
        healthy: &[("helm/values-prod.yaml", "secrets:\n  DATABASE_URL: url\n")],
        ill: &[("config/production.yaml", "DATABASE_URL: localhost\n")],
    },
    // A service of Spring has its own words, and objects of a cluster have none of them.
    Twins {
        rule: "superuser-role",
        healthy: &[("src/main/resources/application-prod.yml", SPRING_OWN)],
        ill: &[("src/main/resources/application-prod.yml", SPRING_SUPERUSER)],
    },
    // Production's compose file runs the project's own images.
    Twins {
        rule: "sqlite-in-production",
        healthy: &[("products/docker-compose.yml", SWITCHED)],
        ill: &[("docker-compose.prod.yml", SWITCHED)],
    },
    Twins {
        rule: "near-miss-name",
        healthy: &[(".env", "TPORT=25060\nPGUSER=shop\n")],
        ill: &[(".env", "PGPROT=25060\nPGUSER=shop\n")],
    },
    Twins {
        rule: "test-inherits-database-url",
        healthy: &[("tests/config.yaml", "env: {DATABASE_URL: \"postgresql://u:p@db.shop.svc/x\"}\n")],
        ill: &[("tests/config.yaml", "env: {DATABASE_URL: \"postgresql://u:p@svc.acme-db.io/x\"}\n")],
    },
    // Each container has its own variables.
    Twins {
        rule: "superuser-role",
        healthy: &[("k8s/overlays/prod/patch.yaml", PATCHED)],
        ill: &[("k8s/overlays/prod/patch.yaml", PATCHED_TWICE)],
    },
    // What is only made into something else is still the default.
    Twins {
        rule: "fallback-default",
        healthy: &[("settings/production.py", PUT_BY_METHOD)],
        ill: &[("settings/production.py", MADE_BY_METHOD)],
    },
    Twins {
        rule: "weak-secret",
        healthy: &[(
            "Dockerfile",
            "FROM node:22\nENV POSTGRES_HOST=db POSTGRES_USER=shop POSTGRES_PASSWORD=postgres\n",
        )],
        ill: &[(".env.production", "POSTGRES_HOST=db\nPOSTGRES_USER=shop\nPOSTGRES_PASSWORD=postgres\n")],
    },
    // A script of the project waits in the image that a service runs it in.
    Twins {
        rule: "compose-no-health-gate",
        healthy: &[
            ("docker-compose.prod.yml", PULLED),
            ("tools/celery.sh", "#!/bin/sh\npython manage.py wait_for_db\nexec celery worker\n"),
        ],
        ill: &[("docker-compose.prod.yml", PULLED), ("tools/celery.sh", "#!/bin/sh\nexec celery worker\n")],
    },
    // The words of the names of files and sections.
    Twins {
        rule: "same-target-two-environments",
        healthy: &[(".env", SAME), ("hack/dev_other.env", SAME)],
        ill: &[(".env", SAME), ("prod_other.env", SAME)],
    },
    Twins {
        rule: "same-target-two-environments",
        healthy: &[("config/database.yml", STANDBY)],
        ill: &[("config/database.yml", STANDALONE)],
    },
    // What is a mock is nobody's; what a program fills in is known there.
    Twins {
        rule: "user-implicit",
        healthy: &[("jest.setup.js", "process.env.DB_URL = 'postgres://mock.db.url';\n")],
        ill: &[("db.js", "process.env.DB_URL = 'postgres://shop.db.url';\n")],
    },
    Twins {
        rule: "unresolved-placeholder",
        healthy: &[(
            "config.yml",
            "db:\n  type: $(DB_TYPE)\n  host: '$(DB_HOST)'\n  user: $(DB_USER)\n  db: shop\n",
        )],
        ill: &[("config.yml", "db:\n  url: postgresql://shop@$(DB_HOST)/shop\n")],
    },
    Twins {
        rule: "url-composed-unencoded",
        healthy: &[("deploy/prod.sh", GENERATED)],
        ill: &[("deploy/prod.sh", TAKEN)],
    },
    // A class of its own makes nothing of another one.
    Twins {
        rule: "fallback-default",
        healthy: &[("app/settings/production.py", PUT_BY_METHOD)],
        ill: &[("app/settings/production.py", PUT_ELSEWHERE)],
    },
    Twins {
        rule: "weak-secret",
        healthy: &[("non-prod.env", "DATABASE_URL=postgresql://shop:postgres@db/shop\n")],
        ill: &[("api-prod.env", "DATABASE_URL=postgresql://shop:postgres@db/shop\n")],
    },
    // Another module's container says nothing of this one.
    Twins {
        rule: "localhost-in-production",
        healthy: &[
            ("billing/src/main/resources/application-prod.yml", SPRING),
            ("billing/docker-compose.yml", SHIPPED),
        ],
        ill: &[
            ("billing/src/main/resources/application-prod.yml", SPRING),
            ("shop/docker-compose.yml", SHIPPED),
        ],
    },
    // What is filled in by a format is no connection yet.
    Twins {
        rule: "url-in-compose",
        healthy: &[(
            "docker-compose.prod.yml",
            "services:\n  web:\n    image: acme/web:1\n    environment: {FORMAT: \"postgres://{user}:{password}@{host}/{db}\"}\n",
        )],
        ill: &[(
            "docker-compose.prod.yml",
            "services:\n  web:\n    image: acme/web:1\n    environment: {FORMAT: \"postgres://shop:k3Vq9mT2xL@db/shop\"}\n",
        )],
    },
    // Nobody's URL has nobody's password, and leads nowhere else.
    Twins {
        rule: "url-in-image",
        healthy: &[(
            "Dockerfile",
            "FROM node:22\nENV DATABASE_URL=postgresql://dummy:dummy@localhost/dummy\n",
        )],
        ill: &[(
            "Dockerfile",
            "FROM node:22\nENV DATABASE_URL=postgresql://dummy:dummy@localhost/dummy?host=db.acme.io&password=k3Vq9mT2xL\n",
        )],
    },
    Twins {
        rule: "pooler-prepared-statements",
        healthy: &[(".env", POOLED), ("requirements.txt", "asyncpg\n"), ("db.py", UNPREPARED)],
        ill: &[(".env", POOLED), ("requirements.txt", "asyncpg\n"), ("db.py", CACHED)],
    },
    // Each variable of a list by its own name.
    Twins {
        rule: "environment-word-mismatch",
        healthy: &[("render.yaml", STAGED)],
        ill: &[("render.yaml", MISPLACED)],
    },
    // What a program listens on is not where it waits for.
    Twins {
        rule: "compose-no-health-gate",
        healthy: &[
            ("compose.prod.yml", UNGATED),
            ("start.sh", "wait-for-it.sh db:5432 -- gunicorn -b localhost:8000 shop\n"),
        ],
        ill: &[
            ("compose.prod.yml", UNGATED),
            ("start.sh", "wait-for-it.sh localhost:5432 -- gunicorn -b 0.0.0.0:8000 shop\n"),
        ],
    },
    // Neither a pipeline nor a developer's stack runs on the platform.
    Twins {
        rule: "platform-internal-host",
        healthy: &[("config.json", INTERNAL), ("railway.toml", "[deploy]\n"), ("fly.toml", "app = 'shop'\n")],
        ill: &[("config.development.json", INTERNAL), ("railway.toml", "[deploy]\n")],
    },
    // A string of keywords is one as a whole, under a key that says so.
    Twins {
        rule: "superuser-role",
        healthy: &[(
            "config.production.yaml",
            "log:\n  search_string: host=web01 user=root\n  dsn: 'host=%s user=root dbname=%s'\n",
        )],
        ill: &[(
            "config.production.yaml",
            "db:\n  conn_string: host=db.acme.io user=root dbname=postgres_shop\n",
        )],
    },
    // Of a pod that mounts nothing here another file may say what it keeps.
    Twins { rule: "image-floating", healthy: &[("k8s/db.yaml", EMPTY)], ill: &[("k8s/base/db.yaml", BARE)] },
];

const PUT_TOGETHER: &str = "let u = 'postgresql://';\nif (user) { u += user + ':'; }\nu += 'Qz7wXv4RtYb9Jk@db.acme.io/shop';\nnew Pool({connectionString: u});\n";

const PRIMARY: &str =
    "production:\n  adapter: postgresql\n  host: localhost\n  username: postgres\n  database: shop\n";
const SECOND: &str = "production:\n  primary:\n    adapter: postgresql\n    host: localhost\n    username: postgres\n    database: shop\n  reporting:\n    adapter: postgresql\n    host: db.acme.io\n    username: postgres\n    database: reports\n";

const SPRING: &str =
    "spring:\n  datasource:\n    url: jdbc:postgresql://localhost:5432/shop\n    username: shop\n";

const MIGRATED: &str = "services:\n  db: {image: \"postgres:17.2\", environment: {POSTGRES_USER: shop, POSTGRES_PASSWORD: k3Vq9mT2, POSTGRES_DB: shop}}\n  test:\n    build: .\n    command: sh -c \"npx prisma migrate deploy && npm test\"\n    environment: {DATABASE_URL: \"postgresql://shop:k3Vq9mT2@db/shop_e2e\"}\n    depends_on: {db: {condition: service_healthy}}\n";
const STARTED: &str = "services:\n  db: {image: \"postgres:17.2\", environment: {POSTGRES_USER: shop, POSTGRES_PASSWORD: k3Vq9mT2, POSTGRES_DB: shop}}\n  test:\n    build: .\n    command: sh -c \"npx prisma generate && npm test\"\n    environment: {DATABASE_URL: \"postgresql://shop:k3Vq9mT2@db/shop_e2e\"}\n    depends_on: {db: {condition: service_healthy}}\n";

const PUT_BY_METHOD: &str = "from pydantic_settings import BaseSettings\n\nclass Settings(BaseSettings):\n    pg_host: str\n    database_url: str = 'postgresql://shop:k3Vq9mT2@db.acme.io/shop'\n\n    def __init__(self, **kwargs):\n        super().__init__(**kwargs)\n\n        self.database_url = f'postgresql://shop@{self.pg_host}/shop'\n";
const MADE_BY_METHOD: &str = "from pydantic_settings import BaseSettings\n\nclass Settings(BaseSettings):\n    pg_host: str\n    database_url: str = 'postgresql://shop:k3Vq9mT2@db.acme.io/shop'\n\n    def __init__(self, **kwargs):\n        super().__init__(**kwargs)\n        url = self.database_url\n        self.database_url = url.replace('postgresql:', 'postgresql+asyncpg:')\n";
const MIGRATED_BY_EF: &str = "services:\n  db: {image: \"postgres:17.2\", environment: {POSTGRES_USER: shop, POSTGRES_PASSWORD: k3Vq9mT2, POSTGRES_DB: identity}}\n  web:\n    build: .\n    environment: {ConnectionStrings__Shop: \"Host=db;Database=shop;Username=shop;Password=k3Vq9mT2\"}\n";
const MIGRATED_BY_NOBODY: &str = "services:\n  db: {image: \"postgres:17.2\", environment: {POSTGRES_USER: shop, POSTGRES_PASSWORD: k3Vq9mT2, POSTGRES_DB: identity}}\n  web:\n    build: .\n    environment: {DATABASE_URL: \"postgres://shop:k3Vq9mT2@db/shop\"}\n";
const SPRING_OWN: &str = "spring:\n  datasource:\n    url: jdbc:postgresql://db.acme.io/shop\n    username: shop\ninfo:\n  build:\n    version: 1.0\nservices:\n  billing:\n    url: http://billing\n";
const SPRING_SUPERUSER: &str = "spring:\n  datasource:\n    url: jdbc:postgresql://db.acme.io/shop\n    username: postgres\ninfo:\n  build:\n    version: 1.0\nservices:\n  billing:\n    url: http://billing\n";
const SWITCHED: &str = "services:\n  web:\n    image: ghcr.io/acme/shop:1.2\n    environment: [APP_ENV=production, DB_CONNECTION=sqlite]\n";
const PATCHED: &str = "- op: replace\n  path: /spec/template/spec/containers/0/env/0\n  value: {name: DATABASE_URL, value: \"postgres://shop@db.acme.io/shop\"}\n";
const PATCHED_TWICE: &str = "- op: replace\n  path: /spec/template/spec/containers/0/env/0\n  value: {name: DATABASE_URL, value: \"postgres://postgres@db.acme.io/shop\"}\n- op: replace\n  path: /spec/template/spec/containers/1/env/0\n  value: {name: DATABASE_URL, value: \"postgres://shop@db.acme.io/shop\"}\n";
const PUT_IN_TESTS: &str = "from pydantic_settings import BaseSettings\n\nclass Settings(BaseSettings):\n    pg_host: str\n    database_url: str = 'postgresql://shop:k3Vq9mT2@db.acme.io/shop'\n\n    def __init__(self, **kwargs):\n        super().__init__(**kwargs)\n        if kwargs.get('tests'):\n            self.database_url = f'postgresql://shop@{self.pg_host}/shop'\n";

const UNNAMED: &str = "SHOP_DB_USER=shop\nSHOP_DB_PASSWORD=k3Vq9mT2\nSHOP_DB_NAME=shop\n";
const NAMED: &str = "import os, psycopg\nc = psycopg.connect(host=os.environ['SHOP_DB_HOST'], user=os.environ['SHOP_DB_USER'], password=os.environ['SHOP_DB_PASSWORD'], dbname=os.environ['SHOP_DB_NAME'])\n";

const KEPT: &str = "FROM python:3.12\nVOLUME [\"/data\"]\nENV DATABASE_URL=\"sqlite:////data/shop.db\"\n";
const TOLD_ANEW: &str = "services:\n  web: {image: \"acme/shop:1.2\", environment: {DATABASE_URL: \"postgresql://shop:${P:?}@db.acme.io/shop?sslmode=verify-full\"}}\n";
const LOST: &str = "FROM python:3.12\nVOLUME [\"/uploads\"]\nENV DATABASE_URL=\"sqlite:////data/shop.db\"\n";

const PULLED: &str = "services:\n  db: {image: \"postgres:16.4\", healthcheck: {test: pg_isready -h 127.0.0.1}}\n  web:\n    image: acme/shop:backend\n    environment: {DATABASE_URL: \"postgresql://shop:${P:?}@db/shop\"}\n    depends_on: [db]\n  worker:\n    image: acme/shop:backend\n    entrypoint: [\"/opt/bin/celery.sh\"]\n    environment: {DATABASE_URL: \"postgresql://shop:${P:?}@db/shop\"}\n    depends_on: [db]\n";

const SAME: &str = "DATABASE_URL=postgresql://shop:k3Vq9mT2@db.acme.io/shop\n";
const STANDBY: &str = "development:\n  adapter: postgresql\n  host: localhost\n  database: shop_dev\ntest:\n  adapter: postgresql\n  host: localhost\n  database: shop_test\ntest_standby:\n  adapter: postgresql\n  host: localhost\n  database: shop_test\n";
const STANDALONE: &str = "development:\n  adapter: postgresql\n  host: localhost\n  database: shop_test\ntest:\n  adapter: postgresql\n  host: localhost\n  database: shop_test\n";

const GENERATED: &str = "declare -A OWN=(\n    [DB_PASSWORD]=$(openssl rand -hex 16)\n)\nfor V in \"${!OWN[@]}\"; do export $V=${OWN[$V]}; done\nexport DATABASE_URL=postgresql://shop:$DB_PASSWORD@db/shop\n";
const TAKEN: &str = "declare -A OWN=(\n    [DB_PASSWORD]=$(cat /run/secrets/db)\n)\nfor V in \"${!OWN[@]}\"; do export $V=${OWN[$V]}; done\nexport DATABASE_URL=postgresql://shop:$DB_PASSWORD@db/shop\n";

const PUT_ELSEWHERE: &str = "from pydantic_settings import BaseSettings\n\nclass Settings(BaseSettings):\n    pg_host: str\n    database_url: str = 'postgresql://shop:k3Vq9mT2@db.acme.io/shop'\n\nclass Client:\n    def __init__(self, settings):\n        self.database_url = settings.database_url\n";
const SHIPPED: &str = "services:\n  app:\n    image: acme/billing:1\n    environment: [SPRING_DATASOURCE_URL=jdbc:postgresql://db/shop]\n";

const POOLED: &str =
    "DATABASE_URL=postgresql://shop:k3Vq9@aws-0-eu-west-1.pooler.supabase.com:6543/shop?sslmode=require\n";
const UNPREPARED: &str = "import os, asyncpg\n\nasync def pool():\n    return await asyncpg.create_pool(os.environ['DATABASE_URL'], statement_cache_size=0)\n";
const CACHED: &str = "import os, asyncpg\n\nasync def pool():\n    return await asyncpg.create_pool(os.environ['DATABASE_URL'], statement_cache_size=1024)\n";

const STAGED: &str = "services:\n  - type: web\n    envVars:\n      - key: APP_ENV\n        value: staging\n      - key: DATABASE_URL\n        value: postgresql://shop@db.acme.io/shop_staging\n        previewValue: postgresql://shop@db.acme.io/shop_dev\n";
const MISPLACED: &str = "services:\n  - type: web\n    envVars:\n      - key: APP_ENV\n        value: production\n      - key: DATABASE_URL\n        value: postgresql://shop@db.acme.io/shop_staging\n";

const UNGATED: &str = "services:\n  db: {image: \"postgres:16.4\", healthcheck: {test: pg_isready -h 127.0.0.1}}\n  web:\n    build: .\n    environment: {DB_HOST: db}\n    depends_on: [db]\n";

const INTERNAL: &str =
    "{\"database\": {\"url\": \"postgresql://shop@postgres.railway.internal:5432/shop?sslmode=require\"}}";

const EMPTY: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: db}\nspec:\n  template:\n    spec:\n      containers: [{name: db, image: \"postgres:16\", volumeMounts: [{name: data, mountPath: /var/lib/postgresql/data}]}]\n      volumes: [{name: data, emptyDir: {}}]\n";
const BARE: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: db}\nspec:\n  template:\n    spec:\n      containers: [{name: db, image: \"postgres:16\", volumeMounts: [{name: data, mountPath: /var/lib/postgresql/data}]}]\n      volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]\n";

#[test]
fn what_means_less_is_no_excuse() {
    tell_apart(TWINS);
}
