//! Values without quotes that a reader with types takes for a number or a truth: `007` comes out as `7`, `1e5` as
//! `100000`, `off` as false.

use super::{Carrier, Layer};
use crate::source::{SourceId, Sources, Span};

/// Where such values stand. One that reads the same either way (`12345` in YAML) is none.
pub(super) fn values(sources: &Sources, id: SourceId, carrier: Carrier, layers: &[Layer]) -> Vec<Span> {
    let loses: fn(&str) -> bool = match carrier {
        Carrier::Toml | Carrier::Json => |_| true,
        Carrier::Yaml
        | Carrier::Compose
        | Carrier::DatabaseYml
        | Carrier::Spring
        | Carrier::GithubActions
        | Carrier::GitlabCi => loses_in_yaml,
        _ => return Vec::new(),
    };
    let bytes = sources.get(id).bytes();
    // Directly behind the mark of its key; a quote, a tag or a name that stands for another value is none.
    let plain = |span: Span| {
        let before = bytes.get(..span.start as usize).unwrap_or_default();
        let mark = before.iter().rev().take(64).find(|b| !matches!(b, b' ' | b'\t'));
        matches!((mark, carrier), (Some(b'='), Carrier::Toml) | (Some(b':'), _))
    };
    let entries = layers.iter().flat_map(|layer| &layer.entries);
    let typed = entries.filter(|e| {
        let text = e.value.text.expose();
        let written = bytes.get(e.value_span.range()) == Some(text.as_bytes());
        let own = e.value_span.source == id && !text.is_empty();
        own && written && plain(e.value_span) && loses(text)
    });
    typed.map(|e| e.value_span).collect()
}

/// By YAML 1.1 and 1.2: what the readers of Go, Ruby and Python make something else of.
fn loses_in_yaml(text: &str) -> bool {
    let truth =
        ["true", "false", "yes", "no", "on", "off"].iter().any(|word| text.eq_ignore_ascii_case(word));
    let bare = text.strip_prefix(['-', '+']).unwrap_or(text);
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b == b'_');
    let based = bare.strip_prefix("0x").is_some_and(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()))
        || bare.strip_prefix("0o").is_some_and(digits);
    let whole = digits(bare) && bare.starts_with(|c: char| c.is_ascii_digit());
    let octal = whole && (bare.starts_with('0') && bare.len() > 1 || bare.contains('_'));
    // Beyond 64 bits it becomes a float.
    let long = whole && bare.len() > 18;
    let float = || bare.starts_with(|c: char| c.is_ascii_digit() || c == '.') && !whole;
    let number = || float().then(|| text.parse::<f64>().ok()).flatten();
    truth || based || octal || long || number().is_some_and(|n| n.to_string() != text)
}

#[cfg(test)]
mod tests {
    use super::loses_in_yaml;

    #[test]
    fn what_comes_out_as_something_else() {
        for text in ["007", "1e5", "true", "Off", "0x1f", "1_000", "1.50", ".5", "12345678901234567890"] {
            assert!(loses_in_yaml(text), "{text}");
        }
        for text in ["12345", "1.5", "0", "k3Vq9", "007a", "1.2.3", "e5", "0xyz", "-", "truely", "_1"] {
            assert!(!loses_in_yaml(text), "{text}");
        }
    }
}
