//! The names by which pods of a tree find each other: `service.namespace`, which looks like a host of the public tree.

use crate::{
    layer::{Carried, Structure},
    secret::Part,
};
use std::collections::BTreeSet;

/// The namespaces and services that the objects of all files name.
#[derive(Clone, Default, Debug)]
pub struct Names {
    namespaces: BTreeSet<String>,
    services: BTreeSet<String>,
}

impl Names {
    /// Of all files of a run.
    pub fn of(files: &[Carried]) -> Self {
        let mut out = Self::default();
        for file in files {
            let Structure::Kubernetes(objects) = &file.structure else { continue };
            out.namespaces.extend(objects.namespaces.keys().cloned());
            out.services.extend(objects.fronts.iter().map(|front| front.name().to_owned()));
        }
        out
    }

    /// Whether each of some hosts is one that [`Names::lead_to`] knows.
    pub fn have(&self, hosts: &Part) -> bool {
        hosts.expose().split(',').all(|host| self.lead_to(host))
    }

    /// Whether a host is looked up in the cluster first, by the search path that the kubelet writes, and is there for all
    /// that is known: `db.shop`, `db-0.db.shop`. Without its namespace a service alone tells, unless the domain is one in
    /// which servers stand.
    pub fn lead_to(&self, host: &str) -> bool {
        let labels: Vec<&str> = host.split('.').take(4).collect();
        match *labels {
            [service, namespace] => {
                self.namespaces.contains(namespace)
                    || self.services.contains(service) && is_label(namespace) && !is_domain(namespace)
            }
            [_, service, namespace] => self.namespaces.contains(namespace) && self.services.contains(service),
            _ => false,
        }
    }
}

/// Whether a namespace may be called that (RFC 1123), and is no number of an address.
fn is_label(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// Whether a name is a domain at the top: those of countries have two letters, of the others those where people have
/// servers.
fn is_domain(name: &str) -> bool {
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
        let names = Names { namespaces: set(&["shop", "prod"]), services: set(&["db"]) };
        for inside in ["db.shop", "pg.shop", "db-0.db.shop", "db.warehouse"] {
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
        ] {
            assert!(!names.lead_to(outside), "{outside}");
        }
    }
}
