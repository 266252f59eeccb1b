use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "extension-not-permitted",
    since: "0.1.0",
    levels: Levels::of("EEEE"),
    boot: true,
    traits: COMMON,
    page: include_str!("extension_not_permitted.md"),
    checks: &[Check::Server(&[&EXTENSIONS, &AVAILABLE, &PRIVILEGES], check)],
};

fn check(target: &Target, answers: &Answers<'_>, out: &mut Sink<'_>) {
    let name = |column, word| advice::identifier(answers.value(&PRIVILEGES, column), word);
    let (role, database) = (name("role", "THE_ROLE"), name("database", "THE_DATABASE"));
    for wanted in &target.extensions {
        let State::Forbidden(obstacle) = extension::state(wanted, answers) else { continue };
        let plain = advice::is_plain(&wanted.name).then_some(wanted.name.as_str());
        let create = format!("CREATE EXTENSION IF NOT EXISTS {}", advice::identifier(plain, "NAME"));
        let draft = out
            .report(format!(
                "extension `{}` is not installed, and this role may not create it",
                advice::extension(&wanted.name)
            ))
            .at_span(wanted.span, "required here")
            .also(place(target, &["user"]), "by this role");
        drop(match obstacle {
            Obstacle::Superuser => draft
                .note("it is not trusted: only a superuser may create it")
                .help(format!("have a superuser run in database {database}: {create}")),
            Obstacle::Create => draft.note(format!("role {role} lacks CREATE on database {database}")).help(format!(
                "have {} run in database {database}: {create}; or, so that this role may: GRANT CREATE ON DATABASE {database} TO {role}",
                name("database_owner", "its owner")
            )),
            Obstacle::List(list) => draft
                .note(format!("the service permits only the extensions in its parameter {list}"))
                .help(format!("add it to {list} in the service's settings, then run in database {database}: {create}")),
        });
    }
}
