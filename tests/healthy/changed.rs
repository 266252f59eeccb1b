//! What an editor puts before a text and at the ends of its lines says nothing of what is configured.

use super::{Tree, mild::warns};
use pgward::{is_manifest, unstable::layer::Carrier};

type Change = fn(&str) -> String;

const CHANGES: &[(&str, Change)] = &[
    ("a byte order mark", |text| format!("\u{feff}{text}")),
    ("\\r\\n", |text| text.replace('\n', "\r\n")),
    ("a line before", |text| if text.starts_with("#!") { text.to_owned() } else { format!("\n{text}") }),
    ("no line end", |text| text.trim_end_matches('\n').to_owned()),
];

/// The text of a file with a change; as it is where readers tell the two apart, and in manifests.
fn changed(path: &str, text: &str, change: Change) -> String {
    let strict = matches!(
        Carrier::of(path, text.as_bytes()),
        None | Some(Carrier::Dotenv | Carrier::Shell | Carrier::Makefile)
    );
    if strict || is_manifest(path) { text.to_owned() } else { change(text) }
}

/// Where such a change makes a rule say something else.
pub(super) fn differences(rule: &str, healthy: Tree<'_>, ill: Tree<'_>) -> Vec<String> {
    let mut out = Vec::new();
    for (how, change) in CHANGES {
        for (tree, expected) in [(healthy, false), (ill, true)] {
            let files: Vec<_> =
                tree.iter().map(|(path, text)| (*path, changed(path, text, *change))).collect();
            let files: Vec<_> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
            if warns(tree, rule) == expected && warns(&files, rule) != expected {
                out.push(format!("{rule}: {how} changes {tree:?}"));
            }
        }
    }
    out
}
