//! What a rule is, and the list of them. A rule is a file in `rules/`: a `const RULE`, a function or two, and the
//! page beside it, which is its documentation and its test.

pub use crate::sink::{Draft, Sink};

use crate::{
    environment::Environment,
    layer::{Carried, Entry, Layer, compose::Waits, is_example},
    policy::{Level, Policy},
    probe::{self, Failure, FailureClass, SessionFacts},
    secret::Secret,
    settings::{Credential, Origin, Settings, Target, Validity},
    source::Span,
    suppression::Fault,
};
use std::{borrow::Cow, collections::BTreeSet, fmt};

/// One defect that pgward names.
#[derive(Debug)]
pub struct Rule {
    /// kebab-case; says the bad thing and reads well after "allow". The file's name, with `_` for `-`.
    pub id: &'static str,
    /// The first version that has it.
    pub since: &'static str,
    /// How much it weighs in development, test, staging and production.
    pub levels: Levels,
    /// Whether an error refuses at boot (`run`, `Guard`); elsewhere it always does.
    pub boot: bool,
    /// What sets it apart from most rules.
    pub traits: Traits,
    /// The page: what `pgward explain` prints.
    pub page: &'static str,
    /// What it looks at.
    pub checks: &'static [Check],
}

/// What sets a rule apart from most.
#[expect(clippy::struct_excessive_bools, reason = "independent marks, each off for most rules")]
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Traits {
    /// Off unless asked for by name.
    pub pedantic: bool,
    /// Also for `.env.example` and its like: about syntax, not about values.
    pub examples: bool,
    /// Refuses in observe mode too.
    pub even_observed: bool,
    /// Takes in the findings that exist only because nobody named the environment.
    pub folds: bool,
    /// Installing the required extensions mends it.
    pub mended_by_install: bool,
    /// No comment silences it; neither does one what refuses in observe mode too.
    pub beyond_comments: bool,
    /// It tells of what is given away where it stands, whether or not anything runs with it.
    pub leaks: bool,
    /// What stands in an env file to be copied, with a password that everybody guesses, shows how one is written, and nobody
    /// need mend it there.
    pub fills_in: bool,
}

/// Nothing sets the rule apart.
pub const COMMON: Traits = Traits {
    pedantic: false,
    examples: false,
    even_observed: false,
    folds: false,
    mended_by_install: false,
    beyond_comments: false,
    leaks: false,
    fills_in: false,
};

/// A level for each environment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Levels([Level; 4]);

impl Levels {
    /// Four letters, for development, test, staging and production: `.` allow, `I` note, `W` warn, `E` deny.
    ///
    /// # Panics
    /// At compile time, for anything else.
    pub const fn of(letters: &str) -> Self {
        let b = letters.as_bytes();
        assert!(b.len() == 4, "four environments, four letters");
        Self([level(b[0]), level(b[1]), level(b[2]), level(b[3])])
    }

    /// The level in an environment.
    #[inline]
    pub fn in_environment(self, environment: Environment) -> Level {
        self.0[environment as usize]
    }

    /// The letters, as in the catalogue.
    pub fn letters(self) -> String {
        self.0.iter().map(|l| ['.', 'I', 'W', 'E'][*l as usize]).collect()
    }
}

const fn level(letter: u8) -> Level {
    match letter {
        b'.' => Level::Allow,
        b'I' => Level::Note,
        b'W' => Level::Warn,
        b'E' => Level::Deny,
        _ => panic!("a level is one of . I W E"),
    }
}

/// What a rule looks at.
#[derive(Clone, Copy)]
pub enum Check {
    /// One layer's text.
    Layer(fn(&Layer, &mut Sink<'_>)),
    /// Everything that was read, side by side.
    Project(fn(&Project<'_>, &mut Sink<'_>)),
    /// One layer of a file and what it comes to, in its own environment. Files alone: for `lint`.
    Block(fn(&Carried, &View<'_>, &mut Sink<'_>)),
    /// One file as its carrier has it, in the strictest environment of its layers. Files alone: for `lint`.
    File(fn(&File<'_>, &Project<'_>, &mut Sink<'_>)),
    /// What pgward.toml declares, once for each environment that is judged; a rule speaks of what belongs to it.
    Policy(fn(&Policy, &mut Sink<'_>)),
    /// What one view comes to as a whole, also where it speaks of no database.
    Settings(fn(&Settings, &mut Sink<'_>)),
    /// One secret: the password of each database, and every other one that is declared.
    Credential(fn(&Credential<'_>, &Settings, &mut Sink<'_>)),
    /// One database that the configuration speaks of.
    Target(fn(&Target, &Settings, &mut Sink<'_>)),
    /// What the server answered to the rule's questions; not called when one of them was not answered.
    Server(&'static [&'static Ask], fn(&Target, &Answers<'_>, &mut Sink<'_>)),
    /// Why the server could not be used.
    Failure(FailureClass, fn(&Target, &Failure, &mut Sink<'_>)),
    /// A comment that silences findings, and does not do what it says. After all others, because they are what it is
    /// about; files alone, for `lint`.
    Comment(fn(&Fault, &mut Sink<'_>)),
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Layer(_) => "Layer",
            Self::Project(_) => "Project",
            Self::Block(_) => "Block",
            Self::File(_) => "File",
            Self::Policy(_) => "Policy",
            Self::Settings(_) => "Settings",
            Self::Credential(_) => "Credential",
            Self::Target(_) => "Target",
            Self::Server(..) => "Server",
            Self::Failure(..) => "Failure",
            Self::Comment(_) => "Comment",
        })
    }
}

/// One question to the server. Two rules that name the same one ask it once.
pub struct Ask {
    /// Unique; names the answer.
    pub name: &'static str,
    /// The columns of the answer, in order; a page's ` ```answers ` block and a real server must agree with them.
    pub columns: &'static [&'static str],
    /// The query; none where it cannot be asked.
    pub sql: fn(&Asking<'_>) -> Option<Cow<'static, str>>,
}

impl fmt::Debug for Ask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// What a question may depend on.
pub struct Asking<'a> {
    /// Whom it is put to.
    pub target: &'a Target,
    /// Whether this role makes schema changes: it installs extensions or is declared to migrate.
    pub migrates: bool,
}

/// Everything that was read, side by side.
pub struct Project<'a> {
    /// What each view of the files comes to; one view unless it is `lint`.
    pub views: &'a [View<'a>],
    /// The files themselves; none unless it is `lint`.
    pub files: &'a [Carried],
    /// When it is judged.
    pub door: Door,
    /// Env files that were found and not read.
    pub unread: &'a [String],
    /// The extensions that the policy lists.
    pub extensions: &'a [String],
    /// Where the policy names rules that this version does not know; no place for a flag.
    pub unknown_rules: &'a [Option<Span>],
    /// What the project decided, for the names that it gives to variables.
    pub policy: &'a Policy,
    /// Paths that files name and where nothing is. Of any other path nobody looked.
    pub absent: &'a BTreeSet<String>,
    /// What scripts, files of SQL and programs make, whoever runs them.
    pub made: &'a Made,
    /// Which of its own images wait for a server.
    pub waits: &'a Waits,
    /// One of its scripts waits until compose finds the services healthy.
    pub gates: bool,
}

/// What scripts and programs of a repository make on a server.
#[derive(Default)]
pub struct Made {
    /// The roles, by their names.
    pub roles: Vec<Secret>,
    /// A program makes databases, whose names it puts together.
    pub databases: bool,
}

/// One file with the views of its layers.
pub struct File<'a> {
    /// What was read.
    pub carried: &'a Carried,
    /// Its layers, each with what it comes to.
    pub views: &'a [View<'a>],
}

/// Some layers and what they come to.
pub struct View<'a> {
    /// Lowest first.
    pub layers: &'a [Layer],
    /// What they come to.
    pub settings: &'a Settings,
    /// The file that the last of them is of; none for what a process would start with.
    pub carried: Option<&'a Carried>,
}

impl View<'_> {
    /// Whether its file shows what to write: its values are nobody's.
    pub fn is_example(&self) -> bool {
        match &self.settings.whereabouts {
            Some(at) => at.example,
            None => self.layers.last().is_some_and(|layer| is_example(&layer.name)),
        }
    }

    /// Whether it is for development or tests, whatever the rest of its file is for.
    pub(crate) fn environment_is_mild(&self) -> bool {
        self.settings.settled.environment.as_ref().is_some_and(|s| s.value < Environment::Staging)
    }

    /// What its file sets a server up with, where nothing there says who connects: in the order of [`SERVERS_PASSWORD`].
    pub(crate) fn servers_passwords(&self) -> impl Iterator<Item = &Entry> {
        let is_one = |e: &Entry| SERVERS_PASSWORD.contains(&e.key.as_str());
        // One look at each entry: most files speak of no server.
        let speaks = |layer: &&Layer| self.settings.targets.is_empty() && layer.entries.iter().any(is_one);
        let layer = self.layers.last().filter(speaks);
        layer.into_iter().flat_map(|layer| SERVERS_PASSWORD.iter().filter_map(|key| layer.entry(key)))
    }
}

/// The moment of judging. Boot is not CI: see [`Rule::boot`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Door {
    /// Files alone.
    Lint,
    /// What this shell would start with.
    Check,
    /// With the server.
    Preflight,
    /// `run` and the guard.
    Boot,
}

/// What the server said, and what the client saw itself.
pub struct Answers<'a> {
    /// By question.
    pub answers: &'a probe::Answers,
    /// The client's own leg of the connection.
    pub link: Link,
    /// What the session said about itself, and about what stands between.
    pub session: &'a SessionFacts,
    /// Whether this role makes schema changes.
    pub migrates: bool,
    /// Questions without an answer, and why.
    pub unanswered: &'a [(&'static str, String)],
}

/// The client's own leg of the connection.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Link {
    /// TLS was negotiated.
    pub encrypted: bool,
    /// A Unix socket.
    pub socket: bool,
    /// How long the server's certificates are good for; none without TLS, or where it cannot be read.
    pub certificate: Option<PeerCertificate>,
    /// The present time, in seconds since 1970.
    pub now: u64,
}

/// How long a server's certificates are good for, verified or not.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PeerCertificate {
    /// The server's own.
    pub own: Validity,
    /// The first to expire of those that signed it, as far as the server sent them or the root file holds them.
    pub issuer: Option<Validity>,
}

impl Answers<'_> {
    /// The rows of a question that was answered: the engine calls no rule without.
    pub fn rows(&self, ask: &Ask) -> Vec<Row<'_>> {
        let Some(rows) = self.answers.rows(ask.name) else { return Vec::new() };
        (0..rows.len()).map(|index| Row { rows, index }).collect()
    }

    /// A column of the only row.
    pub fn value(&self, ask: &Ask, column: &str) -> Option<&str> {
        self.answers.rows(ask.name)?.get(0, column)
    }
}

/// One row of an answer.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    rows: &'a probe::Rows,
    index: usize,
}

impl<'a> Row<'a> {
    /// A column; none for NULL.
    pub fn get(&self, column: &str) -> Option<&'a str> {
        self.rows.get(self.index, column)
    }
}

/// The rule of an id.
pub fn find(id: &str) -> Option<&'static Rule> {
    index(id).map(|i| RULES[i])
}

/// The place of a rule of an id in [`RULES`], which are in the order of their files' names.
pub(crate) fn index(id: &str) -> Option<usize> {
    let file = |b: u8| if b == b'-' { b'_' } else { b };
    let order = |rule: &&Rule| rule.id.bytes().map(file).cmp(id.bytes().map(file));
    RULES.binary_search_by(order).ok().filter(|i| RULES[*i].id == id)
}

/// The rules that cannot be judged without the answer to a question.
pub(crate) fn that_ask(question: &str) -> Vec<&'static str> {
    let asks =
        |check: &Check| matches!(check, Check::Server(asks, _) if asks.iter().any(|a| a.name == question));
    RULES.iter().filter(|rule| rule.checks.iter().any(asks)).map(|rule| rule.id).collect()
}

/// The place of the first of these keywords that stands in a text, else of the whole target.
pub(crate) fn place<'t>(target: &'t Target, keywords: &[&str]) -> &'t Origin {
    let set = keywords.iter().filter_map(|k| target.get(k));
    set.map(|s| &s.origin).find(|o| o.span().is_some()).unwrap_or_else(|| target.origin())
}

/// What the images of a server take their password from.
pub(crate) const SERVERS_PASSWORD: &[&str] =
    &["POSTGRES_PASSWORD", "POSTGRESQL_PASSWORD", "POSTGRESQL_POSTGRES_PASSWORD"];

/// What holds a database's password by its name.
const PASSWORDS: &[&str] =
    &["DATABASE_PASSWORD", "DB_PASSWORD", "POSTGRES_PASSWORD", "POSTGRESQL_PASSWORD", "PGPASSWORD"];

/// All that a rule may see.
mod prelude {
    pub(super) use super::{
        Answers, Ask, Asking, COMMON, Check, Door, Draft, File, Levels, Made, PASSWORDS, Project, Rule,
        SERVERS_PASSWORD, Sink, Traits, View, place, that_ask,
    };
    pub(super) use crate::{
        advice,
        ask::{
            AVAILABLE, EXTENSIONS, PRIVILEGES, SERVER,
            extension::{self, Obstacle, State},
        },
        beside::{self, Side, Stand},
        conninfo::{Error, ErrorKind, Expected, SslMode, keyword_since},
        consumer::{Aspect, Backend, Consumer, Encryption, Shift, agreement::Row},
        environment::Environment,
        layer::{
            Carried, Carrier, Entry, Layer, LayerKind, Means, ProblemKind, Read, Seat, Structure, Tls,
            ci::Job,
            compose::{
                Compose, Dependency, Image, Interface, Keeping, Layout, Mount, Pinned, Port, Service, Source,
                Without, is_for_a_while,
            },
            is_example, is_javascript,
            kubernetes::{Block, Holder, Oddity},
            service::{DatabaseService, Given},
            sql::{Statement, StatementKind},
        },
        misread,
        policy::{Database, Policy, Status},
        probe::{Failure, FailureCause, FailureClass, Phase, Untrusted},
        secret::{Part, Secret},
        settings::{
            AliasConflict, CloudSqlFault, Credential, Difference, Engine, FileFault, Form, Git, HostClass,
            Hosted, Ignored, Nameless, Origin, PartSet, PathKind, Placeholder, Platform, PoolMode, Role,
            SecretFile, ServiceTroubleKind, Setting, Settings, StandsFor, Target, Toggle, ToggleKind,
            Validity, Whereabouts, document,
            engine::Spelling,
            misreading::{Cause, Teller},
            of_manifest, secret_file,
            tls::FILES,
            variables::{Meaning, meaning},
        },
        source::{Span, directories, directory},
        suppression::{Fault, FaultKind},
        unreachable,
    };
}

// rules:begin
mod alias_conflict;
mod ambient_pg_env;
mod application_name_missing;
mod auth_failed;
mod auth_method_unsupported;
mod azure_user_at;
mod budget_exceeded;
mod channel_binding_unsupported;
mod ci_service_mismatch;
mod cloudsql_socket;
mod compose_credential_mismatch;
mod compose_host_port_clash;
mod compose_init_only_variable;
mod compose_localhost_host;
mod compose_no_data_volume;
mod compose_no_health_gate;
mod compose_port_public;
mod compose_weak_healthcheck;
mod connect_denied;
mod connect_timeout;
mod connect_timeout_missing;
mod connection_closed;
mod connection_refused;
mod consumers_disagree;
mod database_missing;
mod database_url_empty;
mod database_url_unrecognised;
mod database_url_unset;
mod dbname_implicit;
mod deadline_exceeded;
mod dev_secret_in_production;
mod direct_negotiation_version;
mod dns_failed;
mod dotenv_dollar;
mod dotenv_duplicate_key;
mod dotenv_encoding;
mod dotenv_hash_in_value;
mod dotenv_inline_comment;
mod dotenv_syntax;
mod double_encoded;
mod driver_not_installed;
mod driver_suffix;
mod duplicate_parameter;
mod empty_password;
mod engine_not_postgres;
mod engine_parity;
mod env_file_tracked;
mod environment_contradiction;
mod environment_undetermined;
mod environment_word_mismatch;
mod example_drift;
mod example_with_real_secret;
mod extension_missing;
mod extension_not_permitted;
mod extension_unavailable;
mod extension_undeclared;
mod failover_attrs_missing;
mod fallback_default;
mod file_not_utf8;
mod file_too_large;
mod file_unparseable;
mod foreign_conninfo;
mod hba_rejected;
mod host_implicit;
mod iam_token_in_config;
mod image_data_mount;
mod image_floating;
mod ini_percent;
mod init_grant_insufficient;
mod init_password_missing;
mod init_script_injection;
mod init_script_missing;
mod init_server_only;
mod k8s_literal_url;
mod k8s_no_data_volume;
mod keepalive_missing;
mod kubernetes_service_link;
mod literal_password;
mod loader_divergence;
mod localhost_in_production;
mod lock_timeout;
mod maintenance_database;
mod migrations_via_pooler;
mod multihost_unportable;
mod near_miss_name;
mod neon_sni;
mod not_postgres;
mod not_queryable_standby;
mod param_semantics_differ;
mod parameter_unsupported;
mod parameter_value_invalid;
mod parts_incomplete;
mod password_equals_identifier;
mod password_missing;
mod password_on_command_line;
mod password_reused;
mod peer_auth_failed;
mod persistent_connection_unchecked;
mod persistent_connections_serverless;
mod placeholder_host;
mod placeholder_secret;
mod plaintext_auth_possible;
mod platform_internal_host;
mod pool_unbounded;
mod pooler_detected;
mod pooler_prepared_statements;
mod pooler_unavailable;
mod port_invalid;
mod question_unanswered;
mod rds_needs_tls;
mod read_write_role_for_readonly;
mod reserved_char_unencoded;
mod role_cannot_login;
mod role_missing;
mod rootcert_without_verify;
mod same_target_two_environments;
mod schema_create_denied;
mod scheme_alias;
mod scheme_postgres_for_sqlalchemy;
mod secret_file_bad;
mod secret_file_mode;
mod secret_json_shape;
mod secret_printed;
mod server_error;
mod server_starting;
mod server_stopping;
mod server_version;
mod service_unusable;
mod session_attrs_unmet;
mod session_state_via_pooler;
mod shadowed_source;
mod slots_exhausted;
mod socket_form_unportable;
mod socket_missing;
mod socket_tls_noise;
mod sqlite_in_memory;
mod sqlite_in_production;
mod startup_parameter_rejected;
mod statement_timeout;
mod statement_timeout_missing;
mod supabase_direct_ipv6;
mod supabase_pooler_user;
mod superuser_role;
mod suppression_expired;
mod suppression_unused;
mod tenants_share_database;
mod tenants_share_role;
mod test_equals_primary;
mod test_inherits_database_url;
mod test_name_not_test;
mod test_target_remote;
mod tls_cert_expiring;
mod tls_file_missing;
mod tls_not_active;
mod tls_refused;
mod tls_unspecified;
mod tls_unsupported;
mod tls_untrusted;
mod tls_unverified;
mod tls_weak;
mod toggle_ambiguous;
mod toggle_contradiction;
mod typed_value_hazard;
mod unknown_parameter;
mod unknown_policy_rule;
mod unresolved_placeholder;
mod url_composed_unencoded;
mod url_fragment;
mod url_in_compose;
mod url_in_framework_config;
mod url_in_image;
mod url_malformed;
mod url_parts_conflict;
mod user_implicit;
mod value_and_file_both_set;
mod value_wrapped;
mod verify_ca_public_root;
mod verify_full_with_ip;
mod verify_without_root;
mod weak_secret;
mod wrong_server_suspected;
mod yaml_secret_typing;

/// Every rule, in the order of their names.
pub static RULES: &[&Rule] = &[
    &alias_conflict::RULE,
    &ambient_pg_env::RULE,
    &application_name_missing::RULE,
    &auth_failed::RULE,
    &auth_method_unsupported::RULE,
    &azure_user_at::RULE,
    &budget_exceeded::RULE,
    &channel_binding_unsupported::RULE,
    &ci_service_mismatch::RULE,
    &cloudsql_socket::RULE,
    &compose_credential_mismatch::RULE,
    &compose_host_port_clash::RULE,
    &compose_init_only_variable::RULE,
    &compose_localhost_host::RULE,
    &compose_no_data_volume::RULE,
    &compose_no_health_gate::RULE,
    &compose_port_public::RULE,
    &compose_weak_healthcheck::RULE,
    &connect_denied::RULE,
    &connect_timeout::RULE,
    &connect_timeout_missing::RULE,
    &connection_closed::RULE,
    &connection_refused::RULE,
    &consumers_disagree::RULE,
    &database_missing::RULE,
    &database_url_empty::RULE,
    &database_url_unrecognised::RULE,
    &database_url_unset::RULE,
    &dbname_implicit::RULE,
    &deadline_exceeded::RULE,
    &dev_secret_in_production::RULE,
    &direct_negotiation_version::RULE,
    &dns_failed::RULE,
    &dotenv_dollar::RULE,
    &dotenv_duplicate_key::RULE,
    &dotenv_encoding::RULE,
    &dotenv_hash_in_value::RULE,
    &dotenv_inline_comment::RULE,
    &dotenv_syntax::RULE,
    &double_encoded::RULE,
    &driver_not_installed::RULE,
    &driver_suffix::RULE,
    &duplicate_parameter::RULE,
    &empty_password::RULE,
    &engine_not_postgres::RULE,
    &engine_parity::RULE,
    &env_file_tracked::RULE,
    &environment_contradiction::RULE,
    &environment_undetermined::RULE,
    &environment_word_mismatch::RULE,
    &example_drift::RULE,
    &example_with_real_secret::RULE,
    &extension_missing::RULE,
    &extension_not_permitted::RULE,
    &extension_unavailable::RULE,
    &extension_undeclared::RULE,
    &failover_attrs_missing::RULE,
    &fallback_default::RULE,
    &file_not_utf8::RULE,
    &file_too_large::RULE,
    &file_unparseable::RULE,
    &foreign_conninfo::RULE,
    &hba_rejected::RULE,
    &host_implicit::RULE,
    &iam_token_in_config::RULE,
    &image_data_mount::RULE,
    &image_floating::RULE,
    &ini_percent::RULE,
    &init_grant_insufficient::RULE,
    &init_password_missing::RULE,
    &init_script_injection::RULE,
    &init_script_missing::RULE,
    &init_server_only::RULE,
    &k8s_literal_url::RULE,
    &k8s_no_data_volume::RULE,
    &keepalive_missing::RULE,
    &kubernetes_service_link::RULE,
    &literal_password::RULE,
    &loader_divergence::RULE,
    &localhost_in_production::RULE,
    &lock_timeout::RULE,
    &maintenance_database::RULE,
    &migrations_via_pooler::RULE,
    &multihost_unportable::RULE,
    &near_miss_name::RULE,
    &neon_sni::RULE,
    &not_postgres::RULE,
    &not_queryable_standby::RULE,
    &param_semantics_differ::RULE,
    &parameter_unsupported::RULE,
    &parameter_value_invalid::RULE,
    &parts_incomplete::RULE,
    &password_equals_identifier::RULE,
    &password_missing::RULE,
    &password_on_command_line::RULE,
    &password_reused::RULE,
    &peer_auth_failed::RULE,
    &persistent_connection_unchecked::RULE,
    &persistent_connections_serverless::RULE,
    &placeholder_host::RULE,
    &placeholder_secret::RULE,
    &plaintext_auth_possible::RULE,
    &platform_internal_host::RULE,
    &pool_unbounded::RULE,
    &pooler_detected::RULE,
    &pooler_prepared_statements::RULE,
    &pooler_unavailable::RULE,
    &port_invalid::RULE,
    &question_unanswered::RULE,
    &rds_needs_tls::RULE,
    &read_write_role_for_readonly::RULE,
    &reserved_char_unencoded::RULE,
    &role_cannot_login::RULE,
    &role_missing::RULE,
    &rootcert_without_verify::RULE,
    &same_target_two_environments::RULE,
    &schema_create_denied::RULE,
    &scheme_alias::RULE,
    &scheme_postgres_for_sqlalchemy::RULE,
    &secret_file_bad::RULE,
    &secret_file_mode::RULE,
    &secret_json_shape::RULE,
    &secret_printed::RULE,
    &server_error::RULE,
    &server_starting::RULE,
    &server_stopping::RULE,
    &server_version::RULE,
    &service_unusable::RULE,
    &session_attrs_unmet::RULE,
    &session_state_via_pooler::RULE,
    &shadowed_source::RULE,
    &slots_exhausted::RULE,
    &socket_form_unportable::RULE,
    &socket_missing::RULE,
    &socket_tls_noise::RULE,
    &sqlite_in_memory::RULE,
    &sqlite_in_production::RULE,
    &startup_parameter_rejected::RULE,
    &statement_timeout::RULE,
    &statement_timeout_missing::RULE,
    &supabase_direct_ipv6::RULE,
    &supabase_pooler_user::RULE,
    &superuser_role::RULE,
    &suppression_expired::RULE,
    &suppression_unused::RULE,
    &tenants_share_database::RULE,
    &tenants_share_role::RULE,
    &test_equals_primary::RULE,
    &test_inherits_database_url::RULE,
    &test_name_not_test::RULE,
    &test_target_remote::RULE,
    &tls_cert_expiring::RULE,
    &tls_file_missing::RULE,
    &tls_not_active::RULE,
    &tls_refused::RULE,
    &tls_unspecified::RULE,
    &tls_unsupported::RULE,
    &tls_untrusted::RULE,
    &tls_unverified::RULE,
    &tls_weak::RULE,
    &toggle_ambiguous::RULE,
    &toggle_contradiction::RULE,
    &typed_value_hazard::RULE,
    &unknown_parameter::RULE,
    &unknown_policy_rule::RULE,
    &unresolved_placeholder::RULE,
    &url_composed_unencoded::RULE,
    &url_fragment::RULE,
    &url_in_compose::RULE,
    &url_in_framework_config::RULE,
    &url_in_image::RULE,
    &url_malformed::RULE,
    &url_parts_conflict::RULE,
    &user_implicit::RULE,
    &value_and_file_both_set::RULE,
    &value_wrapped::RULE,
    &verify_ca_public_root::RULE,
    &verify_full_with_ip::RULE,
    &verify_without_root::RULE,
    &weak_secret::RULE,
    &wrong_server_suspected::RULE,
    &yaml_secret_typing::RULE,
];
// rules:end
