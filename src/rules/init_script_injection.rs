use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "init-script-injection",
    since: "0.1.0",
    levels: Levels::of("IIWW"),
    boot: false,
    traits: COMMON,
    page: include_str!("init_script_injection.md"),
    checks: &[Check::File(check)],
};

fn check(file: &File<'_>, _: &Project<'_>, out: &mut Sink<'_>) {
    let script = &file.carried.script;
    for place in script.unquoted_names() {
        out.report("a variable stands in SQL as it is, without quotes")
            .at_span(place, "the shell puts the value here")
            .note("a name with a `-` breaks the statement, and `x; DROP …` is one of its own")
            // psql(1): what stands behind `-c` is sent as it is.
            .help("`psql -v name=\"$name\" <<'SQL'` with `:\"name\"` in it (`-c` puts nothing in), or `createdb \"$name\"`");
    }
}
