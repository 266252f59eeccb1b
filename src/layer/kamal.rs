//! `config/deploy.yml` of Kamal: the servers that it starts beside a service, and the names they have there.

use super::{compose::image, tree::Node};
use crate::secret::Part;

/// What Kamal starts.
#[derive(Clone, Default, Debug)]
pub struct Kamal {
    /// The names of its PostgreSQL servers on the network of the machine: `shop-db`, or what `service` says.
    pub servers: Vec<Part>,
}

impl Kamal {
    /// Of a document that names a service and its accessories; none of another one.
    pub(super) fn of(document: &Node) -> Option<Self> {
        let service = document.get("service").and_then(Node::text)?;
        let accessories = document.get("accessories")?.pairs();
        let name = |(key, accessory): (&Node, &Node)| {
            let node = accessory.get("image")?;
            let image = image::read(&node.scalar()?.value, node.span);
            let own = accessory.get("service").and_then(Node::text);
            let name =
                own.map_or_else(|| Some(format!("{service}-{}", key.text()?)), |own| Some(own.to_owned()));
            name.filter(|_| image.server).map(Part::masked)
        };
        Some(Self { servers: accessories.into_iter().filter_map(name).collect() })
    }
}
