//! What one more reading of strangers' repositories found, each beside a twin with the defect.

use super::{super::found, Twins, mild::tell_apart};
use pgward::{Files, Git, Policy, Severity, lint};

/// The server of a cluster, told by a directory.
const STATEFUL: &str = "apiVersion: v1\nkind: Secret\nmetadata: {name: db}\nstringData:\n  POSTGRES_USER: shop\n  POSTGRES_PASSWORD: shop1\n";
/// A server of which the `{}` of the first is options, of the second a program.
const OPTIONS: &str = "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db}\nspec: {template: {spec: {containers: [{name: db, image: \"postgres:18\", args: [\"-c\", \"max_connections=400\"], volumeMounts: [{name: data, mountPath: /var/lib/postgresql/data}]}]}}}\n";
const PROGRAM: &str = "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db}\nspec: {template: {spec: {containers: [{name: db, image: \"postgres:18\", args: [\"start-server\"], volumeMounts: [{name: data, mountPath: /var/lib/postgresql/data}]}]}}}\n";
const JOB: &str = "jobs:\n  e2e:\n    services: {postgres: {image: \"postgres:17-bookworm\", env: {POSTGRES_PASSWORD: p, POSTGRES_DB: shop_ci}, ports: [\"5432:5432\"]}}\n    env:\n      ENVIRONMENT: development\n      DATABASE_URL: postgresql://postgres:p@localhost:5432/shop_ci\n      TEST_DATABASE_URL: postgresql://postgres:p@localhost:5432/shop_ci\n    steps: [{run: make}]\n";
const JOB_ON_DATA: &str = "jobs:\n  e2e:\n    env:\n      ENVIRONMENT: development\n      DATABASE_URL: postgresql://postgres:p@localhost:5432/shop\n      TEST_DATABASE_URL: postgresql://postgres:p@localhost:5432/shop\n    steps: [{run: make}]\n";

const TWINS: &[Twins] = &[
    // A directory that is called after what it deploys, and where.
    Twins {
        rule: "weak-secret",
        healthy: &[("kubernetes/kubernetes_local/secret.yaml", STATEFUL)],
        ill: &[("kubernetes/kubernetes_cloud/secret.yaml", STATEFUL)],
    },
    Twins {
        rule: "sqlite-in-production",
        healthy: &[("deploy-dev/app.env", "DATABASE_URL=sqlite:///shop.db\n")],
        ill: &[("deploy-prod/app.env", "DATABASE_URL=sqlite:///shop.db\n")],
    },
    Twins {
        rule: "image-data-mount",
        healthy: &[("k8s/db.yaml", PROGRAM)],
        ill: &[("k8s/db.yaml", OPTIONS)],
    },
    // What sorts by the bytes needs no library.
    Twins {
        rule: "image-floating",
        healthy: &[(
            "compose.prod.yml",
            "services:\n  db:\n    image: postgres:16\n    environment: {POSTGRES_PASSWORD: \"${P}\", POSTGRES_INITDB_ARGS: \"--encoding=UTF-8 --lc-collate=C\"}\n",
        )],
        ill: &[(
            "compose.prod.yml",
            "services:\n  db:\n    image: postgres:16\n    environment: {POSTGRES_PASSWORD: \"${P}\", POSTGRES_INITDB_ARGS: \"--locale-provider=icu --icu-locale=en --lc-collate=C\"}\n",
        )],
    },
    // The machine that a cluster is on is somebody's.
    Twins {
        rule: "weak-secret",
        healthy: &[("deploy/k8s/app.yaml", ON_DESKTOP)],
        ill: &[("deploy/k8s/app.yaml", ON_SERVER)],
    },
    Twins {
        rule: "weak-secret",
        healthy: &[("deploy/k8s/app.yaml", ON_DESKTOP)],
        ill: &[("deploy/k8s/app.yaml", BEHIND_A_PROXY)],
    },
    // Words of a language, or of a vocabulary.
    Twins {
        rule: "toggle-ambiguous",
        healthy: &[
            ("languages/de.yaml", "de:\n  DATABASE: \"Datenbank\"\n  TESTING: \"Im Test\"\n"),
            ("tokenizer.json", "{\"vocab\": {\"DATABASE\": 7, \"TESTING\": 46107}}\n"),
        ],
        ill: &[("settings.yaml", "app:\n  DATABASE: \"shop\"\n  TESTING: \"yes\"\n")],
    },
    Twins {
        rule: "database-url-unrecognised",
        healthy: &[("summary.json", "{\"config\": {\"DATABASE_URL\": \"✅\"}}\n")],
        ill: &[("summary.json", "{\"config\": {\"DATABASE_URL\": \"x✅\"}}\n")],
    },
    // Settings refer to a variable in words of their own.
    Twins {
        rule: "url-in-framework-config",
        healthy: &[(
            "config/production.json",
            "{\"database\": {\"engine\": \"postgres\", \"host\": \"db.acme.io\", \"user\": \"app\", \"password\": \"$ENV{SHOP_DB_PASSWORD}\", \"database\": \"shop\"}}\n",
        )],
        ill: &[(
            "config/production.json",
            "{\"database\": {\"engine\": \"postgres\", \"host\": \"db.acme.io\", \"user\": \"app\", \"password\": \"$ENV{k3Vq9mT2xLpW7c\", \"database\": \"shop\"}}\n",
        )],
    },
    // An address has no labels.
    Twins {
        rule: "password-equals-identifier",
        healthy: &[(".env.production", "DATABASE_URL=postgresql://shop:17@10.0.0.17/stock\n")],
        ill: &[(".env.production", "DATABASE_URL=postgresql://shop:db17@db17.acme.io/stock\n")],
    },
    // A file with a server of its own says nothing of the other's.
    Twins {
        rule: "compose-weak-healthcheck",
        healthy: &[
            ("docker-compose.prod-full.yml", CHECKED),
            ("docker-compose.prod.yml", CHECKED_AND_AWAITED),
        ],
        ill: &[("compose.prod.yml", CHECKED), ("docker-compose.prod.yml", AWAITED)],
    },
    // Nobody builds these any more.
    Twins {
        rule: "image-floating",
        healthy: &[(
            "compose.prod.yml",
            "services:\n  db:\n    image: postgres:11\n    environment: {POSTGRES_PASSWORD: \"${P}\"}\n",
        )],
        ill: &[(
            "compose.prod.yml",
            "services:\n  db:\n    image: postgres:17\n    environment: {POSTGRES_PASSWORD: \"${P}\"}\n",
        )],
    },
    // Nothing in the place of a host is no default.
    Twins {
        rule: "localhost-in-production",
        healthy: &[(
            "src/main/resources/application-prod.properties",
            "spring.datasource.url=jdbc:postgresql://${DB_HOST:}:${DB_PORT:5432}/shop\n",
        )],
        ill: &[(
            "src/main/resources/application-prod.properties",
            "spring.datasource.url=jdbc:postgresql://localhost:${DB_PORT:5432}/shop\n",
        )],
    },
    Twins {
        rule: "tls-weak",
        healthy: &[(
            "src/main/resources/application-prod.properties",
            "spring.datasource.url=jdbc:postgresql://db.acme.io:5432/${DB_PREFIX:}shop?sslmode=verify-full\n",
        )],
        ill: &[(
            "src/main/resources/application-prod.properties",
            "spring.datasource.url=jdbc:postgresql://db.acme.io:5432/${DB_PREFIX:}shop?sslmode=disable\n",
        )],
    },
    // Keys in capitals, beside the word for the engine.
    Twins {
        rule: "superuser-role",
        healthy: &[(
            "config/production/db.config.js",
            "module.exports = { HOST: 'db.acme.io', USER: 'postgres', PASSWORD: process.env.P, DB: 'shop', dialect: 'mysql' };\n",
        )],
        ill: &[(
            "config/production/db.config.js",
            "module.exports = { HOST: 'db.acme.io', USER: 'postgres', PASSWORD: process.env.P, DB: 'shop', dialect: 'postgres' };\n",
        )],
    },
    // The one database that a job has made.
    Twins {
        rule: "test-equals-primary",
        healthy: &[(".github/workflows/e2e.yml", JOB)],
        ill: &[(".github/workflows/e2e.yml", JOB_ON_DATA)],
    },
    Twins {
        rule: "environment-contradiction",
        healthy: &[(
            ".env.prod",
            "APP_ENV=local\nDB_CONNECTION=mysql\nDB_HOST=db\nDB_DATABASE=shop\nDB_USERNAME=shop\n",
        )],
        ill: &[(
            ".env.prod",
            "APP_ENV=local\nDB_CONNECTION=pgsql\nDB_HOST=db\nDB_DATABASE=shop\nDB_USERNAME=shop\n",
        )],
    },
    // A host by itself.
    Twins {
        rule: "tls-unspecified",
        healthy: &[(
            "k8s/config.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: app}\ndata: {DB_HOST: postgres, REDIS_HOST: redis}\n",
        )],
        ill: &[(
            "k8s/config.yaml",
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api}\nspec: {template: {spec: {containers: [{name: api, image: \"shop/api:1\", env: [{name: DB_HOST, value: postgres}, {name: DB_NAME, value: shop}, {name: DB_USER, value: shop}]}]}}}\n",
        )],
    },
    // Java is handed role and password beside the URL.
    Twins {
        rule: "weak-secret",
        healthy: &[(
            ".env.production",
            "DATABASE_URL=jdbc:postgresql://db.acme.io/shop?sslmode=verify-full\nDATABASE_USERNAME=shop\nDATABASE_PASSWORD=k3Vq9mT2xLpW7c\n",
        )],
        ill: &[(
            ".env.production",
            "DATABASE_URL=jdbc:postgresql://db.acme.io/shop?sslmode=verify-full\nDATABASE_USERNAME=shop\nDATABASE_PASSWORD=letmein\n",
        )],
    },
    // A server that is built is known by where its data are.
    Twins {
        rule: "url-in-compose",
        healthy: &[(
            "compose.prod.yml",
            "services:\n  app:\n    build: .\n    environment: {DB_HOST: database, DB_NAME: shop, DB_USER: shop, DB_PASSWORD: k3Vq9mT2xLpW7c}\n  database:\n    build: ./db\n    volumes: [\"data:/var/lib/mysql\"]\n",
        )],
        ill: &[(
            "compose.prod.yml",
            "services:\n  app:\n    build: .\n    environment: {DB_HOST: database, DB_NAME: shop, DB_USER: shop, DB_PASSWORD: k3Vq9mT2xLpW7c}\n  database:\n    build: ./db\n    volumes: [\"data:/var/lib/data\"]\n",
        )],
    },
    // Whose programs a script starts, its variables are for.
    Twins {
        rule: "superuser-role",
        healthy: &[(
            "deploy/production/backup.sh",
            "DB_HOST=db.acme.io\nDB_USER=postgres\nDB_NAME=shop\nmysqldump -h $DB_HOST $DB_NAME\n",
        )],
        ill: &[(
            "deploy/production/backup.sh",
            "DB_HOST=db.acme.io\nDB_USER=postgres\nDB_NAME=shop\nmysqldump old\nssh pg \"pg_dump $DB_NAME\"\n",
        )],
    },
    // One of the default's uses is told already.
    Twins {
        rule: "password-reused",
        healthy: &[("compose.prod.yml", BACKUP), (".env.development", DEVELOPERS)],
        ill: &[("compose.prod.yml", OWN), (".env.development", DEVELOPERS)],
    },
    // What the environment chooses is each for its own.
    Twins {
        rule: "superuser-role",
        healthy: &[("config/production/db.js", CHOICE_BY_ENVIRONMENT)],
        ill: &[("config/production/db.js", CHOICE_OF_ALL)],
    },
    // Both sides of a choice are looked at.
    Twins {
        rule: "superuser-role",
        healthy: &[("config/production/db.js", CHOICE)],
        ill: &[("config/production/db.js", CHOICE_OF_ALL)],
    },
    // What a group of commands writes into a file or a pipe is not printed; what begins in it otherwise ends otherwise.
    Twins {
        rule: "secret-printed",
        healthy: &[(
            "deploy/production/e2e.sh",
            "#!/bin/bash\n{ case $1 in a) echo;; esac\n  echo \"DB_PASSWORD=$DB_PASSWORD\"\n} > /etc/shop.env\n(echo \"$DB_PASSWORD\") | docker login\npg_isready\n",
        )],
        ill: &[(
            "deploy/production/e2e.sh",
            "#!/bin/bash\n( echo \"$DB_PASSWORD\"; case $1 in a) > f;; esac )\npg_isready\n",
        )],
    },
    Twins {
        rule: "secret-printed",
        healthy: &[(
            "deploy/production/show.sh",
            "#!/bin/bash\n{ echo \"$DB_PASSWORD\"; } >> /etc/shop.env\npg_isready\n",
        )],
        ill: &[(
            "deploy/production/show.sh",
            "#!/bin/bash\n{ echo \"$DB_PASSWORD\"; } && pg_isready > /dev/null\n",
        )],
    },
    // What is handed to those who read errors is read.
    Twins {
        rule: "secret-printed",
        healthy: &[(
            "deploy/production/show.sh",
            "#!/bin/bash\n{ echo \"$DB_PASSWORD\"; } >> /etc/shop.env\npg_isready\n",
        )],
        ill: &[("deploy/production/show.sh", "#!/bin/bash\n{ echo \"$DB_PASSWORD\"; } >&2\npg_isready\n")],
    },
    Twins {
        rule: "secret-printed",
        healthy: &[(
            "deploy/production/show.sh",
            "#!/bin/bash\necho \"$DB_PASSWORD\" > /etc/shop.pass\npg_isready\n",
        )],
        ill: &[(
            "deploy/production/show.sh",
            "#!/bin/bash\necho \"$DB_PASSWORD\" 2> /dev/null\npg_isready\n",
        )],
    },
    // A password is there, whatever stands beside it.
    Twins {
        rule: "literal-password",
        healthy: &[(
            "deploy/production/x.sh",
            "#!/bin/bash\nexport DATABASE_URL=\"postgres://shop:${2:?}@${1:-prod-db.acme.io}/shop\"\npg_isready\n",
        )],
        ill: &[(
            "deploy/production/x.sh",
            "#!/bin/bash\nexport DATABASE_URL=\"postgres://shop:k3Vq9mT2xLpW7c@${1:-prod-db.acme.io}/shop\"\npg_isready\n",
        )],
    },
    Twins {
        rule: "fallback-default",
        healthy: &[("deploy/production/x.sh", "#!/bin/bash\nexport DATABASE_URL=\"${1:?}\"\npg_isready\n")],
        ill: &[(
            "deploy/production/x.sh",
            "#!/bin/bash\nexport DATABASE_URL=\"${1:-postgres://shop:k3Vq9mT2xLpW7c@prod-db.acme.io/shop}\"\npg_isready\n",
        )],
    },
    // What a script is called with nobody forgets as one forgets a variable.
    Twins {
        rule: "fallback-default",
        healthy: &[(
            "deploy/production/dump.sh",
            "#!/bin/bash\nDB_HOST=\"${1:-prod-db.acme.io}\"\nDB_NAME=\"${2:-shop}\"\npg_dump -h \"$DB_HOST\" \"$DB_NAME\"\n",
        )],
        ill: &[(
            "deploy/production/dump.sh",
            "#!/bin/bash\nDB_HOST=\"${DB_HOST:-prod-db.acme.io}\"\nDB_NAME=\"${DB_NAME:-shop}\"\npg_dump -h \"$DB_HOST\" \"$DB_NAME\"\n",
        )],
    },
];

const CHECKED: &str = "services:\n  db:\n    image: postgres:17-bookworm\n    environment: {POSTGRES_PASSWORD: \"${P}\"}\n    healthcheck: {test: [CMD-SHELL, \"pg_isready -U shop\"]}\n  web:\n    build: .\n    depends_on: [db]\n";
const CHECKED_AND_AWAITED: &str = "services:\n  db:\n    image: postgres:17-bookworm\n    environment: {POSTGRES_PASSWORD: \"${P}\"}\n    healthcheck: {test: [CMD-SHELL, \"pg_isready -h 127.0.0.1\"]}\n  web:\n    build: .\n    depends_on: {db: {condition: service_healthy}}\n";
const AWAITED: &str = "services:\n  web:\n    build: .\n    depends_on: {db: {condition: service_healthy}}\n";
const ON_DESKTOP: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: app}\ndata: {DB_HOST: host.docker.internal, DB_NAME: shop, DB_USER: shop, DB_PASSWORD: letmein}\n";
const BEHIND_A_PROXY: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: app}\ndata: {NO_PROXY: \"localhost,host.docker.internal\", DB_HOST: db.acme.internal, DB_NAME: shop, DB_USER: shop, DB_PASSWORD: letmein}\n";
const ON_SERVER: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: app}\ndata: {DB_HOST: db.acme.internal, DB_NAME: shop, DB_USER: shop, DB_PASSWORD: letmein}\n";
const CHOICE: &str = "const { Pool } = require('pg');\nmodule.exports = new Pool(process.env.DATABASE_URL ? { connectionString: process.env.DATABASE_URL } : { host: 'db.acme.io', database: 'shop', user: 'shop' });\n";
const CHOICE_BY_ENVIRONMENT: &str = "const { Pool } = require('pg');\nmodule.exports = new Pool(process.env.NODE_ENV === 'production' ? { connectionString: process.env.DATABASE_URL } : { host: 'db.acme.io', database: 'shop', user: 'postgres' });\n";
const CHOICE_OF_ALL: &str = "const { Pool } = require('pg');\nmodule.exports = new Pool(process.env.DATABASE_URL ? { connectionString: process.env.DATABASE_URL } : { host: 'db.acme.io', database: 'shop', user: 'postgres' });\n";
const DEVELOPERS: &str = "DATABASE_URL=postgresql://shop:k3Vq9mT2xLpW7c@localhost:5433/shop\n";
const BACKUP: &str = "services:\n  backup:\n    image: acme/backup:1\n    environment: {PGHOST: db.acme.io, PGDATABASE: shop, PGPASSWORD: \"${DB_PASSWORD:-k3Vq9mT2xLpW7c}\"}\n";
const OWN: &str = "services:\n  backup:\n    image: acme/backup:1\n    environment: {PGHOST: db.acme.io, PGDATABASE: shop, PGPASSWORD: k3Vq9mT2xLpW7c}\n";

#[test]
fn a_rule_tells_the_twins_apart() {
    tell_apart(TWINS);
}

/// How bad a rule says a file is that git keeps.
fn worst(path: &str, text: &str, rule: &str) -> Option<Severity> {
    let files = Files {
        files: vec![(path.to_owned(), text.as_bytes().to_vec())],
        git: [(path.to_owned(), Git::Tracked)].into(),
        ..Files::default()
    };
    lint(&files, &Policy::default()).into_iter().filter(|f| f.rule == rule).map(|f| f.severity).max()
}

/// A Secret of which another value is there to be replaced, or that asks for others, is a form.
#[test]
fn a_secret_to_fill_in_shows_how_one_is_written() {
    let secret = |lines: &str| {
        let text = format!(
            "apiVersion: v1\nkind: Secret\nmetadata: {{name: app}}\nstringData:\n{lines}  POSTGRES_PASSWORD: shop1\n"
        );
        worst("k8s/secret.yaml", &text, "weak-secret")
    };
    assert_eq!(secret("  API_KEY: x8mT2xLpW7c\n"), Some(Severity::Warning));
    assert_eq!(secret("  API_KEY: your-super-secret-key-here\n"), Some(Severity::Note));
    let placed = "apiVersion: v1\nkind: Secret\nmetadata: {name: app, namespace: shop}\nstringData:\n  API_KEY: your-super-secret-key-here\n  POSTGRES_PASSWORD: shop1\n";
    assert_eq!(worst("k8s/secret.yaml", placed, "weak-secret"), Some(Severity::Note));
    assert_eq!(secret("  # CHANGE THESE IN PRODUCTION\n"), Some(Severity::Note));
    assert_eq!(secret("  # change in production\n"), Some(Severity::Warning));
    let named = "apiVersion: v1\nkind: Secret\nmetadata: {name: app}\nstringData:\n  API_KEY: your-super-secret-key-here\n  POSTGRES_PASSWORD: shop1\n";
    assert_eq!(worst("overlays/production/secret.yaml", named, "weak-secret"), Some(Severity::Warning));
}

/// In what git keeps an empty URL is one to be filled in.
#[test]
fn an_empty_url_that_git_keeps_is_a_note() {
    let text = "SECRET_KEY=\nDATABASE_URL=\n";
    assert_eq!(worst(".env.prod", text, "database-url-empty"), Some(Severity::Note));
    let open = found(&[(".env.prod", text)], "database-url-empty");
    assert_eq!(open.first().map(|f| f.severity), Some(Severity::Error));
}

/// What git keeps of an env file with neither role nor password is a form, whatever it is called; a Secret of which others are to be
/// filled in shows how one is written.
#[test]
fn a_form_is_told_as_one() {
    let form = "DATABASE_HOST=db.acme.io\nDATABASE_NAME=shop\nDATABASE_USER=''\nDATABASE_PASSWORD=''\n";
    for rule in ["parts-incomplete", "empty-password"] {
        assert_eq!(worst("envs/production.env", form, rule).filter(|s| *s > Severity::Note), None, "{rule}");
    }
    let set = form.replace("PASSWORD=''", "PASSWORD=k3Vq9mT2xLpW7c");
    assert_eq!(worst("envs/production.env", &set, "parts-incomplete"), Some(Severity::Error));
    let sketch = "DATABASE_URL=postgresql://username:password@host:port/database\n";
    for rule in ["port-invalid", "weak-secret"] {
        assert_eq!(worst(".env.production", sketch, rule).filter(|s| *s > Severity::Note), None, "{rule}");
    }
    let secret = |key: &str| {
        format!(
            "apiVersion: v1\nkind: Secret\nmetadata: {{name: app}}\nstringData:\n  DB_HOST: db\n  DB_USER: postgres\n  API_KEY: {key}\n"
        )
    };
    assert_eq!(worst("k8s/secret.yaml", &secret("<your-key>"), "superuser-role"), Some(Severity::Note));
    assert_eq!(worst("k8s/secret.yaml", &secret("x8mT2xLpW7c"), "superuser-role"), Some(Severity::Error));
}

/// A file that outlives its container is not lost with it.
#[test]
fn a_file_in_a_volume_is_told_as_one() {
    let text = |path: &str| {
        format!(
            "services:\n  app:\n    build: .\n    environment: {{NODE_ENV: production, DATABASE_URL: \"sqlite:///{path}\"}}\n    volumes: [\"data:/app/data\"]\n"
        )
    };
    let severity = |path: &str| {
        let text = text(path);
        found(&[("compose.yml", &text)], "sqlite-in-production").first().map(|f| f.severity)
    };
    assert_eq!(severity("/app/data/shop.db"), Some(Severity::Warning));
    assert_eq!(severity("/app/shop.db"), Some(Severity::Error));
    assert_eq!(severity("/app/data/../shop.db"), Some(Severity::Error));
}
