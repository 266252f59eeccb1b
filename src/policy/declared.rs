//! What a project says about its databases and servers: `[[database]]` and `[[server]]`, and the set of rules that it
//! was written for. Names and numbers; never a user's password or a host.

use crate::{environment::Environment, source::Span};

/// A value and where it stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct At<T> {
    /// The value.
    pub value: T,
    /// Key and value.
    pub span: Span,
}

/// `[[database]]`: a database of this project.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Database {
    /// The entry: what people call it.
    pub name: String,
    /// Where the name stands; it may be shown.
    pub span: Span,
    /// The database as the server calls it; the name unless it says otherwise.
    pub dbname: Option<String>,
    /// Where it is used.
    pub environment: Option<Environment>,
    /// Whether it is in use.
    pub status: Status,
    /// Who answers for it; never printed.
    pub owner: Option<String>,
    /// The `[[server]]` that it lies on, by name.
    pub server: Option<String>,
    /// How many connections its services hold; none where nobody says.
    pub pool: Option<Pool>,
    /// Connections beside the pool.
    pub reserve: Option<At<u32>>,
    /// What must be true of it; kept for the commands that ask the server.
    pub expect: Expect,
}

/// Whether a database is in use.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Status {
    /// It is.
    #[default]
    Active,
    /// It is being tried out.
    Testing,
    /// Nobody connects any more.
    Retired,
}

impl Status {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Active, Self::Testing, Self::Retired];

    /// The word in pgward.toml.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Testing => "testing",
            Self::Retired => "retired",
        }
    }
}

/// `pool` of a database: what its services hold open at most.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pool {
    /// The whole entry.
    pub span: Span,
    /// Connections that one process keeps.
    pub size: Option<At<u32>>,
    /// Connections that one process opens beyond.
    pub overflow: Option<At<u32>>,
    /// Processes of one replica.
    pub processes: Option<At<u32>>,
    /// Containers or machines.
    pub replicas: Option<At<u32>>,
}

impl Pool {
    /// How many processes hold a pool: processes times replicas, each one unless it is said.
    pub fn holders(&self) -> u64 {
        let number = |at: Option<At<u32>>| at.map_or(1, |at| u64::from(at.value));
        number(self.processes).saturating_mul(number(self.replicas))
    }

    /// How many connections that may be; none where no size is said.
    pub fn most(&self) -> Option<u64> {
        let each = u64::from(self.size?.value) + self.overflow.map_or(0, |at| u64::from(at.value));
        Some(each.saturating_mul(self.holders()))
    }
}

/// `expect` of a database: what must be true of it.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
#[non_exhaustive]
pub struct Expect {
    /// The role that is logged in.
    pub role: Option<String>,
    /// The server's version, major or major and minor.
    pub server_version: Option<String>,
    /// So many tables at least.
    pub tables: Option<u32>,
    /// Whether it is to be empty.
    pub empty: Option<bool>,
    /// `postgresql` or `sqlite`.
    pub engine: Option<String>,
}

/// `[[server]]`: a server that databases share.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Server {
    /// What databases call it.
    pub name: String,
    /// Where the name stands; it may be shown.
    pub span: Span,
    /// Whose it is; that of its databases unless it is said.
    pub environment: Option<Environment>,
    /// How many connections it takes in all.
    pub max_connections: Option<At<u32>>,
    /// Connections that services must leave free.
    pub reserve: Option<At<u32>>,
}

/// A version of pgward, to compare with the one that brought a rule.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Version {
    major: u32,
    minor: u32,
    /// None: every one of them.
    patch: Option<u32>,
}

impl Version {
    /// `0.3` or `0.3.1`; none for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let number = |n: &str| {
            ((1..=4).contains(&n.len()) && n.bytes().all(|b| b.is_ascii_digit())).then(|| n.parse().ok())?
        };
        let mut parts = text.split('.');
        let (major, minor) = (number(parts.next()?)?, number(parts.next()?)?);
        let patch = match parts.next() {
            Some(patch) => Some(number(patch)?),
            None => None,
        };
        parts.next().is_none().then_some(Self { major, minor, patch })
    }

    /// Whether what `since` brought is in the set of this version: `0.3` has all of 0.3.1.
    pub fn has(self, since: &str) -> bool {
        let Some(since) = Self::parse(since) else { return true };
        let (own, other) = ((self.major, self.minor), (since.major, since.minor));
        other < own || other == own && self.patch.is_none_or(|patch| since.patch.unwrap_or(0) <= patch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_has_what_it_had() {
        let has = |set: &str, since: &str| Version::parse(set).expect("a version").has(since);
        assert!(has("0.3", "0.1.0") && has("0.3", "0.3.9") && has("0.3.1", "0.3.1") && has("1.0", "0.9.0"));
        assert!(
            !has("0.3", "0.4.0") && !has("0.3.1", "0.3.2") && !has("0.9", "0.10.0") && !has("0.9", "1.0.0")
        );
        for wrong in ["", "0", "0.", "v0.3", "0.3.1.2", "0.3-rc1", "0.99999", " 0.3"] {
            assert_eq!(Version::parse(wrong), None, "{wrong}");
        }
    }
}
