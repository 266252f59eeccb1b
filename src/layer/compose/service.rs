//! One service of a compose file. Short and long forms come to the same.

use super::{
    Compose, MANY, Service, client, command,
    extends::Whole,
    filled, given, image, keeping,
    mount::{self, Mount},
    name, network, stage, variables,
};
use crate::{
    layer::{SegmentKind, Value, carried::Reader, service, tree::Node},
    secret::Part,
    source::Span,
};
use std::ops::RangeInclusive;

/// What a service waits for.
#[derive(Clone, Debug)]
pub struct Dependency {
    /// The other service.
    pub service: Part,
    /// Where its name stands.
    pub span: Span,
    /// It must be healthy, or have come to its end.
    pub gated: bool,
}

/// How a service is told whether it is ready.
#[derive(Clone, Debug)]
pub struct HealthCheck {
    /// Where the command stands.
    pub span: Span,
    /// It is switched off.
    pub disabled: bool,
    /// `pg_isready`, when that alone decides.
    pub is_ready: Option<IsReady>,
}

/// A call of `pg_isready`.
#[expect(clippy::struct_excessive_bools, reason = "independent options of one command")]
#[derive(Clone, Copy, Debug)]
pub struct IsReady {
    /// Where the word stands; none where it has no place of its own.
    pub word: Option<Span>,
    /// The word is a part of a command line, so that an option may be written behind it.
    pub in_line: bool,
    /// A host is named, so that it asks over TCP.
    pub host: bool,
    /// A role is named.
    pub user: bool,
    /// A database is named.
    pub dbname: bool,
}

/// A port that is published on the machine.
#[derive(Clone, Debug)]
pub struct Port {
    /// Where it stands.
    pub span: Span,
    /// On which of its addresses.
    pub interface: Interface,
    /// On the machine; none where that is not known.
    pub published: Option<RangeInclusive<u16>>,
    /// In the container.
    pub target: RangeInclusive<u16>,
    /// What to replace with `127.0.0.1:` to keep it on this machine; empty for an insertion.
    pub local: Option<Span>,
}

/// An address of the machine.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Interface {
    /// Every one.
    All,
    /// Loopback.
    Loopback,
    /// One that is named, or not known.
    Other,
}

/// Reads a service; none for what is no mapping.
pub(super) fn read(
    reader: &mut Reader<'_>,
    root: &Node,
    key: &Node,
    whole: &Whole,
    file: &mut Compose,
) -> Option<Service> {
    let node = &whole.node;
    let text = key.text()?;
    if node.pairs().is_empty() {
        return None;
    }
    let own = name(text);
    if own.is_harmless() {
        reader.reveal_lead(key.span, node.span);
    }
    for word in ["image", "environment", "env_file", "healthcheck", "depends_on", "ports", "volumes"] {
        reader.reveal_pair(node.pair(word));
    }
    let mut image = node.get("image").and_then(|n| Some((n.scalar()?, n.span))).map(|(scalar, span)| {
        let image = image::read(&filled(&scalar.value, span, reader.beside).value, span);
        if image.text.is_harmless() && scalar.value.span_of(0..scalar.value.text.expose().len()).is_some() {
            reader.reveal_scalar(span);
        }
        image
    });
    let built = node.get("build").is_some();
    let mut mounts: Vec<Mount> = items(node, "volumes").filter_map(|n| mount::read(reader, n)).collect();
    let known = mounts.len() == items(node, "volumes").count() && node.get("volumes_from").is_none();
    mounts.extend(items(node, "configs").filter_map(|n| given::config(reader, root, n)));
    if let Some(image) = &mut image {
        let own = client::is_client(node.get("entrypoint"), node.get("command"));
        image.client = own && !(image.server && mounts.iter().any(|m| m.data));
        image.misplaced = mounts.iter().find(|m| m.is_old_data()).map(|m| m.span);
    }
    if let Some(image) = image.as_mut().filter(|_| known && !built) {
        image.keeping = keeping::of(node, image, &mounts);
    }
    let context = given::context(reader, node);
    let sealed = given::is_sealed(node, context.as_deref(), &mounts);
    let named = || built || image.as_ref().is_some_and(image::Image::names_server);
    let server = image.as_ref().is_some_and(|i| i.server) || mounts.iter().any(|m| m.data) && named();
    // A client with the server's image ends by itself.
    if server && !image.as_ref().is_some_and(|i| i.client) {
        stage::restarts(node, file);
    }
    let (layer, shown) = (reader.layers.len(), if own.is_harmless() { text } else { "…" });
    let block = format!("services.{shown}.environment");
    let mut variables = reader.block(block.clone());
    let environments = whole.below.iter().chain(node.get("environment"));
    for environment in environments {
        variables::read(reader, environment, &mut variables, file);
    }
    variables.word = stage::word(text, root.get("services"), node, &variables);
    file.seen_here |= stage::is_seen_here(reader.path, node, &variables);
    if let Some(image) = &mut image {
        given::hold(image, &variables);
    }
    let ungranted = given::ungranted(node, &variables, &mounts);
    let official = image.as_ref().is_some_and(|i| i.official) && !built;
    let clear = official && given::is_clear(node, &variables, &mounts);
    let env_files = env_files(reader, node);
    let waits_for = variables.entry("WAIT_HOSTS").cloned();
    let scheduled = variables.entries.iter().any(|e| e.key.contains("SCHEDULE") || e.key.contains("CRON"));
    let has_layer = !variables.entries.is_empty() || !variables.reads.is_empty() || !env_files.is_empty();
    if has_layer {
        reader.layers.push(variables);
    }
    let network = node.get("network_mode").and_then(Node::text).unwrap_or("bridge");
    Some(Service {
        below: None,
        on_base: image.is_none() && !built && stage::is_on(node),
        paired: root.get("services").is_some_and(|all| stage::paired(text, all).is_some()),
        span: key.span,
        hosts: hosts(node, &own),
        name: own,
        server,
        way: !server && (image.as_ref().is_some_and(image::Image::is_way) || image::names_way(text)),
        clear,
        built,
        built_from: given::built_from(reader, node),
        target: given::target(node),
        context,
        sealed,
        layer: has_layer.then_some(layer),
        block,
        env_files,
        depends_on: depends_on(reader, node),
        healthcheck: node.get("healthcheck").and_then(|n| healthcheck(reader, n)),
        ports: items(node, "ports").filter_map(|n| port(reader, n)).collect(),
        mounts,
        ungranted,
        in_memory: given::is_in_memory(node),
        profiled: node.get("profiles").is_some(),
        foreign_network: network != "bridge" && network != "none",
        joined: network::is_joined(root, node),
        shares: network.strip_prefix("service:").map(name),
        waits: command::waits(node, waits_for.as_ref())
            || image.as_ref().is_some_and(|i| i.connects_late(scheduled)),
        creates: command::creates(node),
        makes: ["command", "entrypoint"].iter().filter_map(|k| node.get(k)).any(makes),
        own_entrypoint: node.get("entrypoint").is_some(),
        own_command: node.get("command").is_some(),
        plain: given::is_plain(node),
        scripts: command::scripts(node),
        partial: image.is_none() && !built || node.get("extends").is_some(),
        image,
    })
}

/// The names under which others reach it.
fn hosts(node: &Node, own: &Part) -> Vec<Part> {
    let mut out = vec![own.clone()];
    out.extend(["container_name", "hostname"].iter().filter_map(|k| Some(name(node.get(k)?.text()?))));
    for (_, network) in node.get("networks").map(Node::pairs).unwrap_or_default() {
        out.extend(items(network, "aliases").filter_map(|n| Some(name(n.text()?))));
    }
    out
}

/// The items of a list under a key.
pub(super) fn items<'n>(node: &'n Node, key: &str) -> impl Iterator<Item = &'n Node> {
    node.get(key).map(Node::items).unwrap_or_default().iter().map(AsRef::as_ref).take(MANY)
}

pub(super) fn text_of(reader: &Reader<'_>, node: &Node) -> Option<Value> {
    node.scalar().map(|scalar| filled(&scalar.value, node.span, reader.beside).value)
}

/// A path as the run names it, from one that is relative to the compose file; none for any other.
pub(super) fn beside(path: &str, relative: &str) -> Option<String> {
    let mut steps: Vec<&str> = path.split('/').collect();
    steps.pop();
    if relative.is_empty() || relative.starts_with(['/', '~']) || relative.contains(['$', '\\', ':']) {
        return None;
    }
    for step in relative.split('/').filter(|s| !s.is_empty() && *s != ".") {
        match step {
            ".." if steps.last().is_none_or(|last| *last == "..") => steps.push(".."),
            ".." => drop(steps.pop()),
            _ => steps.push(step),
        }
    }
    Some(steps.join("/"))
}

/// `env_file:` as a text, a list of them, or of `{path: …}`. Format `raw` differs in escapes alone.
fn env_files(reader: &Reader<'_>, node: &Node) -> Vec<Part> {
    let Some(node) = node.get("env_file") else { return Vec::new() };
    let one = |node: &Node| {
        let text = text_of(reader, node).or_else(|| text_of(reader, node.get("path")?))?;
        // What cannot be named leaves the block open as one that is not there does.
        Some(Part::masked(beside(reader.path, text.text.expose()).unwrap_or_default()))
    };
    match node.items() {
        [] => one(node).into_iter().collect(),
        items => items.iter().take(MANY).filter_map(|n| one(n)).collect(),
    }
}

fn depends_on(reader: &mut Reader<'_>, node: &Node) -> Vec<Dependency> {
    let Some(node) = node.get("depends_on") else { return Vec::new() };
    let one = |reader: &mut Reader<'_>, key: &Node, condition: Option<&str>| {
        let service = name(key.text()?);
        if service.is_harmless() {
            reader.reveal_scalar(key.span);
        }
        let gated = matches!(condition, Some("service_healthy" | "service_completed_successfully"));
        Some(Dependency { service, span: key.span, gated })
    };
    let mut out: Vec<Dependency> =
        node.items().iter().take(MANY).filter_map(|n| one(reader, n, None)).collect();
    for (key, value) in node.pairs().into_iter().take(MANY) {
        out.extend(one(reader, key, value.get("condition").and_then(Node::text)));
    }
    out
}

fn healthcheck(reader: &mut Reader<'_>, node: &Node) -> Option<HealthCheck> {
    let off = node.get("disable").and_then(Node::text) == Some("true");
    let Some((key, test)) = node.pair("test") else {
        return off.then_some(HealthCheck { span: node.span, disabled: true, is_ready: None });
    };
    reader.reveal_lead(key.span, test.items().first().map_or(test.span, |n| n.span));
    let mut words: Vec<(String, Option<Span>)> = Vec::new();
    let mut in_line = true;
    match test.items() {
        [] => split(&text_of(reader, test)?, &mut words),
        [first, rest @ ..] => {
            let kind = first.text()?.to_owned();
            if matches!(kind.as_str(), "NONE" | "CMD" | "CMD-SHELL") {
                reader.reveal_lead(first.span, rest.first().map_or(first.span, |n| n.span));
            }
            if kind == "NONE" {
                return Some(HealthCheck { span: test.span, disabled: true, is_ready: None });
            }
            in_line = kind == "CMD-SHELL";
            for node in rest {
                match text_of(reader, node) {
                    Some(value) if in_line => split(&value, &mut words),
                    Some(value) => words.push((value.text.expose().to_owned(), Some(node.span))),
                    None => {}
                }
            }
        }
    }
    let is_ready = is_ready(&words, in_line);
    if let Some(word) = is_ready.and_then(|r| r.word) {
        reader.reveal_lead(word, word);
    }
    Some(HealthCheck { span: test.span, disabled: off, is_ready })
}

/// The words of a command line, each with its place where it has one.
fn split(line: &Value, out: &mut Vec<(String, Option<Span>)>) {
    let text = line.text.expose();
    let mut at = 0;
    for word in text.split_whitespace() {
        let from = at + text[at..].find(word).unwrap_or(0);
        at = from + word.len();
        out.push((word.to_owned(), line.span_of(from..at)));
    }
}

fn is_ready(words: &[(String, Option<Span>)], in_line: bool) -> Option<IsReady> {
    let bare = |word: &str| {
        let name = word.trim_matches(['"', '\'', '(', ')', ';', '`']);
        name.rsplit('/').next() == Some("pg_isready")
    };
    let at = words.iter().position(|(word, _)| bare(word))?;
    // What logs in says more than `pg_isready`.
    if words.iter().any(|(word, _)| word.trim_matches(['"', '\'', '(', ')', ';']).ends_with("psql")) {
        return None;
    }
    let ends = |word: &str| word.starts_with(['|', '&', ';', '>', ')']);
    let options: Vec<&str> =
        words[at + 1..].iter().map(|(word, _)| word.as_str()).take_while(|w| !ends(w)).collect();
    let unquoted = |text: &str| text.trim_matches(['"', '\'']).to_owned();
    let value = |short: &str, long: &str| -> Option<String> {
        options.iter().enumerate().find_map(|(i, word)| {
            let word = word.trim_end_matches(';');
            if word == short || word == long {
                return Some(options.get(i + 1).map(|v| unquoted(v)).unwrap_or_default());
            }
            let joined = word.strip_prefix(long).and_then(|rest| rest.strip_prefix('='));
            joined.or_else(|| word.strip_prefix(short).filter(|rest| !rest.is_empty())).map(unquoted)
        })
    };
    let dbname = value("-d", "--dbname");
    let in_string = dbname.as_deref().is_some_and(|d| d.contains("host=") || d.contains("://"));
    let host = value("-h", "--host").is_some_and(|h| !h.is_empty() && !h.starts_with('/'));
    let word = words[at].1.filter(|_| words[at].0 == "pg_isready");
    Some(IsReady {
        word,
        in_line,
        host: host || in_string,
        user: value("-U", "--username").is_some(),
        dbname: dbname.is_some(),
    })
}

fn makes(node: &Node) -> bool {
    let said = |node: &Node| node.text().is_some_and(service::makes);
    said(node) || node.items().iter().any(|n| said(n))
}

fn range(text: &str) -> Option<RangeInclusive<u16>> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last) = (first.parse().ok()?, last.parse().ok()?);
    (first <= last).then_some(first..=last)
}

fn interface(address: &str) -> Interface {
    let bare = address.trim_start_matches('[').trim_end_matches(']');
    match bare.parse::<std::net::IpAddr>() {
        _ if bare.is_empty() => Interface::All,
        Ok(address) if address.is_unspecified() => Interface::All,
        Ok(address) if address.is_loopback() => Interface::Loopback,
        _ => Interface::Other,
    }
}

/// `[[address:]port:]port[/protocol]`, or the long form. One without a port on the machine gets any that is free, and
/// is none here.
fn port(reader: &mut Reader<'_>, node: &Node) -> Option<Port> {
    if node.scalar().is_none() {
        let text = |key: &str| text_of(reader, node.get(key)?).map(|v| v.text.expose().to_owned());
        let published = node.get("published")?;
        let port = Port {
            span: published.span,
            interface: interface(&text("host_ip").unwrap_or_default()),
            published: range(&text("published")?),
            target: range(&text("target")?)?,
            local: None,
        };
        if port.published.is_some() {
            reader.reveal_pair(node.pair("published"));
        }
        return Some(port);
    }
    let raw = node.scalar()?;
    let value = text_of(reader, node)?;
    let text = value.text.expose();
    let (numbers, protocol) = text.split_once('/').unwrap_or((text, "tcp"));
    if protocol != "tcp" {
        return None;
    }
    let mut parts = numbers.rsplitn(3, ':');
    let (target, published, address) = (parts.next()?, parts.next()?, parts.next());
    // Digits, dots and colons.
    if raw.value.text.expose().bytes().all(|b| b.is_ascii_digit() || b".:-/tcp[]".contains(&b)) {
        reader.reveal_scalar(node.span);
    }
    // Inside of a default there is no place for an address.
    let written = value.map.iter().all(|s| s.kind != SegmentKind::Fallback);
    let local = match address {
        _ if !written => None,
        None => value.span_of(0..published.len()).map(|s| Span { end: s.start, ..s }),
        Some(address) => value.span_of(0..address.len() + 1),
    };
    Some(Port {
        span: node.span,
        interface: address.map_or(Interface::All, interface),
        published: range(published),
        target: range(target)?,
        local,
    })
}
