//! The names by which pods of a tree find each other: `service.namespace`, which looks like a host of the public tree.

use crate::{
    layer::{Carried, Structure},
    secret::Part,
};
use std::collections::{BTreeMap, BTreeSet};

/// The namespaces and services that the objects of all files name.
#[derive(Clone, Default, Debug)]
pub struct Names {
    namespaces: BTreeSet<String>,
    /// The namespaces of the services of each name, where they say one.
    services: BTreeMap<String, BTreeSet<Option<String>>>,
    /// Those that lead out of the cluster.
    out: BTreeMap<String, BTreeSet<Option<String>>>,
}

impl Names {
    /// Of all files of a run.
    pub fn of(files: &[Carried]) -> Self {
        let mut out = Self::default();
        for file in files {
            let Structure::Kubernetes(objects) = &file.structure else { continue };
            out.namespaces.extend(objects.namespaces.keys().cloned());
            for front in &objects.fronts {
                let all = if front.leads_out() { &mut out.out } else { &mut out.services };
                all.entry(front.name().to_owned()).or_default().insert(front.namespace().map(str::to_owned));
            }
        }
        out
    }

    /// Whether each of some hosts is one that [`Names::lead_to`] knows.
    pub fn have(&self, hosts: &Part) -> bool {
        hosts.expose().split(',').all(|host| self.lead_to(host))
    }

    /// Whether a host is looked up in the cluster first, by the search path that the kubelet writes, and is there for all
    /// that is known: `db.shop`, `db-0.db.shop`. Without its namespace a service alone tells, unless the domain is one in
    /// which servers stand; of a namespace that is such a domain the service tells, or a name that nobody has a domain of.
    pub fn lead_to(&self, host: &str) -> bool {
        let labels: Vec<&str> = host.split('.').take(4).collect();
        let (pod, service, namespace) = match *labels {
            [service, namespace] => (None, service, namespace),
            [pod, service, namespace] => (Some(pod), service, namespace),
            _ => return false,
        };
        // A service of the same name in another namespace is another one.
        let among = |all: &BTreeMap<String, BTreeSet<Option<String>>>| {
            let of = all.get(service);
            of.is_some_and(|of| of.contains(&None) || of.contains(&Some(namespace.to_owned())))
        };
        if among(&self.out) {
            return false;
        }
        let (named, domain) = (self.namespaces.contains(namespace), is_domain(namespace));
        match pod {
            None if named => !domain || among(&self.services) || is_of_stock(service),
            None => self.services.contains_key(service) && is_label(namespace) && !domain,
            Some(pod) if domain => named && among(&self.services) && is_numbered(pod),
            Some(_) => named && self.services.contains_key(service),
        }
    }
}

/// Whether a name says no more than that a server of databases is there, as services are called and no company is.
fn is_of_stock(service: &str) -> bool {
    let word =
        |word| matches!(word, "db" | "database" | "pg" | "postgres" | "postgresql" | "pgbouncer" | "pgpool");
    let role = |word| {
        matches!(
            word,
            "primary" | "replica" | "master" | "main" | "ha" | "rw" | "ro" | "r" | "svc" | "service"
        )
    };
    service.split('-').any(word) && service.split('-').all(|part| word(part) || role(part))
}

/// Whether it is the name of a pod that has a number: `db-0`.
fn is_numbered(pod: &str) -> bool {
    let number = pod.rsplit_once('-').map_or("", |(_, number)| number);
    !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit())
}

/// Whether a namespace may be called that (RFC 1123), and is no number of an address.
fn is_label(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// Whether a name is a domain at the top: those of countries have two letters, of the others those where people have
/// servers.
pub fn is_domain(name: &str) -> bool {
    name.len() <= 2 || DOMAINS.contains(&name)
}

const DOMAINS: [&str; 24] = [
    "app", "biz", "cloud", "com", "dev", "digital", "edu", "gov", "host", "info", "int", "live", "mil",
    "net", "online", "org", "page", "pro", "run", "shop", "site", "space", "tech", "xyz",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn namespaces_are_no_domains() {
        let set = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect();
        let services = |names: &[(&str, &str)]| {
            let mut out: BTreeMap<String, BTreeSet<Option<String>>> = BTreeMap::new();
            for (name, namespace) in names {
                let namespace = Some((*namespace).to_owned()).filter(|n| !n.is_empty());
                out.entry((*name).to_owned()).or_default().insert(namespace);
            }
            out
        };
        let names = Names {
            namespaces: set(&["shop", "prod", "app"]),
            services: services(&[("db", ""), ("acme", "app"), ("orders", "prod")]),
            out: services(&[("rented", "shop")]),
        };
        for inside in [
            "db.shop",
            "pg.shop",
            "postgres-primary.app",
            "acme.app",
            "pg-0.acme.app",
            "db-0.db.shop",
            "a.db.prod",
            "acme.prod",
            "db.warehouse",
            "rented.prod",
        ] {
            assert!(names.lead_to(inside), "{inside}");
        }
        for outside in [
            "db",
            "db.io",
            "db.com",
            "pg.warehouse",
            "db.prod.io",
            "a.example.shop",
            "db.10",
            "",
            ".",
            "db.",
            "a.b.db.shop",
            "acme-db.app",
            "orders.shop",
            "pg.acme.app",
            "rented.shop",
            "a.rented.shop",
        ] {
            assert!(!names.lead_to(outside), "{outside}");
        }
    }
}
