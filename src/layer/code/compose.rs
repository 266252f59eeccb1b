//! URLs that code puts together: which part of one each piece is, and whether anything encodes it.

use super::{
    Arg, Composed, Expr, Kind, Language,
    evaluate::{Outcome, Part, Scope},
};

/// A piece of a URL with the part that it is.
pub(super) struct Placed<'e> {
    /// libpq's keyword; none for a piece that is no whole part.
    pub keyword: Option<&'static str>,
    pub hole: &'e Expr,
}

/// The pieces of a text with `{}` or `%s` in it.
pub(super) fn format<'e>(
    scope: &Scope<'e>,
    text: &'e Expr,
    args: &'e [Arg],
    percent: bool,
    out: &mut Vec<Part<'e>>,
) {
    let Some(template) = scope.meant(text).text(scope.source).filter(|t| t.len() < 4096) else { return };
    let mut places: Vec<&'e Expr> = Vec::new();
    for arg in args.iter().filter(|a| a.name.is_none()) {
        match &arg.value.kind {
            Kind::List(all) if percent => places.extend(all),
            _ => places.push(&arg.value),
        }
    }
    let named = |name: &str| args.iter().find(|a| a.name.as_deref() == Some(name)).map(|a| &a.value);
    let (mut rest, mut next) = (template.as_str(), 0);
    while let Some(at) = rest.find(if percent { '%' } else { '{' }) {
        out.push(Part::Text(rest[..at].to_owned()));
        rest = &rest[at..];
        let (name, len) = if percent {
            match rest.as_bytes().get(1) {
                Some(b's' | b'd') => ("", 2),
                _ => ("%", 1),
            }
        } else {
            match rest.find('}') {
                Some(end) => (&rest[1..end], end + 1),
                None => ("{", 1),
            }
        };
        let name = name.split([':', '!']).next().unwrap_or_default();
        let hole = match name.parse::<usize>() {
            _ if name.is_empty() => {
                next += 1;
                places.get(next - 1).copied()
            }
            Ok(n) => places.get(n).copied(),
            Err(_) => named(name),
        };
        match hole {
            Some(hole) => out.push(Part::Hole(hole)),
            None => out.push(Part::Text(rest[..len].to_owned())),
        }
        rest = &rest[len..];
    }
    out.push(Part::Text(rest.to_owned()));
}

/// The parts of a PostgreSQL URL that is put together, by the marks between the pieces. None for another text.
pub(super) fn placed<'e>(outcome: &Outcome<'e>) -> Option<Vec<Placed<'e>>> {
    let pieces = &outcome.pieces;
    let Some(Part::Text(head)) = pieces.first() else { return None };
    let (scheme, _) = head.split_once("://")?;
    let family = scheme.split('+').next().unwrap_or_default();
    if !matches!(family, "postgresql" | "postgres" | "postgis" | "psql") {
        return None;
    }
    // One character that stands in no URL for each hole.
    let (mut text, mut holes) = (String::new(), Vec::new());
    for piece in pieces {
        match piece {
            Part::Text(t) => text.push_str(&t.replace('\0', "")),
            Part::Hole(hole) => {
                holes.push(*hole);
                text.push('\0');
            }
        }
    }
    let body = &text[scheme.len() + 3..];
    let end = body.find(['/', '?']).unwrap_or(body.len());
    let (authority, behind) = body.split_at(end);
    let (userinfo, host) = authority.rsplit_once('@').map_or((None, authority), |(u, h)| (Some(u), h));
    let (user, password) = userinfo.map_or((None, None), |u| match u.split_once(':') {
        Some((user, password)) => (Some(user), Some(password)),
        None => (Some(u), None),
    });
    let (host, port) = host.split_once(':').map_or((host, None), |(h, p)| (h, Some(p)));
    let dbname = behind.strip_prefix('/').map(|b| b.split('?').next().unwrap_or_default());
    let query = behind.split_once('?').map(|(_, q)| q);
    let mut out = Vec::new();
    let mut holes = holes.into_iter();
    let parts = [
        ("user", user),
        ("password", password),
        ("host", Some(host)),
        ("port", port),
        ("dbname", dbname),
        ("", query),
    ];
    for (keyword, text) in parts {
        let text = text.unwrap_or_default();
        for _ in text.matches('\0') {
            let keyword = match keyword {
                "" => None,
                // A password with a mark of its own around it is still one.
                "user" | "password" => Some(keyword),
                _ => (text == "\0").then_some(keyword),
            };
            out.extend(holes.next().map(|hole| Placed { keyword, hole }));
        }
    }
    Some(out)
}

/// The piece of a URL that goes into it as it is although it may hold any character; the password before the user.
pub(super) fn unencoded<'e>(scope: &Scope<'e>, whole: &Expr, placed: &[Placed<'e>]) -> Option<Composed> {
    let raw = |p: &&Placed<'e>| {
        let outcome = scope.evaluate(p.hole);
        let says = |e: &Expr| {
            e.last_name().is_some_and(|n| {
                let n = n.to_ascii_lowercase();
                n.contains("quote") || n.contains("encoded") || n.contains("escaped")
            })
        };
        let literal = outcome.value.is_some() && outcome.taken.is_empty();
        !outcome.encoded && !literal && !says(p.hole)
    };
    let find =
        |keyword| placed.iter().filter(|p| p.keyword == Some(keyword)).find(raw).map(|p| (keyword, p.hole));
    // A user alone is chosen by people who know what a URL is.
    let (part, hole) = find("password")?;
    Some(Composed {
        span: scope.span(&whole.range),
        hole: scope.span(&hole.range),
        part,
        encoder: match scope.language {
            Language::Python => "urllib.parse.quote(…, safe=\"\")",
            Language::JavaScript => "encodeURIComponent(…)",
        },
        word: None,
    })
}
