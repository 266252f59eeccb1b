//! A service of `pg_service.conf` ▶ settings: `parseServiceInfo` of fe-connect.c. It fills what a connection string
//! leaves open, before `PG*` do.

use super::{
    files::LibpqFiles,
    lookup::Lookup,
    setting::{Origin, Setting},
};
use crate::{
    conninfo::{self, Libpq, ServiceErrorKind, find_service},
    secret::{Part, Secret},
    source::{SourceId, SourceKind, Sources, Span},
};
use std::ops::Range;

/// What stands in the place of a layer's number: a service file is none.
const NO_LAYER: usize = usize::MAX;

/// Why no connection by a service is possible, and where it is said.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ServiceTrouble {
    /// What is wrong.
    pub kind: ServiceTroubleKind,
    /// In the service file, or in `PGSERVICEFILE`; `None`: where the service is named.
    pub span: Option<Span>,
    /// It is known who reads the URLs, and none of them reads services: nobody is refused.
    pub unread: bool,
}

/// What is wrong about a service.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum ServiceTroubleKind {
    /// No file defines it.
    NotFound {
        /// A file was there and does not define it.
        any_file: bool,
    },
    /// The file that `PGSERVICEFILE` names is not there, or one that is there cannot be opened.
    NoFile,
    /// libpq refuses the file.
    Unreadable(ServiceErrorKind),
}

/// The service files that libpq would look into, read.
#[derive(Default)]
pub struct ServiceFiles {
    /// Whether they are consulted at all.
    consulted: bool,
    /// In libpq's order.
    files: Vec<ServiceFile>,
}

struct ServiceFile {
    /// Its text, or none when it cannot be opened.
    text: Option<(SourceId, Vec<u8>)>,
    /// Where it was asked for.
    asked: Option<Span>,
}

/// What a service sets, in the order of the file.
pub(super) type Entries = Vec<(&'static str, Setting<Part>)>;

impl ServiceFiles {
    /// Reads what `PGSERVICEFILE` names, else `~/.pg_service.conf` if it is there; then `pg_service.conf` of
    /// `PGSYSCONFDIR` or of the machine. Only when a service may be asked for.
    pub fn read(files: Option<&LibpqFiles>, lookup: &Lookup<'_>, sources: &mut Sources) -> Self {
        let Some(files) = files else { return Self::default() };
        let mut out = Self { consulted: true, files: Vec::new() };
        let says = |text: &Secret| text.expose().contains("service");
        let mut entries = lookup.layers().iter().flat_map(|l| &l.entries);
        if !entries.any(|e| e.key == "PGSERVICE" || e.key == "service" || says(&e.value.text)) {
            return out;
        }
        let mut open = |path: &str, asked: Option<&Setting<Secret>>| {
            let found = (files.look)(path);
            if found.is_none() && asked.is_none() {
                return;
            }
            let bytes = found.and_then(|f| if f.regular { f.bytes } else { (files.read)(path).ok() });
            let text = bytes.map(|bytes| {
                let source = sources.add(SourceKind::File(path.to_owned()), bytes.as_slice());
                for range in conninfo::visible_service(&bytes) {
                    sources.reveal(span(source, range));
                }
                (source, bytes)
            });
            out.files.push(ServiceFile { text, asked: asked.and_then(Setting::span) });
        };
        match lookup.winner("PGSERVICEFILE") {
            Some(named) => open(named.value.expose(), Some(&named)),
            None => {
                if let Some(path) = files.at_home(".pg_service.conf") {
                    open(&path, None);
                }
            }
        }
        let directory = lookup.winner("PGSYSCONFDIR").map(|s| s.value.expose().to_owned());
        if let Some(directory) = directory.or_else(|| files.sysconfdir.clone()) {
            open(&format!("{directory}/pg_service.conf"), None);
        }
        out
    }

    /// What a service sets; `None` when service files are not consulted.
    pub(super) fn find(&self, name: &Part, libpq: Libpq) -> Option<Result<Entries, ServiceTrouble>> {
        self.consulted.then(|| self.first(name, libpq))
    }

    fn first(&self, name: &Part, libpq: Libpq) -> Result<Entries, ServiceTrouble> {
        for ServiceFile { text, asked } in &self.files {
            let Some((source, bytes)) = text else {
                return Err(ServiceTrouble { kind: ServiceTroubleKind::NoFile, span: *asked, unread: false });
            };
            let place = |range: Range<usize>| span(*source, range);
            match find_service(bytes, name.expose(), libpq) {
                Ok(None) => {}
                Ok(Some(service)) => {
                    let entry = |e: &conninfo::ServiceEntry| {
                        // It was proved to be UTF-8.
                        let text = String::from_utf8_lossy(&bytes[e.value.clone()]).into_owned();
                        let shown = conninfo::shows(e.keyword, &text);
                        let origin = Origin::Entry { layer: NO_LAYER, span: place(e.value.clone()) };
                        let key = format!("[{name}] {}", e.keyword);
                        let value = Part::with_proof(text, shown);
                        (e.keyword, Setting { value, key, origin, shadowed: Vec::new() })
                    };
                    return Ok(service.entries.iter().map(entry).collect());
                }
                Err(error) => {
                    let kind = ServiceTroubleKind::Unreadable(error.kind);
                    return Err(ServiceTrouble { kind, span: Some(place(error.range)), unread: false });
                }
            }
        }
        let kind = ServiceTroubleKind::NotFound { any_file: !self.files.is_empty() };
        Err(ServiceTrouble { kind, span: None, unread: false })
    }
}

fn span(source: SourceId, range: Range<usize>) -> Span {
    let at = |o: usize| u32::try_from(o).unwrap_or(u32::MAX);
    Span { source, start: at(range.start), end: at(range.end) }
}
