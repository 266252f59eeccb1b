//! Which server, database and role a target is, as keys: what has the same key is the same. A key is compared and never
//! shown.

use super::{
    ByKeyword, Difference, Setting,
    host::{HostClass, is_same_host, is_scoped, is_short_for, is_socket, with_port},
    target::{Target, fact, same_part},
};
use crate::secret::Part;
use std::fmt::{self, Write};

/// Stands for something that is compared.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key(String);

/// What is told apart in a key: no name holds it.
const APART: char = '\0';

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(•••)")
    }
}

impl Target {
    /// Of host, dbname and user those that the text and a family of variables name differently. Case of a host does
    /// not matter, nor how a loopback address is written; what one of them leaves open is no difference.
    pub fn differences<'s>(&'s self, parts: &'s ByKeyword) -> Vec<Difference<'s>> {
        let both = |keyword: &'static str| {
            // Of a reference nobody knows what it comes to.
            let known = |s: &&Setting<Part>| !s.value.is_empty() && !s.value.secret().is_rendered();
            let own = self.get(keyword).filter(|s| s.key == self.name && known(s))?;
            let other = parts.get(keyword).filter(known).filter(|s| !s.value.expose().contains('$'))?;
            let same = match with_port(other.value.expose()).filter(|_| keyword == "host") {
                Some((host, port)) => {
                    let own_port = self.get("port").map_or("5432", |p| p.value.expose());
                    is_same_host(own.value.expose(), host) && own_port == port
                }
                None => {
                    same_part(keyword, &own.value, &other.value)
                        || keyword == "host" && is_short_for(own.value.expose(), other.value.expose())
                }
            };
            (!same).then_some(Difference { keyword, own, other })
        };
        ["host", "dbname", "user"].into_iter().filter_map(both).collect()
    }

    /// The server and the database, after libpq's defaults; none where that cannot be read.
    pub fn database_key(&self) -> Option<&Key> {
        let find = || {
            let (mut key, dbname) = self.server()?;
            key.push_str(dbname);
            Some(Key(key))
        };
        fact(&self.facts.database_key, find).as_ref()
    }

    /// The server and the role; none without one.
    pub fn role_key(&self) -> Option<Key> {
        let user = self.get("user").map(|s| s.value.expose()).filter(|u| !u.is_empty())?;
        let (mut key, _) = self.server()?;
        key.push_str(user);
        Some(Key(key))
    }

    /// The hosts, each with what tells it apart from the next, and the database.
    fn server(&self) -> Option<(String, &str)> {
        if !self.is_postgres() || self.is_ambiguous() || !self.oddities.placeholders.is_empty() {
            return None;
        }
        let (hosts, dbname) = self.identity()?;
        let mut key = String::new();
        for (host, port) in hosts {
            write!(key, "{host}:{port}{APART}").expect("a text takes what is written");
        }
        Some((key, dbname))
    }

    /// Whether its hosts mean the same server wherever they are dialled from, as far as a name can tell: no loopback,
    /// no socket, no service of a compose network or a cluster.
    pub fn is_same_everywhere(&self) -> bool {
        !self.around.in_cluster && *fact(&self.facts.same_everywhere, || self.is_far())
    }

    fn is_far(&self) -> bool {
        let far = |host: &str| {
            let single = !host.contains(['.', ':']);
            !is_socket(host) && HostClass::of(host) != HostClass::Local && !single && !is_scoped(host)
        };
        let list = |keyword: &str| self.get(keyword).map(|s| s.value.expose()).filter(|v| !v.is_empty());
        let hosts = list("hostaddr").or_else(|| list("host")).filter(|_| self.class_by_name().is_some());
        hosts.is_some_and(|hosts| hosts.split(',').all(far))
    }

    /// Whether the name of the database has every word of `name`: `healthtech_prod` is named for `healthtech`.
    pub fn dbname_says(&self, name: &str) -> bool {
        self.get("dbname").is_some_and(|dbname| dbname.value.secret().is_named_for(name))
    }
}
