//! Forms that a tool of its own reads, each beside a twin that is none of them.

use super::{Twins, mild::tell_apart};

const STRAPI: &str = "export default ({ env }) => ({\n  connection: {\n    client: 'postgres',\n    connection: {\n      host: env('DATABASE_HOST', '127.0.0.1'),\n      port: env.int('DATABASE_PORT', 5_432),\n      database: env('DATABASE_NAME', 'strapi'),\n      user: env('DATABASE_USERNAME', 'strapi'),\n    },\n  },\n});\n";
const CIPHERTEXT: &str = "U2FsdGVkX19Zb3Uga25vdyB0aGF0IHRoaXMgaXMgb3BlbnNzbA==\nc2hvcCBzaG9wIHNob3A=\n";
const NPGSQL: (&str, &str) =
    ("shop.csproj", "<Project><ItemGroup><PackageReference Include=\"Npgsql\" /></ItemGroup></Project>\n");
const GRADLE: (&str, &str) =
    ("build.gradle", "dependencies { runtimeOnly 'org.postgresql:r2dbc-postgresql' }\n");

const TWINS: &[Twins] = &[
    // `ansible-vault encrypt_string` writes it; the tag decrypts it.
    Twins {
        rule: "url-in-framework-config",
        healthy: &[(
            "inventories/prod/group_vars/all.yml",
            "app_env:\n  DB_HOST: pg.internal\n  DB_NAME: app\n  DB_USER: app\n  DB_PASSWORD: !vault |\n    $ANSIBLE_VAULT;1.1;AES256\n    62313365396662343061393464336163383764373764613633653634306231386433626436623361\n",
        )],
        ill: &[(
            "inventories/prod/group_vars/all.yml",
            "app_env:\n  DB_HOST: pg.internal\n  DB_NAME: app\n  DB_USER: app\n  DB_PASSWORD: |\n    k3Vq9wYt7LmZx2Rn\n",
        )],
    },
    Twins {
        rule: "value-wrapped",
        healthy: &[(
            "inventories/prod/group_vars/all.yml",
            "database:\n  host: pg.internal\n  name: app\n  user: app\n  password: !vault |\n    $ANSIBLE_VAULT;1.1;AES256\n    62313365396662343061393464336163383764373764613633653634306231386433626436623361\n",
        )],
        ill: &[(
            "inventories/prod/group_vars/all.yml",
            "database:\n  host: pg.internal\n  name: app\n  user: app\n  password: |\n    k3Vq9wYt7LmZx2Rn\n",
        )],
    },
    Twins {
        rule: "value-wrapped",
        healthy: &[(
            "group_vars/production.yml",
            "env:\n  DATABASE_URL: !vault |\n    $ANSIBLE_VAULT;1.2;AES256;prod\n    6231336539666234\n",
        )],
        ill: &[(
            "group_vars/production.yml",
            "env:\n  DATABASE_URL: |\n    postgresql://app@pg.internal/app\n",
        )],
    },
    // Strapi's `env.int` takes a variable by its name.
    Twins {
        rule: "port-invalid",
        healthy: &[("config/database.ts", STRAPI)],
        ill: &[(
            "config/database.ts",
            "export default ({ env }) => ({\n  connection: {\n    client: 'postgres',\n    connection: {\n      host: env('DATABASE_HOST', '127.0.0.1'),\n      port: '5432x',\n      database: env('DATABASE_NAME', 'strapi'),\n    },\n  },\n});\n",
        )],
    },
    // What is encrypted as a whole is no env file.
    Twins {
        rule: "dotenv-syntax",
        healthy: &[
            (".env.production.enc", CIPHERTEXT),
            (".env.production", "$ANSIBLE_VAULT;1.1;AES256\n6231336539666234306139346433616338376437\n"),
            (".env.age", "-----BEGIN AGE ENCRYPTED FILE-----\nYWdlLWVuY3J5cHRpb24=\n"),
            (".env.secret", "\u{1}\u{2}shop\n"),
            ("composer.json", "{\"require\": {\"vlucas/phpdotenv\": \"^5.6\"}}\n"),
        ],
        ill: &[
            (".env.production", "foo bar\nDATABASE_URL=postgresql://app@db/app\n"),
            ("composer.json", "{\"require\": {\"vlucas/phpdotenv\": \"^5.6\"}}\n"),
        ],
    },
    // A plain text keeps its findings, whatever it is called.
    Twins {
        rule: "weak-secret",
        healthy: &[(".env.production.enc", CIPHERTEXT)],
        ill: &[(".env.production.enc", "DATABASE_URL=postgresql://app:password@pg.example.com/app\n")],
    },
    // What a program that runs tests puts into the environment.
    Twins {
        rule: "sqlite-in-memory",
        healthy: &[
            ("tox.ini", "[testenv]\nsetenv =\n    DATABASE_URL = sqlite://\n"),
            ("setup.cfg", "[tool:pytest]\nenv =\n    DATABASE_URL=sqlite:///:memory:\n"),
            ("pyproject.toml", "[tool.pytest_env]\nDATABASE_URL = \"sqlite://\"\n"),
            (
                "package.json",
                "{\"ava\": {\"environmentVariables\": {\"DATABASE_URL\": \"sqlite::memory:\"}}}\n",
            ),
            (
                "ava.config.js",
                "export default {environmentVariables: {DATABASE_URL: 'sqlite://:memory:'}};\n",
            ),
        ],
        ill: &[(".env.development", "DATABASE_URL=sqlite://\n")],
    },
    Twins {
        rule: "same-target-two-environments",
        healthy: &[
            ("tox.ini", "[testenv]\nsetenv =\n    DATABASE_URL = postgresql://app@localhost/app_test\n"),
            (".env.test", "DATABASE_URL=postgresql://app@localhost/app_test\n"),
        ],
        ill: &[
            ("tox.ini", "[testenv:dev]\nsetenv =\n    DATABASE_URL = postgresql://app@localhost/app\n"),
            (".env.test", "DATABASE_URL=postgresql://app@localhost/app\n"),
        ],
    },
    // The key is there; what it comes to only the program knows.
    Twins {
        rule: "verify-without-root",
        healthy: &[
            (
                "config/database.yml",
                "production:\n  adapter: postgresql\n  host: pg.example.com\n  database: app\n  username: app\n  sslmode: verify-full\n  sslrootcert: <%= Rails.root.join('config/ca.pem') %>\n",
            ),
            ("Gemfile", "gem 'rails'\ngem 'pg'\n"),
        ],
        ill: &[
            (
                "config/database.yml",
                "production:\n  adapter: postgresql\n  host: pg.example.com\n  database: app\n  username: app\n  sslmode: verify-full\n",
            ),
            ("Gemfile", "gem 'rails'\ngem 'pg'\n"),
        ],
    },
    Twins {
        rule: "verify-without-root",
        healthy: &[
            (
                "src/db.py",
                "import certifi, psycopg2\nconnection = psycopg2.connect(host=\"pg.example.com\", user=\"app\", dbname=\"app\", sslmode=\"verify-full\", sslrootcert=certifi.where())\nother = psycopg2.connect(host=\"pg.example.com\", user=\"app\", dbname=\"app\", sslmode=\"verify-full\", sslrootcert=\"/ca.pem\")\n",
            ),
            ("requirements.txt", "psycopg2==2.9\n"),
        ],
        ill: &[
            (
                "src/db.py",
                "import psycopg2\nconnection = psycopg2.connect(host=\"pg.example.com\", user=\"app\", dbname=\"app\", sslmode=\"verify-full\")\n",
            ),
            ("requirements.txt", "psycopg2==2.9\n"),
        ],
    },
    // `Server` is Npgsql's word too, where a program asks for it.
    Twins {
        rule: "database-url-unrecognised",
        healthy: &[(".env", "DATABASE_URL=Server=localhost;Database=app;User Id=app;Password=app\n"), NPGSQL],
        ill: &[(".env", "DATABASE_URL=Server=localhost\nTEST_DATABASE_URL=foo=bar;baz=1\n"), NPGSQL],
    },
    // r2dbc-postgresql has options of its own, in camel case.
    Twins {
        rule: "unknown-parameter",
        healthy: &[(
            "src/main/resources/application-prod.yml",
            "spring:\n  r2dbc:\n    url: r2dbc:postgresql://pg.internal:5432/app?sslMode=verify-full&sslRootCert=/certs/ca.pem&statementTimeout=5s&timeZone=UTC&options=lock_timeout=10s\n    username: app\n",
        )],
        ill: &[(
            "src/main/resources/application-prod.yml",
            "spring:\n  r2dbc:\n    url: r2dbc:postgresql://pg.internal:5432/app?sslmod=verify-full\n    username: app\n",
        )],
    },
    Twins {
        rule: "tls-unspecified",
        healthy: &[(
            "src/main/resources/application-prod.yml",
            "spring:\n  r2dbc:\n    url: r2dbc:pool:postgresql://pg.example.com:5432/app?sslMode=verify-full&sslRootCert=/certs/ca.pem\n    username: app\n",
        )],
        // libpq's word is none of the driver's.
        ill: &[(
            "src/main/resources/application-prod.yml",
            "spring:\n  r2dbc:\n    url: r2dbc:pool:postgresql://pg.example.com:5432/app?sslmode=verify-full\n    username: app\n",
        )],
    },
    Twins {
        rule: "url-malformed",
        healthy: &[(
            "src/main/resources/application-prod.yml",
            "spring:\n  r2dbc:\n    url: r2dbc:postgresql://pg.internal:5432/app?options=lock_timeout=10s\n",
        )],
        ill: &[(
            "src/main/resources/application-prod.yml",
            "spring:\n  r2dbc:\n    url: r2dbc:postgresql://pg.internal:5432/app?options\n",
        )],
    },
    Twins {
        rule: "database-url-unrecognised",
        healthy: &[
            (".env.development", "DATABASE_URL=r2dbc:pool:postgresql://app:app@db:5432/app\n"),
            GRADLE,
        ],
        ill: &[(".env.development", "DATABASE_URL=r2dbc:postgers//app:app@db:5432/app\n"), GRADLE],
    },
    Twins {
        rule: "foreign-conninfo",
        healthy: &[(".env.development", "DATABASE_URL=r2dbc:postgresql://app:app@db:5432/app\n"), GRADLE],
        ill: &[
            (".env.development", "DATABASE_URL=r2dbc:postgresql://app:app@db:5432/app\n"),
            ("package.json", "{\"dependencies\": {\"pg\": \"8.11.0\"}}\n"),
        ],
    },
    // Schemes that are names of drivers, where their reader is asked for.
    Twins {
        rule: "database-url-unrecognised",
        healthy: &[
            (".env", "DATABASE_URL=pdo-pgsql://app:app@127.0.0.1:5432/app?serverVersion=16&charset=utf8\n"),
            ("composer.json", "{\"require\": {\"doctrine/dbal\": \"^4.0\"}}\n"),
        ],
        ill: &[
            (".env", "DATABASE_URL=pdo-pgsq://app:app@127.0.0.1:5432/app\n"),
            ("composer.json", "{\"require\": {\"doctrine/dbal\": \"^4.0\"}}\n"),
        ],
    },
    Twins {
        rule: "database-url-unrecognised",
        healthy: &[
            (".env", "DATABASE_URL=psycopg://app:app@localhost/app\n"),
            ("requirements.txt", "tortoise-orm[psycopg]==0.21\n"),
        ],
        ill: &[
            (".env", "DATABASE_URL=psycopgg://app:app@localhost/app\n"),
            ("requirements.txt", "tortoise-orm[psycopg]==0.21\n"),
        ],
    },
    // dynaconf's casts.
    Twins {
        rule: "database-url-unrecognised",
        healthy: &[(
            "settings.toml",
            "[production]\nDATABASE_URL = \"@format postgresql://app:{env[DB_PASSWORD]}@{env[DB_HOST]}/app\"\n",
        )],
        ill: &[("settings.toml", "[production]\nDATABASE_URL = \"@formt {env[DATABASE_URL]}\"\n")],
    },
    // helm-unittest renders templates; nothing connects.
    Twins {
        rule: "test-inherits-database-url",
        healthy: &[(
            "charts/shop/tests/deployment_test.yaml",
            "suite: deployment\ntests:\n  - it: sets the url\n    set: {env: {DATABASE_URL: \"postgresql://u:p@db.acme.io/x\"}}\n    asserts: [{isKind: {of: Deployment}}]\n",
        )],
        ill: &[("tests/config.yaml", "env: {DATABASE_URL: \"postgresql://u:p@db.acme.io/x\"}\n")],
    },
];

#[test]
fn a_form_is_read_by_whoever_has_it() {
    tell_apart(TWINS);
}
