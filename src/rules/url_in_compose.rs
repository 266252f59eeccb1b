use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "url-in-compose",
    since: "0.1.0",
    levels: Levels::of("WWWE"),
    boot: false,
    traits: Traits { leaks: true, ..COMMON },
    page: include_str!("url_in_compose.md"),
    checks: &[Check::File(check)],
};

fn check(file: &File<'_>, _: &Project<'_>, out: &mut Sink<'_>) {
    let Structure::Compose(compose) = &file.carried.structure else { return };
    for service in &compose.services {
        let Some(view) = service.layer.and_then(|i| file.views.get(i)) else { continue };
        // The last is the file's own; what stands below it in another file is started with it.
        for block in view.layers.iter().filter(|layer| layer.kind == LayerKind::Block) {
            let base = Some(file.carried.source) != block.source;
            let named = Named { service, overlay: base.then_some(file.carried.path.as_str()) };
            for target in &view.settings.targets {
                of_target(target, block, named, out);
            }
            for key in SERVERS_PASSWORD.iter().filter(|_| service.server || service.partial) {
                let Some(entry) = block.entry(key) else { continue };
                let here = Some(entry.value_span.source) == block.source;
                let literal = here && entry.value.is_written_at(entry.value_span);
                let text = &entry.value.text;
                if literal && !text.is_blank() && !text.is_left_open() && !text.is_rendered() {
                    report(entry, named, entry.value_span, false, out);
                }
            }
        }
    }
}

/// The service, and the file that is started on top of the one where its password stands, if it is another one.
#[derive(Clone, Copy)]
struct Named<'f> {
    service: &'f Service,
    overlay: Option<&'f str>,
}

fn of_target(target: &Target, block: &Layer, named: Named<'_>, out: &mut Sink<'_>) {
    let Some(credential) = target.credential() else { return };
    let (Some(password), Some(span)) = (target.get("password"), credential.origin.span()) else { return };
    // What `${…}` brings does not stand here, and a default is told as one.
    let here = |e: &&Entry| Some(span.source) == block.source && e.value.is_written_at(span);
    // `<password>` is told as what it is.
    if let Some(entry) = block.entry(&password.key).filter(here).filter(|_| !credential.secret.is_left_open())
    {
        // In development, what opens a server that others reach.
        let open = target.exposed_password(Environment::Development).is_some();
        report(entry, named, span, open, out);
    }
}

/// `open`: it opens a server on the internet.
fn report(entry: &Entry, named: Named<'_>, span: Span, open: bool, out: &mut Sink<'_>) {
    let (key, sign) = (&entry.key, entry.sign());
    let draft = out
        .report(format!(
            "the password in `{key}` of the service `{}` stands in the compose file",
            named.service.name
        ))
        .at_span(span, "read by everybody who may read the file")
        .note("it stays in the history of the repository when it is taken out");
    let draft = match named.overlay {
        Some(path) => draft.note(format!("`{path}` is started on top of this file, and leaves it as it is")),
        None => draft,
    };
    draft
        .help(format!(
            "write `{key}{sign}${{{key}:?}}` and set it where the service is started, or mount a secret"
        ))
        .at_most(Levels::of(if open { "WWWE" } else { "IIWE" }));
}
