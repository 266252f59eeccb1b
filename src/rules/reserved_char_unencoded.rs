use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "reserved-char-unencoded",
    since: "0.1.0",
    levels: Levels::of("EEEE"),
    boot: true,
    traits: COMMON,
    page: include_str!("reserved_char_unencoded.md"),
    checks: &[Check::Target(check)],
};

fn check(target: &Target, _: &Settings, out: &mut Sink<'_>) {
    let Some(found) = target.oddities.unencoded.as_ref().filter(|_| target.is_postgres()) else { return };
    // `[YOUR-PASSWORD]` is to be replaced, not encoded.
    if target.credential().is_some_and(|c| c.secret.looks_like_placeholder()) {
        return;
    }
    let character = if found.character == ' ' { "space".into() } else { format!("`{}`", found.character) };
    let part = if found.part == "user" { "user name" } else { "password" };
    let draft = out
        .report(format!("the {part} in `{}` has a {character} that is not percent-encoded", target.name))
        .at_span(found.span, if found.exact { "this one" } else { "in here" })
        .note(match found.character {
            '@' => "libpq looks for the host behind the first `@`, most others behind the last",
            '/' | '?' | '#' => "some readers end the host here, others refuse the URL",
            '%' => "two hexadecimal digits must follow; libpq refuses the URL, others take it as it is",
            '[' | ']' => "readers of URLs take brackets for those of an IPv6 address",
            _ => "libpq refuses it since version 18",
        })
        .help(format!("write `{}` for it", found.encoded));
    if let Some((span, encoded)) = &found.fix {
        draft.edit_part(*span, encoded.clone());
    }
}
