//! Objects of Kubernetes: the variables of containers, `ConfigMap` and `Secret`, each a block. What a Secret decodes to
//! stays masked; what an object holds that is not there stays open.

mod base64;
mod front;
mod inner;
mod join;
mod kustomize;
mod laptop;
mod names;
mod odd;
mod references;
mod template;
mod workload;

use references::references;
use workload::workload;

pub use front::{Front, InClear, Server};
pub use join::{Identity, Taken, join};
pub use names::{Names, is_domain};

use super::{
    Carrier, Entry, Footing, Layer, Read, Seat, Segment, SegmentKind, Value,
    carried::{Reader, Structure},
    compose::{Image, client, image, is_plain_name, keeping, name},
    shell::{self, Script, inside},
    tree::Node,
};
use crate::{
    environment::Environment,
    secret::{Part, Secret},
    source::Span,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// What a file of objects says beside the variables.
#[expect(clippy::struct_excessive_bools, reason = "independent marks")]
#[derive(Clone, Default, Debug)]
pub struct Kubernetes {
    /// One for each layer, in their order.
    pub blocks: Vec<Block>,
    /// The place of each by the layer's own words.
    index: BTreeMap<String, usize>,
    /// Values that the API server refuses, or that come out otherwise than they were meant.
    pub odd: Vec<Odd>,
    /// The services, by which variables are injected.
    pub services: Vec<Service>,
    /// What the containers run.
    pub images: Vec<Image>,
    /// Whose they are, in the same order: `StatefulSet/db`.
    pub workloads: Vec<String>,
    /// Those that mount a server's data directory.
    pub keepers: BTreeSet<String>,
    /// All services, by which pods are reached.
    pub fronts: Vec<Front>,
    /// The pods that run a server.
    pub servers: Vec<Server>,
    /// The namespaces that the objects name, each with the kind and name of what is put into it.
    namespaces: BTreeMap<String, BTreeSet<String>>,
    /// What the objects of all files are called in the cluster.
    pub names: Arc<Names>,
    /// An image is never pulled, as it was loaded into the only node, or a directory of somebody's own is mounted; there or
    /// in a file beside it.
    preloads: bool,
    /// They are for a cluster on somebody's machine: the text names one, or they go where such objects go.
    pub of_laptop: bool,
    /// A patch mounts volumes into containers, which stand elsewhere.
    pub mounts_elsewhere: bool,
    /// A Kustomization of Flux here has `postBuild`: `${…}` in what it applies is substituted.
    pub substitutes: bool,
}

/// A block of variables.
#[derive(Clone, Debug)]
pub struct Block {
    /// What holds it.
    pub holder: Holder,
    /// The names of `$(NAME)` that nothing before sets: what Kubernetes injects, if anything.
    pub expands: Vec<Read>,
    /// More variables come to it from elsewhere.
    pub open: bool,
    /// Which object it is, for a `ConfigMap` or Secret.
    identity: Option<Identity>,
    /// What it takes from other objects, the weakest first.
    takes: Vec<Taken>,
    /// What these give, as far as they are there.
    below: Vec<Layer>,
    /// Who is on its loopback address.
    seat: Seat,
    /// As [`Footing::administers`].
    administers: bool,
}

impl Block {
    fn new(holder: Holder) -> Self {
        let (expands, takes, below) = (Vec::new(), Vec::new(), Vec::new());
        Self {
            holder,
            expands,
            open: true,
            identity: None,
            takes,
            below,
            seat: Seat::Open,
            administers: false,
        }
    }
}

/// What holds variables.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Holder {
    /// A container of a pod.
    Container {
        /// `enableServiceLinks` is not switched off: what Kubernetes injects for services comes to it too.
        links: bool,
    },
    /// A `ConfigMap`.
    ConfigMap,
    /// A Secret.
    Secret,
}

/// A value that the API server refuses, or that comes out otherwise than it was meant.
#[derive(Clone, Copy, Debug)]
pub struct Odd {
    /// Where.
    pub span: Span,
    /// What.
    pub kind: Oddity,
}

/// What is odd about a value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Oddity {
    /// `data` of a Secret that is no base64.
    NotBase64,
    /// `<…>` in the place of base64, there to be replaced.
    Template,
    /// `data` of a Secret that ends in a line break: `echo … | base64`.
    LineEnd,
    /// `data` of a Secret that is base64 of base64.
    Twice,
    /// A number or a truth where only a text is taken.
    Typed,
}

/// A service.
#[derive(Clone, Debug)]
pub struct Service {
    /// Its name.
    pub name: Part,
    /// Where the name stands.
    pub span: Span,
    /// `DB_PORT`: the variable that says `tcp://…` in every pod of the namespace.
    pub variable: String,
}

impl Kubernetes {
    pub(super) fn footing(&self, block: &str) -> Footing {
        let Some(block) = self.index.get(block).map(|i| &self.blocks[*i]) else {
            return Footing::default();
        };
        let secret = block.holder == Holder::Secret || block.takes.iter().any(Taken::is_of_secret);
        Footing {
            open: block.open,
            seat: block.seat,
            below: block.below.clone(),
            administers: block.administers,
            secret,
            ..Footing::default()
        }
    }
}

/// Reads the file that the reader is at.
pub(super) fn read(reader: &mut Reader<'_>) {
    let Some(text) = reader.text() else { return };
    // A template of Helm is no YAML before it is rendered; what it says is in its values.
    if template::is_template(&text) {
        return;
    }
    let Some(documents) = reader.yaml() else { return };
    let mut objects = Objects { out: Kubernetes::default(), reader, text: &text, script: Script::default() };
    for document in &documents {
        objects.object(document);
        if document.get("kind").and_then(Node::text) == Some("List") {
            document.get("items").map(Node::items).unwrap_or_default().iter().for_each(|o| objects.object(o));
        }
    }
    let Objects { out, reader, script, .. } = objects;
    shell::settled(reader, script);
    let of_laptop = text.lines().any(laptop::is_named_in);
    reader.structure = Structure::Kubernetes(Kubernetes { of_laptop, ..out });
}

struct Objects<'o, 'r> {
    out: Kubernetes,
    reader: &'o mut Reader<'r>,
    text: &'o str,
    script: Script,
}

impl Objects<'_, '_> {
    fn object(&mut self, object: &Node) {
        let kind = object.get("kind").and_then(Node::text).unwrap_or_default();
        let name = object.at(&["metadata", "name"]).and_then(Node::text).unwrap_or_default();
        if let Some(namespace) = join::namespace(object).filter(|name| !name.is_empty()) {
            self.out.namespaces.entry(namespace).or_default().insert(format!("{kind}/{name}"));
        }
        match kind {
            "Namespace" if !name.is_empty() => _ = self.out.namespaces.entry(name.to_owned()).or_default(),
            "PersistentVolume" => {
                self.out.preloads |= object.get("spec").is_some_and(laptop::is_mounted);
            }
            "Pod" => self.pod(object, object),
            "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" | "Job" => {
                if let Some(pod) = object.at(&["spec", "template"]) {
                    self.pod(object, pod);
                }
            }
            "CronJob" => {
                if let Some(pod) = object.at(&["spec", "jobTemplate", "spec", "template"]) {
                    self.pod(object, pod);
                }
            }
            "ConfigMap" => self.map(object, Holder::ConfigMap, &["data"]),
            "Secret" => self.map(object, Holder::Secret, &["data", "stringData"]),
            "Service" => self.service(object),
            // Without a kind by the name of its file.
            "Kustomization" | "Component" | "" => {
                self.out.substitutes |= object.at(&["spec", "postBuild"]).is_some();
                self.kustomization(object);
            }
            _ => {}
        }
    }

    /// `Deployment.web` and what is appended; a name that is not plain, or stood here before, gets the object's place.
    fn block(&self, object: &Node, of: &str) -> String {
        let kind = object.get("kind").and_then(Node::text).unwrap_or_default();
        self.block_of(kind, object.at(&["metadata", "name"]).and_then(Node::text), of)
    }

    fn block_of(&self, kind: &str, name: Option<&str>, of: &str) -> String {
        let block = format!("{kind}.{}{of}", name.filter(|n| is_plain_name(n)).unwrap_or("…"));
        if self.out.index.contains_key(&block) {
            format!("{block} ({})", self.out.blocks.len() + 1)
        } else {
            block
        }
    }

    fn push(&mut self, object: &Node, mut layer: Layer, block: Block) {
        if layer.entries.is_empty() && layer.reads.is_empty() && block.takes.is_empty() {
            return;
        }
        self.out.preloads |= layer.entries.iter().any(laptop::leads_to_it);
        let namespace = object.at(&["metadata", "namespace"]).and_then(Node::text);
        let says = |word: &&str| Environment::from_word(word).is_some();
        let label = ["environment", "env"].iter().find_map(|l| object.at(&["metadata", "labels", l])?.text());
        let word = label.filter(says).or(namespace);
        layer.word = layer.word.or_else(|| word.map(str::to_owned));
        self.take(layer, block);
    }

    fn take(&mut self, layer: Layer, block: Block) {
        self.out.index.insert(layer.block.clone().unwrap_or_default(), self.out.blocks.len());
        self.out.blocks.push(block);
        self.reader.layers.push(layer);
    }

    fn pod(&mut self, object: &Node, pod: &Node) {
        let Some(spec) = pod.get("spec") else { return };
        let all = |key: &str| spec.get(key).map(Node::items).unwrap_or_default();
        // An init container that restarts is a sidecar (Kubernetes 1.29).
        let restarts = |n: &Node| n.get("restartPolicy").and_then(Node::text) == Some("Always");
        let beside = all("containers").len() + all("initContainers").iter().filter(|n| restarts(n)).count();
        let host = spec.get("hostNetwork").and_then(Node::text) == Some("true");
        let seat = match beside {
            _ if host => Seat::Open,
            0 | 1 => Seat::Alone,
            _ => Seat::Accompanied,
        };
        self.out.preloads |= all("volumes").iter().any(|volume| laptop::is_mounted(volume));
        let links = spec.get("enableServiceLinks").and_then(Node::text) != Some("false");
        let ends = matches!(object.get("kind").and_then(Node::text), Some("Job" | "CronJob"));
        let mut servers: Vec<&Node> = Vec::new();
        let inits = all("initContainers").iter().map(|n| (n, !restarts(n)));
        for (container, ends) in inits.chain(all("containers").iter().map(|n| (n, ends))) {
            let image = container.get("image").and_then(|n| Some((n.scalar()?, n.span)));
            let (partial, mut administers) = (image.is_none(), false);
            self.out.mounts_elsewhere |= partial && container.get("volumeMounts").is_some();
            if front::has_data(container) {
                self.out.keepers.extend(workload(object));
            }
            if let Some((scalar, span)) = image {
                let mut image = image::read(&scalar.value, span);
                image.client = client::is_container(container, ends);
                image.fleeting = front::is_fleeting(object, spec, container);
                image.misplaced = front::misplaced(container);
                if image.server && !ends {
                    image.keeping = keeping::of_container(object, spec, container, &image);
                }
                self.reveal_mounts(container, &image);
                if (image.server || front::has_data(container)) && !image.client {
                    servers.push(container);
                }
                let policy = container.get("imagePullPolicy").and_then(Node::text);
                self.out.preloads |= policy == Some("Never");
                if image.text.is_harmless() {
                    self.reader.reveal_pair(container.pair("image"));
                    self.reader.reveal_scalar(span);
                }
                administers = image.administers();
                self.out.images.push(image);
                self.out.workloads.push(workload(object).unwrap_or_default());
            }
            let words = ["command", "args"].map(|key| container.get(key));
            inside::words(self.reader, self.text, &words, &mut self.script);
            let named = container.get("name").and_then(Node::text).filter(|n| is_plain_name(n));
            let block = self.block(object, &format!(".{}.env", named.unwrap_or("…")));
            let layer = self.reader.block(block);
            let from = container.get("envFrom").map(Node::items).unwrap_or_default();
            let mut block = Block::new(Holder::Container { links });
            // A container without an image is a patch: the rest stands in what it changes.
            (block.open, block.seat) = (!from.is_empty() || partial, seat);
            block.administers = administers;
            block.takes.extend(from.iter().map(|item| Taken::all(object, item)));
            let layer = self.variables(object, container, layer, &mut block);
            self.push(object, layer, block);
        }
        if !servers.is_empty() {
            self.out.servers.push(Server::of(object, pod, &servers));
        }
    }

    /// `env` of a container. `$(NAME)` is put in where NAME stands before it.
    fn variables(&mut self, object: &Node, container: &Node, mut layer: Layer, block: &mut Block) -> Layer {
        let mut known: BTreeMap<String, Option<Secret>> = BTreeMap::new();
        for item in container.get("env").map(Node::items).unwrap_or_default() {
            let Some((name, key)) = item.get("name").and_then(|n| Some((n.text()?, n.span))) else {
                continue;
            };
            let Some(node) = item.get("value") else {
                // `valueFrom`, or nothing, which is empty.
                if let Some(from) = item.get("valueFrom") {
                    layer.reads.push(Read::new(name, key));
                    known.insert(name.to_owned(), None);
                    block.takes.extend(Taken::one(object, name, from));
                }
                continue;
            };
            self.typed(node);
            let Some(entry) = node.entry(name, key) else { continue };
            if entry.value.text.is_rendered() {
                layer.reads.push(Read::new(name, key));
                known.insert(name.to_owned(), None);
                continue;
            }
            self.reader.reveal_pair(item.pair("value"));
            self.reader.reveal_key(&entry, false);
            let value = references(&entry, &known, block.open, &mut block.expands);
            known.insert(name.to_owned(), Some(value.text.clone()));
            layer.entries.push(Entry { value, ..entry });
        }
        layer
    }

    /// `data` and `stringData`. Whole files in them are read as what their names say that they are.
    fn map(&mut self, object: &Node, holder: Holder, under: &[&str]) {
        let block = self.block(object, ".data");
        let mut layer = self.reader.block(block);
        for part in under {
            for (key, node) in object.get(part).map(Node::pairs).unwrap_or_default() {
                let Some(name) = key.text() else { continue };
                let encoded = holder == Holder::Secret && *part == "data";
                if !encoded {
                    self.typed(node);
                }
                let Some(mut entry) = node.entry(name, key.span) else { continue };
                self.reader.reveal_key(&entry, false);
                // Of a file that is filled in by whole values and lines nobody knows the rest.
                let text = entry.value.text.expose();
                let file = !encoded && inner::carrier(name, text).is_some();
                if if file { template::is_template(text) } else { entry.value.text.is_rendered() } {
                    layer.reads.push(Read::new(name, key.span));
                    continue;
                }
                if encoded {
                    let Some(value) = self.decoded(name, &entry, node.span) else { continue };
                    entry.value = value;
                }
                if let Some(carrier) = inner::carrier(name, entry.value.text.expose()) {
                    let shown = if is_plain_name(name.trim_start_matches('.')) { name } else { "…" };
                    for mut inner in inner::read(self.reader, name, carrier, &entry).0 {
                        let part = inner.block.take().filter(|part| !part.is_empty());
                        let part = part.map_or_else(String::new, |part| format!(".{part}"));
                        inner.block = Some(self.block(object, &format!(".data.{shown}{part}")));
                        self.push(object, inner, Block::new(holder));
                    }
                    continue;
                }
                layer.entries.push(entry);
            }
        }
        let block = Block { identity: Identity::of(object, holder), ..Block::new(holder) };
        self.push(object, layer, block);
    }

    fn service(&mut self, object: &Node) {
        self.out.fronts.extend(Front::of(object));
        let headless = object.at(&["spec", "clusterIP"]).and_then(Node::text) == Some("None");
        let external = object.at(&["spec", "type"]).and_then(Node::text) == Some("ExternalName");
        let Some((_, node)) = object.get("metadata").and_then(|m| m.pair("name")) else { return };
        // Neither has an address of its own to be injected.
        let named = node.text().filter(|n| is_plain_name(n) && !headless && !external);
        let Some(text) = named else { return };
        let variable = format!("{}_PORT", text.to_ascii_uppercase().replace('-', "_"));
        self.reader.reveal_pair(object.get("metadata").and_then(|m| m.pair("name")));
        self.reader.reveal_scalar(node.span);
        self.out.services.push(Service { name: name(text), span: node.span, variable });
    }
}

/// What YAML 1.1, which kubectl reads, takes for a number or a truth.
fn is_typed(text: &str) -> bool {
    let truth = ["true", "false", "yes", "no", "on", "off", "y", "n"];
    let number = text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c))
        && text.bytes().any(|b| b.is_ascii_digit())
        && (text.parse::<f64>().is_ok() || text.parse::<i64>().is_ok());
    number || truth.iter().any(|t| text.eq_ignore_ascii_case(t))
}

/// Whether a key can be a variable.
fn is_variable(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}
