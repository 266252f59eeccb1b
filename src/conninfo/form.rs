//! The grammars of connection strings.

/// Which grammar a connection string is written in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// `postgresql://…`
    Uri,
    /// `host=… dbname=…`, also the empty string.
    KeywordValue,
    /// `jdbc:postgresql://…`, which pgjdbc reads.
    Jdbc,
    /// `r2dbc:postgresql://…`, which r2dbc-postgresql reads.
    R2dbc,
    /// `Host=…;Username=…`, which Npgsql reads.
    Npgsql,
}

impl Form {
    /// Whether it is one of libpq's own two.
    pub fn is_libpq(self) -> bool {
        matches!(self, Self::Uri | Self::KeywordValue)
    }
}
