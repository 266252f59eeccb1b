//! What other files say of a target.

/// What other files say of a target.
#[derive(Clone, Copy, Default, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts about one target")]
pub struct Around {
    /// Its host is a container beside its own: what is sent never leaves the machine.
    pub neighbour: bool,
    /// What the project requires is a driver that SQLAlchemy takes for no plain scheme, such as asyncpg, and no other: it reads
    /// the URL itself, or code exchanges the scheme.
    pub scheme_is_put: bool,
    /// The server at its host is one that the repository runs itself, in the same cluster and without TLS.
    pub served_in_clear: bool,
    /// Its hosts are names of the cluster that it is dialled from: service and namespace.
    pub in_cluster: bool,
    /// It is a default that an image has for its containers.
    pub in_image: bool,
    /// It is a file in a volume of the image that says so: its containers come and go.
    pub in_volume: bool,
    /// It is a default that an image has, and a container of the repository gets a URL of PostgreSQL under the same name; or a host
    /// that code has for a default, and each container that is built around it is given another.
    pub said_anew: bool,
    /// The database that the variables beside its URL name is one that several containers are given: none of theirs alone.
    pub database_of_all: bool,
    /// Its password is a variable of a compose file that none of the servers in it takes for its own.
    pub own_password: bool,
    /// It is the URL of an alembic.ini whose env.py sets the options that it names.
    pub filled: bool,
    /// A suffix is put behind the name of its database, for tests.
    pub suffixed: bool,
}
