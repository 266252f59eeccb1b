use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "secret-file-bad",
    since: "0.1.0",
    levels: Levels::of("EEEE"),
    boot: true,
    traits: COMMON,
    page: include_str!("secret_file_bad.md"),
    checks: &[Check::Settings(check), Check::File(compose)],
};

fn check(settings: &Settings, out: &mut Sink<'_>) {
    for file in &settings.secret_files {
        let Some(fault) = file.fault else { continue };
        let variable = &file.variable;
        let draft = out.report(format!("the file of `{}` {fault}", variable.key));
        match fault.span() {
            // There is a value, and most who read it see it as it is meant.
            Some(place) => drop(
                draft
                    .at_span(place, "this becomes a part of the value, or not, depending on who reads it")
                    .also(&variable.origin, format!("`{}` names the file", variable.key))
                    .note("one final line feed is left out, as a shell's `$(< file)` does")
                    .help("write the file without it: `printf %s \"$secret\" > file`")
                    .at_most(Levels::of("WWWW")),
            ),
            None => drop(
                draft
                    .at(&variable.origin, format!("this names the file with the value of `{}`", file.key))
                    .help(help(fault)),
            ),
        }
    }
}

/// A secret of docker compose that the service is not given.
fn compose(file: &File<'_>, _: &Project<'_>, out: &mut Sink<'_>) {
    let Structure::Compose(compose) = &file.carried.structure else { return };
    for service in compose.services.iter().filter(|s| !s.partial) {
        let Some(view) = service.layer.and_then(|i| file.views.get(i)) else { continue };
        for (variable, span) in &service.ungranted {
            if view.settings.secret_files.iter().any(|f| f.variable.key == *variable) {
                out.report(format!(
                    "`{}` is not given the secret whose file `{variable}` names",
                    service.name
                ))
                .at_span(*span, "nothing is mounted here")
                .note("docker compose mounts the secrets that the service itself lists, and no others")
                .help("add its name to `secrets:` of the service");
            }
        }
    }
}

fn help(fault: secret_file::Fault) -> &'static str {
    use secret_file::Fault;
    match fault {
        Fault::Forbidden => "let the user of the service read it",
        Fault::Empty => "write the secret into it, or take the variable out",
        Fault::NotUtf8 | Fault::TooLarge => "it holds something else than a value: name the right file",
        _ => {
            "mount the secret, or name the right file; a path that is not absolute begins at the working directory"
        }
    }
}
