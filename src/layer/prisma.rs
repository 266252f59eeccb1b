//! `schema.prisma`: the `datasource` with its `url` and `directUrl`. What they name is the project's own.

use super::{Entry, Means, Read, Structure, carried::Reader, code::is_variable, tree::Mapped};

/// What the rules about schemas look at.
#[derive(Clone, Debug)]
pub struct Schema {
    /// Its `provider` is one that speaks PostgreSQL's protocol; none where it names none.
    pub is_postgres: Option<bool>,
}

/// Of the providers that Prisma has (its reference of the schema) those that connect to PostgreSQL, or to what speaks as it.
const POSTGRES: [&str; 3] = ["postgresql", "postgres", "cockroachdb"];

/// Reads the file that the reader is at.
pub(super) fn read(reader: &mut Reader<'_>) {
    let Some(text) = reader.text() else { return };
    let mut block = reader.block("datasource");
    let (mut at, mut inside) = (0, false);
    let mut is_postgres = None;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let bare = line.split("//").next().filter(|_| !line.contains("://")).unwrap_or(line).trim();
        if bare.starts_with("datasource ") && bare.ends_with('{') {
            inside = true;
            continue;
        }
        if bare == "}" {
            inside = false;
        }
        let Some((key, value)) = line.split_once('=').filter(|_| inside) else { continue };
        let name = key.trim();
        let means = match name {
            "provider" => {
                // A list is of versions before 3, which took the first that fits.
                let mut named = value.split('"').skip(1).step_by(2);
                is_postgres = Some(named.any(|own| POSTGRES.contains(&own)));
                continue;
            }
            "url" => Means::Url,
            "directUrl" | "shadowDatabaseUrl" => Means::Nothing,
            _ => continue,
        };
        let from = start + line.find(name).unwrap_or(0);
        let key_span = reader.sources.span(reader.id, from..from + name.len());
        let Some(open) = value.find('"').map(|i| start + key.len() + 1 + i + 1) else { continue };
        let Some(close) = text[open..at].find('"').map(|i| open + i) else { continue };
        let span = reader.sources.span(reader.id, open..close);
        let literal = &text[open..close];
        reader.sources.reveal(key_span);
        if value.trim_start().starts_with("env(") {
            if is_variable(literal) {
                let lead = reader.sources.span(reader.id, start..close + 1);
                reader.sources.reveal(lead);
            }
            let means = (means == Means::Url).then_some(means);
            block.reads.push(Read { variable: literal.to_owned(), span, means, defaulted: false });
            continue;
        }
        let mut mapped = Mapped::new(reader.id);
        mapped.literal(&text, open..close);
        let value = mapped.finish(literal);
        // As the vocabulary has it: past the pooler, and for migrations to play in.
        let key = match name {
            "directUrl" => "DIRECT_URL",
            "shadowDatabaseUrl" => "SHADOW_DATABASE_URL",
            name => name,
        };
        let means = (name == "url").then_some(Means::Url);
        block.entries.push(Entry::new(key, key_span, value, span).telling(means));
    }
    reader.structure = Structure::Prisma(Schema { is_postgres });
    if !block.entries.is_empty() || !block.reads.is_empty() {
        reader.layers.push(block);
    }
}
