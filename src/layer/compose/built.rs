//! What a project's own images do before their programs start: who waits for a server behind the name of a service, and who for
//! a healthy one.

use super::{Compose, Dependency, Image, Service};
use crate::{
    layer::{
        Carried, Carrier, Structure,
        dockerfile::{Recipe, Waiting},
    },
    secret::Part,
    source::is_within,
};
use std::collections::{BTreeMap, BTreeSet};

/// Which of a project's own images wait for a server.
#[derive(Clone, Default, Debug)]
pub struct Waits {
    /// The scripts of the project that do; which image has one, only its Dockerfile says.
    scripts: Vec<String>,
    /// The Dockerfiles of which a stage does, by their paths.
    recipes: BTreeMap<String, Recipe>,
    /// What is built behind each name of an image; none where that is not known, or it is several things.
    built: BTreeMap<String, Option<Built>>,
    /// Names of services that another one waits for until they are healthy, in any file.
    gated: BTreeSet<String>,
    /// Images that a service runs, each with the names of the scripts that it is told to run.
    told: Vec<(Part, Vec<String>)>,
}

/// How an image is made.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Built {
    /// Its Dockerfile.
    recipe: String,
    /// The stage of it.
    target: Option<String>,
    /// The directory of which it has files.
    context: Option<String>,
}

impl Built {
    fn of(service: &Service) -> Option<Self> {
        let (target, context) = (service.target.clone(), service.context.clone());
        Some(Self { recipe: service.built_from.clone()?, target, context })
    }

    /// Whether the image may have a file.
    fn may_have(&self, path: &str) -> bool {
        self.context.as_deref().is_some_and(|context| is_within(path, context))
    }
}

/// Names of scripts that say nothing of whose they are.
const COMMON: [&str; 8] = [
    "start.sh",
    "run.sh",
    "entrypoint.sh",
    "docker-entrypoint.sh",
    "init.sh",
    "wait.sh",
    "app.sh",
    "server.sh",
];

impl Compose {
    /// Its services that are built from the Dockerfile of a path.
    pub fn built_from(&self, path: &str) -> impl Iterator<Item = &Service> {
        self.services.iter().filter(move |s| s.built_from.as_deref() == Some(path))
    }

    /// Its services that are built from a directory in which a path is.
    pub fn built_around(&self, path: &str) -> impl Iterator<Item = &Service> {
        let around = move |s: &&Service| s.context.as_deref().is_some_and(|of| is_within(path, of));
        self.services.iter().filter(|s| s.built).filter(around)
    }
}

impl Waits {
    /// What the files of a run say.
    pub fn of(carried: &[Carried]) -> Self {
        let mut out = Self::default();
        for file in carried {
            match &file.structure {
                Structure::Compose(compose) => {
                    out.gated.extend(compose.gated_elsewhere().map(str::to_owned));
                    compose.services.iter().for_each(|s| out.take(s));
                }
                Structure::Image(recipe) => {
                    let none = Waiting::default();
                    if recipe.waits != none || recipe.stages.values().any(|waits| *waits != none) {
                        out.recipes.insert(file.path.clone(), recipe.clone());
                    }
                }
                _ if file.carrier == Carrier::Shell && file.script.waits_in_a_container() => {
                    out.scripts.push(file.path.clone());
                }
                _ => {}
            }
        }
        out
    }

    fn take(&mut self, service: &Service) {
        if let Some(image) = service.image.as_ref().filter(|_| !service.scripts.is_empty()) {
            self.told.push((image.text.clone(), service.scripts.clone()));
        }
        if !service.built {
            return;
        }
        let mut names = vec![service.name.expose()];
        names.extend(service.image.as_ref().map(Image::own_name));
        for name in names {
            let built = Built::of(service);
            match self.built.get_mut(name) {
                Some(known) if *known != built => *known = None,
                Some(_) => {}
                None => drop(self.built.insert(name.to_owned(), built)),
            }
        }
    }

    /// Whether a service waits until one is healthy, be it in a file that is put over its own or takes that in.
    pub fn gates(&self, service: &Service, own: &Compose) -> bool {
        let waits = |d: &Dependency| d.gated && d.service.same_as(&service.name);
        own.services.iter().any(|s| s.depends_on.iter().any(waits))
            || self.gated.contains(service.name.expose())
    }

    /// Whether a service runs an image of the project that waits. One that is pulled is the project's own where exactly one
    /// Dockerfile builds an image of its name, and a script waits in it where the image may have that; or where a service is
    /// told to run a script in it that waits and that the project has.
    pub fn has(&self, service: &Service) -> bool {
        let own = |names: &[String]| names.iter().any(|name| self.has_script(name));
        // Of a public image another service says nothing, nor where this one runs something else.
        let same = |image: &Image| {
            let ours = image.text.expose().contains('/') && !service.own_command && !service.own_entrypoint;
            ours && self
                .told
                .iter()
                .any(|(text, names)| text.secret().same_as(image.text.secret()) && own(names))
        };
        if own(&service.scripts) || !service.built && service.image.as_ref().is_some_and(same) {
            return true;
        }
        let built = match (&service.image, service.built) {
            (_, true) => Built::of(service),
            (Some(image), false) => match self.built.get(image.own_name()) {
                Some(Some(built)) => Some(built.clone()),
                _ => return false,
            },
            (None, false) => return false,
        };
        let own = built.as_ref().is_some_and(|built| self.recipe_waits(built, service));
        let scripts = || {
            let has =
                |path: &String| service.built || built.as_ref().is_some_and(|built| built.may_have(path));
            self.scripts.iter().any(has)
        };
        own || scripts()
    }

    /// Whether a script of the project that waits has this name, which is not one of those that every image has.
    fn has_script(&self, name: &str) -> bool {
        !COMMON.contains(&name)
            && self.scripts.iter().any(|path| path.rsplit(['/', '\\']).next() == Some(name))
    }

    fn recipe_waits(&self, built: &Built, service: &Service) -> bool {
        let Some(recipe) = self.recipes.get(&built.recipe).filter(|_| !service.own_entrypoint) else {
            return false;
        };
        let waits = |waiting: &Waiting| waiting.entrypoint || waiting.command && !service.own_command;
        match &built.target {
            None => waits(&recipe.waits),
            // Of a name that a variable gives any stage may be meant.
            Some(target) => {
                recipe.stages.get(target).map_or_else(|| recipe.stages.values().any(waits), waits)
            }
        }
    }
}
