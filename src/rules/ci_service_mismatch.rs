use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "ci-service-mismatch",
    since: "0.1.0",
    levels: Levels::of("WW.."),
    boot: false,
    traits: COMMON,
    page: include_str!("ci_service_mismatch.md"),
    checks: &[Check::File(check)],
};

fn check(file: &File<'_>, project: &Project<'_>, out: &mut Sink<'_>) {
    let Structure::Pipeline(pipeline) = &file.carried.structure else { return };
    for job in &pipeline.jobs {
        // With several servers it is not said which one a URL is for.
        let [service] = job.services.as_slice() else { continue };
        let views = job.blocks.iter().filter_map(|at| file.views.get(*at));
        let targets = views.flat_map(|view| &view.settings.targets);
        let targets: Vec<&Target> = targets.filter(|t| t.is_postgres() && t.parsed.is_ok()).collect();
        let rightly: Vec<&str> =
            targets.iter().filter(|t| logs_in(service, t)).map(|t| t.name.as_str()).collect();
        for target in targets {
            if tests_have_their_own(service, target, job, file) {
                continue;
            }
            let used = rightly.contains(&target.name.as_str());
            let own = |user: &Setting<Part>| {
                project.made.roles.iter().any(|made| made.same_as(user.value.secret()))
            };
            let makes = job.makes || target.get("user").is_some_and(own);
            mismatch(service, target, job.contained, (used, makes), out);
            let docker = || file.carried.script.runs(&["docker", "podman", "docker-compose"]);
            if !job.contained && !job.beside && !docker() {
                outside(service, target, out);
            }
        }
    }
}

/// Whether the tests' own variables beside it log in as they should: `TEST_DB_USER` beside `DB_USER`, which only has to be there.
fn tests_have_their_own(service: &DatabaseService, target: &Target, job: &Job, file: &File<'_>) -> bool {
    let Some(user) = target.get("user").filter(|_| target.form == Form::Parts) else { return false };
    let Some(made) = service.variable("POSTGRES_USER") else { return false };
    let own = format!("TEST_{}", user.key);
    let views = job.blocks.iter().filter_map(|at| file.views.get(*at));
    let mut layers = views.flat_map(|view| view.layers);
    layers.any(|l| l.entry(&own).is_some_and(|e| e.value.text.same_as(&made.value.text)))
}

/// What the image makes of its variables, with libpq's keyword.
const MADE: [(&str, &str, &str); 3] = [
    ("POSTGRES_PASSWORD", "password", "password"),
    ("POSTGRES_USER", "user", "user"),
    ("POSTGRES_DB", "dbname", "database"),
];

/// Whether a target has the same as a variable of the service; what an expression fills is not known here.
fn agrees(service: &DatabaseService, target: &Target, variable: &str, keyword: &str) -> Option<bool> {
    let (set, own) = (service.variable(variable)?, target.get(keyword)?);
    let known = !set.value.text.is_empty() && !own.value.is_empty();
    known.then(|| own.value.secret().same_as(&set.value.text))
}

fn is_beside(service: &DatabaseService, target: &Target) -> bool {
    target.is_loopback() || target.get("host").is_some_and(|h| h.value.equals(&service.name))
}

/// Whether a target has the service's own user and password.
fn logs_in(service: &DatabaseService, target: &Target) -> bool {
    let same = |(variable, keyword, _): &(&str, &str, &str)| agrees(service, target, variable, keyword);
    is_beside(service, target) && MADE[..2].iter().all(|part| same(part) == Some(true))
}

/// What the image makes of its variables, beside what the job dials. `used`: the job logs in elsewhere as it should;
/// `makes`: it may make the role.
fn mismatch(
    service: &DatabaseService,
    target: &Target,
    contained: bool,
    (used, makes): (bool, bool),
    out: &mut Sink<'_>,
) {
    let local = target.is_loopback();
    if !is_beside(service, target) {
        return;
    }
    // A URL for what wants one and never dials, such as a generator of code.
    let other = |(variable, keyword, _): &(&str, &str, &str)| {
        agrees(service, target, variable, keyword) == Some(false)
    };
    if used && MADE.iter().all(other) {
        return;
    }
    // A database may be created by the job, and a role where it says so. The password is that of the image's own role.
    let another = agrees(service, target, "POSTGRES_USER", "user") == Some(false);
    let default = service.variable("POSTGRES_USER").is_none();
    let other_role =
        target.get("user").filter(|u| default && !u.value.is_empty() && !u.value.equals("postgres"));
    if let Some(user) = other_role.filter(|_| !makes) {
        out.report(format!("the user of `{}` is not that of the server beside the job", target.name))
            .at(&user.origin, "the job logs in with this")
            .also_span(service.span, "makes `postgres`")
            .help("set `POSTGRES_USER` to the same, or make the role in a step")
            .at_most(if used { Levels::of("IIII") } else { RULE.levels });
    }
    let asked = |keyword: &str| match keyword {
        "password" => !another && other_role.is_none(),
        keyword => keyword != "dbname",
    };
    for (variable, keyword, what) in MADE.iter().filter(|(_, keyword, _)| asked(keyword) && !makes) {
        let (Some(set), Some(own)) = (service.variable(variable), target.get(keyword)) else { continue };
        if agrees(service, target, variable, keyword) == Some(false) {
            out.report(format!("the {what} of `{}` is not that of the server beside the job", target.name))
                .at(&own.origin, "the job logs in with this")
                .also_span(set.value_span, format!("the server is set up with this `{variable}`"))
                .help("write the same in both");
        }
    }
    // What may not be shown is compared all the same.
    let dialled = |port: &String| target.get("port").map_or(port == "5432", |p| p.value.equals(port));
    if local && !contained {
        let published: Vec<String> =
            service.ports.iter().filter_map(|(outer, _)| Some(outer.as_ref()?.to_string())).collect();
        if service.ports.is_empty() {
            out.report(format!(
                "`{}` is dialled at this machine, and the server publishes no port",
                target.name
            ))
            .at(target.origin_of("host"), "a job outside of containers reaches published ports alone")
            .also_span(service.span, "no `ports` here")
            .help("add `ports: [\"5432:5432\"]` to the service");
        } else if !published.is_empty() && !published.iter().any(dialled) {
            out.report(format!("`{}` is dialled at a port that the server does not publish", target.name))
                .at(target.origin_of("port"), "nothing listens here")
                .also_span(service.span, "published under another one")
                .help("write the first number of `ports` into the URL");
        }
    } else if local && contained {
        out.report(format!("`{}` is dialled at the job's own container", target.name))
            .at(target.origin_of("host"), "the server stands in another one")
            .also_span(service.span, "reached by this name")
            .help("write the name of the service for the host");
    }
}

/// The names of services are known in the network of containers alone; a job may put a container of its own there.
fn outside(service: &DatabaseService, target: &Target, out: &mut Sink<'_>) {
    if target.get("host").is_some_and(|h| h.value.equals(&service.name)) {
        out.report(format!("`{}` is dialled by a name that this job does not know", target.name))
            .at(target.origin_of("host"), "a job outside of containers reaches published ports alone")
            .also_span(service.span, "known to containers by this name")
            .help("write `localhost` and add `ports: [\"5432:5432\"]` to the service, or run the job in a `container:`");
    }
}
