//! The URLs of r2dbc-postgresql, translated into libpq's keywords. They have the shape of libpq's own, with the user before
//! the host; the options are the driver's (`PostgresqlConnectionFactoryProvider`), and what it does not know it passes over.

use super::{
    Conninfo, Drafts, Form,
    error::{Error, ErrorKind, Place},
    keyword::Libpq,
};

/// What stands before the scheme of the driver (R2DBC's specification, 3.2), the longest first.
const PREFIXES: &[&str] =
    &["r2dbcs:proxy:", "r2dbc:proxy:", "r2dbcs:pool:", "r2dbc:pool:", "r2dbcs:", "r2dbc:"];

impl Conninfo {
    /// Reads a URL as r2dbc-postgresql does: `r2dbc:postgresql://user:password@h/db?sslMode=require`. Its options come as
    /// the libpq keywords that mean the same; the others are listed by [`Conninfo::unknown`].
    ///
    /// # Errors
    /// As [`Conninfo::parse_any_scheme`]; [`ErrorKind::SchemeUnknown`] for a text that does not begin so.
    pub fn parse_r2dbc(text: &str, libpq: Libpq) -> Result<Self, Error> {
        super::refuse_nul(text)?;
        let scheme = super::visible::url_scheme(text).filter(|_| prefix(text).is_some());
        let Some(scheme) = scheme else {
            return Err(Error::new(ErrorKind::SchemeUnknown, Place::Scheme, text, 0..0));
        };
        let drafts = Drafts { unknown: Some(Vec::new()), ..Drafts::new() };
        let mut out = Self::parse_uri(text, scheme.end + 3, libpq, drafts)?;
        out.form = Form::R2dbc;
        // `r2dbcs:` is `ssl=true`.
        if text.starts_with("r2dbcs:") {
            out.fill("sslmode", crate::secret::Part::harmless("verify-full"));
        }
        Ok(out)
    }
}

/// What a text has before the scheme of the driver; none for one of another kind.
pub(super) fn prefix(text: &str) -> Option<&'static str> {
    PREFIXES.iter().copied().find(|prefix| text.starts_with(prefix))
}

/// The driver's options by which it connects, as libpq's keywords; the value is put into libpq's words.
pub(super) fn keyword(name: &[u8], value: &mut Vec<u8>) -> Option<&'static [u8]> {
    let keyword: &[u8] = match name {
        b"sslMode" => b"sslmode",
        b"sslRootCert" => b"sslrootcert",
        b"sslCert" => b"sslcert",
        b"sslKey" => b"sslkey",
        b"sslPassword" => b"sslpassword",
        b"sslNegotiation" => b"sslnegotiation",
        b"applicationName" => b"application_name",
        b"ssl" if value.eq_ignore_ascii_case(b"true") => b"sslmode",
        _ => return None,
    };
    match name {
        // `SSLMode.fromValue` knows the names of its constants too.
        b"sslMode" => {
            value.make_ascii_lowercase();
            value.iter_mut().filter(|b| **b == b'_').for_each(|b| *b = b'-');
        }
        b"ssl" => *value = b"verify-full".to_vec(),
        _ => {}
    }
    Some(keyword)
}

/// Every option that the driver, its specification and its pool have.
pub const R2DBC_OPTIONS: &[&str] = &[
    "applicationName",
    "autodetectExtensions",
    "compatibilityMode",
    "connectTimeout",
    "errorResponseLogLevel",
    "extensions",
    "failoverProtocol",
    "fetchSize",
    "forceBinary",
    "hostRecheckTime",
    "loadBalanceHosts",
    "lockTimeout",
    "lockWaitTimeout",
    "loopResources",
    "noticeLogLevel",
    "options",
    "preferAttachedBuffers",
    "preparedStatementCacheQueries",
    "protocol",
    "schema",
    "socket",
    "ssl",
    "sslCert",
    "sslContextBuilderCustomizer",
    "sslHostnameVerifier",
    "sslKey",
    "sslMode",
    "sslNegotiation",
    "sslPassword",
    "sslRootCert",
    "sslSni",
    "statementTimeout",
    "targetServerType",
    "tcpKeepAlive",
    "tcpNoDelay",
    "timeZone",
    "acquireRetry",
    "backgroundEvictionInterval",
    "initialSize",
    "maxAcquireTime",
    "maxCreateConnectionTime",
    "maxIdleTime",
    "maxLifeTime",
    "maxSize",
    "maxValidationTime",
    "minIdle",
    "poolName",
    "postAllocate",
    "preRelease",
    "registerJmx",
    "validationDepth",
    "validationQuery",
];
