//! The files of a project ▶ findings. Pure: the texts are handed in.

mod anew;
mod asked;
mod by_value;
mod meaning;
mod mend;
mod misread;
mod parallel;
mod prepared;
mod python;
mod read;
mod servers;
mod settle;
mod silence;
mod sourced;
mod surroundings;
mod unfilled;
mod view;
mod vocabulary;

pub use mend::{Mended, mend};

use crate::{
    environment::Environment,
    finding::{Finding, Located},
    fix,
    judge::{self, Evidence, Judge, Merged},
    layer::{
        Carried, Carrier, Structure, carried,
        compose::{Compose, Waits, from_above, from_below},
        dotenv::Dialect,
    },
    policy::Policy,
    repository::Repository,
    rules::{Door, File, Project, View},
    settings::{Git, Whereabouts, readers, reveal},
    source::{SourceId, SourceKind, Sources},
};
use meaning::Meanings;
use read::{env_files, read};
use settle::{made, settle};
use silence::Spoken;
use std::{
    collections::{BTreeMap, BTreeSet},
    mem,
};
use surroundings::Surroundings;
use unfilled::Unfilled;
use view::FileView;
use vocabulary::Vocabulary;

/// The files of one project, as their author names them.
#[derive(Clone, Default)]
pub struct Files {
    /// Path and bytes of each file that carries settings, of any [`Carrier`]; one that is none is passed over.
    pub files: Vec<(String, Vec<u8>)>,
    /// Path and bytes of the files that say who reads the env files and URLs, such as Cargo.toml and compose.yml:
    /// those for which [`is_manifest`](crate::is_manifest) holds. Others are passed over.
    pub manifests: Vec<(String, Vec<u8>)>,
    /// What a file is read as, by its path, where its name and text do not decide.
    pub carriers: BTreeMap<String, Carrier>,
    /// Of the paths of [`named_paths`] those where nothing is.
    pub absent: BTreeSet<String>,
    /// The environment that the user named; else each file's own. What says another by its name, its section, or as a job that
    /// tests, is left that, unless it is among `named`.
    pub environment: Option<Environment>,
    /// libpq's `PG*` variables are left alone.
    pub no_pg_env: bool,
    /// The present time in seconds since 1970; without it no comment with `until=` ends.
    pub now: Option<u64>,
    /// Comments silence nothing.
    pub no_ignores: bool,
    /// These are not all files of the project: a comment that silences nothing here may be of use beside the others.
    pub partial: bool,
    /// Files and directories that the user named, as the paths of the files begin: who names one of tests or of examples
    /// wants to hear of it. Many files in the order of their names are found faster.
    pub named: Vec<String>,
    /// What git does with the files, by their paths; of one that is not in here nothing is known.
    pub git: BTreeMap<String, Git>,
}

impl std::fmt::Debug for Files {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let paths: Vec<&String> = self.files.iter().map(|(path, _)| path).collect();
        f.debug_struct("Files")
            .field("paths", &paths)
            .field("manifests", &self.manifests.len())
            .field("carriers", &self.carriers)
            .field("absent", &self.absent)
            .field("environment", &self.environment)
            .field("no_pg_env", &self.no_pg_env)
            .field("now", &self.now)
            .field("no_ignores", &self.no_ignores)
            .field("partial", &self.partial)
            .field("named", &self.named)
            .field("git", &self.git.len())
            .finish()
    }
}

/// Judges files as `pgward lint` does. The findings are in the order of their places.
pub fn lint(files: &Files, policy: &Policy) -> Vec<Located> {
    let mut sources = Sources::default();
    let policy = policy.rehomed(&mut sources);
    lint_with(&mut sources, files, &policy)
}

/// As [`lint`], with the sources that the policy's own spans speak of.
pub fn lint_with(sources: &mut Sources, files: &Files, policy: &Policy) -> Vec<Located> {
    linted(sources, files, files.texts(), policy, After::More)
}

/// As [`lint_with`], in a process that is about to end: the bytes of the files go over into the sources.
pub fn lint_last(sources: &mut Sources, files: &mut Files, policy: &Policy) -> Vec<Located> {
    let texts = files.files.iter_mut().map(|(_, bytes)| mem::take(bytes)).collect();
    linted(sources, files, texts, policy, After::End)
}

/// What comes after the files were judged.
#[derive(Clone, Copy, PartialEq, Eq)]
enum After {
    More,
    /// The end of the process: what was made of the files is given back as a whole.
    End,
}

/// `texts`: the bytes of the files, in their order.
fn linted(
    sources: &mut Sources,
    files: &Files,
    texts: Vec<Vec<u8>>,
    policy: &Policy,
    after: After,
) -> Vec<Located> {
    let repository = Repository::read(sources, &files.manifests);
    let (mut findings, ids, vocabulary) = judged(sources, files, texts, policy, &repository, after);
    prove_with(sources, files, &ids, policy, &repository, &vocabulary, &mut findings);
    mend::located(&findings, sources)
}

/// Paths that the files name and of which a rule asks whether something is there: for [`Files::absent`].
pub fn named_paths(files: &Files) -> Vec<String> {
    let mut out = Vec::new();
    for (path, bytes) in &files.files {
        let carrier = files.carriers.get(path).copied().or_else(|| Carrier::of(path, bytes));
        if carrier != Some(Carrier::Compose) || !Compose::may_name_paths(bytes) {
            continue;
        }
        let mut sources = Sources::default();
        let id = sources.add(SourceKind::File(path.clone()), bytes.as_slice());
        let read = carried::read(&mut sources, id, path, Carrier::Compose, Dialect::default(), &|_| None);
        if let Structure::Compose(compose) = read.structure {
            for named in compose.named_paths() {
                let others = [from_below(named, path), from_above(named, path)];
                out.extend(others.into_iter().flatten().chain([named.to_owned()]));
            }
        }
    }
    out
}

/// Takes the fixes that change the meaning of a file for unsafe ones.
fn prove_with(
    sources: &Sources,
    files: &Files,
    ids: &[SourceId],
    policy: &Policy,
    repository: &Repository,
    vocabulary: &Vocabulary,
    findings: &mut [Finding],
) {
    if findings.iter().all(|finding| finding.fix.is_empty()) {
        return;
    }
    // A fix that changes another text, the policy, is none that is made here.
    let known: BTreeSet<SourceId> = ids.iter().copied().collect();
    for finding in findings.iter_mut() {
        if !finding.fix.iter().all(|edit| known.contains(&edit.span.source)) {
            finding.fix.clear();
        }
    }
    let meaning = Meanings::new(sources, files, ids, policy, repository, vocabulary);
    fix::prove(sources, findings, &|texts| meaning.same(texts));
}

/// What the carriers make of the files, with what may be shown of them revealed, and what the code says of names.
fn carried(
    sources: &mut Sources,
    files: &Files,
    texts: Vec<Vec<u8>>,
    policy: &Policy,
    repository: &Repository,
) -> (Vec<Carried>, Vocabulary) {
    let dialect =
        |path: &str| readers::in_force(path, policy, repository, files.environment_for(path, policy));
    let paths = files.files.iter().map(|(path, _)| path.as_str());
    let mut carried = read(sources, files, paths.zip(texts), &dialect, policy);
    let vocabulary = Vocabulary::of(&carried, policy, repository);
    for file in &mut carried {
        let policy = vocabulary.policy(file, files.asked_for(&file.path, policy), policy, repository);
        file.layers.iter_mut().for_each(|layer| reveal::reveal(sources, layer, &policy));
    }
    (carried, vocabulary)
}

/// The views of all files, those of one beside each other.
fn side_by_side<'v>(carried: &'v [Carried], views_of_files: &'v [Vec<FileView<'_>>]) -> Vec<View<'v>> {
    let view = |file, v: &'v FileView<'_>| {
        let FileView { layers, settings, .. } = v;
        View { layers, settings, carried: Some(file) }
    };
    let files = carried.iter().zip(views_of_files);
    files.flat_map(|(file, views)| views.iter().map(move |v| view(file, v))).collect()
}

/// Who judges one file, with what the user asked for.
fn of_one<'a>(judge: Judge<'a>, file: &'a Carried, files: &Files) -> Judge<'a> {
    let aside = judge.aside && !files.asks_for(&file.path);
    Judge { example: file.example, aside, path: Some(&file.path), ..judge }
}

/// Whether a file speaks of a database: itself, by an image that runs a server, or by what the containers in it take from other
/// objects.
fn is_judged(file: &Carried, views: &[FileView<'_>]) -> bool {
    file.speaks
        || match &file.structure {
            Structure::Compose(compose) => compose.services.iter().any(|service| service.server),
            Structure::Kubernetes(_) => views.iter().any(|view| !view.settings.targets.is_empty()),
            _ => false,
        }
}

/// The environment of a file: the strictest of its views'.
fn strictest(views: &[FileView<'_>], file: &Carried, files: &Files, policy: &Policy) -> Environment {
    let environment = views.iter().filter(|v| !v.weak).map(|v| v.environment).max();
    environment.unwrap_or_else(|| files.environment_of(&file.path, file.carrier, policy))
}

/// The loaders that are said to read a file.
fn declared<'v>(views: &'v [FileView<'_>], path: &'v str) -> impl Iterator<Item = Dialect> + 'v {
    let loaders = views.iter().flat_map(|v| &v.settings.loaders).filter(move |l| l.path == path);
    loaders.flat_map(|l| &l.loaders).map(|l| l.setting.value)
}

/// Where the views of each file end among all.
fn ends(views_of_files: &[Vec<FileView<'_>>]) -> Vec<usize> {
    let mut end = 0;
    let next = |of_file: &Vec<FileView<'_>>| {
        end += of_file.len();
        end
    };
    views_of_files.iter().map(next).collect()
}

/// The findings of all files, in no order, the source of each file, and what the code says of names.
fn judged(
    sources: &mut Sources,
    files: &Files,
    texts: Vec<Vec<u8>>,
    policy: &Policy,
    repository: &Repository,
    after: After,
) -> (Vec<Finding>, Vec<SourceId>, Vocabulary) {
    let (carried, vocabulary) = carried(sources, files, texts, policy, repository);
    let ids = carried.iter().map(|c| c.source).collect();
    let mut views_of_files = views_of_files(sources, files, &carried, &vocabulary, policy, repository);
    settle(sources, &carried, &mut views_of_files, repository);
    let views = side_by_side(&carried, &views_of_files);
    let project = &Project {
        views: &views,
        files: &carried,
        door: Door::Lint,
        unread: &[],
        extensions: &policy.extensions.iter().map(|w| w.name.clone()).collect::<Vec<_>>(),
        unknown_rules: &judge::unknown_rules(policy),
        policy,
        absent: &files.absent,
        made: &made(sources, &carried),
        waits: &Waits::of(&carried),
        gates: repository.gates() || carried.iter().any(|c| c.script.asks_for_health()),
    };
    let whole = Judge {
        policy,
        door: Door::Lint,
        example: false,
        aside: false,
        archived: false,
        sources,
        path: None,
    };
    let mut out = Merged::default();
    out.add(whole.declared(&Environment::ALL));
    let (mut environments, mut spoken) = (BTreeSet::new(), Vec::<Spoken<'_>>::new());
    let ends = ends(&views_of_files);
    let views_of = |i: usize| &views[ends[i] - views_of_files[i].len()..ends[i]];
    let environment_of = |i: usize| strictest(&views_of_files[i], &carried[i], files, policy);
    // The one alembic.ini of a project is copied into its image.
    let whole_of = |i: usize| {
        let file: &Carried = &carried[i];
        let named = || files.environment_for(&file.path, policy).is_some();
        if file.carrier == Carrier::Ini && !named() { Environment::Production } else { environment_of(i) }
    };
    let judge_of = |i: usize| {
        let strict = whole_of(i).max(environment_of(i)) >= Environment::Staging;
        let stands = |is| strict && stands(&views_of_files[i], is);
        let (aside, archived) = (stands(Whereabouts::is_aside), stands(Whereabouts::is_archived));
        of_one(Judge { aside, archived, ..whole }, &carried[i], files)
    };
    let unfilled = Unfilled::of(sources, &views_of_files);
    let of_file = |i: usize| {
        let (file, views) = (&carried[i], views_of(i));
        if !is_judged(file, &views_of_files[i]) {
            return Vec::new();
        }
        let judge = judge_of(i);
        let own = views_of_files[i].iter().zip(views);
        let mut found: Vec<Finding> = own
            .flat_map(|(own, view)| {
                own.judge(judge).in_environment(view, own.environment, Evidence::default())
            })
            .collect();
        found.extend(judge.file(project, &File { carried: file, views }, whole_of(i)));
        unfilled.soften(&mut found, policy);
        found
    };
    let found = parallel::map(carried.len(), &of_file);
    for (i, (file, found)) in carried.iter().zip(found).enumerate() {
        let (judge, views, of_file) = (judge_of(i), views_of(i), &views_of_files[i]);
        out.add(found);
        if !judge.example {
            environments.extend(of_file.iter().map(|own| own.environment));
        }
        let declared = declared(of_file, &file.path);
        let everywhere = move || {
            let each = |e: Environment| {
                let in_views =
                    views.iter().flat_map(move |v| judge.in_environment(v, e, Evidence::default()));
                in_views.chain(judge.file(project, &File { carried: file, views }, e))
            };
            Environment::ALL.into_iter().flat_map(each).collect()
        };
        spoken.push(Spoken {
            path: &file.path,
            carrier: file.carrier,
            source: file.source,
            layers: file.layers.iter().collect(),
            dialects: declared.chain(Dialect::LIBRARIES).collect(),
            environment: environment_of(i),
            judge,
            everywhere: Box::new(everywhere),
        });
    }
    for environment in environments {
        out.add(whole.together(project, environment));
    }
    let mut out = out.into_findings();
    silence::silence(sources, files, &spoken, &mut out);
    if after == After::End {
        mem::forget(spoken);
        mem::forget(views);
        mem::forget(views_of_files);
        mem::forget(carried);
    }
    (out, ids, vocabulary)
}

impl Files {
    /// A copy of the bytes of each file, in their order.
    fn texts(&self) -> Vec<Vec<u8>> {
        self.files.iter().map(|(_, bytes)| bytes.clone()).collect()
    }
}

/// Whether something is true of where a file stands.
fn stands(views: &[FileView<'_>], test: fn(&Whereabouts) -> bool) -> bool {
    views.iter().any(|v| v.settings.whereabouts.as_ref().is_some_and(test))
}

/// What the layers of each file come to, by file, in the order of its layers.
fn views_of_files<'c>(
    sources: &Sources,
    files: &Files,
    carried: &'c [Carried],
    vocabulary: &Vocabulary,
    policy: &Policy,
    repository: &Repository,
) -> Vec<Vec<FileView<'c>>> {
    let env_files = env_files(carried);
    let surroundings = Surroundings::of(sources, carried, &env_files, policy);
    let of_file = |i: usize| {
        let file: &'c Carried = &carried[i];
        let asked = files.asked_for(&file.path, policy);
        let policy = &*vocabulary.policy(file, asked, policy, repository);
        let view = |layer| FileView::of(file, layer, &env_files, policy, repository, files);
        let mut views: Vec<FileView<'c>> = file.layers.iter().map(view).collect();
        for (view, layer) in views.iter_mut().zip(&file.layers) {
            surroundings.tell(sources, file, layer, view);
            if let Some(found) = misread::of_layer(sources, file, layer, view, policy, repository) {
                view.settings.misreadings = found;
            }
        }
        views
    };
    parallel::map(carried.len(), &of_file)
}
