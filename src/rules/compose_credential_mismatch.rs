use super::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

pub(super) const RULE: Rule = Rule {
    id: "compose-credential-mismatch",
    since: "0.1.0",
    levels: Levels::of("EEEE"),
    boot: false,
    traits: COMMON,
    page: include_str!("compose_credential_mismatch.md"),
    checks: &[Check::File(check), Check::Project(defaults)],
};

fn check(file: &File<'_>, project: &Project<'_>, out: &mut Sink<'_>) {
    let Structure::Compose(compose) = &file.carried.structure else { return };
    let client = |s: &&Service| !s.server && !s.image.as_ref().is_some_and(Image::is_no_client);
    for service in compose.services.iter().filter(client).filter(|s| !s.foreign_network) {
        let Some(view) = service.layer.and_then(|i| file.views.get(i)) else { continue };
        for target in view.settings.targets.iter().filter(|t| is_clear(t)) {
            let host = target.get("host").map(|h| &h.value);
            let reached =
                |s: &&Service| s.server && s.hosts.iter().any(|n| host.is_some_and(|h| h.is_host_called(n)));
            let mut servers = compose.services.iter().filter(reached);
            let (Some(server), None) = (servers.next(), servers.next()) else { continue };
            // A URL under a name of the project's own may be one service of several, each with a role that others make.
            let own = target.form == Form::Url && meaning(&target.name, project.policy).is_none();
            let server = Server::of(server, file, project);
            // Entity Framework makes the database that it migrates.
            let framework = target.spelling() == Spelling::Npgsql;
            let another = framework || view.settings.foreign && has_its_own(&server, service, file);
            let excuse = Excuse { role: own || target.around.own_password, database: another };
            let login = Login { excuse, ..Login::of(target, service) };
            compare(&login, &server, out);
        }
    }
}

/// Whether another service connects to the very database that a server makes: this one's is a second one, and whether an image
/// that is not built here makes its own, its maker knows.
fn has_its_own(server: &Server<'_>, service: &Service, file: &File<'_>) -> bool {
    let (Structure::Compose(compose), Given::Entry(made)) =
        (&file.carried.structure, server.given("POSTGRES_DB"))
    else {
        return false;
    };
    let others = compose.services.iter().filter(|s| !s.server && !std::ptr::eq(*s, service));
    let mut targets = others.filter_map(|s| file.views.get(s.layer?)).flat_map(|view| &view.settings.targets);
    targets
        .any(|t| is_clear(t) && t.get("dbname").is_some_and(|d| d.value.secret().same_as(&made.value.text)))
}

/// Whether it is known where it leads, which is the port that the image listens on.
fn is_clear(target: &Target) -> bool {
    let filled = |keyword: &str| target.get(keyword).is_none_or(|part| target.is_filled(part));
    let port = target.get("port").is_none_or(|p| p.value.is_empty() || p.value.equals("5432"));
    let ours = target.is_postgres() && target.environment.is_none() && target.parsed.is_ok();
    ours && port && !target.is_ambiguous() && filled("host") && filled("port")
}

/// Compose files, and the code in their directories or below.
fn defaults(project: &Project<'_>, out: &mut Sink<'_>) {
    let environment = out.environment();
    let here = |v: &View<'_>| v.settings.settled.environment.as_ref().is_some_and(|s| s.value == environment);
    let mut files: BTreeMap<&str, Vec<File<'_>>> = BTreeMap::new();
    for views in project.views.chunk_by(|a, b| path_of(a) == path_of(b)) {
        if let Some(carried) = views.first().filter(|v| here(v)).and_then(|v| v.carried)
            && matches!(carried.structure, Structure::Compose(_))
        {
            files.entry(directory(&carried.path)).or_default().push(File { carried, views });
        }
    }
    let mut beside: BTreeMap<&str, Beside<'_>> = BTreeMap::new();
    for view in project.views {
        let Some(path) = path_of(view).filter(|_| !files.is_empty()) else { continue };
        for (directory, _) in directories(path).filter_map(|directory| files.get_key_value(directory)) {
            beside.entry(directory).or_default().take(view, here(view));
        }
    }
    for (directory, files) in &files {
        let Some(code) = beside.get(directory).and_then(Beside::code) else { continue };
        for file in files {
            if let Structure::Compose(compose) = &file.carried.structure {
                by_code(file, project, compose, code, out);
            }
        }
    }
}

fn path_of<'p>(view: &View<'p>) -> Option<&'p str> {
    view.carried.map(|carried| carried.path.as_str())
}

/// What lies in a directory and below it.
#[derive(Default)]
struct Beside<'p> {
    /// The connections that code describes.
    codes: Vec<Code<'p>>,
    /// Variables of which env files speak.
    set: BTreeSet<&'p str>,
}

impl<'p> Beside<'p> {
    fn take(&mut self, view: &View<'p>, here: bool) {
        let (Some(carried), Some(layer)) = (view.carried, view.layers.last()) else { return };
        if layer.kind == LayerKind::EnvFile {
            self.set.extend(layer.entries.iter().map(|e| e.key.as_str()));
        }
        let code = matches!(carried.carrier, Carrier::Python | Carrier::JavaScript);
        let aside = view.settings.whereabouts.as_ref().is_some_and(Whereabouts::is_aside);
        if !code || aside || !here || self.codes.len() > 1 {
            return;
        }
        let clear = view
            .settings
            .targets
            .iter()
            .filter(|t| t.role == Role::Primary && is_clear(t) && t.oddities.placeholders.is_empty());
        self.codes.extend(clear.map(|target| Code { target, reads: &layer.reads }));
    }

    /// The only connection, of whose variables no env file speaks: of two nobody knows which a service uses.
    fn code(&self) -> Option<&Code<'p>> {
        let [code] = &self.codes[..] else { return None };
        (!code.variables().any(|variable| self.set.contains(variable))).then_some(code)
    }
}

/// Services that leave parts of a login to the defaults of the project's code, and code that is run beside the server.
fn by_code(file: &File<'_>, project: &Project<'_>, compose: &Compose, code: &Code<'_>, out: &mut Sink<'_>) {
    let servers = || compose.services.iter().filter(|s| s.server);
    let all: Vec<&Service> = compose.services.iter().filter(|s| !s.server && s.built).collect();
    let speaks = |s: &&&Service| Variables::of(s, file).mention(code);
    let said: Vec<&Service> = all.iter().filter(speaks).copied().collect();
    // Where several are built and none says a word of the database, nobody knows which of them the code is.
    let users = if said.is_empty() && all.len() == 1 { &all } else { &said };
    for service in users.iter().filter(|s| !s.partial && !s.foreign_network) {
        let Some(login) = code.login(&Variables::of(service, file), format!("`{}`", service.name)) else {
            continue;
        };
        let reached =
            |s: &&Service| login.host.is_some_and(|h| s.hosts.iter().any(|n| n.secret().same_as(h)));
        let mut reached = servers().filter(reached);
        if let (Some(server), None) = (reached.next(), reached.next()) {
            compare(&login, &Server::of(server, file, project), out);
        }
    }
    let mut servers = servers();
    if let (true, Some(server), None) = (all.is_empty(), servers.next(), servers.next()) {
        let here = code.target.host_class() == Some(HostClass::Local);
        let published = |p: &Port| p.published == Some(5432..=5432) && p.target == (5432..=5432);
        let login = code.login(&Variables { layers: &[], partial: false }, "the code".into());
        let server_of = Server::of(server, file, project);
        // Who has to set its password sets more: an `.env` that is not here.
        let set = !matches!(server_of.variables.given("POSTGRES_PASSWORD"), Given::Unknown);
        if let Some(login) = login.filter(|_| here && set && server.ports.iter().any(published)) {
            compare(&login, &server_of, out);
        }
    }
}

/// The one connection that the project's code describes with defaults.
struct Code<'p> {
    target: &'p Target,
    reads: &'p [Read],
}

impl<'p> Code<'p> {
    fn variables(&self) -> impl Iterator<Item = &'p str> {
        self.reads.iter().map(|r| r.variable.as_str()).filter(|v| !v.is_empty())
    }

    /// The variable that comes before the code's own word.
    fn variable(&self, keyword: &str) -> Option<&'p str> {
        let of = |read: &&Read| match read.means {
            Some(Means::Part(_, own)) => own == keyword,
            Some(Means::Url) => self.target.form == Form::Url && !read.variable.is_empty(),
            None => read.variable == self.target.name,
            _ => false,
        };
        self.reads.iter().filter(|r| !r.variable.is_empty()).find(of).map(|r| r.variable.as_str())
    }

    /// What a program logs in with that has these variables; none where that is not known, or the code has no part in it.
    fn login<'t>(&'t self, variables: &Variables<'t>, who: String) -> Option<Login<'t>> {
        let whole = self.target.form == Form::Url;
        let known = |keyword: &str| -> Option<Option<Told<'t>>> {
            let variable = self.variable(keyword);
            match variable.map_or(Given::Unset, |variable| variables.given(variable)) {
                Given::Entry(entry) if !whole => {
                    Some(Some(Told { text: &entry.value.text, span: Some(entry.value_span), default: None }))
                }
                Given::Unset => Some(self.target.get(keyword).map(|own| Told {
                    text: own.value.secret(),
                    span: own.span(),
                    default: variable,
                })),
                Given::Entry(_) | Given::Unknown => None,
            }
        };
        let port = known("port")?;
        port.is_none_or(|p| p.text.is_blank() || p.text.equals("5432")).then_some(())?;
        let (user, password, dbname) = (known("user")?, known("password")?, known("dbname")?);
        let host = known("host")?.map(|h| h.text);
        Some(Login { who, host, user, password, dbname, role: Role::Primary, excuse: Excuse::default() })
    }
}

/// A part of a login.
struct Told<'t> {
    text: &'t Secret,
    span: Option<Span>,
    /// The variable that nobody sets, so that the code's own word counts.
    default: Option<&'t str>,
}

/// What somebody logs in with.
struct Login<'t> {
    who: String,
    host: Option<&'t Secret>,
    user: Option<Told<'t>>,
    password: Option<Told<'t>>,
    dbname: Option<Told<'t>>,
    role: Role,
    excuse: Excuse,
}

/// Why what it logs in with may be made by somebody who is not seen here.
#[derive(Default)]
struct Excuse {
    /// The role: by a variable that no vocabulary has, or with a password that is not the server's own.
    role: bool,
    /// The database: that which is made here is another service's.
    database: bool,
}

impl<'t> Login<'t> {
    fn of(target: &'t Target, service: &Service) -> Self {
        let part = |keyword: &str| {
            let own = target.get(keyword).filter(|part| target.is_filled(part))?;
            Some(Told { text: own.value.secret(), span: own.span(), default: None })
        };
        let (user, password, dbname) = (part("user"), part("password"), part("dbname"));
        let host = target.get("host").map(|h| h.value.secret());
        let who = format!("`{}`", service.name);
        Self { who, host, user, password, dbname, role: target.role, excuse: Excuse::default() }
    }
}

/// The variables of a container.
struct Variables<'f> {
    layers: &'f [Layer],
    partial: bool,
}

impl<'f> Variables<'f> {
    fn of(service: &Service, file: &'f File<'_>) -> Self {
        let layers = service.layer.and_then(|i| file.views.get(i)).map(|v| v.layers).unwrap_or_default();
        Self { layers, partial: service.partial }
    }

    fn given(&self, key: &str) -> Given<'f> {
        Given::of(self.layers, key, self.partial)
    }

    /// Whether one of the code's variables is named.
    fn mention(&self, code: &Code<'_>) -> bool {
        let read = |layer: &Layer, variable: &str| layer.reads.iter().any(|r| r.variable == variable);
        let named =
            |variable: &str| self.layers.iter().any(|l| l.entry(variable).is_some() || read(l, variable));
        code.variables().any(named)
    }
}

/// What the container of a server is given.
struct Server<'f> {
    service: &'f Service,
    variables: Variables<'f>,
    /// Nothing but the variables makes roles and databases.
    plain: bool,
    /// Another service makes databases.
    helped: bool,
    /// What something in the repository makes.
    made: &'f Made,
}

impl<'f> Server<'f> {
    fn of(service: &'f Service, file: &'f File<'_>, project: &'f Project<'_>) -> Self {
        let official = service.image.as_ref().is_some_and(|i| i.official);
        let scripts = service.mounts.iter().any(|m| m.init);
        let compose = match &file.carried.structure {
            Structure::Compose(compose) => compose.services.as_slice(),
            _ => &[],
        };
        // A service that runs `createdb` before the others makes what the image does not.
        let makes = compose.iter().any(|s| s.makes);
        let plain = official && !scripts && !makes && !service.built && !service.partial;
        let helped = compose.iter().any(|s| s.creates);
        Self { service, variables: Variables::of(service, file), plain, helped, made: project.made }
    }

    fn given(&self, key: &str) -> Given<'f> {
        self.variables.given(key)
    }
}

/// Says which variable nobody sets.
fn with_default<'d>(draft: Draft<'d>, told: &Told<'_>) -> Draft<'d> {
    match told.default {
        Some(variable) => {
            draft.note(format!("nothing here sets `{variable}`, so that the code's default counts"))
        }
        None => draft,
    }
}

fn compare(login: &Login<'_>, server: &Server<'_>, out: &mut Sink<'_>) {
    if server.service.own_entrypoint {
        return;
    }
    let (name, container) = (&login.who, &server.service.name);
    let Some(user) = login.user.as_ref().filter(|u| !u.text.is_empty()) else { return };
    let role = server.given("POSTGRES_USER");
    let same_role = match &role {
        Given::Entry(entry) => user.text.same_as(&entry.value.text),
        Given::Unset => user.text.equals("postgres"),
        Given::Unknown => return,
    };
    if !same_role {
        // With a password of its own it is a role of its own, which somebody makes.
        if server.plain && !server.made.roles.iter().any(|made| made.same_as(user.text)) {
            let draft = out
                .report(format!("{name} logs in to `{container}` as a role that is not made there"))
                .at_most(if login.excuse.role { Levels::of("IIII") } else { RULE.levels })
                .at_span(user.span, "this role")
                .note("the image makes the one role of `POSTGRES_USER`, `postgres` where that is not set");
            with_default(
                match role {
                    Given::Entry(entry) => draft.also_span(entry.value_span, "the role that is made"),
                    _ => draft.also_span(server.service.span, "makes `postgres`"),
                },
                user,
            )
            .help("write the same name in both places, or make the role in an init script");
        }
        return;
    }
    // With `trust` any password serves.
    let trusts = !matches!(server.given("POSTGRES_HOST_AUTH_METHOD"), Given::Unset);
    if let (Some(password), Given::Entry(entry)) = (&login.password, server.given("POSTGRES_PASSWORD"))
        && !trusts
        && !password.text.same_as(&entry.value.text)
        // `[PASSWORD]` is told as what it is.
        && !password.text.is_taken_out()
        && !entry.value.text.is_taken_out()
    {
        let draft = out
            .report(format!("{name} logs in with another password than `{container}` is given"))
            .at_span(password.span, "this password")
            .also_span(entry.value_span, "the password that is set");
        with_default(draft, password).help("take both from one variable: `${DB_PASSWORD:?}`");
        return;
    }
    database(login, server, user, out);
}

fn database(login: &Login<'_>, server: &Server<'_>, user: &Told<'_>, out: &mut Sink<'_>) {
    let Some(dbname) = login.dbname.as_ref().filter(|d| !d.text.is_empty()) else { return };
    // Runners and migration tools make these two themselves.
    if server.helped || matches!(login.role, Role::Test | Role::Shadow) || dbname.text.equals("postgres") {
        return;
    }
    let more = server.given("POSTGRES_MULTIPLE_DATABASES");
    let listed = match &more {
        Given::Entry(entry) => dbname.text.is_item_of(&entry.value.text),
        Given::Unset => false,
        Given::Unknown => return,
    };
    // The text of a URL's end may stand in a variable of its own.
    let is = |made: &Secret| dbname.text.same_as(made) || dbname.text.is_with_parameters(made);
    let made = match server.given("POSTGRES_DB") {
        Given::Entry(entry) => Some((is(&entry.value.text), Some(entry))),
        Given::Unset => Some((is(user.text), None)),
        Given::Unknown => None,
    };
    let Some((same, entry)) = made.filter(|_| server.plain || matches!(more, Given::Entry(_))) else {
        return;
    };
    if same || listed {
        return;
    }
    let mut draft = out
        .report(format!("{} connects to a database that `{}` does not make", login.who, server.service.name))
        .at_span(dbname.span, "this database");
    draft = match entry {
        Some(entry) => draft.also_span(entry.value_span, "the database that is made"),
        None => draft.also_span(server.service.span, "makes a database of its role's name"),
    };
    if let Given::Entry(entry) = more {
        draft = draft.also_span(entry.value_span, "it is not among these either");
    }
    // The role is the superuser that the image makes: a service may make its database first, as `rails db:prepare` does in
    // an entrypoint. Where one is named to the image, that was to be it.
    let mild = entry.is_none() || login.excuse.database || server.made.databases;
    let levels = if mild { "IIII" } else { "WWWW" };
    with_default(draft, dbname)
        .note("the image makes databases while the data directory is empty, and never again")
        .help("write the same name in both places; a migration tool that makes its database is a reason to allow this")
        .at_most(Levels::of(levels));
}
