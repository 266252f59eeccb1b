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

fn check(target: &Target, settings: &Settings, out: &mut Sink<'_>) {
    if !target.is_postgres() || target.oddities.explain() {
        return;
    }
    // In the wrong place it is another rule's.
    let reader = match target.spelling() {
        Spelling::Jdbc | Spelling::R2dbc | Spelling::Npgsql if target.is_misplaced() => return,
        Spelling::Jdbc => "JDBC",
        Spelling::R2dbc => "R2DBC",
        Spelling::Npgsql => "Npgsql",
        _ => "libpq",
    };
    let error = match &target.parsed {
        Ok(conninfo) => {
            // The rest of what forbids all dialling; ports have a rule of their own.
            match conninfo.dialled().errors.first() {
                Some(e) if matches!(e.kind(), ErrorKind::HostCount { .. } | ErrorKind::SocketPathTooLong) => {
                    e
                }
                _ => return,
            }
        }
        Err(error) => error,
    };
    let what = match error.kind() {
        ErrorKind::SchemeUnknown if reader == "JDBC" => {
            "it does not begin with `jdbc:postgresql:`".to_owned()
        }
        ErrorKind::SchemeUnknown => "it begins with neither `postgresql://` nor `postgres://`".to_owned(),
        // A pinned libpq: another rule's.
        ErrorKind::KeywordNewer { .. } => return,
        kind => format!("{kind} in {}", error.place()),
    };
    // Who reads it is not known, and what it says is right for clients of Go.
    let of_go = out.door() == Door::Lint && settings.consumers.is_empty() && target.is_as_go_writes();
    let draft = out
        .report(format!("{reader} cannot read `{}`: {what}", target.name))
        .at_span(error.range().and_then(|r| target.place_of(r)), format!("{reader} stops here"))
        .help(help(error, reader));
    if of_go {
        draft.at_most(Levels::of("IIII"));
    }
}

fn help(error: &Error, reader: &str) -> &'static str {
    match error.kind() {
        ErrorKind::EscapeInvalid => "write `%25` for a `%` that is meant as itself",
        ErrorKind::SpaceRaw => "write `%20` for the space",
        ErrorKind::ParameterSecondEquals => "write `%3D` for the second `=`",
        ErrorKind::ParameterWithoutValue => "parameters are `name=value`, with one `&` between two",
        ErrorKind::BracketOpen | ErrorKind::BracketEmpty | ErrorKind::BracketTrailing => {
            "brackets hold an IPv6 address: `[2001:db8::1]:5432`"
        }
        ErrorKind::UserinfoForeign => {
            "write them as parameters: `jdbc:postgresql://host:5432/dbname?user=…&password=…`"
        }
        ErrorKind::PathMissing | ErrorKind::PathTwice => "the form is `jdbc:postgresql://host:5432/dbname`",
        ErrorKind::EqualsMissing | ErrorKind::QuoteOpen => {
            "pairs are `keyword=value`; a value with blanks stands in single quotes"
        }
        _ if reader == "JDBC" => "the form is `jdbc:postgresql://host:5432/dbname?user=…&password=…`",
        _ if reader == "Npgsql" => "the form is `Host=…;Port=5432;Username=…;Password=…;Database=…`",
        _ => "the form is `postgresql://user:password@host:5432/dbname?sslmode=verify-full`",
    }
}
