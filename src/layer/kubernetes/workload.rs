//! Whose a container is, and what is shown of where its volumes are.

use super::Objects;
use crate::layer::{
    compose::{Image, Keeping, is_plain_name},
    tree::Node,
};

/// The kind and name of an object.
pub(super) fn workload(object: &Node) -> Option<String> {
    let name = object.at(&["metadata", "name"])?.text()?;
    Some(format!("{}/{name}", object.get("kind")?.text()?))
}

impl Objects<'_, '_> {
    /// Shows where volumes are mounted of which a rule speaks.
    pub(super) fn reveal_mounts(&mut self, container: &Node, image: &Image) {
        let beside = if let Keeping::Beside(span) = image.keeping { Some(span) } else { None };
        let paths = container.get("volumeMounts").map(Node::items).unwrap_or_default().iter();
        let pairs = paths.filter_map(|mount| mount.pair("mountPath"));
        let of_rules = |span| beside == Some(span) || image.misplaced == Some(span);
        for (key, path) in pairs.filter(|(_, path)| of_rules(path.span)) {
            let plain = |step: &str| step.is_empty() || is_plain_name(step);
            if path.text().is_some_and(|path| path.split('/').all(plain)) {
                self.reader.reveal_pair(Some((key, path)));
                self.reader.reveal_scalar(path.span);
            }
        }
    }
}
