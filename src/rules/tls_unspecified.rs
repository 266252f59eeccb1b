use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "tls-unspecified",
    since: "0.1.0",
    levels: Levels::of("..WE"),
    boot: false,
    traits: Traits { fills_in: true, ..COMMON },
    page: include_str!("tls_unspecified.md"),
    checks: &[Check::Target(check)],
};

fn check(target: &Target, settings: &Settings, out: &mut Sink<'_>) {
    // Others have words of their own, a service file may say it. pgjdbc's `ssl=true` was read as what it means.
    let java = target.spelling() == Spelling::Jdbc && !target.is_misplaced();
    let r2dbc = target.spelling() == Spelling::R2dbc && !target.is_misplaced();
    let elsewhere = !target.spelling().is_native() && !java && !r2dbc || target.is_elsewhere();
    // A ConfigMap has the host, and the pod that takes it `PGSSLMODE`.
    let open = settings.open && target.form == Form::Parts;
    // The name of a service by itself, and nothing takes the rest from elsewhere: nobody says who connects to what.
    let alone = out.door() == Door::Lint
        && target.form == Form::Parts
        && target.is_single_label()
        && target.get("password").is_none()
        && ["dbname", "user"].iter().all(|keyword| target.missing.contains(keyword));
    // A program of its own has words of its own for it.
    let own =
        target.form == Form::Parts && settings.parts.as_ref().is_some_and(|set| set.program().is_some());
    // A host that is taken where nobody named one is hardly the one that is dialled.
    let guessed = target.oddities.fallbacks.iter().any(|f| f.supplies == "host");
    if target.get("sslmode").is_some() || elsewhere || open || alone || own || guessed {
        return;
    }
    // libpq does not go on in plain text then, it refuses: that has a rule of its own.
    if target.wants_direct_tls() {
        return;
    }
    // libpq 16: with the system's roots the default is `verify-full`.
    if target.names_system_roots() {
        return;
    }
    // `ssl: true`: which kind of TLS it is, its client knows; that none is checked, `tls-unverified` says. Who reads a
    // variable `DB_SSL` is not known; these take TLS from the connection string alone.
    let heard = target.tls_beside.as_ref().filter(|_| out.door() == Door::Lint);
    // Code of the project says it of some connection.
    let source = |span: Option<Span>| span.map(|s| s.source);
    let far = heard.is_some_and(|said| source(said.span()) != source(target.origin().span()));
    let variable = far || heard.is_some_and(|said| said.key.bytes().all(|b| !b.is_ascii_lowercase()));
    let deaf =
        |c: &Setting<Consumer>| matches!(c.value, Consumer::Libpq | Consumer::TokioPostgres | Consumer::Sqlx);
    let deaf = !settings.consumers.is_empty() && settings.consumers.iter().all(deaf);
    if heard.is_some() && !variable {
        return;
    }
    let Some(class) = target.host_class().filter(|c| *c != HostClass::Local) else { return };
    let help = match target.form {
        Form::Url if java => {
            "add `?sslmode=verify-full` (`&sslmode=…` after other parameters), and name the server's CA in `sslrootcert`"
        }
        Form::Url if r2dbc => {
            "add `?sslMode=verify-full` (`&sslMode=…` after other parameters), and name the server's CA in `sslRootCert`"
        }
        Form::Url if target.tls_word() == "ssl" => {
            "add `?ssl=verify-full` (`&ssl=…` after other parameters), and name the server's CA in `PGSSLROOTCERT`; \
             where the code sets it, write `[connection] sslmode = \"require\"` into pgward.toml"
        }
        Form::Url if target.has("sslrootcert") => {
            "add `?sslmode=verify-full` (`&sslmode=…` after other parameters); where the code sets it, write \
             `[connection] sslmode = \"require\"` into pgward.toml"
        }
        Form::Url => {
            "add `?sslmode=verify-full` (`&sslmode=…` after other parameters), and name the server's CA in `sslrootcert`; \
             where the code sets it, write `[connection] sslmode = \"require\"` into pgward.toml"
        }
        _ => {
            "set `PGSSLMODE=verify-full`, and name the server's CA in `PGSSLROOTCERT`; where the code sets it, write \
             `[connection] sslmode = \"require\"` into pgward.toml"
        }
    };
    let draft = out
        .report(format!("nothing asks for TLS on the way to a {} host", class.as_str()))
        .at(target.origin_of("host"), format!("no {} for this host", target.tls_word()))
        .note(match target.tls_word() {
            _ if r2dbc => {
                "r2dbc-postgresql then asks for none: whoever stands between reads everything".to_owned()
            }
            word => format!(
                "{} then means `prefer`: whoever stands between may answer \"no TLS\" and read everything",
                match word {
                    _ if java => "pgjdbc",
                    "ssl" => "asyncpg",
                    _ => "libpq",
                }
            ),
        })
        .help(help);
    let draft = if target.has("sslrootcert") && !r2dbc {
        draft.note(
            "the root certificate makes it no better: where it does not verify the server, libpq drops TLS",
        )
    } else {
        draft
    };
    if let Some(why) = advice::meant_in_clear(target) {
        draft.note(why).at_most(Levels::of("..II"));
        return;
    }
    if let Some(said) = heard.filter(|_| !deaf && !target.tls_required) {
        draft
            .note(format!("`{}` may ask for it, where the program reads that", said.key))
            .at_most(Levels::of("..II"));
        return;
    }
    // What an image has for a host is the name of a container beside its own.
    if target.around.in_image && target.is_single_label() && !target.tls_required {
        draft.at_most(Levels::of("..II"));
        return;
    }
    // A pool's own properties may say it, somewhere.
    if java || class == HostClass::Private && !target.tls_required {
        draft.at_most(Levels::of("..WW"));
    }
}
