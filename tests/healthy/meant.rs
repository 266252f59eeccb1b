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
    // How a service without a database is built says nothing of those that have one.
    Twins {
        rule: "compose-port-public",
        healthy: &[("docker-compose.yml", BESIDE)],
        ill: &[("docker-compose.yml", CLIENT)],
    },
    Twins {
        rule: "compose-port-public",
        healthy: &[("docker-compose.yml", BESIDE)],
        ill: &[("docker-compose.yml", WAITING)],
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
        healthy: &[
            ("docker-compose.yml", "services:\n  db: {image: \"postgres:16.4\"}\n"),
            (".env", "DB_URL=db:5432/shop\nDB_USER=shop\n"),
        ],
        ill: &[
            ("docker-compose.yml", "services:\n  db: {image: \"postgres:16.4\"}\n"),
            (".env", "DB_URL=db:five/shop\nDB_USER=shop\n"),
        ],
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
    // What a tool falls back on is no service's.
    Twins {
        rule: "sqlite-in-memory",
        healthy: &[("scripts/move.py", FALLS_BACK)],
        ill: &[("app/settings.py", FALLS_BACK)],
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
    "apiVersion: v1\nkind: Secret\nmetadata: {name: web}\ndata:\n  DB_PASSWORD: k3Vq9_mT2xL\n";

const FALLS_BACK: &str = "import os\n\nDB_URL = os.getenv('DATABASE_URL', 'sqlite://:memory:')\n";

const BESIDE: &str = "services:\n  db:\n    image: postgres:16.4\n    ports: [\"5432:5432\"]\n  api:\n    build: api\n    environment: {DATABASE_URL: \"postgresql://shop@db/shop\"}\n  pages:\n    build: pages\n    environment: {NODE_ENV: production}\n    depends_on: [api]\n";
const CLIENT: &str = "services:\n  db:\n    image: postgres:16.4\n    ports: [\"5432:5432\"]\n  api:\n    build: api\n    environment: {DATABASE_URL: \"postgresql://shop@db/shop\", NODE_ENV: production}\n";
const WAITING: &str = "services:\n  db:\n    image: postgres:16.4\n    ports: [\"5432:5432\"]\n  api:\n    build: api\n    environment: {DATABASE_URL: \"postgresql://shop@db/shop\"}\n  pages:\n    build: pages\n    environment: {NODE_ENV: production}\n    depends_on: [db]\n";

const BUILT_ELSEWHERE: &str = "services:\n  db: {image: \"postgres:16.4\"}\n  web:\n    build: ./web\n    environment: {DATABASE_URL: \"postgresql://shop@db/shop\"}\n";

#[test]
fn what_was_meant_is_no_warning() {
    tell_apart(TWINS);
}
