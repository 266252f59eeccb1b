//! What a project's own images do before their programs start: who waits for a server behind the name of a service.

use super::Service;
use crate::layer::{Carried, Carrier, Structure};
use std::collections::BTreeMap;

/// Which of a project's own images wait for a server.
#[derive(Clone, Default, Debug)]
pub struct Waits {
    /// A script of the project does; which image has it, only its Dockerfile says.
    scripts: bool,
    /// The Dockerfiles whose entrypoint does, and those whose command does, by their paths.
    recipes: BTreeMap<String, (bool, bool)>,
    /// The Dockerfile behind each name that images are built under; none where that is not known, or several are.
    built: BTreeMap<String, Option<String>>,
}

impl Waits {
    /// What the files of a run say.
    pub fn of(carried: &[Carried]) -> Self {
        let mut out = Self::default();
        for file in carried {
            match &file.structure {
                Structure::Compose(compose) => compose.services.iter().for_each(|s| out.take(s)),
                Structure::Image(recipe) if recipe.entrypoint_waits || recipe.command_waits => {
                    let waits = (recipe.entrypoint_waits, recipe.command_waits);
                    out.recipes.insert(file.path.clone(), waits);
                }
                _ => out.scripts |= file.carrier == Carrier::Shell && file.script.waits(),
            }
        }
        out
    }

    fn take(&mut self, service: &Service) {
        if !service.built {
            return;
        }
        let mut names = vec![service.name.expose()];
        names.extend(service.image.as_ref().map(super::Image::own_name));
        for name in names {
            match self.built.get_mut(name) {
                Some(known) if *known != service.built_from => *known = None,
                Some(_) => {}
                None => drop(self.built.insert(name.to_owned(), service.built_from.clone())),
            }
        }
    }

    /// Whether a service runs an image of the project that waits. One that is pulled is the project's own where exactly one
    /// Dockerfile builds an image of its name.
    pub fn has(&self, service: &Service) -> bool {
        let recipe = match (&service.image, service.built) {
            (_, true) => service.built_from.as_ref(),
            (Some(image), false) => match self.built.get(image.own_name()) {
                Some(Some(recipe)) => Some(recipe),
                _ => return false,
            },
            (None, false) => return false,
        };
        let own = recipe.and_then(|path| self.recipes.get(path)).filter(|_| !service.own_entrypoint);
        self.scripts
            || own.is_some_and(|(entrypoint, command)| *entrypoint || *command && !service.own_command)
    }
}
