//! What Python hands to a client about TLS, beside a URL or the parts of a connection.

use super::{File, statement::Context};
use crate::layer::{
    Entry, Means, Tls, Value,
    carried::Reader,
    code::{Expr, Kind, Site, is_aside},
};
use std::ops::Range;

/// What a call or a mapping has under a key.
type Named<'n, 'e> = &'n dyn Fn(&str) -> Option<&'e Expr>;

impl<'e> File<'e> {
    /// `SQLALCHEMY_ENGINE_OPTIONS`, beside the URL of the same class or module. Returns whether it is that.
    pub(super) fn engine_options(
        &mut self,
        reader: &Reader<'_>,
        name: &str,
        value: &'e Expr,
        context: &Context,
    ) -> bool {
        if name != "SQLALCHEMY_ENGINE_OPTIONS" || is_aside(reader.path) {
            return false;
        }
        let options = self.scope.meant(value).options(self.scope.source);
        if let Some((_, _, arguments)) = options.into_iter().find(|(key, _, _)| key == "connect_args") {
            let at = self.block(reader, name, context);
            self.put_tls(Some(at), Some(arguments));
        }
        true
    }

    /// `connect_args={…}` of an engine, beside the URL in a block.
    pub(super) fn put_tls(&mut self, at: Option<usize>, arguments: Option<&'e Expr>) {
        let Some(arguments) = arguments else { return };
        let pairs = self.scope.meant(arguments).options(self.scope.source);
        self.put_tls_of(at, &|key| pairs.iter().find(|(name, _, _)| name == key).map(|(_, _, v)| *v));
    }

    /// What is handed over beside the URL in a block.
    pub(super) fn put_tls_of(&mut self, at: Option<usize>, named: Named<'_, 'e>) {
        let Some(at) = at else { return };
        let known = |value: &'e Expr| self.scope.evaluate(value).value.filter(|v| !v.text.is_blank());
        let mode = named("sslmode").and_then(|value| Some((value, known(value)?)));
        let root = named("sslrootcert").map(|value| (value, known(value).is_some()));
        match mode {
            // It verifies, by a file whose name is not known.
            Some((value, mode))
                if mode.text.expose().starts_with("verify") && matches!(root, Some((_, false))) =>
            {
                self.say(at, Tls::Used, value);
            }
            Some((value, _)) => {
                let both = [("sslmode", Some(value)), ("sslrootcert", root.map(|(value, _)| value))];
                for (key, value) in both {
                    let Some(value) = value else { continue };
                    let start = value.range.start;
                    let means = Some(Means::Fixed(key));
                    self.writer.put(at, &self.scope, &Site { key, key_range: start..start, means, value });
                }
            }
            None => self.put_asyncpgs(at, named),
        }
    }

    /// asyncpg's `ssl` and pg8000's `ssl_context`.
    pub(super) fn put_asyncpgs(&mut self, at: usize, named: Named<'_, 'e>) {
        let Some(value) = named("ssl").or_else(|| named("ssl_context")) else { return };
        let meant = self.scope.meant(value);
        let says = match &meant.kind {
            Kind::Text(_) => match meant.text(self.scope.source).as_deref() {
                Some("verify-full" | "verify-ca") => Some(Tls::Used),
                Some("require") => Some(Tls::Unverified),
                _ => None,
            },
            // `ssl.create_default_context(…)`
            Kind::Call(..) | Kind::Name(_) => {
                let name = meant.last_name().or_else(|| match &meant.kind {
                    Kind::Call(of, _) => of.last_name(),
                    _ => None,
                });
                name.is_some_and(is_context).then_some(Tls::Used)
            }
            _ => (self.scope.source.get(meant.range.clone()) == Some("True")).then_some(Tls::Used),
        };
        if let Some(tls) = says {
            // Nearby a context is told to check nothing.
            let unchecked = tls == Tls::Used && around(self.scope.source, &value.range).contains("CERT_NONE");
            self.say(at, if unchecked { Tls::Unverified } else { tls }, value);
        }
    }

    fn say(&mut self, at: usize, tls: Tls, value: &Expr) {
        let span = self.scope.span(&value.range);
        let entry = Entry::new("ssl", span, Value::default(), span);
        self.writer.block(at).entries.push(entry.telling(Some(Means::Tls(tls))));
    }
}

/// The text around a place: of a long one, with many such places, not all of it each time.
fn around<'s>(source: &'s str, range: &Range<usize>) -> &'s str {
    const NEAR: usize = 2000;
    let boundary =
        |at: usize| (0..=at.min(source.len())).rev().find(|i| source.is_char_boundary(*i)).unwrap_or(0);
    &source[boundary(range.start.saturating_sub(NEAR))..boundary(range.end.saturating_add(NEAR))]
}

/// Whether a name is that of a context of TLS, or of what makes one that checks the server.
fn is_context(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    (lower.contains("context") || lower.ends_with("ctx")) && !lower.contains("unverified")
}
