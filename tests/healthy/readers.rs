//! What another file of the repository says about who reads a text, who starts the server, or what takes the place of a
//! value: each beside a twin where it does not say so.

use super::{Twins, mild::tell_apart};

const COMPOSE_OF_CODE: (&str, &str) = (
    "compose.yml",
    "services:\n  app:\n    build: ./backend\n    environment:\n      - DATABASE_URL=postgresql://app:app@db:5432/memo\n",
);
const PARTS: &str = "jobs:\n  test:\n    services: {postgres: {image: \"postgres:16\", ports: [\"5432:5432\"]}}\n    steps:\n      - run: bin/rails db:setup\n        env: {PGHOST: localhost, PGUSER: postgres, PGPASSWORD: postgres, RAILS_ENV: test}\n      - run: bin/rails assets:precompile\n        env: {PGHOST: localhost, PGUSER: postgres, PGPASSWORD: postgres, RAILS_ENV: development}\n";
const WITH_NAMES: &str = "jobs:\n  test:\n    services: {postgres: {image: \"postgres:16\", ports: [\"5432:5432\"]}}\n    steps:\n      - run: bin/rails db:setup\n        env: {PGHOST: localhost, PGUSER: postgres, PGDATABASE: shop, RAILS_ENV: test}\n      - run: bin/rails assets:precompile\n        env: {PGHOST: localhost, PGUSER: postgres, PGDATABASE: shop, RAILS_ENV: development}\n";

const TWINS: &[Twins] = &[
    // A shell puts it together, and nobody else reads it.
    Twins {
        rule: "dotenv-dollar",
        healthy: &[
            ("docker/build.sh", "#!/bin/bash\nsource \"${DIR}/build.env\"\npsql \"$DATABASE_URL\"\n"),
            (
                "docker/build.env",
                "REPO=shop\nDATE=$(date --utc +%Y%m%d)\nTAG=\"$REPO-$DATE\"\nexport DB_PASSWORD=$(cat /run/secrets/db)\n",
            ),
        ],
        ill: &[
            ("docker/build.sh", "#!/bin/bash\nsource \"${DIR}/build.env\"\npsql \"$DATABASE_URL\"\n"),
            ("docker/build.env", "REPO=shop\nDB_PASSWORD=k3Vq9$T2xLpW\n"),
        ],
    },
    // The code names the driver that is there.
    Twins {
        rule: "driver-not-installed",
        healthy: &[
            COMPOSE_OF_CODE,
            ("backend/requirements.txt", "sqlalchemy==2.0.41\npsycopg[binary]==3.2.13\n"),
            (
                "backend/database.py",
                "import os\nfrom sqlalchemy import create_engine\n\nurl = os.environ[\"DATABASE_URL\"]\nengine = create_engine(url.replace(\"postgresql://\", \"postgresql+psycopg://\"))\n",
            ),
        ],
        ill: &[
            COMPOSE_OF_CODE,
            ("backend/requirements.txt", "sqlalchemy==2.0.41\npsycopg[binary]==3.2.13\n"),
            (
                "backend/database.py",
                "import os\nfrom sqlalchemy import create_engine\n\nurl = os.environ[\"DATABASE_URL\"]\nengine = create_engine(url.replace(\"postgres://\", \"postgresql://\"))\n",
            ),
        ],
    },
    // The program below is one for the other engine.
    Twins {
        rule: "engine-not-postgres",
        healthy: &[
            (".env.production", "DB_HOST=mysql\nDB_PORT=3306\nDB_NAME=shop\nDB_USER=shop\n"),
            ("api/package.json", "{\"dependencies\": {\"mysql2\": \"^3.6.0\"}}\n"),
        ],
        ill: &[
            (".env.production", "DB_HOST=mysql\nDB_PORT=3306\nDB_NAME=shop\nDB_USER=shop\n"),
            ("api/package.json", "{\"dependencies\": {\"mysql2\": \"^3.6.0\", \"pg\": \"^8.0.0\"}}\n"),
        ],
    },
    // The program has its database from elsewhere, one for each environment.
    Twins {
        rule: "same-target-two-environments",
        healthy: &[(".github/workflows/rails.yml", PARTS)],
        ill: &[(".github/workflows/rails.yml", WITH_NAMES)],
    },
    // What may be left out is not the password of anybody.
    Twins {
        rule: "password-reused",
        healthy: &[
            (
                "compose.production.yml",
                "services:\n  web:\n    image: web:1\n    environment:\n      DATABASE_URL: postgres://shop:${DB_PASSWORD:-Kx82jfLq0PzR}@db:5432/shop\n",
            ),
            (
                "compose.staging.yml",
                "services:\n  web:\n    image: web:1\n    environment:\n      DATABASE_URL: postgres://shop:${DB_PASSWORD:-Kx82jfLq0PzR}@db-staging:5432/shop\n",
            ),
        ],
        ill: &[
            (
                "compose.production.yml",
                "services:\n  web:\n    image: web:1\n    environment:\n      DATABASE_URL: postgres://shop:Kx82jfLq0PzR@db:5432/shop\n",
            ),
            (
                "compose.staging.yml",
                "services:\n  web:\n    image: web:1\n    environment:\n      DATABASE_URL: postgres://shop:Kx82jfLq0PzR@db-staging:5432/shop\n",
            ),
        ],
    },
    // A file that changes another one: what a service waits for is a service.
    Twins {
        rule: "tls-unspecified",
        healthy: &[(
            "docker-compose.prod.yml",
            "services:\n  web:\n    build: .\n    environment:\n      NODE_ENV: production\n      DATABASE_HOST: postgres\n      DATABASE_NAME: shop\n      DATABASE_USER: shop\n    depends_on:\n      postgres:\n        condition: service_healthy\n",
        )],
        ill: &[(
            "docker-compose.prod.yml",
            "services:\n  web:\n    build: .\n    environment:\n      NODE_ENV: production\n      DATABASE_HOST: postgres\n      DATABASE_NAME: shop\n      DATABASE_USER: shop\n",
        )],
    },
    Twins {
        rule: "tls-unspecified",
        healthy: &[
            ("compose.yml", COMPOSE),
            (
                "compose.prod.yml",
                "services:\n  web:\n    build: .\n    environment:\n      DATABASE_URL: postgresql://shop@db/shop\n",
            ),
        ],
        ill: &[(
            "compose.prod.yml",
            "services:\n  web:\n    build: .\n    environment:\n      DATABASE_URL: postgresql://shop@db/shop\n",
        )],
    },
    // A server in a container of the same repository, by the name that its compose file gives it.
    Twins {
        rule: "tls-unspecified",
        healthy: &[
            ("compose.yml", COMPOSE),
            (".env.production", "DATABASE_URL=postgresql://shop@db:5432/shop\n"),
        ],
        ill: &[
            ("compose.yml", COMPOSE),
            (".env.production", "DATABASE_URL=postgresql://shop@db1:5432/shop\n"),
        ],
    },
    Twins {
        rule: "tls-unspecified",
        healthy: &[
            ("docker/compose.yml", HANDED),
            ("deploy/production.env", "DATABASE_URL=postgresql://shop@db:5432/shop\n"),
        ],
        ill: &[
            ("docker/compose.yml", COMPOSE),
            ("deploy/production.env", "DATABASE_URL=postgresql://shop@db:5432/shop\n"),
        ],
    },
    Twins {
        rule: "tls-unspecified",
        healthy: &[
            ("compose.yml", COMPOSE),
            (
                "config/database.yml",
                "production:\n  adapter: postgresql\n  host: db\n  database: shop\n  username: shop\n",
            ),
        ],
        ill: &[
            ("web/compose.yml", COMPOSE),
            (
                "config/database.yml",
                "production:\n  adapter: postgresql\n  host: db\n  database: shop\n  username: shop\n",
            ),
        ],
    },
    // env.py sets it whatever alembic.ini says.
    Twins {
        rule: "url-in-framework-config",
        healthy: &[
            ("alembic.ini", ALEMBIC),
            ("alembic/env.py", "config.set_main_option(\"sqlalchemy.url\", settings.database_url)\n"),
        ],
        ill: &[
            ("alembic.ini", ALEMBIC),
            (
                "alembic/env.py",
                "if settings.database_url:\n    config.set_main_option(\"sqlalchemy.url\", settings.database_url)\n",
            ),
        ],
    },
    // A password of another machine is known to those who read the file all the same.
    Twins {
        rule: "url-in-framework-config",
        healthy: &[
            ("alembic.ini", ALEMBIC),
            ("alembic/env.py", "config.set_main_option(\"sqlalchemy.url\", settings.database_url)\n"),
        ],
        ill: &[
            ("alembic.ini", "[alembic]\nsqlalchemy.url = postgresql://shop:k3Vq9mT2xL@db.example.net/shop\n"),
            ("alembic/env.py", "config.set_main_option(\"sqlalchemy.url\", settings.database_url)\n"),
        ],
    },
    Twins {
        rule: "database-url-unrecognised",
        healthy: &[("alembic.ini", "[alembic]\nsqlalchemy.url = driver://user:pass@host/db\n")],
        ill: &[("alembic.ini", "[alembic]\nsqlalchemy.url = host/db\n")],
    },
    Twins {
        rule: "database-url-unrecognised",
        healthy: &[
            ("alembic.ini", "[alembic]\nsqlalchemy.url = sqlalchemy.url = host/db\n"),
            ("alembic/env.py", "config.set_main_option(\"sqlalchemy.url\", settings.database_url)\n"),
        ],
        ill: &[("alembic.ini", "[alembic]\nsqlalchemy.url = sqlalchemy.url = host/db\n")],
    },
    // The same in its sections: `ConfigParser` would stop at one that nobody sets.
    Twins {
        rule: "unresolved-placeholder",
        healthy: &[(
            "alembic.ini",
            "[alembic]\nsqlalchemy.url = postgresql://%(DB_USER)s@%(DB_HOST)s/shop\n",
        )],
        ill: &[(".env", "DATABASE_URL=postgresql://${DB_USER}@${DB_HOST}/shop\n")],
    },
    // A program of Java is built here, whatever the variable is called.
    Twins {
        rule: "foreign-conninfo",
        healthy: &[
            ("build.gradle.kts", "plugins { kotlin(\"jvm\") version \"2.0.0\" }\n"),
            ("variables.env", "POSTGRES_URL=jdbc:postgresql://localhost:5432/shop\n"),
        ],
        ill: &[
            ("package.json", "{\"dependencies\": {\"pg\": \"^8.0.0\"}}\n"),
            ("variables.env", "POSTGRES_URL=jdbc:postgresql://localhost:5432/shop\n"),
        ],
    },
    Twins {
        rule: "foreign-conninfo",
        healthy: &[
            ("src/Shop.csproj", "<Project Sdk=\"Microsoft.NET.Sdk.Web\"></Project>\n"),
            (".env", "DATABASE_URL=Host=localhost;Port=5432;Database=shop;Username=shop\n"),
        ],
        ill: &[(".env", "DATABASE_URL=Host=localhost;Port=5432;Database=shop;Username=shop\n")],
    },
    // What is asked for in a directory is read by no program of another one.
    Twins {
        rule: "driver-suffix",
        healthy: &[("agents/requirements.txt", "psycopg2-binary==2.9.9\n"), ("compose.yml", SUFFIXED)],
        ill: &[("services/core/requirements.txt", "psycopg2-binary==2.9.9\n"), ("compose.yml", SUFFIXED)],
    },
    // Prisma resolves references in the file that it reads.
    Twins {
        rule: "unresolved-placeholder",
        healthy: &[
            (
                "package.json",
                "{\"dependencies\": {\"dotenv\": \"^16.0.0\", \"@prisma/client\": \"^5.0.0\"}}\n",
            ),
            (".env", "DB_USER=shop\nDATABASE_URL=postgresql://${DB_USER}@localhost/shop\n"),
        ],
        ill: &[
            ("package.json", "{\"dependencies\": {\"dotenv\": \"^16.0.0\", \"pg\": \"^8.0.0\"}}\n"),
            (".env", "DB_USER=shop\nDATABASE_URL=postgresql://${DB_USER}@localhost/shop\n"),
        ],
    },
    // A default may have defaults.
    Twins {
        rule: "unresolved-placeholder",
        healthy: &[(
            "src/main/resources/application.yml",
            "spring:\n  datasource:\n    url: ${DB_URL:jdbc:postgresql://${DB_HOST:localhost}:${DB_PORT:5432}/shop}\n",
        )],
        ill: &[(".env", "DATABASE_URL=postgresql://${DB_HOST}:${DB_PORT}/shop\n")],
    },
    // A project that is made for another engine.
    Twins {
        rule: "engine-not-postgres",
        healthy: &[
            ("composer.json", "{\"require\": {\"laravel/framework\": \"^11.0\"}}\n"),
            (".env.production", "DB_CONNECTION=mysql\nDB_HOST=db\nDB_DATABASE=shop\n"),
        ],
        ill: &[
            ("composer.json", "{\"require\": {\"laravel/framework\": \"^11.0\", \"ext-pgsql\": \"*\"}}\n"),
            (".env.production", "DB_CONNECTION=mysql\nDB_HOST=db\nDB_DATABASE=shop\n"),
        ],
    },
    Twins {
        rule: "engine-not-postgres",
        healthy: &[
            ("composer.json", "{\"require\": {\"laravel/framework\": \"^11.0\"}}\n"),
            (".env.production", "DB_CONNECTION=mysql\nDB_HOST=db\nDB_DATABASE=shop\n"),
        ],
        ill: &[
            ("composer.json", "{\"require\": {\"laravel/framework\": \"^11.0\"}}\n"),
            ("compose.yml", COMPOSE),
            (".env.production", "DB_CONNECTION=mysql\nDB_HOST=db\nDB_DATABASE=shop\n"),
        ],
    },
    // A port behind the host, as it is put into a URL.
    Twins {
        rule: "url-parts-conflict",
        healthy: &[(
            ".env",
            "POSTGRES_HOST=db1:5432\nPOSTGRES_DB=shop\nDATABASE_URL=postgresql://shop@db1:5432/shop\n",
        )],
        ill: &[(
            ".env",
            "POSTGRES_HOST=db2:5432\nPOSTGRES_DB=shop\nDATABASE_URL=postgresql://shop@db1:5432/shop\n",
        )],
    },
    // `new Sequelize(database, user, password, …)`
    Twins {
        rule: "database-url-unrecognised",
        healthy: &[
            (
                "server/db.js",
                "const { Sequelize } = require('sequelize');\nmodule.exports = new Sequelize(process.env.DB_NAME, process.env.DB_USER, process.env.DB_PASSWORD, { dialect: 'postgres' });\n",
            ),
            ("server/.env", "DB_NAME=shop\nDB_USER=shop\n"),
        ],
        ill: &[
            (
                "server/db.js",
                "const { Sequelize } = require('sequelize');\nmodule.exports = new Sequelize(process.env.DB_NAME, { dialect: 'postgres' });\n",
            ),
            ("server/.env", "DB_NAME=shop\nDB_USER=shop\n"),
        ],
    },
    // What a test gives instead of a URL, and what a program asks for by itself.
    Twins {
        rule: "user-implicit",
        healthy: &[("tests/test_settings.py", "mock_settings.database_url = \"postgresql://...\"\n")],
        ill: &[("tests/test_settings.py", "mock_settings.database_url = \"postgresql://db.internal/app\"\n")],
    },
    Twins {
        rule: "sqlite-in-memory",
        healthy: &[("evals/run.py", "def main():\n    engine = create_engine(\"sqlite:///:memory:\")\n")],
        ill: &[(".env", "DATABASE_URL=sqlite:///:memory:\n")],
    },
    // Projects are made from it.
    Twins {
        rule: "url-in-compose",
        healthy: &[("templates/sui-template/compose.prod.yml", LITERAL)],
        ill: &[("deploy/compose.prod.yml", LITERAL)],
    },
    Twins {
        rule: "k8s-literal-url",
        healthy: &[("templates/shop/k8s/web.yaml", POD)],
        ill: &[("helm/templates/web.yaml", POD)],
    },
    // Railway puts the value in before anybody reads the file.
    Twins {
        rule: "dotenv-dollar",
        healthy: &[(
            ".env.railway",
            "DATABASE_HOST=${{Postgres.PGHOST}}\nDATABASE_NAME=${{Postgres.PGDATABASE}}\n",
        )],
        ill: &[(".env.railway", "DATABASE_HOST=${Postgres.PGHOST}\nDATABASE_NAME=${Postgres.PGDATABASE}\n")],
    },
    Twins {
        rule: "unresolved-placeholder",
        healthy: &[(".env.railway", "DATABASE_URL=${{Postgres.DATABASE_URL}}\n")],
        ill: &[(".env.railway", "DATABASE_URL=postgresql://${PGHOST}/shop\n")],
    },
    // What is for tests is judged so, whatever a switch in it says.
    Twins {
        rule: "toggle-ambiguous",
        healthy: &[(".env.test", "TESTING=1\nDATABASE_URL=postgresql://shop@localhost/shop_test\n")],
        ill: &[(".env", "TESTING=1\nDATABASE_URL=postgresql://shop@localhost/shop\n")],
    },
    // A cache that is given the whole env file logs in nowhere.
    Twins {
        rule: "compose-credential-mismatch",
        healthy: &[
            (
                "compose.yml",
                concat!(
                    "services:\n  cache:\n    image: redis:7-alpine\n    env_file: .env\n",
                    "  db:\n    image: postgres:16.4\n    environment:\n      POSTGRES_USER: shop\n      POSTGRES_PASSWORD: k3Vq9mT2xL\n      POSTGRES_DB: shop\n"
                ),
            ),
            (".env", "DB_HOST=db\nDB_NAME=shop\nDB_USER=shop\nDB_PASSWORD=x8Qw2rTn5P\n"),
        ],
        ill: &[
            (
                "compose.yml",
                concat!(
                    "services:\n  web:\n    image: example/shop:7\n    env_file: .env\n",
                    "  db:\n    image: postgres:16.4\n    environment:\n      POSTGRES_USER: shop\n      POSTGRES_PASSWORD: k3Vq9mT2xL\n      POSTGRES_DB: shop\n"
                ),
            ),
            (".env", "DB_HOST=db\nDB_NAME=shop\nDB_USER=shop\nDB_PASSWORD=x8Qw2rTn5P\n"),
        ],
    },
    // Who copies it puts something else there.
    Twins {
        rule: "yaml-secret-typing",
        healthy: &[(
            "k8s/secret.yaml",
            "apiVersion: v1\nkind: Secret\nmetadata:\n  name: shop\ndata:\n  DB_PASSWORD: <base64-encoded-password>\n",
        )],
        ill: &[(
            "k8s/secret.yaml",
            "apiVersion: v1\nkind: Secret\nmetadata:\n  name: shop\ndata:\n  DB_PASSWORD: k3Vq9mT2-xL!\n",
        )],
    },
    // A key of an account among env files is JSON.
    Twins {
        rule: "dotenv-syntax",
        healthy: &[
            (".envs/.local/account.json", "{\n  \"type\": \"service_account\"\n}\n"),
            (".envs/.local/web", "A=b\n"),
        ],
        ill: &[
            (".envs/.local/account", "{\n  \"type\": \"service_account\"\n}\n"),
            (".envs/.local/web", "A=b\n"),
        ],
    },
];

/// A server in a container.
pub(super) const COMPOSE: &str =
    "services:\n  db:\n    image: postgres:16.4\n    environment:\n      POSTGRES_PASSWORD: k3Vq9mT2xL\n";

/// The same, beside a service that is given an env file from elsewhere.
const HANDED: &str = "services:\n  web:\n    build: .\n    env_file: ../deploy/production.env\n  db:\n    image: postgres:16.4\n    environment:\n      POSTGRES_PASSWORD: k3Vq9mT2xL\n";

const SUFFIXED: &str = "services:\n  core:\n    build:\n      context: .\n      dockerfile: services/core/Dockerfile\n    environment:\n      DATABASE_URL: postgresql+psycopg://shop@db:5432/shop\n";

pub(super) const ALEMBIC: &str = "[alembic]\nsqlalchemy.url = postgresql://shop:k3Vq9mT2xL@localhost/shop\n";

pub(super) const LITERAL: &str = "services:\n  web:\n    build: .\n    environment:\n      DATABASE_URL: postgresql://shop:k3Vq9mT2xL@db.example.com/shop?sslmode=verify-full\n";

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers:\n    - name: web\n      image: example/web:1\n      env:\n        - name: DATABASE_URL\n          value: postgresql://shop:k3Vq9mT2xL@db.example.com/shop?sslmode=verify-full\n";

#[test]
fn what_another_file_says_is_heard() {
    tell_apart(TWINS);
}
