use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "schema-create-denied",
    since: "0.1.0",
    levels: Levels::of("WWEE"),
    boot: false,
    traits: COMMON,
    page: include_str!("schema_create_denied.md"),
    checks: &[Check::Server(&[&SCHEMA], check)],
};

/// The schema that unqualified names are created in; NULL when the search path leads to none that this role may use.
static SCHEMA: Ask = Ask {
    name: "schema",
    columns: &["role", "search_path", "schema", "owner", "may_create"],
    sql: |asking: &Asking<'_>| {
        asking.migrates.then(|| {
            "SELECT current_user AS role, pg_catalog.current_setting('search_path') AS search_path, \
             n.nspname AS schema, pg_catalog.pg_get_userbyid(n.nspowner) AS owner, \
             pg_catalog.has_schema_privilege(n.oid, 'CREATE') AS may_create \
             FROM (SELECT pg_catalog.current_schema() AS name) AS c \
             LEFT JOIN pg_catalog.pg_namespace AS n ON n.nspname = c.name"
                .into()
        })
    },
};

fn check(target: &Target, answers: &Answers<'_>, out: &mut Sink<'_>) {
    if !answers.migrates || answers.value(&SCHEMA, "may_create") == Some("t") {
        return;
    }
    let name = |column, word| advice::identifier(answers.value(&SCHEMA, column), word);
    let role = name("role", "THE_ROLE");
    let who = place(target, &["user"]);
    if answers.value(&SCHEMA, "schema").is_none() {
        out.report("this role migrates, and its search_path leads to no schema that it may use")
            .at(who, "this role")
            .note("CREATE TABLE without a schema's name fails with 3F000")
            .help(format!(
                "create the schema, or have its owner run: GRANT USAGE, CREATE ON SCHEMA THE_SCHEMA TO {role}"
            ));
        return;
    }
    let (schema, owner) = (name("schema", "THE_SCHEMA"), name("owner", "its owner"));
    let mut draft = out
        .report(format!("this role migrates, and may not create anything in schema {schema}"))
        .at(who, "this role")
        .note("CREATE TABLE fails with 42501; GRANT ALL ON DATABASE does not include it")
        .help(format!("have {owner} or a superuser run: GRANT USAGE, CREATE ON SCHEMA {schema} TO {role}"));
    if owner == "\"pg_database_owner\"" {
        draft =
            draft.note("pg_database_owner is whoever owns the database: a migrating role may as well own it");
    }
    drop(draft);
}
