use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "dotenv-syntax",
    since: "0.1.0",
    levels: Levels::of("EEEE"),
    boot: false,
    traits: Traits { examples: true, ..COMMON },
    page: include_str!("dotenv_syntax.md"),
    checks: &[Check::Settings(check)],
};

fn check(settings: &Settings, out: &mut Sink<'_>) {
    misread::report(settings, Teller::Of(Cause::Syntax), &[], out, |found, subject| {
        let Some(refusal) = found.refusal.as_ref().filter(|r| r.all && found.told) else {
            return format!("{subject} is no assignment to every loader");
        };
        let loaders: Vec<&str> = refusal.loaders.iter().map(|l| l.as_str()).collect();
        let (loaders, one) = (loaders.join(", "), loaders.len() == 1);
        match (refusal.keeps, one) {
            (true, true) => format!("{loaders} stops at {subject}: what stands below is not set"),
            (true, false) => format!("{loaders} stop at {subject}: what stands below is not set"),
            (false, true) => format!("{loaders} refuses the file at {subject}: nothing of it is set"),
            (false, false) => format!("{loaders} refuse the file at {subject}: nothing of it is set"),
        }
    });
}
