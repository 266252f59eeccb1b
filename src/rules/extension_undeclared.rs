use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "extension-undeclared",
    since: "0.1.0",
    levels: Levels::of("IIWW"),
    boot: false,
    traits: COMMON,
    page: include_str!("extension_undeclared.md"),
    checks: &[Check::File(check)],
};

fn check(file: &File<'_>, project: &Project<'_>, out: &mut Sink<'_>) {
    let sql = file.carried.sql();
    // Who declares none has not decided to.
    if project.extensions.is_empty() {
        return;
    }
    for statement in &sql.statements {
        let StatementKind::CreateExtension(Some(name)) = &statement.kind else { continue };
        if name == "plpgsql" || project.extensions.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            continue;
        }
        out.report("this installs an extension that pgward.toml does not list")
            .at_span(statement.span, "not among `extensions`")
            .note("a deploy learns that it is missing or not allowed only when the migration fails")
            .help("add it to `extensions` in pgward.toml: `preflight` then asks for it, and installs it with `--install`");
    }
}
