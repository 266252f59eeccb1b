//! May this service start against this database?
#![forbid(unsafe_code)]

pub mod conninfo;
mod environment;
mod finding;
mod layer;
mod near;
mod policy;
mod probe;
mod secret;
mod settings;
mod source;
#[cfg(feature = "guard")]
mod world;

pub use environment::{Environment, UnknownEnvironment};
pub use finding::{Located as Finding, Severity};
pub use layer::dotenv;
pub use policy::{Policy, PolicyError};
pub use secret::{Part, Secret};

/// What the tests of the inside reach. No promise is made about any of it.
#[doc(hidden)]
pub mod unstable {
    macro_rules! reach {
        ($($module:ident)*) => { $(pub mod $module { pub use crate::$module::*; })* };
    }
    reach! { environment finding layer policy probe secret settings source }
}

pub use figment;
