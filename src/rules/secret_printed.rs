use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "secret-printed",
    since: "0.1.0",
    levels: Levels::of("IIWW"),
    boot: false,
    traits: COMMON,
    page: include_str!("secret_printed.md"),
    checks: &[Check::File(check)],
};

fn check(file: &File<'_>, _: &Project<'_>, out: &mut Sink<'_>) {
    let script = &file.carried.script;
    for (place, what) in script.prints() {
        out.report(format!("the script prints {what}"))
            .at_span(place, "logs keep it, and everyone who reads them has the password")
            .help("print `pgward show` instead: it names every value and its origin, masked");
    }
}
