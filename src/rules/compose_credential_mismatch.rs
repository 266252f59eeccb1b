use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "compose-credential-mismatch",
    since: "0.1.0",
    levels: Levels::of("EEEE"),
    boot: false,
    traits: COMMON,
    page: include_str!("compose_credential_mismatch.md"),
    checks: &[Check::File(check)],
};

fn check(file: &File<'_>, _: &Project<'_>, out: &mut Sink<'_>) {
    let Structure::Compose(compose) = &file.carried.structure else { return };
    // A service that runs `createdb` before the others makes what the image does not.
    let makes = compose.services.iter().any(|s| s.makes);
    for service in compose.services.iter().filter(|s| !s.server && !s.foreign_network) {
        let Some(view) = service.layer.and_then(|i| file.views.get(i)) else { continue };
        for target in view.settings.targets.iter().filter(|t| is_clear(t)) {
            let host = target.get("host").map(|h| &h.value);
            let reached =
                |s: &&Service| s.server && s.hosts.iter().any(|n| host.is_some_and(|h| h.same_as(n)));
            let mut servers = compose.services.iter().filter(reached);
            let (Some(server), None) = (servers.next(), servers.next()) else { continue };
            compare(target, service, &Server::of(server, file, makes), out);
        }
    }
}

/// Whether every part of it is known, and it leads to the port that the image listens on.
fn is_clear(target: &Target) -> bool {
    let port = target.get("port").is_none_or(|p| p.value.is_empty() || p.value.equals("5432"));
    let ours = target.is_postgres() && target.environment.is_none() && target.parsed.is_ok();
    ours && port && !target.is_ambiguous() && target.oddities.placeholders.is_empty()
}

/// What the container of a server is given.
struct Server<'f> {
    service: &'f Service,
    layers: &'f [Layer],
    /// Nothing but the variables makes roles and databases.
    plain: bool,
}

/// A variable of the container.
enum Given<'f> {
    Entry(&'f Entry),
    Unset,
    Unknown,
}

impl<'f> Server<'f> {
    fn of(service: &'f Service, file: &'f File<'_>, makes: bool) -> Self {
        let official = service.image.as_ref().is_some_and(|i| i.official);
        let scripts = service.mounts.iter().any(|m| m.init);
        let plain = official && !scripts && !makes && !service.built && !service.partial;
        let layers = service.layer.and_then(|i| file.views.get(i)).map(|v| v.layers).unwrap_or_default();
        Self { service, layers, plain }
    }

    fn given(&self, key: &str) -> Given<'f> {
        let in_file = format!("{key}_FILE");
        for layer in self.layers.iter().rev() {
            if let Some(entry) = layer.entry(key) {
                return if entry.value.is_known() { Given::Entry(entry) } else { Given::Unknown };
            }
            let elsewhere = layer.reads.iter().any(|r| r.variable == key || r.variable == in_file);
            if elsewhere || layer.reads.iter().any(|r| r.variable == "*") || layer.entry(&in_file).is_some() {
                return Given::Unknown;
            }
        }
        if self.service.partial { Given::Unknown } else { Given::Unset }
    }
}

fn compare(target: &Target, service: &Service, server: &Server<'_>, out: &mut Sink<'_>) {
    let (name, container) = (&service.name, &server.service.name);
    let Some(user) = target.get("user").filter(|u| !u.value.is_empty()) else { return };
    let role = server.given("POSTGRES_USER");
    let same_role = match &role {
        Given::Entry(entry) => user.value.secret().same_as(&entry.value.text),
        Given::Unset => user.value.equals("postgres"),
        Given::Unknown => return,
    };
    if !same_role {
        if server.plain {
            let draft = out
                .report(format!("`{name}` logs in to `{container}` as a role that is not made there"))
                .at(&user.origin, "this role")
                .note("the image makes the one role of `POSTGRES_USER`, `postgres` where that is not set");
            match role {
                Given::Entry(entry) => draft.also_span(entry.value_span, "the role that is made"),
                _ => draft.also_span(server.service.span, "makes `postgres`"),
            }
            .help("write the same name in both places, or make the role in an init script");
        }
        return;
    }
    // With `trust` any password serves.
    let trusts = !matches!(server.given("POSTGRES_HOST_AUTH_METHOD"), Given::Unset);
    if let (Some(password), Given::Entry(entry)) = (target.get("password"), server.given("POSTGRES_PASSWORD"))
        && !trusts
        && !password.value.secret().same_as(&entry.value.text)
    {
        out.report(format!("`{name}` logs in with another password than `{container}` is given"))
            .at(&password.origin, "this password")
            .also_span(entry.value_span, "the password that is set")
            .help("take both from one variable: `${DB_PASSWORD:?}`");
        return;
    }
    database(target, service, server, user, out);
}

fn database(
    target: &Target,
    service: &Service,
    server: &Server<'_>,
    user: &Setting<Part>,
    out: &mut Sink<'_>,
) {
    let Some(dbname) = target.get("dbname").filter(|d| !d.value.is_empty()) else { return };
    // Runners and migration tools make these two themselves.
    if matches!(target.role, Role::Test | Role::Shadow) || dbname.value.equals("postgres") {
        return;
    }
    let more = server.given("POSTGRES_MULTIPLE_DATABASES");
    let listed = match &more {
        Given::Entry(entry) => dbname.value.secret().is_item_of(&entry.value.text),
        Given::Unset => false,
        Given::Unknown => return,
    };
    let made = match server.given("POSTGRES_DB") {
        Given::Entry(entry) => Some((dbname.value.secret().same_as(&entry.value.text), Some(entry))),
        Given::Unset => Some((dbname.value.same_as(&user.value), None)),
        Given::Unknown => None,
    };
    let Some((same, entry)) = made.filter(|_| server.plain || matches!(more, Given::Entry(_))) else {
        return;
    };
    if same || listed {
        return;
    }
    let mut draft = out
        .report(format!(
            "`{}` connects to a database that `{}` does not make",
            service.name, server.service.name
        ))
        .at(&dbname.origin, "this database");
    draft = match entry {
        Some(entry) => draft.also_span(entry.value_span, "the database that is made"),
        None => draft.also_span(server.service.span, "makes a database of its role's name"),
    };
    if let Given::Entry(entry) = more {
        draft = draft.also_span(entry.value_span, "it is not among these either");
    }
    draft
        .note("the image makes databases while the data directory is empty, and never again")
        .help("write the same name in both places; a migration tool that makes its database is a reason to allow this")
        .at_most(Levels::of("WWWW"));
}
