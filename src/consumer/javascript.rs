//! JavaScript's view of a text: the functions that Node's clients take a connection string apart with.

use url::Url;

/// `new URL(text, base)`. Node takes three things otherwise than the `url` crate: a `\` at the beginning of a relative
/// reference is no slash, an empty user with an empty host is refused, and so is a `\` behind the colon of a port.
pub(super) fn url(text: &str, base: Option<&str>) -> Option<Url> {
    let base = base.and_then(|b| Url::parse(b).ok());
    let parse = |text: &str| Url::options().base_url(base.as_ref()).parse(text).ok();
    let trimmed = text.trim_start_matches(|c| c <= ' ');
    if trimmed.starts_with('\\') {
        return parse(&format!("./{trimmed}"));
    }
    let url = parse(text)?;
    let plain: String = trimmed.chars().filter(|c| !"\t\n\r".contains(*c)).collect();
    let scheme = url.scheme().len();
    let own = plain.get(..scheme).is_some_and(|s| s.eq_ignore_ascii_case(url.scheme())) && !url.is_special();
    let authority = plain.get(scheme..).and_then(|rest| rest.strip_prefix("://")).filter(|_| own);
    let authority = authority.and_then(|rest| rest.split(['/', '?', '#']).next()).unwrap_or_default();
    let (userinfo, places) =
        authority.rsplit_once('@').map_or((None, authority), |(userinfo, places)| (Some(userinfo), places));
    let refused = places.contains('\\') || (places.is_empty() && matches!(userinfo, Some("" | ":")));
    if refused { None } else { Some(url) }
}

/// `url.hostname`.
pub(super) fn hostname(url: &Url) -> &str {
    url.host_str().unwrap_or_default()
}

/// `parseInt(text, radix)`, as the number of a port: 0 to 65535, or none that could be dialled.
pub(super) fn port(text: &str, hexadecimal: bool) -> Option<u16> {
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    let text = text.strip_prefix('+').unwrap_or(text);
    let hex = ["0x", "0X"].iter().find_map(|p| text.strip_prefix(p)).filter(|_| hexadecimal);
    let (digits, radix) = hex.map_or((text, 10), |digits| (digits, 16));
    let mut number: Option<u16> = None;
    for digit in digits.chars().map_while(|c| c.to_digit(radix)) {
        let grown = u32::from(number.unwrap_or_default()) * radix + digit;
        number = Some(u16::try_from(grown).ok()?);
    }
    number
}

/// `text.replace(old, new)` with texts: the first place alone, and `$` has its meanings in `new`.
pub(super) fn replace(text: &str, old: &str, new: &str) -> String {
    let Some(at) = text.find(old) else { return text.to_owned() };
    let (before, behind) = (&text[..at], &text[at + old.len()..]);
    let mut out = before.to_owned();
    let mut rest = new;
    // Each `$'` may repeat what stands before or behind, so that a hostile text grows with its square; none is read
    // any more once it is longer than a connection string could be.
    while let Some((plain, dollar)) = rest.split_once('$').filter(|_| out.len() < LONGEST) {
        out.push_str(plain);
        let meaning = match dollar.as_bytes().first() {
            Some(b'$') => Some("$"),
            Some(b'&') => Some(old),
            Some(b'`') => Some(before),
            Some(b'\'') => Some(behind),
            _ => None,
        };
        out.push_str(meaning.unwrap_or("$"));
        rest = if meaning.is_some() { &dollar[1..] } else { dollar };
    }
    out + rest + behind
}

const LONGEST: usize = 1 << 20;

/// `encodeURI(text)` where a space or a `%` without two digits stands in it, as pg-connection-string prepares a text.
pub(super) fn mended(text: &str) -> String {
    let hex = |byte: Option<&u8>| byte.map(u8::is_ascii_hexdigit);
    let bytes = text.as_bytes();
    let broken = |at: usize| match bytes[at] {
        b' ' => true,
        b'%' => matches!(
            (hex(bytes.get(at + 1)), hex(bytes.get(at + 2))),
            (Some(false), _) | (Some(true), Some(false))
        ),
        _ => false,
    };
    if !(0..bytes.len()).any(broken) {
        return text.to_owned();
    }
    // `%25` before two decimal digits becomes `%` again.
    let encoded = super::percent::encode_uri(text);
    let mut out = String::with_capacity(encoded.len());
    let mut rest = encoded.as_str();
    while let Some(at) = rest.find("%25") {
        let behind = &rest[at + 3..];
        out.push_str(&rest[..at]);
        let digits = behind.as_bytes().get(..2).is_some_and(|d| d.iter().all(u8::is_ascii_digit));
        out.push_str(if digits { "%" } else { "%25" });
        rest = if digits {
            out.push_str(&behind[..2]);
            &behind[2..]
        } else {
            behind
        };
    }
    out + rest
}
