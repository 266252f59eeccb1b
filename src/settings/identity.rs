//! Which server, database and role a target is, as keys: what has the same key is the same. A key is compared and never
//! shown.

use super::{
    host::{HostClass, is_scoped, is_socket},
    target::Target,
};
use std::fmt;

/// Stands for something that is compared.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key(Vec<String>);

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(•••)")
    }
}

impl Target {
    /// The server and the database, after libpq's defaults; none where that cannot be read.
    pub fn database_key(&self) -> Option<Key> {
        let (mut key, dbname) = self.place()?;
        key.push(dbname);
        Some(Key(key))
    }

    /// The server and the role; none without one.
    pub fn role_key(&self) -> Option<Key> {
        let (mut key, _) = self.place()?;
        let user = self.get("user").map(|s| s.value.expose()).filter(|u| !u.is_empty())?;
        key.push(user.to_owned());
        Some(Key(key))
    }

    fn place(&self) -> Option<(Vec<String>, String)> {
        if !self.is_postgres() || self.is_ambiguous() || !self.oddities.placeholders.is_empty() {
            return None;
        }
        let (hosts, dbname) = self.identity()?;
        Some((hosts.into_iter().map(|(host, port)| format!("{host}:{port}")).collect(), dbname))
    }

    /// Whether its hosts mean the same server wherever they are dialled from, as far as a name can tell: no loopback,
    /// no socket, no service of a compose network or a cluster.
    pub fn is_same_everywhere(&self) -> bool {
        let far = |host: &str| {
            let single = !host.contains(['.', ':']);
            !is_socket(host) && HostClass::of(host) != HostClass::Local && !single && !is_scoped(host)
        };
        let list = |keyword: &str| self.get(keyword).map(|s| s.value.expose()).filter(|v| !v.is_empty());
        let hosts = list("hostaddr").or_else(|| list("host")).filter(|_| self.host_class().is_some());
        hosts.is_some_and(|hosts| hosts.split(',').all(far))
    }

    /// Whether the name of the database has every word of `name`: `healthtech_prod` is named for `healthtech`.
    pub fn dbname_says(&self, name: &str) -> bool {
        self.get("dbname").is_some_and(|dbname| dbname.value.secret().is_named_for(name))
    }
}
