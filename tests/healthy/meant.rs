//! What an author meant, by words that stand in the text itself or by what is built beside it.

use super::{Twins, mild::tell_apart};

const TWINS: &[Twins] = &[
    // To be filled in before anybody applies it.
    Twins {
        rule: "yaml-secret-typing",
        healthy: &[("k8s/secrets.yaml", TO_FILL_IN)],
        ill: &[("k8s/secrets.yaml", NOT_ENCODED)],
    },
    // A comment as another language has them.
    Twins {
        rule: "dotenv-syntax",
        healthy: &[
            ("package.json", "{\"dependencies\": {\"pg\": \"8\", \"dotenv\": \"16\"}}"),
            (".env", "PORT=80\n// of the database\nDATABASE_URL=postgresql://app@localhost/app\n"),
        ],
        ill: &[
            ("package.json", "{\"dependencies\": {\"pg\": \"8\", \"dotenv\": \"16\"}}"),
            (".env", "PORT=80\nof the database\nDATABASE_URL=postgresql://app@localhost/app\n"),
        ],
    },
    // A password leads nowhere, whatever it says.
    Twins {
        rule: "fallback-default",
        healthy: &[(
            "docker-compose.yml",
            "services:\n  web:\n    build: .\n    environment: [POSTGRES_HOST=db, POSTGRES_USER=app, POSTGRES_DB=app, \"POSTGRES_PASSWORD=${PASSWORD:-changeme_in_production}\"]\n",
        )],
        ill: &[(
            "docker-compose.yml",
            "services:\n  web:\n    build: .\n    environment: [POSTGRES_HOST=db, POSTGRES_USER=app, POSTGRES_PASSWORD=a, \"POSTGRES_DB=${NAME:-app_production}\"]\n",
        )],
    },
    Twins {
        rule: "fallback-default",
        healthy: &[(
            "docker-compose.yml",
            "services:\n  web:\n    build: .\n    environment:\n      DATABASE_URL: postgresql://app:${PASSWORD:-not_for_production}@db/app\n",
        )],
        ill: &[(
            "docker-compose.yml",
            "services:\n  web:\n    build: .\n    environment:\n      DATABASE_URL: postgresql://app:k3Vq9mT2xL@${DB_HOST:-db.production.internal}/app\n",
        )],
    },
    Twins {
        rule: "fallback-default",
        healthy: &[(
            "docker-compose.yml",
            "services:\n  web:\n    build: .\n    environment:\n      DATABASE_URL: postgresql://app:${PASSWORD:-changeme_in_production}@db/app\n",
        )],
        ill: &[(
            "docker-compose.yml",
            "services:\n  web:\n    build: .\n    environment:\n      DATABASE_URL: postgresql://app:${PASSWORD:-production_8fk2Xq}@db/app\n",
        )],
    },
    // Somebody else's product is always built for production; whose stack it is, its containers say.
    Twins {
        rule: "url-in-compose",
        healthy: &[("docker-compose.desk.yml", DESK_DEV)],
        ill: &[("docker-compose.desk.yml", DESK)],
    },
    // What a service does is no word for where it runs.
    Twins {
        rule: "url-in-compose",
        healthy: &[("docker-compose.desk.yml", DESK_DEV)],
        ill: &[("docker-compose.desk.yml", DESK_TESTING)],
    },
    // The rows of a developer's container are a developer's, whatever the database is called.
    Twins {
        rule: "environment-word-mismatch",
        healthy: &[
            ("compose.dev.yml", NAMED_LIVE),
            (".env.dev", "DATABASE_URL=postgresql://shop@db/shop_production\n"),
        ],
        ill: &[
            ("compose.dev.yml", NAMED_LIVE),
            (".env.dev", "DATABASE_URL=postgresql://shop@db.acme.io/shop_production\n"),
        ],
    },
    // What is only the beginning of a URL is none.
    Twins { rule: "port-invalid", healthy: &[("db.py", LENGTHENED)], ill: &[("db.py", LENGTHENED_ILL)] },
    Twins { rule: "port-invalid", healthy: &[("db.js", LENGTHENED_JS)], ill: &[("db.js", BEGUN_JS)] },
    // For a build that asks for a URL.
    Twins {
        rule: "url-in-image",
        healthy: &[(
            "Dockerfile",
            "FROM node:22\nENV DATABASE_URL=postgresql://build:[REDACTED]@127.0.0.1:5432/build?schema=public\nRUN npm run build\n",
        )],
        ill: &[(
            "Dockerfile",
            "FROM node:22\nENV DATABASE_URL=postgresql://build:k3Vq9mT2xL@db.acme.io:5432/build?schema=public\nRUN npm run build\n",
        )],
    },
    // Where a platform hosts the program, its DATABASE_URL precedes what all sections have in common.
    Twins {
        rule: "weak-secret",
        healthy: &[
            ("config/database.yml", COMMON),
            ("Gemfile", "gem 'pg'\n"),
            ("fly.toml", "app = 'shop'\n"),
        ],
        ill: &[
            ("config/database.yml", COMMON),
            ("Gemfile", "gem 'pg'\n"),
            ("elsewhere/package.json", "{}"),
            ("elsewhere/fly.toml", "app = 'shop'\n"),
        ],
    },
    // `live` on this machine.
    Twins {
        rule: "url-in-framework-config",
        healthy: &[("chart/values.local.live.yaml", LOCAL_LIVE)],
        ill: &[("chart/values.live.yaml", LOCAL_LIVE)],
    },
    // A mail server puts it there.
    Twins {
        rule: "k8s-literal-url",
        healthy: &[("k8s/mail.yaml", STALWART)],
        ill: &[("k8s/mail.yaml", STALWART_PLAIN)],
    },
    // What is deployed with a platform's manifest is at home there.
    Twins {
        rule: "platform-internal-host",
        healthy: &[
            ("src/main/resources/application.properties", ON_RENDER),
            ("render.yaml", "services: []\n"),
        ],
        ill: &[("src/main/resources/application.properties", ON_RENDER), ("fly.toml", "app = 'shop'\n")],
    },
    Twins {
        rule: "platform-internal-host",
        healthy: &[("config.json", ON_RENDER_JSON), ("render.yaml", "services: []\n")],
        ill: &[(".env", ON_RENDER_ENV), ("render.yaml", "services: []\n")],
    },
    // env.py replaces it.
    Twins {
        rule: "database-url-unrecognised",
        healthy: &[("alembic.ini", "[alembic]\nsqlalchemy.url = REQUIRED_DATABASE_URL\n")],
        ill: &[("alembic.ini", "[alembic]\nsqlalchemy.url = required database\n")],
    },
    // Who has asyncpg alone reads the URL with it, or exchanges the scheme.
    Twins {
        rule: "scheme-postgres-for-sqlalchemy",
        healthy: &[
            (".env", SHORT),
            ("requirements.txt", "sqlalchemy==2.0.40\nasyncpg==0.30.0\n"),
            ("db.py", UNPREPARED_PY),
        ],
        ill: &[
            (".env", SHORT),
            ("requirements.txt", "sqlalchemy==2.0.40\nasyncpg==0.30.0\n"),
            (
                "db.py",
                "import os\nfrom sqlalchemy.ext.asyncio import create_async_engine\nengine = create_async_engine(os.environ['DATABASE_URL'])\n",
            ),
        ],
    },
    // Before 4.1 Django has nothing to set.
    Twins {
        rule: "persistent-connection-unchecked",
        healthy: &[("config/settings/production.py", KEPT), ("requirements/base.txt", "django==3.2.25\n")],
        ill: &[("config/settings/production.py", KEPT), ("requirements/base.txt", "django==4.2.16\n")],
    },
    // The code tells the client.
    Twins {
        rule: "pooler-prepared-statements",
        healthy: &[(".env", POOLED), ("package.json", POSTGRES_JS), ("src/db.ts", UNPREPARED)],
        ill: &[(".env", POOLED), ("package.json", POSTGRES_JS), ("src/db.ts", PREPARED)],
    },
    Twins {
        rule: "pooler-prepared-statements",
        healthy: &[(".env", POOLED), ("requirements.txt", "asyncpg\n"), ("db.py", UNPREPARED_PY)],
        ill: &[(".env", POOLED), ("requirements.txt", "asyncpg\n"), ("tests/test_db.py", UNPREPARED_PY)],
    },
    // Nothing is left that an index could be out of order with.
    Twins { rule: "image-floating", healthy: &[("k8s/db.yaml", FLEETING)], ill: &[("k8s/db.yaml", LASTING)] },
    // A driver that production does not have.
    Twins {
        rule: "sqlite-in-production",
        healthy: &[("config/database.yml", STOCK_RAILS), ("Gemfile", LEFT_OUT)],
        ill: &[("config/database.yml", STOCK_RAILS), ("Gemfile", "gem 'pg'\ngem 'sqlite3'\n")],
    },
    // The program puts `jdbc:postgresql://` before it.
    Twins {
        rule: "database-url-unrecognised",
        healthy: &[(
            "docker-compose.yml",
            "services:\n  db: {image: \"postgres:16.4\"}\n  web:\n    image: shop\n    environment: {DB_URL: db/shop, DB_USER: shop}\n",
        )],
        ill: &[(
            "docker-compose.yml",
            "services:\n  db: {image: \"postgres:16.4\"}\n  web:\n    image: shop\n    environment: {DB_URL: bd/shop, DB_USER: shop}\n",
        )],
    },
    Twins {
        rule: "database-url-unrecognised",
        healthy: &[(
            "docker-compose.yml",
            "services:\n  db: {image: \"postgres:16.4\"}\n  web:\n    image: shop\n    environment: {DB_URL: \"db:5432/shop\"}\n",
        )],
        ill: &[(
            "docker-compose.yml",
            "services:\n  db: {image: \"postgres:16.4\"}\n  web:\n    build: .\n    environment: {DB_URL: \"db:5432/shop\"}\n",
        )],
    },
    // Nothing above what is built is in the image.
    Twins {
        rule: "driver-not-installed",
        healthy: &[
            ("requirements.txt", "sqlalchemy==2.0.43\naiosqlite==0.20\n"),
            ("docker-compose.yml", BUILT_ELSEWHERE),
        ],
        ill: &[
            ("web/requirements.txt", "sqlalchemy==2.0.43\naiosqlite==0.20\n"),
            ("docker-compose.yml", BUILT_ELSEWHERE),
        ],
    },
    Twins {
        rule: "driver-not-installed",
        healthy: &[
            ("requirements.txt", "sqlalchemy==2.0.43\naiosqlite==0.20\n"),
            ("docker-compose.yml", BUILT_ELSEWHERE),
        ],
        ill: &[
            ("requirements.txt", "sqlalchemy==2.0.43\naiosqlite==0.20\n"),
            ("docker-compose.yml", BUILT_BELOW),
        ],
    },
    // What a tool falls back on is no service's.
    Twins {
        rule: "sqlite-in-memory",
        healthy: &[("scripts/move.py", FALLS_BACK)],
        ill: &[("app/settings.py", FALLS_BACK)],
    },
    Twins {
        rule: "sqlite-in-memory",
        healthy: &[("app/configs/test_config.py", FALLS_BACK)],
        ill: &[("app/configs/base_config.py", FALLS_BACK)],
    },
    // What Symfony's container puts in, and another driver.
    Twins {
        rule: "port-invalid",
        healthy: &[(
            "app/config/config.yml",
            "doctrine:\n  database:\n    host: db.internal\n    port: '%database_port%'\n    user: shop\n    dbname: shop\n",
        )],
        ill: &[(
            "app/config/config.yml",
            "doctrine:\n  database:\n    host: db.internal\n    port: 'd5432'\n    user: shop\n    dbname: shop\n",
        )],
    },
    Twins { rule: "weak-secret", healthy: &[("config/prod.yml", MYSQL)], ill: &[("config/prod.yml", PGSQL)] },
    // Self-hosted on a file, as the project has it everywhere.
    Twins {
        rule: "fallback-default",
        healthy: &[("package.json", ON_FILE), ("docker-compose.prod.yml", FILE)],
        ill: &[("package.json", ON_SERVER), ("docker-compose.prod.yml", FILE)],
    },
    Twins {
        rule: "fallback-default",
        healthy: &[("package.json", ON_FILE), ("docker-compose.prod.yml", FILE)],
        ill: &[("package.json", ON_FILE), ("docker-compose.prod.yml", BESIDE)],
    },
    // A parameter has a name of several words; a password between signs has one.
    Twins {
        rule: "weak-secret",
        healthy: &[("config/prod.yml", PARAMETER)],
        ill: &[("config/prod.yml", BETWEEN_SIGNS)],
    },
    // A cache that is handed the env file of the program on the machine.
    Twins {
        rule: "compose-localhost-host",
        healthy: &[(".env", ON_MACHINE), ("docker-compose.yml", CACHE)],
        ill: &[(".env", ON_MACHINE), ("docker-compose.yml", PROGRAM)],
    },
    // The key says the engine.
    Twins {
        rule: "url-in-framework-config",
        healthy: &[("config/stage.json", UNDER_MYSQL)],
        ill: &[("config/stage.json", UNDER_SHOP)],
    },
    // As `knex init` writes it.
    Twins {
        rule: "weak-secret",
        healthy: &[(
            "knexfile.js",
            "module.exports = {\n  production: {\n    client: 'postgresql',\n    connection: { database: 'my_db', user: 'username', password: 'password' },\n  },\n};\n",
        )],
        ill: &[(
            "knexfile.js",
            "module.exports = {\n  production: {\n    client: 'postgresql',\n    connection: { host: 'db', database: 'my_db', user: 'username', password: 'password' },\n  },\n};\n",
        )],
    },
    // Who sets the server's password has an env file that is not here.
    Twins {
        rule: "compose-credential-mismatch",
        healthy: &[("config.mjs", CODE), ("docker-compose.yml", OPEN)],
        ill: &[("config.mjs", CODE), ("docker-compose.yml", SET)],
    },
    // That of staging says so.
    Twins {
        rule: "dev-secret-in-production",
        healthy: &[(
            ".env.staging",
            "DATABASE_URL=postgresql://shop:local_staging_not_for_production@db:5432/shop\n",
        )],
        ill: &[(
            ".env.production",
            "DATABASE_URL=postgresql://shop:local_staging_not_for_production@db:5432/shop\n",
        )],
    },
];

const TO_FILL_IN: &str = "apiVersion: v1\nkind: Secret\nmetadata: {name: web}\ndata:\n  DB_PASSWORD: REPLACE_BASE64\n  API_KEY: \"REPLACE_WITH_BASE64_ENCODED_KEY\"\n  TOKEN: YOUR_TOKEN\n";
const NOT_ENCODED: &str =
    "apiVersion: v1\nkind: Secret\nmetadata: {name: web}\ndata:\n  DB_PASSWORD: SHOP_2024_K9X7Q\n";

const MYSQL: &str =
    "database:\n  driver: pdo_mysql\n  host: db.internal\n  user: shop\n  password: password\n";
const PGSQL: &str =
    "database:\n  driver: pdo_pgsql\n  host: db.internal\n  user: shop\n  password: password\n";

const DESK_DEV: &str = "services:\n  desk:\n    image: desk/desk:4.1\n    container_name: shop_desk_dev\n    environment: {RAILS_ENV: production, POSTGRES_HOST: db, POSTGRES_USERNAME: desk, POSTGRES_PASSWORD: k3Vq9mT2xL}\n";
const DESK: &str = "services:\n  desk:\n    image: desk/desk:4.1\n    container_name: shop_desk\n    environment: {RAILS_ENV: production, POSTGRES_HOST: db, POSTGRES_USERNAME: desk, POSTGRES_PASSWORD: k3Vq9mT2xL}\n";

const DESK_TESTING: &str = "services:\n  desk:\n    image: desk/desk:4.1\n    container_name: load_testing\n    environment: {RAILS_ENV: production, POSTGRES_HOST: db, POSTGRES_USERNAME: desk, POSTGRES_PASSWORD: k3Vq9mT2xL}\n";
const NAMED_LIVE: &str =
    "services:\n  db: {image: \"postgres:16.4\"}\n  web: {build: ., env_file: .env.dev}\n";

const LENGTHENED: &str = "USER = \"shop\"\nDB_URL = f\"postgresql://{USER}:k3Vq9\"\nDB_URL += \"@localhost:5432/shop\"\nLATER_URL = \"postgresql://shop:k3Vq9\"\nif USER:\n    LATER_URL += \"@localhost/shop\"\n";
const LENGTHENED_ILL: &str =
    "DB_URL = \"postgresql://shop:k3Vq9@localhost:54x2/shop\"\nDB_URL += \"?sslmode=require\"\n";
const LENGTHENED_JS: &str = "let url = 'postgresql://shop:k3Vq9';\nurl += '@localhost:5432/shop';\n";
const BEGUN_JS: &str = "let url = 'postgresql://shop:k3Vq9';\nconst other = '';\n";

const STOCK_RAILS: &str = "production:\n  adapter: sqlite3\n  database: db/production.sqlite3\n";
const LEFT_OUT: &str =
    "group :production do\n  gem 'pg'\nend\ngroup :development, :test do\n  gem 'sqlite3'\nend\n";

const COMMON: &str = "default: &default\n  adapter: postgresql\n  host: localhost\n  username: shop\n  password: password\n\nproduction:\n  <<: *default\n  database: shop_production\n";
const LOCAL_LIVE: &str =
    "api:\n  env:\n    DATABASE_URL: postgresql+asyncpg://shop:k3Vq9mT2xL@shop-postgres:5432/shop\n";
const STALWART: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: mail}\ndata:\n  config.toml: |\n    [store.postgresql]\n    type = \"postgresql\"\n    host = \"pg.shop.svc\"\n    user = \"mail\"\n    password = \"%{env:POSTGRES_PASSWORD}%\"\n";
const STALWART_PLAIN: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: mail}\ndata:\n  config.toml: |\n    [store.postgresql]\n    type = \"postgresql\"\n    host = \"pg.shop.svc\"\n    user = \"mail\"\n    password = \"%k3Vq9mT2xL%\"\n";

const POOLED: &str =
    "DATABASE_URL=postgresql://shop:k3Vq9@aws-0-eu-west-1.pooler.supabase.com:6543/shop?sslmode=require\n";
const POSTGRES_JS: &str = "{\"dependencies\": {\"postgres\": \"3.4\"}}";
const UNPREPARED: &str = "import postgres from 'postgres';\nconst url = process.env.DATABASE_URL!;\nexport const sql = kept ?? postgres(url, { prepare: false });\n";
const PREPARED: &str = "import postgres from 'postgres';\nconst url = process.env.DATABASE_URL!;\nexport const sql = kept ?? postgres(url, { max: 4 });\n";
const UNPREPARED_PY: &str = "import os, asyncpg\n\nasync def pool():\n    return await asyncpg.create_pool(os.environ['DATABASE_URL'], statement_cache_size=0)\n";
const FLEETING: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: db}\nspec:\n  template:\n    spec:\n      containers:\n        - name: db\n          image: postgres:16\n          volumeMounts: [{name: data, mountPath: /var/lib/postgresql/data}]\n      volumes: [{name: data, emptyDir: {}}]\n";
const LASTING: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: db}\nspec:\n  template:\n    spec:\n      containers:\n        - name: db\n          image: postgres:16\n          volumeMounts: [{name: data, mountPath: /var/lib/postgresql/data}]\n      volumes: [{name: data, persistentVolumeClaim: {claimName: db}}]\n";

const ON_RENDER: &str = "spring.datasource.url=jdbc:postgresql://dpg-cq1v9q8zkw3ra7l2m4n5-a:5432/shop?sslmode=require\nspring.datasource.username=shop\n";
const ON_RENDER_JSON: &str =
    "{\"database\": {\"url\": \"postgresql://shop@dpg-cq1v9q8zkw3ra7l2m4n5-a/shop?sslmode=require\"}}";
const ON_RENDER_ENV: &str =
    "DATABASE_URL=postgresql://shop@dpg-cq1v9q8zkw3ra7l2m4n5-a/shop?sslmode=require\n";

const SHORT: &str = "DATABASE_URL=postgres://shop:k3Vq9@localhost/shop\n";

const KEPT: &str = "DATABASES['default'] = env.db('DATABASE_URL')\nDATABASES['default']['CONN_MAX_AGE'] = env.int('CONN_MAX_AGE', default=60)\n";

const ON_FILE: &str = "{\"name\": \"shop\", \"dependencies\": {\"better-sqlite3\": \"11\"}}";
const ON_SERVER: &str = "{\"name\": \"shop\", \"dependencies\": {\"pg\": \"8\"}}";
const FILE: &str = "services:\n  web:\n    image: shop:1\n    environment: {DATABASE_URL: \"${DATABASE_URL:-file:/data/shop.db}\"}\n    volumes: [data:/data]\n";

const BESIDE: &str = "services:\n  web:\n    image: shop:1\n    environment: {DATABASE_URL: \"${DATABASE_URL:-file:./dev.db}\"}\n";

const PARAMETER: &str =
    "database:\n  driver: pdo_pgsql\n  host: db.internal\n  user: shop\n  password: '%database_password%'\n";
const BETWEEN_SIGNS: &str =
    "database:\n  driver: pdo_pgsql\n  host: db.internal\n  user: shop\n  password: '%hunter2%'\n";

const ON_MACHINE: &str = "DATABASE_URL=postgresql://shop@localhost/shop\n";
const CACHE: &str =
    "services:\n  db: {image: \"postgres:16.4\"}\n  other: {image: \"redis:8\", env_file: .env}\n";
const PROGRAM: &str =
    "services:\n  db: {image: \"postgres:16.4\"}\n  other: {image: \"shop:8\", env_file: .env}\n";

const UNDER_MYSQL: &str = "{\"db\": {\"mysql\": {\"host\": \"db.acme.io\", \"database\": \"shop\", \"user\": \"shop\", \"password\": \"k3Vq9mT2xL\"}}}";
const UNDER_SHOP: &str = "{\"db\": {\"shop\": {\"host\": \"db.acme.io\", \"database\": \"shop\", \"user\": \"shop\", \"password\": \"k3Vq9mT2xL\"}}}";

const CODE: &str = "export const config = { url: process.env.DATABASE_URL || \"postgresql://shop:k3Vq9@localhost:5432/shop\" };\n";
const OPEN: &str = "services:\n  db:\n    image: postgres:16.4\n    ports: [\"127.0.0.1:5432:5432\"]\n    environment: {POSTGRES_USER: stock, POSTGRES_PASSWORD: \"${POSTGRES_PASSWORD}\"}\n";
const SET: &str = "services:\n  db:\n    image: postgres:16.4\n    ports: [\"127.0.0.1:5432:5432\"]\n    environment: {POSTGRES_USER: stock, POSTGRES_PASSWORD: k3Vq9}\n";

const FALLS_BACK: &str = "import os\n\nDB_URL = os.getenv('DATABASE_URL', 'sqlite://:memory:')\n";

const BUILT_BELOW: &str = "services:\n  db: {image: \"postgres:16.4\"}\n  web:\n    build: ./docker\n    volumes: [\".:/app\"]\n    environment: {DATABASE_URL: \"postgresql://shop@db/shop\"}\n";
const BUILT_ELSEWHERE: &str = "services:\n  db: {image: \"postgres:16.4\"}\n  web:\n    build: ./web\n    volumes: [\"./web:/app\"]\n    environment: {DATABASE_URL: \"postgresql://shop@db/shop\"}\n";

#[test]
fn what_was_meant_is_no_warning() {
    tell_apart(TWINS);
}
