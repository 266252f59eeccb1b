//! What a file that changes another one leaves as it is: `compose.prod.yml`, started with `-f compose.yml -f compose.prod.yml`.

use super::{Compose, FEW, Port, Service};
use crate::{
    layer::{Entry, Layer},
    source::SourceId,
};

impl Compose {
    /// Whether it changes services of another file, and takes nothing back of what that has (`!reset`, `!override`).
    pub fn leaves_the_rest(&self) -> bool {
        !self.takes_back && self.services.iter().any(|s| s.on_base)
    }

    /// Gives its partial services what another file, with the layers of that, says of them: a variable that stands here comes
    /// before one that stands there, and ports are added. `own` are the layers of this file; a service without one gets one. A
    /// server that one of these waits for is started as it stands there.
    pub fn stand_on(
        &mut self,
        (path, source): (&str, SourceId),
        own: &mut Vec<Layer>,
        base: &Self,
        layers: &[Layer],
    ) {
        self.services.extend(self.started_with(base));
        for service in self.services.iter_mut().filter(|s| s.on_base) {
            let Some(below) = base.services.iter().find(|b| b.is_made_as(service)) else { continue };
            // One that is said again is told where it is said.
            let new = |port: &&Port| {
                let same = |own: &Port| (&own.published, &own.target) == (&port.published, &port.target);
                !service.ports.iter().any(same)
            };
            let ports: Vec<Port> = below.ports.iter().filter(new).cloned().collect();
            service.ports.extend(ports);
            let Some(layer) = below.layer.and_then(|at| layers.get(at)) else { continue };
            let at = *service.layer.get_or_insert_with(|| {
                own.push(Layer::block(path, source, service.block.clone()));
                own.len() - 1
            });
            let own = &own[at];
            let changed =
                |e: &Entry| own.entry(&e.key).is_some() || own.reads.iter().any(|r| r.variable == e.key);
            // What the developer's `.env` has for a reference says nothing of what production is started with.
            let given = |e: &Entry| e.value.map.iter().any(|s| Some(s.span.source) != layer.source);
            let entries = layer.entries.iter().filter(|e| !changed(e) && !given(e)).cloned().collect();
            service.below = Some(Layer { entries, ..layer.clone() });
        }
    }

    /// The servers of another file that services wait for which this one changes, and which it does not name itself: what is said
    /// of them there.
    fn started_with(&self, base: &Self) -> Vec<Service> {
        let own = self.services.iter().filter(|s| s.on_base).take(FEW);
        let changed: Vec<&Service> =
            own.filter_map(|s| base.services.iter().find(|b| b.is_made_as(s))).collect();
        let waited = |server: &Service| {
            changed.iter().any(|s| s.depends_on.iter().any(|d| d.service.same_as(&server.name)))
        };
        let unnamed = |server: &Service| !self.services.iter().any(|s| s.name.same_as(&server.name));
        let servers = base.services.iter().filter(|b| b.server && !b.partial && !b.profiled);
        let started = servers.filter(|server| waited(server) && unnamed(server)).take(FEW);
        let as_it_stands = |server: &Service| Service {
            partial: true,
            on_base: true,
            image: None,
            built: false,
            layer: None,
            depends_on: Vec::new(),
            healthcheck: None,
            ports: Vec::new(),
            mounts: Vec::new(),
            ..server.clone()
        };
        started.map(as_it_stands).collect()
    }

    /// Whether it makes all services that another file changes.
    pub fn makes_all_of(&self, other: &Self) -> bool {
        let changed = other.services.iter().filter(|s| s.on_base);
        changed.into_iter().all(|service| self.services.iter().any(|own| own.is_made_as(service)))
    }
}

impl Service {
    /// Whether it is made here, under the name of another one, and without being asked for.
    fn is_made_as(&self, other: &Self) -> bool {
        !self.partial && !self.profiled && self.name.same_as(&other.name)
    }
}
