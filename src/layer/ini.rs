//! Files that Python's `ConfigParser` reads: `sqlalchemy.url` of alembic.ini with its `%`, sections that are a connection
//! by their name and keys, and the variables that pytest.ini and tox.ini set. Each section that says something is a block.

use super::{Entry, Means, SegmentKind, Structure, carried::Reader, general, tree::Mapped};
use crate::{environment::Environment, source::Span};
use std::ops::Range;

/// What the rules about such a file look at.
#[derive(Clone, Default, Debug)]
pub struct Ini {
    /// Each `%` of a URL that begins no interpolation: `ConfigParser` refuses the value.
    pub percents: Vec<Span>,
    /// The URL that `alembic init` writes.
    pub template: Option<Span>,
}

/// More than so many `%` are not told one by one: no password has them.
const PERCENTS: usize = 256;

/// What `alembic init` writes for a URL, and how that begins, whatever its author wrote behind it.
const TEMPLATE: &str = "driver://user:pass@localhost/dbname";
const DRIVER: [&str; 3] = ["driver://user:pass@", "driver://user:password@", "driver://username:password@"];

/// One option of a section, with the bytes of its name and of its value, continuation lines included.
struct Assignment {
    key: Range<usize>,
    value: Range<usize>,
}

/// Reads the file that the reader is at.
pub(super) fn read(reader: &mut Reader<'_>) {
    let Some(text) = reader.text() else { return };
    let mut section = 0..0;
    let mut options: Vec<Assignment> = Vec::new();
    let mut indent = None;
    let mut ini = Ini::default();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let content = line.trim();
        if content.is_empty() || content.starts_with(['#', ';']) {
            continue;
        }
        let blank = line.len() - line.trim_start().len();
        let range = start + blank..start + blank + content.len();
        // What is indented deeper than the option above belongs to its value.
        if let (Some(last), Some(outer)) = (options.last_mut(), indent)
            && blank > outer
        {
            last.value.end = range.end;
            continue;
        }
        if let Some(name) = content.strip_prefix('[').and_then(|rest| rest.split(']').next()) {
            take(reader, &text, &section, &options, &mut ini);
            options.clear();
            (section, indent) = (range.start + 1..range.start + 1 + name.len(), None);
            continue;
        }
        indent = Some(blank);
        let Some(mark) = content.find(['=', ':']) else { continue };
        let key = range.start..range.start + content[..mark].trim_end().len();
        let rest = &content[mark + 1..];
        let from = range.start + mark + 1 + (rest.len() - rest.trim_start().len());
        options.push(Assignment { key, value: from.min(range.end)..range.end });
    }
    take(reader, &text, &section, &options, &mut ini);
    reader.structure = Structure::Ini(ini);
}

/// What one section says.
fn take(reader: &mut Reader<'_>, text: &str, section: &Range<usize>, options: &[Assignment], ini: &mut Ini) {
    let name = &text[section.clone()];
    let plain = |name: &str| {
        name.len() <= 64 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.:-".contains(&b))
    };
    let mut block = reader.block(if plain(name) { name } else { "" });
    // `[alembic:production]` and `alembic -n production` name the environment.
    block.word = name.rsplit(':').next().filter(|w| plain(w)).map(str::to_owned);
    // What pytest and tox set is for tests, unless `[testenv:dev]` says otherwise.
    let runs_tests = matches!(name, "pytest" | "tool:pytest") || name.starts_with("testenv");
    if runs_tests && block.word.as_deref().and_then(Environment::from_word).is_none() {
        block.word = Some("test".to_owned());
    }
    let go = is_of_go(reader.path);
    let other = |o: &Assignment| general::names_other_engine(&text[o.key.clone()], &text[o.value.clone()]);
    let connection =
        general::is_section(name, options.iter().map(|o| &text[o.key.clone()])) && !options.iter().any(other);
    for option in options {
        let key = &text[option.key.clone()];
        let span = reader.sources.span(reader.id, option.key.clone());
        let value_span = reader.sources.span(reader.id, option.value.clone());
        if key.eq_ignore_ascii_case("sqlalchemy.url") {
            reader.reveal_lead(span, value_span);
            let value = &text[option.value.clone()];
            if DRIVER.iter().any(|own| value.starts_with(own)) {
                if value == TEMPLATE {
                    reader.sources.reveal(value_span);
                }
                ini.template = Some(value_span);
                continue;
            }
            // Left for env.py to fill in, as it should be.
            if option.value.is_empty() {
                continue;
            }
            let value = interpolated(reader, text, option.value.clone(), &mut ini.percents);
            let entry = Entry::new("sqlalchemy.url", span, value, value_span);
            block.entries.push(entry.telling(Some(Means::Url)));
        } else if let Some(keyword) = general::keyword(key).filter(|_| connection) {
            reader.reveal_lead(span, value_span);
            let bare = if go { unquoted(text, option.value.clone()) } else { option.value.clone() };
            let value = interpolated(reader, text, bare, &mut Vec::new());
            // What another option fills in is not known here.
            if value.map.iter().all(|s| s.kind != SegmentKind::Unresolved) {
                let means = Some(Means::Part("connection", keyword));
                block.entries.push(Entry::new(key, span, value, value_span).telling(means));
            }
        } else if matches!(key, "env" | "setenv" | "set_env") {
            variables(reader, text, option.value.clone(), &mut block.entries);
        }
    }
    if !block.entries.is_empty() {
        reader.layers.push(block);
    }
}

/// Whether a program of Go reads the file: Grafana and Gitea, whose library takes quotes away.
fn is_of_go(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    ["grafana", "gitea", "forgejo"].iter().any(|program| path.contains(program))
}

/// A value without the quotes around it. Three of them, or a backtick, protect `#` and `;`.
fn unquoted(text: &str, range: Range<usize>) -> Range<usize> {
    let value = &text[range.clone()];
    let around = |quote: &&&str| {
        value.len() >= 2 * quote.len() && value.starts_with(**quote) && value.ends_with(**quote)
    };
    let quote = ["\"\"\"", "`", "\"", "'"].iter().find(around).map_or(0, |quote| quote.len());
    range.start + quote..range.end - quote
}

/// `%%` is one, `%(name)s` is another option's value: it is left open, for it may stand in another file.
fn interpolated(
    reader: &Reader<'_>,
    text: &str,
    range: Range<usize>,
    percents: &mut Vec<Span>,
) -> super::Value {
    let mut out = Mapped::new(reader.id);
    let mut read = String::new();
    let mut at = range.start;
    // What is not closed is looked for once.
    let mut closes = true;
    while at < range.end {
        let stop = text[at..range.end].find('%').map_or(range.end, |i| at + i);
        out.literal(text, at..stop);
        read.push_str(&text[at..stop]);
        at = stop;
        if at == range.end {
            break;
        }
        let rest = &text[at..range.end];
        if rest.starts_with("%%") {
            out.derived(at..at + 2, "%", SegmentKind::Escape);
            read.push('%');
            at += 2;
        } else if let Some(end) =
            rest.strip_prefix("%(").filter(|_| closes).and_then(|inner| inner.find(")s"))
        {
            let whole = at..at + 2 + end + 2;
            out.derived(whole.clone(), "", SegmentKind::Unresolved);
            at = whole.end;
        } else {
            // `ConfigParser` refuses this one; the rule says so. What it would mean is the sign itself.
            if percents.len() < PERCENTS {
                percents.push(reader.sources.span(reader.id, at..at + 1));
            }
            out.literal(text, at..at + 1);
            read.push('%');
            at += 1;
            closes &= !rest.starts_with("%(");
        }
    }
    out.finish(&read)
}

/// `NAME=value` lines, as pytest-env and tox have them.
fn variables(reader: &mut Reader<'_>, text: &str, range: Range<usize>, out: &mut Vec<Entry>) {
    let mut at = range.start;
    for line in text[range].split_inclusive('\n') {
        let start = at;
        at += line.len();
        let Some((name, value)) = line.split_once('=') else { continue };
        // pytest-env's marks: `D:` a default, `R:` a raw value.
        let bare = name.trim().rsplit(':').next().unwrap_or(name).trim();
        let key = start + name.find(bare).unwrap_or(0);
        let from = start + name.len() + 1 + (value.len() - value.trim_start().len());
        let value_range = from..from + value.trim().len();
        // tox takes it from the shell that it is started in.
        if text[value_range.clone()].starts_with("{env:") {
            continue;
        }
        let key_span = reader.sources.span(reader.id, key..key + bare.len());
        let value_span = reader.sources.span(reader.id, value_range.clone());
        let mut mapped = Mapped::new(reader.id);
        mapped.literal(text, value_range.clone());
        let value = mapped.finish(&text[value_range]);
        let entry = Entry::new(bare, key_span, value, value_span);
        reader.reveal_key(&entry, false);
        out.push(entry);
    }
}
