//! What a target's `options` sets for the session.

use super::target::Target;
use crate::{
    conninfo::options,
    probe::parameter::{self, Wanted},
    secret::Secret,
};

impl Target {
    /// The parameters of our vocabulary that `options` sets, each with its last value where that can be compared; and
    /// how many settings there are in all. What a hosting service reads out of `options` (`endpoint=`, `project=`)
    /// is no setting.
    pub fn session_parameters(&self) -> (Vec<Wanted>, usize) {
        let Some(setting) = self.get("options").filter(|_| self.is_postgres()) else {
            return (Vec::new(), 0);
        };
        let all = options::settings(setting.value.expose());
        let mut wanted: Vec<Wanted> = Vec::new();
        for (name, value) in &all {
            let Some(name) = parameter::known(name) else { continue };
            wanted.retain(|w| w.name != name);
            if let Some(value) = parameter::canonical(name, value) {
                wanted.push(Wanted { name, value: Secret::new(value) });
            }
        }
        (wanted, all.len())
    }

    /// The names of our vocabulary among what `options` sets, each once.
    pub fn session_parameter_names(&self) -> Vec<&'static str> {
        let text = self.get("options").filter(|_| self.is_postgres()).map(|s| s.value.expose());
        let mut out: Vec<&'static str> = Vec::new();
        for name in
            options::settings(text.unwrap_or_default()).iter().filter_map(|(n, _)| parameter::known(n))
        {
            if !out.contains(&name) {
                out.push(name);
            }
        }
        out
    }

    /// The seconds that `connect_timeout` says, zero and less for no limit; none where it is not set, or is no number.
    pub fn connect_timeout(&self) -> Option<i64> {
        self.get("connect_timeout")?.value.expose().trim().parse().ok()
    }

    /// Whether the URL has a parameter of one of these names, libpq's or another client's, with a value.
    pub fn has_parameter(&self, names: &[&str]) -> bool {
        let text = self.text.as_ref().map_or("", |t| t.value.expose());
        let query = text.split_once('?').map_or("", |(_, query)| query);
        let mut pairs = query.split(['&', '#']).filter_map(|pair| pair.split_once('='));
        pairs.any(|(name, value)| names.contains(&name) && !value.is_empty())
    }

    /// Whether every session of it begins read-only, by `options`.
    pub fn begins_read_only(&self) -> bool {
        let (wanted, _) = self.session_parameters();
        wanted.iter().any(|w| w.name == "default_transaction_read_only" && w.value.equals("on"))
    }
}
