use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "socket-form-unportable",
    since: "0.1.0",
    levels: Levels::of("IIWW"),
    boot: false,
    traits: COMMON,
    page: include_str!("socket_form_unportable.md"),
    checks: &[Check::Target(check)],
};

fn check(target: &Target, settings: &Settings, out: &mut Sink<'_>) {
    // Only a socket that the text itself names.
    let own = target.get("host").is_some_and(|h| h.key == target.name && !h.value.is_empty());
    if !own || !target.is_socket() || target.is_ambiguous() {
        return;
    }
    let misread =
        |row: &Row| row.refused.is_some() || row.differs.iter().any(|(aspect, _)| *aspect == Aspect::Hosts);
    let rows: Vec<_> = target.read_by(settings).into_iter().filter(|(_, row)| misread(row)).collect();
    let Some((first, row)) = rows.first() else { return };
    let (names, name) = (advice::names(rows.iter().map(|(c, _)| c.value.as_str())), first.value.as_str());
    out.report(format!("the socket in `{}` is not found by {names}", target.name))
        .at(target.origin_of("host"), "the directory of a Unix socket")
        .also(&first.origin, format!("{name} is named here"))
        .note(match row.refused {
            Some(why) => advice::reason(name, why),
            None => format!("{name} dials something else"),
        })
        .help(match first.value {
            Consumer::Sqlx | Consumer::TokioPostgres => {
                "write the directory percent-encoded as the host: `postgresql://user@%2Frun%2Fpostgresql/db`"
            }
            _ => "write the directory as a parameter: `postgresql://user@/db?host=/run/postgresql`",
        });
}
