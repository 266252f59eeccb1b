use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "typed-value-hazard",
    since: "0.1.0",
    levels: Levels::of("WWEE"),
    boot: false,
    traits: COMMON,
    page: include_str!("typed_value_hazard.md"),
    checks: &[Check::Settings(check), Check::Block(block)],
};

fn check(settings: &Settings, out: &mut Sink<'_>) {
    let Some(document) = &settings.document else { return };
    for fault in &document.faults {
        let document::Fault::Typed(keyword, kind, place) = fault else { continue };
        let what = if *keyword == "dbname" { "database" } else { keyword };
        out.report(format!("the {what} in the JSON document of `{}` is written as {kind}", document.key))
            .at_span(*place, "no string")
            .note(
                "a reader with types gets a number or a boolean here: it fails, or writes it out another way",
            )
            .help("put it in quotes");
    }
}

/// In files the password alone: other parts that look like numbers are rare, and a port is one.
fn block(file: &Carried, view: &View<'_>, out: &mut Sink<'_>) {
    if file.typed.is_empty() {
        return;
    }
    for target in &view.settings.targets {
        let Some(password) = target.credential() else { continue };
        let Some(place) = password.origin.span().filter(|span| file.typed.contains(span)) else { continue };
        out.report(format!("{} is written as a number or a truth", password.name))
            .at_span(place, "no text to a reader with types")
            .note("`007` comes out as `7`, `1e5` as `100000`, `off` as false")
            .help("put it in quotes");
    }
}
