//! What is worth a warning although another file seems to excuse it, each beside a twin that it does excuse.

use super::{
    Twins,
    mild::tell_apart,
    readers::{ALEMBIC, COMPOSE, LITERAL},
};

const DJANGO: &str = "from decouple import config\nDATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql', 'NAME': config('DB_NAME'), 'USER': config('DB_USER'), 'PASSWORD': config('DB_PASSWORD'), 'HOST': config('DB_HOST', default='db')}}\n";
const SERVER: &str =
    "services:\n  db:\n    image: postgres:16.4\n    environment:\n      POSTGRES_PASSWORD: ${DB_PASSWORD}\n";

const TWINS: &[Twins] = &[
    // A default that production has for its own opens production to everybody.
    Twins {
        rule: "password-reused",
        healthy: &[
            (
                "compose.production.yml",
                "services:\n  web:\n    image: web:1\n    environment:\n      DATABASE_URL: postgres://shop:${DB_PASSWORD:-Kx82jfLq0PzR}@db:5432/shop\n",
            ),
            (
                "compose.yml",
                "services:\n  web:\n    image: web:1\n    environment:\n      DATABASE_URL: postgres://shop:${DB_PASSWORD:-Kx82jfLq0PzR}@db:5432/shop\n",
            ),
        ],
        ill: &[
            (
                ".env.production",
                "DATABASE_URL=postgresql://shop:Kx82jfLq0PzR@db.acme.com/shop?sslmode=verify-full\n",
            ),
            (
                "compose.yml",
                "services:\n  web:\n    image: web:1\n    environment:\n      DATABASE_URL: postgres://shop:${DB_PASSWORD:-Kx82jfLq0PzR}@db:5432/shop\n",
            ),
        ],
    },
    // The server that is started beside the service.
    Twins {
        rule: "fallback-default",
        healthy: &[("docker-compose.yml", SERVER), ("shop/settings/production.py", DJANGO)],
        ill: &[("shop/settings/production.py", DJANGO)],
    },
    // Behind a pooler stands the only server that there is.
    Twins {
        rule: "fallback-default",
        healthy: &[(
            "docker-compose.prod.yml",
            "services:\n  web:\n    build: .\n    environment:\n      DATABASE_URL: postgresql://${DB_USER:-shop}:${DB_PASSWORD}@pool:6432/shop\n  pool:\n    image: edoburu/pgbouncer:1.23\n  db:\n    image: postgres:16.4\n    environment:\n      POSTGRES_USER: ${DB_USER:-shop}\n",
        )],
        ill: &[(
            "docker-compose.prod.yml",
            "services:\n  web:\n    build: .\n    environment:\n      DATABASE_URL: postgresql://${DB_USER:-shop}:${DB_PASSWORD}@pool:6432/shop\n  pool:\n    image: edoburu/pgbouncer:1.23\n  db:\n    image: postgres:16.4\n    environment:\n      POSTGRES_USER: ${POSTGRES_USER:-shop}\n",
        )],
    },
    // A step that is started in a directory is of the program in it.
    Twins {
        rule: "scheme-postgres-for-sqlalchemy",
        healthy: &[
            ("agent/requirements.txt", "sqlalchemy==2.0\n"),
            ("backend/go.mod", "module shop\n"),
            (
                ".github/workflows/ci.yml",
                "jobs:\n  test:\n    steps:\n      - run: go test ./...\n        working-directory: backend\n        env:\n          DATABASE_URL: postgres://shop@localhost/shop_test\n",
            ),
        ],
        ill: &[
            ("agent/requirements.txt", "sqlalchemy==2.0\n"),
            ("backend/go.mod", "module shop\n"),
            (
                ".github/workflows/ci.yml",
                "defaults: {run: {working-directory: agent}}\njobs:\n  test:\n    steps:\n      - run: pytest\n        env:\n          DATABASE_URL: postgres://shop@localhost/shop_test\n",
            ),
        ],
    },
    Twins {
        rule: "file-unparseable",
        healthy: &[(".envs/.production/nginx.conf", "server {\n    listen 80;\n}\n")],
        ill: &[(".envs/.production/.nginx", "server {\n    listen 80;\n}\n")],
    },
    // Nothing of another engine's URL is known but its path, which says tests.
    Twins {
        rule: "test-equals-primary",
        healthy: &[(
            ".github/workflows/ci.yml",
            "jobs:\n  test:\n    steps:\n      - run: pytest\n        env:\n          DATABASE_URL: mysql://shop@localhost/shop_test\n          TEST_DATABASE_URL: mysql://shop@localhost/shop_test\n",
        )],
        ill: &[(
            ".github/workflows/ci.yml",
            "jobs:\n  test:\n    steps:\n      - run: pytest\n        env:\n          DATABASE_URL: mysql://shop@localhost/shop\n          TEST_DATABASE_URL: mysql://shop@localhost/shop\n",
        )],
    },
    // It holds the place of what env.py sets.
    Twins {
        rule: "sqlite-in-memory",
        healthy: &[("alembic.ini", "[alembic]\nsqlalchemy.url = sqlite:///:memory:\n")],
        ill: &[(".env", "DATABASE_URL=sqlite:///:memory:\n")],
    },
    // Prisma says in its schema which engine it is for.
    Twins {
        rule: "url-in-image",
        healthy: &[
            ("package.json", "{\"dependencies\": {\"@prisma/client\": \"^5.0.0\"}}\n"),
            (
                "prisma/schema.prisma",
                "datasource db {\n  provider = \"sqlite\"\n  url = env(\"DATABASE_URL\")\n}\n",
            ),
            ("Dockerfile", "FROM node:22\nENV DATABASE_URL=file:/data/shop.db\n"),
        ],
        ill: &[
            ("package.json", "{\"dependencies\": {\"@prisma/client\": \"^5.0.0\"}}\n"),
            (
                "prisma/schema.prisma",
                "datasource db {\n  provider = \"postgresql\"\n  url = env(\"DATABASE_URL\")\n}\n",
            ),
            ("Dockerfile", "FROM node:22\nENV DATABASE_URL=file:/data/shop.db\n"),
        ],
    },
    // Rails puts what stands in the URL above the keys beside it.
    Twins {
        rule: "localhost-in-production",
        healthy: &[(
            "config/database.yml",
            "production:\n  adapter: postgresql\n  host: localhost\n  database: shop\n  url: <%= ENV['DATABASE_URL'] %>\n",
        )],
        ill: &[(
            "config/database.yml",
            "production:\n  adapter: postgresql\n  host: localhost\n  database: shop\n  password: <%= ENV['DB_PASSWORD'] %>\n",
        )],
    },
    Twins {
        rule: "fallback-default",
        healthy: &[(
            "src/main/resources/application-prod.yml",
            "spring:\n  datasource:\n    url: ${DB_URL}\n",
        )],
        ill: &[(
            "src/main/resources/application-prod.yml",
            "spring:\n  datasource:\n    url: ${DB_URL:jdbc:postgresql://${DB_HOST}:5432/shop?user=app&password=k3Vq9mT2xL}\n",
        )],
    },
    Twins {
        rule: "fallback-default",
        healthy: &[(
            "src/db.js",
            "const { Sequelize } = require('sequelize');\nmodule.exports = new Sequelize(process.env.DATABASE_URL, options);\n",
        )],
        ill: &[(
            "src/db.js",
            "const { Sequelize } = require('sequelize');\nmodule.exports = new Sequelize(process.env.DATABASE_URL || 'postgres://shop:k3Vq9mT2xL@db.shop-prod.net/shop', options);\n",
        )],
    },
    Twins {
        rule: "url-in-framework-config",
        healthy: &[
            ("alembic.ini", ALEMBIC),
            ("migrations/env.py", "config.set_main_option(\"sqlalchemy.url\", settings.database_url)\n"),
            ("tests/migrations/env.py", "from alembic import context\n"),
        ],
        ill: &[
            ("alembic.ini", ALEMBIC),
            ("migrations/env.py", "from alembic import context\n"),
            ("services/other/env.py", "config.set_main_option(\"sqlalchemy.url\", settings.database_url)\n"),
        ],
    },
    Twins {
        rule: "driver-suffix",
        healthy: &[
            ("services/api/requirements.txt", "asyncpg==0.29\n"),
            ("services/web/k8s/web.yaml", SUFFIXED_POD),
        ],
        ill: &[("services/api/requirements.txt", "asyncpg==0.29\n"), ("k8s/api/web.yaml", SUFFIXED_POD)],
    },
    Twins {
        rule: "foreign-conninfo",
        healthy: &[
            ("server/pom.xml", "<project></project>\n"),
            ("server/.env", "DATABASE_URL=jdbc:postgresql://localhost:5432/shop\n"),
        ],
        ill: &[
            ("server/package.json", "{\"dependencies\": {\"pg\": \"^8.0.0\"}}\n"),
            ("mobile/android/build.gradle", "android {}\n"),
            ("server/.env", "DATABASE_URL=jdbc:postgresql://localhost:5432/shop\n"),
        ],
    },
    Twins {
        rule: "engine-not-postgres",
        healthy: &[
            ("package.json", "{\"dependencies\": {\"mysql2\": \"^3.0.0\"}}\n"),
            (".env.production", "DATABASE_URL=mysql://shop@db.example.org/shop\n"),
        ],
        ill: &[
            ("package.json", "{\"dependencies\": {\"@prisma/client\": \"^5.0.0\"}}\n"),
            (".env.production", "DATABASE_URL=mysql://shop@db.example.org/shop\n"),
        ],
    },
    Twins {
        rule: "tls-unspecified",
        healthy: &[
            ("compose.yml", COMPOSE),
            (".env.staging", "DATABASE_URL=postgresql://shop@db:5432/shop\n"),
            (".env.production", "DATABASE_URL=postgresql://shop@db:5432/shop\n"),
        ],
        ill: &[
            ("compose.test.yml", COMPOSE),
            (".env.production", "DATABASE_URL=postgresql://shop@db:5432/shop\n"),
        ],
    },
    Twins {
        rule: "tls-unspecified",
        healthy: &[
            ("compose.yml", COMPOSE),
            ("deploy/production/app.env", "DATABASE_URL=postgresql://shop@db:5432/shop\n"),
        ],
        ill: &[
            ("compose.yml", COMPOSE),
            ("deploy/k8s/overlays/production/app.env", "DATABASE_URL=postgresql://shop@db:5432/shop\n"),
        ],
    },
    Twins {
        rule: "url-parts-conflict",
        healthy: &[(
            ".env",
            "POSTGRES_HOST=localhost:5433\nPOSTGRES_DB=shop\nDATABASE_URL=postgresql://shop@localhost:5433/shop\n",
        )],
        ill: &[(
            ".env",
            "POSTGRES_HOST=localhost:5433\nPOSTGRES_DB=shop\nDATABASE_URL=postgresql://shop@localhost:5432/shop\n",
        )],
    },
    Twins {
        rule: "unresolved-placeholder",
        healthy: &[
            (
                "package.json",
                "{\"dependencies\": {\"dotenv\": \"^16.0.0\", \"@prisma/client\": \"^6.1.0\"}}\n",
            ),
            (".env", "DB_USER=shop\nDATABASE_URL=postgresql://${DB_USER}@localhost/shop\n"),
        ],
        ill: &[
            (
                "package.json",
                "{\"dependencies\": {\"dotenv\": \"^16.0.0\", \"@prisma/client\": \"^7.0.0\"}}\n",
            ),
            (".env", "DB_USER=shop\nDATABASE_URL=postgresql://${DB_USER}@localhost/shop\n"),
        ],
    },
    Twins {
        rule: "yaml-secret-typing",
        healthy: &[("k8s/secret.yaml", UNFILLED)],
        ill: &[("k8s/production/secret.yaml", UNFILLED)],
    },
    Twins {
        rule: "database-url-unrecognised",
        healthy: &[("alembic.ini", "[alembic]\nsqlalchemy.url = driver://user:pass@localhost/shop\n")],
        ill: &[("alembic.ini", "[alembic]\nsqlalchemy.url = driver://app:k3Vq9mT2xL@db.example.org/shop\n")],
    },
    Twins {
        rule: "url-in-compose",
        healthy: &[("template/compose.prod.yml", LITERAL)],
        ill: &[("roles/shop/templates/prod/compose.prod.yml", LITERAL)],
    },
    // What waits for a service that logs in, and is made of other sources, talks to that service.
    Twins {
        rule: "compose-no-health-gate",
        healthy: &[(
            "compose.production.yml",
            "services:\n  db:\n    image: postgres:17-bookworm\n  api:\n    build: ./back-end\n    environment:\n      DATABASE_URL: postgresql://shop@db/shop\n    depends_on: {db: {condition: service_healthy}}\n  web:\n    build: ./front-end\n    env_file: ./front-end/.env\n    depends_on: [db, api]\n  nginx:\n    build: ./nginx\n    depends_on: [db, web]\n",
        )],
        ill: &[(
            "compose.production.yml",
            "services:\n  db:\n    image: postgres:17-bookworm\n  api:\n    build: ./back-end\n    environment:\n      DATABASE_URL: postgresql://shop@db/shop\n    command: ./wait-for-it.sh db:5432 -- run\n    depends_on: [db]\n  worker:\n    build: {context: ./back-end, dockerfile: worker.Dockerfile}\n    depends_on: [db, api]\n",
        )],
    },
    Twins {
        rule: "compose-no-health-gate",
        healthy: &[(
            "compose.production.yml",
            "services:\n  db:\n    image: postgres:17-bookworm\n  api:\n    build: ./back-end\n    environment:\n      DATABASE_URL: postgresql://shop@db/shop\n    depends_on: {db: {condition: service_healthy}}\n  web:\n    build: ./front-end\n    environment:\n      API_URL: http://api:3000\n    depends_on: [db, api]\n",
        )],
        ill: &[(
            "compose.production.yml",
            "services:\n  db:\n    image: postgres:17-bookworm\n  api:\n    build: ./back-end\n    environment:\n      DATABASE_URL: postgresql://shop@db/shop\n    command: ./wait-for-it.sh db:5432 -- run\n    depends_on: [db]\n  worker:\n    build: ./worker\n    environment:\n      DATABASE_URL: ${DATABASE_URL}\n    depends_on: [db, api]\n",
        )],
    },
    Twins {
        rule: "compose-no-health-gate",
        healthy: &[(
            "compose.production.yml",
            "services:\n  db:\n    image: postgres:17-bookworm\n  api:\n    build: ./back-end\n    env_file: ./back-end/.env\n    environment:\n      DATABASE_URL: postgresql://shop@db/shop\n    depends_on: {db: {condition: service_healthy}}\n  web:\n    build: ./front-end\n    env_file: ./front-end/.env\n    depends_on: [db, api]\n",
        )],
        ill: &[(
            "compose.production.yml",
            "services:\n  db:\n    image: postgres:17-bookworm\n  api:\n    build: ./back-end\n    env_file: ./back-end/.env\n    environment:\n      DATABASE_URL: postgresql://shop@db/shop\n    command: ./wait-for-it.sh db:5432 -- run\n    depends_on: [db]\n  worker:\n    build: ./worker\n    env_file: ./back-end/.env\n    depends_on: [db, api]\n",
        )],
    },
    Twins {
        rule: "compose-no-health-gate",
        healthy: &[(
            "compose.production.yml",
            "services:\n  db:\n    image: postgres:17-bookworm\n  api:\n    build: ./back-end\n    environment:\n      DATABASE_URL: postgresql://shop@db/shop\n    depends_on: {db: {condition: service_healthy}}\n  web:\n    build: ./front-end\n    depends_on: [db, api]\n",
        )],
        ill: &[(
            "compose.production.yml",
            "services:\n  db:\n    image: postgres:17-bookworm\n  cache:\n    build: ./cache\n  web:\n    build: ./front-end\n    depends_on: [db, cache]\n",
        )],
    },
    // The server takes the very same default.
    Twins {
        rule: "fallback-default",
        healthy: &[(
            "compose.production.yml",
            "services:\n  postgres:\n    image: postgres:17-bookworm\n    environment:\n      POSTGRES_USER: ${POSTGRES_USER:-shop}\n      POSTGRES_DB: ${POSTGRES_DB:-shop}\n  web:\n    build: .\n    environment:\n      DATABASE_URL: postgres://${POSTGRES_USER:-shop}:${POSTGRES_PASSWORD}@postgres:5432/${POSTGRES_DB:-shop}\n",
        )],
        ill: &[(
            "compose.production.yml",
            "services:\n  postgres:\n    image: postgres:17-bookworm\n    environment:\n      POSTGRES_USER: ${DB_USER:-shop}\n      POSTGRES_DB: ${POSTGRES_DB:-shop}\n  web:\n    build: .\n    environment:\n      DATABASE_URL: postgres://${POSTGRES_USER:-shop}:${POSTGRES_PASSWORD}@postgres:5432/${POSTGRES_DB:-shop}\n",
        )],
    },
    Twins {
        rule: "fallback-default",
        healthy: &[(
            "compose.production.yml",
            "services:\n  postgres:\n    image: postgres:17-bookworm\n    environment:\n      POSTGRES_USER: ${POSTGRES_USER:-shop}\n      POSTGRES_DB: ${POSTGRES_DB:-shop}\n  web:\n    build: .\n    environment:\n      DATABASE_URL: postgres://${POSTGRES_USER:-shop}:${POSTGRES_PASSWORD}@postgres:5432/${POSTGRES_DB:-shop}\n",
        )],
        ill: &[(
            "compose.production.yml",
            "services:\n  postgres:\n    image: postgres:17-bookworm\n    environment:\n      POSTGRES_USER: ${POSTGRES_USER:-shop}\n      POSTGRES_DB: ${POSTGRES_DB:-shop_main}\n  web:\n    build: .\n    environment:\n      DATABASE_URL: postgres://${POSTGRES_USER:-shop}:${POSTGRES_PASSWORD}@postgres:5432/${POSTGRES_DB:-shop}\n",
        )],
    },
    Twins {
        rule: "fallback-default",
        healthy: &[(
            "compose.production.yml",
            "services:\n  postgres:\n    image: postgres:17-bookworm\n    environment:\n      POSTGRES_USER: ${POSTGRES_USER:-shop}\n      POSTGRES_DB: ${POSTGRES_DB:-shop}\n  web:\n    build: .\n    environment:\n      DATABASE_URL: postgres://${POSTGRES_USER:-shop}:${POSTGRES_PASSWORD}@postgres:5432/shop\n",
        )],
        ill: &[(
            "compose.production.yml",
            "services:\n  postgres:\n    image: postgres:17-bookworm\n    environment:\n      POSTGRES_USER: ${POSTGRES_USER:-shop}\n      POSTGRES_DB: ${POSTGRES_DB:-shop}\n  web:\n    build: .\n    environment:\n      DATABASE_URL: postgres://${POSTGRES_USER:-shop}:${POSTGRES_PASSWORD}@db.internal:5432/shop\n",
        )],
    },
    Twins {
        rule: "fallback-default",
        healthy: &[(
            "compose.production.yml",
            "services:\n  postgres:\n    image: postgres:17-bookworm\n    environment:\n      POSTGRES_USER: ${POSTGRES_USER:-shop}\n      POSTGRES_DB: ${POSTGRES_DB:-shop}\n  web:\n    build: .\n    environment:\n      DATABASE_URL: postgres://${POSTGRES_USER:-shop}:${POSTGRES_PASSWORD}@postgres:5432/shop\n",
        )],
        ill: &[(
            "compose.production.yml",
            "services:\n  postgres:\n    image: postgres:17-bookworm\n    environment:\n      POSTGRES_USER: ${POSTGRES_USER:-shop}\n      POSTGRES_DB: ${POSTGRES_DB:-shop}\n  web:\n    build: .\n    environment:\n      DATABASE_URL: postgres://${POSTGRES_USER:-shop}:${POSTGRES_PASSWORD:-shop}@postgres:5432/shop\n",
        )],
    },
];

const SUFFIXED_POD: &str = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers:\n    - name: web\n      image: example/web:1\n      env:\n        - name: DATABASE_URL\n          value: postgresql+asyncpg://shop@db.internal/shop?sslmode=require\n";

const UNFILLED: &str = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: shop\ndata:\n  DB_PASSWORD: <base64-encoded-password>\n  DB_USER: c2hvcA==\n";

#[test]
fn what_no_other_file_excuses_is_told() {
    tell_apart(TWINS);
}
