//! Whether a changed file still means the same, by every reading in play: what makes a fix safe.

use super::{
    Files,
    read::{env_files, read},
    view::{FileView, base_of},
    vocabulary::Vocabulary,
};
use crate::{
    environment::Environment,
    fix::Texts,
    layer::dotenv::Dialect,
    policy::Policy,
    repository::Repository,
    secret::Secret,
    settings::{
        Engine, LibpqFiles, Settings, Target, dial, readers,
        variables::{Meaning, meaning},
    },
    source::{SourceId, Sources},
};
use std::{
    cell::OnceCell,
    collections::{BTreeMap, BTreeSet},
};

/// The files of a run with what is needed to read a few of them anew.
pub(super) struct Meanings<'f> {
    sources: &'f Sources,
    files: &'f Files,
    policy: &'f Policy,
    repository: &'f Repository,
    vocabulary: &'f Vocabulary,
    ids: &'f [SourceId],
    /// Most runs ask for nothing.
    places: OnceCell<Places<'f>>,
}

/// Where the files are among those of the run.
struct Places<'f> {
    by_source: BTreeMap<SourceId, usize>,
    by_path: BTreeMap<&'f str, usize>,
    /// By the place of a file those that may stand on it.
    above: BTreeMap<usize, Vec<usize>>,
}

impl<'f> Meanings<'f> {
    /// `ids` are the sources of the files, in their order.
    pub(super) fn new(
        sources: &'f Sources,
        files: &'f Files,
        ids: &'f [SourceId],
        policy: &'f Policy,
        repository: &'f Repository,
        vocabulary: &'f Vocabulary,
    ) -> Self {
        Self { sources, files, policy, repository, vocabulary, ids, places: OnceCell::new() }
    }

    fn places(&self) -> &Places<'f> {
        self.places.get_or_init(|| Places::of(self.files, self.ids))
    }
}

impl<'f> Places<'f> {
    fn of(files: &'f Files, ids: &[SourceId]) -> Self {
        let by_path: BTreeMap<&str, usize> =
            files.files.iter().enumerate().map(|(i, (path, _))| (path.as_str(), i)).collect();
        let mut above: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (i, (path, _)) in files.files.iter().enumerate() {
            if let Some(base) = base_of(path).and_then(|base| by_path.get(base.as_str()).copied()) {
                above.entry(base).or_default().push(i);
            }
        }
        let by_source = ids.iter().copied().enumerate().map(|(i, id)| (id, i)).collect();
        Self { by_source, by_path, above }
    }
}

impl Meanings<'_> {
    /// Whether every file that the changed texts concern reads as before, by each declared loader.
    pub(super) fn same(&self, texts: &Texts) -> bool {
        let mut changed = BTreeMap::new();
        let mut concerned = BTreeSet::new();
        for (id, text) in texts {
            // What is no file of these (pgward.toml) means nothing here.
            let Some(i) = self.places().by_source.get(id) else { return false };
            changed.insert(*i, text);
            concerned.insert(*i);
            concerned.extend(self.places().above.get(i).into_iter().flatten());
        }
        let readings: BTreeSet<Option<Dialect>> = concerned
            .iter()
            .flat_map(|i| self.loaders(&self.files.files[*i].0))
            .map(Some)
            .chain([None])
            .collect();
        readings.into_iter().all(|loader| {
            let before = self.views(&concerned, &BTreeMap::new(), loader);
            let after = self.views(&concerned, &changed, loader);
            before.len() == after.len()
                && before.iter().zip(&after).all(|(before, after)| same_meaning(before, after, self.policy))
        })
    }

    /// The loaders that are known to read a file.
    fn loaders(&self, path: &str) -> Vec<Dialect> {
        let environment = self.environment(path);
        let of_file = readers::of_file(path, self.policy, self.repository, environment);
        of_file.loaders.iter().map(|l| l.setting.value).collect()
    }

    fn environment(&self, path: &str) -> Option<Environment> {
        self.files.environment_for(path, self.policy)
    }

    /// How the files read, some of them with another text: with a loader where it reads a file, else with the one in
    /// force.
    fn views(
        &self,
        concerned: &BTreeSet<usize>,
        texts: &BTreeMap<usize, &Vec<u8>>,
        loader: Option<Dialect>,
    ) -> Vec<FileView<'static>> {
        let base = |i: &usize| base_of(&self.files.files[*i].0);
        let bases =
            concerned.iter().filter_map(base).filter_map(|b| self.places().by_path.get(b.as_str()).copied());
        let needed: BTreeSet<usize> = concerned.iter().copied().chain(bases).collect();
        let file = |i: &usize| {
            let unchanged = || self.sources.get(self.ids[*i]).bytes().to_vec();
            let bytes = texts.get(i).map_or_else(unchanged, |text| (*text).clone());
            (self.files.files[*i].0.as_str(), bytes)
        };
        let files = needed.iter().map(file);
        let dialect = |path: &str| {
            let ours = loader.filter(|loader| self.loaders(path).contains(loader));
            let in_force = || readers::in_force(path, self.policy, self.repository, self.environment(path));
            ours.unwrap_or_else(in_force)
        };
        let read = read(&mut Sources::default(), self.files, files, &dialect, self.policy);
        let env_files = env_files(&read);
        let wanted = needed.iter().zip(&read).filter(|(i, _)| concerned.contains(i));
        let views = |file| {
            let policy = self.vocabulary.policy(
                file,
                self.files.asked_for(&file.path, self.policy),
                self.policy,
                self.repository,
            );
            let view = |layer| FileView::of(file, layer, &env_files, &policy, self.repository, self.files);
            file.layers.iter().map(|layer| view(layer).into_owned()).collect::<Vec<_>>()
        };
        wanted.flat_map(|(_, file)| views(file)).collect()
    }
}

/// Whether two readings of a file lead to the same databases, and say the same of everything else.
fn same_meaning(before: &FileView<'_>, after: &FileView<'_>, policy: &Policy) -> bool {
    before.environment == after.environment
        && same_variables(before, after, policy)
        && same_settings(&before.settings, &after.settings)
}

/// The same variables; those that no database is made of with the same values. Of several assignments the one that
/// counts is compared.
fn same_variables(before: &FileView<'_>, after: &FileView<'_>, policy: &Policy) -> bool {
    let entries = |view: &FileView<'_>| -> BTreeMap<String, Secret> {
        let all = view.layers.iter().flat_map(|l| &l.entries);
        all.map(|e| (e.key.clone(), e.value.text.clone())).collect()
    };
    let (before, after) = (entries(before), entries(after));
    let of_a_database = |key: &str| {
        matches!(meaning(key, policy), Some(Meaning::Url(_) | Meaning::Part(..) | Meaning::Libpq(_)))
    };
    before.len() == after.len()
        && before
            .iter()
            .zip(&after)
            .all(|((a, old), (b, new))| a == b && (of_a_database(a) || old.same_as(new)))
}

fn same_settings(before: &Settings, after: &Settings) -> bool {
    let toggle = |s: &Settings| s.toggle.as_ref().and_then(|t| t.says.clone());
    before.targets.len() == after.targets.len()
        && before.chosen == after.chosen
        && toggle(before) == toggle(after)
        && before
            .targets
            .iter()
            .zip(&after.targets)
            .all(|(a, b)| same_target(a, b, before) && a.is_kept_by(b, &before.consumers))
}

/// Whether nothing that dialled something dials something else: hosts, role, password, database, encryption and every
/// other keyword are as they were but for those that a fix may add, or nothing could be dialled before. What the known
/// client libraries make of it is asked beside this.
fn same_target(before: &Target, after: &Target, settings: &Settings) -> bool {
    let text = |t: &Target| t.text.as_ref().map(|t| t.value.clone());
    if before.name != after.name || before.role != after.role {
        return false;
    }
    if before.engine.value != Engine::Postgres {
        let same = match (text(before), text(after)) {
            (Some(a), Some(b)) => a.same_as(&b),
            (None, None) => true,
            _ => false,
        };
        return before.engine.value == after.engine.value && same;
    }
    if !can_be_dialled(before) {
        return true;
    }
    // Over a socket `sslmode` is nothing to libpq.
    let counts = |t: &Target| {
        let socket = t.is_socket();
        t.parameters.clone().into_iter().filter(move |(k, _)| !socket || *k != "sslmode").collect::<Vec<_>>()
    };
    let (old, mut new) = (counts(before), counts(after));
    if new.len() > old.len() && after.only_adds(before, settings) {
        new.retain(|(k, _)| before.get(k).is_some());
    }
    can_be_dialled(after)
        && before.missing == after.missing
        && old.len() == new.len()
        && old.iter().zip(&new).all(|((k, a), (l, b))| k == l && a.value.same_as(&b.value))
}

/// Whether libpq would try, and could come anywhere. It takes the second half of `p@ss@host` for the host, a name that no
/// host has.
fn can_be_dialled(target: &Target) -> bool {
    dial::dial(target, &LibpqFiles::default()).is_ok() && target.could_exist()
}
