//! Which objects are for a cluster on somebody's machine: what says so, and what else goes to the same cluster.

use crate::{
    environment::Environment,
    layer::{Carried, Entry, Structure, tree::Node},
    source::directory,
};
use std::collections::{BTreeMap, BTreeSet};

/// Whether a line names a cluster on somebody's machine, and does not say that it is none.
pub(super) fn is_named_in(line: &str) -> bool {
    let lower = line.to_ascii_lowercase();
    let denied =
        [" not ", "n't ", " no ", "never", "except", "instead"].iter().any(|word| lower.contains(word));
    !denied && ["minikube", "k3d "].iter().any(|word| lower.contains(word))
}

/// Whether a variable of a database leads out of a cluster to the machine that it is on: by a name that Docker Desktop, minikube
/// and k3d make.
pub(super) fn leads_to_it(entry: &Entry) -> bool {
    let ours = ["DATABASE", "DB", "PG", "POSTGRES"].iter().any(|word| entry.key.contains(word));
    let text = entry.value.text.expose();
    let host = text.split_once("://").map_or(text, |(_, rest)| rest.split(['/', '?']).next().unwrap_or(rest));
    let host = host.rsplit('@').next().unwrap_or(host).split(':').next().unwrap_or_default();
    ours && ["host.docker.internal", "host.minikube.internal", "host.k3d.internal"].contains(&host)
}

/// Whether a volume is a directory of somebody at a Mac, or at a PC with Docker Desktop.
pub(super) fn is_mounted(volume: &Node) -> bool {
    let path = ["hostPath", "local"].iter().find_map(|kind| volume.at(&[kind, "path"])).and_then(Node::text);
    path.is_some_and(|path| BEGINNINGS.iter().any(|own| path.starts_with(own)))
}

/// Homes at a Mac, as they are and as Docker Desktop mounts them, and those of a PC.
const BEGINNINGS: [&str; 5] = ["/Users/", "/host_mnt/Users/", "/run/desktop/", "/c/Users/", "/mnt/c/Users/"];

/// Marks what goes to the same cluster as objects that are on somebody's machine by what they are: what lies beside them;
/// what is in their namespace, in a directory beside theirs. What is of another environment by its path says nothing of what
/// lies elsewhere, which production may share. A Secret that they take says nothing: who else takes it may have no word of a
/// database, and is not read.
pub(super) fn share(files: &mut [Carried], environment: &dyn Fn(&str) -> Environment) {
    let here = |file: &&Carried| matches!(&file.structure, Structure::Kubernetes(o) if o.preloads);
    let found: BTreeSet<String> =
        files.iter().filter(here).map(|file| directory(&file.path).to_owned()).collect();
    if found.is_empty() {
        return;
    }
    for file in files.iter_mut() {
        // At the top lies all sorts.
        let beside = !directory(&file.path).is_empty() && found.contains(directory(&file.path));
        if let Structure::Kubernetes(objects) = &mut file.structure {
            objects.preloads |= beside;
            objects.of_laptop |= objects.preloads;
        }
    }
    let speaks = |file: &Carried| environment(&file.path) == Environment::Production;
    for at in neighbours(files, &speaks) {
        if let Structure::Kubernetes(objects) = &mut files[at].structure {
            objects.of_laptop = true;
        }
    }
}

/// The files of a namespace in directories beside each other, where one of them is such a one and no object is there twice:
/// that would be several clusters.
fn neighbours(files: &[Carried], speaks: &dyn Fn(&Carried) -> bool) -> Vec<usize> {
    #[derive(Default)]
    struct Group<'f> {
        files: BTreeSet<usize>,
        objects: BTreeSet<&'f str>,
        ours: bool,
        twice: bool,
    }
    let mut groups: BTreeMap<(&str, &str), Group<'_>> = BTreeMap::new();
    for (f, file) in files.iter().enumerate() {
        let Structure::Kubernetes(objects) = &file.structure else { continue };
        let above = directory(directory(&file.path));
        // What is put into `default` has nothing in common.
        let own = objects.namespaces.iter().filter(|(name, _)| !above.is_empty() && *name != "default");
        for (namespace, objects_in) in own {
            let group = groups.entry((above, namespace)).or_default();
            group.files.insert(f);
            group.ours |= objects.preloads && speaks(file);
            for object in objects_in {
                group.twice |= !group.objects.insert(object);
            }
        }
    }
    let all = groups.into_values().filter(|group| group.ours && !group.twice);
    all.flat_map(|group| group.files).collect()
}
