//! What a file of YAML is by its text.

use super::{Carrier, has};

/// Kubernetes by the two keys that every object has, compose by services that have an image or are built.
pub(super) fn of(path: &str, bytes: &[u8]) -> Carrier {
    let bytes = bytes.strip_prefix(BOM).unwrap_or(bytes);
    let line = |key: &[u8]| bytes.split(|b| *b == b'\n').any(|l| l.starts_with(key));
    // An action that is made of steps.
    if line(b"runs:") && has(bytes, b"using:") && has(bytes, b"steps:") {
        return Carrier::GithubActions;
    }
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    if line(b"apiVersion:") && line(b"kind:") {
        Carrier::Kubernetes
    } else if line(b"services:")
        && !is_of_helm(path, bytes)
        && (has(bytes, b"image:") || has(bytes, b"build:"))
    {
        Carrier::Compose
    } else if is_kustomization(name) {
        Carrier::Kubernetes
    } else {
        Carrier::Yaml
    }
}

/// Whether Kustomize takes a file of this name for its own, which need not say what it is.
fn is_kustomization(name: &str) -> bool {
    matches!(name, "kustomization.yaml" | "kustomization.yml")
}

/// What may stand before the first line.
const BOM: &[u8] = b"\xef\xbb\xbf";

/// So far the first key of what is read for others' sake may stand from the beginning: a license, or what compose shares.
const HEAD: usize = 16 << 10;

/// Whether a text may be objects of Kubernetes or what changes them, or services of compose. Definitions of resources describe other objects, and
/// are long.
pub(super) fn may_inform(bytes: &[u8]) -> bool {
    let head = bytes.strip_prefix(BOM).unwrap_or(bytes);
    let head = &head[..head.len().min(HEAD)];
    let mut lines = head.split(|b| *b == b'\n');
    let key =
        |line: &[u8]| [&b"apiVersion:"[..], b"services:", b"patches"].iter().any(|key| line.starts_with(key));
    lines.any(key) && !has(head, b"kind: CustomResourceDefinition")
}

/// Whether services are those of a chart: what is called its values, or gives an image as a mapping (`repository`, `tag`)
/// where compose has one text.
fn is_of_helm(path: &str, bytes: &[u8]) -> bool {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    let mut words = name.split(['.', '-', '_']);
    if words.next() == Some("values") || words.rev().nth(1) == Some("values") {
        return true;
    }
    // What is commented out says nothing, and what is built has its image beside it.
    let lines = bytes.split(|b| *b == b'\n').map(<[u8]>::trim_ascii);
    let mut said = lines.filter(|line| !line.is_empty() && !line.starts_with(b"#")).peekable();
    let mut mapped = false;
    while let Some(line) = said.next() {
        if line.starts_with(b"build:") {
            return false;
        }
        let Some(rest) = line.strip_prefix(b"image:").map(<[u8]>::trim_ascii_start) else { continue };
        // The text of an image may stand in the next line.
        mapped = (rest.is_empty() || rest.starts_with(b"#")) && said.peek().is_none_or(|next| is_pair(next));
        if !mapped {
            return false;
        }
    }
    mapped
}

/// Whether a line has a key of a mapping: `repository: shop`, not `postgres:16`.
fn is_pair(line: &[u8]) -> bool {
    line.ends_with(b":") || line.windows(2).any(|two| matches!(two, b": " | b":\t"))
}
