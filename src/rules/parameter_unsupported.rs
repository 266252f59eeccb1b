use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "parameter-unsupported",
    since: "0.1.0",
    levels: Levels::of("EEEE"),
    boot: true,
    traits: COMMON,
    page: include_str!("parameter_unsupported.md"),
    checks: &[
        Check::Target(of_target),
        Check::Target(of_consumers),
        Check::Failure(FailureClass::ParameterUnsupported, check),
    ],
};

fn of_target(target: &Target, settings: &Settings, out: &mut Sink<'_>) {
    // Files alone may be meant for another client, and only the selected database is dialled.
    let dialled = settings.selected().is_some_and(|t| std::ptr::eq(t, target));
    if out.door() == Door::Lint || !dialled {
        return;
    }
    newer(target, out);
    for keyword in target.unsupported_keywords() {
        out.report(format!(
            "the connection parameter `{keyword}` cannot be honoured here, and is not ignored"
        ))
        .at(place(target, &[keyword]), "not honoured here")
        .help(
            "take the keyword out if it is not needed: `pgward show` lists what is in force and who set it",
        );
    }
}

/// What a client library that is known to read the URL refuses, drops, or hands to the server.
fn of_consumers(target: &Target, settings: &Settings, out: &mut Sink<'_>) {
    // Of most files nobody knows who reads them.
    if settings.consumers.is_empty() {
        return;
    }
    let parameters = target.url_parameters();
    if parameters.is_empty() || target.oddities.explain() {
        return;
    }
    let rows = target.read_by(settings);
    if rows.is_empty() {
        return;
    }
    // What libpq itself takes for no value has a rule of its own.
    let parsed = target.parsed.as_ref().ok().filter(|_| target.spelling().is_native());
    let invalid: Vec<_> =
        parsed.map_or_else(Vec::new, |c| c.invalid_values().into_iter().map(|i| i.keyword).collect());
    for parameter in parameters {
        // So has `channel_binding=require`.
        let bound = |k| k == "channel_binding" && target.get(k).is_some_and(|s| s.value.equals("require"));
        if parameter.keyword.is_some_and(|k| invalid.contains(&k) || bound(k)) {
            continue;
        }
        // A name that nobody has is reported as such.
        let Some(word) = parameter.word() else { continue };
        let what = match (parameter.keyword, parameter.owner) {
            (None, Some(owner)) => format!("`{word}`, a parameter of {owner},"),
            _ => format!("`{word}`"),
        };
        let place = target.place_of(parameter.name.clone());
        let refusals = target.refused_for(settings, &parameter.whole, "");
        let others = |named: &dyn Fn(&Row) -> bool| {
            let refuses = |c: &Setting<Consumer>| refusals.iter().any(|r| r.consumer.value == c.value);
            let all = rows.iter().filter(|(c, row)| !refuses(c) && named(row));
            all.map(|(c, _)| *c).collect::<Vec<_>>()
        };
        let keyword = parameter.keyword;
        let known = |words: &[&str]| keyword.is_some_and(|k| words.contains(&k));
        let settings_of =
            others(&|row| !known(IN_THE_SERVER) && keyword.is_some() && row.settings.contains(&keyword));
        let dropped = others(&|row| known(PROTECTS) && row.ignored.contains(&keyword));
        let names = |all: &[&Setting<Consumer>]| advice::names(all.iter().map(|c| c.value.as_str()));
        let (said, label, consumer, levels) = if let Some(first) = refusals.first() {
            let names = advice::names(refusals.iter().map(|r| r.consumer.value.as_str()));
            (format!("is refused by {names}"), format!("{names} refuses it"), first.consumer, "WWEE")
        } else if let Some(first) = settings_of.first() {
            let said = format!("is handed to the server by {}", names(&settings_of));
            (said, "the server has no setting of this name".to_owned(), *first, "WWEE")
        } else if let Some(first) = dropped.first() {
            // Who was only found in the repository may read another string.
            let levels = if settings.declares(first) { "WWEE" } else { "IIWW" };
            (format!("is dropped by {}", names(&dropped)), "not heeded".to_owned(), *first, levels)
        } else {
            continue;
        };
        let name = consumer.value.as_str();
        // What SQLAlchemy hands to asyncpg has another name.
        let renamed = keyword == Some("sslmode") && word == "sslmode" && target.tls_word() == "ssl";
        let help = if renamed && !refusals.is_empty() {
            "asyncpg's word for it is `ssl`: `ssl=verify-full`, with the server's CA in `PGSSLROOTCERT`"
                .to_owned()
        } else {
            format!("take it out of the URL that {name} reads, and say it in {name}'s own way")
        };
        let mut draft = out
            .report(format!("{what} in `{}` {said}", target.name))
            .at_span(place, label)
            .also(&consumer.origin, format!("{name} is named here"))
            .help(help);
        for refusal in &refusals {
            draft = draft.note(advice::reason(refusal.consumer.value.as_str(), refusal.why));
        }
        if !settings_of.is_empty() {
            draft = draft.note(format!(
                "{} hands it on as a setting of the session, which the server refuses",
                names(&settings_of)
            ));
        }
        if !dropped.is_empty() {
            draft = draft
                .note(format!("{} drops it without a word: what it asks for is not done", names(&dropped)));
        }
        let (range, instead) =
            if renamed { (parameter.name.clone(), "ssl") } else { (parameter.whole.clone(), "") };
        if let Some(span) = target.exact_place_of(range).filter(|_| !refusals.is_empty()) {
            draft = draft.edit_unsafe(span, instead);
        }
        draft.at_most(Levels::of(levels));
    }
}

/// Keywords of libpq that are settings of a session, too.
const IN_THE_SERVER: &[&str] = &["application_name", "client_encoding", "options"];

/// Keywords that somebody may sleep well for.
const PROTECTS: &[&str] = &[
    "sslmode",
    "sslrootcert",
    "sslcert",
    "sslkey",
    "sslcrl",
    "sslnegotiation",
    "channel_binding",
    "require_auth",
    "requirepeer",
    "gssencmode",
    "target_session_attrs",
    "options",
];

/// Keywords that the libpq of pgward.toml does not know.
fn newer(target: &Target, out: &mut Sink<'_>) {
    let inside = target.parsed.as_ref().err().and_then(|error| match error.kind() {
        ErrorKind::KeywordNewer { keyword, since } => {
            Some((keyword, since.major(), error.range().and_then(|range| target.place_of(range))))
        }
        _ => None,
    });
    let fixed = target
        .newer
        .iter()
        .filter_map(|(keyword, setting)| Some((*keyword, keyword_since(keyword)?.major(), setting.span())));
    for (keyword, since, span) in inside.into_iter().chain(fixed) {
        out.report(format!(
            "the connection parameter `{keyword}` needs libpq {since}, and pgward.toml says an older one"
        ))
        .at_span(span, "not known to that libpq")
        .help("take the keyword out, or raise `libpq` in pgward.toml when the service has a newer one");
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
