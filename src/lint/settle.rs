//! What the files of a project together settle for each of them.

use super::{
    anew::said_anew,
    prepared::opt_outs,
    python::{drivers, of_django},
    view::FileView,
};
use crate::{
    environment::Environment,
    layer::{Carried, Carrier, Structure, sql},
    policy::Policy,
    repository::{Ecosystem, Package, Repository},
    rules::Made,
    secret::Part,
    settings::{Engine, Form, Setting, Settings, Target, Whereabouts, settle::of_path},
    source::{Sources, Span},
};
use std::collections::{BTreeMap, BTreeSet};

/// Settles what no file says alone.
pub(super) fn settle(
    sources: &Sources,
    carried: &[Carried],
    views: &mut [Vec<FileView<'_>>],
    repository: &Repository,
) {
    drivers(sources, carried, views);
    names(carried, views);
    of_django(sources, carried, views, repository);
    machines(carried, views, repository);
    opt_outs(sources, carried, views);
    engines_of_sqlalchemy(sources, carried, views);
    let prisma = may_be_postgres(carried);
    by_drivers(sources, carried, views, repository, prisma);
    engines(sources, carried, views, repository, prisma);
    programs(carried, views, repository);
    gems(carried, views, repository);
    rails(carried, views, repository);
    said_anew(carried, views, repository);
    shared(views);
    words_of_others(carried, views);
}

/// The database that variables name which several containers take from one place (a config map), each with a URL that leads to a
/// database of its own: it is that of the server, or of one of them.
fn shared(views: &mut [Vec<FileView<'_>>]) {
    let place = |view: &FileView<'_>| {
        let (own, parts) = (view.layers.last()?.source?, view.settings.parts.as_ref()?);
        let place = parts.parts.get("dbname")?.origin.span()?;
        (place.source != own).then_some(place)
    };
    let mut taken: BTreeMap<Span, &Part> = BTreeMap::new();
    let mut of_all = BTreeSet::new();
    for view in views.iter().flatten() {
        let own = view.settings.selected().filter(|t| t.form == Form::Url).and_then(|t| t.get("dbname"));
        let (Some(place), Some(own)) = (place(view), own) else { continue };
        let first = taken.entry(place).or_insert(&own.value);
        if !first.secret().same_as(own.value.secret()) {
            of_all.insert(place);
        }
    }
    for view in views.iter_mut().flatten() {
        if place(view).is_some_and(|place| of_all.contains(&place)) {
            view.settings.targets.iter_mut().for_each(|target| target.around.database_of_all = true);
        }
    }
}

/// In settings of code whose every database is another engine's, `DEBUG = True` beside it is theirs too.
fn words_of_others(carried: &[Carried], views: &mut [Vec<FileView<'_>>]) {
    let code = |file: &Carried| matches!(file.carrier, Carrier::Python | Carrier::JavaScript);
    for (_, views) in carried.iter().zip(views).filter(|(file, _)| code(file)) {
        let targets = views.iter().flat_map(|view| &view.settings.targets).map(|t| Some(&t.engine.value));
        let named = views.iter().filter_map(|view| view.settings.toggle.as_ref()).map(|t| t.says.as_ref());
        let mut engines = targets.chain(named).peekable();
        if engines.peek().is_some() && engines.all(|engine| matches!(engine, Some(Engine::Other(_)))) {
            for view in views {
                view.settings.settled.contradictions.clear();
            }
        }
    }
}

/// A name that stands in the example of a project too is the project's own, whatever it looks like.
fn names(carried: &[Carried], views: &mut [Vec<FileView<'_>>]) {
    let home = |view: &FileView<'_>| view.settings.whereabouts.as_ref().map(|w| w.project.clone());
    let mut own: BTreeSet<(Option<String>, String)> = BTreeSet::new();
    let examples = carried.iter().zip(&*views).filter(|(file, _)| file.example);
    for view in examples.flat_map(|(_, views)| views) {
        let keys = view.layers.last().into_iter().flat_map(|l| &l.entries).map(|e| e.key.clone());
        own.extend(keys.map(|key| (home(view), key)));
    }
    if own.is_empty() {
        return;
    }
    for view in views.iter_mut().flatten() {
        let home = home(view);
        view.settings.misspelt.retain(|m| !own.contains(&(home.clone(), m.key.clone())));
    }
}

/// Drivers of other engines by their packages' names, and the ports that these listen on.
const DRIVERS: [(&str, &str, &[&str]); 3] = [
    (
        "MySQL",
        "3306",
        &[
            "mysql",
            "mysql2",
            "mariadb",
            "mysqlclient",
            "pymysql",
            "aiomysql",
            "asyncmy",
            "mysql-connector-python",
            "github.com/go-sql-driver/mysql",
            "gorm.io/driver/mysql",
            "mysql_async",
        ],
    ),
    ("MongoDB", "27017", &["mongoose", "mongodb", "pymongo", "motor", "mongoengine", "mongoid"]),
    ("SQL Server", "1433", &["mssql", "tedious", "pymssql", "tiberius"]),
];

/// Families of variables whose names say no engine.
const PLAIN: [&str; 4] = ["DATABASE_*", "DB_*", "SQL_*", "RDS_*"];

/// Words of which one in any file says that somebody here thinks of PostgreSQL: a tool, a library, a type of its own.
const OURS: [&[u8]; 12] = [
    b"postgres",
    b"postgis",
    b"psycopg",
    b"pgsql",
    b"psql",
    b"pg_",
    b"libpq",
    b"pgbouncer",
    b"pgpool",
    b"jsonb",
    b"bigserial",
    b"timestamptz",
];

/// Whether a target is PostgreSQL's for want of a word that says another engine; `own` is the port that such a one has.
fn guessed(settings: &Settings, target: &Target, own: &str) -> bool {
    let switch = || settings.toggle.as_ref().is_some_and(|t| t.says == Some(Engine::Postgres));
    let says = |(keyword, setting): (&&'static str, &Setting<Part>)| match *keyword {
        "port" => !setting.value.is_empty() && !setting.value.equals(own),
        "host" | "dbname" | "user" => {
            setting.value.secret().has_word(&["postgres", "postgresql", "pg", "pgsql", "psql"]).is_some()
        }
        "sslmode" => true,
        _ => false,
    };
    target.form == Form::Parts
        && PLAIN.contains(&&*target.name)
        && !target.is_managed()
        && !switch()
        && !target.parameters.iter().any(says)
}

/// Whether one of these words stands in a file.
fn is_ours(sources: &Sources, file: &Carried) -> bool {
    let bytes = sources.get(file.source).bytes();
    OURS.iter().any(|word| bytes.windows(word.len()).any(|w| w.eq_ignore_ascii_case(word)))
}

/// Variables that say no engine are for that whose driver the project of their file asks for, where nothing anywhere speaks of
/// PostgreSQL.
fn by_drivers(
    sources: &Sources,
    carried: &[Carried],
    views: &mut [Vec<FileView<'_>>],
    repository: &Repository,
    prisma: bool,
) {
    if repository.builds_nothing() || carried.iter().any(serves) || repository.may_ask_for_postgres(prisma) {
        return;
    }
    let driver = |path: &str| {
        let asks = |names: &[&str]| repository.packages(Some(path)).any(|p| names.contains(&&*p.name));
        DRIVERS.iter().find(|(_, _, names)| asks(names))
    };
    // `infra/compose.yml` is of the projects that it builds.
    let built = |file: &Carried| match &file.structure {
        Structure::Compose(compose) => {
            compose.contexts().find_map(|directory| driver(&format!("{directory}/x")))
        }
        _ => None,
    };
    let known: Vec<_> = carried.iter().map(|file| driver(&file.path).or_else(|| built(file))).collect();
    let sure = |(file, views): (&Option<_>, &Vec<FileView<'_>>)| {
        let own = file.map_or("", |(_, port, _): &(&str, &str, &[&str])| *port);
        let ours = |v: &FileView<'_>, t: &Target| t.is_postgres() && !guessed(&v.settings, t, own);
        views.iter().any(|view| view.settings.targets.iter().any(|t| ours(view, t)))
    };
    // The texts are looked through last, and only where there is something to decide.
    let open = || views.iter().flatten().flat_map(|view| &view.settings.targets).any(Target::is_postgres);
    let sought = known.iter().any(Option::is_some) && open() && !known.iter().zip(&*views).any(sure);
    if !sought || carried.iter().any(|file| is_ours(sources, file)) {
        return;
    }
    for (file, views) in known.into_iter().zip(views) {
        let Some((engine, port, _)) = file else { continue };
        for FileView { settings, .. } in views {
            let mut targets = std::mem::take(&mut settings.targets);
            for target in targets.iter_mut().filter(|t| t.is_postgres()) {
                if guessed(settings, target, port) {
                    target.is_of(engine);
                }
            }
            settings.targets = targets;
        }
    }
}

/// Whether a file starts a server of PostgreSQL.
fn serves(file: &Carried) -> bool {
    match &file.structure {
        Structure::Compose(compose) => compose.services.iter().any(|s| s.server),
        Structure::Pipeline(pipeline) => pipeline.jobs.iter().any(|job| !job.services.is_empty()),
        _ => false,
    }
}

/// Whether what Prisma is asked for may be PostgreSQL: without a schema that names an engine nobody knows.
fn may_be_postgres(carried: &[Carried]) -> bool {
    let schema = |file: &Carried| match &file.structure {
        Structure::Prisma(schema) => Some(schema.is_postgres),
        _ => None,
    };
    let mut schemas = carried.iter().filter_map(schema).peekable();
    schemas.peek().is_none() || schemas.any(|postgres| postgres != Some(false))
}

/// Where nothing speaks of PostgreSQL, another engine is what the project is made for.
fn engines(
    sources: &Sources,
    carried: &[Carried],
    views: &mut [Vec<FileView<'_>>],
    repository: &Repository,
    prisma: bool,
) {
    let connects = |view: &FileView<'_>| view.settings.targets.iter().any(Target::is_postgres);
    let surely = |view: &FileView<'_>| {
        let ours = |t: &Target| t.is_postgres() && !guessed(&view.settings, t, "");
        view.settings.targets.iter().any(ours)
    };
    let other = |view: &&mut FileView<'_>| {
        let of = |t: &Target| matches!(t.engine.value, Engine::Other(_) | Engine::Sqlite { .. });
        view.settings.targets.iter().any(of)
    };
    let speaks = carried.iter().any(serves) || views.iter().flatten().any(surely);
    if speaks || repository.may_ask_for_postgres(prisma) {
        return;
    }
    // The address of a server is one of another engine's, whatever variables without an engine's name stand elsewhere.
    let store = |view: &&mut FileView<'_>| view.settings.targets.iter().any(Target::is_place_of_a_store);
    let stores =
        views.iter().flatten().flat_map(|view| &view.settings.targets).any(Target::is_place_of_a_store);
    // The texts are looked through last, and only where there is something to decide.
    if stores && !repository.builds_nothing() && !carried.iter().any(|file| is_ours(sources, file)) {
        views.iter_mut().flatten().filter(store).for_each(|view| view.settings.without_postgres = true);
    }
    if views.iter().flatten().any(connects) {
        return;
    }
    // Its driver is asked for, be it by a package.json below: looked for once for each engine.
    let mut drivers: BTreeMap<&'static str, bool> = BTreeMap::new();
    let mut driver = |t: &Target| match t.engine.value {
        Engine::Other(name) if name.len() > 3 => {
            *drivers.entry(name).or_insert_with(|| repository.asks_for_word(&name.to_ascii_lowercase()))
        }
        _ => false,
    };
    for (file, views) in carried.iter().zip(views) {
        for view in views.iter_mut().filter(other) {
            let asked = view.settings.targets.iter().any(&mut driver);
            view.settings.without_postgres = asked || repository.builds_beside(&file.path);
        }
    }
}

/// Where nothing is built, a manifest of what runs somewhere is for programs of other repositories.
fn programs(carried: &[Carried], views: &mut [Vec<FileView<'_>>], repository: &Repository) {
    let built = |file: &Carried| match (&file.structure, file.carrier) {
        (Structure::Compose(compose), _) => compose.services.iter().any(|s| s.built),
        (_, of) => {
            matches!(of, Carrier::Dockerfile | Carrier::Python | Carrier::JavaScript | Carrier::Prisma)
        }
    };
    if !repository.builds_nothing() || carried.iter().any(built) {
        return;
    }
    for (file, views) in carried.iter().zip(views) {
        for FileView { settings, .. } in views {
            let chart = || settings.whereabouts.as_ref().is_some_and(Whereabouts::is_chart);
            settings.without_programs = match file.carrier {
                Carrier::Kubernetes | Carrier::EcsTask | Carrier::Compose => true,
                Carrier::Yaml => chart(),
                _ => false,
            };
        }
    }
}

/// What a Gemfile leaves to groups of development is not installed where the program runs: with the adapter of SQLite it would
/// not start there, so that its platform's `DATABASE_URL` must have said another one.
fn gems(carried: &[Carried], views: &mut [Vec<FileView<'_>>], repository: &Repository) {
    for (file, views) in carried.iter().zip(views).filter(|(file, _)| file.carrier == Carrier::DatabaseYml) {
        let gem = |name: &'static str| {
            let of_ruby = move |p: &&Package| p.ecosystem == Ecosystem::Ruby && p.name == name;
            repository.packages(Some(&file.path)).filter(of_ruby).map(|p| p.dev)
        };
        let mut sqlite = gem("sqlite3").peekable();
        let left_out = sqlite.peek().is_some() && sqlite.all(|dev| dev) && gem("pg").any(|dev| !dev);
        for view in views {
            view.settings.without_sqlite = left_out;
        }
    }
}

/// Rails puts a URL over what database.yml has, the name of the database among it.
fn rails(carried: &[Carried], views: &mut [Vec<FileView<'_>>], repository: &Repository) {
    let open = |view: &&mut FileView<'_>| view.settings.targets.iter().any(|t| t.leaves_open("dbname"));
    for (file, views) in carried.iter().zip(views) {
        for view in views.iter_mut().filter(open) {
            let of_rails = |p: &Package| p.ecosystem == Ecosystem::Ruby && p.name == "rails";
            view.settings.rails |= repository.packages(Some(&file.path)).any(of_rails);
        }
    }
}

/// Where code of the project hands a URL to SQLAlchemy, or none of it was read, it is not another driver's.
fn engines_of_sqlalchemy(sources: &Sources, carried: &[Carried], views: &mut [Vec<FileView<'_>>]) {
    let put = |view: &FileView<'_>| view.settings.targets.iter().any(|target| target.around.scheme_is_put);
    if !views.iter().flatten().any(put) {
        return;
    }
    let makes = |file: &&Carried| {
        let text = String::from_utf8_lossy(sources.get(file.source).bytes());
        ["create_engine", "create_async_engine", "engine_from_config"].iter().any(|word| text.contains(word))
    };
    let mut python = carried.iter().filter(|file| file.carrier == Carrier::Python).peekable();
    if python.peek().is_none() || python.any(|file| makes(&file)) {
        let targets = views.iter_mut().flatten().flat_map(|view| &mut view.settings.targets);
        targets.for_each(|target| target.around.scheme_is_put = false);
    }
}

/// Where the unit of systemd that starts a program waits for a server on its machine, that finds it at a loopback address; in
/// a container it does not.
fn machines(carried: &[Carried], views: &mut [Vec<FileView<'_>>], repository: &Repository) {
    let contained = |file: &Carried| file.speaks && file.carrier.is_of_containers();
    if !repository.has_machines() || carried.iter().any(contained) {
        return;
    }
    for (file, views) in carried.iter().zip(views) {
        let server = repository.server_beside(&file.path);
        for at in views.iter_mut().filter_map(|view| view.settings.whereabouts.as_mut()) {
            at.server = server;
        }
    }
}

/// What scripts and programs make; looked for where a server stands beside what connects to it.
pub(super) fn made(sources: &Sources, carried: &[Carried]) -> Made {
    let script = |file: &&Carried| {
        matches!(
            file.carrier,
            Carrier::Sql | Carrier::Shell | Carrier::Makefile | Carrier::GithubActions | Carrier::GitlabCi
        )
    };
    if !carried.iter().any(serves) {
        return Made::default();
    }
    let bytes = |file: &Carried| sources.get(file.source).bytes();
    let program = |file: &&Carried| matches!(file.carrier, Carrier::Python | Carrier::JavaScript);
    Made {
        roles: carried
            .iter()
            .filter(script)
            .flat_map(|file| sql::made_roles(&String::from_utf8_lossy(bytes(file))))
            .collect(),
        databases: carried.iter().filter(program).any(|file| makes_databases(&file.path, bytes(file))),
    }
}

/// Whether a program, not among tests, makes a database: the statement stands in a text, and not in a comment.
fn makes_databases(path: &str, bytes: &[u8]) -> bool {
    if of_path(path, &Policy::default()) == Some(Environment::Test) {
        return false;
    }
    let text = String::from_utf8_lossy(bytes);
    text.contains("CREATE DATABASE")
        && text.trim_start_matches('\u{feff}').lines().map(str::trim_start).any(|line| {
            line.split_once("CREATE DATABASE").is_some_and(|(before, _)| before.contains(['"', '\'', '`']))
                && !line.starts_with(['#', '/', '*'])
        })
}
