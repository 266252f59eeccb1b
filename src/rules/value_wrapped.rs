use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "value-wrapped",
    since: "0.1.0",
    levels: Levels::of("WWEE"),
    boot: true,
    traits: COMMON,
    page: include_str!("value_wrapped.md"),
    checks: &[Check::Target(check)],
};

fn check(target: &Target, _: &Settings, out: &mut Sink<'_>) {
    let Some(wrapped) = &target.oddities.wrapped else { return };
    let mut draft = out
        .report(format!("the value of `{}` begins or ends with {}", wrapped.key, wrapped.what))
        .at(&wrapped.origin, "this belongs to the value")
        .help("remove it where the variable is set");
    for span in &wrapped.superfluous {
        draft = draft.edit(*span, "");
    }
    // Nobody reads it where env.py sets another one.
    if let Some(replaced) = target.replaced.filter(|r| r.how.always) {
        draft.also_span(replaced.place, "set here in any case").at_most(Levels::of("IIII"));
        return;
    }
    match wrapped.what {
        "quotes" => {
            draft.note("`docker run --env-file`, compose's list form and most dashboards take nothing away");
        }
        "a line end" => {
            drop(draft.note("`echo` adds one; a secret made with `echo -n` or `printf` has none"));
        }
        _ => {}
    }
}
