//! What hosting services ask of a target, and which of them the service itself runs on, as far as a variable or
//! the name of the file tells.

use super::{
    Settings,
    host::is_documentation,
    hosted::Hosted,
    lookup::Lookup,
    setting::{Origin, Setting},
    target::{Target, fact},
};
use crate::{conninfo::DEFAULT_PORT, repository::Repository, source::Span};

/// Where the service runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Platform {
    /// Vercel's functions.
    Vercel,
    /// Render.
    Render,
    /// Railway.
    Railway,
    /// Fly.io.
    Fly,
    /// A runner of GitHub Actions.
    GitHubActions,
}

impl Platform {
    /// As it calls itself.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Vercel => "Vercel",
            Self::Render => "Render",
            Self::Railway => "Railway",
            Self::Fly => "Fly.io",
            Self::GitHubActions => "GitHub Actions",
        }
    }

    /// Whether its machines reach nothing over IPv6; Supabase's documents name these.
    pub fn is_ipv4_only(self) -> bool {
        matches!(self, Self::Vercel | Self::Render | Self::GitHubActions)
    }
}

/// Variables that a platform sets by itself, and that it writes into the env files it hands out.
const MARKERS: &[(&str, Platform)] = &[
    ("VERCEL", Platform::Vercel),
    ("VERCEL_ENV", Platform::Vercel),
    ("RENDER", Platform::Render),
    ("RENDER_SERVICE_ID", Platform::Render),
    ("RAILWAY_ENVIRONMENT", Platform::Railway),
    ("RAILWAY_PROJECT_ID", Platform::Railway),
    ("FLY_APP_NAME", Platform::Fly),
    ("GITHUB_ACTIONS", Platform::GitHubActions),
];

/// Whether a variable says where the service runs.
pub fn is_marker(key: &str) -> bool {
    MARKERS.iter().any(|(name, _)| *name == key)
}

/// The platform that a variable tells of.
pub(super) fn of(lookup: &Lookup<'_>) -> Option<Setting<Platform>> {
    MARKERS.iter().find_map(|(name, platform)| {
        let setting = lookup.winner(name)?;
        let off =
            setting.value.is_blank() || ["0", "false"].iter().any(|w| setting.value.equals_ignore_case(w));
        (!off).then(|| setting.map(*platform))
    })
}

/// The platform whose manifest a file is, by its name: what stands there runs there. `railway.toml`, `fly.staging.toml`,
/// `render.yaml`.
pub fn of_manifest(path: &str) -> Option<Setting<Platform>> {
    let name = path.rsplit(['/', '\\']).next()?.to_ascii_lowercase();
    let (stem, extension) = name.rsplit_once('.')?;
    let value = match (stem.split('.').next()?, extension) {
        ("railway", "toml" | "json") => Platform::Railway,
        ("fly", "toml" | "json") => Platform::Fly,
        ("render", "yaml" | "yml") => Platform::Render,
        _ => return None,
    };
    let origin = Origin::Path(path.to_owned());
    Some(Setting { value, key: path.to_owned(), origin, shadowed: Vec::new() })
}

/// Why a client sends no server name in its TLS handshake.
#[derive(Clone, Debug)]
pub struct Nameless {
    /// Where it is said.
    pub origin: Origin,
    /// The requirement of an old driver; else `sslsni=0`.
    pub old_driver: bool,
}

/// What is the matter with the way to a socket of Cloud SQL.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CloudSqlFault {
    /// It is not `/cloudsql/PROJECT:REGION:INSTANCE`.
    Shape,
    /// It ends in the socket's own name, which the client adds.
    Socket,
    /// It stands where the database's name does.
    AsDatabase,
    /// Longer than the system lets the path of a socket be; how many bytes there are.
    Long(usize),
}

/// A user of the kind `app@server`, as Azure's retired single server wanted it.
#[derive(Clone, Debug)]
pub struct AzureUser {
    /// Where it stands.
    pub span: Option<Span>,
    /// The bytes that are too many, where they stand in the source as they are.
    pub tail: Option<Span>,
}

/// Parts of the hosts in Neon's and Supabase's documents, and AWS' account there.
const DOCUMENTED: &[&str] = &["ep-cool-darkness-", "abcdefghijk", "123456789012"];

/// The longest path of a Unix socket on Linux, in bytes.
const SOCKET_PATH: usize = 107;

impl Target {
    /// The hosting service that all hosts belong to, by their names.
    pub fn hosted(&self) -> Option<Hosted> {
        self.class_by_name()?;
        *fact(&self.facts.hosted, || self.hosted_by_name())
    }

    fn hosted_by_name(&self) -> Option<Hosted> {
        // With an address of its own the name is for the certificate alone.
        if self.get("hostaddr").is_some_and(|h| !h.value.is_empty()) {
            return None;
        }
        let mut all = self.get("host")?.value.expose().split(',').map(Hosted::of);
        let first = all.next()??;
        all.all(|other| other == Some(first)).then_some(first)
    }

    /// Whether a host is one of documents: in a domain that is kept for them, or one that a service's own show.
    pub fn names_documentation_host(&self) -> bool {
        let shown = |host: &str| is_documentation(host) || DOCUMENTED.iter().any(|part| host.contains(part));
        self.get("host").is_some_and(|s| s.value.expose().split(',').any(shown))
    }

    /// Whether Supabase's pooler learns which project is meant: `postgres.REF`, or `options=reference=REF`.
    pub fn names_supabase_project(&self) -> bool {
        let has =
            |keyword: &str, part: &str| self.get(keyword).is_some_and(|s| s.value.expose().contains(part));
        has("user", ".") || has("options", "reference=")
    }

    /// Whether Neon's proxy learns from `options` which endpoint is meant.
    pub fn names_neon_endpoint(&self) -> bool {
        let options = self.get("options").map(|s| s.value.expose()).unwrap_or_default();
        ["endpoint=", "project=", "endpoint%3D"].iter().any(|w| options.contains(w))
    }

    /// Where the user is `app@server` and the server is one of Azure's.
    pub fn azure_user(&self) -> Option<AzureUser> {
        if !self.is_postgres() {
            return None;
        }
        let server = |host: &str| {
            Some(host.split('.').next()?.to_owned()).filter(|_| Hosted::of(host) == Some(Hosted::Azure))
        };
        let (user, host) = (self.get("user")?, self.get("host")?);
        if !self.is_ambiguous() {
            let (name, tail) = user.value.expose().rsplit_once('@')?;
            if !server(host.value.expose())?.eq_ignore_ascii_case(tail) {
                return None;
            }
            let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b));
            let tail = user.span().filter(|_| plain).map(|span| Span {
                start: span.start + u32::try_from(name.len()).unwrap_or(u32::MAX),
                ..span
            });
            return Some(AzureUser { span: user.span(), tail: tail.filter(|t| t.start < t.end) });
        }
        // Not encoded: every reader ends the user somewhere else, the last `@` is before the host.
        let text = self.text.as_ref()?.value.expose();
        let (_, rest) = text.split_once("://")?;
        let authority = rest.split(['/', '?', '#']).next()?;
        let (credentials, hosts) = authority.rsplit_once('@')?;
        let user = credentials.split(':').next()?;
        let (_, tail) = user.rsplit_once('@')?;
        let host = hosts.split([':', ',']).next()?;
        server(host)?.eq_ignore_ascii_case(tail).then_some(AzureUser { span: None, tail: None })
    }

    /// What is the matter with a socket of Cloud SQL's proxy; `None` too where there is none.
    pub fn cloudsql_fault(&self) -> Option<CloudSqlFault> {
        if !self.is_postgres() || self.is_ambiguous() {
            return None;
        }
        let text = |keyword: &str| self.get(keyword).map_or("", |s| s.value.expose());
        if text("dbname").trim_start_matches('/').starts_with("cloudsql/") {
            return Some(CloudSqlFault::AsDatabase);
        }
        let host = text("host");
        let instance = host.strip_prefix("/cloudsql/").or_else(|| (host == "/cloudsql").then_some(""))?;
        if instance.contains(".s.PGSQL.") {
            return Some(CloudSqlFault::Socket);
        }
        // `example.com:project:region:instance` is one of a project that belongs to a domain.
        let parts: Vec<&str> = instance.trim_end_matches('/').split(':').collect();
        let word =
            |p: &&str| !p.is_empty() && p.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b));
        if !matches!(parts.len(), 3 | 4) || !parts.iter().all(word) {
            return Some(CloudSqlFault::Shape);
        }
        let port = Some(text("port"))
            .filter(|p| !p.is_empty())
            .map_or_else(|| DEFAULT_PORT.to_string(), str::to_owned);
        let bytes = host.trim_end_matches('/').len() + "/.s.PGSQL.".len() + port.len();
        (bytes > SOCKET_PATH).then_some(CloudSqlFault::Long(bytes))
    }

    /// Whether it leads to a socket of Cloud SQL's proxy.
    pub fn is_cloudsql_socket(&self) -> bool {
        self.is_postgres() && self.get("host").is_some_and(|h| h.value.expose().starts_with("/cloudsql/"))
    }
}

/// Finds for each target whether its client leaves the server's name out of the TLS handshake.
pub(super) fn compare(settings: &mut Settings, repository: &Repository, path: Option<&str>) {
    let mut on_neon = settings.targets.iter_mut().filter(|t| t.hosted() == Some(Hosted::Neon)).peekable();
    if on_neon.peek().is_none() {
        return;
    }
    let old = repository.pinned_below(path, "psycopg2-binary", OLD_PSYCOPG2);
    for target in on_neon {
        let off = target.get("sslsni").filter(|s| s.value.equals("0"));
        let off = off.map(|s| Nameless { origin: s.origin.clone(), old_driver: false });
        let old = old.map(|p| Nameless {
            origin: Origin::Entry { layer: usize::MAX, span: p.span },
            old_driver: true,
        });
        target.sends_no_name = off.or(old);
    }
}

/// The wheels before this one were made before libpq 14, the first to send the name.
const OLD_PSYCOPG2: (u32, u32, u32) = (2, 9, 0);
