use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "file-too-large",
    since: "0.1.0",
    levels: Levels::of("WWWW"),
    boot: false,
    traits: Traits { examples: true, beyond_comments: true, ..COMMON },
    page: include_str!("file_too_large.md"),
    checks: &[Check::Layer(check)],
};

fn check(layer: &Layer, out: &mut Sink<'_>) {
    for problem in layer.problems.iter().filter(|p| p.kind == ProblemKind::TooLarge) {
        out.report(format!("`{}` is larger than 4 MiB and was not read", layer.name))
            .at_span(problem.span, "nothing of it was judged")
            .help("is this an env file? if so, keep in it what the service reads");
    }
}
