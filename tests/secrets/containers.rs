//! Compose files and objects of Kubernetes with a password in every place that is read. `{}` is the password, `<u>` a
//! whole URL.

/// Path and text.
pub(crate) const CONTAINERS: &[(&str, &str)] = &[
    (
        "docker-compose.prod.yml",
        "services:\n  db:\n    image: postgres\n    environment:\n      POSTGRES_USER: app\n      \
         POSTGRES_PASSWORD: '{}'\n    ports: ['5432:5432']\n  web:\n    build: .\n    depends_on: [db]\n    \
         environment:\n      - DATABASE_URL=postgres://app:x@db/app\n      - DB_PASSWORD={}\n",
    ),
    ("docker-compose.yml", "services:\n  web:\n    build: .\n    environment:\n      DATABASE_URL: <u>\n"),
    ("compose.yml", "services:\n  web:\n    image: x\n    environment:\n      DATABASE_URL: \"<u>\"\n"),
    (
        "compose.prod.yml",
        "services:\n  web:\n    build: .\n    environment:\n      - DATABASE_URL=<u>\n      - <u>\n",
    ),
    (
        "compose.staging.yml",
        "x-env: &env\n  DATABASE_URL: '${NOPE:-<u>}'\nservices:\n  web:\n    build: .\n    environment:\n      \
         <<: *env\n      DB_HOST: localhost\n  '{}':\n    image: postgres:{}\n    healthcheck:\n      test: pg_isready \
         {}\n    ports: ['{}:5432']\n    volumes: ['./{}:/docker-entrypoint-initdb.d']\n    env_file: '{}'\n",
    ),
    (
        "docker-compose.live.yml",
        "services:\n  db:\n    image: postgres:16\n    ports: ['5432:5432']\n    healthcheck:\n      test: [CMD, \
         pg_isready, '-U', '{}']\n    environment: {POSTGRES_PASSWORD: '{}', POSTGRES_MULTIPLE_DATABASES: 'a,{}'}\n  \
         web:\n    build: .\n    environment: {DB_HOST: db, DB_USER: app, DB_NAME: app, DB_PASSWORD: '{}'}\n    \
         depends_on: ['{}', db]\n",
    ),
    (
        "compose.yaml",
        "services:\n  web:\n    build: .\n    environment:\n      DATABASE_URL: <u>\n   bad: [\n",
    ),
    (
        "deploy/web.yaml",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n  - name: web\n    image: postgres\n    \
         env:\n    - {name: DB_PASSWORD, value: '{}'}\n    - name: DATABASE_URL\n      value: <u>\n    - name: DB_URL\n      \
         value: postgres://app:$(DB_PASSWORD)@localhost/app?sslmode=disable\n",
    ),
    (
        "deploy/config.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: '{}'}\ndata:\n  DATABASE_URL: '<u>'\n  '{}': x\n  .env: |\n    \
         DATABASE_URL=<u>\n    DB_PASSWORD={}\n---\napiVersion: v1\nkind: Service\nmetadata:\n  name: '{}'\n",
    ),
    (
        "deploy/secret.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: web}\ndata:\n  DB_PASSWORD: '{}'\nstringData:\n  \
         DATABASE_URL: <u>\n  DB_PASSWORD: {}\n",
    ),
];
