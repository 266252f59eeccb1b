use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "k8s-no-data-volume",
    since: "0.1.0",
    levels: Levels::of("IIWE"),
    boot: false,
    traits: COMMON,
    page: include_str!("k8s_no_data_volume.md"),
    checks: &[Check::File(check)],
};

fn check(file: &File<'_>, project: &Project<'_>, out: &mut Sink<'_>) {
    let Structure::Kubernetes(objects) = &file.carried.structure else { return };
    if objects.images.iter().all(|image| image.keeping == Keeping::Kept) || is_changed(project) {
        return;
    }
    let aside = |at: &Whereabouts| at.is_aside() || at.is_archived();
    if file.views.iter().any(|view| view.settings.whereabouts.as_ref().is_some_and(aside)) {
        return;
    }
    // A patch names the image, and the object that it is for the volume; or the other way round.
    let kept = |workload: &String| {
        let mut others = project.files.iter().filter(|other| other.path != file.carried.path);
        others.any(|other| matches!(&other.structure, Structure::Kubernetes(objects) if objects.keepers.contains(workload)))
    };
    for (image, workload) in objects.images.iter().zip(&objects.workloads) {
        if image.keeping != Keeping::Kept && kept(workload) {
            continue;
        }
        let draft = match image.keeping {
            Keeping::Kept => continue,
            Keeping::Beside(mount) => out
                .report(format!("the volume of `{}` holds none of its data", image.text))
                .at_span(mount, "the server writes nothing here")
                .also_span(image.span, "the image has them elsewhere"),
            Keeping::Nowhere => out
                .report(format!("the data of `{}` are in no volume", image.text))
                .at_span(image.span, "nothing that lasts is mounted where it has them")
                .at_most(Levels::of("IIWW")),
        };
        let draft =
            draft.note("they are gone with the container: the next one begins with an empty database");
        let saved = "what is in the database by now is saved first: `pg_dumpall`";
        match image.layout.data() {
            Some(at) => draft.help(format!("mount a claim at `{at}`; {saved}")),
            None => draft.help(format!(
                "mount a claim at `/var/lib/postgresql/data`, since 18 at `/var/lib/postgresql`; {saved}"
            )),
        };
    }
}

/// Whether some file of the project changes what others mount.
fn is_changed(project: &Project<'_>) -> bool {
    let changes = |file: &Carried| matches!(&file.structure, Structure::Kubernetes(objects) if objects.mounts_elsewhere);
    project.files.iter().any(changes)
}
