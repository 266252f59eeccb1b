//! Units of systemd: `Environment=`, and the commands of `Exec…=` (systemd.exec(5), systemd.service(5)).

use super::{
    Entry, Seat, Segment, SegmentKind, Structure, Value,
    carried::Reader,
    shell::{
        self, Script,
        word::{Grammar, Words},
    },
};

/// Reads the file that the reader is at.
pub(super) fn read(reader: &mut Reader<'_>) {
    let Some(text) = reader.text() else { return };
    let mut layer = reader.block("Service");
    let mut all = Script::default();
    let (mut at, mut open) = (0, None);
    let (mut beside, mut contained) = (false, false);
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let content = line.trim();
        if open.is_none() && content.starts_with(['#', ';']) {
            continue;
        }
        let begin = open.unwrap_or(start);
        // A backslash at the end goes on in the next line.
        if content.ends_with('\\') {
            open = Some(begin);
            continue;
        }
        open = None;
        let Some((key, _)) = text[begin..at].split_once('=') else { continue };
        let value = begin + key.len() + 1..at;
        match key.trim() {
            "Environment" => {
                let mut words = Words::new(reader.id, &text, value, Grammar::Plain);
                while let Some(word) = words.next() {
                    if let Some((name, at)) = word.assignment() {
                        let entry = shell::entry(reader, &word, name, at);
                        let entry = Entry { value: unescaped(&entry.value), ..entry };
                        reader.reveal_key(&entry, false);
                        layer.entries.push(entry);
                    }
                }
            }
            // The server is started on the same machine first (systemd.unit(5)).
            "After" | "Requires" | "Requisite" | "Wants" | "BindsTo" | "PartOf" => {
                beside |= text[value].split_whitespace().any(|unit| unit.starts_with("postgresql"));
            }
            key if key.starts_with("Exec") => {
                let program = text[value.clone()].split_whitespace().next().unwrap_or_default();
                contained |= matches!(program.rsplit('/').next(), Some("docker" | "podman"));
                all.append(shell::script(reader, &text, value));
            }
            _ => {}
        }
    }
    reader.layers.push(layer);
    if beside && !contained {
        reader.structure = Structure::Task(Seat::Accompanied);
    }
    shell::settled(reader, all);
}

/// `%%` is one `%` (systemd.unit(5), "Specifiers"). A specifier stays as it is: the machine says what it means.
fn unescaped(value: &Value) -> Value {
    let text = value.text.expose();
    let (mut out, mut map, mut at) = (String::new(), Vec::new(), 0);
    while at < text.len() {
        let stop = text[at..].find("%%").map_or(text.len(), |i| at + i);
        for segment in value.part(at..stop).map {
            let moved = segment.value.start + out.len()..segment.value.end + out.len();
            map.push(Segment { value: moved, ..segment });
        }
        out.push_str(&text[at..stop]);
        if stop < text.len() {
            // Without a place of its own all of it stays masked.
            let Some(span) = value.span_of(stop..stop + 2) else { return value.clone() };
            map.push(Segment { value: out.len()..out.len() + 1, span, kind: SegmentKind::Escape });
            out.push('%');
        }
        at = stop + 2;
    }
    Value { text: out.into(), map: map.into() }
}
