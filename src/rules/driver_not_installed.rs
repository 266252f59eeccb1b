use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "driver-not-installed",
    since: "0.1.0",
    levels: Levels::of("WWEE"),
    boot: false,
    traits: COMMON,
    page: include_str!("driver_not_installed.md"),
    checks: &[Check::Target(check)],
};

fn check(target: &Target, _: &Settings, out: &mut Sink<'_>) {
    let Some(missing) = &target.missing_driver else { return };
    let who = missing.consumer.value.as_str();
    let needs = missing.needs.iter().map(|d| d.as_str()).collect::<Vec<_>>().join(" or ");
    let (wants, why, vain) = match (missing.oldest, &missing.vain) {
        (Some((a, b, c)), _) => {
            let wants = needs.replacen("psycopg", &format!("psycopg {a}.{b}.{c}"), 1);
            (wants, "the requirements have an older one", "too old")
        }
        (None, Some(_)) => {
            (needs.clone(), "the requirements have it for development alone", "for development alone")
        }
        (None, None) => (needs.clone(), "the requirements do not have it", ""),
    };
    let scheme = target.scheme();
    let place = scheme.and_then(|s| target.place_of(s.driver.unwrap_or(s.range)));
    let add = missing.needs.iter().map(|d| format!("`{}`", d.requirement())).collect::<Vec<_>>().join(" or ");
    // A scheme that leads to what is there, for code that stays as it is.
    let other = missing.instead.iter().map(|(driver, _)| *driver);
    let other = other.filter(|_| missing.is_sqlalchemy()).find_map(|driver| missing.scheme_for(driver));
    let help = match (missing.oldest, &missing.vain, other) {
        (Some((a, b, c)), ..) => format!("require `psycopg[binary]>={a}.{b}.{c}`"),
        (None, Some(_), _) => "require it for production too".to_owned(),
        (None, None, Some(scheme)) => format!("require {add}, or write `{scheme}://`"),
        (None, None, None) => format!("require {add}"),
    };
    let mut draft = out
        .report(format!("`{}` needs {wants}, and {why}", target.name))
        .at_span(place, format!("{who} imports {needs} for it"));
    if let Some(origin) = &missing.vain {
        draft = draft.also(origin, vain);
    }
    for (driver, origin) in &missing.instead {
        draft = draft.also(origin, format!("{} is here", driver.as_str()));
    }
    if missing.instead.is_empty() && missing.vain.is_none() {
        draft = draft.also(&missing.consumer.origin, format!("{who} is named here"));
    }
    if missing.by_default && missing.is_sqlalchemy() {
        draft = draft.note("plain `postgresql://` means psycopg2 before SQLAlchemy 2.1, and psycopg 3 since");
    }
    let draft = draft.help(help);
    // Another package may bring it, or the code may name the driver; where one stands for the other, nothing does.
    let mixed_up = !missing.by_default && !missing.instead.is_empty();
    if target.replaced.is_some_and(|r| r.how.always) {
        // env.py puts another URL in its place.
        draft.at_most(Levels::of("IIII"));
    } else if !mixed_up && missing.vain.is_none() {
        draft.at_most(Levels::of("WWWW"));
    }
}
