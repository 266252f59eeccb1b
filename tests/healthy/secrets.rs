//! Secrets of Kubernetes that git keeps to be filled in.

use pgward::{Files, Git, Policy, Severity, lint};

const ASKS: &str = "apiVersion: v1\nkind: Secret\nmetadata: {name: db}\ndata:\n  # Base64 encoded values - replace with actual secrets\n  DATABASE_URL: cG9zdGdyZXNxbDovL3Nob3A6cGFzc3dvcmRAZGIvc2hvcA==\n";
const SAYS: &str = "apiVersion: v1\nkind: Secret\nmetadata: {name: db}\ndata:\n  # Base64 encoded values, replaced by actual secrets\n  DATABASE_URL: cG9zdGdyZXNxbDovL3Nob3A6cGFzc3dvcmRAZGIvc2hvcA==\n";

/// A comment among the values of a Secret asks for others, where git keeps the file.
#[test]
fn a_secret_may_ask_for_other_values() {
    let worst = |text: &str, git: Git| {
        let files = Files {
            files: vec![("k8s/secrets.yaml".to_owned(), text.into())],
            git: [("k8s/secrets.yaml".to_owned(), git)].into(),
            ..Files::default()
        };
        let all = lint(&files, &Policy::default());
        all.iter().filter(|f| f.rule == "weak-secret").map(|f| f.severity).max()
    };
    assert_eq!(worst(ASKS, Git::Tracked), Some(Severity::Note));
    assert_eq!(worst(ASKS, Git::Ignored), Some(Severity::Error));
    assert_eq!(worst(SAYS, Git::Tracked), Some(Severity::Error));
    let other = "apiVersion: v1\nkind: Ingress\nspec:\n  # Replace with actual domain\n  host: a\n---\n";
    let text = format!("{other}{SAYS}");
    assert_eq!(worst(&text, Git::Tracked), Some(Severity::Error));
    let one = SAYS.replace("replaced by actual secrets", "# Replace with your key");
    assert_eq!(worst(&one, Git::Tracked), Some(Severity::Error));
}

/// What stands beside a password that git keeps to be replaced is replaced with it.
#[test]
fn a_secret_to_fill_in_is_one_as_a_whole() {
    let worst = |url: &str, git: Git| {
        let text = format!(
            "apiVersion: v1\nkind: Secret\nmetadata: {{name: db}}\nstringData:\n  DATABASE_URL: {url}\n"
        );
        let files = Files {
            files: vec![("k8s/secrets.yaml".to_owned(), text.into_bytes())],
            git: [("k8s/secrets.yaml".to_owned(), git)].into(),
            ..Files::default()
        };
        lint(&files, &Policy::default()).iter().map(|f| f.severity).max()
    };
    let to_fill_in = "postgresql://postgres:base64placeholder@test-db.acme.io/postgres";
    let in_use = "postgresql://postgres:k3Vq9mT2xLpW7c@test-db.acme.io/postgres";
    assert_eq!(worst(to_fill_in, Git::Tracked), Some(Severity::Note));
    assert_eq!(worst(to_fill_in, Git::Ignored), Some(Severity::Error));
    assert_eq!(worst(in_use, Git::Tracked), Some(Severity::Error));
}

/// Told of the container that takes it as well.
#[test]
fn who_takes_a_secret_to_fill_in_takes_another() {
    let worst = |password: &str| {
        let secret = format!(
            "apiVersion: v1\nkind: Secret\nmetadata: {{name: db}}\nstringData:\n  DATABASE_URL: postgresql://postgres:{password}@test-db.acme.io/shop\n"
        );
        let takes = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    spec:\n      containers:\n        - name: web\n          image: shop:1\n          envFrom: [{secretRef: {name: db}}]\n";
        let named = [("k8s/secrets.yaml", secret), ("k8s/web.yaml", takes.to_owned())];
        let files = Files {
            git: named.iter().map(|(path, _)| ((*path).to_owned(), Git::Tracked)).collect(),
            files: named.map(|(path, text)| (path.to_owned(), text.into_bytes())).into(),
            ..Files::default()
        };
        lint(&files, &Policy::default()).iter().map(|f| f.severity).max()
    };
    assert_eq!(worst("placeholder"), Some(Severity::Note));
    assert_eq!(worst("k3Vq9mT2xLpW7c"), Some(Severity::Error));
}

/// What is no part of that connection is in use.
#[test]
fn beside_a_secret_to_fill_in_others_are_in_use() {
    let text = "apiVersion: v1\nkind: Secret\nmetadata: {name: db}\nstringData:\n  DATABASE_URL: postgresql://shop:placeholder@db.acme.io/shop\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata:\n  DATABASE_URL: postgresql://shop:k3Vq9mT2xLpW7c@db.acme.io/reports\n";
    let files = Files {
        files: vec![("k8s/secrets.yaml".to_owned(), text.into())],
        git: [("k8s/secrets.yaml".to_owned(), Git::Tracked)].into(),
        ..Files::default()
    };
    let all = lint(&files, &Policy::default());
    assert!(all.iter().any(|f| f.rule == "k8s-literal-url" && f.severity == Severity::Error), "{all:?}");
}

/// A developer's file of variables, whatever it is called: who reads the repository can log in.
#[test]
fn a_developers_password_to_a_server_that_everybody_reaches_is_told() {
    let of = |text: String, git: Git| {
        let files = Files {
            files: vec![("envs/auth.env".to_owned(), text.into_bytes())],
            git: [("envs/auth.env".to_owned(), git)].into(),
            ..Files::default()
        };
        let all = lint(&files, &Policy::default());
        all.iter().filter(|f| f.rule == "literal-password").map(|f| f.severity).max()
    };
    let worst =
        |host: &str, git: Git| of(format!("DATABASE_URL=postgres://shop:k3Vq9mT2xLpW7c@{host}/shop\n"), git);
    let parts = |password: &str| {
        of(format!("DB_HOST=db.acme.io\nDB_USER=shop\nDB_NAME=shop\nDB_PASSWORD={password}\n"), Git::Tracked)
    };
    assert_eq!(worst("db.acme.io", Git::Tracked), Some(Severity::Warning));
    assert_eq!(worst("db.acme.io", Git::Ignored), None);
    assert_eq!(worst("10.1.2.3", Git::Tracked), None);
    assert_eq!(worst("db.example.com", Git::Tracked), None);
    assert_eq!(worst("203.0.113.7", Git::Tracked), None);
    assert_eq!(parts("k3Vq9mT2xLpW7c"), Some(Severity::Warning));
    // The place of a password is none.
    assert_eq!(parts("/run/secrets/db"), None);
}
