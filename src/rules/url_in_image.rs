use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "url-in-image",
    since: "0.1.0",
    levels: Levels::of("WWEE"),
    boot: false,
    traits: Traits { leaks: true, ..COMMON },
    page: include_str!("url_in_image.md"),
    checks: &[Check::Block(check)],
};

fn check(file: &Carried, view: &View<'_>, out: &mut Sink<'_>) {
    let Structure::Image(recipe) = &file.structure else { return };
    let aside = view.settings.whereabouts.as_ref().is_some_and(Whereabouts::is_aside);
    for target in
        view.settings.targets.iter().filter(|t| !matches!(t.engine.value, Engine::Other(_))).filter(|t| {
            t.credential().is_some() || t.is_sqlite() || t.form == Form::Url && !t.holds_nothing()
        })
    {
        let password = target.credential().is_some();
        // A variable of its own, beside the URL or among other parts.
        let beside = target.get("password").filter(|p| password && p.key != target.name);
        let (name, origin) = beside.map_or((&target.name, target.origin()), |p| (&p.key, &p.origin));
        let what = if password { "a password" } else { "a connection" };
        let mut places = [target.origin(), target.origin_of("password")].into_iter().filter_map(Origin::span);
        let for_build = places.any(|span| recipe.is_for_build(span));
        let draft = out
            .report(format!("{what} is built into the image by `{name}`"))
            .at(origin, "in a layer of the image, and in its history")
            .note(if for_build {
                "no container has an `ARG`, but whoever pulls the image reads it in the history"
            } else {
                "the same image runs everywhere: where the variable is not set, it connects to this"
            })
            .help(if for_build {
                "take it out; what the build has to log in with, hand over by `RUN --mount=type=secret`"
            } else {
                "take it out, and hand the variable to the container where it runs"
            });
        // A server in the container itself, or beside it in a pod.
        let own = target.host_class() == Some(HostClass::Local);
        // `DB_TYPE=sqlite3` is a choice of this image.
        let choice = target.form == Form::Toggle;
        // Where nothing is for PostgreSQL, the path of the file is the image's own business.
        let file = target.is_sqlite() && view.settings.without_postgres && !password;
        // What gives nothing away matters where it runs.
        let idle = !password && view.settings.whereabouts.as_ref().is_some_and(Whereabouts::is_archived);
        // One of several variants, and meant so.
        let variant = !password
            && target.is_sqlite()
            && view.settings.whereabouts.as_ref().is_some_and(Whereabouts::says_sqlite);
        if own && !password || aside || choice || file || idle || variant || target.around.in_volume {
            draft.at_most(Levels::of("IIII"));
        } else if (own || target.is_single_label()) && !for_build && (!password || is_guessed(target)) {
            draft.at_most(Levels::of("IIWW"));
        }
    }
}

/// Whether a password keeps nobody out, so that none is given away: `postgres`, or the name of its role.
fn is_guessed(target: &Target) -> bool {
    target.credential().is_some_and(|password| {
        password.secret.is_common() || target.equal_to(password.secret, &["user", "dbname"]).is_some()
    })
}
