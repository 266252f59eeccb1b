//! Hosted services by the suffix of a host, and what they are known to give their customers: a database called `postgres`,
//! a pooler, servers that all take writes, a network that encrypts.

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

/// What a hosting service calls a way to its databases.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Hosted {
    /// `db.REF.supabase.co`: the server itself, over IPv6 unless the project pays for an IPv4 address.
    SupabaseDirect,
    /// `aws-0-REGION.pooler.supabase.com`: one name for many projects, told apart by the user's name.
    SupabasePooler,
    /// `ep-….neon.tech`: told apart by the name in the TLS handshake.
    Neon,
    /// `postgres.railway.internal`: inside one Railway environment.
    RailwayInternal,
    /// `….proxy.rlwy.net`: Railway's way in from outside.
    RailwayPublic,
    /// `dpg-…-a`: inside one region of Render.
    RenderInternal,
    /// `dpg-…-a.REGION-postgres.render.com`: Render's way in from outside.
    RenderPublic,
    /// `….flycast`, `….nearest.of.APP.internal`: inside a Fly.io organisation.
    FlyInternal,
    /// `….REGION.rds.amazonaws.com`.
    Rds,
    /// `NAME.postgres.database.azure.com`.
    Azure,
}

impl Hosted {
    /// Whether the platform's own network encrypts what is sent there: a mesh of `WireGuard` tunnels, both of Railway
    /// (docs.railway.com, "How Private Networking Works") and of Fly.io (fly.io/docs, "Private Networking").
    pub fn is_tunnelled(self) -> bool {
        matches!(self, Self::RailwayInternal | Self::FlyInternal)
    }

    /// By the name of a host.
    pub fn of(host: &str) -> Option<Self> {
        let name = host.trim_end_matches('.').to_ascii_lowercase();
        let render = |label: &str| {
            let id = label.strip_prefix("dpg-").map(|l| l.rsplit_once('-').map_or(l, |(id, _)| id));
            id.is_some_and(|id| id.len() >= 16 && id.bytes().all(|b| b.is_ascii_alphanumeric()))
        };
        let first = name.split('.').next().unwrap_or_default();
        if name.starts_with("db.") && name.ends_with(".supabase.co") {
            return Some(Self::SupabaseDirect);
        }
        if name.ends_with(".internal") && name.contains(".nearest.of.") {
            return Some(Self::FlyInternal);
        }
        if first == name {
            return render(&name).then_some(Self::RenderInternal);
        }
        if name.ends_with("-postgres.render.com") {
            return render(first).then_some(Self::RenderPublic);
        }
        HOSTED.iter().find(|(suffix, _)| name.ends_with(suffix)).map(|(_, hosted)| *hosted)
    }
}

/// By the end of the name; what takes more stands in [`Hosted::of`].
const HOSTED: &[(&str, Hosted)] = &[
    (".pooler.supabase.com", Hosted::SupabasePooler),
    (".neon.tech", Hosted::Neon),
    (".railway.internal", Hosted::RailwayInternal),
    (".proxy.rlwy.net", Hosted::RailwayPublic),
    (".flycast", Hosted::FlyInternal),
    (".rds.amazonaws.com", Hosted::Rds),
    (".rds.amazonaws.com.cn", Hosted::Rds),
    (".postgres.database.azure.com", Hosted::Azure),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosting_services_are_told_by_their_names() {
        let of = Hosted::of;
        assert_eq!(of("db.abcdefghijklmnopqrst.supabase.co"), Some(Hosted::SupabaseDirect));
        assert_eq!(of("aws-0-eu-central-1.pooler.supabase.com."), Some(Hosted::SupabasePooler));
        assert_eq!(of("EP-cool-1.us-east-2.aws.neon.tech"), Some(Hosted::Neon));
        assert_eq!(of("postgres.railway.internal"), Some(Hosted::RailwayInternal));
        assert_eq!(of("dpg-cq1v9q8zkw3ra7l2m4n5-a"), Some(Hosted::RenderInternal));
        assert_eq!(of("dpg-cq1v9q8zkw3ra7l2m4n5-a.oregon-postgres.render.com"), Some(Hosted::RenderPublic));
        for none in [
            "db",
            "dpg-a",
            "dpg-primary-a",
            "supabase.co",
            "x.supabase.co",
            "api.example.com",
            "railway.internal",
        ] {
            assert_eq!(of(none), None, "{none}");
        }
    }
}
