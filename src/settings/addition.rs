//! A parameter more in a connection string: where it goes, and whether everybody who reads the string heeds it. What a
//! fix adds is proved by the same question, asked of the changed file.

use super::{Role, Setting, Settings, Target};
use crate::{
    consumer::{Consumer, agreement},
    secret::{Part, Secret},
    source::Span,
};

/// The keywords that a fix may add: they say how long to wait, who connects, and that a server which takes no writes is
/// passed over. Nothing else of the target depends on them.
const ADDED: [&str; 3] = ["connect_timeout", "application_name", "target_session_attrs"];

impl Target {
    /// Where a parameter is added to the text, and what is written there; none where the end of the text has no place of
    /// its own, where the value would need encoding, and where somebody who is known to read the text does not heed it.
    pub fn addition(&self, settings: &Settings, keyword: &'static str, value: &Part) -> Option<(Span, Part)> {
        let text = self.asked()?.expose();
        let word = |b: u8| b.is_ascii_alphanumeric() || b"_-.".contains(&b);
        let plain = !value.is_empty() && value.expose().bytes().all(word);
        if !plain || text.contains('#') || text.ends_with(char::is_whitespace) {
            return None;
        }
        let separator = match (self.is_url(), text.contains('?')) {
            (false, _) => " ",
            (true, false) => "?",
            (true, true) if text.ends_with(['?', '&']) => "",
            (true, true) => "&",
        };
        let insert = format!("{separator}{keyword}={}", value.expose());
        let changed = Secret::new(format!("{text}{insert}"));
        if !heeds(&changed, keyword, &settings.consumers) {
            return None;
        }
        let span = self.exact_place_of(text.len()..text.len())?;
        Some((span, Part::with_proof(insert, value.is_harmless())))
    }

    /// Whether this is another target with nothing but parameters added that lead nowhere else, and that everybody who
    /// is known to read the text heeds.
    pub fn only_adds(&self, other: &Self, settings: &Settings) -> bool {
        let Some(text) = self.asked() else { return false };
        let harmless = |keyword: &str| match keyword {
            // Only who reads alone may want a server that takes no writes.
            "target_session_attrs" => {
                let writes = matches!(other.role, Role::Primary | Role::Direct);
                writes && self.get(keyword).is_some_and(|s| s.value.equals("read-write"))
            }
            "connect_timeout" => self.connect_timeout().is_some_and(|seconds| seconds > 0),
            _ => true,
        };
        let added = self.parameters.keys().filter(|k| other.get(k).is_none());
        added.copied().all(|k| {
            ADDED.contains(&k) && self.says_itself(k) && harmless(k) && heeds(text, k, &settings.consumers)
        })
    }
}

/// Whether each of some consumers, libpq where none is known, heeds a keyword of a text: neither refuses nor drops it, nor
/// hands it to the server as a setting that no server has.
fn heeds(text: &Secret, keyword: &str, consumers: &[Setting<Consumer>]) -> bool {
    let known: Vec<Consumer> = match consumers {
        [] => vec![Consumer::Libpq],
        known => known.iter().map(|c| c.value).collect(),
    };
    agreement::compare(text, true, known).iter().all(|row| {
        let named = |names: &[Option<&'static str>]| names.contains(&Some(keyword));
        row.refused.is_none() && !named(&row.ignored) && !named(&row.settings)
    })
}
