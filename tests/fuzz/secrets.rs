//! Secrets in files and JSON documents, all the way to settings and findings: no password among them.

use super::{MARK, Target, marked_once};
use pgward::unstable::{
    configuration::{Configuration, Input},
    judge::Evidence,
    layer,
    rules::Door,
    settings::document,
    source::{SourceKind, Sources},
};

pub(super) const TARGET: Target = Target {
    name: "secrets",
    run,
    replay: run,
    readers: (1, |_, data| run(data)),
    words: &[
        "{",
        "}",
        "\"",
        ":",
        ",",
        "\\",
        "\\\"",
        "\\u0040",
        "\"engine\":\"postgres\",",
        "\"engine\":\"mysql\",",
        "\"host\":\"db.example.com\",",
        "\"port\":5432,",
        "\"port\":\"x\",",
        "\"username\":\"app\",",
        "\"password\":\"cAnArY9Qz7Wx\",",
        "\"dbname\":\"app\"",
        "\"password\":1,",
        "\"password\":{",
        "null",
        "true",
        "\n",
        "\r\n",
        "postgresql://app:cAnArY9Qz7Wx@h/app",
        "cAnArY9Qz7Wx",
        "${X}",
        "{{x}}",
        "<x>",
        " ",
        "ż",
        "\u{feff}",
    ],
    lines: &[],
    around: &[
        ("d", ""),
        ("d{", "\"a\":1}"),
        ("f", "\n"),
        ("v{\"host\":\"h\",\"username\":\"u\",", "\"a\":1}"),
        ("u", ""),
    ],
    cost: 20,
};

/// The first byte says where the rest stands.
fn run(data: &[u8]) {
    let Some((place, rest)) = data.split_first() else { return };
    let mut input = Input { sources: Sources::default(), ..Input::default() };
    let mut set = |key: &str, value: &[u8]| drop(input.variables.insert(key.to_owned(), value.to_vec()));
    set("APP_ENV", b"production");
    set("DB_NAME", b"app");
    match place {
        b'd' => {
            let file = SourceKind::File("secret.json".into());
            input.layers.push(layer::document(&mut input.sources, file, document::FLAG, rest));
        }
        b'v' => set("DB_SECRET", rest),
        b'u' => set("DATABASE_URL", rest),
        b'p' => set("DB_PASSWORD_FILE", rest),
        _ => {
            set("DB_HOST", b"db.example.com");
            set("DB_USER", b"app");
            set("DB_PASSWORD_FILE", b"/run/secrets/it");
            input.secret_files.insert("/run/secrets/it".into(), Ok(rest.to_vec()));
        }
    }
    let configuration = Configuration::new(input);
    let text = String::from_utf8_lossy(rest);
    let settings = &configuration.settings;
    let is_password = settings.targets.iter().filter_map(|t| t.get("password")).any(|p| p.value.equals(MARK));
    let findings: Vec<_> = configuration
        .findings(Door::Check, Evidence::default())
        .iter()
        .map(|finding| finding.locate(&configuration.sources))
        .collect();
    if marked_once(&text) && is_password {
        assert!(!format!("{settings:?}{findings:?}").contains(MARK), "a password is reported");
    }
}
