//! Who is in the network of a service.

use super::{Compose, MANY, is_plain_name, name, service::items};
use crate::{layer::tree::Node, secret::Part};

/// Whether a service is on a network that is there already: `external: true`.
pub(super) fn is_joined(root: &Node, node: &Node) -> bool {
    let external = |name: &str| {
        let network = root.at(&["networks", name, "external"]);
        network.is_some_and(|n| n.text().is_none_or(|text| text.eq_ignore_ascii_case("true")))
    };
    match node.get("networks") {
        None => external("default"),
        Some(own) => {
            items(node, "networks").any(|n| n.text().is_some_and(external))
                || own.pairs().iter().any(|(name, _)| name.text().is_some_and(external))
        }
    }
}

/// Addresses under which the containers reach the machine that runs them: those that the file gives its networks, and docker's own
/// for the network that it has without any.
pub(super) fn gateways(root: &Node) -> Vec<Part> {
    const OF_DOCKER: &str = "172.17.0.1";
    let networks = root.get("networks").map(Node::pairs).unwrap_or_default();
    let configs =
        networks.iter().filter_map(|(_, network)| network.get("ipam")).flat_map(|ipam| items(ipam, "config"));
    let named = configs.filter_map(|config| config.get("gateway")?.text().map(name));
    named.take(MANY).chain([name(OF_DOCKER)]).collect()
}

impl Compose {
    /// Whether the service of a block says itself, beside production's, whose it is.
    pub fn says_whose(&self, block: &str) -> bool {
        self.services.iter().any(|s| s.paired && s.block == block)
    }

    /// Whether a name is that of a container beside the service of a block, on the same machine: a server, or the way to one.
    pub fn stands_beside(&self, block: &str, host: &Part) -> bool {
        let Some(service) = self.services.iter().find(|s| s.block == block) else { return false };
        // What another file makes of a service, it stands on the same network.
        let beside = self.services.iter().filter(|s| s.server || s.way || s.partial);
        let hosts = beside.flat_map(|s| &s.hosts).chain(&self.beneath);
        // What it waits for is a service, in this file or in one that this file changes.
        let waited =
            service.depends_on.iter().map(|d| &d.service).filter(|name| !name.expose().contains('.'));
        let single = |host: &str| is_plain_name(host) && !host.contains('.') && host != "localhost";
        service.joined && single(host.expose())
            || hosts.chain(waited).chain(&self.gateways).any(|name| host.is_host_called(name))
    }
}
