use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "ini-percent",
    since: "0.1.0",
    levels: Levels::of("EEEE"),
    boot: false,
    traits: Traits { examples: true, ..COMMON },
    page: include_str!("ini_percent.md"),
    checks: &[Check::File(check)],
};

fn check(file: &File<'_>, _: &Project<'_>, out: &mut Sink<'_>) {
    let Structure::Ini(ini) = &file.carried.structure else { return };
    let Some((first, others)) = ini.percents.split_first() else { return };
    let mut draft = out
        .report("a `%` in `sqlalchemy.url` is not doubled")
        .at_span(*first, "begins an interpolation to ConfigParser")
        .note("reading the value fails with `invalid interpolation syntax`, before anything is dialled")
        .help("write `%%`: in a percent-encoded password `%40` becomes `%%40`")
        .edit(*first, "%%");
    for other in others {
        draft = draft.also_span(*other, "this one too").edit(*other, "%%");
    }
}
