//! May this service start against this database? pgward reads a PostgreSQL configuration, says where each value
//! comes from, judges it by rules, asks the server, and gives a way to connect only when nothing refuses.
//!
//! # At boot
//!
//! Before anything else is done, in `main`. With `features = ["guard", "blocking"]`:
//!
//! ```no_run
//! # #[cfg(feature = "blocking")]
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let ready = pgward::Guard::from_env()?   // the process environment alone, never a stray .env
//!         .require_extension("pg_trgm")
//!         .install_extensions()                // without it the guard only reads
//!         .enforce()?;                         // Err(Error::Refused(report)) prints the report
//!     let mut client: pgward::postgres::Client = ready.connect()?;
//!     client.simple_query("SELECT 1")?;
//!     Ok(())
//! }
//! # #[cfg(not(feature = "blocking"))]
//! # fn main() {}
//! ```
//!
//! On tokio, with `features = ["guard"]`, the session that was judged is handed on:
//!
//! ```no_run
//! # #[cfg(feature = "guard")]
//! # async fn start() -> Result<(), Box<dyn std::error::Error>> {
//! let ready = pgward::Guard::from_env()?.require_extension("pg_trgm").enforce_async().await?;
//! let (client, connection) = ready.into_client();
//! tokio::spawn(connection);
//! client.simple_query("SELECT 1").await?;
//! # Ok(())
//! # }
//! ```
//!
//! A pool takes the address that was verified, and the same decision about TLS, or a URL in the spelling that the
//! client library reads rightly:
//!
//! ```no_run
//! # #[cfg(feature = "guard")]
//! # fn start() -> Result<(), Box<dyn std::error::Error>> {
//! let ready = pgward::Guard::from_env()?.enforce()?;
//! let (config, tls) = (ready.config()?, ready.tls()?);      // deadpool, bb8, r2d2
//! let url = ready.url(pgward::Consumer::Sqlx);              // sqlx, diesel
//! # drop((config, tls, url));
//! # Ok(())
//! # }
//! ```
//!
//! # Files
//!
//! Without any feature the library judges texts in memory, as `pgward lint` does:
//!
//! ```
//! use pgward::{Files, Policy, Severity, lint};
//!
//! let files = vec![(".env.production".to_owned(), b"DATABASE_URL=sqlite:///app.db\n".to_vec())];
//! let findings = lint(&Files { files, ..Files::default() }, &Policy::default());
//! assert!(findings.iter().any(|f| f.severity == Severity::Error));
//! ```
//!
//! # How it works
//!
//! ```text
//! world ──▶ layer ──▶ settings ──▶ rules ──▶ ask ──▶ probe ──▶ rules ──▶ report
//! bytes     key/value  targets,    offline   their   answers   server    text, concise,
//! facts     + place    provenance  findings  SQL     as rows   findings  json
//! ```
//!
//! Only `world` reads (the environment, files) and only `driver`, which carries out the probe's steps, dials. All
//! between them is pure. What a configuration holds is masked until a parser proves a part of it harmless: see
//! [`Secret`] and [`Part`].
//!
//! # Features
//!
//! | feature | adds |
//! |---|---|
//! | none | [`conninfo`], [`dotenv`], [`interpolation`], the rules and [`lint()`] on texts in memory; no tokio, TLS, socket or clap |
//! | `guard` | `Guard` and `Ready` on tokio-postgres and rustls with ring |
//! | `blocking` | `guard`, and `Ready::connect`, which gives a `postgres::Client` |
//! | `cli` (default) | `guard`, and the `pgward` binary with its pictures and its JSON |
//!
//! A service turns the default off: `default-features = false, features = ["guard"]`. A feature adds API and never
//! changes a verdict. No process-wide TLS provider is installed.
#![forbid(unsafe_code)]

mod advice;
mod ask;
#[cfg(feature = "cli")]
mod baseline;
mod beside;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod cli;
mod configuration;
pub mod conninfo;
pub mod consumer;
#[cfg(feature = "guard")]
mod driver;
mod environment;
mod finding;
mod fix;
#[cfg(feature = "guard")]
mod guard;
pub mod interpolation;
mod judge;
mod layer;
mod lint;
mod misread;
mod near;
mod page;
mod policy;
#[cfg(feature = "guard")]
mod preflight;
mod probe;
mod report;
mod repository;
mod rules;
mod secret;
mod settings;
mod sink;
mod source;
mod suppression;
mod unreachable;
#[cfg(feature = "guard")]
mod world;
#[cfg_attr(not(feature = "guard"), expect(dead_code, reason = "the driver asks for more than the rules do"))]
mod x509;

pub use consumer::{Consumer, UnknownConsumer};
pub use environment::{Environment, UnknownEnvironment};
pub use finding::{Located as Finding, Severity};
#[cfg(feature = "guard")]
pub use guard::{Error, Guard, Ready};
pub use layer::dotenv;
pub use lint::{Files, lint};
pub use policy::{Policy, PolicyError};
pub use report::Report;
pub use repository::is_manifest;
pub use secret::{Part, Secret};
pub use settings::Git;

/// What the tests of the inside reach. No promise is made about any of it.
#[doc(hidden)]
pub mod unstable {
    macro_rules! reach {
        ($($module:ident)*) => { $(pub mod $module { pub use crate::$module::*; })* };
    }
    reach! { ask configuration consumer environment finding fix judge layer lint page policy probe report repository rules secret settings source suppression }
    #[cfg(feature = "cli")]
    reach! { baseline }
    #[cfg(feature = "guard")]
    reach! { driver }
}

#[cfg(feature = "guard")]
pub use driver::{Connection, Connector, DoorStream, Session, Socket};
pub use figment;
#[cfg(feature = "blocking")]
pub use postgres;
#[cfg(feature = "guard")]
pub use tokio_postgres;
