use super::prelude::*;
use std::cell::LazyCell;

pub(super) const RULE: Rule = Rule {
    id: "compose-no-data-volume",
    since: "0.1.0",
    levels: Levels::of("WIWE"),
    boot: false,
    traits: COMMON,
    page: include_str!("compose_no_data_volume.md"),
    checks: &[Check::File(check)],
};

fn check(file: &File<'_>, project: &Project<'_>, out: &mut Sink<'_>) {
    let Structure::Compose(compose) = &file.carried.structure else { return };
    let held = LazyCell::new(|| held(project));
    for service in compose.services.iter().filter(|s| s.server && !s.partial) {
        let Some(image) = service.image.as_ref().filter(|i| i.keeping != Keeping::Kept) else { continue };
        // A developer's choice; looking at all other files takes its time.
        if image.keeping == Keeping::Nowhere && out.environment() < Environment::Staging {
            continue;
        }
        let layers = file.layers_of(service);
        // Files that are started together have their volumes together.
        let kept = |(other, layers): (&Service, &[Layer])| {
            beside::moves_data(layers) || other.mounts.iter().any(|m| m.data) || other.in_memory
        };
        if beside::moves_data(layers) || file.elsewhere(service, project).any(kept) {
            continue;
        }
        let known = matches!(Given::of(layers, "PGDATA", false), Given::Unset);
        match image.keeping {
            Keeping::Beside(mount) => {
                let draft = out
                    .report(format!("the volume of `{}` holds none of its data", service.name))
                    .at_span(mount, "the server writes nothing here")
                    .also_span(image.span, "the image has them elsewhere");
                close(draft, image.layout, known);
            }
            Keeping::Nowhere
                if !is_for_now(service, compose) && !held.iter().any(|n| n.same_as(&service.name)) =>
            {
                let draft = out
                    .report(format!("the data of `{}` are in no volume with a name", service.name))
                    .at_span(image.span, "nothing is mounted where it has them");
                let by_name = file.views.is_empty() || file.views.iter().any(is_named);
                close(draft, image.layout, known).at_most(Levels::of(if by_name { "..IW" } else { "..II" }));
            }
            Keeping::Nowhere | Keeping::Kept => {}
        }
    }
}

/// The names of services for which some file mounts their data: `deploy/compose.prod.yml` changes what `compose.yml` says.
fn held<'p>(project: &Project<'p>) -> Vec<&'p Part> {
    let services = |file: &'p Carried| match &file.structure {
        Structure::Compose(compose) => compose.services.as_slice(),
        _ => &[],
    };
    let all = project.files.iter().flat_map(services);
    all.filter(|s| s.mounts.iter().any(|m| m.data)).map(|s| &s.name).collect()
}

/// Whether the file's name or the user says the environment: a demonstration starts its programs as production does.
fn is_named(view: &View<'_>) -> bool {
    let said = view.settings.settled.environment.as_ref();
    said.is_some_and(|said| matches!(said.origin, Origin::Path(_) | Origin::Program))
}

/// `known`: all that the container is given stands in files that are here.
fn close(draft: Draft<'_>, layout: Layout, known: bool) -> Draft<'_> {
    let lost = "in a volume without a name: `docker compose down` leaves it behind, and the next `up` begins with an empty database";
    let draft = match layout.data() {
        Some(at) => draft.note(format!("they are below `{at}`, {lost}")).help(format!(
            "mount a volume at `{at}`; what is in the database by now is saved first: `pg_dumpall`"
        )),
        None => draft.note(format!("they are {lost}")).help(
            "mount a volume at `/var/lib/postgresql/data`, since 18 at `/var/lib/postgresql`; what is in the database by now is saved first: `pg_dumpall`",
        ),
    };
    if known {
        draft
    } else {
        draft.note("unless `PGDATA` stands in its env file").at_most(Levels::of("IIII"))
    }
}

/// Whether nobody means to keep what a server holds: its name says so, or it is started for once.
fn is_for_now(service: &Service, compose: &Compose) -> bool {
    service.profiled || compose.is_for_once() || service.hosts.iter().any(is_for_a_while)
}
