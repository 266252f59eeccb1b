use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "url-parts-conflict",
    since: "0.1.0",
    levels: Levels::of("WWEE"),
    boot: true,
    traits: Traits { fills_in: true, ..COMMON },
    page: include_str!("url_parts_conflict.md"),
    checks: &[Check::Target(check)],
};

fn check(target: &Target, settings: &Settings, out: &mut Sink<'_>) {
    let primary = target.role == Role::Primary && target.environment.is_none();
    // Where the text is not certain, neither is the difference.
    if !primary || !target.is_postgres() || target.oddities.explain() {
        return;
    }
    let what = match target.form {
        Form::Url => "URL",
        Form::Document => "document",
        Form::Parts | Form::Toggle => return,
    };
    // The code that reads the one may build it from the other; two others are its own business.
    let document = settings.document.as_ref().filter(|d| target.form == Form::Url && d.is_valid());
    if let Some(document) = document {
        report(target, what, &document.key, &target.differences(&document.parts), out);
    }
    if let Some(set) = &settings.parts {
        let differences = target.differences(&set.parts);
        let draft = report(target, what, set.name, &differences, out);
        // Which of the two a program connects by stands there.
        let code = settings.whereabouts.as_ref().is_some_and(Whereabouts::is_code);
        // What the server makes first is no service's own, and the URL says which is.
        let of_all =
            target.around.database_of_all && matches!(&differences[..], [one] if one.keyword == "dbname");
        if let Some(draft) = draft.filter(|_| code || of_all) {
            draft.at_most(Levels::of("IIII"));
        }
    }
}

fn report<'o>(
    target: &Target,
    form: &str,
    other: &str,
    differences: &[Difference<'_>],
    out: &'o mut Sink<'_>,
) -> Option<Draft<'o>> {
    let first = differences.first()?;
    let word = |keyword| if keyword == "dbname" { "database" } else { keyword };
    let what: Vec<&str> = differences.iter().map(|d| word(d.keyword)).collect();
    let mut draft = out
        .report(format!("`{}` and `{other}` disagree about the {}", target.name, what.join(" and ")))
        .at(&first.own.origin, format!("one {} here", what[0]))
        .note(match form {
            "URL" => "pgward goes by the URL; code that builds its URL from the variables reaches the other database",
            _ => "pgward goes by the document; code that reads the variables reaches the other database",
        })
        .help("keep one of the two, or make them agree");
    for (i, difference) in differences.iter().enumerate() {
        if i > 0 {
            draft = draft.also(&difference.own.origin, format!("one {} here", what[i]));
        }
        draft = draft.also(&difference.other.origin, format!("another in `{}`", difference.other.key));
    }
    Some(draft)
}
