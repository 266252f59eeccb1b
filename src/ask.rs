//! The questions that several rules share, and what their answers come to. Each is one simple query, qualified
//! with `pg_catalog`, for PostgreSQL 12 to 18 and any role; none carries a value of the configuration, so that
//! nothing has to be quoted. What only one rule asks stands in that rule's file.

pub mod extension;

use crate::{
    probe::{self, Answer},
    rules::Ask,
};

/// Which server answered, and as whom: one row. Every preflight asks it, for the line that reports success.
///
/// `address` and `port` are NULL on a Unix socket. Behind a pooler they and `server_sees_tls` speak of the pooler's
/// own leg. Booleans are `t` and `f`.
pub static SERVER: Ask = Ask {
    name: "server",
    columns: &[
        "version",
        "version_num",
        "role",
        "database",
        "in_recovery",
        "address",
        "port",
        "server_sees_tls",
    ],
    sql: |_| {
        Some(
            "SELECT pg_catalog.current_setting('server_version') AS version, \
             pg_catalog.current_setting('server_version_num') AS version_num, \
             current_user AS role, pg_catalog.current_database() AS database, \
             pg_catalog.pg_is_in_recovery() AS in_recovery, \
             pg_catalog.host(pg_catalog.inet_server_addr()) AS address, \
             pg_catalog.inet_server_port() AS port, \
             (SELECT s.ssl FROM pg_catalog.pg_stat_ssl AS s \
             WHERE s.pid = pg_catalog.pg_backend_pid()) AS server_sees_tls"
                .into(),
        )
    },
};

/// What this role is and may do in this database: one row; none if the server hides the role from itself.
///
/// `platform_admin` is true for members of the roles that managed services give their customers in place of a
/// superuser: they may create extensions that PostgreSQL reserves for superusers. `azure_extensions` and
/// `rds_allowed_extensions` are the lists that such a service permits, `delegated_extensions` those that pgextwlist
/// or supautils creates for ordinary roles; NULL where there is no such setting or it may not be read.
pub static PRIVILEGES: Ask = Ask {
    name: "privileges",
    columns: &[
        "role",
        "superuser",
        "bypassrls",
        "createrole",
        "createdb",
        "replication",
        "valid_until",
        "database",
        "database_owner",
        "create_on_database",
        "platform_admin",
        "azure_extensions",
        "rds_allowed_extensions",
        "delegated_extensions",
    ],
    sql: |_| {
        Some(
            "SELECT r.rolname AS role, r.rolsuper AS superuser, r.rolbypassrls AS bypassrls, \
             r.rolcreaterole AS createrole, r.rolcreatedb AS createdb, r.rolreplication AS replication, \
             r.rolvaliduntil AS valid_until, d.datname AS database, \
             pg_catalog.pg_get_userbyid(d.datdba) AS database_owner, \
             pg_catalog.has_database_privilege(d.oid, 'CREATE') AS create_on_database, \
             EXISTS (SELECT 1 FROM pg_catalog.pg_roles AS p WHERE p.rolname IN ('rds_superuser', \
             'cloudsqlsuperuser', 'alloydbsuperuser', 'azure_pg_admin', 'neon_superuser') \
             AND pg_catalog.pg_has_role(p.oid, 'MEMBER')) AS platform_admin, \
             (SELECT s.setting FROM pg_catalog.pg_settings AS s \
             WHERE s.name = 'azure.extensions') AS azure_extensions, \
             (SELECT s.setting FROM pg_catalog.pg_settings AS s \
             WHERE s.name = 'rds.allowed_extensions') AS rds_allowed_extensions, \
             (SELECT pg_catalog.string_agg(s.setting, ',') FROM pg_catalog.pg_settings AS s \
             WHERE s.name IN ('extwlist.extensions', 'supautils.privileged_extensions')) \
             AS delegated_extensions \
             FROM pg_catalog.pg_roles AS r, pg_catalog.pg_database AS d \
             WHERE r.rolname = current_user AND d.datname = pg_catalog.current_database()"
                .into(),
        )
    },
};

/// The extensions of this database: a row each. Asked only if the target wants some.
pub static EXTENSIONS: Ask = Ask {
    name: "extensions",
    columns: &["name", "version", "schema"],
    sql: |asking| {
        (!asking.target.extensions.is_empty()).then(|| {
            "SELECT e.extname AS name, e.extversion AS version, n.nspname AS schema \
             FROM pg_catalog.pg_extension AS e \
             JOIN pg_catalog.pg_namespace AS n ON n.oid = e.extnamespace ORDER BY e.extname"
                .into()
        })
    },
};

/// What the server could install: a row each. Asked only if the target wants extensions.
///
/// `superuser` is `t` for one that only a superuser may create unless it is `trusted`, which is NULL before
/// PostgreSQL 13; both are NULL if the default version has no script.
pub static AVAILABLE: Ask = Ask {
    name: "available-extensions",
    columns: &["name", "version", "superuser", "trusted"],
    sql: |asking| {
        (!asking.target.extensions.is_empty()).then(|| {
            // PostgreSQL 12 has no column `trusted`: only through JSON the same text runs on all.
            "SELECT a.name, a.default_version AS version, v.superuser, \
             (pg_catalog.to_jsonb(v) ->> 'trusted') = 'true' AS trusted \
             FROM pg_catalog.pg_available_extensions AS a \
             LEFT JOIN pg_catalog.pg_available_extension_versions AS v \
             ON v.name = a.name AND v.version = a.default_version ORDER BY a.name"
                .into()
        })
    },
};

/// The questions that were put and not answered, and why, for [`crate::rules::Answers::unanswered`]. A question
/// that need not be asked here is none of them.
pub fn unanswered(answers: &probe::Answers) -> Vec<(&'static str, String)> {
    let reason = |answer: &Answer| match answer {
        Answer::Rows(_) => None,
        Answer::Refused(refusal) => Some(match refusal.sqlstate {
            Some(sqlstate) => format!("the server refused it with SQLSTATE {sqlstate}"),
            None => "the server refused it".to_owned(),
        }),
        Answer::NotAsked(why) => Some((*why).to_owned()),
    };
    answers.iter().filter_map(|(name, answer)| Some((name, reason(answer)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        configuration::{Configuration, Input},
        policy::Wanted,
        rules::{Asking, Check, RULES},
    };

    #[test]
    fn questions_are_one_simple_query_each() {
        let input = Input {
            variables: [("DATABASE_URL".to_owned(), b"postgresql://app@db/shop".to_vec())].into(),
            extensions: vec![Wanted { name: "it's \\ \"odd\"".to_owned(), span: None }],
            ..Input::default()
        };
        let configuration = Configuration::new(input);
        let target = configuration.settings.selected().expect("a target");
        let mut names: Vec<(&str, *const Ask)> = Vec::new();
        for check in RULES.iter().flat_map(|r| r.checks) {
            let Check::Server(asks, _) = check else { continue };
            for ask in *asks {
                let sql = (ask.sql)(&Asking { target, migrates: true }).expect("asked here");
                assert!(sql.starts_with("SELECT ") && !sql.contains([';', '\\', '"', '\n']), "{sql}");
                for from in sql.split(" FROM ").skip(1).chain(sql.split(" JOIN ").skip(1)) {
                    assert!(from.starts_with("pg_catalog.") || from.starts_with('('), "{from}");
                }
                for column in ask.columns {
                    let alias = format!(" AS {column}");
                    assert!(sql.contains(&alias) || sql.contains(&format!(".{column}")), "{column}: {sql}");
                }
                let address = std::ptr::from_ref::<Ask>(ask);
                assert!(names.iter().all(|(n, a)| *n != ask.name || *a == address), "{} twice", ask.name);
                names.push((ask.name, address));
            }
        }
    }

    #[test]
    fn only_refusals_and_omissions_are_unanswered() {
        let mut answers = probe::Answers::default();
        answers.insert("a", Answer::Rows(probe::Rows::default()));
        answers.insert("b", Answer::Refused(probe::Refusal::new(Some("42501"), None, None)));
        answers.insert("c", Answer::NotAsked("the time was up"));
        let reasons = unanswered(&answers);
        assert_eq!(
            reasons,
            [
                ("b", "the server refused it with SQLSTATE 42501".to_owned()),
                ("c", "the time was up".to_owned())
            ]
        );
    }
}
