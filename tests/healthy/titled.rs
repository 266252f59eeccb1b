//! What a title, a driver's class, the file below or a data directory says of what stands beside it.

use super::{Twins, mild::tell_apart};
use pgward::{Files, Git, Policy, Severity, lint};

macro_rules! with_password {
    ($password:literal) => {
        concat!(
            "services:\n  db:\n    image: postgres:16.4\n    environment: {POSTGRES_USER: shop, POSTGRES_PASSWORD: Vq7xKd93Lm}\n",
            "  web:\n    build: .\n    environment: {DATABASE_URL: 'postgresql://shop:", $password, "@db/shop'}\n"
        )
    };
}

macro_rules! in_mode {
    ($mode:literal) => {
        concat!(
            "services:\n  web:\n    build: .\n    environment:\n      ",
            $mode,
            "\n      DATABASE_URL: postgresql://shop:Vq7xKd93Lm@db/shop\n"
        )
    };
}

const TWINS: &[Twins] = &[
    // The first comment names the whole file.
    Twins {
        rule: "compose-port-public",
        healthy: &[("docker-compose.yml", TITLED)],
        ill: &[("docker-compose.yml", UNTITLED)],
    },
    // Who logs in, and how, is said by the class of the driver where the URL is a reference.
    Twins {
        rule: "superuser-role",
        healthy: &[("src/main/resources/application-prod.yml", MYSQL)],
        ill: &[("src/main/resources/application-prod.yml", PGJDBC)],
    },
    // Another engine's word does not hide a URL.
    Twins {
        rule: "superuser-role",
        healthy: &[("src/main/resources/application-prod.properties", QUARKUS)],
        ill: &[("src/main/resources/application-prod.properties", BOTH)],
    },
    // The server that is meant stands in the file below, and is set up with the same reference.
    Twins {
        rule: "fallback-default",
        healthy: &[("compose.yaml", BASE), ("compose.production.yaml", OVER)],
        ill: &[("compose.yaml", OTHER_BASE), ("compose.production.yaml", OVER)],
    },
    // Somebody's own build of a server is one where it has the data.
    Twins {
        rule: "fallback-default",
        healthy: &[("docker-compose.prod.yml", OWN_BUILD)],
        ill: &[("docker-compose.prod.yml", NO_DATA)],
    },
    // Production's own name is in its place in production's own file, unless it lets somebody in.
    Twins {
        rule: "fallback-default",
        healthy: &[(
            "src/main/resources/application-prod.properties",
            "spring.datasource.url=${DB_URL:jdbc:postgresql://postgres:5432/shop_prod}\n",
        )],
        ill: &[(
            "src/main/resources/application-prod.properties",
            "spring.datasource.url=${DB_URL:jdbc:postgresql://postgres:5432/shop_prod?user=shop&password=Vq7xKd93Lm}\n",
        )],
    },
    // Grafana keeps a server's options beside its own file.
    Twins {
        rule: "empty-password",
        healthy: &[(
            "deploy/grafana.ini",
            "[database]\ntype = sqlite3\nhost = 127.0.0.1:3306\nname = grafana\nuser = root\npassword =\n",
        )],
        ill: &[(
            "deploy/grafana.ini",
            "[database]\ntype = postgres\nhost = db.acme.io:5432\nname = grafana\nuser = grafana\npassword =\n",
        )],
    },
    // A program says by which of the two it connects.
    Twins {
        rule: "url-parts-conflict",
        healthy: &[(
            "import.py",
            "import os\nDB_HOST = os.getenv('DB_HOST', 'db')\nDB_NAME = os.getenv('DB_NAME', 'shop')\nDATABASE_URL = 'postgresql://shop@db.acme.io/shop_live'\n",
        )],
        ill: &[(".env", "DB_HOST=db\nDB_NAME=shop\nDATABASE_URL=postgresql://shop@db.acme.io/shop_live\n")],
    },
    // Flux fills in what kustomize makes of the file beside it.
    Twins {
        rule: "unresolved-placeholder",
        healthy: &[
            ("apps/shop/shop.env", FLUX_ENV),
            ("apps/shop/kustomization.yaml", GENERATOR),
            ("cluster/apps.yaml", FLUX),
        ],
        ill: &[("apps/shop/shop.env", FLUX_ENV), ("apps/shop/kustomization.yaml", GENERATOR)],
    },
    // Elixir's word, and Go's.
    Twins {
        rule: "url-in-compose",
        healthy: &[("docker-compose.yml", in_mode!("MIX_ENV: dev"))],
        ill: &[("docker-compose.yml", in_mode!("MIX_ENV: prod"))],
    },
    Twins {
        rule: "url-in-compose",
        healthy: &[("docker-compose.yml", in_mode!("GO_ENV: remote"))],
        ill: &[("docker-compose.yml", in_mode!("GO_ENV: production"))],
    },
    // Heroku sets both, and Rails goes by its own.
    Twins {
        rule: "environment-contradiction",
        healthy: &[(
            ".env.staging",
            "RAILS_ENV=staging\nRACK_ENV=production\nDATABASE_URL=postgres://shop@db.acme.io/shop?sslmode=require\n",
        )],
        ill: &[(
            ".env.staging",
            "RAILS_ENV=production\nRACK_ENV=production\nDATABASE_URL=postgres://shop@db.acme.io/shop?sslmode=require\n",
        )],
    },
    // A class for tests says nothing of what the service reads.
    Twins {
        rule: "environment-word-mismatch",
        healthy: &[(".env.production", TESTS_TOO), ("app/config.py", OF_TESTS)],
        ill: &[(".env.production", TESTS_TOO), ("app/config.py", OF_ALL)],
    },
    // What has the environment's own word is what it reads.
    Twins {
        rule: "environment-word-mismatch",
        healthy: &[(
            ".env",
            "NODE_ENV=development\nDATABASE_URL=postgres://shop@127.0.0.1/shop_prod\nDEV_DATABASE_URL=postgres://shop@127.0.0.1/shop_dev\n",
        )],
        ill: &[(
            ".env",
            "NODE_ENV=development\nDATABASE_URL=postgres://shop@127.0.0.1/shop_prod\nSTAGING_DATABASE_URL=postgres://shop@127.0.0.1/shop_dev\n",
        )],
    },
    // A document's name.
    Twins {
        rule: "user-implicit",
        healthy: &[(
            "src/index.ts",
            "server.handle(() => [{uri: 'postgres://routes/all', name: 'Routes', mimeType: 'application/json'}]);\n",
        )],
        ill: &[("src/index.ts", "connect(() => [{uri: 'postgres://routes/all', name: 'Routes'}]);\n")],
    },
    // What stands for a password is no other one.
    Twins {
        rule: "compose-credential-mismatch",
        healthy: &[("docker-compose.yml", with_password!("[REDACTED]"))],
        ill: &[("docker-compose.yml", with_password!("changeme"))],
    },
    // A pipeline has the values.
    Twins {
        rule: "placeholder-secret",
        healthy: &[(".env.prod", "DATABASE_URL=${DB_URL}\n")],
        ill: &[(
            ".env.prod",
            "DATABASE_URL=postgres://shop:FROM_KEY_VAULT@db.acme.io/shop?sslmode=require\n",
        )],
    },
    // What is set to nothing in a file of defaults has none.
    Twins {
        rule: "parts-incomplete",
        healthy: &[("src/config-default.yaml", EMPTY)],
        ill: &[("src/config-prod.yaml", EMPTY)],
    },
    Twins {
        rule: "tls-weak",
        healthy: &[(
            "src/main/resources/application-production.yml",
            "spring:\n  datasource:\n    url: jdbc:postgresql://shop-db.flycast:5432/shop?sslmode=disable\n",
        )],
        ill: &[(
            "src/main/resources/application-production.yml",
            "spring:\n  datasource:\n    url: jdbc:postgresql://shop-db.internal:5432/shop?sslmode=disable\n",
        )],
    },
    Twins {
        rule: "tls-weak",
        healthy: &[(
            ".env.production",
            "DATABASE_URL=postgresql://shop:k3Vq9mT2xL@top2.nearest.of.shop-db.internal/shop?sslmode=disable\n",
        )],
        ill: &[(
            ".env.production",
            "DATABASE_URL=postgresql://shop:k3Vq9mT2xL@top2.shop-db.internal/shop?sslmode=disable\n",
        )],
    },
    Twins {
        rule: "tls-unspecified",
        healthy: &[(
            ".env.production",
            "DATABASE_URL=postgresql://shop:k3Vq9mT2xL@postgres.railway.internal:5432/shop\n",
        )],
        ill: &[(
            ".env.production",
            "DATABASE_URL=postgresql://shop:k3Vq9mT2xL@postgres.railway.example.com:5432/shop\n",
        )],
    },
    Twins {
        rule: "database-url-unrecognised",
        healthy: &[("Cargo.toml", SURREAL), ("docker-compose.yml", STORE), ("scripts/backup.sh", BACKUP)],
        ill: &[("Cargo.toml", WITH_POSTGRES), ("docker-compose.yml", STORE), ("scripts/backup.sh", BACKUP)],
    },
];

const SURREAL: &str =
    "[package]\nname = \"shop\"\nversion = \"0.1.0\"\n[dependencies]\nsurrealdb = \"2.5\"\n";
const WITH_POSTGRES: &str = "[package]\nname = \"shop\"\nversion = \"0.1.0\"\n[dependencies]\nsurrealdb = \"2.5\"\ntokio-postgres = \"0.7\"\n";
const STORE: &str = "services:\n  store:\n    image: surrealdb/surrealdb:v2.5.0\n  web:\n    build: .\n    environment:\n      - DB_URL=store:8000\n      - DB_USER=${DB_USER}\n      - DB_PASS=${DB_PASS}\n";
const BACKUP: &str = "#!/bin/sh\nDB_USER=\"${DB_USER:-root}\"\nDB_PASS=\"${DB_PASS:-root}\"\nDB_URL=\"http://localhost:8000\"\nsurreal export --conn \"$DB_URL\"\n";
const FLUX_ENV: &str = "DATABASE_URL=postgres://shop@${CLUSTER_DB}/shop?sslmode=require\n";
const GENERATOR: &str = "kind: Kustomization\napiVersion: kustomize.config.k8s.io/v1beta1\nconfigMapGenerator:\n  - name: shop\n    envs: [shop.env]\n";
const FLUX: &str = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: apps}\nspec:\n  path: ./apps\n  postBuild:\n    substituteFrom:\n      - {kind: Secret, name: cluster}\n";
const TESTS_TOO: &str = "APP_ENV=production\nDB_USER=shop\nDB_PASSWORD=Vq7xKd93Lm\nDB_HOST=db\nDB_PORT=5432\nDB_NAME=shop\nTEST_DB_NAME=shop_test\n";
const OF_TESTS: &str = "import os\n\nclass TestConfig(Config):\n    DATABASE_URI = f\"postgresql://{os.getenv('DB_USER')}:{os.getenv('DB_PASSWORD')}@{os.getenv('DB_HOST')}:{os.getenv('DB_PORT')}/{os.getenv('TEST_DB_NAME')}\"\n";
const OF_ALL: &str = "import os\n\nclass Config:\n    DATABASE_URI = f\"postgresql://{os.getenv('DB_USER')}:{os.getenv('DB_PASSWORD')}@{os.getenv('DB_HOST')}:{os.getenv('DB_PORT')}/{os.getenv('TEST_DB_NAME')}\"\n";
const TITLED: &str = "# Shop - local/dev stack\n#\n# docker compose up\n\
services:\n  web:\n    build: .\n    environment: {NODE_ENV: production}\n    depends_on: [db]\n  db:\n    image: postgres:16.4\n    ports: ['5432:5432']\n";
const UNTITLED: &str = "# Shop - the whole stack\n#\n# docker compose up\n\
services:\n  web:\n    build: .\n    environment: {NODE_ENV: production}\n    depends_on: [db]\n  db:\n    image: postgres:16.4\n    ports: ['5432:5432']\n";
const MYSQL: &str = "spring:\n  datasource:\n    url: ${DB_URL}\n    username: root\n    password: ${DB_PASSWORD}\n    driver-class-name: com.mysql.cj.jdbc.Driver\n";
const PGJDBC: &str = "spring:\n  datasource:\n    url: ${DB_URL}\n    username: root\n    password: ${DB_PASSWORD}\n    driver-class-name: org.postgresql.Driver\n";
const QUARKUS: &str = "quarkus.datasource.db-kind=mariadb\nquarkus.datasource.username=root\nquarkus.datasource.password=${DB_PASSWORD}\n";
const BOTH: &str = "quarkus.datasource.db-kind=mariadb\nquarkus.datasource.username=root\nquarkus.datasource.jdbc.url=jdbc:postgresql://db.acme.io/shop\n";
const BASE: &str = "services:\n  db:\n    image: postgres:16.4\n    environment:\n      POSTGRES_DB: ${SHOP_DB:-shop}\n      POSTGRES_PASSWORD_FILE: /run/secrets/db\n";
const OTHER_BASE: &str = "services:\n  db:\n    image: postgres:16.4\n    environment:\n      POSTGRES_DB: ${DB:-shop}\n      POSTGRES_PASSWORD_FILE: /run/secrets/db\n";
const OVER: &str = "services:\n  web:\n    environment:\n      DB_HOST: db\n      DB_NAME: ${SHOP_DB:-shop}\n      DB_USER: shop\n      DB_PASSWORD: ${DB_PASSWORD:?}\n";
const OWN_BUILD: &str = "services:\n  db:\n    image: acme/pgvector:16\n    environment:\n      POSTGRES_DB: ${DB_NAME:-shop}\n      POSTGRES_USER: shop\n      POSTGRES_PASSWORD: ${DB_PASSWORD:?}\n    volumes: [data:/var/lib/postgresql/data]\n  web:\n    build: .\n    environment:\n      DB_HOST: db\n      DB_NAME: ${DB_NAME:-shop}\n      DB_USER: shop\n      DB_PASSWORD: ${DB_PASSWORD:?}\n";
const NO_DATA: &str = "services:\n  db:\n    image: acme/pgvector:16\n    environment:\n      POSTGRES_DB: ${DB_NAME:-shop}\n      POSTGRES_USER: shop\n      POSTGRES_PASSWORD: ${DB_PASSWORD:?}\n    volumes: [data:/backups]\n  web:\n    build: .\n    environment:\n      DB_HOST: db\n      DB_NAME: ${DB_NAME:-shop}\n      DB_USER: shop\n      DB_PASSWORD: ${DB_PASSWORD:?}\n";
const EMPTY: &str = "DB_HOST:\nDB_PORT:\nDB_USER:\nDB_PASSWORD:\nDB_DATABASE: audit\n";

#[test]
fn what_stands_above_and_below_says() {
    tell_apart(TWINS);
}

/// Who logs in comes with the password, from where git does not look.
#[test]
fn what_git_keeps_without_a_secret_is_a_part() {
    let worst = |git: Git, password: &str| {
        let text = format!("DB_HOST=postgres\nPOSTGRES_DB=shop_prod\nDB_PORT=5432\n{password}");
        let code = "import os\nurl = f\"postgresql://{os.environ['APP_DB_USER']}:{os.environ['DB_PASSWORD']}@{os.environ['DB_HOST']}:{os.environ['DB_PORT']}/{os.environ['POSTGRES_DB']}\"\n";
        let files = Files {
            files: vec![(".env.production".to_owned(), text.into()), ("db.py".to_owned(), code.into())],
            git: [(".env.production".to_owned(), git)].into(),
            ..Files::default()
        };
        let found = lint(&files, &Policy::default());
        found.iter().filter(|f| f.rule == "parts-incomplete").map(|f| f.severity).max()
    };
    assert_eq!(worst(Git::Tracked, ""), Some(Severity::Note));
    assert_eq!(worst(Git::Ignored, ""), Some(Severity::Warning));
    assert_eq!(worst(Git::Tracked, "DB_PASSWORD=Vq7xKd93Lm\n"), Some(Severity::Warning));
}
