//! What the commands about this shell begin with: the whole input.

use super::{
    Error,
    args::Flags,
    discover::{self, Search},
};
use crate::{
    configuration::Input,
    environment::{Environment, UnknownEnvironment},
    layer::{self, MAX_BYTES},
    policy::{Policy, Wanted},
    repository::{is_manifest, max_bytes},
    settings::{cascade::Framework, document, settle::of_path},
    source::{SourceKind, Sources},
    world::World,
};
use std::{io::Read as _, time::Duration};

/// Nothing that is read may take longer.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// The manifests of the working directory itself; nothing below it is opened.
fn manifests(world: &World) -> Vec<(String, Vec<u8>)> {
    let read = |path: String| {
        let bytes = world.read(&path, max_bytes(&path), PATIENCE).ok()?;
        Some((path, bytes))
    };
    world.files(is_manifest).into_iter().filter_map(read).collect()
}

/// Everything that this shell would start with.
pub(super) fn input(flags: &Flags, world: &World) -> Result<(Input, Vec<String>), Error> {
    let mut sources = Sources::default();
    let (policy, mut remarks) = discover::policy(flags, world, &mut sources, Search::Here)?;
    let named = flags.environment(&policy)?;
    if !crate::guard::known_environment(world, &policy) {
        return Err(Error::Other(format!("PGWARD_ENV: {UnknownEnvironment}")));
    }
    let mut layers = Vec::new();
    if let Some(url) = &flags.database_url {
        let text = if url == "-" { from_stdin()? } else { url.clone() };
        if url != "-" && world.variable("PGWARD_DATABASE_URL") != Some(url) && text.contains('@') {
            remarks.push("a URL on the command line is seen by every process list; a variable is not".into());
        }
        layers.push(layer::flag(&mut sources, "--database-url", "DATABASE_URL", &text));
    }
    if let Some(path) = &flags.secret_json {
        layers.push(secret_json(flags, world, &mut sources, path)?);
    }
    let mut extensions = Vec::new();
    for name in &flags.require_extension {
        let id = sources.add(SourceKind::Flag("--require-extension".into()), name.as_str());
        let span = sources.span(id, 0..name.len());
        if crate::policy::is_extension_name(name) {
            sources.reveal(span);
        } else {
            return Err(Error::Other("--require-extension: not the name of an extension".into()));
        }
        extensions.push(Wanted { name: name.clone(), span: Some(span) });
    }
    let django = world.has_file("manage.py");
    let mut env_files = Vec::new();
    for path in flags.env_file.iter().filter(|p| !p.is_empty()) {
        env_files.push((path.clone(), world.read_text(path, MAX_BYTES, PATIENCE)?));
    }
    let from_policy = if flags.env_file.is_empty() { policy.env_files.clone() } else { Vec::new() };
    for path in &from_policy {
        let path = policy.beside(path);
        let bytes = world.read_text(&path, MAX_BYTES, PATIENCE)?;
        env_files.push((path, bytes));
    }
    let mut input = Input {
        sources,
        policy,
        env_files,
        found: false,
        variables: world.variables().clone(),
        layers,
        environment: named.map(|e| (e, Some("--environment".to_owned()))),
        extensions,
        unread: Vec::new(),
        unread_says: None,
        django,
        manifests: manifests(world),
        libpq_files: Some(crate::guard::libpq_files(world, PATIENCE)),
        no_pg_env: flags.no_pg_env,
        now: Some(World::now()),
        ..Input::default()
    };
    if input.env_files.is_empty() {
        unnamed_files(&mut input, world)?;
    }
    crate::guard::read_secret_files(world, &mut input, PATIENCE);
    Ok((input, remarks))
}

/// Env files that nobody named are read in development and test, in the order of the project's framework; elsewhere
/// they are mentioned. `.env` may say itself that this is development; nothing else is opened to find out.
fn unnamed_files(input: &mut Input, world: &World) -> Result<(), Error> {
    let found: Vec<String> = world.env_files().into_iter().filter(|f| !crate::layer::is_example(f)).collect();
    if found.is_empty() {
        return Ok(());
    }
    let read = |path: &str| world.read(path, MAX_BYTES, PATIENCE).map(|bytes| (path.to_owned(), bytes));
    let outside = settled(input, &[]);
    let mut environment = outside;
    // `NODE_ENV=development` opens `.env` too, and gives way to a better word in it.
    if outside.is_none_or(|e| e < Environment::Staging) && found.iter().any(|f| f == ".env") {
        let says = settled(input, &[read(".env")?]);
        environment = says.filter(|e| *e < Environment::Staging).or(outside);
        if environment.is_none() {
            input.unread_says = says.map(|says| (".env".to_owned(), says));
        }
    }
    let chosen: Vec<String> = match environment {
        Some(environment @ (Environment::Development | Environment::Test)) => {
            let text = |name: &str| {
                let bytes =
                    if world.has_file(name) { world.read(name, MAX_BYTES, PATIENCE).ok() } else { None };
                bytes.map(|b| String::from_utf8_lossy(&b).into_owned())
            };
            let framework = Framework::detect(text("package.json").as_deref(), text("Gemfile").as_deref());
            framework.cascade(environment).into_iter().filter(|f| found.contains(f)).collect()
        }
        _ => Vec::new(),
    };
    input.found = true;
    for path in &chosen {
        input.env_files.push(read(path)?);
    }
    // A developer's checkout rightly has the files of other environments beside its own.
    let concerns = |f: &String| match (environment, of_path(f, &input.policy)) {
        (Some(here @ (Environment::Development | Environment::Test)), Some(other)) => here == other,
        _ => true,
    };
    input.unread = found.into_iter().filter(|f| !chosen.contains(f) && concerns(f)).collect();
    Ok(())
}

/// The environment that the input says with some files more.
fn settled(input: &Input, files: &[(String, Vec<u8>)]) -> Option<Environment> {
    if let Some((environment, _)) = input.environment {
        return Some(environment);
    }
    let mut policy = Policy::default();
    policy.environments.clone_from(&input.policy.environments);
    let probe = crate::configuration::Configuration::new(Input {
        policy,
        env_files: files.to_vec(),
        found: true,
        variables: input.variables.clone(),
        no_pg_env: true,
        ..Input::default()
    });
    probe.settings.settled.environment.map(|s| s.value)
}

/// The document of `--secret-json` as a layer of the command line.
fn secret_json(
    flags: &Flags,
    world: &World,
    sources: &mut Sources,
    path: &str,
) -> Result<layer::Layer, Error> {
    let (name, bytes) = match path {
        "-" if flags.database_url.as_deref() == Some("-") => {
            let message = "--secret-json and --database-url cannot both be read from standard input";
            return Err(Error::Other(message.into()));
        }
        "-" => ("<stdin>", stdin_text()?.into_bytes()),
        path => (path, world.read_text(path, MAX_BYTES, PATIENCE)?),
    };
    Ok(layer::document(sources, SourceKind::File(name.to_owned()), document::FLAG, &bytes))
}

/// The first line of standard input.
pub(super) fn from_stdin() -> Result<String, Error> {
    Ok(stdin_text()?.lines().next().unwrap_or_default().to_owned())
}

fn stdin_text() -> Result<String, Error> {
    let mut bytes = Vec::new();
    std::io::stdin()
        .take(MAX_BYTES as u64)
        .read_to_end(&mut bytes)
        .map_err(|e| Error::Other(format!("standard input cannot be read: {}", e.kind())))?;
    String::from_utf8(bytes).map_err(|_| Error::Other("standard input is not UTF-8".into()))
}
