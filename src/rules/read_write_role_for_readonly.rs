use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "read-write-role-for-readonly",
    since: "0.1.0",
    levels: Levels::of("..IW"),
    boot: false,
    traits: COMMON,
    page: include_str!("read_write_role_for_readonly.md"),
    checks: &[Check::Target(check)],
};

/// By what is written; what the role may do the server alone knows.
fn check(target: &Target, settings: &Settings, out: &mut Sink<'_>) {
    if !target.is_postgres() || target.is_ambiguous() || target.begins_read_only() {
        return;
    }
    if target.role == Role::Replica {
        replica(target, settings, out);
    } else if target.role == Role::Primary && is_from_outside(target, settings) {
        outside(target, out);
    }
}

/// Seen from a developer's machine or from tests, production is there to be looked at.
fn is_from_outside(target: &Target, settings: &Settings) -> bool {
    let here = settings.settled.environment.as_ref().map(|e| e.value);
    let mild = here.is_some_and(|e| e < Environment::Staging) || settings.settled.test_mode.is_some();
    mild && target.environment == Some(Environment::Production)
}

fn replica(target: &Target, settings: &Settings, out: &mut Sink<'_>) {
    let attrs = target.get("target_session_attrs");
    let primary = |s: &&Setting<Part>| ["read-write", "primary"].iter().any(|word| s.value.equals(word));
    if let Some(attrs) = attrs.filter(primary) {
        out.report(format!("`{}` is for reading, and asks for the server that takes writes", target.name))
            .at(&attrs.origin, "a standby is refused")
            .help("`target_session_attrs=prefer-standby`, or `standby` where the primary is to be spared");
        return;
    }
    // A standby takes no writes from any role; the primary itself does.
    let same = |t: &&Target| {
        let user = |t: &Target| t.get("user").map(|s| s.value.clone());
        let role = user(t).zip(user(target)).is_some_and(|(a, b)| a.same_as(&b));
        t.role == Role::Primary && t.environment == target.environment && role && t.same_database_as(target)
    };
    if let Some(writer) = settings.targets.iter().find(same) {
        out.report(format!("`{}` is for reading, and is `{}` under another name", target.name, writer.name))
            .at(place(target, &["user", "host"]), "the role that writes, on the server that takes writes")
            .also(writer.origin_of("user"), "the same role, server and database")
            .help("name a standby, or a role that may only read: GRANT pg_read_all_data TO reader");
    }
}

fn outside(target: &Target, out: &mut Sink<'_>) {
    let Some(user) = target.get("user").filter(|u| !u.value.is_empty()) else { return };
    if target.has_word("user", READERS) {
        return;
    }
    let owned = target.has_word("user", WRITERS);
    let draft = out
        .report(format!("`{}` reaches production from here as `{}`", target.name, user.value))
        .at(
            &user.origin,
            if owned { "a role that writes, by its name" } else { "nothing says that it only reads" },
        )
        .note("what looks at live data from a laptop or a test run needs no right to change it")
        .help("use a role that may only read: CREATE ROLE reader LOGIN; GRANT pg_read_all_data TO reader");
    if !owned {
        draft.at_most(Levels::of("..II"));
    }
}

/// Words of roles that look.
const READERS: &[&str] = &[
    "ro",
    "read",
    "readonly",
    "reader",
    "reading",
    "reads",
    "view",
    "viewer",
    "select",
    "report",
    "reporting",
    "reports",
    "analytics",
    "analyst",
    "bi",
    "metabase",
    "grafana",
    "monitor",
    "monitoring",
    "replica",
    "audit",
];

/// Words of roles that own or change.
const WRITERS: &[&str] = &[
    "postgres",
    "root",
    "admin",
    "owner",
    "superuser",
    "rw",
    "write",
    "writer",
    "app",
    "web",
    "service",
    "django",
    "api",
    "backend",
    "migrate",
    "migrator",
    "migration",
    "migrations",
    "deploy",
];
