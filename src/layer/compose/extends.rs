//! `extends` of a service in the same file: what it takes over. What stands in another file leaves the service partial.

use super::MANY;
use crate::layer::tree::{Kind, Node};
use std::{collections::BTreeSet, sync::Arc};

/// A service with what it takes over.
pub(super) struct Whole {
    /// Its keys, and of those that it has not the ones of the services that it extends.
    pub(super) node: Node,
    /// Their environments, the weakest first.
    pub(super) below: Vec<Node>,
}

/// A longer chain is nobody's file, or goes in a circle.
const CHAIN: usize = 8;

/// Keys that a service does not take over as they are.
const OWN: [&str; 2] = ["environment", "depends_on"];

/// A service of these, whole as far as this file has it.
pub(super) fn whole(services: &Node, node: &Node) -> Whole {
    let mut out = Whole { node: node.clone(), below: Vec::new() };
    for _ in 0..CHAIN {
        let Some(extends) = out.node.get("extends") else { break };
        let elsewhere = extends.get("file").is_some();
        let named = extends.text().or_else(|| extends.get("service").and_then(Node::text));
        let Some(base) = named.filter(|_| !elsewhere).and_then(|name| services.get(name)) else { break };
        let mut pairs: Vec<(Node, Arc<Node>)> = Vec::new();
        let own = out.node.pairs().into_iter().filter(|(key, _)| key.text() != Some("extends"));
        let is_own = |key: &Node| key.text().is_some_and(|key| OWN.contains(&key));
        let theirs = base.pairs().into_iter().filter(|(key, _)| !is_own(key));
        let mut seen = BTreeSet::new();
        for (key, value) in own.chain(theirs).take(MANY) {
            if key.text().is_some_and(|name| seen.insert(name.to_owned())) {
                pairs.push((key.clone(), Arc::new(value.clone())));
            }
        }
        out.below.splice(0..0, base.get("environment").cloned());
        out.node = Node { span: out.node.span, kind: Kind::Mapping(pairs) };
    }
    out
}
