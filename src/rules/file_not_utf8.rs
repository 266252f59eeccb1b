use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "file-not-utf8",
    since: "0.1.0",
    levels: Levels::of("WWWW"),
    boot: false,
    traits: Traits { examples: true, beyond_comments: true, ..COMMON },
    page: include_str!("file_not_utf8.md"),
    checks: &[Check::Layer(check)],
};

fn check(layer: &Layer, out: &mut Sink<'_>) {
    for problem in layer.problems.iter().filter(|p| p.kind == ProblemKind::NotUtf8) {
        // Each variable is read by itself; a file as a whole.
        let (what, rest) = match layer.kind {
            LayerKind::EnvFile | LayerKind::Block => {
                (format!("`{}`", layer.name), "nothing of the file was read")
            }
            _ => ("a variable".to_owned(), "the variable counts as unset"),
        };
        let draft = out
            .report(format!("{what} is not UTF-8"))
            .at_span(problem.span, "the first byte that is none")
            .note(rest)
            .help("save it as UTF-8");
        // `psql` reads it in the encoding of its client, and it may be another engine's; JavaScript goes on with another sign.
        if layer.name.rsplit('.').next() == Some("sql") || is_javascript(&layer.name) {
            draft.at_most(Levels::of("IIII"));
        }
    }
}
