//! The servers that the objects run themselves, and the names that lead to them.

use super::{Names, join::namespace};
use crate::{
    layer::{Carried, Structure, compose::client, tree::Node},
    secret::Part,
    source::{Span, is_within},
};
use std::collections::BTreeMap;

/// What a service selects its pods by, or a pod is labelled with.
type Labels = BTreeMap<String, String>;

/// A service, as pods look it up.
#[derive(Clone, Debug)]
pub struct Front {
    name: String,
    namespace: Option<String>,
    /// Empty for one that leads out of the cluster, or to what nobody here sees.
    selector: Labels,
    /// `ExternalName` with a host that stands elsewhere.
    out: bool,
}

/// A pod with a PostgreSQL server in it.
#[derive(Clone, Debug)]
pub struct Server {
    namespace: Option<String>,
    labels: Labels,
    /// Nothing in it turns TLS on, which the images come without.
    clear: bool,
}

impl Front {
    pub(super) fn of(object: &Node) -> Option<Self> {
        let name = object.at(&["metadata", "name"])?.text()?.to_owned();
        let external = object.at(&["spec", "type"]).and_then(Node::text) == Some("ExternalName");
        let host = object.at(&["spec", "externalName"]).and_then(Node::text).unwrap_or_default();
        let selector = labels(object.at(&["spec", "selector"]));
        Some(Self { name, namespace: namespace(object), selector, out: external && is_elsewhere(host) })
    }

    /// Its own name.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The namespace that it says.
    pub(super) fn namespace(&self) -> Option<&str> {
        self.namespace.as_deref()
    }

    /// Whether it stands for a host outside of the cluster and of what is private by its name.
    pub(super) fn leads_out(&self) -> bool {
        self.out
    }

    fn leads_to(&self, server: &Server) -> bool {
        let same = |(key, value): (&String, &String)| server.labels.get(key) == Some(value);
        // Without a namespace it is the one that whoever applies it is in.
        let near = |a: &Option<String>, b: &Option<String>| a.is_none() || b.is_none() || a == b;
        !self.selector.is_empty()
            && near(&self.namespace, &server.namespace)
            && self.selector.iter().all(same)
    }

    /// Whether a pod reaches it by a host: `db`, `db.shop`, `db.shop.svc.cluster.local`, or one of its pods, `db-0.db`.
    fn is_reached_by(&self, host: &str, namespace: Option<&str>, names: &Names) -> bool {
        let own = self.namespace.as_deref();
        let behind = |host: &str| match host.strip_prefix(self.name.as_str()) {
            Some("") => own.is_none() || namespace.is_none() || own == namespace,
            Some(rest) => rest.strip_prefix('.').is_some_and(|rest| {
                let mut labels = rest.split('.');
                let after = labels.next();
                let same = own.is_none() || own == after;
                same && (labels.next() == Some("svc")
                    || !rest.contains('.') && (own.is_some() || names.lead_to(host)))
            }),
            None => false,
        };
        behind(host) || host.split_once('.').is_some_and(|(_, rest)| behind(rest))
    }
}

impl Server {
    /// `containers`: those of the pod that run a server.
    pub(super) fn of(object: &Node, pod: &Node, containers: &[&Node]) -> Self {
        let clear = containers.iter().all(|container| !may_have_tls(container));
        Self { namespace: namespace(object), labels: labels(pod.at(&["metadata", "labels"])), clear }
    }
}

/// Whether the command or a mounted file may turn TLS on.
fn may_have_tls(container: &Node) -> bool {
    let words = ["command", "args"].iter().filter_map(|key| container.get(key)).flat_map(Node::items);
    let mut words = words.filter_map(|n| n.text());
    let variables = container.get("env").map(Node::items).unwrap_or_default();
    let mut variables = variables.iter().filter_map(|v| v.get("name")?.text());
    let mounts = container.get("volumeMounts").map(Node::items).unwrap_or_default();
    let mut mounts = mounts.iter().filter_map(|m| m.get("mountPath")?.text());
    words.any(|word| ["ssl", "config_file", "config-file"].iter().any(|own| word.contains(own)))
        || variables.any(|name| name.contains("TLS") || name.contains("SSL"))
        || mounts.any(|path| ["/etc/", ".conf", "tls", "cert", "ssl"].iter().any(|own| path.contains(own)))
}

/// Whether a container has a server's data directory: an image of the project's own, whatever it is called.
pub(super) fn has_data(container: &Node) -> bool {
    let mounts = container.get("volumeMounts").map(Node::items).unwrap_or_default();
    let mut paths = mounts.iter().filter_map(|m| m.get("mountPath")?.text());
    paths.any(|path| is_within(path, "/var/lib/postgresql"))
}

/// Where a volume is mounted at the data directory of the images up to 17, and the server is started as the image does it. What
/// variables move it to may come from an object.
pub(super) fn misplaced(container: &Node) -> Option<Span> {
    let items = |key: &str| container.get(key).map(Node::items).unwrap_or_default().iter();
    let moved = items("env").any(|e| e.get("name").and_then(Node::text) == Some("PGDATA"));
    let own = |key: &str| container.get(key).is_some();
    // The entrypoint puts `postgres` before an option.
    let options =
        || items("args").next().and_then(|first| first.text()).is_some_and(|first| first.starts_with('-'));
    if moved || items("envFrom").next().is_some() || own("command") || own("args") && !options() {
        return None;
    }
    let mut paths = items("volumeMounts").filter_map(|m| m.get("mountPath"));
    let at = paths.find(|path| path.text().is_some_and(|p| p.trim_end_matches('/') == client::OLD_DATA))?;
    Some(at.span)
}

/// Whether nothing of a container outlives its pod: what it mounts are empty directories, and files of objects. Of one that mounts
/// nothing another file may say what it mounts.
pub(super) fn is_fleeting(object: &Node, spec: &Node, container: &Node) -> bool {
    const ENDS: [&str; 5] = ["emptyDir", "configMap", "secret", "projected", "downwardAPI"];
    let all = |node: &'_ Node, key: &str| node.get(key).map(Node::items).unwrap_or_default().to_vec();
    let volumes = all(spec, "volumes");
    let ends = |name: &str| {
        let own = volumes.iter().find(|v| v.get("name").and_then(Node::text) == Some(name));
        own.is_some_and(|volume| ENDS.iter().any(|kind| volume.get(kind).is_some()))
    };
    let claims = object.at(&["spec", "volumeClaimTemplates"]).is_some();
    let mounts = all(container, "volumeMounts");
    let empty = volumes.iter().any(|volume| volume.get("emptyDir").is_some());
    !claims
        && empty
        && !mounts.is_empty()
        && mounts.iter().all(|m| m.get("name").and_then(Node::text).is_some_and(ends))
}

/// Whether a host is by its name neither in a cluster nor in somebody's own network.
fn is_elsewhere(host: &str) -> bool {
    let host = host.trim_end_matches('.');
    let last = host.rsplit('.').next().unwrap_or_default();
    host.contains('.') && !matches!(last, "local" | "internal" | "lan" | "svc" | "corp" | "home" | "intranet")
}

fn labels(node: Option<&Node>) -> Labels {
    let pairs = node.map(Node::pairs).unwrap_or_default();
    pairs.into_iter().filter_map(|(k, v)| Some((k.text()?.to_owned(), v.text()?.to_owned()))).collect()
}

/// The services of all files behind which a server without TLS runs, by their names.
#[derive(Default, Debug)]
pub struct InClear<'c>(BTreeMap<&'c str, Vec<&'c Front>>);

impl<'c> InClear<'c> {
    /// One of whose name another leads elsewhere is left out.
    pub fn of(files: &'c [Carried]) -> Self {
        let objects = || {
            files.iter().filter_map(|file| match &file.structure {
                Structure::Kubernetes(objects) => Some(objects),
                _ => None,
            })
        };
        let mut servers: BTreeMap<(&str, &str), Vec<&Server>> = BTreeMap::new();
        for server in objects().flat_map(|o| &o.servers) {
            for (key, value) in &server.labels {
                servers.entry((key, value)).or_default().push(server);
            }
        }
        let clear = |front: &Front| {
            let first = front.selector.first_key_value().map(|(key, value)| (key.as_str(), value.as_str()));
            let few = first.and_then(|first| servers.get(&first)).filter(|all| all.len() <= MANY);
            let mut own = few.into_iter().flatten().filter(|server| front.leads_to(server)).peekable();
            own.peek().is_some() && own.all(|server| server.clear)
        };
        let mut out: BTreeMap<&str, Option<Vec<&Front>>> = BTreeMap::new();
        for front in objects().flat_map(|o| &o.fronts) {
            let all = out.entry(&front.name).or_insert_with(|| Some(Vec::new()));
            match all {
                Some(all) if clear(front) && all.len() < MANY => all.push(front),
                all => *all = None,
            }
        }
        Self(out.into_iter().filter_map(|(name, all)| Some((name, all?))).collect())
    }

    /// Whether a host is one of them, for a pod in a namespace.
    pub fn has(&self, host: &Part, namespace: Option<&str>, names: &Names) -> bool {
        let host = host.expose();
        // `db-0.db` too, a pod of the service.
        let mut labels = host.split('.').take(2);
        labels.any(|name| {
            self.0.get(name).into_iter().flatten().any(|front| front.is_reached_by(host, namespace, names))
        })
    }
}

/// So many servers with one label, or services of one name, are told apart.
const MANY: usize = 64;
