//! How far away the hosts of a target are, and whose server is there.

use super::{Facts, Target, facts::fact};
use crate::{
    conninfo,
    settings::engine::Engine,
    settings::host::{HostClass, is_own_machine, without_template},
    settings::variables::EXPORTERS,
};

impl Target {
    /// Whether code sets another URL in its place in any case: nobody dials it.
    pub fn is_always_replaced(&self) -> bool {
        self.replaced.is_some_and(|replaced| replaced.how.always)
    }

    /// Whether it is that of a program which looks at a server from outside (an exporter of metrics) and is no service of it: it
    /// has neither tables of its own nor statements that somebody could slip another into.
    pub fn looks_on(&self) -> bool {
        self.name == EXPORTERS
    }

    /// Takes it for another engine's, as the server at its host tells, of which its own variables say nothing.
    pub(crate) fn is_of(&mut self, engine: &'static str) {
        self.engine.value = Engine::Other(engine);
        self.told = true;
        self.missing_driver = None;
        self.facts = Facts::default();
    }

    /// The class of the most public host, each as libpq dials it; none when the text could not be read, or when a
    /// reserved character leaves its readers at odds about where the host begins.
    ///
    /// None, too, of a name that is there to be replaced: of what nobody has named yet nothing is known but that.
    pub fn host_class(&self) -> Option<HostClass> {
        let class = self.class_by_name().filter(|_| !self.awaits_host())?;
        let near = || self.around.neighbour || self.names_own_machine();
        Some(if !self.tls_required && near() { HostClass::Local } else { class })
    }

    /// Whether every host is the machine that its container runs on.
    fn names_own_machine(&self) -> bool {
        let hosts = self.get("host").map_or("", |s| s.value.expose());
        hosts.split(',').all(is_own_machine)
    }

    /// The same by the names alone, also of a container beside it. The domain of a name in a cluster is its namespace.
    pub fn class_by_name(&self) -> Option<HostClass> {
        let class = (*fact(&self.facts.host_class, || self.named_class())).ok().flatten()?;
        Some(if self.around.in_cluster { class.min(HostClass::Private) } else { class })
    }

    /// As [`Target::host_class`], by the names alone; an error where it is not clear what is dialled.
    fn named_class(&self) -> Result<Option<HostClass>, ()> {
        let clear = self.is_postgres() && !self.is_ambiguous() && !self.is_elsewhere() && !self.is_sketch();
        let conninfo = self.parsed.as_ref().ok().filter(|_| clear).ok_or(())?;
        let list =
            |keyword: &str| conninfo.get(keyword).and_then(conninfo::Value::as_str).filter(|v| !v.is_empty());
        let hosts = list("hostaddr").or_else(|| list("host")).unwrap_or_default();
        // What the program gets where it is started may be any host.
        let open = self.oddities.placeholders.iter().any(|p| p.later) && hosts.contains('$');
        let written = without_template(hosts).filter(|_| !open && !hosts.starts_with('$'));
        Ok(written.and_then(|hosts| hosts.split(',').map(HostClass::of).max()))
    }
}
