//! Two readings of one string beside each other: where the second goes elsewhere, protects less, or passes over
//! something. What differs in writing alone is no difference.

use super::{Accepted, Backend, Encryption, Fate, Reading};
use crate::{conninfo::DEFAULT_SOCKET_DIR, secret::Secret};
use std::net::IpAddr;

/// How a reading differs from the one that is taken for the truth (libpq's, or what was verified).
#[derive(Clone, Default, Debug)]
pub struct Comparison {
    /// The library refuses the string, or goes on and fails before it dials: why. Nothing else is compared then.
    pub refused: Option<&'static str>,
    /// The truth itself is a refusal: why. Nothing else is compared then.
    pub reference_refused: Option<&'static str>,
    /// What is not the same, in the order of [`Aspect`].
    pub differs: Vec<Aspect>,
    /// Whether it protects the connection less or more. Never of connections by socket, where there is no TLS.
    pub encryption: Option<Shift>,
    /// Names of parameters that it drops without a word. Nothing here was proved harmless.
    pub ignored: Vec<Secret>,
    /// Names of parameters that it sends to the server as settings of the session, `application_name` and `options`
    /// aside. A server refuses a setting that it does not know. Nothing here was proved harmless.
    pub settings: Vec<Secret>,
}

/// A part of the target.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Aspect {
    /// It takes the string for another engine.
    Engine,
    /// It dials other hosts or ports, or in another order.
    Hosts,
    /// It logs in as another role.
    User,
    /// It answers with another password.
    Password,
    /// It asks for another database.
    Dbname,
}

impl Aspect {
    /// In a word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Engine => "engine",
            Self::Hosts => "host",
            Self::User => "role",
            Self::Password => "password",
            Self::Dbname => "database",
        }
    }
}

/// From one encryption to another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shift {
    /// It accepts what the truth would not.
    Weaker {
        /// The encryption of the truth.
        from: Encryption,
        /// What it is here.
        to: Encryption,
    },
    /// It asks for more, and may fail where the truth connects.
    Stronger {
        /// The encryption of the truth.
        from: Encryption,
        /// What it is here.
        to: Encryption,
    },
}

/// A comparison in a word, the gravest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Verdict {
    /// The library refuses the string.
    Rejected,
    /// It goes to another server, role or database.
    DifferentTarget,
    /// It protects the same connection less, or more.
    DifferentEncryption,
    /// It drops a parameter.
    IgnoredParameter,
    /// It makes the same of it, or there is no truth to compare with.
    Accepted,
}

impl Comparison {
    /// What `reading` makes differently from `reference`.
    pub fn between(reference: &Reading, reading: &Reading) -> Self {
        let refused = |reading: &Reading| match reading {
            Reading::Rejected(reason) => Some(*reason),
            Reading::Accepted(accepted) => accepted.later,
        };
        let mut out =
            Self { refused: refused(reading), reference_refused: refused(reference), ..Self::default() };
        let (Reading::Accepted(truth), Reading::Accepted(ours)) = (reference, reading) else { return out };
        if out.refused.is_some() || out.reference_refused.is_some() {
            return out;
        }
        let (truth, ours) = (&truth.clone().dialled(), &ours.clone().dialled());
        let text = |secret: &Option<Secret>| secret.clone().filter(|s| !s.is_empty());
        let same = |a: &Option<Secret>, b: &Option<Secret>| match (text(a), text(b)) {
            (Some(a), Some(b)) => a.same_as(&b),
            (None, None) => true,
            _ => false,
        };
        // Without a name the database is that of the role's name.
        let dbname = |a: &Accepted| text(&a.dbname).or_else(|| text(&a.user));
        let differs = [
            (Aspect::Engine, truth.backend != ours.backend),
            (Aspect::Hosts, !same_hosts(truth, ours)),
            (Aspect::User, !same(&truth.user, &ours.user)),
            (Aspect::Password, !same(&truth.password, &ours.password)),
            (Aspect::Dbname, !same(&dbname(truth), &dbname(ours))),
        ];
        out.differs = differs.into_iter().filter_map(|(aspect, differs)| differs.then_some(aspect)).collect();
        if ours.backend == Backend::Postgres && !(by_socket(truth) && by_socket(ours)) {
            out.encryption = match (truth.encryption, ours.encryption) {
                (Some(from), Some(to)) if to < from => Some(Shift::Weaker { from, to }),
                (Some(from), Some(to)) if to > from => Some(Shift::Stronger { from, to }),
                _ => None,
            };
        }
        for parameter in &ours.parameters {
            let usual = parameter.name.equals("application_name") || parameter.name.equals("options");
            match parameter.fate {
                Fate::Ignored => out.ignored.push(parameter.name.clone()),
                Fate::Setting if !usual => out.settings.push(parameter.name.clone()),
                Fate::Setting | Fate::Heeded | Fate::HandedOn => {}
            }
        }
        out
    }

    /// The gravest that is to be said of it.
    pub fn verdict(&self) -> Verdict {
        if self.refused.is_some() {
            Verdict::Rejected
        } else if !self.differs.is_empty() {
            Verdict::DifferentTarget
        } else if self.encryption.is_some() {
            Verdict::DifferentEncryption
        } else if !self.ignored.is_empty() {
            Verdict::IgnoredParameter
        } else {
            Verdict::Accepted
        }
    }

    /// Whether the second reading may reach another server, role or database, or with less protection.
    pub fn is_unsafe(&self) -> bool {
        !self.differs.is_empty() || matches!(self.encryption, Some(Shift::Weaker { .. }))
    }
}

/// The same places in the same order. Where both leave the choice to a default of libpq, it is the same.
fn same_hosts(truth: &Accepted, ours: &Accepted) -> bool {
    if truth.hosts.is_empty() || ours.hosts.is_empty() {
        let silent = |a: &Accepted| a.hosts.is_empty() || a.host_is_default;
        return silent(truth) && silent(ours);
    }
    truth.hosts.len() == ours.hosts.len()
        && truth.hosts.iter().zip(&ours.hosts).all(|((host, port), (other, other_port))| {
            port == other_port && Host::of(host.expose()) == Host::of(other.expose())
        })
}

/// Whether everything it dials is a Unix socket.
pub(super) fn by_socket(accepted: &Accepted) -> bool {
    !accepted.hosts.is_empty() && accepted.hosts.iter().all(|(host, _)| is_socket(host.expose()))
}

fn is_socket(host: &str) -> bool {
    host.starts_with(['/', '@'])
}

/// A host without the ways to write it.
#[derive(PartialEq, Eq)]
enum Host {
    Address(IpAddr),
    Name(String),
    Socket(String),
}

impl Host {
    fn of(text: &str) -> Self {
        // The empty host is libpq's default, also as one of a list.
        let text = if text.is_empty() { DEFAULT_SOCKET_DIR } else { text };
        if is_socket(text) {
            return Self::Socket(text.trim_end_matches('/').to_owned());
        }
        let bare = text.strip_prefix('[').and_then(|t| t.strip_suffix(']')).unwrap_or(text);
        match bare.parse() {
            Ok(address) => Self::Address(address),
            Err(_) => Self::Name(text.to_ascii_lowercase()),
        }
    }
}
