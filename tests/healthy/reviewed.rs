//! What was made milder once and went too far, or stricter and went too far: each beside the twin on the other side.

use super::{Twins, mild::tell_apart};
use pgward::{Files, Git, Policy, Severity, lint};
use std::collections::BTreeMap;

/// A public host without TLS.
const FAR: &str =
    "DATABASE_URL=postgresql://shop:k3Vq9mT2xLpW7c@shop.c3vmzq8xk1ty.eu-west-1.rds.amazonaws.com/shop\n";
const FAR_TOO: &str =
    "DATABASE_URL=postgresql://shop:k3Vq9mT2xLpW7c@staging.c3vmzq8xk1ty.eu-west-1.rds.amazonaws.com/shop\n";
/// The same with another password.
const OTHER: &str =
    "DATABASE_URL=postgresql://shop:W7cxLpT2k3Vq9m@staging.c3vmzq8xk1ty.eu-west-1.rds.amazonaws.com/shop\n";
/// A container with a password in clear.
const POD: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: shop\n  namespace: production\nspec:\n  template:\n    spec:\n      containers:\n        - name: shop\n          image: shop:1.4\n          env:\n            - name: DATABASE_URL\n              value: postgresql://shop:k3Vq9mT2xLpW7c@db/shop\n";
/// One that has it of a Secret.
const POD_OF_SECRET: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: shop\n  namespace: production\nspec:\n  template:\n    spec:\n      containers:\n        - name: shop\n          image: shop:1.4\n          env:\n            - name: DATABASE_URL\n              valueFrom: {secretKeyRef: {name: shop, key: url}}\n";

const PUT_AWAY: &[Twins] = &[
    // What runs is not put away, whatever it is called after.
    Twins {
        rule: "tls-unspecified",
        healthy: &[("archive/.env.production", FAR), ("a/_archive/.env.production", FAR)],
        ill: &[("backend/archive/.env.production", FAR)],
    },
    Twins {
        rule: "tls-unspecified",
        healthy: &[("archived/orders/.env.production", FAR)],
        ill: &[("services/archived-orders/.env.production", FAR)],
    },
    Twins {
        rule: "tls-unspecified",
        healthy: &[("deprecated/.env.production", FAR)],
        ill: &[("apps/deprecated-api/.env.production", FAR)],
    },
    // What was put away is given away still.
    Twins {
        rule: "k8s-literal-url",
        healthy: &[("archive/k8s/deploy.yaml", POD_OF_SECRET)],
        ill: &[("archive/k8s/deploy.yaml", POD)],
    },
    Twins {
        rule: "password-reused",
        healthy: &[(".env.production", FAR), ("old/.env.staging", OTHER)],
        ill: &[(".env.production", FAR), ("old/.env.staging", FAR_TOO)],
    },
    Twins {
        rule: "password-reused",
        healthy: &[("old/.env.production", FAR), ("old/.env.staging", FAR_TOO)],
        ill: &[("old/.env.production", FAR), (".env.staging", FAR_TOO)],
    },
];

#[test]
fn what_was_put_away_is_given_away_still() {
    tell_apart(PUT_AWAY);
    let worst = |git: Git| {
        let path = "archive/.env.production".to_owned();
        let files = Files {
            files: vec![(path.clone(), FAR.into())],
            git: BTreeMap::from([(path, git)]),
            ..Files::default()
        };
        let all = lint(&files, &Policy::default());
        all.into_iter().filter(|f| f.rule == "env-file-tracked").map(|f| f.severity).max()
    };
    assert_eq!((worst(Git::Tracked), worst(Git::Ignored)), (Some(Severity::Error), None));
}

#[test]
fn who_names_what_was_put_away_compares_its_files() {
    let compared = |named: &[&str]| {
        let files = ["old/shop/.env.production", "old/shop/.env.staging"];
        let files = Files {
            files: files.map(|path| (path.to_owned(), FAR.into())).into(),
            named: named.iter().map(|name| (*name).to_owned()).collect(),
            ..Files::default()
        };
        lint(&files, &Policy::default()).iter().any(|f| f.rule == "same-target-two-environments")
    };
    assert!(!compared(&[]) && compared(&["old/shop"]));
}
