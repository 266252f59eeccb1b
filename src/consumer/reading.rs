//! What a client library makes of a connection string: accepted as what, or refused. One file a library beside this
//! one; each follows the library's own parser and is held against recorded answers.

use crate::secret::Secret;

/// A library's answer to a string.
#[derive(Clone, Debug)]
pub enum Reading {
    /// It goes on with this.
    Accepted(Accepted),
    /// It raises before anything is dialled. The reason is ours, and free of the string.
    Rejected(&'static str),
}

/// What a library would go on with. Nothing here was proved harmless.
#[derive(Clone, Default, Debug)]
pub struct Accepted {
    /// The engine it takes the string for.
    pub backend: Backend,
    /// Hosts in the order of dialling, with their ports; a socket is its directory. Empty where the library names
    /// none and leaves the choice to what it hands the string on to.
    pub hosts: Vec<(Secret, u16)>,
    /// The role; none where the library takes a default.
    pub user: Option<Secret>,
    /// The password.
    pub password: Option<Secret>,
    /// The database, or the file of SQLite; none where the library takes a default.
    pub dbname: Option<Secret>,
    /// The `sslmode` as this library understands it; none where the string says nothing that it heeds.
    pub sslmode: Option<Secret>,
    /// SQLAlchemy's drivername, Django's ENGINE.
    pub driver: Option<Secret>,
    /// Every other parameter, in order, and what becomes of it.
    pub parameters: Vec<Parameter>,
    /// It is accepted here and fails before or at the first connection: why.
    pub later: Option<&'static str>,
}

/// The engine that a library takes a string for.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Backend {
    /// PostgreSQL.
    #[default]
    Postgres,
    /// A file of SQLite, or memory.
    Sqlite {
        /// Gone with the process.
        memory: bool,
    },
    /// Another engine, or none that it could load.
    Other,
}

/// One parameter of a string.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// The name, decoded.
    pub name: Secret,
    /// The value, decoded.
    pub value: Secret,
    /// What becomes of it.
    pub fate: Fate,
}

/// What becomes of a parameter.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fate {
    /// The library heeds it.
    Heeded,
    /// It is handed to the driver below without a look.
    HandedOn,
    /// It becomes a run-time setting of the session, which the server may refuse.
    Setting,
    /// It is dropped without a word.
    Ignored,
}
