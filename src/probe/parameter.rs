//! The run-time parameters that `options` may set for a session, and whether the value that is in force is the one
//! that was asked for. Values are compared in one form and never shown.

use super::ask::Rows;
use crate::secret::Secret;

/// A parameter that a connection string sets by `options`, with its value in the form of [`canonical`].
#[derive(Clone, Debug)]
pub struct Wanted {
    /// A name of our vocabulary.
    pub name: &'static str,
    /// What it was set to.
    pub value: Secret,
}

/// What a value is, so that two spellings of it compare alike.
#[derive(Clone, Copy)]
enum Kind {
    /// Milliseconds where no unit stands.
    Time,
    /// Kilobytes where no unit stands.
    Memory,
    Switch,
    Number,
    /// A word in any case.
    Word,
    /// Names with commas between them.
    List,
}

/// The vocabulary: what people set for a session (PostgreSQL 15, `pg_settings`).
const NAMES: &[(&str, Kind)] = &[
    ("statement_timeout", Kind::Time),
    ("lock_timeout", Kind::Time),
    ("idle_in_transaction_session_timeout", Kind::Time),
    ("idle_session_timeout", Kind::Time),
    ("transaction_timeout", Kind::Time),
    ("work_mem", Kind::Memory),
    ("maintenance_work_mem", Kind::Memory),
    ("search_path", Kind::List),
    ("role", Kind::Word),
    ("timezone", Kind::Word),
    ("intervalstyle", Kind::Word),
    ("bytea_output", Kind::Word),
    ("default_transaction_isolation", Kind::Word),
    ("default_transaction_read_only", Kind::Switch),
    ("default_transaction_deferrable", Kind::Switch),
    ("standard_conforming_strings", Kind::Switch),
    ("row_security", Kind::Switch),
    ("jit", Kind::Switch),
    ("geqo", Kind::Switch),
    ("extra_float_digits", Kind::Number),
];

/// The parameter of our vocabulary that a name means; the server does not mind its case.
pub fn known(name: &str) -> Option<&'static str> {
    kind(name).map(|(name, _)| name)
}

fn kind(name: &str) -> Option<(&'static str, Kind)> {
    NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).copied()
}

/// The one form of a value; none for what the server would refuse or what takes more than a look to compare.
pub fn canonical(name: &str, value: &str) -> Option<String> {
    let value = value.trim();
    let lower = value.to_ascii_lowercase();
    Some(match kind(name)?.1 {
        Kind::Time => {
            scaled(value, &[("ms", 1), ("min", 60_000), ("s", 1000), ("h", 3_600_000), ("d", 86_400_000)])?
        }
        Kind::Memory => scaled(value, &[("kB", 1), ("MB", 1 << 10), ("GB", 1 << 20), ("TB", 1 << 30)])?,
        Kind::Switch => match lower.as_str() {
            "on" | "true" | "yes" | "1" | "t" | "y" => "on".to_owned(),
            "off" | "false" | "no" | "0" | "f" | "n" => "off".to_owned(),
            _ => return None,
        },
        Kind::Number => lower.parse::<i64>().ok()?.to_string(),
        // a zone given as an offset is shown in another way
        Kind::Word if lower.contains(['+', '-', '<']) => return None,
        Kind::Word => lower,
        Kind::List => {
            let names: Option<Vec<String>> = value.split(',').map(listed).collect();
            names?.join(",")
        }
    })
}

/// A whole number of the smallest unit, of those that the server knows (guc.c).
fn scaled(value: &str, units: &[(&str, i64)]) -> Option<String> {
    let end = value.find(|c: char| !c.is_ascii_digit() && c != '-').unwrap_or(value.len());
    let number: i64 = value[..end].parse().ok()?;
    let unit = value[end..].trim();
    let factor = if unit.is_empty() { 1 } else { units.iter().find(|(name, _)| *name == unit)?.1 };
    Some(number.checked_mul(factor)?.to_string())
}

/// A name of a list as the server folds it.
fn listed(name: &str) -> Option<String> {
    let name = name.trim();
    match name.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(quoted) if !quoted.contains('"') => Some(quoted.to_owned()),
        None if !name.contains('"') && !name.is_empty() => Some(name.to_ascii_lowercase()),
        _ => None,
    }
}

/// The question for the values in force. No timeouts are set before it, for they are among what is asked; it reads
/// no table and waits for no lock.
pub(super) fn question(wanted: &[Wanted]) -> String {
    let columns: Vec<String> =
        wanted.iter().map(|w| format!("pg_catalog.current_setting('{0}', true) AS {0}", w.name)).collect();
    format!("SET TRANSACTION READ ONLY; SELECT {}", columns.join(", "))
}

/// The parameters whose value in force is another one. What cannot be compared is none of them.
pub(super) fn dropped(wanted: &[Wanted], rows: &Rows) -> Vec<&'static str> {
    let other = |w: &&Wanted| {
        let value = rows.get(0, w.name).and_then(|value| canonical(w.name, value));
        value.is_some_and(|value| !w.value.equals(&value))
    };
    wanted.iter().filter(other).map(|w| w.name).collect()
}

#[cfg(test)]
mod tests {
    use super::canonical;

    #[test]
    fn two_spellings_of_a_value_compare_alike() {
        for (name, a, b) in [
            ("statement_timeout", "5000", "5s"),
            ("statement_timeout", "300000", "5min"),
            ("LOCK_TIMEOUT", "0", "0"),
            ("work_mem", "65536", "64MB"),
            ("jit", "off", "false"),
            ("search_path", "app,public", "App, \"public\""),
            ("timezone", "utc", "UTC"),
            ("default_transaction_isolation", "serializable", "SERIALIZABLE"),
            ("extra_float_digits", "3", "3"),
        ] {
            assert!(canonical(name, a).is_some(), "{name} {a}");
            assert_eq!(canonical(name, a), canonical(name, b), "{name}");
        }
        assert_ne!(canonical("statement_timeout", "5s"), canonical("statement_timeout", "5"));
        assert_ne!(canonical("search_path", "\"App\""), canonical("search_path", "app"));
        for (name, unclear) in [
            ("statement_timeout", "1.5s"),
            ("statement_timeout", "soon"),
            ("jit", "maybe"),
            ("search_path", "\"a\"\"b\""),
            ("my.secret", "x"),
        ] {
            assert_eq!(canonical(name, unclear), None, "{name} {unclear}");
        }
    }
}
