//! May this service start against this database?
#![forbid(unsafe_code)]

pub mod conninfo;
mod environment;
mod secret;
mod source;
#[cfg(feature = "guard")]
mod world;

pub use environment::{Environment, UnknownEnvironment};
pub use secret::{Part, Secret};

/// What the tests of the inside reach. No promise is made about any of it.
#[doc(hidden)]
pub mod unstable {
    macro_rules! reach {
        ($($module:ident)*) => { $(pub mod $module { pub use crate::$module::*; })* };
    }
    reach! { environment secret source }
}

pub use figment;
