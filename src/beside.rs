//! What all rules that put the files of a run side by side have in common: which databases there are, in which
//! environment and for whom, and bringing together what is alike. Time grows with the number of files alone.

use crate::{
    environment::Environment,
    layer::{Layer, Structure, compose::Service},
    rules::{File, Project, View},
    settings::{Origin, Role, Settings, Target, Whereabouts},
    source::directory,
};

/// One database in one environment, as one file has it.
#[derive(Clone, Copy)]
pub(crate) struct Side<'p> {
    /// The database.
    pub(crate) target: &'p Target,
    /// What the file comes to.
    pub(crate) settings: &'p Settings,
    /// Where the file stands.
    pub(crate) at: &'p Whereabouts,
    /// Where the database is used.
    pub(crate) environment: Environment,
    /// Whether anything says the environment; a bare `.env` is taken for a developer's.
    pub(crate) told: bool,
}

/// What one file comes to, in its environment.
#[derive(Clone, Copy)]
pub(crate) struct Stand<'p> {
    /// What the file comes to.
    pub(crate) settings: &'p Settings,
    /// Where it stands.
    pub(crate) at: &'p Whereabouts,
    /// Its environment.
    pub(crate) environment: Environment,
    told: bool,
}

impl Stand<'_> {
    /// As [`Side::is_of_one`].
    pub(crate) fn is_of_one(&self) -> bool {
        self.told || !self.at.is_of_every_environment()
    }
}

impl Side<'_> {
    /// Whether it is one environment's: what a chart has for all of them is the stricter one's too.
    pub(crate) fn is_of_one(&self) -> bool {
        self.told || !self.at.is_of_every_environment()
    }
}

/// The files, in their order, with those that were put away. What stands among tests and examples is a copy, and nobody's.
pub(crate) fn all_files<'p>(project: &Project<'p>) -> Vec<Stand<'p>> {
    let stand = |settings: &'p Settings| {
        let at = settings.whereabouts.as_ref().filter(|at| !at.is_aside())?;
        let said = settings.settled.environment.as_ref()?;
        let told = !matches!(said.origin, Origin::Default(_));
        Some(Stand { settings, at, environment: said.value, told })
    };
    project.views.iter().filter_map(|view| stand(view.settings)).collect()
}

/// What the services of all files use, in the order of the files. What was put away nobody uses.
pub(crate) fn sides<'p>(project: &Project<'p>) -> Vec<Side<'p>> {
    let used = all_files(project).into_iter().filter(|file| !file.at.is_archived());
    sides_of(&used.collect::<Vec<_>>())
}

/// The databases of some files, in their order.
pub(crate) fn sides_of<'p>(files: &[Stand<'p>]) -> Vec<Side<'p>> {
    let mut out = Vec::new();
    for Stand { settings, at, environment, told } in files.iter().copied() {
        let own = settings.selected().filter(|t| matches!(t.role, Role::Primary | Role::Test));
        out.extend(own.map(|target| Side { target, settings, at, environment, told }));
        // `PROD_DATABASE_URL` is another environment's.
        for target in settings.targets.iter().filter(|t| t.role == Role::Primary) {
            let named = target.environment.filter(|_| own.is_none_or(|own| !std::ptr::eq(own, target)));
            out.extend(named.map(|environment| Side { target, settings, at, environment, told: true }));
        }
    }
    out
}

/// The sides of one key, where there are several; without a key a side stands alone.
pub(crate) fn alike<'s, 'p, K: Ord>(
    sides: &'s [Side<'p>],
    key: impl Fn(&Side<'p>) -> Option<K>,
) -> Vec<Vec<&'s Side<'p>>> {
    let mut keyed: Vec<(K, &Side<'p>)> = sides.iter().filter_map(|s| Some((key(s)?, s))).collect();
    // What has one key stays in the order of the files.
    keyed.sort_by(|(a, _), (b, _)| a.cmp(b));
    let groups = keyed.chunk_by(|(a, _), (b, _)| a == b).filter(|group| group.len() > 1);
    groups.map(|group| group.iter().map(|(_, side)| *side).collect()).collect()
}

/// The first of the strictest environment.
pub(crate) fn strictest<'s, 'p>(group: &[&'s Side<'p>]) -> Option<&'s Side<'p>> {
    group.iter().rev().max_by_key(|side| side.environment).copied()
}

impl<'a> File<'a> {
    /// What the container of a service is given, the last layer counting first; nothing where it has no environment.
    pub fn layers_of(&self, service: &Service) -> &'a [Layer] {
        layers_of(self.views, service)
    }

    /// What other compose files in the same directory have under the name of a service, each with its layers: they may be started
    /// together with it.
    pub fn elsewhere<'p>(
        &self,
        service: &'p Service,
        project: &'p Project<'p>,
    ) -> impl Iterator<Item = (&'p Service, &'p [Layer])> + use<'p> {
        let (own, here) = (self.carried.source, directory(&self.carried.path).to_owned());
        let beside =
            move |path: &str| path.strip_prefix(&*here).is_some_and(|name| !name.contains(['/', '\\']));
        let others = project.files.iter().filter(move |f| f.source != own && beside(&f.path));
        others.flat_map(move |carried| {
            let services = match &carried.structure {
                Structure::Compose(compose) => compose.services.as_slice(),
                _ => &[],
            };
            let of = |view: &View<'_>| view.carried.is_some_and(|c| c.source == carried.source);
            let same = services.iter().filter(move |s| s.name.same_as(&service.name));
            same.map(move |s| {
                let from = project.views.iter().position(of).unwrap_or(project.views.len());
                (s, layers_of(&project.views[from..], s))
            })
        })
    }
}

fn layers_of<'a>(views: &[View<'a>], service: &Service) -> &'a [Layer] {
    service.layer.and_then(|at| views.get(at)).map(|view| view.layers).unwrap_or_default()
}

/// Whether what a container is given moves the data directory of its server.
pub(crate) fn moves_data(layers: &[Layer]) -> bool {
    let named =
        |layer: &Layer| layer.entry("PGDATA").is_some() || layer.reads.iter().any(|r| r.variable == "PGDATA");
    layers.iter().any(named)
}
