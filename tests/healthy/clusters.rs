//! Clusters: what their objects say of where they run and of who fills them in, each beside a twin that says nothing.

use super::{Tree, Twins, mild::tell_apart, templates::severity};
use pgward::Severity;

/// The variables of a container.
const WEB: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web, namespace: shop}\ndata:\n  DATABASE_URL: postgresql://shop@db:5432/shop\n";

const SERVER: &str = "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db, namespace: shop}\nspec:\n  template:\n    metadata: {labels: {app: db, tier: data}}\n    spec: {containers: [{name: db, image: \"postgres:16.4\"}]}\n";
const OTHER_SERVER: &str = "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db, namespace: shop}\nspec:\n  template:\n    metadata: {labels: {app: db, tier: data}}\n    spec: {containers: [{name: db, image: \"postgres:16.4\", args: [-c, ssl=on]}]}\n";
const SERVICE: &str = "apiVersion: v1\nkind: Service\nmetadata: {name: db, namespace: shop}\nspec: {clusterIP: None, selector: {app: db}}\n";
const ELSEWHERE: &str = "apiVersion: v1\nkind: Service\nmetadata: {name: db, namespace: shop}\nspec: {type: ExternalName, externalName: db.example.net}\n";
const WEAK: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata:\n  DATABASE_URL: postgresql://shop@db.shop.svc.cluster.local:5432/shop?sslmode=disable\n";
const LITERAL: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {containers: [{name: web, image: \"web:1\", env: [{name: DATABASE_URL, value: \"postgresql://postgres:postgres@db:5432/shop\"}]}]}}}\n";
const PRELOADED: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {containers: [{name: web, image: \"web:1\", imagePullPolicy: Never, env: [{name: DATABASE_URL, value: \"postgresql://postgres:postgres@db:5432/shop\"}]}]}}}\n";
const STAGING: &str = "apiVersion: v1\nkind: Secret\nmetadata: {name: db, namespace: shop-staging}\nstringData:\n  DATABASE_URL: postgresql://shop:Kx82jfLq0PzR@db.internal/shop_staging?sslmode=verify-full\n";
const NO_STAGING: &str = "apiVersion: v1\nkind: Secret\nmetadata: {name: db, namespace: shop}\nstringData:\n  DATABASE_URL: postgresql://shop:Kx82jfLq0PzR@db.internal/shop_staging?sslmode=verify-full\n";
const BESIDE: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: api}\ndata:\n  DATABASE_URL: postgresql://postgres:postgres@db:5432/shop\n";

const TWINS: &[Twins] = &[
    // A server as its image comes has no TLS: who asked for it would be refused.
    Twins {
        rule: "tls-unspecified",
        healthy: &[("k8s/web.yaml", WEB), ("k8s/db.yaml", SERVER), ("k8s/service.yaml", SERVICE)],
        ill: &[("k8s/web.yaml", WEB), ("k8s/db.yaml", OTHER_SERVER), ("k8s/service.yaml", SERVICE)],
    },
    Twins {
        rule: "tls-unspecified",
        healthy: &[("k8s/web.yaml", WEB), ("k8s/db.yaml", SERVER), ("k8s/service.yaml", SERVICE)],
        ill: &[("k8s/web.yaml", WEB), ("k8s/db.yaml", SERVER), ("k8s/service.yaml", ELSEWHERE)],
    },
    Twins {
        rule: "tls-weak",
        healthy: &[("k8s/web.yaml", WEAK), ("k8s/db.yaml", SERVER), ("k8s/service.yaml", SERVICE)],
        ill: &[("k8s/web.yaml", WEAK), ("k8s/db.yaml", SERVER)],
    },
    // An image that is never pulled was loaded into the only node; what lies beside it goes there too.
    Twins {
        rule: "superuser-role",
        healthy: &[("k8s/web.yaml", PRELOADED), ("k8s/api.yaml", BESIDE)],
        ill: &[("k8s/web.yaml", LITERAL), ("k8s/api.yaml", BESIDE)],
    },
    Twins {
        rule: "superuser-role",
        healthy: &[("dev/web.yaml", PRELOADED), ("dev/api.yaml", BESIDE)],
        ill: &[("k8s/dev/web.yaml", PRELOADED), ("k8s/api.yaml", BESIDE)],
    },
    Twins {
        rule: "superuser-role",
        healthy: &[(
            "k8s/api.yaml",
            "# For Minikube alone.\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: api}\ndata:\n  DATABASE_URL: postgresql://postgres:postgres@db:5432/shop\n",
        )],
        ill: &[("k8s/api.yaml", BESIDE)],
    },
    Twins {
        rule: "environment-word-mismatch",
        healthy: &[("k8s/secret.yaml", STAGING)],
        ill: &[("k8s/secret.yaml", NO_STAGING)],
    },
    // No cluster on somebody's machine runs a hosted server, and a line may say that it is none.
    Twins {
        rule: "weak-secret",
        healthy: &[(
            "k8s/api.yaml",
            "# For minikube.\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: api}\ndata:\n  DATABASE_URL: postgresql://app:postgres@db:5432/shop\n",
        )],
        ill: &[(
            "k8s/api.yaml",
            "# For minikube.\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: api}\ndata:\n  DATABASE_URL: postgresql://app:postgres@db.example.com:5432/shop\n",
        )],
    },
    Twins {
        rule: "weak-secret",
        healthy: &[(
            "k8s/api.yaml",
            "# Runs in Minikube.\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: api}\ndata:\n  DATABASE_URL: postgresql://app:postgres@db:5432/shop\n",
        )],
        ill: &[(
            "k8s/api.yaml",
            "# Does not run in Minikube.\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: api}\ndata:\n  DATABASE_URL: postgresql://app:postgres@db:5432/shop\n",
        )],
    },
    // What comes first in a namespace is what it is for.
    Twins {
        rule: "weak-secret",
        healthy: &[(
            "k8s/api.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: api, namespace: tools-dev}\ndata:\n  DATABASE_URL: postgresql://app:postgres@db:5432/shop\n",
        )],
        ill: &[(
            "k8s/api.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: api, namespace: dev-tools}\ndata:\n  DATABASE_URL: postgresql://app:postgres@db:5432/shop\n",
        )],
    },
    // The directory says it more plainly than a word within a name.
    Twins {
        rule: "environment-word-mismatch",
        healthy: &[("k8s/staging/secret.yaml", STAGING)],
        ill: &[("k8s/production/secret.yaml", STAGING)],
    },
];

#[test]
fn clusters_say_where_they_run() {
    tell_apart(TWINS);
}

#[test]
fn a_secret_may_ask_to_be_filled_in() {
    let asks = "# Replace CHANGE_ME values. Do NOT commit real secrets to Git.\n";
    let text = |head: &str, password: &str| {
        format!(
            "{head}apiVersion: v1\nkind: Secret\nmetadata: {{name: db}}\nstringData:\n  DATABASE_URL: postgresql://shop:{password}@db.internal/shop?sslmode=verify-full\n"
        )
    };
    for (rule, password) in [
        ("placeholder-secret", "CHANGE_ME_STRONG_PASSWORD"),
        ("dev-secret-in-production", "CHANGE_PASSWORD"),
        ("weak-secret", "password"),
    ] {
        let (asking, plain) = (text(asks, password), text("", password));
        let asking: Tree<'_> = &[("k8s/secret.yaml", &asking)];
        let plain: Tree<'_> = &[("k8s/secret.yaml", &plain)];
        assert_eq!(severity(asking, rule, true), Some(Severity::Note), "{rule}");
        // What git does not keep is somebody's own, filled in or not.
        assert_eq!(severity(asking, rule, false), Some(Severity::Error), "{rule}");
        assert_eq!(severity(plain, rule, true), Some(Severity::Error), "{rule}");
    }
    let open = "apiVersion: v1\nkind: Secret\nmetadata: {name: db}\nstringData:\n  DATABASE_URL: \"${DATABASE_URL}\"\n";
    let rule = "unresolved-placeholder";
    assert_eq!(severity(&[("k8s/secret.yaml", open)], rule, true), Some(Severity::Note));
    assert_eq!(severity(&[("k8s/secret.yaml", open)], rule, false), Some(Severity::Warning));
}
