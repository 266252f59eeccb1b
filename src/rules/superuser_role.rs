use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "superuser-role",
    since: "0.1.0",
    levels: Levels::of("IIWE"),
    boot: false,
    traits: COMMON,
    page: include_str!("superuser_role.md"),
    checks: &[Check::Target(by_name), Check::Server(&[&PRIVILEGES], live)],
};

fn by_name(target: &Target, settings: &Settings, out: &mut Sink<'_>) {
    let elsewhere = target.is_always_replaced() || target.looks_on();
    if !target.is_postgres() && target.form != Form::Toggle || elsewhere {
        return;
    }
    let Some(user) = settings.part_of(target, "user").filter(|_| !settings.has_parts_of_others(target))
    else {
        return;
    };
    let superuser = SUPERUSERS.iter().any(|name| user.value.equals(name));
    if !superuser && !ADMINISTRATORS.iter().any(|name| user.value.equals(name)) {
        return;
    }
    // A pipeline's own server is gone with the job.
    if out.door() == Door::Lint
        && out.environment() == Environment::Test
        && target.told
        && (target.is_loopback() || target.around.neighbour)
    {
        return;
    }
    // A hosted service gives nobody a superuser; what it calls `postgres` owns everything all the same.
    let hosted = target.is_managed() || target.is_of_cloud_sql() || !superuser;
    let kind = if hosted { "the administrator of the whole server" } else { "a superuser" };
    let draft = out
        .report(format!("the service connects as `{}`, by its name {kind}", user.value))
        .at(&user.origin, "this role may do everything")
        .note("one injected statement is enough to read every database, drop it, or run programs as the server")
        .help("create a role that owns its schema and nothing else: `CREATE ROLE app LOGIN`, then grant what it needs");
    // What an image has for a container beside it, which nobody needs a password for, is told once, by `url-in-image`.
    let sketch = target.around.in_image && target.is_single_label() && target.credential().is_none();
    // Who puts a password in its place puts a role there too.
    let open = |c: Credential<'_>| c.secret.looks_like_placeholder() || c.secret.is_common();
    // Where a service is given another one, nobody takes the default.
    let out_of_default = target.oddities.fallbacks.iter().any(|f| f.supplies == "user" && !f.shared);
    let form = settings.is_secret_to_fill_in() && target.credential().is_none_or(open);
    if settings.administers || sketch || form {
        draft.at_most(Levels::of("IIII"));
    } else if hosted || out_of_default {
        draft.at_most(Levels::of("IIWW"));
    }
}

/// The server's own word, whatever the role is called. At the same place as the suspicion, so it stays one finding.
fn live(target: &Target, answers: &Answers<'_>, out: &mut Sink<'_>) {
    if answers.value(&PRIVILEGES, "superuser") == Some("t") {
        out.report("the service's role is a superuser, says the server")
            .at(target.origin_of("user"), "this role may do everything")
            .note("one injected statement is enough to read every database, drop it, or run programs as the server")
            .help("`ALTER ROLE … NOSUPERUSER`, or a role of the service's own");
    }
}

/// Made by initdb, by an image or by the service's own staff.
const SUPERUSERS: &[&str] = &[
    "postgres",
    "root",
    "pgsql",
    "superuser",
    "enterprisedb",
    "rdsadmin",
    "cloudsqladmin",
    "azuresu",
    "azure_superuser",
    "supabase_admin",
];

/// What hosted services hand to their customer as the first role.
const ADMINISTRATORS: &[&str] =
    &["rds_superuser", "cloudsqlsuperuser", "azure_pg_admin", "doadmin", "avnadmin", "tsdbadmin"];
