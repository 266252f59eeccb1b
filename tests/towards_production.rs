//! What a process would start with, judged at each door: a name that says production refuses in development and tests, at
//! boot too; a name that stayed does not stop a service that runs; what a shell exported goes before files with a word.

use pgward::unstable::{
    configuration::{Configuration, Input},
    finding::Severity,
    judge::Evidence,
    rules::Door,
};

/// What is said at a door: rule and severity, without notes.
fn said(door: Door, env_file: &str, variables: &[(&str, &str)]) -> Vec<(&'static str, Severity)> {
    let env_files = if env_file.is_empty() { Vec::new() } else { vec![(".env".into(), env_file.into())] };
    let variables = variables.iter().map(|(k, v)| ((*k).to_owned(), v.as_bytes().to_vec())).collect();
    let configuration = Configuration::new(Input { env_files, found: true, variables, ..Input::default() });
    let found = configuration.findings(door, Evidence::default());
    found.iter().filter(|f| f.severity > Severity::Note).map(|f| (f.rule, f.severity)).collect()
}

const WORD: &str = "environment-word-mismatch";
const SHADOWED: &str = "shadowed-source";

const PRODUCTION: &str = "postgresql://app@db.example.com/shop_prod?sslmode=verify-full&sslrootcert=system&target_session_attrs=any";

#[test]
fn development_and_tests_do_not_start_on_production() {
    for environment in ["development", "test"] {
        let variables = [("PGWARD_ENV", environment), ("DATABASE_URL", PRODUCTION)];
        for door in [Door::Check, Door::Preflight, Door::Boot] {
            assert_eq!(said(door, "", &variables), [(WORD, Severity::Error)], "{environment} {door:?}");
        }
    }
    let staging = [("PGWARD_ENV", "staging"), ("DATABASE_URL", PRODUCTION)];
    assert_eq!(said(Door::Boot, "", &staging), [(WORD, Severity::Warning)]);
    let production = [("PGWARD_ENV", "production"), ("DATABASE_URL", PRODUCTION)];
    assert_eq!(said(Door::Boot, "", &production), []);
    // Nobody says where: judged as production, in which the name is right.
    let undetermined = said(Door::Boot, "", &[("DATABASE_URL", PRODUCTION)]);
    assert!(undetermined.iter().all(|(rule, _)| *rule != WORD), "{undetermined:?}");
}

#[test]
fn a_copy_on_this_machine_is_a_warning() {
    let url = "postgresql://app:only-on-this-laptop@localhost:5433/shop_production";
    let variables = [("PGWARD_ENV", "development"), ("DATABASE_URL", url)];
    assert_eq!(said(Door::Boot, "", &variables), [(WORD, Severity::Warning)]);
}

#[test]
fn an_old_name_stops_no_service() {
    let url = PRODUCTION.replace("shop_prod", "shop_dev");
    let variables = [("PGWARD_ENV", "production"), ("DATABASE_URL", url.as_str())];
    assert_eq!(said(Door::Preflight, "", &variables), [(WORD, Severity::Error)]);
    assert_eq!(said(Door::Boot, "", &variables), [(WORD, Severity::Warning)]);
    // Without an environment the name is the only word there is.
    let undetermined = said(Door::Check, "", &[("DATABASE_URL", url.as_str())]);
    assert!(undetermined.iter().all(|(_, severity)| *severity < Severity::Error), "{undetermined:?}");
}

#[test]
fn what_a_shell_exported_is_told_with_the_file() {
    let file = "DATABASE_NAME=startupwebapp_dev\nDATABASE_USER=django_app\nDATABASE_HOST=db\n";
    let variables = [("PGWARD_ENV", "development"), ("DATABASE_NAME", "startupwebapp_prod")];
    for door in [Door::Check, Door::Boot] {
        let found = said(door, file, &variables);
        assert!(found.contains(&(SHADOWED, Severity::Error)), "{door:?} {found:?}");
        assert!(found.contains(&(WORD, Severity::Error)), "{door:?} {found:?}");
    }
    // Another fork's database is what the switch is for.
    let variables = [("PGWARD_ENV", "development"), ("DATABASE_NAME", "healthtech_dev")];
    assert_eq!(said(Door::Check, file, &variables), []);
    // The file says it itself: nobody took it there.
    let variables = [("PGWARD_ENV", "development"), ("DATABASE_NAME", "startupwebapp_prod2")];
    let found = said(Door::Check, &file.replace("_dev", "_prod"), &variables);
    assert_eq!(found, [(WORD, Severity::Error)]);
}
