use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "server-version",
    since: "0.1.0",
    levels: Levels::of("IIWW"),
    boot: false,
    traits: COMMON,
    page: include_str!("server_version.md"),
    checks: &[Check::Server(&[&SERVER], check)],
};

/// The month this table was last held against <https://www.postgresql.org/support/versioning/>. A verdict depends
/// on it and never on today: a restart a year later says the same.
const AS_OF: (u16, u8) = (2026, 11);

/// Major versions and the month of their last release; what is older than the first ended before it, what is newer
/// than the last is not judged.
const LAST_RELEASE: &[(u32, u16)] = &[
    (10, 2022),
    (11, 2023),
    (12, 2024),
    (13, 2025),
    (14, 2026),
    (15, 2027),
    (16, 2028),
    (17, 2029),
    (18, 2030),
];
const MONTH: u8 = 11;

fn check(target: &Target, answers: &Answers<'_>, out: &mut Sink<'_>) {
    let Some(number) = answers.value(&SERVER, "version_num").and_then(|n| n.parse::<u32>().ok()) else {
        return;
    };
    // Before 10 the first two numbers were the major version.
    let (major, name) = match number / 10_000 {
        old @ ..10 => (old, format!("{old}.{}", number / 100 % 100)),
        major => (major, major.to_string()),
    };
    let ended = match LAST_RELEASE.iter().find(|(m, _)| *m == major) {
        Some((_, year)) if (*year, MONTH) < AS_OF => format!("in November {year}"),
        None if major < LAST_RELEASE[0].0 => "before November 2022".to_owned(),
        _ => return,
    };
    let at_boot = out.door() == Door::Boot;
    let draft = out
        .report(format!("the server runs PostgreSQL {name}, whose last release was {ended}"))
        .at(place(target, &["host"]), "this server")
        .note("its security holes and data-corrupting faults are no longer mended")
        .help("move to a supported major version with pg_upgrade, or with dump and restore");
    if at_boot {
        draft.at_most(Levels::of("IIII"));
    }
}
