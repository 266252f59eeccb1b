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
}
