//! Variables that no vocabulary has, and whose value is a connection all the same: `DSN=postgres://…` of a container or an env
//! file, and `ConnectionStrings__…`, which .NET reads.

use crate::{
    layer::{
        Carried, Carrier, Entry, Layer, Means, Structure,
        kubernetes::{Block, Holder},
    },
    policy::Policy,
    settings::{
        engine,
        misspelt::is_slip,
        variables::{EXPORTERS, Meaning, meaning, meaning_of},
    },
};

/// Says of one that it is a connection, where the container, or the env file, has no other: of several nobody knows which are a service's own.
/// Which URL a service takes at its start is not decided by this: `check` and the guard go by names.
pub(super) fn tell(carried: &mut [Carried], policy: &Policy) {
    for file in carried {
        file.layers.iter_mut().flat_map(|layer| &mut layer.entries).for_each(tell_of_net);
        let held = match &file.structure {
            Structure::Kubernetes(objects) => {
                let inside = |block: &Block| !matches!(block.holder, Holder::Secret);
                objects.blocks.iter().map(inside).collect()
            }
            Structure::Compose(_) | Structure::Task(_) => vec![true; file.layers.len()],
            _ if file.carrier == Carrier::Dotenv => vec![true; file.layers.len()],
            _ => continue,
        };
        let layers = file.layers.iter_mut().zip(held).filter(|(_, container)| *container);
        layers.for_each(|(layer, _)| tell_one(layer, policy));
    }
}

/// Says of a variable from which .NET takes a connection string that it is one, where it is Npgsql's beyond doubt: under the same
/// names SQL Server is reached. Several in one container are several databases of its program.
fn tell_of_net(entry: &mut Entry) {
    if entry.told.is_none() && engine::is_for_npgsql(entry) {
        entry.told = Some(Box::new(Means::Url));
    }
}

fn tell_one(layer: &mut Layer, policy: &Policy) {
    let mut found = (0..layer.entries.len()).filter(|at| is_connection(&layer.entries[*at], policy));
    let (Some(at), more) = (found.next(), found.next().is_some()) else { return };
    if more || speaks(layer, policy) || layer.entries[at].key == EXPORTERS {
        others(layer, policy);
    } else {
        let entry = &mut layer.entries[at];
        let tests = entry.key.split('_').any(|word| matches!(word, "TEST" | "TESTS"));
        entry.told = Some(Box::new(if tests { Means::TestUrl } else { Means::Url }));
    }
}

/// Whether a variable that nobody has told anything of holds a connection by its value.
fn is_connection(entry: &Entry, policy: &Policy) -> bool {
    let template = || entry.key.ends_with("TEMPLATE");
    entry.told.is_none()
        && (entry.is_url_of_postgres()
            || entry.key == EXPORTERS && entry.has_scheme_of_postgres()
            || SERVICES.contains(&entry.key.as_str()) && entry.is_whole_url_of_postgres())
        && !template()
        // Looking for what was meant takes longer than looking up a name.
        && (meaning(&entry.key, policy).is_some() || !is_slip(&entry.key))
}

/// Says of those whose names mean nothing that they are further connections: each is judged that has a password of its own.
fn others(layer: &mut Layer, policy: &Policy) {
    let mut left = MOST;
    for entry in &mut layer.entries {
        let of_tests = || entry.key.split('_').any(|word| matches!(word, "TEST" | "TESTS"));
        if left > 0 && is_connection(entry, policy) && meaning_of(entry, policy).is_none() && !of_tests() {
            left -= 1;
            entry.told = Some(Box::new(Means::AnotherUrl));
        }
    }
}

/// Names that no vocabulary has, and that are a service's own whoever logs in: under others the superuser's URL is for who
/// administers the server.
const SERVICES: [&str; 6] = ["DATABASE_URI", "DATABASE_DSN", "DB_URI", "DB_DSN", "POSTGRES_URI", "PG_URI"];

/// A program with more databases than this is none.
const MOST: usize = 16;

/// Whether one of its variables is a connection, or a part of one, by its name.
fn speaks(layer: &Layer, policy: &Policy) -> bool {
    let ours = |meaning: Option<Meaning>| {
        use Meaning::{Document, Libpq, Part, Toggle, Url};
        matches!(meaning, Some(Url(_) | Part(..) | Libpq(_) | Document | Toggle(_)))
    };
    layer.entries.iter().any(|e| ours(meaning_of(e, policy)))
        || layer.reads.iter().any(|r| ours(meaning(&r.variable, policy)))
}
