//! What one name says that a second look explains: networks of Docker, pipelines, templates, names in capitals.

use super::{Twins, mild::tell_apart};
use pgward::{Files, Git, Policy, lint};

const TWINS: &[Twins] = &[
    // Docker gives a container its name alone, and with its network.
    Twins {
        rule: "url-parts-conflict",
        healthy: &[(
            "docker-compose.yml",
            "services:\n  web:\n    build: .\n    environment: {DATABASE_URL: \"postgres://shop@shop-db/shop\", DATABASE_HOST: shop-db.backend}\n",
        )],
        ill: &[(
            "docker-compose.yml",
            "services:\n  web:\n    build: .\n    environment: {DATABASE_URL: \"postgres://shop@shop-db/shop\", DATABASE_HOST: shop-db.acme.io}\n",
        )],
    },
    // What a URL leaves open Rails has from the key beside it.
    Twins {
        rule: "dbname-implicit",
        healthy: &[(
            "config/database.yml",
            "production:\n  adapter: postgresql\n  database: <%= ENV['DB_NAME'] %>\n  url: postgres://db.acme.io:5432\n",
        )],
        ill: &[("config/settings.production.yml", "database:\n  url: postgres://db.acme.io:5432\n")],
    },
    // Public domains are no networks.
    Twins {
        rule: "url-parts-conflict",
        healthy: &[(
            "docker-compose.yml",
            "services:\n  web:\n    build: .\n    environment: {DATABASE_URL: \"postgres://shop@db/shop\", DATABASE_HOST: db.backend}\n",
        )],
        ill: &[(
            "docker-compose.yml",
            "services:\n  web:\n    build: .\n    environment: {DATABASE_URL: \"postgres://shop@acme/shop\", DATABASE_HOST: acme.com}\n",
        )],
    },
    // A client with the server's image ends by itself; the server goes on.
    Twins {
        rule: "url-in-compose",
        healthy: &[(
            "compose.yaml",
            "services:\n  db: {image: \"postgres:16.4\", restart: \"no\"}\n  web:\n    build: .\n    environment: {NODE_ENV: production, DATABASE_URL: \"postgres://shop:k3Vq9xZt2LmP@db.shop.internal/shop\"}\n",
        )],
        ill: &[(
            "compose.yaml",
            "services:\n  db: {image: \"postgres:16.4\", restart: always}\n  backup: {image: \"postgres:16.4\", command: pg_dump -h db, restart: \"no\"}\n  web:\n    build: .\n    environment: {NODE_ENV: production, DATABASE_URL: \"postgres://shop:k3Vq9xZt2LmP@db.shop.internal/shop\"}\n",
        )],
    },
    // A pipeline runs on a machine of its own.
    Twins {
        rule: "same-target-two-environments",
        healthy: &[("config/db.json", LOCAL), ("config/db.ci.json", LOCAL)],
        ill: &[("config/db.json", LOCAL), ("config/db.test.json", LOCAL)],
    },
    // A word may begin with a capital letter.
    Twins {
        rule: "test-name-not-test",
        healthy: &[(
            "tests/conftest.py",
            "TEST_DATABASE_URL = 'postgresql://shop@localhost/ShopUsersTest'\n",
        )],
        ill: &[("tests/conftest.py", "TEST_DATABASE_URL = 'postgresql://shop@localhost/ShopUsersLatest'\n")],
    },
    // A server that is not started again serves nobody: `NODE_ENV` says how the images beside it are built.
    Twins {
        rule: "url-in-compose",
        healthy: &[(
            "docker-compose.yml",
            "services:\n  db:\n    image: postgres:16.4\n    restart: no\n    environment: {POSTGRES_PASSWORD: k3Vq9xZt2LmP}\n  web:\n    build: .\n    environment: {NODE_ENV: production, DATABASE_URL: \"postgres://postgres:k3Vq9xZt2LmP@db/shop\"}\n",
        )],
        ill: &[(
            "docker-compose.yml",
            "services:\n  db:\n    image: postgres:16.4\n    restart: always\n    environment: {POSTGRES_PASSWORD: k3Vq9xZt2LmP}\n  web:\n    build: .\n    environment: {NODE_ENV: production, DATABASE_URL: \"postgres://postgres:k3Vq9xZt2LmP@db/shop\"}\n",
        )],
    },
    // Lines for the program that fills the file in.
    Twins {
        rule: "dotenv-syntax",
        healthy: &[(
            "charm/shop.env",
            "{% if name %}\nSHOP_NAME={{name}}\n{%- endif %}\nDATABASE_URL={{url}}\n",
        )],
        ill: &[("charm/shop.env", "{ if name }\nSHOP_NAME={{name}}\n{ endif }\nDATABASE_URL={{url}}\n")],
    },
    // Kafka Connect has providers for what is secret; another word there is a slip.
    Twins {
        rule: "unresolved-placeholder",
        healthy: &[(
            "connect/shop.env",
            "DB_HOST=${secrets:shop-db:db.host}\nDB_NAME=${secrets:shop-db:db.name}\nDB_USER=shop\n",
        )],
        ill: &[(
            "connect/shop.env",
            "DB_HOST=${shop-db:db.host}\nDB_NAME=${shop-db:db.name}\nDB_USER=shop\n",
        )],
    },
    // A shell cuts texts in the same form, and beside a provider's another reference is one.
    Twins {
        rule: "unresolved-placeholder",
        healthy: &[(
            "connect/shop.env",
            "DATABASE_URL=postgresql://shop:${file:/etc/shop:password}@db.acme.io/shop\n",
        )],
        ill: &[(
            "connect/shop.env",
            "DATABASE_URL=postgresql://shop:${file:/etc/shop:password}@${DB_HOST}/shop\n",
        )],
    },
    // A word of node-postgres where libpq's is not asked for.
    Twins {
        rule: "parameter-value-invalid",
        healthy: &[(
            "config/shop.json",
            "{\"database\": {\"hostname\": \"db.acme.io\", \"name\": \"shop\", \"username\": \"shop\", \"sslMode\": \"no-verify\"}}\n",
        )],
        ill: &[(
            "config/shop.json",
            "{\"database\": {\"hostname\": \"db.acme.io\", \"name\": \"shop\", \"username\": \"shop\", \"sslMode\": \"verify-fully\"}}\n",
        )],
    },
    // What developers have for themselves; `dev-portal` is a product.
    Twins {
        rule: "image-floating",
        healthy: &[("dev-assets/db.yml", FLOATS)],
        ill: &[("dev-portal/db.yml", FLOATS)],
    },
    // What writes SQL connects to nothing.
    Twins {
        rule: "url-in-framework-config",
        healthy: &[("alembic.ini", INI), ("alembic/env.py", ENV_PY)],
        ill: &[("alembic.ini", INI), ("alembic/env.py", ENV_PY_READS)],
    },
    // The user stands with what all profiles share.
    Twins {
        rule: "user-implicit",
        healthy: &[(
            "src/main/resources/application.properties",
            "quarkus.datasource.username=shop\n%prod.quarkus.datasource.reactive.url=vertx-reactive:postgresql://db.acme.io/shop\n",
        )],
        ill: &[("config/settings.production.yml", "database:\n  url: postgresql://db.acme.io/shop\n")],
    },
];

const FLOATS: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: db}\nspec:\n  volumes: [{name: data, persistentVolumeClaim: {claimName: db}}]\n  containers:\n    - {name: db, image: \"postgres:16\", volumeMounts: [{name: data, mountPath: /var/lib/postgresql/data}]}\n";
const INI: &str =
    "[alembic]\nscript_location = alembic\nsqlalchemy.url = postgresql://shop:shop@localhost/shop\n";
const ENV_PY: &str = "from alembic import context\n\n\ndef run_migrations_offline():\n    context.configure(url=config.get_main_option(\"sqlalchemy.url\"))\n\n\ndef run_migrations_online():\n    section = config.get_section(config.config_ini_section)\n    section[\"sqlalchemy.url\"] = settings.url\n    connectable = engine_from_config(section)\n";
const ENV_PY_READS: &str = "from alembic import context\n\n\ndef run_migrations_online():\n    connectable = create_engine(config.get_main_option(\"sqlalchemy.url\"))\n\n\ndef run_migrations_offline():\n    section = config.get_section(config.config_ini_section)\n    section[\"sqlalchemy.url\"] = settings.url\n";
const LOCAL: &str = "{\"db\": {\"host\": \"localhost\", \"user\": \"postgres\", \"dbName\": \"shop\"}}\n";

#[test]
fn what_a_second_look_explains_is_told_apart() {
    tell_apart(TWINS);
}

/// A file that git keeps has what is missing from elsewhere.
#[test]
fn a_switch_alone_is_a_part_of_what_is_set_elsewhere() {
    let told = |git: Git| {
        let files = Files {
            files: vec![(".env.production".to_owned(), "DB_CONNECTION=pgsql\n".into())],
            git: [(".env.production".to_owned(), git)].into(),
            ..Files::default()
        };
        lint(&files, &Policy::default()).iter().any(|f| f.rule == "parts-incomplete")
    };
    assert!(told(Git::Ignored) && !told(Git::Tracked));
}

/// Files of compose that are started together are so from the directory of the first.
#[test]
fn a_script_may_be_meant_from_another_directory() {
    let told = |absent: &[&str]| {
        let text = "services:\n  db:\n    image: postgres:16.4\n    volumes: [\"../sql/init.sql:/docker-entrypoint-initdb.d/init.sql\"]\n";
        let files = Files {
            files: vec![("env/test/docker-compose.yml".to_owned(), text.into())],
            absent: absent.iter().map(|path| (*path).to_owned()).collect(),
            ..Files::default()
        };
        lint(&files, &Policy::default()).iter().any(|f| f.rule == "init-script-missing")
    };
    assert!(told(&["env/sql/init.sql", "env/test/sql/init.sql"]) && !told(&["env/sql/init.sql"]));
}
