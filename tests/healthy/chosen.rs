//! What a project chose, and what a program fills in: each beside a twin that nobody chose or fills in.

use super::{Twins, mild::tell_apart};

const TWINS: &[Twins] = &[
    // Another environment's name in it is no slip of the pen.
    Twins {
        rule: "fallback-default",
        healthy: &[(
            "shop/settings_production.py",
            "DATABASES = {'default': dj_database_url.parse(os.environ.get('DATABASE_URL', 'postgresql://shop@db.acme.com/shop?sslmode=verify-full'))}\n",
        )],
        ill: &[(
            "shop/settings_production.py",
            "DATABASES = {'default': dj_database_url.parse(os.environ.get('DATABASE_URL', 'postgresql://shop@staging-db.acme.com/shop?sslmode=verify-full'))}\n",
        )],
    },
    // The password stands beside the default.
    Twins {
        rule: "fallback-default",
        healthy: &[(".env.production", "DATABASE_URL=${PLATFORM_URL:-postgresql://shop@db.acme.com/shop}\n")],
        ill: &[(
            ".env.production",
            "DATABASE_URL=${PLATFORM_URL:-postgresql://shop@db.acme.com/shop}\nPGPASSWORD=k3Vq9mT2xLpW7c\n",
        )],
    },
    // Of another engine no more is said than that it is another.
    Twins {
        rule: "url-in-framework-config",
        healthy: &[(
            "config/config.json",
            "{\"production\": {\"username\": \"shop\", \"password\": \"k3Vq9mT2xLpW7c\", \"database\": \"shop\", \"host\": \"db.internal\", \"dialect\": \"mysql\"}}\n",
        )],
        ill: &[(
            "config/config.json",
            "{\"production\": {\"username\": \"shop\", \"password\": \"k3Vq9mT2xLpW7c\", \"database\": \"shop\", \"host\": \"db.internal\", \"dialect\": \"postgres\"}}\n",
        )],
    },
    // Production's own server in its own file is no worse as a default than by itself.
    Twins {
        rule: "fallback-default",
        healthy: &[(
            "src/main/resources/application-prod.properties",
            "spring.datasource.url=${DB_URL:jdbc:postgresql://ep-long-a8cb-pooler.eastus2.azure.neon.tech/shop?sslmode=require}\nspring.datasource.username=${DB_USER:shop}\nspring.datasource.password=${DB_PASSWORD}\n",
        )],
        ill: &[(
            "src/main/resources/application-prod.properties",
            "spring.datasource.url=${DB_URL:jdbc:postgresql://db/shop?sslmode=require}\nspring.datasource.username=${DB_USER:shop}\nspring.datasource.password=${DB_PASSWORD}\n",
        )],
    },
    Twins {
        rule: "fallback-default",
        healthy: &[(
            ".env.production",
            "DATABASE_URL=${PLATFORM_URL:-postgresql://shop@db.example.com/shop?sslmode=verify-full}\n",
        )],
        ill: &[(
            ".env.production",
            "DATABASE_URL=${PLATFORM_URL:-postgresql://shop:k3Vq9mT2xLpW7c@db.example.com/shop?sslmode=verify-full}\n",
        )],
    },
    // Whose host or port it is, says the engine where no variable does.
    Twins {
        rule: "url-in-compose",
        healthy: &[(
            "docker-compose.yml",
            "services:\n  web:\n    build: .\n    environment:\n      - NODE_ENV=production\n      - DB_HOST=mysql\n      - DB_USER=shop\n      - DB_PASSWORD=k3Vq9mT2xLpW\n      - DB_NAME=shop\n",
        )],
        ill: &[(
            "docker-compose.yml",
            "services:\n  web:\n    build: .\n    environment:\n      - NODE_ENV=production\n      - DB_HOST=db\n      - DB_USER=shop\n      - DB_PASSWORD=k3Vq9mT2xLpW\n      - DB_NAME=shop\n",
        )],
    },
    Twins {
        rule: "tls-unspecified",
        healthy: &[(".env.production", "DB_HOST=db.internal\nDB_PORT=3306\nDB_USER=shop\nDB_NAME=shop\n")],
        ill: &[(".env.production", "DB_HOST=db.internal\nDB_PORT=5433\nDB_USER=shop\nDB_NAME=shop\n")],
    },
    Twins {
        rule: "tls-unspecified",
        healthy: &[(".env.production", "DB_HOST=mariadb.internal\nDB_USER=shop\nDB_NAME=shop\n")],
        ill: &[(
            ".env.production",
            "DB_ENGINE=postgresql\nDB_HOST=mariadb.internal\nDB_USER=shop\nDB_NAME=shop\n",
        )],
    },
    // A cluster on somebody's machine says so in a word.
    Twins {
        rule: "password-equals-identifier",
        healthy: &[(
            "k8s/configmap.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shop}\ndata:\n  ENVIRONMENT: kubernetes-local\n  DATABASE_URL: postgresql://shop:shop@postgres:5432/shop\n",
        )],
        ill: &[(
            "k8s/configmap.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shop}\ndata:\n  ENVIRONMENT: kubernetes\n  DATABASE_URL: postgresql://shop:shop@postgres:5432/shop\n",
        )],
    },
    // What opens nothing.
    Twins {
        rule: "url-in-framework-config",
        healthy: &[(
            "alembic.ini",
            "[alembic]\nsqlalchemy.url = postgresql://placeholder:placeholder@localhost/placeholder\n",
        )],
        ill: &[(
            "alembic.ini",
            "[alembic]\nsqlalchemy.url = postgresql://shop:k3Vq9mT2xLpW@localhost/shop\n",
        )],
    },
    // A cluster on a laptop. The word of an environment above it is stronger, and `kind` alone is no cluster.
    Twins {
        rule: "weak-secret",
        healthy: &[
            ("k8s/local/api.yaml", API),
            ("k8s/overlays/minikube/api.yaml", API),
            ("deploy/kind/api.yaml", API),
            ("k8s/api.local.yaml", API),
            ("k8s/api-local.yaml", API),
            ("/home/live/shop/k8s/local/api.yaml", API),
        ],
        ill: &[("k8s/production/local/api.yaml", API)],
    },
    Twins {
        rule: "tls-unspecified",
        healthy: &[("k8s/overlays/docker-desktop/api.yaml", API)],
        ill: &[("kind/api.yaml", API)],
    },
    Twins {
        rule: "password-equals-identifier",
        healthy: &[("local/api.yaml", API)],
        ill: &[("/usr/local/shop/api.yaml", API)],
    },
    // What a program fills in may be any host.
    Twins {
        rule: "tls-unspecified",
        healthy: &[
            (
                "inventories/production/group_vars/all.yml",
                "postgres:\n  host: \"{{ hostvars['db1'].ansible_host }}\"\n  user: app\n  database: app\n",
            ),
            (
                "chart/values-prod.yaml",
                "env:\n  DB_HOST: \"{{ .Release.Name }}-postgresql\"\n  DB_NAME: app\n  DB_USER: app\n",
            ),
            (
                "profiles.prod.yml",
                "shop:\n  outputs:\n    prod:\n      type: postgres\n      host: \"{{ env_var('DBT_HOST') }}\"\n      user: app\n      dbname: app\n",
            ),
        ],
        ill: &[(
            "chart/values-prod.yaml",
            "env:\n  DB_HOST: \"{{ .Release.Name }}.abc.eu-west-1.rds.amazonaws.com\"\n  DB_NAME: app\n  DB_USER: app\n",
        )],
    },
    // Clients of Go hand to the server what they do not know; a slip is a slip there too.
    Twins {
        rule: "url-malformed",
        healthy: &[
            ("go.mod", "module a\nrequire gorm.io/driver/postgres v1.5.7\n"),
            (".env", GORM),
            (
                "config.prod.yml",
                "database:\n  dsn: host=db user=app dbname=app search_path=app,public pool_max_conns=4\n",
            ),
        ],
        ill: &[
            ("go.mod", "module a\nrequire gorm.io/driver/postgres v1.5.7\n"),
            (".env", "DATABASE_URL=\"host=localhost usr=postgres dbname=app TimeZone=UTC\"\n"),
        ],
    },
    Twins {
        rule: "url-malformed",
        healthy: &[(".env", GORM)],
        ill: &[("requirements.txt", "psycopg==3.2\n"), (".env", GORM)],
    },
    // Nothing of such a string is shown, and it is compared all the same.
    Twins {
        rule: "ci-service-mismatch",
        healthy: &[
            ("go.mod", "module a\nrequire github.com/jackc/pgx/v5 v5.5.5\n"),
            (
                ".github/workflows/ci.yml",
                "on: push\njobs:\n  t:\n    runs-on: ubuntu-latest\n    services:\n      pg:\n        image: postgres:17-bookworm\n        env: {POSTGRES_PASSWORD: pw, POSTGRES_DB: app_test}\n        ports: ['5432:5432']\n    steps:\n      - run: go test ./...\n        env:\n          DATABASE_URL: host=localhost user=postgres password=pw dbname=app_test port=5432 TimeZone=UTC\n",
            ),
        ],
        ill: &[
            ("go.mod", "module a\nrequire github.com/jackc/pgx/v5 v5.5.5\n"),
            (
                ".github/workflows/ci.yml",
                "on: push\njobs:\n  t:\n    runs-on: ubuntu-latest\n    services:\n      pg:\n        image: postgres:17-bookworm\n        env: {POSTGRES_PASSWORD: pw, POSTGRES_DB: app_test}\n        ports: ['5433:5432']\n    steps:\n      - run: go test ./...\n        env:\n          DATABASE_URL: host=localhost user=postgres password=pw dbname=app_test port=5432 TimeZone=UTC\n",
            ),
        ],
    },
    // Nothing in the repository could use PostgreSQL.
    Twins {
        rule: "sqlite-in-production",
        healthy: &[
            ("Gemfile", "gem \"rails\", \"~> 8.0\"\ngem \"sqlite3\", \">= 2.1\"\n"),
            (
                "config/database.yml",
                "production:\n  primary:\n    adapter: sqlite3\n    database: storage/production.sqlite3\n  queue:\n    adapter: sqlite3\n    database: storage/production_queue.sqlite3\n",
            ),
        ],
        ill: &[
            ("Gemfile", "gem \"rails\", \"~> 8.0\"\ngem \"sqlite3\", \">= 2.1\"\ngem \"pg\"\n"),
            (
                "config/database.yml",
                "production:\n  adapter: sqlite3\n  database: storage/production.sqlite3\n",
            ),
        ],
    },
    Twins {
        rule: "sqlite-in-production",
        healthy: &[("package.json", BOT), ("compose.yml", SQLITE)],
        ill: &[
            ("package.json", BOT),
            ("compose.yml", SQLITE),
            ("compose.next.yml", "services:\n  db:\n    image: postgres:17\n"),
        ],
    },
    // The variables of PostgreSQL wait for a switch.
    Twins {
        rule: "sqlite-in-production",
        healthy: &[("package.json", BOT), (".env.production", "DATABASE_URL=file:/data/bot.db\n")],
        ill: &[
            ("package.json", BOT),
            (".env.production", "USE_POSTGRESQL=false\nDB_NAME=bot\nDB_USER=bot\nDB_HOST=db.example.com\n"),
        ],
    },
    // One value, one finding.
    Twins {
        rule: "sqlite-in-production",
        healthy: &[(
            "config.py",
            "class ProductionConfig(Config):\n    SQLALCHEMY_DATABASE_URI = os.environ.get('DATABASE_URL') or 'sqlite:///app.db'\n",
        )],
        ill: &[(
            "config.py",
            "class ProductionConfig(Config):\n    SQLALCHEMY_DATABASE_URI = 'sqlite:///app.db'\n",
        )],
    },
    Twins {
        rule: "fallback-default",
        healthy: &[(
            "config.py",
            "class ProductionConfig(Config):\n    SQLALCHEMY_DATABASE_URI = os.environ['DATABASE_URL']\n",
        )],
        ill: &[(
            "config.py",
            "class ProductionConfig(Config):\n    SQLALCHEMY_DATABASE_URI = os.environ.get('DATABASE_URL') or 'sqlite:///app.db'\n",
        )],
    },
    Twins {
        rule: "localhost-in-production",
        healthy: &[(
            "config/database.yml",
            "production:\n  adapter: postgresql\n  database: shop\n  username: shop\n  host: <%= ENV['DB_HOST'] || 'localhost' %>\n",
        )],
        ill: &[(
            "config/database.yml",
            "production:\n  adapter: postgresql\n  database: shop\n  username: shop\n  host: localhost\n",
        )],
    },
    Twins {
        rule: "localhost-in-production",
        healthy: &[(
            "compose.prod.yml",
            "services:\n  web:\n    image: shop\n    environment:\n      DB_HOST: ${DB_HOST:-localhost}\n      DB_NAME: shop\n      DB_USER: shop\n",
        )],
        ill: &[(
            "shop/settings/production.py",
            "DATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql', 'NAME': 'shop', 'USER': 'shop', 'HOST': os.getenv('DB_HOST', 'localhost')}}\n",
        )],
    },
    Twins {
        rule: "fallback-default",
        healthy: &[(
            "config/database.yml",
            "production:\n  adapter: postgresql\n  database: shop\n  username: shop\n  host: <%= ENV['DB_HOST'] %>\n",
        )],
        ill: &[(
            "config/database.yml",
            "production:\n  adapter: postgresql\n  database: shop\n  username: shop\n  host: <%= ENV['DB_HOST'] || 'localhost' %>\n",
        )],
    },
    // Who reads it is not in this repository.
    Twins {
        rule: "foreign-conninfo",
        healthy: &[("k8s/cm.yaml", JAVA)],
        ill: &[("k8s/cm.yaml", JAVA), ("package.json", "{\"dependencies\": {\"pg\": \"8\"}}")],
    },
    Twins {
        rule: "foreign-conninfo",
        healthy: &[(
            "task.json",
            "{\"containerDefinitions\": [{\"name\": \"api\", \"image\": \"api:1\", \"environment\": [{\"name\": \"DATABASE_URL\", \"value\": \"jdbc:postgresql://db.internal:5432/app\"}]}]}",
        )],
        ill: &[(".env", "DATABASE_URL=jdbc:postgresql://postgres:5432/app\n")],
    },
    // The database of another store, named in two lines.
    Twins {
        rule: "alias-conflict",
        healthy: &[(
            ".env",
            "MONGO_URI=mongodb://localhost:27017\nDB_NAME=events\nPGHOST=localhost\nPGDATABASE=app\nPGUSER=app\n",
        )],
        ill: &[(
            ".env",
            "MONGO_URI=mongodb://localhost:27017/events\nDB_NAME=events\nPGHOST=localhost\nPGDATABASE=app\nPGUSER=app\n",
        )],
    },
    // Grafana takes quotes away, and its documentation asks for three where a `#` is in the password.
    Twins {
        rule: "value-wrapped",
        healthy: &[(
            "grafana.ini",
            "[database]\ntype = postgres\nhost = postgres:5432\nname = grafana\nuser = grafana\npassword = \"\"\"#pa;ss\"\"\"\n",
        )],
        ill: &[(
            "shop.ini",
            "[database]\nhost = postgres\nname = shop\nuser = shop\npassword = \"\"\"#pa;ss\"\"\"\n",
        )],
    },
    // PHP and Perl have forms of their own.
    Twins {
        rule: "url-malformed",
        healthy: &[
            ("composer.json", "{\"require\": {\"ext-pdo_pgsql\": \"*\"}}"),
            (".env", "DATABASE_URL=pgsql:host=localhost;port=5432;dbname=app\n"),
        ],
        ill: &[(".env", "DATABASE_URL=pgsql:/app@localhost/app\n")],
    },
    Twins {
        rule: "database-url-unrecognised",
        healthy: &[
            (".env", "DATABASE_URL=dbi:Pg:dbname=app;host=localhost\n"),
            ("app.env", "DATABASE_URL=pgsql:host=localhost;dbname=app\n"),
        ],
        ill: &[(".env", "DATABASE_URL=dbi:Pq:dbname=app;host=localhost\n")],
    },
    // Names that say no engine are for the one whose driver is asked for.
    Twins {
        rule: "weak-secret",
        healthy: &[("package.json", ON_MYSQL), (".env.production", PLAIN)],
        ill: &[("package.json", ON_BOTH), (".env.production", PLAIN)],
    },
    Twins {
        rule: "weak-secret",
        healthy: &[("package.json", ON_MYSQL), (".env.production", PLAIN)],
        ill: &[
            ("package.json", ON_MYSQL),
            (".env.production", PLAIN),
            ("Dockerfile", "FROM node:22\nRUN apt-get install -y postgresql-client\n"),
        ],
    },
    Twins {
        rule: "weak-secret",
        healthy: &[("package.json", ON_MYSQL), (".env.production", PLAIN)],
        ill: &[("package.json", ON_MYSQL), (".env.production", MANAGED)],
    },
    // A driver of another project, and what is named after one.
    Twins {
        rule: "weak-secret",
        healthy: &[("package.json", ON_MYSQL), (".env.production", PLAIN)],
        ill: &[("ui/package.json", ON_MYSQL), (".env.production", PLAIN)],
    },
    Twins {
        rule: "weak-secret",
        healthy: &[("package.json", ON_MYSQL), (".env.production", PLAIN)],
        ill: &[
            ("package.json", "{\"name\": \"shop\", \"dependencies\": {\"express-mongo-sanitize\": \"2\"}}"),
            (".env.production", PLAIN),
        ],
    },
    Twins {
        rule: "weak-secret",
        healthy: &[("package.json", ON_MYSQL), (".env.production", PLAIN)],
        ill: &[
            ("package.json", ON_MYSQL),
            (".env.production", PLAIN),
            ("scripts/backup.sh", "#!/bin/sh\npg_dump -h \"$DB_HOST\" -U \"$DB_USER\" \"$DB_NAME\"\n"),
        ],
    },
    Twins {
        rule: "weak-secret",
        healthy: &[("requirements.txt", "pymysql==1.1.1\n"), (".env.production", PLAIN)],
        ill: &[
            ("requirements.txt", "pymysql==1.1.1\n"),
            (
                ".env.production",
                "DB_HOST=db.example.com\nDB_PORT=5432\nDB_NAME=shop\nDB_USER=shop\nDB_PASSWORD=password\n",
            ),
        ],
    },
];

const MANAGED: &str = "DB_HOST=db.abcdefgh.supabase.co\nDB_NAME=shop\nDB_USER=shop\nDB_PASSWORD=password\n";
const ON_MYSQL: &str = "{\"name\": \"shop\", \"dependencies\": {\"mysql2\": \"3\"}}";
const ON_BOTH: &str = "{\"name\": \"shop\", \"dependencies\": {\"mysql2\": \"3\", \"pg\": \"8\"}}";
const PLAIN: &str = "DB_HOST=db.example.com\nDB_NAME=shop\nDB_USER=shop\nDB_PASSWORD=password\n";

/// What a cluster hands to a program of Java.
const JAVA: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: app\ndata:\n  DATABASE_URL: jdbc:postgresql://postgres:5432/app\n";

/// A program that keeps a file on its volume.
const BOT: &str = "{\"dependencies\": {\"discord.js\": \"14\", \"better-sqlite3\": \"11\"}}";
const SQLITE: &str = "services:\n  bot:\n    build: .\n    environment:\n      NODE_ENV: production\n      DATABASE_URL: file:/data/bot.db\n    volumes: [data:/data]\n";

/// The string of GORM's documentation.
const GORM: &str = "DATABASE_URL=\"host=localhost user=postgres password=postgres dbname=app port=5432 sslmode=disable TimeZone=Asia/Shanghai\"\n";

/// A workload whose password is as good as none.
const API: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api}\nspec:\n  template:\n    spec:\n      containers:\n        - name: api\n          image: api:1\n          env:\n            - name: DATABASE_URL\n              value: postgresql://app:app@postgres:5432/app\n";

#[test]
fn what_was_chosen_and_what_is_filled_in_is_no_warning() {
    tell_apart(TWINS);
}
