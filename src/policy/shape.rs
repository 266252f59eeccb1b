//! Whether a table of pgward.toml has the shape that the table of keys gives it. An error names the place and what is
//! expected, never what stands there: a password in the wrong place is a mistake that happens.

use super::keys::{Form, Key, Kind, Open, Words};
use crate::near;
use std::ops::Range;
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

/// Where the shape is wrong, and one sentence about it.
pub(super) type Wrong = (Range<usize>, String);

type Item<'i> = Spanned<DeValue<'i>>;

/// A table with these keys and no others; `whole` is where it stands.
pub(super) fn table(keys: &[Key], table: &DeTable<'_>, whole: &Range<usize>) -> Result<(), Wrong> {
    for (name, value) in table {
        match keys.iter().find(|k| k.name == name.get_ref().as_ref()) {
            Some(Key { name, kind: Kind::Tables(_), .. }) if !value.get_ref().is_array() => {
                return Err((value.span(), format!("write `[[{name}]]`")));
            }
            Some(key) => item(&key.kind, value)?,
            None => return Err(unknown(name, keys.iter().map(|k| k.name))),
        }
    }
    let there = |key: &Key| table.iter().any(|(name, _)| name.get_ref().as_ref() == key.name);
    match keys.iter().find(|key| key.required && !there(key)) {
        Some(key) => Err((whole.clone(), format!("`{}` is missing", key.name))),
        None => Ok(()),
    }
}

fn item(kind: &Kind, value: &Item<'_>) -> Result<(), Wrong> {
    let wrong = |what: &str| Err((value.span(), format!("{what} is expected here")));
    match (kind, value.get_ref()) {
        (Kind::Text, DeValue::String(_))
        | (Kind::Truth, DeValue::Boolean(_))
        | (Kind::TextOrWhole, DeValue::String(_) | DeValue::Integer(_)) => Ok(()),
        (Kind::Form(form), DeValue::String(text)) => formed(form, text, value),
        (Kind::Word(words), DeValue::String(text)) => word(words, text, value),
        (Kind::Number(all), DeValue::Integer(_)) => match whole(value).filter(|n| all.contains(n)) {
            Some(_) => Ok(()),
            None => Err((value.span(), one_of(all))),
        },
        (Kind::Number(all), _) => Err((value.span(), one_of(all))),
        (Kind::Whole(least), DeValue::Integer(_)) => match whole(value).filter(|n| n >= least) {
            Some(_) => Ok(()),
            None => wrong(&format!("a whole number from {least} to {MOST}")),
        },
        (Kind::List(of), DeValue::Array(list)) => list.iter().try_for_each(|value| item(of, value)),
        (Kind::Table(keys) | Kind::Level(keys), DeValue::Table(inner)) => table(keys, inner, &value.span()),
        (Kind::Tables(keys), DeValue::Array(list)) => list.iter().try_for_each(|one| match one.get_ref() {
            DeValue::Table(inner) => table(keys, inner, &one.span()),
            _ => Err((one.span(), "a table is expected here".to_owned())),
        }),
        (Kind::Level(keys), DeValue::String(_)) => match keys.iter().find(|k| k.required) {
            Some(key) => item(&key.kind, value),
            None => wrong("a table"),
        },
        (Kind::Open(shape), DeValue::Table(inner)) => open(shape, inner),
        (Kind::Text | Kind::Form(_) | Kind::Word(_), _) => wrong("a string"),
        (Kind::TextOrWhole, _) => wrong("a string or a whole number"),
        (Kind::Whole(_), _) => wrong("a whole number"),
        (Kind::Truth, _) => wrong("true or false"),
        (Kind::List(of), _) => wrong(match of {
            Kind::Text | Kind::Form(_) | Kind::Word(_) => "a list of strings",
            _ => "a list",
        }),
        (Kind::Tables(_), _) => wrong("a list of tables"),
        (Kind::Level(_), _) => wrong("a level, or a table of level and reason,"),
        (Kind::Table(_) | Kind::Open(_), _) => wrong("a table"),
    }
}

fn open(shape: &Open, table: &DeTable<'_>) -> Result<(), Wrong> {
    for (name, value) in table {
        let key = name.get_ref().as_ref();
        if let Some((_, why)) = shape.refused.filter(|(words, _)| words.has(key)) {
            return Err((name.span(), why.to_owned()));
        }
        let kind = match shape.known.iter().find(|k| k.name == key) {
            Some(known) => &known.kind,
            None => match (shape.groups.filter(|(words, _)| words.has(key)), shape.rest) {
                (Some((_, kind)), _) => kind,
                (None, Some(rest)) => {
                    if let Some(form) = shape.form {
                        (form.check)(key).map_err(|why| (name.span(), why.to_owned()))?;
                    }
                    rest
                }
                (None, None) => {
                    let words = shape.groups.map(|(words, _)| (words.words)()).unwrap_or_default();
                    return Err(unknown(name, words));
                }
            },
        };
        item(kind, value)?;
    }
    Ok(())
}

fn formed(form: &Form, text: &str, value: &Item<'_>) -> Result<(), Wrong> {
    (form.check)(text).map_err(|why| (inside(value), why.to_owned()))
}

fn word(words: &Words, text: &str, value: &Item<'_>) -> Result<(), Wrong> {
    if words.has(text) { Ok(()) } else { Err((inside(value), not_one_of(words, text))) }
}

/// Between the quotes.
fn inside(value: &Item<'_>) -> Range<usize> {
    let Range { start, end } = value.span();
    start + 1..end.saturating_sub(1).max(start + 1)
}

/// That a word is none of these, and which was meant; the word itself stays unsaid.
pub(super) fn not_one_of(words: &Words, text: &str) -> String {
    let known = (words.words)();
    match near::nearest(&text.to_ascii_lowercase(), known.iter().copied(), 2) {
        Some(meant) => format!("{}; did you mean `{meant}`?", words.what),
        None => format!("{}; it is one of {}", words.what, known.join(", ")),
    }
}

/// The key itself stays unsaid: what stands in the wrong place may be anything.
fn unknown<'k>(name: &Spanned<toml::de::DeString<'_>>, known: impl IntoIterator<Item = &'k str>) -> Wrong {
    let known: Vec<&str> = known.into_iter().collect();
    let help = match near::nearest(name.get_ref(), known.iter().copied(), 2) {
        Some(word) => format!("did you mean `{word}`?"),
        None => format!("known here: {}", known.join(", ")),
    };
    (name.span(), format!("unknown key; {help}"))
}

fn one_of(all: &[u32]) -> String {
    let all: Vec<String> = all.iter().map(u32::to_string).collect();
    format!("one of the numbers {} is expected here", all.join(", "))
}

/// No number in pgward.toml is larger.
pub const MOST: u32 = 1_000_000;

/// A whole number that is small enough to reckon with; none for any other value.
pub(super) fn whole(value: &Item<'_>) -> Option<u32> {
    let integer = value.get_ref().as_integer()?;
    let number = i64::from_str_radix(integer.as_str(), integer.radix()).ok()?;
    u32::try_from(number).ok().filter(|n| *n <= MOST)
}
