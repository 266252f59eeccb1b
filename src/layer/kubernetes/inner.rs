//! Whole files among the values of a `ConfigMap` or Secret: each is read as its name tells, and its places are those in
//! the file of objects.

use super::super::{
    Carrier, Entry, Layer, LayerKind, Map, Read, Value,
    carried::{self, Reader, Structure},
    dotenv::Dialect,
};
use crate::source::{SourceKind, Span};

/// What kind of file a key of `data` is; none for a variable, and for what is not read here.
pub(super) fn carrier(name: &str, text: &str) -> Option<Carrier> {
    // `env: |` is no name of a file, and holds one all the same.
    let told = if name == "env" { Some(Carrier::Dotenv) } else { Carrier::of(name, text.as_bytes()) };
    told.filter(|carrier| {
        matches!(
            carrier,
            Carrier::Dotenv
                | Carrier::Spring
                | Carrier::Properties
                | Carrier::DatabaseYml
                | Carrier::Yaml
                | Carrier::Toml
                | Carrier::Json
                | Carrier::Ini
        )
    })
}

/// The environments of such a file, and what else its rules would look at.
pub(super) fn read(
    reader: &mut Reader<'_>,
    name: &str,
    carrier: Carrier,
    entry: &Entry,
) -> (Vec<Layer>, Structure) {
    let text = entry.value.text.expose();
    if !carrier.may_speak(text.as_bytes()) {
        return (Vec::new(), Structure::None);
    }
    let id = reader.sources.add(SourceKind::File(reader.path.to_owned()), text);
    let inner = carried::read(reader.sources, id, name, carrier, Dialect::default(), &|_| None);
    // What its parser proved harmless is so here too, byte by byte.
    for shown in reader.sources.get(id).visible().collect::<Vec<_>>() {
        let first = entry.value.map.partition_point(|s| s.value.end <= shown.start);
        let reached = entry.value.map[first..].iter().take_while(|s| s.value.start < shown.end);
        for segment in reached.filter(|s| s.is_exact()) {
            let both = shown.start.max(segment.value.start)..shown.end.min(segment.value.end);
            let span = Some(both).filter(|both| !both.is_empty()).and_then(|both| entry.value.span_of(both));
            if let Some(span) = span {
                let lead = indentation(reader, span);
                reader.sources.reveal(lead);
                reader.sources.reveal(span);
            }
        }
    }
    let outside = |span: Span| entry.span_of(span.range());
    let mut layers = inner.layers;
    for layer in &mut layers {
        reader.path.clone_into(&mut layer.name);
        layer.kind = LayerKind::Block;
        layer.source = Some(reader.id);
        // Who reads the file in the container, nobody knows: what one reader stumbles over is no fault.
        layer.problems.clear();
        layer.refused = false;
        for read in &mut layer.reads {
            *read = Read { span: outside(read.span), ..read.clone() };
        }
        for own in &mut layer.entries {
            own.key_span = outside(own.key_span);
            own.value_span = outside(own.value_span);
            own.value = moved(&own.value, &entry.value);
        }
    }
    (layers, inner.structure)
}

/// A value with its places in the file around; without any where a piece of it has none there.
fn moved(value: &Value, around: &Value) -> Value {
    let mut out = value.clone();
    for segment in out.map.iter_mut() {
        match around.span_of(segment.span.range()) {
            Some(span) => segment.span = span,
            None => return Value { map: Map::default(), ..out },
        }
    }
    out
}

/// The blanks before what begins a line.
fn indentation(reader: &Reader<'_>, span: Span) -> Span {
    let before = &reader.sources.get(reader.id).bytes()[..span.start as usize];
    let blanks = before.iter().rev().take_while(|b| **b == b' ').count();
    let begins = before[..before.len() - blanks].last().is_none_or(|b| *b == b'\n');
    let start = span.start as usize - if begins { blanks } else { 0 };
    reader.sources.span(reader.id, start..span.start as usize)
}
