//! Leaks that the canaries found, each with its least input. They are mended and must stay so.

use crate::{
    canary::{Canary, Random},
    fill,
    writers::{self, Outputs},
};
use pgward::{
    Files, Policy,
    unstable::configuration::{Configuration, Input},
};

fn hidden(template: &str, outputs: impl FnOnce(&str) -> Outputs) {
    let canary = Canary::new(&mut Random::new(), "");
    for (writer, text) in outputs(&fill(template, &canary)) {
        assert!(canary.found_in(&text).is_none(), "{writer}: {text}");
    }
}

fn env_file(text: &str) -> Outputs {
    writers::env_file(".env.production", text.as_bytes(), &Policy::default())
}

#[test]

fn debug_of_a_policy() {
    hidden("# {}\n[rules]\ntls-weak = { level = \"allow\", reason = \"{}\" }\n", |text| {
        vec![("policy", format!("{:?}", Policy::from_toml(text)))]
    });
}

#[test]

fn debug_of_files() {
    hidden("DB_PASSWORD={}", |text| {
        let files = Files { files: vec![(".env".into(), text.into())], ..Files::default() };
        vec![("files", format!("{files:?}"))]
    });
}

#[test]

fn a_password_behind_a_host() {
    hidden("DB_HOST=app:{} #x@db.example.com\nDB_NAME=app\nDB_USER=app\n", env_file);
    hidden("DB_HOST=postgres://app:{}\nDB_NAME=app\nDB_USER=app\n", env_file);
}

#[test]

fn a_password_cut_by_a_comment() {
    hidden("DATABASE_URL=postgres://app:p@{} #w@db.example.com/app\n", env_file);
}

#[test]

fn a_reference_in_a_url() {
    hidden("SECRET={}\nDATABASE_URL=postgres://app:x@${SECRET}:5432/app\n", env_file);
}

#[test]

fn debug_of_a_reference() {
    let input = |text: &str| Input { env_files: vec![(".env".into(), text.into())], ..Input::default() };
    hidden("DATABASE_URL=postgres://app:pa${{}}word@db.example.com/app\n", |text| {
        vec![("settings", format!("{:?}", Configuration::new(input(text)).settings))]
    });
}

#[test]

fn an_assignment_behind_an_open_quote() {
    hidden("DB_PASSWORD=\"first\nDB_HOST={}\nlast\nDB_NAME=app\nDB_USER=app\n", env_file);
}

#[test]

fn a_reference_that_takes_the_sign_with_it() {
    for behind in [
        "${z@${H}:5432/$D",
        "${z@${H}:5432/shop",
        "${z@db.example.com/${D}",
        "${a/b@${H}/$D",
        "${@}/$D",
        "${H@}/$D",
    ] {
        hidden(&format!("DATABASE_URL=postgresql://app:p@{{}}{behind}\n"), env_file);
    }
    hidden("DATABASE_URL=postgresql://app.x@{}${z@${H}:5432/$D\n", env_file);
}
