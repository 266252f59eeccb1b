//! The schema that a target's tables are in, where its client or a variable beside it says one.

use super::{Target, lookup::Lookup};
use crate::secret::Secret;

/// Prisma's word, pgjdbc's, and what pgx hands to the server.
const PARAMETERS: [&str; 3] = ["schema", "currentSchema", "search_path"];
const VARIABLES: [&str; 3] = ["DB_SCHEMA", "DATABASE_SCHEMA", "POSTGRES_SCHEMA"];

/// The schema that a target names; `public` is what everybody has.
pub(super) fn of(target: &Target, lookup: &Lookup<'_>) -> Option<Secret> {
    let found = match &target.text {
        // Most URLs have no parameters.
        Some(text) if !text.value.expose().contains('?') => return None,
        Some(_) => Secret::new(PARAMETERS.iter().find_map(|name| target.says(name))?),
        None => lookup.first(&VARIABLES)?.value,
    };
    (!found.is_blank() && !found.equals("public")).then_some(found)
}

impl Target {
    /// Whether its tables are in another schema than those of another target, or in a database with a suffix to its name.
    pub fn is_apart_from(&self, other: &Self) -> bool {
        let schemas = match (&self.schema, &other.schema) {
            (Some(a), Some(b)) => !a.same_as(b),
            (None, None) => false,
            _ => true,
        };
        schemas || self.around.suffixed != other.around.suffixed
    }
}
