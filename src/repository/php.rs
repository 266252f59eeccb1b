//! What a composer.json asks for.

use super::{Dependency, Ecosystem, Mention, json};

pub(super) fn composer(text: &str) -> Vec<Mention> {
    let wanted = json::members(text).into_iter().filter_map(|member| {
        let dev = match member.section {
            "require" => false,
            "require-dev" => true,
            _ => return None,
        };
        Some(Mention::Package(Dependency {
            ecosystem: Ecosystem::Php,
            // `/` may be written `\/`, and a name is no case.
            name: member.key.replace("\\/", "/").to_ascii_lowercase(),
            range: member.key_range,
            features: Vec::new(),
            version: member.value.to_owned(),
            dev,
        }))
    });
    wanted.collect()
}
