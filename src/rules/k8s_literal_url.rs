use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "k8s-literal-url",
    since: "0.1.0",
    levels: Levels::of("WWEE"),
    boot: false,
    traits: Traits { leaks: true, ..COMMON },
    page: include_str!("k8s_literal_url.md"),
    checks: &[Check::File(check)],
};

fn check(file: &File<'_>, _: &Project<'_>, out: &mut Sink<'_>) {
    let Structure::Kubernetes(objects) = &file.carried.structure else { return };
    for (block, view) in objects.blocks.iter().zip(file.views) {
        let (what, help) = match block.holder {
            Holder::Secret => continue,
            Holder::ConfigMap => ("a ConfigMap", "put it into a Secret, and name that in `envFrom`"),
            Holder::Container { .. } => (
                "the variables of a container",
                "put it into a Secret, and take it by `valueFrom: secretKeyRef`",
            ),
        };
        let Some(layer) = view.layers.last() else { continue };
        let told = view.settings.targets.iter().filter_map(|t| Some((t.get("password")?, t.credential()?)));
        for (password, credential) in told {
            let Some(span) = credential.origin.span() else { continue };
            let written = layer.entry(&password.key).is_some_and(|e| e.value.is_written_at(span));
            // What stands in it is filled in by Flux, `envsubst` and their like, from elsewhere.
            let reference = credential.secret.is_braced_reference();
            if !written || reference || credential.secret.looks_like_placeholder() {
                continue;
            }
            let equal = |t: &Target| t.equal_to(credential.secret, &["user", "dbname"]).is_some();
            let guessed = credential.secret.is_common() || view.settings.targets.iter().any(equal);
            report((&password.key, guessed), (what, help), span, view, out);
        }
        // A password alone makes no connection, and is one all the same.
        // `DATABASE_URL: postgres` is none either.
        let spoken = view.settings.targets.iter().any(|t| t.engine.value != Engine::Unknown);
        for entry in layer.entries.iter().filter(|e| !spoken && PASSWORDS.contains(&e.key.as_str())) {
            let text = &entry.value.text;
            let written = entry.value.is_known() && entry.value.is_written_at(entry.value_span);
            if written && !text.is_blank() && !text.looks_like_placeholder() {
                report((&entry.key, text.is_common()), (what, help), entry.value_span, view, out);
            }
        }
    }
}

fn report(
    (key, guessed): (&str, bool),
    (what, help): (&str, &str),
    span: Span,
    view: &View<'_>,
    out: &mut Sink<'_>,
) {
    let draft = out
        .report(format!("the password in `{key}` stands in {what}"))
        .at_span(span, "in clear")
        .note("who may read workloads and their configuration reads it; Secrets have rights of their own")
        .help(help);
    // Who says that nothing of it is for production, and gives it a password that everybody guesses, keeps no secret.
    let most = match &view.settings.whereabouts {
        Some(at) if at.is_aside() => Levels::of("IIII"),
        Some(at) if at.remarks.not_for_production && guessed => Levels::of("IIEE"),
        // Another object of the file may be production's.
        _ if view.environment_is_mild() => Levels::of("WWWW"),
        _ => RULE.levels,
    };
    draft.at_most(most);
}
