//! For which environment a service was built, and what it keeps its data in, each beside a twin that is worth a warning.

use super::{Twins, mild::tell_apart};

const PAGE: &str = "services:\n  page:\n    build: web\n    environment: {NODE_ENV: production}\n    depends_on: [api]\n  api:\n    build: .\n    environment: {DATABASE_URL: \"postgres://shop@db/shop\"}\n    depends_on: [db]\n  db:\n    image: postgres:16.4\n    ports: ['5432:5432']\n";
const SERVED: &str = "services:\n  page:\n    build: web\n    environment: {NODE_ENV: production}\n    depends_on: [db]\n  db:\n    image: postgres:16.4\n    ports: ['5432:5432']\n";
const SEEN_HERE: &str = "services:\n  api:\n    build: .\n    environment: {NODE_ENV: production, DATABASE_URL: \"postgres://shop@db/shop\", FRONTEND_URL: \"http://localhost:3000\"}\n  db:\n    image: postgres:16.4\n    ports: ['5432:5432']\n";
const BUILT_HERE: &str = "services:\n  api:\n    build:\n      context: .\n      args: [\"NEXT_PUBLIC_API_URL=${API_URL:-http://localhost:4000/api}\"]\n    environment: {NODE_ENV: production, DATABASE_URL: \"postgres://shop@db/shop\"}\n  db:\n    image: postgres:16.4\n    ports: ['5432:5432']\n";
const SEEN_THERE: &str = "services:\n  api:\n    build: .\n    environment: {NODE_ENV: production, DATABASE_URL: \"postgres://shop@db/shop\", FRONTEND_URL: \"https://shop.acme.io\", CORS_ORIGIN: \"https://shop.acme.io,http://localhost:3000\"}\n  db:\n    image: postgres:16.4\n    ports: ['5432:5432']\n";
const ASKS_ITSELF: &str = "services:\n  api:\n    build: .\n    environment: {NODE_ENV: production, DATABASE_URL: \"postgres://shop@db/shop\", OLLAMA_BASE_URL: \"http://localhost:11434\"}\n  db:\n    image: postgres:16.4\n    ports: ['5432:5432']\n";
const HANDED: &str = "services:\n  api:\n    build: .\n    env_file: .env.prod\n  db:\n    image: postgres:16.4\n    ports: ['5432:5432']\n";
const HANDED_NONE: &str = "services:\n  api:\n    build: .\n    env_file: .env\n  db:\n    image: postgres:16.4\n    ports: ['5432:5432']\n";
const HANDED_MILD: &str = "services:\n  api:\n    build: .\n    env_file: .env.prod\n    environment: {APP_ENV: development}\n  db:\n    image: postgres:16.4\n    ports: ['5432:5432']\n";

const OF_MYSQL: &str = "import os\nDEBUG = True\nDATABASES = {'default': {'ENGINE': 'django.db.backends.mysql', 'NAME': os.getenv('DB_NAME'), 'HOST': os.getenv('DB_HOST')}}\n";
const OF_POSTGRES: &str = "import os\nDEBUG = True\nDATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql', 'NAME': os.getenv('DB_NAME'), 'HOST': os.getenv('DB_HOST')}}\n";

const CLAIMED: &str = "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db}\nspec:\n  template:\n    spec:\n      containers:\n        - name: db\n          image: postgres:16.4-bookworm\n          volumeMounts: [{name: data, mountPath: /var/lib/postgresql/data}]\n  volumeClaimTemplates: [{metadata: {name: data}}]\n";
const BESIDE: &str = "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db}\nspec:\n  template:\n    spec:\n      containers:\n        - name: db\n          image: postgres:16.4-bookworm\n          volumeMounts: [{name: data, mountPath: /var/lib/postgres/data}]\n  volumeClaimTemplates: [{metadata: {name: data}}]\n";
const MOVED: &str = "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db}\nspec:\n  template:\n    spec:\n      containers:\n        - name: db\n          image: postgres:16.4-bookworm\n          env: [{name: PGDATA, value: /var/lib/postgres/data}]\n          volumeMounts: [{name: data, mountPath: /var/lib/postgres/data}]\n  volumeClaimTemplates: [{metadata: {name: data}}]\n";
const PATCHED: &str = "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db}\nspec:\n  template:\n    spec:\n      containers:\n        - name: db\n          volumeMounts: [{name: data, mountPath: /var/lib/postgresql/data}]\n";
const NOWHERE: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: db}\nspec:\n  template:\n    spec:\n      containers:\n        - name: db\n          image: postgres:16.4-bookworm\n          volumeMounts: [{name: init, mountPath: /docker-entrypoint-initdb.d}]\n      volumes: [{name: init, configMap: {name: init}}]\n";
const RENEWED: &str = "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db}\nspec:\n  template:\n    spec:\n      containers: [{name: db, image: \"postgres:16.9-bookworm\"}]\n";
const MOVED_TO_EMPTY: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: db}\nspec:\n  template:\n    spec:\n      containers:\n        - name: db\n          image: postgres:16.4-bookworm\n          env: [{name: PGDATA, value: /pgdata}]\n          volumeMounts: [{name: data, mountPath: /pgdata}]\n      volumes: [{name: data, emptyDir: {}}]\n";
const CHANGES: &str =
    "resources:\n  - db.yaml\npatches:\n  - path: volume.json\n    target: {kind: Deployment, name: db}\n";
const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: db}\nspec:\n  containers: [{name: db, image: \"postgres:16.4-bookworm\"}]\n";
const EMPTY: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: db}\nspec:\n  template:\n    spec:\n      containers: [{name: db, image: \"postgres:16.4-bookworm\", volumeMounts: [{name: data, mountPath: /var/lib/postgresql/data}]}]\n      volumes: [{name: data, emptyDir: {}}]\n";
const OF_TESTS: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: db, namespace: shop-e2e}\nspec:\n  template:\n    spec:\n      containers: [{name: db, image: \"postgres:16.4-bookworm\"}]\n";

const PIPELINE: &str = "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    services:\n      postgres: {image: \"postgres:16.4\", env: {POSTGRES_USER: ci, POSTGRES_PASSWORD: ci, POSTGRES_DB: ci}, ports: [\"5432:5432\"]}\n    steps:\n      - run: pytest\n        env: {TEST_DB_USER: ci, DB_USER: unused, DB_PASS: unused, DB_HOST: localhost, DB_PORT: 5433, DB_NAME: unused}\n";
const PIPELINE_ALONE: &str = "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    services:\n      postgres: {image: \"postgres:16.4\", env: {POSTGRES_USER: ci, POSTGRES_PASSWORD: ci, POSTGRES_DB: ci}, ports: [\"5432:5432\"]}\n    steps:\n      - run: pytest\n        env: {TEST_DB_USER: other, DB_USER: unused, DB_PASS: unused, DB_HOST: localhost, DB_PORT: 5433, DB_NAME: unused}\n";

const GATEWAY: &str = "services:\n  api:\n    build: .\n    environment: {DATABASE_URL: \"postgres://shop@172.30.0.1/shop\"}\nnetworks:\n  edge:\n    ipam:\n      config: [{subnet: 172.30.0.0/24, gateway: 172.30.0.1}]\n";
const ELSEWHERE: &str = "services:\n  api:\n    build: .\n    environment: {DATABASE_URL: \"postgres://shop@172.30.0.9/shop\"}\nnetworks:\n  edge:\n    ipam:\n      config: [{subnet: 172.30.0.0/24, gateway: 172.30.0.1}]\n";

const TWINS: &[Twins] = &[
    // How the page is built that has no database says nothing of the server.
    Twins {
        rule: "compose-port-public",
        healthy: &[("docker-compose.yml", PAGE)],
        ill: &[("docker-compose.yml", SERVED)],
    },
    // Whose page is opened on the machine that runs it tries it out.
    Twins {
        rule: "compose-port-public",
        healthy: &[("docker-compose.yml", SEEN_HERE)],
        ill: &[("docker-compose.yml", SEEN_THERE)],
    },
    // What a container asks at its own `localhost` is no page.
    Twins {
        rule: "compose-port-public",
        healthy: &[("docker-compose.yml", SEEN_HERE)],
        ill: &[("docker-compose.yml", ASKS_ITSELF)],
    },
    Twins {
        rule: "compose-port-public",
        healthy: &[("docker-compose.yml", BUILT_HERE)],
        ill: &[("docker-compose.deploy.yml", BUILT_HERE)],
    },
    // An env file of production is handed to production's services.
    Twins {
        rule: "compose-port-public",
        healthy: &[("docker-compose.yml", HANDED_NONE)],
        ill: &[("docker-compose.yml", HANDED)],
    },
    Twins {
        rule: "compose-port-public",
        healthy: &[("docker-compose.yml", HANDED_MILD)],
        ill: &[("docker-compose.yml", HANDED)],
    },
    // What another engine's settings say beside their database is theirs.
    Twins {
        rule: "environment-contradiction",
        healthy: &[("shop/settings/prod.py", OF_MYSQL)],
        ill: &[("shop/settings/prod.py", OF_POSTGRES)],
    },
    Twins {
        rule: "k8s-no-data-volume",
        healthy: &[("k8s/db.yaml", CLAIMED)],
        ill: &[("k8s/db.yaml", BESIDE)],
    },
    Twins {
        rule: "k8s-no-data-volume",
        healthy: &[("k8s/db.yaml", MOVED)],
        ill: &[("k8s/db.yaml", NOWHERE)],
    },
    Twins {
        rule: "k8s-no-data-volume",
        healthy: &[("k8s/base/db.yaml", NOWHERE), ("k8s/prod/db.yaml", PATCHED)],
        ill: &[("k8s/base/db.yaml", NOWHERE), ("k8s/prod/db.yaml", CLAIMED)],
    },
    // A patch says the image, and the object that it changes the volume.
    Twins {
        rule: "k8s-no-data-volume",
        healthy: &[("k8s/base/db.yaml", CLAIMED), ("k8s/prod/db.yaml", RENEWED)],
        ill: &[("k8s/prod/db.yaml", RENEWED)],
    },
    // Kustomize reads a file of its own that does not say what it is.
    Twins {
        rule: "k8s-no-data-volume",
        healthy: &[("k8s/db.yaml", NOWHERE), ("k8s/kustomization.yaml", CHANGES)],
        ill: &[("k8s/db.yaml", NOWHERE), ("k8s/kustomization.yaml", "resources:\n  - db.yaml\n")],
    },
    Twins {
        rule: "k8s-no-data-volume",
        healthy: &[("k8s/db.yaml", MOVED_TO_EMPTY)],
        ill: &[("k8s/db.yaml", BESIDE)],
    },
    Twins { rule: "k8s-no-data-volume", healthy: &[("k8s/db.yaml", POD)], ill: &[("k8s/db.yaml", NOWHERE)] },
    Twins {
        rule: "k8s-no-data-volume",
        healthy: &[("k8s/db.yaml", EMPTY)],
        ill: &[("k8s/db.yaml", NOWHERE)],
    },
    Twins {
        rule: "k8s-no-data-volume",
        healthy: &[("k8s/db.yaml", OF_TESTS)],
        ill: &[("k8s/db.yaml", NOWHERE)],
    },
    // What only has to be there is not what the tests log in with.
    Twins {
        rule: "ci-service-mismatch",
        healthy: &[(".github/workflows/test.yml", PIPELINE)],
        ill: &[(".github/workflows/test.yml", PIPELINE_ALONE)],
    },
    // The gateway of a network of containers is the machine that runs them.
    Twins {
        rule: "tls-unspecified",
        healthy: &[("docker-compose.prod.yml", GATEWAY)],
        ill: &[("docker-compose.prod.yml", ELSEWHERE)],
    },
    Twins {
        rule: "database-url-empty",
        healthy: &[(
            "serverless.yml",
            "provider:\n  environment:\n    NODE_ENV: production\n    DATABASE_URL: # from outside\n",
        )],
        ill: &[(
            "serverless.yml",
            "provider:\n  environment:\n    NODE_ENV: production\n    DATABASE_URL: \"\"\n",
        )],
    },
    // The end of a URL of JDBC.
    Twins {
        rule: "compose-credential-mismatch",
        healthy: &[("compose.yml", JDBC)],
        ill: &[("compose.yml", JDBC_OTHER)],
    },
];

const JDBC: &str = "services:\n  api:\n    build: .\n    environment: {DB_HOST: db, DB_USERNAME: shop, DB_PASSWORD: k3Vq9xZt2LmP, DB_DATABASE: \"shop?useSSL=false\"}\n    depends_on: [db]\n  db:\n    image: postgres:16.4\n    environment: {POSTGRES_USER: shop, POSTGRES_PASSWORD: k3Vq9xZt2LmP, POSTGRES_DB: shop}\n";
const JDBC_OTHER: &str = "services:\n  api:\n    build: .\n    environment: {DB_HOST: db, DB_USERNAME: shop, DB_PASSWORD: k3Vq9xZt2LmP, DB_DATABASE: \"shopping?useSSL=false\"}\n    depends_on: [db]\n  db:\n    image: postgres:16.4\n    environment: {POSTGRES_USER: shop, POSTGRES_PASSWORD: k3Vq9xZt2LmP, POSTGRES_DB: shop}\n";

#[test]
fn what_says_how_it_is_built_says_little() {
    tell_apart(TWINS);
}
