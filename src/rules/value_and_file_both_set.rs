use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "value-and-file-both-set",
    since: "0.1.0",
    levels: Levels::of("WWEE"),
    boot: true,
    traits: COMMON,
    page: include_str!("value_and_file_both_set.md"),
    checks: &[Check::Settings(check)],
};

fn check(settings: &Settings, out: &mut Sink<'_>) {
    for file in &settings.secret_files {
        let Some(plain) = &file.plain else { continue };
        out.report(format!("`{}` and `{}` are both set", file.key, file.variable.key))
            .at(&file.variable.origin, "the value stands in this file")
            .also(&plain.origin, "and here")
            .note("pgward goes by the file, as django-environ does; the images of docker-library refuse to start")
            .help("remove one of the two");
    }
}
