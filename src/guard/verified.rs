//! The place that was verified, as a URL for another client library.

use crate::{
    consumer::Consumer,
    probe::{Address, Attempt, SslMode},
    secret::{Part, Secret},
    settings::Target,
};

/// A PostgreSQL target on one host: the one that was verified.
pub(crate) struct Verified<'t> {
    target: &'t Target,
    host: String,
    port: u16,
    /// A password file may have another one for each host.
    password: Option<Part>,
}

impl<'t> Verified<'t> {
    /// The host that an attempt reached; without one (observe mode let an unreachable server pass) the first that is
    /// configured.
    pub(crate) fn new(target: &'t Target, attempt: Option<&Attempt>) -> Self {
        let (host, port) = match attempt.map(|attempt| (&attempt.address, &attempt.host)) {
            Some((Address::Tcp(address), host)) => {
                // `hostaddr` says where the name leads, and most libraries cannot be told: where no name is verified,
                // the address is the host.
                let named =
                    |_: &&Part| !target.has("hostaddr") || target.tls_mode() == Some(SslMode::VerifyFull);
                let name = host.as_ref().filter(named).map(|h| h.expose().to_owned());
                (name.unwrap_or_else(|| address.ip().to_string()), address.port())
            }
            Some((Address::Unix(dir, port), _)) => (dir.expose().to_owned(), *port),
            None => target.first_endpoint().unwrap_or_default(),
        };
        let password = attempt.and_then(|attempt| attempt.password.clone()).map(Part::masked);
        Self { target, host, port, password }
    }

    /// The URL for a library, as [`Consumer::url`] says.
    pub(crate) fn url(&self, consumer: Consumer) -> Secret {
        consumer.url(self.target.driver(), |keyword| self.get(keyword), &self.host, self.port)
    }

    /// The URL for a library; none where no URL says it, as [`Consumer::spell`] says.
    #[cfg(feature = "cli")]
    pub(crate) fn spell(&self, consumer: Consumer) -> Option<Secret> {
        consumer.spell(self.target.driver(), |keyword| self.get(keyword), &[(&self.host, self.port)])
    }

    fn get(&self, keyword: &str) -> Option<&Part> {
        match keyword {
            "password" if self.password.is_some() => self.password.as_ref(),
            // Who makes a test database itself is told of the one that it makes it from.
            "dbname" if self.target.derived_from.is_some() => {
                self.target.derived_from.as_ref().map(|name| &name.value)
            }
            _ => self.target.get(keyword).map(|setting| &setting.value),
        }
    }
}
