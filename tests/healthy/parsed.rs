//! Texts that look broken and are not, and where a text is broken.

use super::Twins;
use crate::{found, tell_apart};

const TWINS: &[Twins] = &[
    // Editors allow comments and a last comma in it.
    Twins {
        rule: "file-unparseable",
        healthy: &[(
            ".devcontainer/devcontainer.json",
            "// the database\n{\n  \"forwardPorts\": [5432], /* Postgres */\n  \"a\": \"http://x//y\",\n}\n",
        )],
        ill: &[("config/database.json", "{\"database\": \"a\" \"b\"}\n")],
    },
    // A bracket at the column of its key.
    Twins {
        rule: "file-unparseable",
        healthy: &[(
            "compose.yml",
            "services:\n  db:\n    image: postgres:17-bookworm\n    healthcheck:\n      test: [\n        \"CMD\",\n        # it asks\n        \"pg_isready\",\n      ]\n      retries: 3\n",
        )],
        ill: &[(
            "compose.yml",
            "services:\n  db:\n    image: postgres:17-bookworm\n      ]\n    environment: [\n",
        )],
    },
    // A template of Jinja whose first mark is a comment.
    Twins {
        rule: "file-unparseable",
        healthy: &[(
            "templates/privileges.json",
            "{# of a database #}\n{\n{% if a %}\n\"b\": 1\n{% endif %}\n}\n",
        )],
        ill: &[("config/privileges.json", "{ of a database }\n{\n")],
    },
];

#[test]
fn what_parses_is_not_called_broken() {
    tell_apart(TWINS);
}

#[test]
fn a_merge_is_told_where_it_begins() {
    for (path, text, line) in [
        (
            "compose.yml",
            "services:\n  db:\n    image: postgres:17\n<<<<<<< HEAD\n    ports: [1]\n=======\n",
            4,
        ),
        ("compose.yml", "services:\n  db:\n    image: postgres:17\n>>>>>>> theirs\n\n    ports: [1]\n", 4),
        ("app.json", "{\n\"sql\": 1,\n<<<<<<< HEAD\n\"b\": 1\n=======\n\"b\": 2\n>>>>>>> theirs\n}\n", 3),
        // Elsewhere the place is the parser's.
        ("compose.yml", "services:\n  # <<<<<<< HEAD\n  db: [\n    image: postgres:17\n  x: 1\n", 5),
        ("compose.yml", "services:\n  db: >\n    <<<<<<< HEAD\n    postgres:17\n  x: 1\n y: 1\n", 6),
    ] {
        let told = found(&[(path, text)], "file-unparseable");
        let lines: Vec<usize> = told.iter().filter_map(|f| Some(f.primary.as_ref()?.place.line)).collect();
        assert_eq!(lines, [line], "{text}");
    }
    // What is read for others' sake is not judged.
    let other = "services:\n  cache:\n    image: redis:8\n<<<<<<< HEAD\n    ports: [1]\n=======\n";
    assert_eq!(found(&[("compose.yml", other)], "file-unparseable"), []);
    let typed = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: {PORT: 8080, DEBUG: true}\n";
    assert_eq!(found(&[("deploy/cm.yaml", typed)], "yaml-secret-typing"), []);
    let ours = typed.replace("PORT", "DB_PORT");
    assert_eq!(found(&[("deploy/cm.yaml", &ours)], "yaml-secret-typing").len(), 2);
}

/// A part of an object that speaks of no database leaves known which is meant.
#[test]
fn a_patch_hides_nothing() {
    let web = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {containers: [{name: web, image: \"web:1\", envFrom: [{configMapRef: {name: app}}], env: [{name: DB_HOST, value: db.acme.io}]}]}}}\n";
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: app}\ndata: {DB_NAME: shop, DB_USER: shop, DB_PASSWORD: password}\n";
    let patch = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: app}\ndata: {REGION: eu}\n";
    let tree = [("k8s/prod/web.yaml", web), ("k8s/prod/cm.yaml", map), ("k8s/prod/patches/cm.yaml", patch)];
    assert_eq!(found(&tree, "weak-secret").len(), 1);
    assert_eq!(found(&tree[..2], "weak-secret").len(), 1);
}
