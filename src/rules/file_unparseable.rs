use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "file-unparseable",
    since: "0.1.0",
    levels: Levels::of("WWWW"),
    boot: false,
    traits: Traits { examples: true, beyond_comments: true, ..COMMON },
    page: include_str!("file_unparseable.md"),
    checks: &[Check::Layer(check)],
};

fn check(layer: &Layer, out: &mut Sink<'_>) {
    if let Some(nested) = layer.problems.iter().find(|p| p.kind == ProblemKind::TooNested) {
        let json = Carrier::of_name(&layer.name) == Some(Carrier::Json);
        let large = if json { "has too many values" } else { "made too large by its aliases" };
        let draft = out
            .report(format!("`{}` is nested too deeply, or {large}, to be read", layer.name))
            .at_span(nested.span, "from here on")
            .note("what is written there is not judged")
            .help("is this a file that people write? if not, leave it out with `exclude` in pgward.toml");
        // Programs write numbers by the million; a cascade of aliases somebody wrote.
        if json && may_be_anything(&layer.name) {
            draft.at_most(Levels::of("IIII"));
        }
        return;
    }
    let lines: Vec<Span> = layer.problems.iter().filter(|p| p.kind.is_syntax()).map(|p| p.span).collect();
    // Single lines of a file that is read otherwise are told one by one, with what each loader makes of them;
    // so is the one at which the loader gives up.
    let Some(first) = lines.first().filter(|_| layer.entries.is_empty() && !layer.refused) else { return };
    if layer.kind == LayerKind::Block {
        let draft = out
            .report(format!("`{}` cannot be read as what it is by its name", layer.name))
            .at_span(*first, "from here on")
            .note("what is written there is not judged")
            .help("a linter of the format says what is wrong; a template is read when it is rendered");
        if may_be_anything(&layer.name) {
            draft.at_most(Levels::of("IIII"));
        }
        return;
    }
    let count = if lines.len() == 1 { "a line".into() } else { format!("{} lines", lines.len()) };
    let mut draft = out
        .report(format!("{count} of `{}` cannot be read", layer.name))
        .at_span(*first, "not `NAME=value`")
        .note("a loader skips it or stops here: what is written there is not set")
        .help("write `NAME=value`; a quote that is opened must be closed");
    for line in lines.iter().skip(1).take(3) {
        draft = draft.also_span(*line, "nor this");
    }
}

/// Of such a file nobody knows whether it has to do with a database; a platform's manifest says what runs there. What an editor
/// keeps of a file was saved in the middle of being written.
fn may_be_anything(name: &str) -> bool {
    let general = matches!(Carrier::of_name(name), Some(Carrier::Json | Carrier::Yaml | Carrier::Toml));
    general && of_manifest(name).is_none() || name.split(['/', '\\']).any(|part| part == ".history")
}
