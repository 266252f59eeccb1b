use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "image-data-mount",
    since: "0.1.0",
    levels: Levels::of("EEEE"),
    boot: false,
    traits: COMMON,
    page: include_str!("image_data_mount.md"),
    checks: &[Check::File(check)],
};

fn check(file: &File<'_>, project: &Project<'_>, out: &mut Sink<'_>) {
    match &file.carried.structure {
        Structure::Compose(compose) => {
            let mounts = |s: &&Service| s.image.as_ref().is_some_and(|image| image.misplaced.is_some());
            let plain = compose.services.iter().filter(|s| !s.built && !s.partial && s.plain);
            for service in plain.filter(mounts) {
                let layers = file.layers_of(service);
                // Another file may put an older release in its place.
                let changed = |(other, layers): (&Service, &[Layer])| {
                    beside::moves_data(layers)
                        || other.image.as_ref().is_some_and(|image| !image.layout.is_new())
                };
                if beside::moves_data(layers) || file.elsewhere(service, project).any(changed) {
                    continue;
                }
                let open = !matches!(Given::of(layers, "PGDATA", false), Given::Unset);
                service.image.iter().for_each(|image| misplaced(image, open, out));
            }
        }
        Structure::Kubernetes(objects) => objects.images.iter().for_each(|i| misplaced(i, false, out)),
        _ => {}
    }
}

/// `open`: variables come from a file that is not here.
fn misplaced(image: &Image, open: bool, out: &mut Sink<'_>) {
    let Some(mount) = image.misplaced.filter(|_| !image.client && image.layout.is_new()) else {
        return;
    };
    let draft = out
        .report(format!("`{}` does not start with a volume at `/var/lib/postgresql/data`", image.text))
        .at_span(mount, "the data are elsewhere since 18")
        .also_span(image.span, "has its data below `/var/lib/postgresql`, in a directory of its release")
        .note("the entrypoint ends with `in 18+, these Docker images are configured to store database data in a format …` and makes nothing");
    let draft = if open {
        draft.note("unless `PGDATA` stands in an env file that is not here").at_most(Levels::of("WWWW"))
    } else {
        draft
    };
    if image.layout == Layout::Newest {
        draft
            .note("what is there from a release before 18 has to be upgraded first: `pg_upgrade`, or a dump")
            .help("name the release that made the data, such as `postgres:17-bookworm`; or mount `/var/lib/postgresql`")
            .at_most(Levels::of("WWWW"));
    } else {
        draft.help("mount the volume at `/var/lib/postgresql`");
    }
}
