use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "secret-json-shape",
    since: "0.1.0",
    levels: Levels::of("IIWE"),
    boot: true,
    traits: COMMON,
    page: include_str!("secret_json_shape.md"),
    checks: &[Check::Settings(check)],
};

fn check(settings: &Settings, out: &mut Sink<'_>) {
    for variable in &settings.undivided {
        out.report(format!("`{}` holds a whole JSON document, not one of its members", variable.key))
            .at(&variable.origin, "the document")
            .help("in a task definition of ECS name the member behind the ARN: `…:password::`");
    }
    let Some(document) = &settings.document else { return };
    let name = format!("the JSON document in `{}`", document.key);
    for fault in &document.faults {
        use document::Fault;
        let (message, place, label) = match fault {
            Fault::Invalid(place, expected) => {
                (format!("{name} is no JSON object"), place, format!("{expected} is expected here"))
            }
            Fault::Twice(place) => (
                format!("{name} has one member twice"),
                place,
                "the last one wins for most readers".to_owned(),
            ),
            Fault::Port(place) => {
                (format!("the port of {name} is no number"), place, "digits are expected here".to_owned())
            }
            Fault::Nested(keyword, place) => {
                (format!("{name} has no text for the {}", word(keyword)), place, "no plain value".to_owned())
            }
            Fault::Typed(..) => continue,
        };
        out.report(message).at_span(*place, label).help(SHAPE);
    }
    if !document.is_valid() {
        return;
    }
    // What a URL says in its place is another matter.
    let used = |t: &&Target| t.form == Form::Document;
    let Some(target) = settings.targets.iter().find(used).filter(|t| t.is_postgres()) else { return };
    let lacks: Vec<&str> = target.missing.iter().map(|k| word(k)).collect();
    let lint = out.door() == Door::Lint;
    if !lacks.is_empty() {
        let mut draft = out
            .report(format!("{name} names no {}, and nothing else does", lacks.join(" and no ")))
            .at(&document.origin, "the document")
            .help("add the member to the secret, or set the variable: `DB_NAME`, `DB_HOST`");
        if lacks.contains(&"database") {
            draft =
                draft.note("without a name libpq takes the user's for it, Django the database `postgres`");
        }
        // Elsewhere another source may set what a file leaves out.
        if lint {
            draft.at_most(Levels::of("IIWW"));
        }
    }
    if document.engine.is_none() {
        out.report(format!("{name} names no engine"))
            .at(&document.origin, "the document")
            .note("a reader that picks its driver by `engine` finds none; pgward takes it for PostgreSQL")
            .help("add `\"engine\": \"postgres\"`")
            .at_most(Levels::of("IIII"));
    }
}

const SHAPE: &str = "the shape is that of RDS: `engine`, `host`, `port`, `username`, `password`, `dbname`";

/// A keyword as a message calls it.
fn word(keyword: &str) -> &str {
    if keyword == "dbname" { "database" } else { keyword }
}
