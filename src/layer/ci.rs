//! Workflows of GitHub Actions and pipelines of GitLab CI: the variables that a job runs with, and the servers that
//! stand beside it.

use super::{
    Entry, Layer, Read, Structure, Value,
    carried::Reader,
    compose::image,
    service::{DatabaseService, is_postgres_image, makes_roles, variables},
    shell::{self, Script, inside},
    tree::Node,
};
use std::collections::BTreeSet;

/// What the rules about pipelines look at.
#[derive(Clone, Debug)]
pub struct Pipeline {
    /// The jobs in their order.
    pub jobs: Vec<Job>,
    /// The blocks of those that start servers of their own and name no environment that they deploy to: they test, whatever
    /// the file is called.
    pub testing: BTreeSet<String>,
}

/// One job.
#[derive(Clone, Debug)]
pub struct Job {
    /// Its servers.
    pub services: Vec<DatabaseService>,
    /// Whether the job itself runs in a container, so that services are reached by their names.
    pub contained: bool,
    /// Some step may run in a container of its own beside the services: an action that is made of one.
    pub beside: bool,
    /// Its blocks, by their places among the layers of the file.
    pub blocks: Vec<usize>,
    /// A step makes roles, or changes their passwords.
    pub makes: bool,
}

/// Keys of a pipeline of GitLab that are no jobs (its reference of `.gitlab-ci.yml`).
const GITLAB: &[&str] = &[
    "default",
    "include",
    "stages",
    "variables",
    "workflow",
    "image",
    "services",
    "cache",
    "before_script",
    "after_script",
    "pages",
    "spec",
];

/// Reads a workflow of GitHub Actions, or an action.
pub(super) fn read_github(reader: &mut Reader<'_>) {
    let Some(text) = reader.text() else { return };
    let Some(documents) = reader.documents(&text) else { return };
    let mut script = Script::default();
    let Some(workflow) = documents.first() else { return };
    let mut pipeline = Pipeline { jobs: Vec::new(), testing: BTreeSet::new() };
    let outer = environment(reader, workflow.get("env"));
    let usual = workflow.at(&["defaults", "run"]);
    // The steps of an action stand below `runs`.
    let runs = workflow.pairs().into_iter().filter(|(key, _)| key.text() == Some("runs"));
    for (name, job) in workflow.get("jobs").map(Node::pairs).unwrap_or_default().into_iter().chain(runs) {
        let mut of_job = outer.clone();
        extend(&mut of_job, environment(reader, job.get("env")));
        let of_all = started_in(job.at(&["defaults", "run"])).or_else(|| started_in(usual));
        of_job.started_in.clone_from(&of_all);
        let mut blocks = vec![push(reader, "jobs", name, &of_job)];
        for step in job.get("steps").map(Node::items).unwrap_or_default() {
            if let Some(run) = step.get("run").filter(|_| is_shell(step)) {
                inside::lines(reader, &text, run, &mut script);
            }
            let own = environment(reader, step.get("env"));
            if !own.entries.is_empty() {
                let mut of_step = of_job.clone();
                extend(&mut of_step, own);
                of_step.started_in = started_in(Some(step)).or_else(|| of_all.clone());
                blocks.push(push(reader, "jobs", name, &of_step));
            }
        }
        let steps = job.get("steps").map(Node::items).unwrap_or_default();
        let makes = steps.iter().filter_map(|step| step.get("run")?.text()).any(makes_roles);
        let services = job.get("services").map(Node::pairs).unwrap_or_default();
        let services = services.into_iter().filter_map(|(name, service)| {
            let env = known(service.get("env").map(variables).unwrap_or_default());
            let mut server = database(name.text()?, name, service.get("image")?, env, service)?;
            // `env: ${{ … }}`, and what docker itself is told.
            let other = service.get("env").is_some_and(|n| n.scalar().is_some())
                || service
                    .get("options")
                    .and_then(Node::text)
                    .is_some_and(|o| o.contains("POSTGRES_") || o.contains("-env-file"));
            server.wants_password &= !other;
            Some(server)
        });
        let services: Vec<DatabaseService> = services.collect();
        reveal(reader, &services);
        let beside = steps.iter().filter_map(|s| s.get("uses")?.text()).any(may_be_a_container);
        let contained = job.get("container").is_some();
        tests(reader, job, &services, &blocks, &mut pipeline);
        pipeline.jobs.push(Job { services, contained, beside, blocks, makes });
    }
    shell::settled(reader, script);
    reader.structure = Structure::Pipeline(pipeline);
}

/// Takes down that a job tests.
fn tests(
    reader: &Reader<'_>,
    job: &Node,
    services: &[DatabaseService],
    blocks: &[usize],
    pipeline: &mut Pipeline,
) {
    if !services.is_empty() && job.get("environment").is_none() {
        let names = blocks.iter().filter_map(|at| reader.layers.get(*at)?.block.clone());
        pipeline.testing.extend(names);
    }
}

/// Actions that prepare a machine run on it; of any other nobody knows.
fn may_be_a_container(uses: &str) -> bool {
    let words = ["setup", "cache", "toolchain", "install", "checkout", "artifact"];
    !uses.starts_with("actions/") && !words.iter().any(|word| uses.to_ascii_lowercase().contains(word))
}

/// Where a step starts its commands, or those that say nothing do, from the top of the repository. An expression is known
/// to the runner alone.
fn started_in(node: Option<&Node>) -> Option<String> {
    let directory = node?.get("working-directory")?.text()?;
    (!directory.contains('$')).then(|| directory.to_owned())
}

/// Whether a step is run by a shell as all others are.
fn is_shell(step: &Node) -> bool {
    let Some(shell) = step.get("shell").and_then(Node::text) else { return true };
    matches!(shell.split_whitespace().next(), Some("bash" | "sh"))
}

/// Where a job of GitLab has its commands.
const SCRIPTS: [&str; 3] = ["before_script", "script", "after_script"];

/// Reads a pipeline of GitLab CI.
pub(super) fn read_gitlab(reader: &mut Reader<'_>) {
    let Some(text) = reader.text() else { return };
    let Some(documents) = reader.documents(&text) else { return };
    let mut script = Script::default();
    // A header with `spec:` may stand before the pipeline.
    let Some(root) = documents.last() else { return };
    let mut pipeline = Pipeline { jobs: Vec::new(), testing: BTreeSet::new() };
    let outer = environment(reader, root.get("variables"));
    for holder in [Some(root), root.get("default")].into_iter().flatten() {
        SCRIPTS
            .iter()
            .filter_map(|k| holder.get(k))
            .for_each(|n| inside::lines(reader, &text, n, &mut script));
    }
    let of_all = root.at(&["default", "services"]).or_else(|| root.get("services"));
    let jobs = root
        .pairs()
        .into_iter()
        .filter(|(name, job)| name.text().is_some_and(|n| !GITLAB.contains(&n)) && !job.pairs().is_empty());
    for (name, job) in jobs {
        SCRIPTS.iter().filter_map(|k| job.get(k)).for_each(|n| inside::lines(reader, &text, n, &mut script));
        let mut of_job = outer.clone();
        extend(&mut of_job, environment(reader, job.get("variables")));
        // The server takes its variables from the same place: they are its own.
        let server =
            of_job.entries.iter().filter(|e| e.key.starts_with("POSTGRES_")).cloned().collect::<Vec<_>>();
        let listed = job.get("services").or(of_all).map(Node::items).unwrap_or_default();
        let services = listed.iter().filter_map(|service| {
            let image = if service.scalar().is_some() { service } else { service.get("name")? };
            let alias = service.get("alias").unwrap_or(image);
            let text = alias.text()?;
            // `registry/postgres:16` is reached as `postgres`.
            let name = text.split(':').next().unwrap_or(text).rsplit('/').next().unwrap_or(text);
            let own = known(service.get("variables").map(variables).unwrap_or_default());
            let variables = server.iter().cloned().chain(own).collect();
            // A project has variables of its own, which its server is given too.
            Some(DatabaseService {
                wants_password: false,
                ..database(name, alias, image, variables, service)?
            })
        });
        let services: Vec<DatabaseService> = services.collect();
        if !services.is_empty() {
            of_job.entries.retain(|e| !e.key.starts_with("POSTGRES_"));
        }
        reveal(reader, &services);
        let blocks = vec![push(reader, "", name, &of_job)];
        let scripts = ["before_script", "script"].iter().filter_map(|key| job.get(key));
        let makes = scripts.flat_map(Node::items).filter_map(|line| line.text()).any(makes_roles);
        tests(reader, job, &services, &blocks, &mut pipeline);
        pipeline.jobs.push(Job { services, contained: true, beside: false, blocks, makes });
    }
    shell::settled(reader, script);
    reader.structure = Structure::Pipeline(pipeline);
}

/// What a mapping of variables sets; what an expression fills is read, not set.
fn environment(reader: &mut Reader<'_>, node: Option<&Node>) -> Layer {
    let mut layer = reader.block("");
    for (key, value) in node.map(Node::pairs).unwrap_or_default() {
        let Some(name) = key.text() else { continue };
        // GitLab's long form: `{ value, description }`.
        let value = value.get("value").unwrap_or(value);
        let Some(entry) = value.entry(name, key.span) else { continue };
        let text = entry.value.text.expose();
        if text.contains("${{") || text.contains('$') && !text.contains("://") {
            layer.reads.push(Read {
                variable: name.to_owned(),
                span: key.span,
                means: None,
                defaulted: false,
            });
            continue;
        }
        reader.reveal_key(&entry, false);
        // With a reference in it the rest is known only where the job runs.
        if !text.contains('$') {
            layer.entries.push(entry);
        }
    }
    layer
}

fn extend(outer: &mut Layer, own: Layer) {
    let hidden = |e: &Entry| {
        own.entries.iter().any(|o| o.key == e.key) || own.reads.iter().any(|r| r.variable == e.key)
    };
    outer.entries.retain(|e| !hidden(e));
    outer.entries.extend(own.entries);
    outer.reads.extend(own.reads);
}

/// The place of the block among the layers of the file.
fn push(reader: &mut Reader<'_>, above: &str, name: &Node, layer: &Layer) -> usize {
    let plain = |word: &&str| word.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b));
    let name = name.text().filter(plain).unwrap_or_default();
    let block = if above.is_empty() { name.to_owned() } else { format!("{above}.{name}") };
    reader.layers.push(Layer { block: Some(block), ..layer.clone() });
    reader.layers.len() - 1
}

/// Nothing for the value of those that an expression fills: they are set, and to what is known where the job runs.
fn known(mut variables: Vec<Entry>) -> Vec<Entry> {
    let filled = variables.iter_mut().filter(|e| e.value.text.expose().contains('$'));
    filled.for_each(|entry| entry.value = Value::default());
    variables
}

fn database(
    name: &str,
    at: &Node,
    image: &Node,
    variables: Vec<Entry>,
    service: &Node,
) -> Option<DatabaseService> {
    let text = image.text().filter(|text| is_postgres_image(text))?;
    let ports = service.get("ports").map(Node::items).unwrap_or_default();
    let ports = ports.iter().filter_map(|port| {
        let text = port.text()?;
        let text = text.split('/').next().unwrap_or(text);
        let mut pieces = text.rsplit(':');
        let inner = pieces.next()?.parse().ok()?;
        Some((pieces.next().and_then(|p| p.parse().ok()), inner))
    });
    Some(DatabaseService {
        name: name.to_owned(),
        span: at.span,
        image: Some((text.to_owned(), image.span)),
        wants_password: image::read(&image.scalar()?.value, image.span).wants_password,
        variables,
        ports: ports.collect(),
    })
}

/// The names of the image's variables lead to their values.
fn reveal(reader: &mut Reader<'_>, services: &[DatabaseService]) {
    for service in services {
        for entry in &service.variables {
            reader.reveal_key(entry, false);
            if matches!(entry.key.as_str(), "POSTGRES_USER" | "POSTGRES_DB") && !entry.value.text.is_empty() {
                reader.sources.reveal(entry.value_span);
            }
        }
    }
}
