use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "param-semantics-differ",
    since: "0.1.0",
    levels: Levels::of("IIWW"),
    boot: false,
    traits: COMMON,
    page: include_str!("param_semantics_differ.md"),
    checks: &[Check::Target(check)],
};

fn check(target: &Target, settings: &Settings, out: &mut Sink<'_>) {
    let Some(sslmode) = target.get("sslmode").filter(|s| s.key == target.name) else { return };
    if target.host_class().is_none_or(|class| class == HostClass::Local) {
        return;
    }
    let shift = |(consumer, row): (&Setting<Consumer>, Row)| match row.encryption {
        Some(Shift::Weaker { from, to }) => Some((consumer.clone(), true, from, to)),
        Some(Shift::Stronger { from, to }) => Some((consumer.clone(), false, from, to)),
        None => None,
    };
    let mut shifts: Vec<_> = target.read_by(settings).into_iter().filter_map(shift).collect();
    // Who reads less into a root certificate under `require` is told by the rule for that.
    let rooted = target.has("sslrootcert") && target.tls_mode() == Some(SslMode::Require);
    shifts.retain(|(_, weaker, _, _)| !(rooted && *weaker));
    // The ones that protect less in front.
    shifts.sort_by_key(|(_, weaker, _, _)| !weaker);
    let Some((consumer, weaker, meant, own)) = shifts.first() else { return };
    let name = consumer.value.as_str();
    let mut draft = out
        .report(format!(
            "{name} takes the encryption that `{}` asks for as `{}`, libpq as `{}`",
            target.name,
            own.as_str(),
            meant.as_str()
        ))
        .at(&sslmode.origin, format!("`{}` to {name}", own.as_str()))
        .also(&consumer.origin, format!("{name} is named here"))
        .note(if *weaker {
            "whoever stands between may read along with this program and not with the other"
        } else {
            "a server whose certificate does not verify is reached by one program and refused by the other"
        })
        .help(match target.tls_word() {
            "ssl" => {
                "keep a second variable for SQLAlchemy: `ssl` is asyncpg's own, the others know `sslmode`"
            }
            _ => "write `sslmode=verify-full` with `sslrootcert`, which all that know it take alike",
        });
    for (other, _, _, own) in &shifts[1..] {
        draft = draft.note(format!("{} takes it as `{}`", other.value.as_str(), own.as_str()));
    }
}
