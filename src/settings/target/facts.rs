//! What many rules ask of a target and takes time to find: found once.

use crate::{
    conninfo::SslMode,
    settings::{host::HostClass, hosted::Hosted, identity::Key, pooling::Pooling, target::Place},
};
use std::sync::OnceLock;

/// What was found of a target that nobody changes any more. A copy is made to be changed, and finds anew.
#[derive(Default, Debug)]
pub(in crate::settings) struct Facts {
    /// An error where it is not clear what is dialled.
    pub(in crate::settings) host_class: OnceLock<Result<Option<HostClass>, ()>>,
    /// By the names of the hosts alone.
    pub(in crate::settings) hosted: OnceLock<Option<Hosted>>,
    /// By names, ports and parameters alone.
    pub(in crate::settings) pooling: OnceLock<Option<Pooling>>,
    pub(in crate::settings) tls_mode: OnceLock<Option<SslMode>>,
    pub(in crate::settings) identity: OnceLock<Option<Place>>,
    pub(in crate::settings) database_key: OnceLock<Option<Key>>,
    /// By the class of the hosts too, which nobody changes once files are put side by side.
    pub(in crate::settings) same_everywhere: OnceLock<bool>,
}

impl Clone for Facts {
    fn clone(&self) -> Self {
        Self::default()
    }
}

/// A fact, found when it is first asked for. Every test looks again whether it still holds.
pub(in crate::settings) fn fact<T: PartialEq>(once: &OnceLock<T>, find: impl Fn() -> T) -> &T {
    let found = once.get_or_init(&find);
    debug_assert!(*found == find(), "a target was changed after something was found of it");
    found
}
