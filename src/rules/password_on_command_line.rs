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
    let script = &file.carried.script;
    for command in &script.commands {
        let arguments = command.words.iter().skip(1).filter(|_| !command.is_builtin());
        for argument in arguments.filter(|a| a.holds_password() || a.holds_keywords()) {
            let what = if argument.holds_password() { "URL" } else { "connection string" };
            out.report(format!("a {what} with its password is an argument of a command"))
                .at_span(argument.span, "every user of the machine sees it in the list of processes")
                .help("set `PGPASSWORD` or `PGSERVICE`, or write it to ~/.pgpass; programs of your own read `DATABASE_URL`");
        }
        if let Some(place) = command.given_password() {
            let draft = out
                .report("`PGPASSWORD` is written out for a command")
                .at_span(place, "in the file, in the history of a shell, and in every log of the commands")
                .help("write the password to ~/.pgpass or a file that `PGPASSFILE` names, or take it from a secret");
            // The server of a pipeline's tests, gone with it.
            let pipeline = matches!(file.carried.carrier, Carrier::GithubActions | Carrier::GitlabCi);
            if pipeline && command.gives_common_password() {
                draft.at_most(Levels::of("IIII"));
            }
        }
    }
}
