//! Whose server is at a host, by what the repository starts: each beside a twin where nothing says so.

use super::{Twins, mild::tell_apart};

const OF_KAMAL: &str = "production:\n  adapter: postgresql\n  database: shop\n  username: shop\n  password: <%= ENV[\"POSTGRES_PASSWORD\"] %>\n  host: shop-db\n";
const WITH_DB: &str = "service: shop\nimage: acme/shop\naccessories:\n  db:\n    image: postgres:17.2\n    host: shop.example.com\n    port: \"127.0.0.1:5432:5432\"\n";
const WITH_CACHE: &str = "service: shop\nimage: acme/shop\n# postgres is elsewhere\naccessories:\n  db:\n    image: redis:7\n    host: shop.example.com\n";
const OF_MYSQL: &str = "services:\n  db: {image: \"mysql:8.4\"}\n  web:\n    build: .\n    environment:\n      NODE_ENV: production\n      DB_HOST: db\n      DB_USER: shop\n      DB_PASSWORD: ${DB_PASSWORD:-k3Vq9mT2xLpW}\n      DB_NAME: shop\n";
const OF_POSTGRES: &str = "services:\n  db: {image: \"postgres:17.2\"}\n  web:\n    build: .\n    environment:\n      NODE_ENV: production\n      DB_HOST: db\n      DB_USER: shop\n      DB_PASSWORD: ${DB_PASSWORD:-k3Vq9mT2xLpW}\n      DB_NAME: shop\n";

const TWINS: &[Twins] = &[
    // The server of that name is another engine's.
    Twins {
        rule: "fallback-default",
        healthy: &[("compose.yml", OF_MYSQL)],
        ill: &[("compose.yml", OF_POSTGRES)],
    },
    Twins {
        rule: "weak-secret",
        healthy: &[
            (
                "compose.yml",
                "services:\n  db: {image: \"mariadb:11.4\"}\n  web: {build: ., env_file: .env.production}\n",
            ),
            (".env.production", "DB_HOST=db\nDB_NAME=shop\nDB_USER=shop\nDB_PASSWORD=password\n"),
        ],
        ill: &[
            (
                "compose.yml",
                "services:\n  db: {image: \"postgres:17.2\"}\n  web: {build: ., env_file: .env.production}\n",
            ),
            (".env.production", "DB_HOST=db\nDB_NAME=shop\nDB_USER=shop\nDB_PASSWORD=password\n"),
        ],
    },
    // Kamal starts the server beside the service, under that name.
    Twins {
        rule: "tls-unspecified",
        healthy: &[("config/database.yml", OF_KAMAL), ("config/deploy.yml", WITH_DB)],
        ill: &[("config/database.yml", OF_KAMAL), ("config/deploy.yml", WITH_CACHE)],
    },
];

#[test]
fn what_is_started_says_whose_server_it_is() {
    tell_apart(TWINS);
}
