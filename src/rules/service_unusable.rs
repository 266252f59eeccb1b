use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "service-unusable",
    since: "0.1.0",
    levels: Levels::of("EEEE"),
    boot: true,
    traits: COMMON,
    page: include_str!("service_unusable.md"),
    checks: &[Check::Target(check)],
};

fn check(target: &Target, _: &Settings, out: &mut Sink<'_>) {
    let Some(Err(trouble)) = &target.service else { return };
    let named = target.get("service");
    let shown = named.and_then(|s| s.value.shown()).filter(|name| !name.is_empty());
    let service = shown.map_or_else(|| "the service".to_owned(), |name| format!("the service `{name}`"));
    let asked = target.origin_of("service").span();
    let (message, label, help) = match trouble.kind {
        ServiceTroubleKind::NotFound { any_file } => (
            if any_file {
                format!("no service file defines {service}")
            } else {
                format!("{service} is asked for, and there is no service file")
            },
            "this service",
            "define it in the file that PGSERVICEFILE names, in ~/.pg_service.conf or in pg_service.conf of PGSYSCONFDIR",
        ),
        ServiceTroubleKind::NoFile => (
            format!("the service file that should define {service} is not there or cannot be opened"),
            "this file",
            "name a file that the service's user may read, or unset PGSERVICEFILE: then ~/.pg_service.conf is read",
        ),
        ServiceTroubleKind::Unreadable(kind) => (
            format!("libpq cannot read {service}: {kind}"),
            "libpq stops here",
            "a service is `[name]` and below it lines `keyword=value`, with no blank before the `=` and no quotes",
        ),
    };
    let note = if trouble.unread {
        "libpq then refuses every connection; of the client libraries that are known to read this, none reads services"
    } else {
        "libpq then refuses every connection, whatever else is configured"
    };
    let mut draft = out.report(message).at_span(trouble.span.or(asked), label).note(note).help(help);
    if trouble.span.is_some() && asked.is_some() && named.is_some() {
        draft = draft.also_span(asked, "asked for here");
    }
    if trouble.unread {
        draft.at_most(Levels::of("IIII"));
    }
}
