//! What looks like a title, a driver's class, another engine or a base, and is none.

use super::{Twins, mild::tell_apart};
use pgward::{Files, Git, Policy, Severity, lint};

const TWINS: &[Twins] = &[
    // Where the lines of a manifest are a template it says nothing; where a text or a comment in it is one it does.
    Twins {
        rule: "weak-secret",
        healthy: &[("k8s/app.yaml", TEMPLATE)],
        ill: &[("k8s/app.yaml", DASHBOARD)],
    },
    Twins {
        rule: "weak-secret",
        healthy: &[(
            "k8s/app.yaml",
            "{{- if .Values.on }}\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: shop}\ndata: {DATABASE_URL: \"postgres://shop:changeit@db.acme.io/shop\"}\n{{- end }}\n",
        )],
        ill: &[(
            "k8s/app.yaml",
            "apiVersion: v1\nkind: ConfigMap # {{ shop }}\nmetadata: {name: shop}\ndata: {DATABASE_URL: \"postgres://shop:admin@db.acme.io/shop\"}\n",
        )],
    },
    // What fills in a manifest fills in its values.
    Twins {
        rule: "k8s-literal-url",
        healthy: &[(
            "k8s/app.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: {APP_ENV: production, DB_PASSWORD: \"{{ pw }}\"}\n",
        )],
        ill: &[(
            "k8s/app.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: \"{{ x }}\"}\ndata: {APP_ENV: production, DB_PASSWORD: \"k3Vq9mT2xLpW7c\"}\n",
        )],
    },
    Twins {
        rule: "yaml-secret-typing",
        healthy: &[(
            "k8s/app.yaml",
            "apiVersion: v1\nkind: Secret\nmetadata: {name: x}\ndata:\n  POSTGRES_PASSWORD: \"{{ db_password | b64encode }}\"\n",
        )],
        ill: &[(
            "k8s/app.yaml",
            "apiVersion: v1\nkind: Secret\nmetadata: {name: \"{{ x }}\"}\ndata:\n  POSTGRES_PASSWORD: \"k3Vq9mT2x-LpW7c!\"\n",
        )],
    },
    Twins {
        rule: "port-invalid",
        healthy: &[(
            "k8s/app.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: {PGHOST: db.acme.io, PGUSER: shop, PGDATABASE: shop, PGPORT: \"{{ port }}\"}\n",
        )],
        ill: &[(
            "k8s/app.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: \"{{ x }}\"}\ndata: {PGHOST: db.acme.io, PGUSER: shop, PGDATABASE: shop, PGPORT: \"54x2\"}\n",
        )],
    },
    Twins {
        rule: "localhost-in-production",
        healthy: &[(
            "k8s/app.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata:\n  application-prod.properties: |\n    {{- if .Values.external }}\n    spring.datasource.url=jdbc:postgresql://db.acme.io/shop\n    {{- else }}\n    spring.datasource.url=jdbc:postgresql://localhost/shop\n    {{- end }}\n",
        )],
        ill: &[(
            "k8s/app.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata:\n  application-prod.properties: |\n    spring.datasource.url=jdbc:postgresql://localhost/shop\n",
        )],
    },
    // Whoever built it, and whatever its number.
    Twins {
        rule: "compose-port-public",
        healthy: &[(
            "docker-compose.prod.yml",
            "services:\n  db:\n    image: acme/postgres-exporter:16\n    volumes: ['data:/var/lib/postgresql/data']\n    ports: ['5432:5432']\n",
        )],
        ill: &[(
            "docker-compose.prod.yml",
            "services:\n  db:\n    image: ghcr.io/acme/postgres-16:1\n    volumes: ['data:/var/lib/postgresql/data']\n    ports: ['5432:5432']\n",
        )],
    },
    // A second data source is no word about the first.
    Twins {
        rule: "superuser-role",
        healthy: &[(
            "src/main/resources/application-prod.yml",
            "spring:\n  datasource:\n    driver-class-name: com.mysql.cj.jdbc.Driver # was org.postgresql.Driver\n    url: ${DB_URL}\n    username: root\napp:\n  reports:\n    datasource:\n      url: jdbc:postgresql://db.acme.io/reports?sslmode=require\n      username: reports\n",
        )],
        ill: &[(
            "src/main/resources/application-prod.yml",
            "spring:\n  datasource:\n    driver-class-name: org.h2.Driver\n    url: ${DB_URL}\n    username: root\n---\nspring:\n  config.activate.on-profile: cloud\n  datasource:\n    driver-class-name: org.postgresql.Driver\n",
        )],
    },
    // The login of a document's name may stand behind it.
    Twins {
        rule: "literal-password",
        healthy: &[(
            "src/doc.ts",
            "export const doc = { uri: 'postgres://db.acme.io/shop', text: 'select 1' };\n",
        )],
        ill: &[(
            "src/doc.ts",
            "export const doc = { uri: 'postgres://db.acme.io/shop?user=shop&password=k3Vq9mT2xLpW7c', text: 'select 1' };\n",
        )],
    },
    // Flux fills in what is named.
    Twins {
        rule: "unresolved-placeholder",
        healthy: &[
            ("apps/shop/.env.production", FLUX_ENV),
            (
                "apps/kustomization.yaml",
                "kind: Kustomization\napiVersion: kustomize.config.k8s.io/v1beta1\nsecretGenerator:\n  - name: shop\n    envs: [shop/.env.production]\n",
            ),
            ("cluster/apps.yaml", FLUX),
        ],
        ill: &[
            ("apps/shop/.env.production", FLUX_ENV),
            (
                "apps/shop/kustomization.yaml",
                "kind: Kustomization\napiVersion: kustomize.config.k8s.io/v1beta1\nresources: [web.yaml]\n",
            ),
            ("cluster/apps.yaml", FLUX),
        ],
    },
    // A text in place of a file ends with its word, and not with the script.
    Twins {
        rule: "weak-secret",
        healthy: &[(
            "deploy/production/migrate.sh",
            "read -r a <<< \"$X\"\ncat <<EOF\nexport DATABASE_URL=postgres://shop:admin@db.acme.io/shop\nEOF\n",
        )],
        ill: &[(
            "deploy/production/migrate.sh",
            "read -r a <<< \"$X\"\nwhile read -r b; do echo \"$b\"; done <<<\"$Y\"\nexport DATABASE_URL=postgres://shop:admin@db.acme.io/shop\n",
        )],
    },
    // A dash does as well as a dot.
    Twins {
        rule: "weak-secret",
        healthy: &[
            (".env-sample", "DATABASE_URL=postgres://shop:admin@db.acme.io/shop\n"),
            (
                ".env-cmdrc",
                "{\"production\": {\"DATABASE_URL\": \"postgres://shop:admin@db.acme.io/shop\"}}\n",
            ),
        ],
        ill: &[(".env-production", "DATABASE_URL=postgres://shop:admin@db.acme.io/shop\n")],
    },
    Twins {
        rule: "host-implicit",
        healthy: &[
            ("apps/shop/.env.production", FLUX_ENV),
            (
                "apps/kustomization.yaml",
                "kind: Kustomization\napiVersion: kustomize.config.k8s.io/v1beta1\nsecretGenerator:\n  - name: shop\n    envs: [shop/.env.production]\n",
            ),
            ("cluster/apps.yaml", FLUX),
        ],
        ill: &[
            ("apps/shop/.env.production", "DATABASE_URL=postgres:///shop?sslmode=require\n"),
            (
                "apps/kustomization.yaml",
                "kind: Kustomization\napiVersion: kustomize.config.k8s.io/v1beta1\nsecretGenerator:\n  - name: shop\n    envs: [shop/.env.production]\n",
            ),
            ("cluster/apps.yaml", FLUX),
        ],
    },
    // Braces that are the program's own say nothing of the lines beside them.
    Twins {
        rule: "k8s-literal-url",
        healthy: &[(
            "k8s/app.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata:\n  application-prod.yml: |\n    spring.datasource.url: {{ url }}\n    spring.datasource.password: Zq7Xw9Kp3mT2xLp\n",
        )],
        ill: &[(
            "k8s/app.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata:\n  application-prod.yml: |\n    spring.datasource.url: jdbc:postgresql://db.acme.io/shop\n    spring.datasource.username: shop\n    spring.datasource.password: Zq7Xw9Kp3mT2xLp\n    app.mail.subject: \"Hello {{ name }}\"\n",
        )],
    },
    // What a role or a pool is called says nothing of the engine.
    Twins {
        rule: "superuser-role",
        healthy: &[(
            "src/main/resources/application-prod.properties",
            "spring.datasource.driver-class-name=com.mysql.cj.jdbc.Driver\nspring.datasource.username=postgres\nspring.datasource.hikari.pool-name=postgres-replacement\n",
        )],
        ill: &[(
            "src/main/resources/application-prod.properties",
            "spring.datasource.driver-class-name=org.h2.Driver\nspring.datasource.username=postgres\nspring.jpa.database-platform=org.hibernate.dialect.PostgreSQLDialect\n",
        )],
    },
    // The helper's word stands behind the server's.
    Twins {
        rule: "compose-port-public",
        healthy: &[(
            "docker-compose.prod.yml",
            "services:\n  db:\n    image: acme/postgres-walg:16\n    volumes: ['data:/var/lib/postgresql/data']\n    ports: ['5432:5432']\n",
        )],
        ill: &[(
            "docker-compose.prod.yml",
            "services:\n  db:\n    image: acme/app-postgres:1\n    volumes: ['data:/var/lib/postgresql/data']\n    ports: ['5432:5432']\n",
        )],
    },
    // The name of a document may have any words.
    Twins {
        rule: "user-implicit",
        healthy: &[(
            "src/index.ts",
            "export const r = { uri: process.env.RES_URI || 'postgres://db.acme.io/password_resets/schema', mimeType: 'application/json' };\n",
        )],
        ill: &[(
            "src/index.ts",
            "export const r = { uri: process.env.DATABASE_URI || 'postgres://db.acme.io/password_resets', text: 'x' };\n",
        )],
    },
    // A variable that a class for tests reads too is the service's still.
    Twins {
        rule: "test-name-not-test",
        healthy: &[
            (
                ".env.production",
                "APP_ENV=production\nSHOP_URI=postgresql://shop:Vq7xKd93LmTz@db.acme.io/shop?sslmode=require\n",
            ),
            ("app/config.py", OF_TESTS),
        ],
        ill: &[
            (
                ".env.production",
                "APP_ENV=production\nSHOP_TEST_URI=postgresql://shop:Vq7xKd93LmTz@db.acme.io/shop?sslmode=require\n",
            ),
            ("app/config.py", OF_TESTS_ALONE),
        ],
    },
    // A reference may come to any class, and a file that speaks of PostgreSQL has a profile for it.
    Twins {
        rule: "superuser-role",
        healthy: &[("src/main/resources/application-prod.yml", OTHERS_CLASS)],
        ill: &[("src/main/resources/application-prod.yml", ANY_CLASS)],
    },
    Twins {
        rule: "superuser-role",
        healthy: &[("src/main/resources/application-prod.yml", OTHERS_CLASS)],
        ill: &[("src/main/resources/application-prod.yml", OTHERS_CLASS_AND_OURS)],
    },
    // What a comment behind a value speaks of is not the value.
    Twins {
        rule: "empty-password",
        healthy: &[(
            "conf/settings.ini",
            "[database]\nType = mysql ; or postgres\nhost = db.acme.io\nname = shop\nuser = shop\npassword =\n",
        )],
        ill: &[(
            "conf/settings.ini",
            "[database]\ntype = postgres ; mysql and sqlite3 are possible too\nhost = db.acme.io\nname = shop\nuser = shop\npassword =\n",
        )],
    },
    // The file above sets up the server with a name of its own.
    Twins {
        rule: "fallback-default",
        healthy: &[("compose.yaml", BASE), ("compose.production.yaml", OVER)],
        ill: &[("compose.yaml", BASE), ("compose.production.yaml", OVER_WITH_A_NAME)],
    },
    // Another variable than `DEV_…` is, and a remote server of production's.
    Twins {
        rule: "environment-word-mismatch",
        healthy: &[(
            ".env",
            "NODE_ENV=development\nDATABASE_URL=postgres://shop@127.0.0.1/shop_prod\nDEV_DATABASE_URL=postgres://shop@127.0.0.1/shop_dev\n",
        )],
        ill: &[(
            ".env",
            "NODE_ENV=development\nDB_HOST=prod-db.acme.io\nDB_NAME=shop_prod\nDB_USER=shop\nDEV_DATABASE_URL=postgres://shop@127.0.0.1/shop_dev\n",
        )],
    },
    // Production's word stands in the role alone, or the place is this machine.
    Twins {
        rule: "fallback-default",
        healthy: &[(
            ".env.production",
            "DATABASE_URL=${PLATFORM_URL:-postgresql://shop@db:5432/shop_prod}\n",
        )],
        ill: &[(".env.production", "DATABASE_URL=${PLATFORM_URL:-postgresql://prod@dev-db:5432/shop}\n")],
    },
    Twins {
        rule: "fallback-default",
        healthy: &[(
            ".env.production",
            "DATABASE_URL=${PLATFORM_URL:-postgresql://shop@db:5432/shop_prod}\n",
        )],
        ill: &[(
            ".env.production",
            "DATABASE_URL=${PLATFORM_URL:-postgresql://shop@localhost:5432/shop_prod}\n",
        )],
    },
    // A URL with a login is no name of a document.
    Twins {
        rule: "literal-password",
        healthy: &[("src/upload.ts", "serve([{uri: 'postgres://shop/all', mimeType: 'image/png'}]);\n")],
        ill: &[(
            "src/upload.ts",
            "new PgStorage({url: 'postgres://shop:Vq7xKd93LmTz@db.acme.io/shop', mimeType: 'image/png'});\n",
        )],
    },
    // A helper with a server's volume is none.
    Twins {
        rule: "compose-no-health-gate",
        healthy: &[("docker-compose.prod.yml", HELPER)],
        ill: &[("docker-compose.prod.yml", SERVER)],
    },
    // A class for tests beside production's.
    Twins {
        rule: "url-composed-unencoded",
        healthy: &[("config.py", IN_TESTS)],
        ill: &[("config.py", IN_PRODUCTION)],
    },
    // A default is told once.
    Twins {
        rule: "placeholder-secret",
        healthy: &[(
            "compose.prod.yaml",
            "services:\n  web:\n    build: .\n    environment: {DATABASE_URL: 'postgresql://${POSTGRES_USER:-app}:${POSTGRES_PASSWORD:-!ChangeMe!}@db/app'}\n",
        )],
        ill: &[(
            "compose.prod.yaml",
            "services:\n  web:\n    build: .\n    environment: {DATABASE_URL: 'postgresql://app:!ChangeMe!@db/app'}\n",
        )],
    },
    // What equals the user is told as that.
    Twins {
        rule: "password-reused",
        healthy: &[
            (".env.test", "DATABASE_URL=postgres://gpuscheduler:gpuscheduler@localhost/gpu_test\n"),
            (".env.production", "DATABASE_URL=postgres://gpuscheduler:gpuscheduler@db.acme.io/gpu\n"),
        ],
        ill: &[
            (".env.test", "DATABASE_URL=postgres://gpuscheduler:k3Vq9mT2xLpW7c@localhost/gpu_test\n"),
            (".env.production", "DATABASE_URL=postgres://gpuscheduler:k3Vq9mT2xLpW7c@db.acme.io/gpu\n"),
        ],
    },
    // What is handed to the engine precedes the section.
    Twins {
        rule: "url-in-framework-config",
        healthy: &[("alembic.ini", ALEMBIC_INI), ("alembic/env.py", HANDED)],
        ill: &[("alembic.ini", ALEMBIC_INI), ("alembic/env.py", OF_SECTION)],
    },
    // musl sorts by code point; another system below does not.
    Twins {
        rule: "image-floating",
        healthy: &[("compose.prod.yaml", "services:\n  db:\n    image: postgres:16-alpine\n")],
        ill: &[("compose.prod.yaml", "services:\n  db:\n    image: postgres:alpine\n")],
    },
    Twins {
        rule: "image-floating",
        // It is made on Alpine.
        healthy: &[("compose.prod.yaml", "services:\n  db:\n    image: timescale/timescaledb:latest-pg16\n")],
        ill: &[("compose.prod.yaml", "services:\n  db:\n    image: pgvector/pgvector:pg16\n")],
    },
    // Words are a password as others are.
    Twins {
        rule: "compose-credential-mismatch",
        healthy: &[(
            "docker-compose.yml",
            "services:\n  db:\n    image: postgres:16.4\n    environment: {POSTGRES_USER: shop, POSTGRES_PASSWORD: Vq7xKd93Lm}\n  web:\n    build: .\n    environment: {DATABASE_URL: 'postgresql://shop:<password>@db/shop'}\n",
        )],
        ill: &[(
            "docker-compose.yml",
            "services:\n  db:\n    image: postgres:16.4\n    environment: {POSTGRES_USER: shop, POSTGRES_PASSWORD: Vq7xKd93Lm}\n  web:\n    build: .\n    environment: {DATABASE_URL: 'postgresql://shop:your_password@db/shop'}\n",
        )],
    },
];

const FLUX_ENV: &str = "DATABASE_URL=postgres://shop@${CLUSTER_DB}/shop?sslmode=require\n";
const FLUX: &str = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: apps}\nspec:\n  path: ./apps\n  postBuild:\n    substituteFrom:\n      - {kind: Secret, name: cluster}\n";
const IN_TESTS: &str = "import os\n\nclass ProductionConfig:\n    URL = os.environ['DATABASE_URL']\n\nclass TestingConfig:\n    URL = f\"postgresql://{os.environ['DB_USER']}:{os.environ['DB_PASSWORD']}@{os.environ['DB_HOST']}/shop\"\n";
const IN_PRODUCTION: &str = "import os\n\nclass TestingConfig:\n    URL = os.environ['DATABASE_URL']\n\nclass ProductionConfig:\n    URL = f\"postgresql://{os.environ['DB_USER']}:{os.environ['DB_PASSWORD']}@{os.environ['DB_HOST']}/shop\"\n";
const ALEMBIC_INI: &str = "[alembic]\nscript_location = alembic\nsqlalchemy.url = postgresql://shop:k3Vq9mT2xLpW7c@localhost/shop\n";
const HANDED: &str = "from alembic import context\nfrom sqlalchemy import engine_from_config\nfrom app import settings\n\nconfig = context.config\n\n\ndef run_migrations_online():\n    engine = engine_from_config(\n        config.get_section(config.config_ini_section),\n        prefix=\"sqlalchemy.\",\n        url=settings.URL,\n    )\n";
const OF_SECTION: &str = "from alembic import context\nfrom sqlalchemy import engine_from_config\nfrom app import settings\n\nconfig = context.config\n\n\ndef run_migrations_online():\n    engine = engine_from_config(\n        config.get_section(config.config_ini_section),\n        prefix=\"sqlalchemy.\",\n    )\n";
const TEMPLATE: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\ndata:\n  DATABASE_URL: \"postgres://shop:admin@db.acme.io/shop\"\n";
const DASHBOARD: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: shop\ndata:\n  DATABASE_URL: \"postgres://shop:admin@db.acme.io/shop\"\n---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: \"{{ team }}-dashboards\"\ndata:\n  shop.json: |\n    {\"legendFormat\": \"{{method}}\"}\n    {{ range }}\n";
const OF_TESTS: &str = "import os\nfrom app.secrets import url\n\nclass ProductionConfig:\n    DATABASE_URI = url('SHOP_URI')\n\nclass TestConfig:\n    DATABASE_URI = os.environ['SHOP_URI']\n";
const OF_TESTS_ALONE: &str =
    "import os\n\nclass TestConfig:\n    DATABASE_URI = os.environ['SHOP_TEST_URI']\n";
const OTHERS_CLASS: &str =
    "spring:\n  datasource:\n    url: ${DB_URL}\n    username: root\n    driver-class-name: org.h2.Driver\n";
const ANY_CLASS: &str = "spring:\n  datasource:\n    url: ${DB_URL}\n    username: root\n    driver-class-name: ${DB_DRIVER:org.h2.Driver}\n";
const OTHERS_CLASS_AND_OURS: &str = "spring:\n  datasource:\n    url: ${DB_URL}\n    username: root\n    driver-class-name: org.h2.Driver\n  jpa:\n    database-platform: org.hibernate.dialect.PostgreSQLDialect\n";
const BASE: &str = "services:\n  db:\n    image: postgres:16.4\n    environment:\n      POSTGRES_DB: ${SHOP_DB:-shop}\n      POSTGRES_PASSWORD_FILE: /run/secrets/db\n";
const OVER: &str = "services:\n  db:\n    restart: always\n  web:\n    environment:\n      DB_HOST: db\n      DB_NAME: ${SHOP_DB:-shop}\n      DB_USER: shop\n      DB_PASSWORD: ${DB_PASSWORD:?}\n";
const OVER_WITH_A_NAME: &str = "services:\n  db:\n    environment: [POSTGRES_DB=shop_live]\n  web:\n    environment:\n      DB_HOST: db\n      DB_NAME: ${SHOP_DB:-shop}\n      DB_USER: shop\n      DB_PASSWORD: ${DB_PASSWORD:?}\n";
const HELPER: &str = "services:\n  perms:\n    image: acme/postgres:1\n    command: [chown, -R, postgres, /var/lib/postgresql/data]\n    volumes: ['data:/var/lib/postgresql/data']\n  web:\n    build: .\n    depends_on: [perms]\n    environment: {DATABASE_URL: 'postgresql://shop@perms/shop'}\n";
const SERVER: &str = "services:\n  perms:\n    image: acme/postgres:1\n    volumes: ['data:/var/lib/postgresql/data']\n  web:\n    build: .\n    depends_on: [perms]\n    environment: {DATABASE_URL: 'postgresql://shop@perms/shop'}\n";

#[test]
fn half_a_sign_is_none() {
    tell_apart(TWINS);
}

/// The password of a server is one, whoever connects.
#[test]
fn what_a_server_is_set_up_with_is_a_secret() {
    let found = |path: &str, text: &str| {
        let files = Files {
            files: vec![(path.to_owned(), text.into())],
            git: [(path.to_owned(), Git::Tracked)].into(),
            ..Files::default()
        };
        let found = lint(&files, &Policy::default()).into_iter().filter(|f| f.severity > Severity::Note);
        found.map(|f| f.rule.clone()).collect::<Vec<_>>()
    };
    let set_up = |password: &str| {
        format!("NODE_ENV=production\nPOSTGRES_USER=shop\nPOSTGRES_PASSWORD={password}\nPOSTGRES_DB=shop\n")
    };
    assert_eq!(found(".env.production", &set_up("k3Vq9mT2xLpW7c")), ["env-file-tracked"]);
    assert_eq!(found(".env.production", &set_up("k3Vq9mT2x")), ["env-file-tracked", "weak-secret"]);
    assert_eq!(found(".env.production", &set_up("${POSTGRES_PASSWORD}")), [""; 0]);
    assert_eq!(found(".env.production", &set_up("changeme")), [""; 0]);
    assert_eq!(found(".env.example", &set_up("k3Vq9mT2xLpW7c")), [""; 0]);
    assert_eq!(found(".env.test", "POSTGRES_PASSWORD=k3Vq9mT2xLpW7c\n"), [""; 0]);
    for reference in ["{{pw}}", "$(cat /run/secrets/pg)"] {
        assert!(
            !found(".env.production", &set_up(reference))
                .iter()
                .any(|r| r == "env-file-tracked" || r == "weak-secret")
        );
    }
}

/// Where the password comes from elsewhere, the name of the database does not.
#[test]
fn a_login_without_a_database_is_told() {
    let files = Files {
        files: vec![(
            ".env.production".to_owned(),
            "DB_HOST=db.acme.io\nDB_USER=shop\nDB_PASSWORD_FILE=/run/secrets/db\n".into(),
        )],
        git: [(".env.production".to_owned(), Git::Tracked)].into(),
        ..Files::default()
    };
    let found = lint(&files, &Policy::default());
    let worst = found.iter().filter(|f| f.rule == "parts-incomplete").map(|f| f.severity).max();
    assert_eq!(worst, Some(Severity::Warning));
}
