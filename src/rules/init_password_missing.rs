use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "init-password-missing",
    since: "0.1.0",
    levels: Levels::of("WWWW"),
    boot: false,
    traits: COMMON,
    page: include_str!("init_password_missing.md"),
    checks: &[Check::File(check)],
};

/// What the image asks for, and what it takes instead.
const PASSWORD: &str = "POSTGRES_PASSWORD";
const TRUST: &str = "POSTGRES_HOST_AUTH_METHOD";

fn check(file: &File<'_>, project: &Project<'_>, out: &mut Sink<'_>) {
    match &file.carried.structure {
        Structure::Compose(compose) => compose.services.iter().for_each(|s| service(s, file, project, out)),
        Structure::Pipeline(pipeline) => {
            pipeline.jobs.iter().flat_map(|job| &job.services).for_each(|s| beside_a_job(s, out));
        }
        _ => {}
    }
}

fn service(service: &Service, file: &File<'_>, project: &Project<'_>, out: &mut Sink<'_>) {
    let wants = |image: &&Image| image.wants_password && !image.client;
    let Some(image) = service.image.as_ref().filter(wants) else { return };
    if service.built || service.partial || !service.plain {
        return;
    }
    let layers = file.layers_of(service);
    let given = |key: &str| Given::of(layers, key, false);
    let (Given::Unset, password) = (given(TRUST), given(PASSWORD)) else { return };
    let open = match &password {
        Given::Unset => true,
        Given::Entry(entry) => entry.value.text.is_empty(),
        Given::Unknown => false,
    };
    // The other files are looked through last.
    if !open || is_told_elsewhere(service, file, project) {
        return;
    }
    // Where that stands it is told what it is meant to be.
    let slip = |view: &View<'_>| view.settings.misspelt.iter().any(|m| m.meant == PASSWORD);
    if service.layer.and_then(|at| file.views.get(at)).is_some_and(slip) {
        return;
    }
    match password {
        Given::Entry(entry) if entry.value.text.is_empty() && !entry.doubtful => {
            refused(format!("the `{PASSWORD}` of `{}` is empty", service.name), entry.value_span, out);
        }
        Given::Unset => {
            let message = format!("`{}` is not given the `{PASSWORD}` that its image asks for", service.name);
            let draft = refused(message, image.span, out);
            let own = layers.last().into_iter().flat_map(|l| &l.entries);
            if let Some(other) = own.rev().find(|e| LIKE.contains(&e.key.as_str())) {
                draft.also_span(other.key_span, "the image reads no variable of this name");
            }
        }
        Given::Entry(_) | Given::Unknown => {}
    }
}

/// Names under which others have the password.
const LIKE: [&str; 8] = [
    "POSTGRES_PASS",
    "POSTGRES_PASSWD",
    "POSTGRES_PWD",
    "POSTGRESQL_PASSWORD",
    "PGPASSWORD",
    "DB_PASSWORD",
    "DB_PASS",
    "DATABASE_PASSWORD",
];

/// Whether another compose file gives a service what it asks for: the two are started together, `-f` by `-f`.
fn is_told_elsewhere(service: &Service, file: &File<'_>, project: &Project<'_>) -> bool {
    file.elsewhere(service, project).any(|(other, layers)| {
        let given = |key: &&str| !matches!(Given::of(layers, key, false), Given::Unset);
        (other.server || other.image.is_none()) && [PASSWORD, TRUST].iter().any(given)
    })
}

fn beside_a_job(service: &DatabaseService, out: &mut Sink<'_>) {
    let set = |name: &str| service.variable(name).or_else(|| service.variable(&format!("{name}_FILE")));
    if let Some((_, span)) = service.image.as_ref().filter(|_| service.wants_password)
        && set(PASSWORD).is_none()
        && set(TRUST).is_none()
    {
        refused(
            format!("the server beside a job is not given the `{PASSWORD}` that its image asks for"),
            *span,
            out,
        );
    }
}

fn refused<'d>(message: String, span: Span, out: &'d mut Sink<'_>) -> Draft<'d> {
    out.report(message)
        .at_span(span, "makes no data directory without one")
        .note("the container ends with `Database is uninitialized and superuser password is not specified`; with the data directory of another start in its volume it goes on")
        .help(format!("write `{PASSWORD}: ${{{PASSWORD}:?}}` below `environment`, or the path of a secret as `{PASSWORD}_FILE`"))
}
