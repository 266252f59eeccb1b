use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "multihost-unportable",
    since: "0.1.0",
    levels: Levels::of("IIWW"),
    boot: false,
    traits: COMMON,
    page: include_str!("multihost_unportable.md"),
    checks: &[Check::Target(check)],
};

fn check(target: &Target, settings: &Settings, out: &mut Sink<'_>) {
    let own = target.get("host").is_some_and(|h| h.key == target.name);
    if !own || !target.names_several_hosts() || target.is_ambiguous() {
        return;
    }
    let misread =
        |row: &Row| row.refused.is_some() || row.differs.iter().any(|(aspect, _)| *aspect == Aspect::Hosts);
    let rows: Vec<_> = target.read_by(settings).into_iter().filter(|(_, row)| misread(row)).collect();
    let Some((first, row)) = rows.first() else {
        if settings.consumers.is_empty() {
            out.report(format!("`{}` names several hosts", target.name))
                .at(
                    target.origin_of("host"),
                    "sqlx, SQLAlchemy, dj-database-url and node-postgres refuse a list",
                )
                .help("say who reads it: `consumers` in pgward.toml")
                .at_most(Levels::of("IIII"));
        }
        return;
    };
    let names = advice::names(rows.iter().map(|(c, _)| c.value.as_str()));
    out.report(format!("`{}` names several hosts, which {names} cannot read", target.name))
        .at(target.origin_of("host"), "a list of hosts")
        .also(&first.origin, format!("{} is named here", first.value.as_str()))
        .note(match row.refused {
            Some(why) => advice::reason(first.value.as_str(), why),
            None => format!("{} dials something else", first.value.as_str()),
        })
        .help("name one host: the pooler, or a name that follows the primary");
}
