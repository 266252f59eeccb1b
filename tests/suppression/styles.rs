//! The comments of other kinds of files, without their parsers: what stands in quotes, blocks and here-documents is text.

use pgward::unstable::{
    finding::{Applicability, Finding, Label, Severity},
    source::{SourceKind, Sources},
    suppression::{Comments, Named, Proof, style_of},
};

/// Whether a finding at `HERE` is silenced, and how many faults the comments have. The mark stands in the text.
pub(super) fn silenced(path: &str, text: &str) -> (bool, usize) {
    let mut sources = Sources::default();
    let id = sources.add(SourceKind::File(path.into()), text);
    let at = text.find("HERE").expect("a place");
    let mut finding = Finding {
        rule: "a-rule",
        severity: Severity::Error,
        message: String::new(),
        primary: Some(Label { span: sources.span(id, at..at + 4), text: String::new() }),
        related: Vec::new(),
        notes: Vec::new(),
        help: None,
        fix: Vec::new(),
        applicability: Applicability::Safe,
        suppressed: None,
    };
    let named =
        |name: &str, _: bool| if name == "a-rule" { Named::Rule("a-rule") } else { Named::Unknown(None) };
    let Some(style) = style_of(path) else { return (false, 0) };
    let Some(mut comments) = Comments::read(&sources, id, style, Proof::default, None, &named) else {
        return (false, 0);
    };
    comments.silence(&mut finding);
    (finding.suppressed.is_some(), comments.faults(false, &|_| false).len())
}

#[track_caller]
fn all(path: &str, wanted: (bool, usize), texts: &[&str]) {
    for text in texts {
        assert_eq!(silenced(path, text), wanted, "{path}: {text}");
    }
}

const SILENCED: (bool, usize) = (true, 0);
const UNUSED: (bool, usize) = (false, 1);
const TEXT: (bool, usize) = (false, 0);

#[test]
fn yaml() {
    all(
        "compose.yml",
        SILENCED,
        &[
            "a:\n  # pgward: allow[a-rule] why\n  url: HERE\n",
            "a:\n  url: HERE # pgward: allow[a-rule] why\n",
            "a:\n  url: HERE  # noqa # pgward: allow[a-rule] why\r\n",
            "note: don't\n# pgward: allow[a-rule]\nurl: HERE\n",
            "note: say \"x\n# pgward: allow[a-rule]\nurl: HERE\n",
            "run: |\n  echo 'it\n# pgward: allow[a-rule]\nurl: HERE\n",
            "- run: |\n    echo\n  # pgward: allow[a-rule]\n  url: HERE\n",
            "- |\n  text\n# pgward: allow[a-rule]\n- HERE\n",
            "- >-  # pgward: this folds\n  text\n- HERE # pgward: allow[a-rule]\n",
            "url: 'it''s # not' # pgward: allow[a-rule]\nx: 1\nHERE: 2\n"
                .replace("x: 1\nHERE: 2", "")
                .replace("not", "HERE")
                .as_str(),
            "url: \"a \\\" # HERE\" # pgward: allow[a-rule]\n",
            "x: !!str \"a\" # pgward: allow[a-rule] HERE\n",
        ],
    );
    all(
        "a/values.yaml",
        TEXT,
        &[
            "url: \"\n  # pgward: allow[a-rule]\n  HERE\"\n",
            "url: '\n  # pgward: allow[a-rule]\n  HERE'\n",
            "run: |\n  # pgward: allow[a-rule]\n  HERE\n",
            "run: >-\n\n    text\n\n    # pgward: allow[a-rule]\n    HERE\nx: 1\n",
            "run: |2\n    x\n  # pgward: allow[a-rule]\n  HERE\n",
            "- run: |\n    # pgward: allow[a-rule]\n    HERE\n  env: x\n",
            "- |\n  # pgward: allow[a-rule]\n  HERE\n",
            "x: !!str \"\n# pgward: allow[a-rule]\nHERE\"\n",
            "x: [\"# pgward: allow[a-rule]\", HERE]\n",
            "url: HERE#pgward: allow[a-rule]\n",
        ],
    );
    all(
        "x.yaml",
        UNUSED,
        &["# pgward: allow[a-rule]\nx: 1\nurl: HERE\n", "x: 1 # pgward: allow[a-rule]\nurl: HERE\n"],
    );
}

#[test]
fn toml_python_and_javascript() {
    all(
        "pyproject.toml",
        SILENCED,
        &[
            "# pgward: allow[a-rule]\nurl = \"HERE\"\n",
            "url = \"HERE # x\" # pgward: allow[a-rule]\n",
            "note = '''\n# x\n'''\nurl = \"HERE\" # pgward: allow[a-rule]\n",
            "note = 'C:\\'\nurl = \"HERE\" # pgward: allow[a-rule]\n",
        ],
    );
    all(
        "pyproject.toml",
        TEXT,
        &[
            "url = \"\"\"\n# pgward: allow[a-rule]\nHERE\"\"\"\n",
            "url = '''\n# pgward: allow[a-rule]\nHERE'''\n",
            "url = \"HERE # pgward: allow[a-rule]\"\n",
        ],
    );
    all(
        "settings.py",
        SILENCED,
        &[
            "# pgward: allow[a-rule]\nX = 'HERE'\n",
            "X = 'HERE'  # pgward: allow[a-rule]\n",
            "X = f\"\"\"\n'\"\"\" + 'HERE'  # pgward: allow[a-rule]\n",
            "X = 'it\\'s' # don't\n# pgward: allow[a-rule]\nY = 'HERE'\n",
        ],
    );
    all(
        "settings.py",
        TEXT,
        &[
            "\"\"\"\n# pgward: allow[a-rule]\nHERE\n\"\"\"\n",
            "X = '''\\'''\n# pgward: allow[a-rule]\nHERE'''\n",
            "X = 'HERE # pgward: allow[a-rule]'\n",
        ],
    );
    all(
        "db.ts",
        SILENCED,
        &[
            "// pgward: allow[a-rule]\nconst url = 'HERE';\n",
            "const url = 'HERE'; // pgward: allow[a-rule]\n",
            "const url = 'HERE'; /* pgward: allow[a-rule] */\n",
            "/* pgward: allow[a-rule] */\nconst url = 'HERE';\n",
            "/*\n * pgward: allow[a-rule]\n */\nconst url = 'HERE';\n",
            "const a = \"http://x\"; // it's\n// pgward: allow[a-rule]\nconst url = 'HERE';\n",
        ],
    );
    all(
        "db.js",
        TEXT,
        &[
            "const a = `\n// pgward: allow[a-rule]\nHERE`;\n",
            "const a = '// pgward: allow[a-rule]' + HERE;\n",
            "const a = \"\\\"// pgward: allow[a-rule] HERE\";\n",
        ],
    );
}

#[test]
fn shell_and_sql() {
    all(
        "start.sh",
        SILENCED,
        &[
            "# pgward: allow[a-rule]\nexport X=HERE\n",
            "export X=HERE # pgward: allow[a-rule]\n",
            "X=${Y#z} Z=$# # pgward: allow[a-rule] HERE\n",
            "cat <<EOF\n'\nEOF\n# pgward: allow[a-rule]\nX=HERE\n",
            "cat <<-'EOF'\n\tit's\n\tEOF\nX=HERE # pgward: allow[a-rule]\n",
            "x=$((1<<2))\n# pgward: allow[a-rule]\nX=HERE\n",
            "cat <<< EOF\n# pgward: allow[a-rule]\nX=HERE\nEOF\n",
            "echo it\\'s\n# pgward: allow[a-rule]\nX=HERE\n",
        ],
    );
    all(
        ".envrc",
        TEXT,
        &[
            "X='\n# pgward: allow[a-rule]\nHERE'\n",
            "X=\"\\\"\n# pgward: allow[a-rule]\nHERE\"\n",
            "cat <<EOF\n# pgward: allow[a-rule]\nHERE\nEOF\n",
            "cat <<A <<\"B\"\nA\n# pgward: allow[a-rule]\nHERE\nB\n",
            "X=HERE#pgward: allow[a-rule]\n",
        ],
    );
    all(
        "init.sql",
        SILENCED,
        &[
            "-- pgward: allow[a-rule]\nCREATE DATABASE HERE;\n",
            "SELECT 'it''s'; -- x\n  -- pgward: allow[a-rule]\nCREATE DATABASE HERE;\n",
            "SELECT $1, $$it's$$;\n-- pgward: allow[a-rule]\nHERE;\n",
            "/* pgward: allow[a-rule] */\nHERE;\n",
        ],
    );
    all(
        "init.sql",
        TEXT,
        &[
            "SELECT '\n-- pgward: allow[a-rule]\nHERE';\n",
            "DO $x$\n-- pgward: allow[a-rule]\nHERE; $$ $x$;\n",
        ],
    );
    // Behind something it is a comment to SQL, and not one of ours.
    all("init.sql", UNUSED, &["CREATE DATABASE HERE; -- pgward: allow[a-rule]\n"]);
}

#[test]
fn files_of_lines() {
    for path in
        ["Dockerfile", "api.dockerfile", "Makefile", "alembic.ini", "app.properties", "Procfile", "a.service"]
    {
        all(
            path,
            SILENCED,
            &["# pgward: allow[a-rule]\nX=HERE\n", "x=1\n\n  # pgward: allow[a-rule]\n\nX=HERE\n"],
        );
        all(path, UNUSED, &["X=HERE # pgward: allow[a-rule]\n", "# pgward: allow[a-rule]\nY=1\nX=HERE\n"]);
    }
    all("alembic.ini", SILENCED, &["; pgward: allow[a-rule]\nurl = HERE\n"]);
    all(
        "app.properties",
        SILENCED,
        &["! pgward: allow[a-rule]\nurl = HERE\n", "a = b\\\\\n# pgward: allow[a-rule]\nHERE=1\n"],
    );
    all("app.properties", TEXT, &["a = b \\\n# pgward: allow[a-rule]\nHERE\n"]);
    all(
        "package.json",
        TEXT,
        &["{\n// pgward: allow[a-rule]\n\"HERE\": 1}\n", "# pgward: allow[a-rule]\nHERE"],
    );
}
