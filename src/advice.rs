//! Commands and SQL for a help text. A name is written out only where it was proved harmless and needs no thought
//! about quoting; else a word in capitals stands for it. A password never is.

use crate::{
    near,
    probe::quote_identifier,
    secret::Part,
    settings::{Form, Hosted, Target},
    x509::rfc3339,
};

/// Of a server that the repository runs in the cluster itself: who asks for TLS there is refused.
const SERVED_IN_CLEAR: &str =
    "the server there is run without TLS, by an image as it comes: give it a certificate first";

/// Of a way that the platform itself encrypts.
const TUNNELLED: &str = "the platform's own network encrypts the way there, and its servers may take no TLS beneath: asyncpg's `prefer` fails";

/// Why a connection without TLS may be meant, where the policy does not ask for it.
pub(crate) fn meant_in_clear(target: &Target) -> Option<&'static str> {
    if target.tls_required {
        return None;
    }
    let tunnelled = || target.hosted().is_some_and(Hosted::is_tunnelled).then_some(TUNNELLED);
    target.around.served_in_clear.then_some(SERVED_IN_CLEAR).or_else(tunnelled)
}

/// The options that lead libpq's programs to the same server: ` -h db -p 5432`, or nothing for its defaults.
pub(crate) fn client(target: &Target) -> String {
    let option = |flag: &str, keyword: &str, word: &str| {
        // A list of hosts brings a list of ports, which may name none.
        let said = |part: &Part| part.shown().is_none_or(|text| !text.bytes().all(|b| b == b','));
        let part = &target.get(keyword).filter(|s| said(&s.value))?.value;
        Some(format!(" -{flag} {}", shell(Some(part), word)))
    };
    let host = option("h", "host", "HOST").or_else(|| option("h", "hostaddr", "HOST"));
    format!("{}{}", host.unwrap_or_default(), option("p", "port", "PORT").unwrap_or_default())
}

/// How TLS with a verified name is asked for in this target's own words.
pub(crate) fn verify_full(target: &Target) -> &'static str {
    match (target.tls_word(), target.form) {
        ("ssl", _) => "`ssl=verify-full`, and `PGSSLROOTCERT` with the server's CA",
        (_, Form::Url) => "`sslmode=verify-full`, and `sslrootcert` with the server's CA",
        _ => "`PGSSLMODE=verify-full`, and `PGSSLROOTCERT` with the server's CA",
    }
}

/// The first host and its port for `openssl s_client -connect`.
pub(crate) fn connect_to(target: &Target) -> String {
    let first = |keyword: &str, word: &str| {
        let part = &target.get(keyword)?.value;
        let Some(text) = part.shown() else { return Some(word.to_owned()) };
        let first = text.split(',').next().unwrap_or_default();
        (!first.is_empty()).then(|| if is_word(first) { first } else { word }.to_owned())
    };
    let host =
        first("host", "HOST").or_else(|| first("hostaddr", "HOST")).filter(|h| !h.starts_with(['/', '@']));
    let port = first("port", "PORT").unwrap_or_else(|| "5432".to_owned());
    match host {
        Some(host) if host.contains(':') => format!("[{host}]:{port}"),
        Some(host) => format!("{host}:{port}"),
        None => format!("HOST:{port}"),
    }
}

/// The host for a command that takes one name; `HOST` if there are several, or none that may be written out.
pub(crate) fn host(target: &Target) -> String {
    let host = shell(target.get("host").map(|s| &s.value), "HOST");
    if host.contains([',', '/', '@']) { "HOST".to_owned() } else { host }
}

/// Which of the few hosts that everybody has was meant by a name that does not resolve.
pub(crate) fn misspelt_host(host: &str) -> Option<&'static str> {
    let host = host.to_ascii_lowercase();
    let far = if host.len() > 8 { 2 } else { 1 };
    near::nearest(&host, ["localhost", "host.docker.internal"], far).filter(|word| *word != host)
}

/// A word of a command line, or the word that stands for it.
pub(crate) fn shell(part: Option<&Part>, word: &str) -> String {
    part.and_then(Part::shown).filter(|text| is_word(text)).unwrap_or(word).to_owned()
}

/// A quoted identifier, or the word that stands for it.
pub(crate) fn sql(part: Option<&Part>, word: &str) -> String {
    identifier(part.and_then(Part::shown), word)
}

/// As [`sql`], for a name that the server sent: what could disturb a terminal is not repeated.
pub(crate) fn identifier(name: Option<&str>, word: &str) -> String {
    let safe = |name: &&str| !name.is_empty() && name.len() <= 63 && !name.contains(|c: char| c.is_control());
    name.filter(safe).map_or_else(|| word.to_owned(), quote_identifier)
}

/// Letters, digits, `_` and `-`: the name of an extension that may be written out.
pub(crate) fn is_plain(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 63
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b))
}

/// The name of an extension, or the mask.
pub(crate) fn extension(name: &str) -> &str {
    if is_plain(name) { name } else { crate::secret::MASK }
}

/// No shell reads anything else into it, and no program takes it for an option.
fn is_word(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"._-/:,@%+".contains(&b);
    !text.is_empty() && !text.starts_with('-') && text.bytes().all(plain)
}

/// Names in a sentence: `a`, `a and b`, `a, b and c`; each once.
pub(crate) fn names<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    let mut seen: Vec<&str> = Vec::new();
    for name in names {
        if !seen.contains(&name) {
            seen.push(name);
        }
    }
    match &seen[..] {
        [most @ .., last] if !most.is_empty() => format!("{} and {last}", most.join(", ")),
        _ => seen.concat(),
    }
}

/// A day, in UTC: `2027-01-01`.
pub(crate) fn day(seconds: u64) -> String {
    let moment = rfc3339(seconds);
    moment.split('T').next().unwrap_or_default().to_owned()
}

/// A library's own reason, with its name unless the reason has it.
pub(crate) fn reason(name: &str, why: &str) -> String {
    if why.contains(name) { why.to_owned() } else { format!("{name}: {why}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::configuration::{Configuration, Input};

    fn with(url: &str, check: impl FnOnce(&Target)) {
        let variables = [("DATABASE_URL".to_owned(), url.as_bytes().to_vec())].into();
        let configuration = Configuration::new(Input { variables, ..Input::default() });
        check(configuration.settings.selected().expect("a target"));
    }

    #[test]
    fn commands_lead_to_the_same_server() {
        with("postgresql://app:k3Vq9mT2@db.example.com:6432/shop", |t| {
            assert_eq!(client(t), " -h db.example.com -p 6432");
            assert_eq!(connect_to(t), "db.example.com:6432");
            assert_eq!(sql(t.get("user").map(|s| &s.value), "ROLE"), "\"app\"");
        });
        with("postgresql://app@[2001:db8::1],b/shop", |t| {
            assert_eq!((client(t), connect_to(t)), (" -h 2001:db8::1,b".into(), "[2001:db8::1]:5432".into()));
        });
        with("postgresql:///shop", |t| {
            assert_eq!((client(t), connect_to(t)), (String::new(), "HOST:5432".into()));
        });
    }

    #[test]
    fn nothing_unproved_is_written_out() {
        assert_eq!(shell(Some(&Part::masked("hunter2")), "HOST"), "HOST");
        assert_eq!(sql(Some(&Part::masked("hunter2")), "ROLE"), "ROLE");
        for odd in ["a b", "$(id)", "-rf", "a;b", "`id`", "~", "", "a'b", "a\nb"] {
            assert_eq!(shell(Some(&Part::harmless(odd)), "HOST"), "HOST", "{odd}");
        }
        assert_eq!(identifier(Some("a\"b"), "ROLE"), "\"a\"\"b\"");
        assert_eq!(identifier(Some("a\x1b[2J"), "ROLE"), "ROLE");
    }
}
