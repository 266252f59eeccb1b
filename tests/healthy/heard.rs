//! Connections in words that few have: what is ill there is found, and its healthy twin is not.

use super::{Twins, mild::tell_apart};

const TWINS: &[Twins] = &[
    // The words of Quarkus and .NET for where a program runs.
    Twins {
        rule: "url-in-compose",
        healthy: &[(
            "docker-compose.yml",
            "services:\n  web:\n    build: .\n    environment: {ASPNETCORE_ENVIRONMENT: Development, DATABASE_URL: \"postgres://shop:k3Vq9mT2xL@db.shop.internal/shop\"}\n",
        )],
        ill: &[(
            "docker-compose.yml",
            "services:\n  web:\n    build: .\n    environment: {QUARKUS_PROFILE: prod, DATABASE_URL: \"postgres://shop:k3Vq9mT2xL@db.shop.internal/shop\"}\n",
        )],
    },
    // .NET's variables and files, where the string is Npgsql's beyond doubt.
    Twins {
        rule: "url-in-compose",
        healthy: &[(
            "docker-compose.prod.yml",
            "services:\n  web:\n    image: acme/web:1\n    environment: [\"ConnectionStrings__Shop=Server=db.acme.io;Database=shop;User Id=shop;Password=k3Vq9mT2xL\"]\n",
        )],
        ill: &[(
            "docker-compose.prod.yml",
            "services:\n  web:\n    image: acme/web:1\n    environment: [\"ConnectionStrings__Shop=Host=db.acme.io;Database=shop;Username=shop;Password=k3Vq9mT2xL\"]\n",
        )],
    },
    Twins {
        rule: "url-in-framework-config",
        healthy: &[(
            "appsettings.Production.json",
            "{\"ConnectionStrings\": {\"Shop\": \"Server=db.acme.io;Database=shop;User Id=shop;Password=k3Vq9mT2xL\"}}",
        )],
        ill: &[(
            "appsettings.Production.json",
            "{\"ConnectionStrings\": {\"Shop\": \"Host=db.acme.io;Database=shop;Username=shop;Password=k3Vq9mT2xL\"}}",
        )],
    },
    // A patch of Kustomize puts a variable into a container.
    Twins {
        rule: "localhost-in-production",
        healthy: &[(
            "overlays/prod/env.yaml",
            "- op: replace\n  path: /spec/template/spec/containers/0/env/0\n  value: {name: DATABASE_URL, value: \"postgres://shop@db.acme.io/shop\"}\n",
        )],
        ill: &[(
            "overlays/prod/env.yaml",
            "- op: replace\n  path: /spec/template/spec/containers/0/env/0\n  value: {name: DATABASE_URL, value: \"postgres://shop@localhost/shop\"}\n",
        )],
    },
    // Each of several is a database of its own.
    Twins {
        rule: "superuser-role",
        healthy: &[(
            "docker-compose.prod.yml",
            "services:\n  web:\n    image: acme/web:1\n    environment:\n      ConnectionStrings__A: Host=a.acme.io;Database=a;Username=shop\n      ConnectionStrings__B: Host=b.acme.io;Database=b;Username=shop\n",
        )],
        ill: &[(
            "docker-compose.prod.yml",
            "services:\n  web:\n    image: acme/web:1\n    environment:\n      ConnectionStrings__A: Host=a.acme.io;Database=a;Username=shop\n      ConnectionStrings__B: Host=b.acme.io;Database=b;Username=postgres\n",
        )],
    },
    // What a server is set up with, where nobody says who connects.
    Twins {
        rule: "weak-secret",
        healthy: &[("k8s/db.yml", OWN_PASSWORD)],
        ill: &[("k8s/db.yml", GUESSED_PASSWORD)],
    },
    // A value that is a connection is one under any name, where it is the only one.
    Twins {
        rule: "url-in-compose",
        healthy: &[(
            "docker-compose.prod.yml",
            "services:\n  hydra:\n    image: oryd/hydra:v2\n    environment: [\"DSN=postgres://hydra:${P:?}@db.acme.io/hydra?sslmode=require\"]\n",
        )],
        ill: &[(
            "docker-compose.prod.yml",
            "services:\n  hydra:\n    image: oryd/hydra:v2\n    environment: [\"DSN=postgres://hydra:k3Vq9mT2xL@db.acme.io/hydra?sslmode=require\"]\n",
        )],
    },
    Twins {
        rule: "compose-credential-mismatch",
        healthy: &[(
            "docker-compose.yml",
            "services:\n  db: {image: \"postgres:16.4\", environment: {POSTGRES_USER: admin, POSTGRES_PASSWORD: k3Vq9mT2xL}}\n  web:\n    image: acme/web:1\n    environment: {API_DSN: \"postgres://api:a7Vq9mT2xL@db/shop\", WORKER_DSN: \"postgres://worker:b7Vq9mT2xL@db/shop\"}\n",
        )],
        ill: &[(
            "docker-compose.yml",
            "services:\n  db: {image: \"postgres:16.4\", environment: {POSTGRES_USER: admin, POSTGRES_PASSWORD: k3Vq9mT2xL}}\n  web:\n    image: acme/web:1\n    environment: {API_DSN: \"postgres://admin:a7Vq9mT2xL@db/shop\"}\n",
        )],
    },
    Twins {
        rule: "k8s-literal-url",
        healthy: &[("k8s/web.yaml", QUARKUS_TAKEN)],
        ill: &[("k8s/web.yaml", QUARKUS)],
    },
    Twins {
        rule: "value-wrapped",
        healthy: &[("compose.yml", SPRING_PLAIN)],
        ill: &[("compose.yml", SPRING_QUOTED)],
    },
    // A document is no switch.
    Twins {
        rule: "url-in-compose",
        healthy: &[("compose.prod.yml", SWITCH)],
        ill: &[("compose.prod.yml", DOCUMENT)],
    },
    // GitHub fills in what stands behind the syntax of YAML.
    Twins {
        rule: "file-unparseable",
        healthy: &[(".github/workflows/ci.yml", TEMPLATE)],
        ill: &[(".github/workflows/ci.yml", BROKEN)],
    },
    Twins {
        rule: "environment-contradiction",
        healthy: &[(".env.production", "APP_DEBUG=false\nDATABASE_URL=postgresql://shop@db.acme.io/shop\n")],
        ill: &[(".env.production", "APP_DEBUG=true\nDATABASE_URL=postgresql://shop@db.acme.io/shop\n")],
    },
    Twins {
        rule: "environment-contradiction",
        healthy: &[(".env.production", "FLASK_DEBUG=0\nDATABASE_URL=postgresql://shop@db.acme.io/shop\n")],
        ill: &[(".env.production", "FLASK_DEBUG=1\nDATABASE_URL=postgresql://shop@db.acme.io/shop\n")],
    },
    // As Kubernetes lists variables, in a chart's values.
    Twins {
        rule: "url-in-framework-config",
        healthy: &[("chart/values-prod.yaml", LISTED_TAKEN)],
        ill: &[("chart/values-prod.yaml", LISTED)],
    },
    // A service that hosts programs runs what it is told.
    Twins {
        rule: "url-in-framework-config",
        healthy: &[("render.yaml", RENDER_TAKEN)],
        ill: &[("render.yaml", RENDER)],
    },
    Twins {
        rule: "database-url-unrecognised",
        healthy: &[(".do/app.yaml", "envs:\n  - {key: DATABASE_URL, value: \"${shop-db.DATABASE_URL}\"}\n")],
        ill: &[(".do/app.yaml", "envs:\n  - {key: DATABASE_URL, value: \"shop-db DATABASE_URL\"}\n")],
    },
    Twins {
        rule: "url-in-framework-config",
        healthy: &[("application-prod.yml", DRUID_TAKEN)],
        ill: &[("application-prod.yml", DRUID)],
    },
    Twins {
        rule: "url-in-framework-config",
        healthy: &[("application-prod.properties", MANY_TAKEN)],
        ill: &[("application-prod.properties", MANY)],
    },
    // libpq's keywords in a settings file.
    Twins {
        rule: "url-in-framework-config",
        healthy: &[(
            "config.production.yaml",
            "postgres:\n  conn_string: host=db.acme.io user=shop dbname=shop\n",
        )],
        ill: &[(
            "config.production.yaml",
            "postgres:\n  conn_string: host=db.acme.io user=shop dbname=shop password=k3Vq9mT2xLpW7c\n",
        )],
    },
    // What waits on somebody's machine waits in no container.
    Twins {
        rule: "compose-no-health-gate",
        healthy: &[("compose.prod.yml", UNGATED), ("start.sh", "until pg_isready -h db; do sleep 1; done\n")],
        ill: &[
            ("compose.prod.yml", UNGATED),
            ("start.sh", "while ! docker exec shop_db pg_isready; do sleep 1; done\n"),
            ("db.sh", "until psql -h localhost -c '\\q'; do sleep 1; done\n"),
        ],
    },
    Twins {
        rule: "compose-no-health-gate",
        healthy: &[
            ("compose.prod.yml", UNGATED),
            ("start.sh", "until docker compose exec -T db pg_isready; do sleep 1; done\n"),
        ],
        ill: &[
            ("compose.prod.yml", UNGATED),
            ("start.sh", "until kubectl exec db -- pg_isready; do sleep 1; done\n"),
        ],
    },
    // What a program is to be given is no env file.
    Twins {
        rule: "dotenv-duplicate-key",
        healthy: &[(".env.schema", "DB_HOST=a\nDB_HOST=b\n")],
        ill: &[(".env", "DB_HOST=a\nDB_HOST=b\n")],
    },
];

const QUARKUS: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    spec:\n      containers:\n        - name: web\n          image: shop:1\n          env:\n            - {name: QUARKUS_DATASOURCE_JDBC_URL, value: \"jdbc:postgresql://db.acme.io:5432/shop\"}\n            - {name: QUARKUS_DATASOURCE_USERNAME, value: shop}\n            - {name: QUARKUS_DATASOURCE_PASSWORD, value: k3Vq9mT2xLpW7c}\n";
const QUARKUS_TAKEN: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    spec:\n      containers:\n        - name: web\n          image: shop:1\n          env:\n            - {name: QUARKUS_DATASOURCE_JDBC_URL, value: \"jdbc:postgresql://db.acme.io:5432/shop\"}\n            - {name: QUARKUS_DATASOURCE_USERNAME, value: shop}\n            - {name: QUARKUS_DATASOURCE_PASSWORD, valueFrom: {secretKeyRef: {name: db, key: password}}}\n";

const SPRING_QUOTED: &str = "services:\n  web:\n    image: shop:1\n    environment:\n      - SPRING_DATASOURCE_URL=jdbc:postgresql://db.acme.io/shop\n      - SPRING_DATASOURCE_PASSWORD=\"${DB_PASSWORD:?}\"\n";
const SPRING_PLAIN: &str = "services:\n  web:\n    image: shop:1\n    environment:\n      - SPRING_DATASOURCE_URL=jdbc:postgresql://db.acme.io/shop\n      - SPRING_DATASOURCE_PASSWORD=${DB_PASSWORD:?}\n";

const DOCUMENT: &str = "services:\n  web:\n    image: shop:1\n    environment:\n      DB_CONNECTION: '{\"host\": \"db.acme.io\", \"dbname\": \"shop\", \"username\": \"shop\", \"password\": \"k3Vq9mT2xLpW7c\"}'\n";
const SWITCH: &str =
    "services:\n  web:\n    image: shop:1\n    environment: {DB_CONNECTION: pgsql, DB_HOST: db.acme.io}\n";

const BROKEN: &str = "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    services:\n      db: {image: \"postgres:16\"}\n    env:\n      DATABASE_URL: ${{ secrets.URL }}\n   steps:\n    - run: pytest\n";
const TEMPLATE: &str = "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    services:\n      db: {image: \"postgres:16\"}\n    env:\n      DATABASE_URL: {{ url }}\n   steps:\n    - run: pytest\n";

const LISTED: &str = "env:\n  - {name: DB_HOST, value: db.acme.io}\n  - {name: DB_NAME, value: shop}\n  - {name: DB_USER, value: shop}\n  - {name: DB_PASSWORD, value: k3Vq9mT2xLpW7c}\n";
const LISTED_TAKEN: &str = "env:\n  - {name: DB_HOST, value: db.acme.io}\n  - {name: DB_NAME, value: shop}\n  - {name: DB_USER, value: shop}\n  - {name: DB_PASSWORD, valueFrom: {secretKeyRef: {name: db, key: password}}}\n";

const RENDER: &str = "services:\n  - type: web\n    name: shop\n    envVars:\n      - key: DATABASE_URL\n        value: postgresql://shop:k3Vq9mT2xLpW7c@db.acme.io/shop?sslmode=require\n";
const RENDER_TAKEN: &str = "services:\n  - type: web\n    name: shop\n    envVars:\n      - key: DATABASE_URL\n        fromDatabase: {name: shop, property: connectionString}\n";

const DRUID: &str = "spring:\n  datasource:\n    druid:\n      url: jdbc:postgresql://db.acme.io:5432/shop\n      username: shop\n      password: k3Vq9mT2xLpW7c\n";
const DRUID_TAKEN: &str = "spring:\n  datasource:\n    druid:\n      url: jdbc:postgresql://db.acme.io:5432/shop\n      username: shop\n      password: ${DB_PASSWORD}\n";
const MANY: &str = "spring.datasource.dynamic.datasource.main.url=jdbc:postgresql://db.acme.io/shop\nspring.datasource.dynamic.datasource.main.password=k3Vq9mT2xLpW7c\n";
const MANY_TAKEN: &str = "spring.datasource.dynamic.datasource.main.url=jdbc:postgresql://db.acme.io/shop\nspring.datasource.dynamic.datasource.main.password=${DB_PASSWORD}\n";

const UNGATED: &str = "services:\n  db: {image: \"postgres:16.4\", healthcheck: {test: pg_isready -h 127.0.0.1}}\n  web:\n    build: .\n    environment: {DB_HOST: db}\n    depends_on: [db]\n";

const OWN_PASSWORD: &str = "apiVersion: v1\nkind: Secret\nmetadata: {name: db}\nstringData:\n  POSTGRES_USER: shop\n  POSTGRES_PASSWORD: k3Vq9xZt2LmP\n";
const GUESSED_PASSWORD: &str = "apiVersion: v1\nkind: Secret\nmetadata: {name: db}\nstringData:\n  POSTGRES_USER: shop\n  POSTGRES_PASSWORD: postgres\n";

#[test]
fn what_few_write_is_heard() {
    tell_apart(TWINS);
}
