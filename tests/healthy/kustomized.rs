//! What a `kustomization.yaml` makes and changes is a part of the cluster's objects.

use super::{Twins, mild::tell_apart};

const BASE: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {containers: [{name: web, image: \"acme/web:1\", envFrom: [{configMapRef: {name: shop}}]}]}}}\n";

const TWINS: &[Twins] = &[
    // Quotes around a value are Kustomize's.
    Twins {
        rule: "localhost-in-production",
        healthy: &[(
            PROD,
            "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nconfigMapGenerator:\n  - name: shop\n    literals: ['DATABASE_URL=\"postgres://shop@db/shop\"']\n",
        )],
        ill: &[(
            PROD,
            "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nconfigMapGenerator:\n  - name: shop\n    literals: ['DATABASE_URL=\"postgres://shop@localhost/shop\"']\n",
        )],
    },
    // A Secret is where a password belongs.
    Twins {
        rule: "k8s-literal-url",
        healthy: &[(
            PROD,
            "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nsecretGenerator:\n  - name: shop\n    literals:\n      - DATABASE_URL=postgres://shop:k3Vq9xZt2LmP@db/shop\n",
        )],
        ill: &[(
            PROD,
            "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nconfigMapGenerator:\n  - name: shop\n    literals:\n      - DATABASE_URL=postgres://shop:k3Vq9xZt2LmP@db/shop\n",
        )],
    },
    Twins {
        rule: "weak-secret",
        healthy: &[(
            PROD,
            "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nsecretGenerator:\n  - name: shop\n    literals: [DB_HOST=db, DB_USER=shop, DB_NAME=shop, DB_PASSWORD=k3Vq9xZt2LmP]\n",
        )],
        ill: &[(
            PROD,
            "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nsecretGenerator:\n  - name: shop\n    literals: [DB_HOST=db, DB_USER=shop, DB_NAME=shop, DB_PASSWORD=postgres]\n",
        )],
    },
    // A part of an object, and a list of changes; those of Flux too.
    Twins {
        rule: "superuser-role",
        healthy: &[(
            PROD,
            "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\npatches:\n  - patch: |-\n      apiVersion: apps/v1\n      kind: Deployment\n      metadata: {name: web}\n      spec: {template: {spec: {containers: [{name: web, env: [{name: DATABASE_URL, value: \"postgres://shop@db/shop\"}]}]}}}\n",
        )],
        ill: &[(
            PROD,
            "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\npatches:\n  - patch: |-\n      apiVersion: apps/v1\n      kind: Deployment\n      metadata: {name: web}\n      spec: {template: {spec: {containers: [{name: web, env: [{name: DATABASE_URL, value: \"postgres://postgres@db/shop\"}]}]}}}\n",
        )],
    },
    Twins {
        rule: "superuser-role",
        healthy: &[(
            PROD,
            "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nspec:\n  patches:\n    - patch: |\n        - op: add\n          path: /spec/template/spec/containers/0/env/-\n          value: {name: DATABASE_URL, value: \"postgres://shop@db/shop\"}\n",
        )],
        ill: &[(
            PROD,
            "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nspec:\n  patches:\n    - patch: |\n        - op: add\n          path: /spec/template/spec/containers/0/env/-\n          value: {name: DATABASE_URL, value: \"postgres://postgres@db/shop\"}\n",
        )],
    },
    // Neither key is asked for in a file of that name.
    Twins {
        rule: "k8s-literal-url",
        healthy: &[(
            PROD,
            "secretGenerator:\n  - name: shop\n    literals:\n      - DATABASE_URL=postgres://shop:k3Vq9xZt2LmP@db/shop\n",
        )],
        ill: &[(
            PROD,
            "configMapGenerator:\n  - name: shop\n    literals:\n      - DATABASE_URL=postgres://shop:k3Vq9xZt2LmP@db/shop\n",
        )],
    },
    // What is put in from elsewhere does not stand there; a default does.
    Twins {
        rule: "k8s-literal-url",
        healthy: &[("k8s/web.yaml", FILLED)],
        ill: &[("k8s/web.yaml", DEFAULTED)],
    },
    // What a patch changes, its target says.
    Twins {
        rule: "k8s-literal-url",
        healthy: &[(
            PROD,
            "kind: Kustomization\npatches:\n  - target: {kind: Secret, name: web}\n    patch: |-\n      - op: add\n        path: /stringData\n        value: {DATABASE_URL: \"postgres://shop:k3Vq9xZt2LmP@db/shop\"}\n",
        )],
        ill: &[(
            PROD,
            "kind: Kustomization\npatches:\n  - target: {kind: ConfigMap, name: web}\n    patch: |-\n      - op: add\n        path: /data\n        value: {DATABASE_URL: \"postgres://shop:k3Vq9xZt2LmP@db/shop\"}\n",
        )],
    },
    // Of one value alone the kubelet may have the rest.
    Twins {
        rule: "unresolved-placeholder",
        healthy: &[(
            PROD,
            "kind: Kustomization\npatches:\n  - patch: |-\n      - op: replace\n        path: /spec/template/spec/containers/0/env/0/value\n        value: postgres://shop:$(DB_PASSWORD)@db/shop\n",
        )],
        ill: &[("overlays/prod/settings.yaml", "database:\n  url: postgres://shop:$(DB_PASSWORD)@db/shop\n")],
    },
    // Who takes what it makes has it.
    Twins {
        rule: "localhost-in-production",
        healthy: &[
            ("k8s/web.yaml", BASE),
            (
                "k8s/kustomization.yaml",
                "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [web.yaml]\nconfigMapGenerator:\n  - name: shop\n    literals: [DB_HOST=db, DB_USER=shop, DB_NAME=shop]\n",
            ),
        ],
        ill: &[
            ("k8s/web.yaml", BASE),
            (
                "k8s/kustomization.yaml",
                "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [web.yaml]\nconfigMapGenerator:\n  - name: shop\n    literals: [DB_HOST=localhost, DB_USER=shop, DB_NAME=shop]\n",
            ),
        ],
    },
];

const FILLED: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata:\n  DATABASE_URL: postgres://shop:${DB_PASSWORD}@db/shop\n";
const DEFAULTED: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata:\n  DATABASE_URL: postgres://shop:${DB_PASSWORD:=k3Vq9xZt2LmP}@db/shop\n";
const PROD: &str = "overlays/prod/kustomization.yaml";

#[test]
fn what_kustomize_makes_and_changes_is_told_apart() {
    tell_apart(TWINS);
}
