//! The table of keys ▶ JSON Schema (draft 2020-12). What the reader takes by words of its own (a name that another
//! table must have) no schema can say; `BEYOND` in `tests/schema.rs` has those.

use pgward::unstable::{
    page,
    policy::{Form, KEYS, Key, Kind, MOST, Open, Words},
    rules::{RULES, Rule},
};
use serde_json::{Map, Value, json};

pub(crate) fn schema() -> Value {
    let mut out = table(KEYS);
    let fields = out.as_object_mut().expect("a table is an object");
    fields.insert("$defs".into(), json!({ "level": level(), "rules": rules() }));
    fields.insert("$schema".into(), json!("https://json-schema.org/draft/2020-12/schema"));
    fields.insert("title".into(), json!("pgward.toml"));
    fields.insert(
        "description".into(),
        json!("What a project decided for pgward; the same keys as in [tool.pgward] of pyproject.toml and [package.metadata.pgward] of Cargo.toml."),
    );
    out
}

fn table(keys: &[Key]) -> Value {
    let required: Vec<&str> = keys.iter().filter(|k| k.required).map(|k| k.name).collect();
    let mut out = json!({
        "type": "object",
        "properties": keys.iter().map(property).collect::<Map<String, Value>>(),
        "additionalProperties": false,
    });
    if !required.is_empty() {
        out["required"] = json!(required);
    }
    out
}

fn property(key: &Key) -> (String, Value) {
    let mut value = kind(&key.kind);
    value["description"] = json!(key.doc);
    (key.name.to_owned(), value)
}

fn kind(of: &Kind) -> Value {
    match of {
        Kind::Text => json!({ "type": "string" }),
        Kind::Form(form) => formed(form),
        Kind::Word(words) => word(words),
        Kind::Number(all) => json!({ "enum": all }),
        Kind::Whole(least) => json!({ "type": "integer", "minimum": least, "maximum": MOST }),
        Kind::Truth => json!({ "type": "boolean" }),
        Kind::TextOrWhole => json!({ "type": ["string", "integer"] }),
        Kind::List(of) => json!({ "type": "array", "items": kind(of) }),
        Kind::Table(keys) => table(keys),
        Kind::Tables(keys) => json!({ "type": "array", "items": table(keys) }),
        // Written down once.
        Kind::Level(_) => json!({ "$ref": "#/$defs/level" }),
        Kind::Open(shape) => open(shape),
    }
}

fn formed(form: &Form) -> Value {
    json!({ "type": "string", "pattern": form.pattern })
}

/// The names for an editor to offer, and what else is understood.
fn word(words: &Words) -> Value {
    let named = json!({ "enum": (words.words)() });
    if !words.any_case && (words.aliases)().is_empty() {
        return named;
    }
    json!({ "anyOf": [named, { "type": "string", "pattern": pattern(words) }] })
}

fn pattern(words: &Words) -> String {
    let letter = |c: char| {
        let (lower, upper) = (c.to_ascii_lowercase(), c.to_ascii_uppercase());
        match c {
            _ if words.any_case && lower != upper => format!("[{upper}{lower}]"),
            c if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ' ' | '@' | '/') => c.to_string(),
            c => format!("\\{c}"),
        }
    };
    let all = (words.words)().into_iter().chain((words.aliases)());
    let all: Vec<String> = all.map(|word| word.chars().map(letter).collect()).collect();
    format!("^({})$", all.join("|"))
}

fn open(shape: &Open) -> Value {
    let mut properties: Map<String, Value> = shape.known.iter().map(property).collect();
    let mut out = json!({ "type": "object" });
    if let Some((words, of)) = shape.groups {
        out["patternProperties"] = json!({ pattern(words): kind(of) });
        properties.extend((words.words)().into_iter().map(|word| (word.to_owned(), json!({}))));
    }
    if let Some((words, _)) = shape.refused {
        out["propertyNames"] = json!({ "not": { "pattern": pattern(words) } });
    }
    if let Some(form) = shape.form {
        out["propertyNames"] = formed(form);
    }
    if shape.called == "a rule" {
        out["allOf"] = json!([{ "$ref": "#/$defs/rules" }]);
    }
    out["additionalProperties"] = shape.rest.map_or(json!(false), kind);
    if !properties.is_empty() {
        out["properties"] = Value::Object(properties);
    }
    out
}

/// A level by itself, or a table of level and reason.
fn level() -> Value {
    let found = KEYS.iter().find_map(|key| match &key.kind {
        Kind::Open(Open { rest: Some(Kind::Level(keys)), .. }) => Some(keys),
        _ => None,
    });
    let keys = found.expect("a table of levels");
    let alone = keys.iter().find(|k| k.required).expect("a level has its word");
    json!({ "anyOf": [kind(&alone.kind), table(keys)] })
}

/// The rules of this version, for an editor to offer; the rule of another version is a level all the same.
fn rules() -> Value {
    let one = |rule: &&Rule| {
        let value = json!({ "$ref": "#/$defs/level", "description": page::summary(rule) });
        (rule.id.to_owned(), value)
    };
    json!({ "properties": RULES.iter().map(one).collect::<Map<String, Value>>() })
}
