//! The verdict as plain data, and its writers. Sees `Located`, never bytes or secrets.

#[cfg(feature = "cli")]
pub mod checkstyle;
pub mod clean;
pub mod concise;
#[cfg(feature = "cli")]
mod entry;
mod format;
#[cfg(feature = "cli")]
pub mod github;
#[cfg(feature = "cli")]
pub mod gitlab;
#[cfg(feature = "cli")]
pub mod json;
#[cfg(feature = "cli")]
pub mod junit;
#[cfg(feature = "cli")]
pub mod markdown;
#[cfg(feature = "cli")]
pub mod rdjson;
#[cfg(feature = "cli")]
pub mod sarif;
pub mod statistics;
pub mod summary;
#[cfg(feature = "cli")]
pub mod text;
#[cfg(feature = "cli")]
mod xml;

pub use format::{Format, Options, RuleText, UnknownFormat};

use crate::finding::{Located, Severity};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Name and version of the JSON shape; within it, fields are only ever added.
pub const SCHEMA: &str = "pgward/1";

/// Everything one run has to say. Serialises to the documented JSON (`docs/json.md`).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Report {
    /// Always [`SCHEMA`].
    pub schema: String,
    /// `lint`, `check`, `preflight`, `run` or `guard`.
    pub command: String,
    /// The environment it was judged for; none for `lint`, where each file has its own.
    pub environment: Option<EnvironmentReport>,
    /// The file of the policy in force; none for the built-in one.
    #[serde(default)]
    pub policy: Option<String>,
    /// The findings, in the order of [`Located::by_place`].
    pub findings: Vec<Located>,
    /// May the service start? None where that is not asked (`lint`).
    pub ready: Option<bool>,
    /// Judged and not enforced: `PGWARD_MODE=observe`, `Guard::observe`.
    #[serde(default)]
    pub observe: bool,
    /// Which database was meant, and which one answered.
    pub target: Option<TargetReport>,
    /// What answered; none where nothing did or nothing was asked.
    pub server: Option<ServerReport>,
    /// Why the server could not be used.
    pub failure: Option<FailureReport>,
    /// How the server was reached, or was not; none where nothing was dialled.
    #[serde(default)]
    pub connection: Option<ConnectionReport>,
    /// The required extensions.
    pub extensions: Vec<ExtensionReport>,
    /// What was looked at.
    pub files: FileCounts,
    /// The files that could not be read, as many as `files.unreadable` says.
    #[serde(default)]
    pub unread: Vec<UnreadReport>,
    /// What `--fix` made; none where it was not asked for.
    #[serde(default)]
    pub fixed: Option<FixedReport>,
    /// What the baseline came to; none without one.
    #[serde(default)]
    pub baseline: Option<BaselineReport>,
    /// How many findings each rule has; none where it was not asked for.
    #[serde(default)]
    pub statistics: Option<Vec<StatisticReport>>,
    /// Sentences on what was changed from the defaults or left out, each printed on stderr (overrides in force,
    /// env files mentioned and not read).
    pub remarks: Vec<String>,
    /// Wall clock of the whole run, in milliseconds.
    pub elapsed_ms: Option<u64>,
}

/// The environment that was judged for.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct EnvironmentReport {
    /// `development`, `test`, `staging` or `production`.
    pub name: String,
    /// False when nothing said so and production was assumed.
    pub determined: bool,
    /// What decided: a variable, a flag, `path:line:column`.
    pub origin: Option<String>,
}

/// The database that was meant, and the one that answered.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct TargetReport {
    /// The variable or entry the target comes from.
    pub name: String,
    /// `postgres`, `sqlite`, or the foreign engine's name.
    pub engine: String,
    /// As configured; masked where it was not proved harmless.
    pub host: Option<String>,
    /// The address that answered.
    pub address: Option<String>,
    /// The port.
    pub port: Option<u16>,
    /// As the server says, else as configured.
    pub database: Option<String>,
    /// As the server says, else as configured.
    pub role: Option<String>,
    /// Whether the server is a standby.
    pub in_recovery: Option<bool>,
    /// Whether a pooler stands in between.
    pub pooler: Option<bool>,
    /// `transaction` when questions of one session met different server processes; none where that did not show.
    #[serde(default)]
    pub pool_mode: Option<String>,
}

/// The server that answered.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct ServerReport {
    /// As `server_version` says, without the distribution's suffix: `15.18`.
    pub version: String,
    /// As `server_version_num`.
    pub version_num: Option<u32>,
    /// The client's own leg; none for plaintext.
    pub tls: Option<TlsReport>,
    /// Whether the server sees TLS (`pg_stat_ssl`): its own leg, which ends at a pooler.
    pub server_sees_tls: Option<bool>,
}

/// A TLS session.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct TlsReport {
    /// `TLSv1.3` or `TLSv1.2`.
    pub version: String,
    /// The IANA name of the cipher suite.
    pub cipher: String,
    /// Whether the chain was verified.
    pub chain_verified: bool,
    /// Whether the name was verified.
    pub name_verified: bool,
    /// The server's certificate, verified only as far as the fields above say; none where it cannot be read.
    #[serde(default)]
    pub certificate: Option<CertificateReport>,
}

/// A server's certificate. Every text is the server's own, without control characters and cut after 128.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct CertificateReport {
    /// Whose it is, as a distinguished name: `O=Example, CN=db.example`.
    pub subject: String,
    /// The host names and addresses that it is for; its common name where it has none.
    pub names: Vec<String>,
    /// Who signed it, as a distinguished name.
    pub issuer: String,
    /// Its first moment, RFC 3339.
    pub not_before: String,
    /// Its last moment, RFC 3339.
    pub not_after: String,
    /// Those that signed it, nearest first, as far as the server sent them or the root file holds them.
    pub chain: Vec<IssuerReport>,
}

/// A certificate that signed another.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct IssuerReport {
    /// Whose it is.
    pub subject: String,
    /// Who signed it; itself for a root.
    pub issuer: String,
    /// Its last moment, RFC 3339.
    pub not_after: String,
}

/// Why the server could not be used.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct FailureReport {
    /// A name from the failure classes.
    pub class: String,
    /// `configuration`, `dns`, `tcp`, `tls`, `startup`, `authentication`, `database`, `session` or `query`.
    pub phase: String,
    /// Five characters, when the server sent one.
    pub sqlstate: Option<String>,
    /// Whether waiting may mend it.
    pub retryable: bool,
    /// One English sentence, free of secrets.
    pub message: String,
}

/// How the server was reached, or was not.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct ConnectionReport {
    /// How often the addresses were walked.
    pub tries: u32,
    /// Whether a wait ended because its time was over.
    pub wait_over: bool,
    /// Where the time went, all tries together.
    pub spent: SpentReport,
    /// The addresses that were tried in the last walk, in order.
    pub addresses: Vec<AddressReport>,
}

/// Milliseconds in each phase.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct SpentReport {
    /// From the first step to the last.
    pub total_ms: u64,
    /// Resolving names.
    pub dns_ms: u64,
    /// TCP handshakes.
    pub tcp_ms: u64,
    /// Requests for TLS and handshakes.
    pub tls_ms: u64,
    /// From the startup message until the session was open.
    pub authentication_ms: u64,
    /// Questions and installations.
    pub query_ms: u64,
    /// Looking who else listens.
    pub looks_ms: u64,
    /// Between two tries.
    pub pauses_ms: u64,
}

/// One address, and what it said.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct AddressReport {
    /// The name that was resolved, or the directory of a socket; masked where it was not proved harmless.
    pub host: Option<String>,
    /// The address; none for a name that did not resolve, and for a socket.
    pub address: Option<String>,
    /// The port.
    pub port: u16,
    /// Whether TLS was asked for.
    pub tls: bool,
    /// Whether its session was taken.
    pub answered: bool,
    /// Why not.
    pub failure: Option<FailureReport>,
}

/// One required extension.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ExtensionReport {
    /// As PostgreSQL spells it.
    pub name: String,
    /// The installed version.
    pub installed: Option<String>,
    /// Whether this run installed it.
    pub installed_now: bool,
}

/// How many files were seen.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct FileCounts {
    /// Files that may carry settings by their names.
    #[serde(default)]
    pub seen: usize,
    /// Files that were read as carriers.
    pub read: usize,
    /// Files in which no word of a database stands, or that are too large for a configuration.
    #[serde(default)]
    pub skipped: usize,
    /// Files that look like carriers and could not be read or parsed; each has a finding.
    pub unreadable: usize,
}

/// A file that was to be read and could not be.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct UnreadReport {
    /// The file; none where its name looks like no path.
    pub path: Option<String>,
    /// One sentence, free of secrets.
    pub message: String,
}

/// The findings of one rule that weigh the same.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct StatisticReport {
    /// The rule's id.
    pub rule: String,
    /// How bad.
    pub severity: Severity,
    /// How many there are.
    pub count: usize,
    /// How many of them `--fix` can mend, unsafe fixes among them.
    pub fixable: usize,
}

/// What `--fix` made.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct FixedReport {
    /// Findings whose fix was made.
    pub fixed_findings: usize,
    /// Files that are different now.
    pub fixed_files: usize,
}

/// What a baseline came to.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct BaselineReport {
    /// The file, as it was named.
    pub file: String,
    /// Whether this run wrote it.
    #[serde(default)]
    pub written: bool,
    /// How many findings are in it.
    pub unchanged: usize,
    /// What is in it and was found no more.
    pub cured: Vec<CuredReport>,
}

/// An entry of a baseline that was found no more.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct CuredReport {
    /// The file, from the baseline's directory; none where the finding had no place.
    pub path: Option<String>,
    /// The rule's id.
    pub rule: String,
    /// As [`Located::fingerprint`] had it.
    pub fingerprint: String,
}

impl Report {
    /// An empty report of a command.
    pub fn new(command: &str) -> Self {
        Self {
            schema: SCHEMA.to_owned(),
            command: command.to_owned(),
            environment: None,
            policy: None,
            findings: Vec::new(),
            ready: None,
            observe: false,
            target: None,
            server: None,
            failure: None,
            connection: None,
            extensions: Vec::new(),
            files: FileCounts::default(),
            unread: Vec::new(),
            fixed: None,
            baseline: None,
            statistics: None,
            remarks: Vec::new(),
            elapsed_ms: None,
        }
    }

    /// The findings that nothing silences: what counts and is printed.
    pub fn standing(&self) -> impl Iterator<Item = &Located> {
        self.findings.iter().filter(|f| f.stands())
    }

    /// The worst finding that stands.
    pub fn worst(&self) -> Option<Severity> {
        self.standing().map(|f| f.severity).max()
    }

    /// How many findings that stand are of this severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.standing().filter(|f| f.severity == severity).count()
    }
}

impl fmt::Display for Report {
    /// The concise form: a service that prints its error has the whole refusal in its log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(concise::render(self, &Options { remarks: true, ..Options::default() }).trim_end())
    }
}
