use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "password-on-command-line",
    since: "0.1.0",
    levels: Levels::of("IIWW"),
    boot: false,
    traits: COMMON,
    page: include_str!("password_on_command_line.md"),
    checks: &[Check::File(check)],
};

fn check(file: &File<'_>, _: &Project<'_>, out: &mut Sink<'_>) {
    let Structure::Script(script) = &file.carried.structure else { return };
    for command in &script.commands {
        for argument in command.words.iter().skip(1).filter(|a| a.holds_password()) {
            out.report("a URL with its password is an argument of a command")
                .at_span(argument.span, "every user of the machine sees it in the list of processes")
                .help("set `PGPASSWORD` or `PGSERVICE`, or write it to ~/.pgpass; programs of your own read `DATABASE_URL`");
        }
    }
}
