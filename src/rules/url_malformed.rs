use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "url-malformed",
    since: "0.1.0",
    levels: Levels::of("EEEE"),
    boot: true,
    traits: COMMON,
    page: include_str!("url_malformed.md"),
    checks: &[Check::Target(check)],
};

fn check(target: &Target, _: &Settings, out: &mut Sink<'_>) {
    if !target.is_postgres() || target.oddities.explain() {
        return;
    }
    if target.spelling() == Spelling::Foreign {
        jdbc(target, out);
        return;
    }
    let error = match &target.parsed {
        Ok(conninfo) => {
            unknown(target, out);
            // The rest of what forbids all dialling; ports have a rule of their own.
            match conninfo.endpoints() {
                Err(e) if matches!(e.kind(), ErrorKind::HostCount { .. } | ErrorKind::SocketPathTooLong) => e,
                _ => return,
            }
        }
        Err(error) => error.clone(),
    };
    let error = &error;
    let what = match error.kind() {
        ErrorKind::SchemeUnknown => "it begins with neither `postgresql://` nor `postgres://`".to_owned(),
        kind => format!("{kind} in {}", error.place()),
    };
    out.report(format!("libpq cannot read `{}`: {what}", target.name))
        .at_span(error.range().and_then(|r| target.place_of(r)), "libpq stops here")
        .help(help(error));
}

/// A parameter that no client has is likely a misspelt one, and then something is not as it was meant. As long as
/// only files are read, it may be the business of a client that we do not know.
fn unknown(target: &Target, out: &mut Sink<'_>) {
    if out.door() == Door::Lint {
        return;
    }
    for span in &target.oddities.unknown {
        out.report(format!(
            "libpq cannot read `{}`: it has a parameter that libpq does not know",
            target.name
        ))
        .at_span(*span, "no keyword of libpq, nor of another client in use")
        .help("remove the parameter, or keep it out of the string that libpq reads");
    }
}

/// A Java service reads it; what is named for Java is its own.
fn jdbc(target: &Target, out: &mut Sink<'_>) {
    if target.name.contains("JDBC") || target.name.starts_with("SPRING_") {
        return;
    }
    out.report(format!("`{}` is a JDBC URL, which only Java reads", target.name))
        .at(&target.engine.origin, "a scheme of Java")
        .note("libpq refuses it; sqlx connects to localhost instead")
        .help("write `postgresql://user:password@host:5432/dbname`, with user and password before the host");
}

fn help(error: &Error) -> &'static str {
    match error.kind() {
        ErrorKind::EscapeInvalid => "write `%25` for a `%` that is meant as itself",
        ErrorKind::SpaceRaw => "write `%20` for the space",
        ErrorKind::ParameterSecondEquals => "write `%3D` for the second `=`",
        ErrorKind::ParameterWithoutValue => "parameters are `name=value`, with one `&` between two",
        ErrorKind::BracketOpen | ErrorKind::BracketEmpty | ErrorKind::BracketTrailing => {
            "brackets hold an IPv6 address: `[2001:db8::1]:5432`"
        }
        ErrorKind::EqualsMissing | ErrorKind::QuoteOpen => {
            "pairs are `keyword=value`; a value with blanks stands in single quotes"
        }
        _ => "the form is `postgresql://user:password@host:5432/dbname?sslmode=verify-full`",
    }
}
