//! Units of systemd: `Environment=`, and the commands of `Exec…=` (systemd.exec(5), systemd.service(5)).

use super::{
    Structure,
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
                        reader.reveal_key(&entry, false);
                        layer.entries.push(entry);
                    }
                }
            }
            key if key.starts_with("Exec") => {
                all.commands.extend(shell::script(reader, &text, value).commands);
            }
            _ => {}
        }
    }
    reader.layers.push(layer);
    reader.structure = Structure::Script(all);
}
