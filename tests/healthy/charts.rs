//! Manifests and charts: names in a cluster, values that a chart is filled in with, whose environment either is. Each beside a
//! twin that is ill.

use super::{Tree, Twins, mild::tell_apart};
use crate::found;
use pgward::Severity;

/// A container that dials a host of two labels.
const DIALS: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\nspec: {template: {spec: {containers: [{name: web, image: \"web:1\", env: [{name: DATABASE_URL, value: \"postgresql://app@db.warehouse:5432/shop\"}]}]}}}\n";
const WAREHOUSE: &str = "apiVersion: v1\nkind: Service\nmetadata: {name: postgres, namespace: warehouse}\nspec: {selector: {app: postgres}}\n";
const SERVICE: &str =
    "apiVersion: v1\nkind: Service\nmetadata: {name: db}\n# of postgres\nspec: {selector: {app: db}}\n";
const LOADED: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\nspec: {template: {spec: {containers: [{name: web, image: \"web:1\", imagePullPolicy: Never, env: [{name: DATABASE_URL, value: \"postgresql://postgres:postgres@db.shop:5432/shop\"}]}]}}}\n";
const LOADED_OUT: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\nspec: {template: {spec: {containers: [{name: web, image: \"web:1\", imagePullPolicy: Never, env: [{name: DATABASE_URL, value: \"postgresql://postgres:postgres@db.prod.io:5432/shop\"}]}]}}}\n";

const SECRET: &str = "apiVersion: v1\nkind: Secret\nmetadata: {name: db}\nstringData: {DATABASE_URL: \"postgresql://postgres@db:5432/shop\"}\n";
const WITHIN: &str = "apiVersion: v1\nkind: Secret\nmetadata: {name: db, namespace: shop}\nstringData: {DATABASE_URL: \"postgresql://postgres@db:5432/shop\"}\n";
const AGAIN: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\nspec: {template: {spec: {containers: [{name: web, image: \"shop/web:1\", env: [{name: PORT, value: \"80\"}]}]}}}\n";
const OF_SOMEBODY: &str = "apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: db}\nspec: {hostPath: {path: /Users/ann/data}}\n";
const OF_A_NODE: &str =
    "apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: db}\nspec: {hostPath: {path: /var/lib/data}}\n";

const TEMPLATED: &str = "services:\n  web:\n    image: web:1\n    environment:\n      DB_HOST: db\n      DB_NAME: shop\n      DB_USER: app\n      DB_PASSWORD: \"{{ db_password }}\"\n      POSTGRES_HOST: db\n      POSTGRES_PASSWORD: \"{{ postgres_password }}\"\n";
const LITERALS: &str = "services:\n  web:\n    image: web:1\n    environment:\n      DB_HOST: db\n      DB_NAME: shop\n      DB_USER: app\n      DB_PASSWORD: Kx82jfLq0PzR\n      POSTGRES_HOST: db\n      POSTGRES_PASSWORD: mT2xLpW7ck3V\n";

const VALUES: &str = "env:\n  DB_HOST: db\n  DB_NAME: shop\n  DB_USER: shop\n  DB_PASSWORD: Kx82jfLq0PzR\n";
const OF_PRODUCTION: &str =
    "env:\n  DB_HOST: db.internal\n  DB_NAME: shop\n  DB_USER: shop\n  DB_PASSWORD: Kx82jfLq0PzR\n";
const PARTS: &str = "env:\n  DATABASE_URL: postgresql://app@db.internal:5432/shop\n  DB_HOST: \"{{ .Values.host }}\"\n  DB_NAME: \"{{ .Values.name }}\"\n";
const OTHER_PARTS: &str = "env:\n  DATABASE_URL: postgresql://app@db.internal:5432/shop\n  DB_HOST: old.internal\n  DB_NAME: \"{{ .Values.name }}\"\n";

const BARE: &str = "services:\n  db:\n    image: postgres:17.2\n    environment: {POSTGRES_PASSWORD: \"${DB_PASSWORD}\"}\n  api:\n    build: .\n    environment:\n      NODE_ENV: production\n      DATABASE_URL: postgresql://postgres:postgres@db:5432/shop\n";
const SAID: &str = "services:\n  db:\n    image: postgres:17.2\n    environment: {POSTGRES_PASSWORD: \"${DB_PASSWORD}\"}\n  api:\n    build: .\n    environment:\n      APP_ENV: production\n      DATABASE_URL: postgresql://postgres:postgres@db:5432/shop\n";
const ALONE: &str = "services:\n  db:\n    image: postgres:17.2\n    environment: {POSTGRES_USER: shop, POSTGRES_PASSWORD: \"${DB_PASSWORD}\"}\n  api:\n    image: shop/api:1\n    environment:\n      DATABASE_URL: ${DATABASE_URL}\n";
const OVERRIDE: &str = "services:\n  db:\n    environment: {POSTGRES_PASSWORD: \"${DB_PASSWORD}\"}\n  api:\n    image: shop/api:1\n    environment:\n      DATABASE_URL: ${DATABASE_URL}\n";

const UNGATED: &str = "services:\n  db:\n    image: postgres:17.2\n    healthcheck: {test: [CMD-SHELL, pg_isready -U app]}\n  api:\n    build: .\n    depends_on: [db]\n";
const GATED: &str = "services:\n  db:\n    image: postgres:17.2\n    healthcheck: {test: [CMD-SHELL, pg_isready -U app]}\n  api:\n    build: .\n    depends_on: {db: {condition: service_healthy}}\n";
const OTHER_GATED: &str = "services:\n  db:\n    image: postgres:17.2\n    healthcheck: {test: [CMD-SHELL, pg_isready -U app]}\n  api:\n    build: .\n    depends_on: {cache: {condition: service_healthy}}\n  cache:\n    image: redis:7\n";
const PART: &str = "services:\n  db:\n    image: postgres:17.2\n    healthcheck: {test: [CMD-SHELL, pg_isready -U app]}\n  api:\n    restart: always\n";

const TWINS: &[Twins] = &[
    // The domain is a namespace: no cluster on somebody's machine is left by it.
    Twins {
        rule: "superuser-role",
        healthy: &[("k8s/web.yaml", LOADED)],
        ill: &[("k8s/web.yaml", LOADED_OUT)],
    },
    // A directory of somebody's is mounted by no other machine.
    Twins {
        rule: "superuser-role",
        healthy: &[("k8s/volume.yaml", OF_SOMEBODY), ("k8s/secret.yaml", SECRET)],
        ill: &[("k8s/volume.yaml", OF_A_NODE), ("k8s/secret.yaml", SECRET)],
    },
    // A namespace is in one cluster, unless it has two of the same.
    Twins {
        rule: "superuser-role",
        healthy: &[("manifests/web/web.yaml", LOADED), ("manifests/db/secret.yaml", WITHIN)],
        ill: &[
            ("manifests/web/web.yaml", LOADED),
            ("manifests/db/secret.yaml", WITHIN),
            ("manifests/aws/web.yaml", AGAIN),
        ],
    },
    Twins {
        rule: "superuser-role",
        healthy: &[("k8s/local/web.yaml", LOADED), ("k8s/local/secret.yaml", WITHIN)],
        ill: &[("k8s/local/web.yaml", LOADED), ("k8s/base/secret.yaml", WITHIN)],
    },
    // Two references may come to one value.
    Twins {
        rule: "alias-conflict",
        healthy: &[("compose.yml", TEMPLATED)],
        ill: &[("compose.yml", LITERALS)],
    },
    Twins {
        rule: "alias-conflict",
        healthy: &[(
            ".env.production",
            "DB_HOST=db\nDB_NAME=shop\nDB_USER=app\nDB_PASSWORD='{{ a }}'\nPOSTGRES_HOST=db\nPOSTGRES_PASSWORD='{{ b }}'\n",
        )],
        ill: &[(
            ".env.production",
            "DB_HOST=db\nDB_NAME=shop\nDB_USER=app\nDB_PASSWORD='{{a'\nPOSTGRES_HOST=db\nPOSTGRES_PASSWORD='{{b'\n",
        )],
    },
    // What the chart says for all environments is production's too.
    Twins {
        rule: "password-reused",
        healthy: &[("chart/values.yaml", VALUES), ("chart/values-prod.yaml", OF_PRODUCTION)],
        ill: &[("chart/values-staging.yaml", VALUES), ("chart/values-prod.yaml", OF_PRODUCTION)],
    },
    Twins {
        rule: "password-reused",
        healthy: &[("chart/values.yaml", VALUES), ("chart/prod/values.yaml", OF_PRODUCTION)],
        ill: &[("chart/dev/values.yaml", VALUES), ("chart/prod/values.yaml", OF_PRODUCTION)],
    },
    Twins {
        rule: "same-target-two-environments",
        healthy: &[("chart/values.yaml", OF_PRODUCTION), ("chart/values-prod.yaml", OF_PRODUCTION)],
        ill: &[("chart/values-staging.yaml", OF_PRODUCTION), ("chart/values-prod.yaml", OF_PRODUCTION)],
    },
    // Production has a file of its own: the bare one builds as production does. A file that is put over it is not enough,
    // and neither is it where the file says itself what it is for.
    Twins {
        rule: "superuser-role",
        healthy: &[("docker-compose.yml", BARE), ("docker-compose.prod.yml", ALONE)],
        ill: &[("docker-compose.yml", BARE), ("docker-compose.prod.yml", OVERRIDE)],
    },
    Twins {
        rule: "superuser-role",
        healthy: &[("app/compose.yaml", BARE), ("app/compose.production.yaml", ALONE)],
        ill: &[("app/compose.yaml", SAID), ("app/compose.production.yaml", ALONE)],
    },
    // What nobody waits for misleads nobody.
    Twins {
        rule: "compose-weak-healthcheck",
        healthy: &[("compose.production.yml", UNGATED)],
        ill: &[("compose.production.yml", GATED)],
    },
    Twins {
        rule: "compose-weak-healthcheck",
        healthy: &[("compose.production.yml", OTHER_GATED)],
        ill: &[("compose.production.yml", PART)],
    },
    Twins {
        rule: "compose-weak-healthcheck",
        healthy: &[("compose.production.yml", UNGATED), ("up.sh", "docker compose up -d\n")],
        ill: &[("compose.production.yml", UNGATED), ("up.sh", "docker compose up -d --wait\n")],
    },
    Twins {
        rule: "url-parts-conflict",
        healthy: &[("chart/values-prod.yaml", PARTS)],
        ill: &[("chart/values-prod.yaml", OTHER_PARTS)],
    },
    Twins {
        rule: "url-in-compose",
        healthy: &[(
            "compose.production.yml",
            "services:\n  db:\n    image: postgres:17.2\n    environment: {POSTGRES_PASSWORD: \"{{ password }}\"}\n",
        )],
        ill: &[(
            "compose.production.yml",
            "services:\n  db:\n    image: postgres:17.2\n    environment: {POSTGRES_PASSWORD: Kx82jfLq0PzR}\n",
        )],
    },
];

#[test]
fn charts_are_told_apart() {
    tell_apart(TWINS);
}

/// `service.namespace` is no host of the public tree.
#[test]
fn a_namespace_is_no_domain() {
    let severity = |tree: Tree<'_>| found(tree, "tls-unspecified").iter().map(|f| f.severity).max();
    let class = |tree: Tree<'_>| {
        let found = found(tree, "tls-unspecified");
        found.iter().map(|f| f.message.clone()).collect::<String>()
    };
    // Nobody here has such a namespace.
    assert_eq!(severity(&[("k8s/web.yaml", DIALS)]), Some(Severity::Error));
    for inside in [WAREHOUSE, SERVICE] {
        let tree = [("k8s/web.yaml", DIALS), ("k8s/service.yaml", inside)];
        assert_eq!(severity(&tree), Some(Severity::Warning), "{}", class(&tree));
        assert!(class(&tree).contains("private"), "{}", class(&tree));
    }
    // In a chart's values too, and nowhere else.
    let values = "env:\n  DATABASE_URL: postgresql://app@db.warehouse:5432/shop\n";
    for (path, wanted) in [("chart/values-prod.yaml", "private"), ("config/prod.yaml", "public")] {
        let tree = [(path, values), ("k8s/service.yaml", WAREHOUSE)];
        assert!(class(&tree).contains(wanted), "{path}: {}", class(&tree));
    }
}

/// A chart's services are described in the chart's own words.
#[test]
fn services_of_a_chart_are_no_compose_file() {
    const IMAGE: &str = "services:\n  api:\n    image:\n      repository: shop/api\n      tag: \"1\"\n    env:\n      DATABASE_URL: postgresql://app:Kx82jfLq0PzR@db:5432/shop\n";
    const TEXT: &str = "services:\n  api:\n    image: shop/api:1\n    environment:\n      DATABASE_URL: postgresql://app:Kx82jfLq0PzR@db:5432/shop\n";
    let told = |path, text, rule| !found(&[(path, text)], rule).is_empty();
    for (path, text) in
        [("chart/values-prod.yaml", IMAGE), ("chart/prod.yaml", IMAGE), ("chart/values.yaml", TEXT)]
    {
        // The URL is heard: compose has no `env`.
        assert!(told(path, text, "url-in-framework-config"), "{path}");
        assert!(!told(path, text, "url-in-compose"), "{path}");
    }
    assert!(told("stack/prod.yaml", TEXT, "url-in-compose"));
}
