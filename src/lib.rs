//! May this service start against this database?
#![forbid(unsafe_code)]

mod advice;
mod ask;
mod configuration;
pub mod conninfo;
#[cfg(feature = "guard")]
mod driver;
mod environment;
mod finding;
mod judge;
mod layer;
mod lint;
mod near;
mod page;
mod policy;
mod probe;
mod report;
mod rules;
mod secret;
mod settings;
mod sink;
mod source;
mod unreachable;
#[cfg(feature = "guard")]
mod world;

pub use environment::{Environment, UnknownEnvironment};
pub use finding::{Located as Finding, Severity};
pub use layer::dotenv;
pub use lint::{Files, lint};
pub use policy::{Policy, PolicyError};
pub use report::Report;
pub use secret::{Part, Secret};

/// What the tests of the inside reach. No promise is made about any of it.
#[doc(hidden)]
pub mod unstable {
    macro_rules! reach {
        ($($module:ident)*) => { $(pub mod $module { pub use crate::$module::*; })* };
    }
    reach! { ask configuration environment finding judge layer lint page policy probe report rules secret settings source }
    #[cfg(feature = "guard")]
    reach! { driver }
}

#[cfg(feature = "guard")]
pub use driver::{Connection, Connector, DoorStream, Session, Socket};
pub use figment;
