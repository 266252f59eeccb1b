//! What other files say of a target.

/// What other files say of a target.
#[derive(Clone, Copy, Default, Debug)]
pub struct Around {
    /// Its host is a container beside its own: what is sent never leaves the machine.
    pub neighbour: bool,
    /// The server at its host is one that the repository runs itself, in the same cluster and without TLS.
    pub served_in_clear: bool,
    /// A suffix is put behind the name of its database, for tests.
    pub suffixed: bool,
}
