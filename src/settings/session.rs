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
}
