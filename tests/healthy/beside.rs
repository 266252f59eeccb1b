//! What stands beside a connection and decides what it is: TLS in words of other clients, a pooler in the same compose
//! file, a schema, a suffix. Each beside a twin that has nothing of the kind.

use super::{Twins, mild::tell_apart};

const HOST: &str = "DB_HOST=db.example.com\nDB_NAME=nest\nDB_USER=nest\n";
const URL: &str = "DATABASE_URL=postgres://app@db.example.com/app\n";
const COMPOSE: &str = "services:\n  app:\n    image: acme/app:1\n    environment:\n      NODE_ENV: production\n      DB_HOST: pg.example.com\n      DB_NAME: app\n      DB_USER: app\n";
const CODE: &str = "src/production/data-source.ts";

/// TLS in words that are none of libpq's.
const TLS: &[Twins] = &[
    Twins {
        rule: "tls-unspecified",
        healthy: &[(".env.production", "DB_HOST=db.example.com\nDB_NAME=nest\nDB_USER=nest\nDB_SSL=true\n")],
        ill: &[(".env.production", "DB_HOST=db.example.com\nDB_NAME=nest\nDB_USER=nest\nDB_SSL=false\n")],
    },
    Twins {
        rule: "tls-unspecified",
        healthy: &[(
            ".env.production",
            "DATABASE_URL=postgres://app@db.example.com/app\nDATABASE_SSL=true\n",
        )],
        ill: &[(".env.production", URL)],
    },
    Twins {
        rule: "tls-unspecified",
        healthy: &[(
            ".env.production",
            "DB_HOST=db.example.com\nDB_NAME=nest\nDB_USER=nest\nDB_SSL_CA=/ca.pem\n",
        )],
        ill: &[(".env.production", HOST)],
    },
    // Another store's.
    Twins {
        rule: "tls-unspecified",
        healthy: &[(
            ".env.production",
            "DB_HOST=db.example.com\nDB_NAME=nest\nDB_USER=nest\nPOSTGRES_USE_SSL=1\n",
        )],
        ill: &[(".env.production", "DB_HOST=db.example.com\nDB_NAME=nest\nDB_USER=nest\nREDIS_SSL=true\n")],
    },
    // It is used, and nothing is checked: that is another finding.
    Twins {
        rule: "tls-unverified",
        healthy: &[(
            ".env.production",
            "DB_HOST=db.example.com\nDB_NAME=nest\nDB_USER=nest\nDB_SSL=true\nDB_SSL_REJECT_UNAUTHORIZED=true\n",
        )],
        ill: &[(
            ".env.production",
            "DB_HOST=db.example.com\nDB_NAME=nest\nDB_USER=nest\nDB_SSL=true\nDB_SSL_REJECT_UNAUTHORIZED=false\n",
        )],
    },
    Twins {
        rule: "tls-unspecified",
        healthy: &[(
            "docker-compose.prod.yml",
            "services:\n  app:\n    image: acme/app:1\n    environment:\n      NODE_ENV: production\n      DB_HOST: pg.example.com\n      DB_NAME: app\n      DB_USER: app\n      DB_SSL: \"true\"\n",
        )],
        ill: &[("docker-compose.prod.yml", COMPOSE)],
    },
    Twins {
        rule: "tls-unspecified",
        healthy: &[(
            ".env.production",
            "SPRING_DATASOURCE_URL=jdbc:postgresql://db.example.com/app\nSPRING_DATASOURCE_HIKARI_DATA_SOURCE_PROPERTIES_SSLMODE=verify-full\n",
        )],
        ill: &[(".env.production", "SPRING_DATASOURCE_URL=jdbc:postgresql://db.example.com/app\n")],
    },
    // Sequelize, TypeORM, config.
    Twins {
        rule: "tls-unspecified",
        healthy: &[(
            "config/config.json",
            "{\"production\": {\"username\": \"app\", \"database\": \"app\", \"host\": \"pg.example.com\", \"dialect\": \"postgres\", \"dialectOptions\": {\"ssl\": {\"require\": true, \"rejectUnauthorized\": true}}}}\n",
        )],
        ill: &[(
            "config/config.json",
            "{\"production\": {\"username\": \"app\", \"database\": \"app\", \"host\": \"pg.example.com\", \"dialect\": \"postgres\", \"dialectOptions\": {\"ssl\": false}}}\n",
        )],
    },
    Twins {
        rule: "tls-unverified",
        healthy: &[(
            "config/config.json",
            "{\"production\": {\"username\": \"app\", \"database\": \"app\", \"host\": \"pg.example.com\", \"dialect\": \"postgres\", \"dialectOptions\": {\"ssl\": {\"ca\": \"/ca.pem\"}}}}\n",
        )],
        ill: &[(
            "config/config.json",
            "{\"production\": {\"username\": \"app\", \"database\": \"app\", \"host\": \"pg.example.com\", \"dialect\": \"postgres\", \"dialectOptions\": {\"ssl\": {\"require\": true, \"rejectUnauthorized\": false}}}}\n",
        )],
    },
    Twins {
        rule: "tls-unspecified",
        healthy: &[(
            "ormconfig.production.json",
            "{\"type\": \"postgres\", \"host\": \"pg.example.com\", \"username\": \"app\", \"database\": \"app\", \"ssl\": true}\n",
        )],
        ill: &[(
            "ormconfig.production.json",
            "{\"type\": \"postgres\", \"host\": \"pg.example.com\", \"username\": \"app\", \"database\": \"app\", \"ssl\": false}\n",
        )],
    },
    Twins {
        rule: "tls-unspecified",
        healthy: &[(
            "config/production.yaml",
            "database:\n  driver: postgres\n  host: pg.internal\n  user: app\n  name: app\n  tls: {enabled: true}\n",
        )],
        ill: &[(
            "config/production.yaml",
            "database:\n  driver: postgres\n  host: pg.internal\n  user: app\n  name: app\n  tls: {enabled: false}\n",
        )],
    },
    Twins {
        rule: "tls-unspecified",
        healthy: &[(
            "config/production.yaml",
            "database:\n  driver: postgres\n  host: pg.internal\n  user: app\n  name: app\n  connect_args: {sslmode: verify-full}\n",
        )],
        ill: &[(
            "config/production.yaml",
            "database:\n  driver: postgres\n  host: pg.internal\n  user: app\n  name: app\n  connect_args: {sslmode: prefer}\n",
        )],
    },
    Twins {
        rule: "parameter-value-invalid",
        healthy: &[(
            "config/production.json",
            "{\"Database\": {\"Host\": \"pg.example.com\", \"Username\": \"app\", \"Database\": \"app\", \"SslMode\": \"VerifyFull\"}}\n",
        )],
        ill: &[(
            "config/production.json",
            "{\"database\": {\"host\": \"pg.example.com\", \"username\": \"app\", \"database\": \"app\", \"sslmode\": \"verify_full\"}}\n",
        )],
    },
    // The same call.
    Twins {
        rule: "tls-unspecified",
        healthy: &[(
            CODE,
            "new Pool({ connectionString: 'postgres://app@pg.example.com/app', ssl: { rejectUnauthorized: true } });\n",
        )],
        ill: &[(CODE, "new Pool({ connectionString: 'postgres://app@pg.example.com/app', ssl: false });\n")],
    },
    Twins {
        rule: "tls-unverified",
        healthy: &[(
            CODE,
            "new Pool({ connectionString: 'postgres://app@pg.example.com/app', ssl: true });\n",
        )],
        ill: &[(
            CODE,
            "new Pool({ connectionString: 'postgres://app@pg.example.com/app', ssl: { rejectUnauthorized: false } });\n",
        )],
    },
    Twins {
        rule: "tls-unspecified",
        healthy: &[(
            CODE,
            "const sql = postgres('postgres://app@pg.example.com/app', { ssl: 'verify-full' });\n",
        )],
        ill: &[(CODE, "const sql = postgres('postgres://app@pg.example.com/app', { max: 3 });\n")],
    },
    Twins {
        rule: "tls-unspecified",
        healthy: &[(
            "app/production/db.py",
            "engine = create_engine(\"postgresql+psycopg://app@pg.example.com/app\", connect_args={\"sslmode\": \"verify-full\", \"sslrootcert\": \"/ca.pem\"})\n",
        )],
        ill: &[(
            "app/production/db.py",
            "engine = create_engine(\"postgresql+psycopg://app@pg.example.com/app\", connect_args={\"connect_timeout\": 3})\n",
        )],
    },
    // What is handed over is judged as what stands in the URL.
    Twins {
        rule: "tls-weak",
        healthy: &[(
            "app/production/db.py",
            "conn = psycopg.connect(\"postgresql://app@pg.example.com/app\", sslmode=\"verify-full\", sslrootcert=\"/ca.pem\")\n",
        )],
        ill: &[(
            "app/production/db.py",
            "conn = psycopg.connect(\"postgresql://app@pg.example.com/app\", sslmode=\"disable\")\n",
        )],
    },
    Twins {
        rule: "tls-unspecified",
        healthy: &[(
            "app/production/db.py",
            "pool = asyncpg.create_pool(host=\"pg.example.com\", user=\"app\", database=\"app\", ssl=\"verify-full\")\n",
        )],
        ill: &[(
            "app/production/db.py",
            "pool = asyncpg.create_pool(host=\"pg.example.com\", user=\"app\", database=\"app\", ssl=\"prefer\")\n",
        )],
    },
    Twins {
        rule: "tls-unspecified",
        healthy: &[(
            "app/production/config.py",
            "SQLALCHEMY_DATABASE_URI = \"postgresql://app@pg.example.com/app\"\nSQLALCHEMY_ENGINE_OPTIONS = {\"connect_args\": {\"sslmode\": \"verify-full\", \"sslrootcert\": \"/ca.pem\"}}\n",
        )],
        ill: &[(
            "app/production/config.py",
            "SQLALCHEMY_DATABASE_URI = \"postgresql://app@pg.example.com/app\"\nSQLALCHEMY_ENGINE_OPTIONS = {\"pool_size\": 3}\n",
        )],
    },
    // Node checks the server unless it is told not to.
    Twins {
        rule: "tls-unverified",
        healthy: &[(
            CODE,
            "new DataSource({ type: 'postgres', host: 'pg.example.com', username: 'app', database: 'app', ssl: true });\n",
        )],
        ill: &[(
            CODE,
            "new DataSource({ type: 'postgres', host: 'pg.example.com', username: 'app', database: 'app', ssl: { rejectUnauthorized: false } });\n",
        )],
    },
    Twins {
        rule: "tls-unverified",
        healthy: &[(
            CODE,
            "new DataSource({ type: 'postgres', host: 'pg.example.com', username: 'app', database: 'app', ssl: { ca: fs.readFileSync('/ca.pem') } });\n",
        )],
        ill: &[(
            CODE,
            "new DataSource({ type: 'postgres', host: 'pg.example.com', username: 'app', database: 'app', extra: { ssl: { rejectUnauthorized: false } } });\n",
        )],
    },
    Twins {
        rule: "tls-unspecified",
        healthy: &[(
            CODE,
            "new DataSource({ type: 'postgres', host: 'pg.example.com', username: 'app', database: 'app', ssl: true });\n",
        )],
        ill: &[(
            CODE,
            "new DataSource({ type: 'postgres', host: 'pg.example.com', username: 'app', database: 'app', ssl: false });\n",
        )],
    },
];

#[test]
fn tls_in_words_of_other_clients() {
    tell_apart(TLS);
}

const POOLER: &str = "services:\n  pgbouncer:\n    image: edoburu/pgbouncer:1.23.1\n  app:\n    image: acme/app:1.0\n    environment:\n      DATABASE_URL: postgresql://app@pgbouncer:6432/app\n";
const NO_POOLER: &str = "services:\n  cache:\n    image: redis:7\n  app:\n    image: acme/app:1.0\n    environment:\n      DATABASE_URL: postgresql://app@pgbouncer:6432/app\n";
const IMAGE: &str = "FROM node:22\nENV DB_HOST=db DB_NAME=app DB_USER=app\n";

/// What is on the same machine.
const MACHINE: &[Twins] = &[
    Twins {
        rule: "tls-unspecified",
        healthy: &[("docker-compose.prod.yml", POOLER)],
        ill: &[("docker-compose.prod.yml", NO_POOLER)],
    },
    Twins {
        rule: "tls-weak",
        healthy: &[(
            "docker-compose.prod.yml",
            "services:\n  proxy:\n    image: gcr.io/cloud-sql-connectors/cloud-sql-proxy:2.11\n  app:\n    image: acme/app:1.0\n    environment:\n      DATABASE_URL: postgresql://app@proxy:5432/app?sslmode=disable\n",
        )],
        ill: &[(
            "docker-compose.prod.yml",
            "services:\n  proxy:\n    image: nginx:1.27\n  app:\n    image: acme/app:1.0\n    environment:\n      DATABASE_URL: postgresql://app@proxy:5432/app?sslmode=disable\n",
        )],
    },
    Twins {
        rule: "tls-unspecified",
        healthy: &[
            ("Dockerfile", IMAGE),
            ("docker-compose.yml", "services:\n  db:\n    image: postgres:16.4\n  web:\n    build: .\n"),
        ],
        ill: &[
            ("Dockerfile", "FROM node:22\nENV DB_HOST=db.lan DB_NAME=app DB_USER=app\n"),
            ("docker-compose.yml", "services:\n  db:\n    image: postgres:16.4\n  web:\n    build: .\n"),
        ],
    },
    Twins {
        rule: "tls-unspecified",
        healthy: &[(
            "docker-compose.prod.yml",
            "services:\n  app:\n    image: acme/app:1\n    environment:\n      DB_HOST: host.docker.internal\n      DB_NAME: app\n      DB_USER: app\n",
        )],
        ill: &[(
            "docker-compose.prod.yml",
            "services:\n  app:\n    image: acme/app:1\n    environment:\n      DB_HOST: db.docker.internal\n      DB_NAME: app\n      DB_USER: app\n",
        )],
    },
    // PgBouncer's own word, as edoburu's image takes it.
    Twins {
        rule: "tls-unspecified",
        healthy: &[(
            "docker-compose.prod.yml",
            "services:\n  pgbouncer:\n    image: edoburu/pgbouncer:v1.23.1-p2\n    environment:\n      DB_HOST: pg.internal\n      DB_USER: app\n      SERVER_TLS_SSLMODE: verify-full\n",
        )],
        ill: &[(
            "docker-compose.prod.yml",
            "services:\n  pgbouncer:\n    image: edoburu/pgbouncer:v1.23.1-p2\n    environment:\n      DB_HOST: pg.internal\n      DB_USER: app\n      SERVER_TLS_SSLMODE: prefer\n",
        )],
    },
];

#[test]
fn what_is_on_the_same_machine() {
    tell_apart(MACHINE);
}

const PUBLIC: &str = "DATABASE_URL=postgresql://app@localhost:5433/app?schema=public\n";
const PACKAGE: (&str, &str) = ("package.json", "{\"dependencies\": {\"@prisma/client\": \"5\"}}\n");

const SYMFONY: &str =
    "DATABASE_URL=\"postgresql://app:app@127.0.0.1:5432/app?serverVersion=16&charset=utf8\"\n";

const SSL: &str = "DATABASE_URL=postgresql://app@db.example.com/app\nDB_SSL=true\n";

/// Who reads a variable is not known, and some read the connection string alone.
const READERS: &[Twins] = &[
    Twins {
        rule: "tls-unspecified",
        healthy: &[("package.json", "{\"dependencies\": {\"pg\": \"^8.0.0\"}}\n"), (".env.production", SSL)],
        ill: &[("Cargo.toml", "[dependencies]\nsqlx = \"0.8\"\n"), (".env.production", SSL)],
    },
    Twins {
        rule: "tls-unspecified",
        healthy: &[(".env.production", SSL)],
        ill: &[(".env.production", "DATABASE_URL=postgresql://app@db.example.com/app\nDB_REDIS_TLS=true\n")],
    },
];

#[test]
fn a_variable_is_heard_by_who_reads_it() {
    tell_apart(READERS);
}

/// Two schemas of one database, and databases whose names something else changes.
const SCHEMAS: &[Twins] = &[
    Twins {
        rule: "same-target-two-environments",
        healthy: &[
            (".env.development", PUBLIC),
            (".env.test", "DATABASE_URL=postgresql://app@localhost:5433/app?schema=test\n"),
            PACKAGE,
        ],
        ill: &[
            (".env.development", PUBLIC),
            (".env.test", "DATABASE_URL=postgresql://app@localhost:5433/app\n"),
            PACKAGE,
        ],
    },
    // Doctrine puts a suffix behind the name of the database that tests use.
    Twins {
        rule: "same-target-two-environments",
        healthy: &[
            (".env", SYMFONY),
            (".env.test", SYMFONY),
            (
                "config/packages/doctrine.yaml",
                "doctrine:\n  dbal:\n    url: '%env(resolve:DATABASE_URL)%'\nwhen@test:\n  doctrine:\n    dbal:\n      dbname_suffix: '_test'\n",
            ),
        ],
        ill: &[
            (".env", SYMFONY),
            (".env.test", SYMFONY),
            ("config/packages/doctrine.yaml", "doctrine:\n  dbal:\n    url: '%env(resolve:DATABASE_URL)%'\n"),
        ],
    },
    Twins {
        rule: "same-target-two-environments",
        healthy: &[
            (".env.development", "DB_HOST=localhost\nDB_NAME=app\nDB_USER=app\nDB_SCHEMA=public\n"),
            (".env.test", "DB_HOST=localhost\nDB_NAME=app\nDB_USER=app\nDB_SCHEMA=test\n"),
        ],
        ill: &[
            (".env.development", "DB_HOST=localhost\nDB_NAME=app\nDB_USER=app\nDB_SCHEMA=app\n"),
            (".env.test", "DB_HOST=localhost\nDB_NAME=app\nDB_USER=app\nDB_SCHEMA=app\n"),
        ],
    },
];

/// Production's database, as a platform's file has it, and a program that names it.
const RENDER: (&str, &str) = (
    "render.yaml",
    "services:\n  - type: web\n    name: api\n    envVars:\n      - key: NODE_ENV\n        value: production\n      - key: DATABASE_URL\n        value: postgresql://app:k3Vq9mT2xLpW7c@db.example.com/app?sslmode=require\n",
);
const NAMES_IT: &str = "const DATABASE_URL = 'postgresql://app:k3Vq9mT2xLpW7c@db.example.com/app?sslmode=require';\nmove(DATABASE_URL);\n";

/// A tool that is started by hand names the database that it is for.
const TOOLS: &[Twins] = &[Twins {
    rule: "same-target-two-environments",
    healthy: &[RENDER, ("src/scripts/move.ts", NAMES_IT), PACKAGE],
    ill: &[RENDER, ("src/move.ts", NAMES_IT), PACKAGE],
}];

#[test]
fn a_tool_is_for_the_database_that_it_names() {
    tell_apart(TOOLS);
}

#[test]
fn two_schemas_are_two_places() {
    tell_apart(SCHEMAS);
}
