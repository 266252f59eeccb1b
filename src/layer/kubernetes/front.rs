//! The servers that the objects run themselves, and the names that lead to them.

use super::join::namespace;
use crate::{
    layer::{Carried, Structure, tree::Node},
    secret::Part,
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
        Some(Self { name, namespace: namespace(object), selector: labels(object.at(&["spec", "selector"])) })
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
    fn is_reached_by(&self, host: &str) -> bool {
        let behind = |host: &str| match host.strip_prefix(self.name.as_str()) {
            Some("") => true,
            Some(rest) => rest.strip_prefix('.').is_some_and(|rest| {
                let mut labels = rest.split('.');
                let own = labels.next().map(str::to_owned);
                matches!(labels.next(), Some("svc")) || own == self.namespace && !rest.contains('.')
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
    let mounts = container.get("volumeMounts").map(Node::items).unwrap_or_default();
    let mut mounts = mounts.iter().filter_map(|m| m.get("mountPath")?.text());
    words.any(|word| ["ssl", "config_file", "config-file"].iter().any(|own| word.contains(own)))
        || mounts.any(|path| ["/etc/", ".conf", "tls", "cert", "ssl"].iter().any(|own| path.contains(own)))
}

fn labels(node: Option<&Node>) -> Labels {
    let pairs = node.map(Node::pairs).unwrap_or_default();
    pairs.into_iter().filter_map(|(k, v)| Some((k.text()?.to_owned(), v.text()?.to_owned()))).collect()
}

/// The services of all files behind which a server without TLS runs.
#[derive(Default, Debug)]
pub struct InClear<'c>(Vec<&'c Front>);

impl<'c> InClear<'c> {
    /// One of whose name another leads elsewhere is left out.
    pub fn of(files: &'c [Carried]) -> Self {
        let objects = || {
            files.iter().filter_map(|file| match &file.structure {
                Structure::Kubernetes(objects) => Some(objects),
                _ => None,
            })
        };
        let servers: Vec<&Server> = objects().flat_map(|o| &o.servers).collect();
        let clear = |front: &&Front| {
            let mut own = servers.iter().filter(|server| front.leads_to(server)).peekable();
            own.peek().is_some() && own.all(|server| server.clear)
        };
        let (clear, others): (Vec<&Front>, Vec<&Front>) = objects().flat_map(|o| &o.fronts).partition(clear);
        let only = |front: &&Front| others.iter().all(|other| other.name != front.name);
        Self(clear.into_iter().filter(only).collect())
    }

    /// Whether a host is one of them.
    pub fn has(&self, host: &Part) -> bool {
        self.0.iter().any(|front| front.is_reached_by(host.expose()))
    }
}
