use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "database-url-unset",
    since: "0.1.0",
    levels: Levels::of("WIEE"),
    boot: true,
    traits: COMMON,
    page: include_str!("database_url_unset.md"),
    checks: &[Check::Project(check)],
};

fn check(project: &Project<'_>, out: &mut Sink<'_>) {
    // A file need not hold the whole configuration; a process must.
    let [view] = project.views else { return };
    let settings = view.settings;
    // An empty one is another rule's, and so is a file or a document that should have held it.
    let empty =
        settings.empty.iter().any(|(role, _)| *role == Role::Primary) || !settings.unfilled.is_empty();
    let bad_file =
        |f: &SecretFile| f.fault.is_some() && matches!(f.meaning, Meaning::Url(_) | Meaning::Document);
    let bad = settings.secret_files.iter().any(bad_file)
        || settings.document.as_ref().is_some_and(|document| !document.is_valid());
    if out.door() == Door::Lint || settings.selected().is_some() || empty || bad {
        return;
    }
    let environment = out.environment();
    let mut draft = out.report("no database is configured").help(
        "set `DATABASE_URL=postgresql://user:password@host:5432/dbname`, or one variable for each part",
    );
    for target in &settings.targets {
        let whose = match target.environment {
            Some(other) => format!("the database of {other}, and this is {environment}"),
            None => format!("the {} database, not the one of the service", target.role.as_str()),
        };
        draft = draft.also(target.origin(), format!("`{}` names {whose}", target.name));
    }
    if let Some(toggle) = settings.toggle.as_ref().filter(|t| t.says.is_none()) {
        draft = draft.also(&toggle.setting.origin, "a switch that says neither yes nor no");
    }
    if !project.unread.is_empty() {
        let files: Vec<String> = project.unread.iter().map(|path| format!("`{path}`")).collect();
        draft.note(format!("found and not read: {}; `--env-file` names a file to read", files.join(", ")));
    }
}
