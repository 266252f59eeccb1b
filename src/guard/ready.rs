//! The proof that the rules passed, and the only door to a connection.

use super::{Error, verified::Verified};
use crate::{
    configuration::Configuration,
    consumer::Consumer,
    driver::{Connection, Connector, Session},
    probe::Attempt,
    report::Report,
    settings::Target,
};
use figment::{
    Metadata, Profile, Provider,
    value::{Dict, Map, Value},
};
use secrecy::SecretString;
use std::time::Duration;

/// The proof that the rules passed. From [`Guard::enforce_async`](super::Guard::enforce_async) it also holds the
/// session that the probe opened.
pub struct Ready<S = ()> {
    configuration: Configuration,
    report: Report,
    opened: Option<(Option<tokio_postgres::Config>, Connector, Attempt)>,
    patience: Duration,
    session: S,
}

impl<S> Ready<S> {
    pub(super) fn new(
        configuration: Configuration,
        report: Report,
        opened: Option<(Option<tokio_postgres::Config>, Connector, Attempt)>,
        patience: Duration,
        session: S,
    ) -> Self {
        Self { configuration, report, opened, patience, session }
    }

    /// Everything that was found; for a health endpoint too.
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// The configuration for further sessions, on the address that was verified. To be used with [`Ready::tls`],
    /// which does what `sslmode` says; the `ssl_mode` in here only brings tokio-postgres to hand it the socket.
    ///
    /// # Errors
    /// [`Error::NotPostgres`] on another engine, or when observe mode let an unreachable server pass.
    pub fn config(&self) -> Result<tokio_postgres::Config, Error> {
        let config = self.opened.as_ref().and_then(|(config, _, _)| config.clone());
        config.ok_or_else(|| Error::NotPostgres(Box::new(self.report.clone())))
    }

    /// The door for further sessions, for any pool: it repeats the TLS decision that was verified, refuses what was
    /// refused before, and keeps the URL's `connect_timeout` up to the open session.
    ///
    /// # Errors
    /// As [`Ready::config`].
    pub fn tls(&self) -> Result<Connector, Error> {
        let connector = self.opened.as_ref().map(|(_, connector, _)| connector.clone());
        connector.ok_or_else(|| Error::NotPostgres(Box::new(self.report.clone())))
    }

    /// The URL that a client library reads rightly, with the password, on the host that was verified; the URL of
    /// another engine as it is configured.
    pub fn url(&self, consumer: Consumer) -> SecretString {
        let Some(target) = self.configuration.settings.selected() else { return SecretString::default() };
        if !target.is_postgres() {
            return target.text.as_ref().map(|t| t.value.to_secret_string()).unwrap_or_default();
        }
        let attempt = self.opened.as_ref().map(|(_, _, attempt)| attempt);
        Verified::new(target, attempt).url(consumer).to_secret_string()
    }

    fn target(&self) -> Option<&Target> {
        self.configuration.settings.selected().filter(|t| t.is_postgres())
    }

    /// Opens a session on the verified address. `postgres` cannot take over the probe's, so it logs in once more,
    /// within the URL's `connect_timeout` or else the guard's timeout.
    ///
    /// # Errors
    /// [`Error::InsideRuntime`] inside tokio, where `postgres::Client` panics; [`Error::Connect`] when the server
    /// does not take the session; else as [`Ready::config`].
    #[cfg(feature = "blocking")]
    pub fn connect(&self) -> Result<postgres::Client, Error> {
        if tokio::runtime::Handle::try_current().is_ok() {
            return Err(Error::InsideRuntime);
        }
        let (config, tls) = self.bounded()?;
        postgres::Config::from(config).connect(tls).map_err(|e| Error::Connect(reason(&e)))
    }

    /// Opens a session on the verified address, within the URL's `connect_timeout` or else the guard's timeout; the
    /// connection must be polled, as tokio-postgres says.
    ///
    /// # Errors
    /// [`Error::Connect`] when the server does not take the session; else as [`Ready::config`].
    pub async fn connect_async(
        &self,
    ) -> Result<
        (
            tokio_postgres::Client,
            tokio_postgres::Connection<
                tokio_postgres::Socket,
                crate::driver::DoorStream<tokio_postgres::Socket>,
            >,
        ),
        Error,
    > {
        let (config, tls) = self.bounded()?;
        config.connect(tls).await.map_err(|e| Error::Connect(reason(&e)))
    }

    /// For a session of our own making: the URL's `connect_timeout` bounds it, else the guard's timeout does.
    fn bounded(&self) -> Result<(tokio_postgres::Config, Connector), Error> {
        let (mut config, tls) = (self.config()?, self.tls()?);
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(self.patience);
        }
        Ok((config, tls.within(self.patience)))
    }
}

impl Ready<Session> {
    /// The session that the probe opened and the connection that must be polled for it: no second login.
    pub fn into_client(self) -> (tokio_postgres::Client, Connection) {
        self.session.into_client()
    }
}

/// tokio-postgres' own text is "db error"; the cause is behind it. Server text may quote a value: the code is enough.
fn reason(error: &tokio_postgres::Error) -> String {
    if let Some(code) = error.code() {
        return format!("SQLSTATE {}", code.code());
    }
    let mut cause: Option<&dyn std::error::Error> = std::error::Error::source(error);
    while let Some(inner) = cause {
        if let Some(io) = inner.downcast_ref::<std::io::Error>() {
            return io.kind().to_string();
        }
        cause = inner.source();
    }
    "the session could not be opened".into()
}

impl<S> std::fmt::Debug for Ready<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ready").field("target", &self.report.target).finish_non_exhaustive()
    }
}

/// figment's door out: the effective settings under libpq's keywords, without the password.
impl<S> Provider for Ready<S> {
    fn metadata(&self) -> Metadata {
        Metadata::named("pgward")
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        let mut dict = Dict::new();
        for (keyword, setting) in self.target().into_iter().flat_map(|t| &t.parameters) {
            if let Some(text) = setting.value.shown() {
                dict.insert((*keyword).to_owned(), Value::from(text));
            }
        }
        dict.insert("environment".into(), Value::from(self.configuration.environment().as_str()));
        Ok(Map::from([(Profile::Default, dict)]))
    }
}
