//! One string, several libraries: what each makes of it beside what it means, and whether two of them part ways.

use super::{
    Accepted, Aspect, Backend, Comparison, Consumer, Reading, Shift, Verdict, comparison::by_socket, libpq,
};
use crate::{
    conninfo::{self, Conninfo, DEFAULT_PORT, Libpq, names_asyncpg},
    secret::{Part, Secret},
};

/// What one library makes of a string.
#[derive(Clone, Debug)]
pub struct Row {
    /// The library.
    pub consumer: Consumer,
    /// It refuses the string, or goes on and fails before it dials: why, in our words.
    pub refused: Option<&'static str>,
    /// It dials a name that no host can have: what it takes for the host is a part of the password, or a reference that
    /// nothing filled in.
    pub nowhere: bool,
    /// The engine that it takes the string for.
    pub backend: Backend,
    /// The parts that are not what the string means, each as this library has it.
    pub differs: Vec<(Aspect, Part)>,
    /// It protects the connection less or more than the string asks for.
    pub encryption: Option<Shift>,
    /// Parameters that it drops, by libpq's keyword; none for a name that is no keyword.
    pub ignored: Vec<Option<&'static str>>,
    /// Parameters that it hands to the server as settings of the session, likewise.
    pub settings: Vec<Option<&'static str>>,
}

impl Row {
    /// The gravest that is to be said of it.
    pub fn verdict(&self) -> Verdict {
        if self.refused.is_some() {
            Verdict::Rejected
        } else if self.nowhere || !self.differs.is_empty() {
            Verdict::DifferentTarget
        } else if matches!(self.encryption, Some(Shift::Weaker { .. })) {
            Verdict::DifferentEncryption
        } else if !self.ignored.is_empty() || !self.settings.is_empty() {
            Verdict::IgnoredParameter
        } else {
            Verdict::Accepted
        }
    }
}

/// What each of some libraries makes of a string, beside what it means: to libpq, whatever its scheme is, without the
/// parameters that libpq does not know, and for JDBC's and Npgsql's in libpq's keywords. A string that means nothing to libpq is compared with nothing. `postgres`: it
/// is no other engine's; there only the engine is compared, with the first library that knows it.
pub fn compare(text: &Secret, postgres: bool, consumers: impl IntoIterator<Item = Consumer>) -> Vec<Row> {
    let visible = Visible::of(text.expose());
    let other = |c: Consumer| {
        Some(c.read(text)).filter(
            |r| matches!(r, Reading::Accepted(a) if a.backend != Backend::Postgres && a.later.is_none()),
        )
    };
    let meant = if postgres { meaning(text.expose()) } else { Consumer::ALL.into_iter().find_map(other) };
    let row = |consumer: Consumer| {
        let reading = consumer.read(text);
        let reference = meant.as_ref().unwrap_or(&reading);
        let compared = Comparison::between(reference, &reading);
        let (backend, part): (_, Box<dyn Fn(Aspect) -> Part>) = match &reading {
            Reading::Accepted(a) => (a.backend, Box::new(|aspect| part(a, aspect, &visible))),
            Reading::Rejected(_) => (Backend::Postgres, Box::new(|_| Part::default())),
        };
        // Where nothing in the string speaks of encryption, each library's habit is no reading of it.
        let speaks = |r: &Reading| matches!(r, Reading::Accepted(a) if a.sslmode.is_some());
        let differs = |aspect: &Aspect| match aspect {
            Aspect::Engine => true,
            _ if !postgres || compared.differs.contains(&Aspect::Engine) => false,
            Aspect::Hosts => !share_default(reference, &reading),
            _ => true,
        };
        let names = |names: &[Secret]| names.iter().map(|n| conninfo::keyword(n.expose())).collect();
        Row {
            consumer,
            refused: compared.refused,
            nowhere: nowhere(&reading),
            backend,
            differs: compared.differs.iter().copied().filter(differs).map(|a| (a, part(a))).collect(),
            encryption: compared.encryption.filter(|_| postgres && (speaks(reference) || speaks(&reading))),
            ignored: names(&compared.ignored),
            settings: names(&compared.settings),
        }
    };
    consumers.into_iter().map(row).collect()
}

/// Two of some libraries that a string leads to different servers, roles or databases, with the parts that differ.
/// This machine is one server, by whatever name or socket it is reached.
pub fn disagreement(text: &Secret, consumers: &[Consumer]) -> Option<(Consumer, Consumer, Vec<Aspect>)> {
    if consumers.len() < 2 {
        return None;
    }
    let mut read = consumers.iter().filter_map(|consumer| match consumer.read(text) {
        Reading::Accepted(a) if a.later.is_none() && a.backend == Backend::Postgres => Some((*consumer, a)),
        _ => None,
    });
    let (first, reference) = read.next()?;
    read.find_map(|(other, accepted)| {
        let compared =
            Comparison::between(&Reading::Accepted(reference.clone()), &Reading::Accepted(accepted.clone()));
        let apart = |aspect: &Aspect| match aspect {
            Aspect::Password => false,
            Aspect::Hosts => places(&reference) != places(&accepted),
            Aspect::Engine | Aspect::User | Aspect::Dbname => true,
        };
        let parts: Vec<Aspect> = compared.differs.into_iter().filter(apart).collect();
        (!parts.is_empty()).then_some((first, other, parts))
    })
}

/// Whether a library that goes on with `before` goes on with `after` just the same: server, role, password, database,
/// driver and encryption, which over a socket is none to those that do as libpq does. True for one that `before` is no
/// use to.
pub fn keeps(consumer: Consumer, before: &Secret, after: &Secret) -> bool {
    let (old, new) = (consumer.read(before), consumer.read(after));
    let compared = Comparison::between(&old, &new);
    if compared.reference_refused.is_some() {
        return true;
    }
    let (Reading::Accepted(old), Reading::Accepted(new)) = (&old, &new) else { return false };
    let same = |a: &Option<Secret>, b: &Option<Secret>| match (a, b) {
        (Some(a), Some(b)) => a.same_as(b),
        (None, None) => true,
        _ => false,
    };
    let socket = |a: &Accepted| by_socket(&a.clone().dialled());
    let passed_over = consumer.does_tls_as_libpq() && socket(old) && socket(new);
    compared.refused.is_none()
        && compared.differs.is_empty()
        && (old.encryption == new.encryption || passed_over)
        && same(&old.driver, &new.driver)
}

/// What libpq would make of a string that is meant for it, or of the keywords that mean the same as a string of JDBC
/// or Npgsql.
fn meaning(text: &str) -> Option<Reading> {
    let dials = |r: &Reading| matches!(r, Reading::Accepted(a) if a.later.is_none()) && !nowhere(r);
    if text.starts_with("jdbc:") || conninfo::is_npgsql(text) {
        let parsed = Conninfo::parse_jdbc(text).or_else(|_| Conninfo::parse_npgsql(text)).ok()?;
        return Some(libpq::told(&parsed)).filter(dials);
    }
    let read = |text: &Secret| Some(Consumer::Libpq.read(text)).filter(dials);
    if let Some(reading) = read(&Secret::new(text)) {
        return Some(reading);
    }
    let parsed = Conninfo::parse_passing_unknown(text, Libpq::V18).ok()?;
    let mut plain = String::from("postgresql");
    let mut at = parsed.scheme()?.end;
    // asyncpg's `ssl`, in libpq's words.
    let ssl = |p: &&conninfo::Parameter| names_asyncpg(text) && text.get(p.name.clone()) == Some("ssl");
    let renamed = parsed.parameters().iter().filter(ssl);
    let renamed = renamed.map(|p| (p.name.start, Some(p.value.clone())));
    let mut edits: Vec<_> = parsed.unknown().iter().map(|name| (name.start, None)).chain(renamed).collect();
    edits.sort_by_key(|(start, _)| *start);
    for (start, value) in edits {
        plain.push_str(text.get(at..start)?);
        at = match value {
            Some(value) => {
                plain.push_str("sslmode=");
                plain.push_str(&text.get(value.clone())?.replace('_', "-"));
                value.end
            }
            None => text[start..].find('&').map_or(text.len(), |i| start + i + 1),
        };
    }
    // libpq takes a last `&`, and a `?` with nothing behind it.
    plain.push_str(text.get(at..)?);
    read(&Secret::new(plain))
}

/// Whether both choose the host themselves and may choose the same.
fn share_default(one: &Reading, other: &Reading) -> bool {
    let (Reading::Accepted(one), Reading::Accepted(other)) = (one, other) else { return false };
    let shared = |(host, port): &(Secret, u16)| {
        let wanted = host.expose().trim_start_matches("/var");
        one.hosts.iter().any(|(h, p)| h.expose().trim_start_matches("/var") == wanted && p == port)
    };
    one.host_is_default && other.host_is_default && other.hosts.iter().any(shared)
}

/// Whether a library would dial what cannot be a host.
fn nowhere(reading: &Reading) -> bool {
    let odd = |(host, _): &(Secret, u16)| !conninfo::are_possible_hosts(host.expose());
    matches!(reading, Reading::Accepted(a) if a.backend == Backend::Postgres && a.hosts.iter().any(odd))
}

/// Hosts and ports with one name for this machine.
fn places(accepted: &Accepted) -> Vec<(String, u16)> {
    let place = |(host, port): &(Secret, u16)| {
        let name = host.expose().trim_end_matches('.').to_ascii_lowercase();
        let here = ["", "localhost", "127.0.0.1", "::1", "/var/run/postgresql", "/run/postgresql", "/tmp"];
        (if here.contains(&name.as_str()) { String::new() } else { name }, *port)
    };
    let mut all: Vec<_> = accepted.hosts.iter().map(place).collect();
    // A library may try several places of this machine.
    let here = |(name, _): &(String, u16)| name.is_empty();
    if accepted.host_is_default || all.iter().all(here) {
        all.truncate(1);
    }
    if accepted.host_is_default {
        all = vec![(String::new(), all.first().map_or(DEFAULT_PORT, |(_, port)| *port))];
    }
    all
}

/// A part as a library has it, with the proof: it stands among what of the string may be shown, or is a word of ours.
fn part(accepted: &Accepted, aspect: Aspect, visible: &Visible<'_>) -> Part {
    let text = |field: &Option<Secret>| field.as_ref().map_or_else(String::new, |s| s.expose().to_owned());
    let proved = |value: String| {
        let proof = value.is_empty() || visible.holds(&value);
        Part::with_proof(value, proof)
    };
    match aspect {
        Aspect::Hosts => {
            let known = |host: &str| accepted.host_is_default || host == "localhost" || visible.holds(host);
            let shown = |port: u16| port == DEFAULT_PORT || visible.holds(&port.to_string());
            let one = |(host, port): &(Secret, u16)| {
                let bare = host.expose().trim_start_matches('[').trim_end_matches(']');
                let proof = known(bare) && shown(*port);
                let port = if *port == DEFAULT_PORT { String::new() } else { format!(":{port}") };
                (format!("{}{port}", host.expose()), proof)
            };
            let all: Vec<(String, bool)> = accepted.hosts.iter().map(one).collect();
            let proof = all.iter().all(|(_, proof)| *proof);
            Part::with_proof(all.into_iter().map(|(text, _)| text).collect::<Vec<_>>().join(", "), proof)
        }
        Aspect::User => proved(text(&accepted.user)),
        Aspect::Dbname => proved(text(&accepted.dbname)),
        Aspect::Password => Part::masked(text(&accepted.password)),
        Aspect::Engine => Part::default(),
    }
}

/// The runs of a string that may be shown.
struct Visible<'t> {
    runs: Vec<&'t str>,
}

impl<'t> Visible<'t> {
    fn of(text: &'t str) -> Self {
        let ranges = if text.contains("://") { conninfo::visible_url(text) } else { conninfo::visible(text) };
        Self { runs: ranges.into_iter().filter_map(|r| text.get(r)).collect() }
    }

    /// Whether a value stands in it as a whole, not inside a word.
    fn holds(&self, value: &str) -> bool {
        let word = |c: char| c.is_alphanumeric() || "_-.%".contains(c);
        let whole =
            |run: &&str, at: usize| !run[..at].ends_with(word) && !run[at + value.len()..].starts_with(word);
        !value.is_empty()
            && self.runs.iter().any(|run| run.match_indices(value).any(|(at, _)| whole(run, at)))
    }
}
