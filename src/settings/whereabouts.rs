//! Where a file stands: in which project, for which tenant, and what git does with it. Facts for rules that put files
//! side by side; nothing is looked up here.

use super::setting::Origin;
use crate::{
    environment::Environment,
    layer::{Remarks, is_code, is_example, is_of_chart},
    policy::Policy,
    repository::ASIDE,
    source::{SourceId, Span},
};

/// What git does with a file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[non_exhaustive]
pub enum Git {
    /// It is in the index: part of every clone.
    Tracked,
    /// An ignore rule names it.
    Ignored,
    /// Neither: the next `git add .` takes it in.
    Open,
}

/// Where a file stands.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "independent facts about one file")]
pub struct Whereabouts {
    /// As its author names it.
    pub path: String,
    /// The directory that the file speaks for: that of the nearest manifest, else the nearest one that is not named
    /// after an environment. Files of one project are each other's business.
    pub project: String,
    /// The nearest directory that is not named after an environment: of several in one project that of the file.
    pub home: String,
    /// Whose connection it is, where many services or forks are kept side by side: `fintech` for
    /// `forks/production/fintech.env` and for `fintech/.env.production`; none at the top.
    pub tenant: Option<String>,
    /// It shows what to write; its values are nobody's.
    pub example: bool,
    /// What git does with it, for an env file; none where that is not known.
    pub git: Option<Git>,
    /// Its own text: what it comes to may stand in a file below it.
    pub source: Option<SourceId>,
    /// It is kept in git, where what was never filled in is there to be copied: a developer's own file is not.
    pub kept: bool,
    /// What it says of itself.
    pub remarks: Remarks,
    /// It is a Secret of Kubernetes, or a container that takes one: what git keeps of it is to be filled in by whoever
    /// applies it.
    pub is_secret: bool,
    /// What it says of a connection is said anew by who runs the program.
    pub replaced: bool,
    /// What waits for a server on the machine that it is for.
    pub server: Option<Span>,
    aside: bool,
    archived: bool,
}

impl Whereabouts {
    /// Of a path with `/` or `\`, relative to where the run began. `manifest`: the directory of the nearest manifest.
    pub fn new(path: &str, manifest: Option<String>, git: Option<Git>, policy: &Policy) -> Self {
        let (directories, name) = split(path);
        let says = |word: &str| policy.environment(word.trim_start_matches('.')).is_some();
        let home = directories.iter().rposition(|d| !says(d)).map_or(0, |i| i + 1);
        let home = directories[..home].join("/");
        let project = manifest.unwrap_or_else(|| home.clone());
        let stem = name.split('.').find(|w| !w.is_empty() && !matches!(*w, "env" | "flaskenv") && !says(w));
        let stem = stem.filter(|_| !name.starts_with('.') && name.rsplit('.').next() == Some("env"));
        let named = |d: &&&str| !NO_TENANT.contains(&d.trim_start_matches('.')) && !says(d);
        let tenant =
            stem.filter(|stem| named(&stem)).or_else(|| directories.iter().rev().find(named).copied());
        let tenant = tenant.map(str::to_ascii_lowercase);
        let example = is_example(path);
        let is_word = |b: &u8| !matches!(b, b'-' | b'_');
        let words = directories.iter().flat_map(|d| {
            d.trim_start_matches('.').as_bytes().chunk_by(move |a, b| is_word(a) && is_word(b))
        });
        let aside = example
            || is_template(&directories)
            || words
                .into_iter()
                .any(|word| ASIDE.iter().chain(MADE_UP).any(|own| own.as_bytes().eq_ignore_ascii_case(word)));
        let kept = git == Some(Git::Tracked);
        Self {
            path: path.to_owned(),
            project,
            home,
            tenant,
            example,
            git,
            source: None,
            kept,
            remarks: Remarks::default(),
            is_secret: false,
            replaced: false,
            server: None,
            aside,
            archived: is_archived(&directories),
        }
    }

    /// Whether something stands in this very file.
    pub fn holds(&self, origin: &Origin) -> bool {
        origin.span().is_some_and(|span| Some(span.source) == self.source)
    }

    /// Whether the file is a program's text: a URL in it may be what it prints or proposes.
    pub fn is_code(&self) -> bool {
        is_code(&self.path)
    }

    /// Whether it is a program's text among tools that somebody starts by hand, by the names of its directories.
    pub fn is_tool(&self) -> bool {
        self.is_code() && names(&self.path).any(|name| matches!(name, "scripts" | "script" | "tools"))
    }

    /// Whether the file is by its name one that belongs on one machine: `.env`, `.env.production`, what is in `.envs`.
    pub fn is_env_file(&self) -> bool {
        let (mut name, mut below) = ("", false);
        for next in names(&self.path) {
            below |= name == ".envs";
            name = next;
        }
        below
            || name == ".env"
            || [".env.", ".env-", ".env_"].iter().any(|start| name.starts_with(start))
            || name == ".flaskenv"
    }

    /// Whether it is an env file, under whatever name, that git keeps: no place for a password, which whoever runs it has from
    /// elsewhere.
    pub fn is_kept_env_file(&self) -> bool {
        self.kept && (self.is_env_file() || self.path.rsplit('.').next() == Some("env"))
    }

    /// Whether it is the file of Rails that says where databases are.
    pub fn is_database_yml(&self) -> bool {
        let (_, name) = split(&self.path);
        matches!(name, "database.yml" | "database.yaml")
    }

    /// Whether it holds the values of a Helm chart, by its name: who installs the chart says others.
    pub fn is_chart(&self) -> bool {
        is_of_chart(&self.path)
    }

    /// Whether it is by its name for every environment, but for what another file says: a chart's values, the settings of Spring and
    /// .NET that are no profile's, a script, which runs where it is started.
    pub fn is_of_every_environment(&self) -> bool {
        let (_, name) = split(&self.path);
        let of_all = ["values.yaml", "values.yml", "appsettings.json"];
        let of_spring = |name: &str| {
            let (stem, extension) = name.split_once('.').unwrap_or((name, ""));
            matches!(stem, "application" | "bootstrap") && matches!(extension, "yml" | "yaml" | "properties")
        };
        let says = |word: &str| Environment::from_word(word).is_some();
        let of_one = || name.split(|c: char| !c.is_ascii_alphanumeric()).any(says);
        of_all.contains(&name) || of_spring(name) || self.is_script() && !of_one()
    }

    /// Whether it is a script of a shell, by its name.
    pub fn is_script(&self) -> bool {
        self.path.rsplit('.').next() == Some("sh")
    }

    /// Whether its own name, or that of a directory that it is in, says SQLite: one of several variants, and meant so. So is a
    /// recipe of an image by its name that has all in one container.
    pub fn says_sqlite(&self) -> bool {
        let (_, name) = split(&self.path);
        let name = name.to_ascii_lowercase();
        let alone = || name.split(['.', '-', '_']).any(|word| matches!(word, "solo" | "aio"));
        names(&self.path).any(|name| name.to_ascii_lowercase().contains("sqlite"))
            || name.contains("dockerfile") && alone()
    }

    /// Whether it stands among tests, examples or documents, whose values are made up.
    pub fn is_aside(&self) -> bool {
        self.aside
    }

    /// Whether it was put away, by the name of a directory that it is in: nothing runs with it any more. What it gives away
    /// it gives away still.
    pub fn is_archived(&self) -> bool {
        self.archived
    }

    /// The user asks for it: it is judged as if it had not been put away.
    pub(crate) fn take_out(&mut self) {
        self.archived = false;
    }
}

/// Whether projects are made from what is in such a directory: `templates/sui/…` at the top, not the templates of a
/// chart, of a role, or those that pages are made from.
fn is_template(directories: &[&str]) -> bool {
    directories.first() == Some(&"templates") && directories.len() > 1 || directories.contains(&"template")
}

/// Whether a directory is by its name for what nobody runs any more: `deprecated/`, `_old/`, `legacy-backup/`. `legacy/`
/// alone is often what runs, `backup/` makes one, `services/old` is a service, and so may be `backend/archive`: that word
/// counts at the top, with a mark before it, or below what a project runs on. Editors keep
/// what a file once was in `.history/`.
fn is_archived(directories: &[&str]) -> bool {
    let mut above = "";
    directories.iter().any(|directory| {
        let name = directory.trim_start_matches(['.', '_']);
        let service =
            matches!(above, "apps" | "services" | "packages" | "cmd" | "internal" | "pkg" | "modules");
        let top = matches!(above, "" | "..") || name != *directory || DEPLOYS.contains(&above);
        above = directory;
        let has = |words: &[&str]| name.split(['-', '_']).any(|word| words.contains(&word));
        let whole = match name {
            "archive" | "archives" => top,
            "history" => *directory == ".history",
            "old" | "archived" | "deprecated" | "obsolete" => true,
            _ => has(&["legacy", "old"]) && has(&["backup", "backups", "archive"]),
        };
        whole && !service
    })
}

/// Directories of what a project runs on, in which no service is described.
const DEPLOYS: [&str; 2] = ["infrastructure", "infra"];

fn split(path: &str) -> (Vec<&str>, &str) {
    let mut parts = Vec::with_capacity(8);
    for name in names(path) {
        parts.push(name);
    }
    let name = parts.pop().unwrap_or_default();
    (parts, name)
}

/// The names in a path, without those that lead nowhere.
fn names(path: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(path);
    let next = move || {
        let here = rest?;
        let end = here.bytes().position(|b| matches!(b, b'/' | b'\\'));
        rest = end.map(|end| &here[end + 1..]);
        Some(end.map_or(here, |end| &here[..end]))
    };
    std::iter::from_fn(next).filter(|name| !matches!(*name, "" | "."))
}

/// Directories that are named for what they hold, not for whom.
const NO_TENANT: &[&str] = &[
    "apps",
    "app",
    "services",
    "service",
    "packages",
    "projects",
    "src",
    "deploy",
    "deployment",
    "config",
    "conf",
    "configs",
    "env",
    "envs",
    "environments",
    "forks",
    "tenants",
    "secrets",
    "infra",
    "ops",
    "docker",
    "compose",
    "backend",
    "server",
    "api",
    "web",
    "django",
    "postgres",
    "database",
    "db",
    "..",
    "tests",
    "cases",
];

/// Beside those of programs of their own: samples, stubs, what tests expect, the programs that tests drive, and the settings of
/// editors.
const MADE_UP: &[&str] = &[
    "sample",
    "samples",
    "stub",
    "stubs",
    "mock",
    "mocks",
    "expected",
    "snapshots",
    "golden",
    "e2e",
    "spec",
    "specs",
    "dummy",
    "vscode",
    "idea",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn project_and_tenant_are_read_from_the_path() {
        let of = |path: &str| {
            let w = Whereabouts::new(path, None, None, &Policy::default());
            (w.project, w.tenant.unwrap_or_default())
        };
        let want = |project: &str, tenant: &str| (project.to_owned(), tenant.to_owned());
        assert_eq!(of(".env"), want("", ""));
        assert_eq!(of("./shop/.env.production"), want("shop", "shop"));
        assert_eq!(of("forks/production/fintech.env"), want("forks", "fintech"));
        assert_eq!(of("deploy/staging/app.env"), want("deploy", ""));
        assert_eq!(of("services/billing/prod.env"), want("services/billing", "billing"));
        assert_eq!(of(".envs/.production/.postgres"), want(".envs", ""));
    }

    #[test]
    fn fixtures_are_aside() {
        let of = |path: &str| Whereabouts::new(path, None, None, &Policy::default()).is_aside();
        assert!(of("config-examples/x/.env") && of("tests/.env") && of(".env.example"));
        assert!(of(".examples/compose/db.env") && of("Samples/Shop.Api/appsettings.json"));
        assert!(!of(".env.test") && !of("contest/.env") && !of("shop/.env"));
        let of = |path: &str| Whereabouts::new(path, None, None, &Policy::default()).is_archived();
        assert!(
            of("archive/x/.env") && of("a/_deprecated/.env") && of("legacy-backup/.env") && of("old/.env")
        );
        assert!(of("infrastructure/archive/db/postgres.yaml") && !of("k8s/archive/web.yaml"));
        assert!(of(".history/k8s/web_20250805.yaml") && !of("history/.env"));
        assert!(
            !of("legacy/.env") && !of("backup/.env") && !of("services/archive/.env") && !of("old-api/.env")
        );
        assert!(
            !of("backend/archive/.env") && !of("archived-orders/.env") && !of("apps/deprecated-api/.env")
        );
    }
}
