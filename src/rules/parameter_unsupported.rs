use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "parameter-unsupported",
    since: "0.1.0",
    levels: Levels::of("EEEE"),
    boot: true,
    traits: COMMON,
    page: include_str!("parameter_unsupported.md"),
    checks: &[Check::Target(of_target), Check::Failure(FailureClass::ParameterUnsupported, check)],
};

fn of_target(target: &Target, settings: &Settings, out: &mut Sink<'_>) {
    // Files alone may be meant for another client, and only the selected database is dialled.
    let dialled = settings.selected().is_some_and(|t| std::ptr::eq(t, target));
    if out.door() == Door::Lint || !dialled {
        return;
    }
    for keyword in target.unsupported_keywords() {
        out.report(format!(
            "the connection parameter `{keyword}` cannot be honoured here, and is not ignored"
        ))
        .at(place(target, &[keyword]), "not honoured here")
        .help(
            "take the keyword out if it is not needed: `pgward show` lists what is in force and who set it",
        );
    }
    if target.lacks_root_file() {
        let mode = target.sslmode().and_then(Result::ok).unwrap_or(SslMode::VerifyFull);
        out.report(format!("sslmode={} needs sslrootcert: a PEM file", mode.as_str()))
            .at(place(target, &["sslmode"]), "verifies a certificate")
            .note("the default ~/.postgresql/root.crt is not read by this version")
            .help("set sslrootcert to the provider's PEM file, or to `system` for a public CA");
    }
}

fn check(target: &Target, failure: &Failure, out: &mut Sink<'_>) {
    // Said above, keyword by keyword.
    if !target.unsupported_keywords().is_empty() {
        return;
    }
    let keyword = unreachable::keyword(target, failure);
    unreachable::report(target, failure, out, keyword.as_slice(), "not honoured here").help(
        "take the keyword out if it is not needed: `pgward show` lists what is in force and who set it",
    );
}
