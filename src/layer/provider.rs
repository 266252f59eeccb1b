//! figment's door in: the values of a `figment::Provider` as a layer.

use super::{Entry, Layer, LayerKind, Value};
use crate::source::{SourceKind, Sources};
use figment::{
    Provider,
    value::{Dict, Value as Foreign},
};

/// Why a provider's values could not be taken. Names keys, never values: figment's own errors quote them.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProviderError {
    /// The provider itself failed.
    #[error("the configuration provider `{0}` failed")]
    Failed(String),
    /// A credential was read as a number or a list: `007` would become `7`.
    #[error(
        "`{key}` of the configuration provider `{provider}` is not a string: quote it, so that it is kept to the letter"
    )]
    NotAString {
        /// The provider's name.
        provider: String,
        /// The key, dots between its parts.
        key: String,
    },
}

/// The values of a provider's selected profile (else its default one). Keys become the spelling of a variable:
/// `database.url` and `database_url` are `DATABASE_URL`. `credential` tells which keys may hold one.
///
/// # Errors
/// When the provider fails, or a key that may hold a credential is no string.
pub fn from_provider(
    sources: &mut Sources,
    provider: &dyn Provider,
    credential: impl Fn(&str) -> bool,
) -> Result<Layer, ProviderError> {
    let name = provider.metadata().name.into_owned();
    let mut data = provider.data().map_err(|_| ProviderError::Failed(name.clone()))?;
    let profile = provider.profile().unwrap_or_default();
    let dict = data.remove(&profile).or_else(|| data.remove(&figment::Profile::Default)).unwrap_or_default();
    let mut layer = Layer {
        name: name.clone(),
        kind: LayerKind::Provider,
        source: None,
        entries: Vec::new(),
        problems: Vec::new(),
        refused: false,
        block: None,
        word: None,
        started_in: None,
        reads: Vec::new(),
    };
    walk(sources, &mut layer, &name, "", &dict, &credential)?;
    Ok(layer)
}

fn walk(
    sources: &mut Sources,
    layer: &mut Layer,
    provider: &str,
    prefix: &str,
    dict: &Dict,
    credential: &dyn Fn(&str) -> bool,
) -> Result<(), ProviderError> {
    for (name, value) in dict {
        let dotted = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
        let key = dotted.replace(['.', '-'], "_").to_ascii_uppercase();
        let text = match value {
            Foreign::Dict(_, inner) => {
                walk(sources, layer, provider, &dotted, inner, credential)?;
                continue;
            }
            Foreign::String(_, text) => text.clone(),
            Foreign::Empty(..) => continue,
            _ if credential(&key) => {
                return Err(ProviderError::NotAString { provider: provider.to_owned(), key: dotted });
            }
            Foreign::Char(_, c) => c.to_string(),
            Foreign::Bool(_, b) => b.to_string(),
            Foreign::Num(_, n) => match (n.to_u128(), n.to_i128()) {
                (Some(n), _) => n.to_string(),
                (None, Some(n)) => n.to_string(),
                (None, None) => continue,
            },
            Foreign::Array(..) => continue,
        };
        let id = sources.add(SourceKind::Provider(provider.to_owned(), dotted), text.as_bytes());
        let span = sources.span(id, 0..text.len());
        layer.entries.push(Entry {
            key,
            value: Value::literal(text, span),
            key_span: span,
            value_span: span,
            doubtful: false,
            told: None,
        });
    }
    Ok(())
}
