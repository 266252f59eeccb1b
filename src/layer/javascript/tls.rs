//! What the options of Node's clients say of TLS: it checks the server unless it is told not to.

use super::File;
use crate::layer::{
    Entry, Means, Tls, Value,
    code::{Expr, Kind, Scope},
};

/// Objects that are handed on to the client: `Sequelize`'s, `TypeORM`'s.
const HANDED_ON: &[&str] = &["dialectOptions", "extra"];

/// A word about TLS and where it stands.
pub(super) type Said<'e> = (Tls, &'e Expr);

impl<'e> File<'e> {
    /// Puts what an object says of TLS into the block of the connection.
    pub(super) fn put_tls(&mut self, at: usize, said: Option<Said<'e>>) {
        let Some((tls @ (Tls::Used | Tls::Unverified), value)) = said else { return };
        let span = self.scope.span(&value.range);
        let entry = Entry::new("ssl", span, Value::default(), span);
        self.writer.block(at).entries.push(entry.telling(Some(Means::Tls(tls))));
    }
}

/// What an object says, by its pairs; none where nothing stands there or it cannot be told.
pub(super) fn of_object<'e>(scope: &Scope<'e>, pairs: &[(String, &'e Expr, &'e Expr)]) -> Option<Said<'e>> {
    if let Some((_, _, value)) = pairs.iter().find(|(name, _, _)| name == "ssl") {
        return Some((of(scope, value, 0)?, value));
    }
    let handed_on = pairs.iter().filter(|(name, _, _)| HANDED_ON.contains(&name.as_str()));
    handed_on.into_iter().find_map(|(_, _, value)| {
        let sides = match &scope.meant(value).kind {
            Kind::Choice(a, b) => vec![scope.meant(a), scope.meant(b)],
            _ => vec![scope.meant(value)],
        };
        let inner = sides.into_iter().flat_map(|side| side.options(scope.source));
        let value = inner.into_iter().find(|(name, _, _)| name == "ssl").map(|(_, _, value)| value)?;
        Some((of(scope, value, 0)?, value))
    })
}

/// What the value of `ssl` says.
fn of<'e>(scope: &Scope<'e>, value: &'e Expr, depth: usize) -> Option<Tls> {
    let value = scope.meant(value);
    let written = |expr: &'e Expr| scope.source.get(scope.meant(expr).range.clone());
    match &value.kind {
        Kind::Text(_) => match value.text(scope.source)?.as_str() {
            "verify-full" | "verify-ca" | "true" => Some(Tls::Used),
            // node-postgres checks by `require`, postgres.js does not.
            "require" | "prefer" | "allow" | "no-verify" => Some(Tls::Unverified),
            "disable" | "false" => Some(Tls::Off),
            _ => None,
        },
        Kind::Map(all) => {
            let pairs = value.options(scope.source);
            let get = |key: &str| pairs.iter().find(|(name, _, _)| name == key).map(|(_, _, v)| *v);
            match get("rejectUnauthorized").map(written) {
                Some(Some("false")) => Some(Tls::Unverified),
                Some(Some("true")) => Some(Tls::Used),
                Some(_) => None,
                None if get("checkServerIdentity").is_some() || pairs.len() < all.len() => None,
                None => Some(Tls::Used),
            }
        }
        // `isProduction ? { … } : false`: the side that uses it.
        Kind::Choice(a, b) if depth < 4 => match (of(scope, a, depth + 1)?, of(scope, b, depth + 1)?) {
            (Tls::Off, other) | (other, Tls::Off) => Some(other),
            (a, b) => Some(a.max(b)),
        },
        _ => match written(value)? {
            "true" => Some(Tls::Used),
            "false" | "null" | "undefined" => Some(Tls::Off),
            _ => None,
        },
    }
}
