//! What a project offers to others, or means for another engine, each beside a twin that is its own to answer for.

use super::{Twins, mild::tell_apart};

const TWINS: &[Twins] = &[
    // `false` is what the project's own code makes something of.
    Twins {
        rule: "parameter-value-invalid",
        healthy: &[(
            "config/config.yaml",
            "postgres:\n  host: localhost\n  user: shop\n  dbname: shop\n  sslMode: false\n",
        )],
        ill: &[(
            "config/config.yaml",
            "postgres:\n  host: localhost\n  user: shop\n  dbname: shop\n  sslMode: of\n",
        )],
    },
    // What a container beside the image is reached by, without a password.
    Twins {
        rule: "superuser-role",
        healthy: &[("Dockerfile", "FROM alpine\nENV DATABASE_URL=postgresql://postgres@postgres/shop\n")],
        ill: &[("Dockerfile", "FROM alpine\nENV DATABASE_URL=postgresql://postgres@db.acme.io/shop\n")],
    },
    Twins {
        rule: "maintenance-database",
        healthy: &[("Dockerfile", "FROM alpine\nENV DATABASE_URL=postgresql://shop@postgres/postgres\n")],
        ill: &[("Dockerfile", "FROM alpine\nENV DATABASE_URL=postgresql://shop@db.acme.io/postgres\n")],
    },
    // Code that reads both has two databases, be the engine of one in the environment.
    Twins {
        rule: "alias-conflict",
        healthy: &[
            ("settings.py", TWO),
            (
                ".env",
                "SQL_DATABASE=shop\nSQL_USER=shop\nSQL_HOST=db\nTRAC_DATABASE=trac\nTRAC_USER=trac\nTRAC_HOST=db\n",
            ),
        ],
        ill: &[
            ("settings.py", ONE),
            (
                ".env",
                "SQL_DATABASE=shop\nSQL_USER=shop\nSQL_HOST=db\nTRAC_DATABASE=trac\nTRAC_USER=trac\nTRAC_HOST=db\n",
            ),
        ],
    },
    // One of several files to copy is read as what it becomes.
    Twins {
        rule: "placeholder-secret",
        healthy: &[("config/database.docker.yml", RENDERED)],
        ill: &[("config/database.docker.yml", OPEN)],
    },
    // What Rails' own generator writes.
    Twins {
        rule: "fallback-default",
        healthy: &[("config/database.yml", NAMED)],
        ill: &[("config/database.yml", OPENED)],
    },
    // The image of somebody else offers its engines, and 3306 is MySQL's.
    Twins {
        rule: "sqlite-in-production",
        healthy: &[("docker-compose.yml", OFFERED)],
        ill: &[("docker-compose.yml", BUILT)],
    },
    Twins {
        rule: "toggle-contradiction",
        healthy: &[("docker-compose.prod.yml", OFFERED)],
        ill: &[("docker-compose.prod.yml", TURNED)],
    },
    // The name of a key in a Secret.
    Twins {
        rule: "database-url-unrecognised",
        healthy: &[("helm/values-prod.yaml", "secrets:\n  shop-rds:\n    DATABASE_URL: url\n")],
        ill: &[("helm/values-prod.yaml", "env:\n  DATABASE_URL: //shop@db.acme.io/shop\n")],
    },
];

const ONE: &str = "import os\nDATABASES = {}\nDATABASES['default'] = {'ENGINE': 'django.db.backends.postgresql', 'NAME': os.environ['TRAC_DATABASE'], 'USER': os.environ['TRAC_USER'], 'HOST': os.environ['TRAC_HOST']}\n";
const TWO: &str = "import os\nDATABASES = {'default': {'ENGINE': os.environ['SQL_ENGINE'], 'NAME': os.environ['SQL_DATABASE'], 'USER': os.environ['SQL_USER'], 'HOST': os.environ['SQL_HOST']}}\nDATABASES['trac'] = {'ENGINE': 'django.db.backends.postgresql', 'NAME': os.environ['TRAC_DATABASE'], 'USER': os.environ['TRAC_USER'], 'HOST': os.environ['TRAC_HOST']}\n";
const RENDERED: &str = "production:\n  adapter: postgresql\n  database: shop\n  username: shop\n  password: <%= ENV['DB_PASSWORD'] %>\n  host: db\n";
const OPEN: &str = "production:\n  adapter: postgresql\n  database: shop\n  username: shop\n  password: <password>\n  host: db\n";
const NAMED: &str = "production:\n  adapter: postgresql\n  database: <%= ENV.fetch('DB_NAME', 'shop') %>\n  username: <%= ENV.fetch('DB_USER', 'shop') %>\n  password: <%= ENV['DB_PASSWORD'] %>\n  host: <%= ENV['DB_HOST'] %>\n";
const OPENED: &str = "production:\n  adapter: postgresql\n  database: <%= ENV.fetch('DB_NAME', 'shop') %>\n  username: <%= ENV.fetch('DB_USER', 'shop') %>\n  password: <%= ENV.fetch('DB_PASSWORD', 'k3Vq9') %>\n  host: <%= ENV['DB_HOST'] %>\n";
const OFFERED: &str = "services:\n  web:\n    image: acme/server:1.2\n    environment: [NODE_ENV=production, DB_CONNECTION=sqlite, DB_HOST=127.0.0.1, DB_PORT=3306, DB_USER=root, DB_DATABASE=shop]\n    volumes: [\"data:/data\"]\n";
const BUILT: &str = "services:\n  web:\n    build: .\n    environment: [NODE_ENV=production, DB_CONNECTION=sqlite, DB_HOST=127.0.0.1, DB_PORT=5432, DB_USER=shop, DB_DATABASE=shop]\n";
const TURNED: &str = "services:\n  web:\n    image: acme/server:1.2\n    environment: [NODE_ENV=production, DB_CONNECTION=sqlite, DB_HOST=127.0.0.1, DB_PORT=5432, DB_USER=shop, DB_DATABASE=shop]\n";

#[test]
fn what_is_offered_is_told_apart() {
    tell_apart(TWINS);
}
