//! Whether a password that everybody could read would open anything: hosts of examples and of one's own machine do not
//! count, nor do words that stand for a password.

use super::{
    host::{HostClass, is_documentation, is_placeholder},
    setting::{Origin, Setting},
    target::Target,
};
use crate::{
    environment::Environment,
    secret::{Part, Secret},
};
use std::net::IpAddr;

impl Target {
    /// What a message calls its password, and where it stands, if it opens a server to those who read it: it is one,
    /// and the host is neither this machine nor made up. In development and tests a service of a compose network or a
    /// private address is out of reach for others.
    pub fn exposed_password(&self, environment: Environment) -> Option<(String, &Origin)> {
        let reached = |class: HostClass| match class {
            HostClass::Public => true,
            HostClass::Private => environment >= Environment::Staging,
            HostClass::Local => false,
        };
        if let Some(password) = self.credential() {
            // What stands there is the place of one.
            if password.secret.is_in_run_secrets() {
                return None;
            }
            // Where nobody knows the host, the password is there all the same: whoever sets the variable means another one than
            // the default.
            let open = |h: &Setting<Part>| h.value.expose().contains(['$', '{']);
            let defaulted = || self.oddities.fallbacks.iter().any(|f| f.supplies == "host");
            let made_up = !defaulted() && (self.names_documentation_host() || self.names_placeholder_host());
            let alone = || self.told && ["host", "dbname", "user"].iter().all(|k| self.get(k).is_none());
            let unknown = || {
                let unknown = self.get("host").is_some_and(open) || defaulted() || alone();
                unknown.then_some(HostClass::Private)
            };
            // A name that a container beside it has leads nowhere else.
            let beside = || self.around.neighbour.then_some(HostClass::Private);
            let class = beside()
                .or_else(|| self.class_by_name())
                .filter(|class| *class != HostClass::Local)
                .or_else(unknown);
            // A word that everybody tries is none that opens a made-up server; at an address in the internet it opens that one.
            let by_address = || {
                let address = |h: &Setting<Part>| h.value.expose().split(',').all(is_someones);
                class == Some(HostClass::Public) && self.get("host").is_some_and(address)
            };
            let word = password.secret.is_template() && !(password.secret.is_common() && by_address());
            let real = !made_up && !word && class.is_some_and(reached);
            return real.then_some((password.name.to_string(), password.origin));
        }
        // A raw character leaves readers at odds about where it ends: at the last `@`, as it was meant.
        if !self.is_postgres() || !self.is_ambiguous() {
            return None;
        }
        let text = self.text.as_ref()?;
        let (_, rest) = text.value.expose().split_once("://")?;
        let (credentials, rest) = rest.rsplit_once('@')?;
        let (_, password) = credentials.split_once(':')?;
        let host = rest.split(['/', '?', '#', ':', ',']).next()?;
        let made_up = is_documentation(host) || is_placeholder(host);
        let real = !made_up && !Secret::from(password).is_template() && reached(HostClass::of(host));
        real.then(|| (format!("the password in `{}`", text.key), &text.origin))
    }

    /// Whether a host of a hosting service is one of those that documents and templates show.
    pub fn names_sample_host(&self) -> bool {
        self.get("host").is_some_and(|s| {
            let name = s.value.expose().to_ascii_lowercase();
            let mut words = name.split(['.', '-', '_']);
            SAMPLES.iter().any(|sample| name.contains(sample))
                || words.any(|word| SAMPLE_WORDS.contains(&word))
                || !name.bytes().any(|b| b.is_ascii_digit())
        })
    }
}

/// Parts of hosts that are made up, or that say nothing about whose they are.
const SAMPLES: &[&str] = &["xxxx", "pooler.supabase.com"];

/// Words of names that stand for a name.
const SAMPLE_WORDS: &[&str] = &[
    "my",
    "mydb",
    "mydbinstance",
    "myserver",
    "example",
    "sample",
    "demo",
    "instance",
    "project",
    "ref",
    "region",
    "test",
];

/// Whether a text is an address at which somebody may have a server: none of documents (RFC 3849, 5737), for measuring (RFC 2544),
/// for many at once, and none that counts up.
fn is_someones(text: &str) -> bool {
    match text.parse::<IpAddr>() {
        Ok(IpAddr::V4(a)) => {
            let up =
                matches!(a.octets(), [1, 2, 3, 4] | [11, 22, 33, 44] | [12, 34, 56, 78] | [123, 45, 67, 89]);
            !up && !a.is_multicast() && a.octets()[0] < 240 && !matches!(a.octets(), [198, 18 | 19, _, _])
        }
        Ok(IpAddr::V6(a)) => !a.is_multicast() && a.segments()[..2] != [0x2001, 0x0db8],
        Err(_) => false,
    }
}
