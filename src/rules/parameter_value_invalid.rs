use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "parameter-value-invalid",
    since: "0.1.0",
    levels: Levels::of("EEEE"),
    boot: true,
    traits: COMMON,
    page: include_str!("parameter_value_invalid.md"),
    checks: &[Check::Target(check)],
};

fn check(target: &Target, settings: &Settings, out: &mut Sink<'_>) {
    let Some(conninfo) = target.parsed.as_ref().ok().filter(|_| target.is_postgres()) else { return };
    if !target.spelling().is_native() || target.oddities.explain() {
        return;
    }
    let lint = out.door() == Door::Lint;
    for invalid in conninfo.invalid_values() {
        let keyword = invalid.keyword;
        // The word is right, and wrong beside the `sslmode`: that has a rule of its own.
        if keyword == "sslnegotiation" && target.wants_direct_tls() {
            continue;
        }
        let expected = match invalid.expected {
            Expected::OneOf(words) | Expected::OneOfIgnoreCase(words) => one_of(words),
            Expected::ListOf(words) => format!("a list of {}", words.join(", ")),
            Expected::Integer => "a whole number".to_owned(),
            Expected::NotBelow(minimum) if target.has(minimum) => format!("nothing below `{minimum}`"),
            Expected::NotBelow(minimum) => {
                format!("nothing below TLSv1.2, which `{minimum}` is where nobody sets it")
            }
        };
        let setting = target.get(keyword);
        let key = setting.map_or(target.name.as_str(), |s| s.key.as_str());
        // SQLAlchemy hands `ssl` to asyncpg.
        let asyncpg = keyword == "sslmode" && key == target.name && target.tls_written() == "ssl";
        let (keyword, reader) = if asyncpg { ("ssl", "asyncpg") } else { (keyword, "libpq") };
        let draft = out
            .report(format!("`{keyword}` in `{key}` has a value that {reader} refuses"))
            .at(target.origin_of(invalid.keyword), format!("takes {expected}"));
        // A word of node-postgres, which alone reads it, or of whom nobody knows who reads it.
        let node = setting.is_some_and(|s| s.value.secret().equals_ignore_case("no-verify"));
        let known = !settings.consumers.is_empty() || target.form == Form::Url;
        let other = settings.consumers.iter().any(|c| c.value != Consumer::NodePostgres);
        if node && lint && !other && (!known || !settings.consumers.is_empty()) {
            draft.help("only node-postgres takes it; libpq has `require`").at_most(Levels::of("IIII"));
            continue;
        }
        let Some(meant) = setting.and_then(|s| meant(invalid.keyword, s.value.secret(), invalid.expected))
        else {
            draft.help(format!("`{keyword}` takes {expected}"));
            continue;
        };
        let draft = draft.help(format!("did you mean `{meant}`?"));
        // What may be shown stands in the source as it is.
        if let Some(span) = setting.filter(|s| s.value.is_harmless()).and_then(Setting::span) {
            let draft = draft.edit(span, meant);
            // To node-postgres it means TLS without a look at the certificate, and `require` one with it.
            if node {
                draft.needs_a_look();
            }
        }
    }
}

fn one_of(words: &[&str]) -> String {
    match words {
        [one] => format!("only {one} here"),
        [most @ .., last] => format!("{} or {last}", most.join(", ")),
        [] => String::new(),
    }
}

/// The word that was meant: the right one in other letters, or one of another client or database.
fn meant(keyword: &str, value: &Secret, expected: Expected) -> Option<&'static str> {
    let Expected::OneOf(words) = expected else { return None };
    let own = words.iter().copied().find(|word| value.equals_ignore_case(word));
    let foreign =
        || SSLMODES.iter().find(|(wrong, _)| value.equals_ignore_case(wrong)).map(|(_, right)| *right);
    own.or_else(|| if keyword == "sslmode" && words.len() > 1 { foreign() } else { None })
}

/// Spellings of MySQL, node-postgres and of haste. None becomes weaker than what was written.
const SSLMODES: &[(&str, &str)] = &[
    ("required", "require"),
    ("requires", "require"),
    ("true", "require"),
    ("no-verify", "require"),
    ("preferred", "prefer"),
    ("verify_ca", "verify-ca"),
    ("verifyca", "verify-ca"),
    ("verify_full", "verify-full"),
    ("verifyfull", "verify-full"),
    ("verify_identity", "verify-full"),
    ("disabled", "disable"),
];
