//! What hosted services are known to give their customers, by the suffix of a host: a database called `postgres`, a pooler,
//! servers that all take writes.

use super::target::Target;
use crate::conninfo::{Conninfo, Endpoint};

impl Target {
    /// Whether `postgres` is a database that the service makes for its customer's own use: Supabase, on its machines and by
    /// its command line on this one (port 54322), Crunchy Bridge, Neon.
    pub fn is_preset_named_postgres(&self) -> bool {
        const PRESETS: &[&str] =
            &[".supabase.co", ".supabase.com", ".neon.tech", ".crunchybridge.com", ".postgresbridge.com"];
        self.every_endpoint(|host, port| PRESETS.iter().any(|s| host.ends_with(s)) || port == 54_322)
    }

    /// Whether each server takes writes: `CockroachDB` and `YugabyteDB`.
    pub fn takes_writes_everywhere(&self) -> bool {
        const WRITERS: &[&str] = &[".cockroachlabs.cloud", ".yugabyte.cloud"];
        self.every_endpoint(|host, port| WRITERS.iter().any(|s| host.ends_with(s)) || port == 26_257)
    }

    /// Whether a pooler of the hosting service answers under this name: RDS Proxy, Prisma Postgres.
    pub fn is_pooled_by_service(&self) -> bool {
        self.every_endpoint(|host, _| {
            host.contains(".proxy-") && host.ends_with(".rds.amazonaws.com") || host.ends_with(".prisma.io")
        })
    }

    /// How to reach the pooler that the hosting service has for this database; none where it is not known to have one.
    pub fn pooler_on_offer(&self) -> Option<&'static str> {
        const OFFERS: &[(&[&str], &str)] = &[
            (
                &[".supabase.co", ".supabase.com"],
                "port 6543 of `….pooler.supabase.com` is its pooler by transaction",
            ),
            (&[".neon.tech"], "with `-pooler` behind the first part of the host's name it is Neon's pooler"),
            (&[".rds.amazonaws.com"], "put RDS Proxy before the database, and name its endpoint here"),
        ];
        let fits = |(suffixes, _): &&(&[&str], &str)| {
            self.every_endpoint(|host, _| suffixes.iter().any(|s| host.ends_with(s)))
        };
        OFFERS.iter().find(fits).map(|(_, how)| *how)
    }

    /// Whether every host, in lower case, and port has the property; false when there is none.
    fn every_endpoint(&self, property: impl Fn(&str, u16) -> bool) -> bool {
        let known = self.class_by_name().is_some();
        let Some(endpoints) = self.parsed.as_ref().ok().filter(|_| known).and_then(Conninfo::places) else {
            return false;
        };
        let fits = |e: &Endpoint| {
            let host = e.host.as_ref().map_or("", |h| h.expose());
            property(&host.trim_end_matches('.').to_ascii_lowercase(), e.port)
        };
        !endpoints.is_empty() && endpoints.iter().all(fits)
    }
}
