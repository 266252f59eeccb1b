use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "image-floating",
    since: "0.1.0",
    levels: Levels::of("IIWW"),
    boot: false,
    traits: COMMON,
    page: include_str!("image_floating.md"),
    checks: &[Check::File(check)],
};

fn check(file: &File<'_>, _: &Project<'_>, out: &mut Sink<'_>) {
    let images: Vec<&Image> = match &file.carried.structure {
        // What is built gets its name here; what it is made of stands in its Dockerfile.
        Structure::Compose(c) => {
            let others = c.services.iter().filter(|s| !s.built && !s.in_memory);
            others.filter_map(|s| s.image.as_ref()).collect()
        }
        // What no volume has is made anew with each container.
        Structure::Kubernetes(k) => k.images.iter().filter(|i| i.keeping != Keeping::Nowhere).collect(),
        _ => return,
    };
    // A client has no data, and its program is to be that of the server's release.
    for image in images.into_iter().filter(|i| i.server && !i.client && !i.fleeting) {
        let (message, note) = match image.pinned {
            Pinned::Firmly => continue,
            Pinned::Major => (
                format!("`{}` may come with another C library tomorrow", image.text),
                "the system below changes within a major release: indexes on text sorted by the old library then miss rows",
            ),
            Pinned::Nothing => (
                format!("`{}` may be another major release tomorrow", image.text),
                "a server does not start on the data directory of another major release",
            ),
        };
        out.report(message)
            .at_span(image.span, "nothing holds it in place")
            .note(note)
            .help("name the release of the system too, such as `postgres:17-bookworm`, or a digest");
    }
}
