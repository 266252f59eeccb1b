//! Whether a manifest asks for more than was read of it: what is missing may then stand elsewhere.

use super::{Item, get, is_dev, lines, requirement};
use crate::repository::Kind;
use toml::de::{DeTable, DeValue};

/// Whether the project may have packages, by this file, that no reader of ours has seen.
pub(in crate::repository) fn is_open(kind: Kind, text: &str) -> bool {
    match kind {
        Kind::Requirements => lines(text).any(|(_, line)| points_elsewhere(line)),
        Kind::Pyproject => pyproject(text),
        Kind::Pipfile => DeTable::parse(text).map_or(true, |table| {
            ["packages", "dev-packages"].iter().any(|name| has_place(get(table.get_ref(), &[*name])))
        }),
        Kind::SetupCfg => text.contains("extras_require") || text.contains("file:") || text.contains("attr:"),
        // Code is not run: a list beside the one that was read, or none.
        Kind::SetupPy => {
            text.contains("_require") && {
                text.contains("extras_require") || text.contains('+') || super::setup_py(text).is_empty()
            }
        }
        Kind::Lock
        | Kind::PackageJson
        | Kind::Cargo
        | Kind::GoMod
        | Kind::Gemfile
        | Kind::Composer
        | Kind::Jvm
        | Kind::DotNet
        | Kind::EnvPy
        | Kind::NestModule
        | Kind::Hosting => false,
        Kind::Compose | Kind::Systemd | Kind::Envrc | Kind::Just | Kind::Script => installs(text),
    }
}

/// A line of a requirements file that is no requirement with a name of the index: another file, a path, a private
/// index.
fn points_elsewhere(line: &str) -> bool {
    const HARMLESS: &[&str] = &[
        "-c",
        "--constraint",
        "--hash",
        "--no-binary",
        "--only-binary",
        "--prefer-binary",
        "--require-hashes",
        "--pre",
    ];
    let line = line.trim();
    if line.is_empty() || line.starts_with('#') {
        return false;
    }
    if line.starts_with('-') {
        let word = line.split([' ', '=']).next().unwrap_or_default();
        return !HARMLESS.contains(&word);
    }
    is_elsewhere(line)
}

/// `name @ https://…`, or nothing that names a distribution.
fn is_elsewhere(requirement_text: &str) -> bool {
    let text = requirement_text.split(" #").next().unwrap_or_default();
    requirement(text, 0, false).is_none() || text.contains('@')
}

fn pyproject(text: &str) -> bool {
    let Ok(table) = DeTable::parse(text) else { return true };
    let table = table.get_ref();
    let at = |path: &[&str]| get(table, path);
    let each = |path: &[&str]| at(path).and_then(|g| g.get_ref().as_table()).into_iter().flatten();
    let list = |item: Option<&Item<'_>>| {
        let items = item.and_then(|l| l.get_ref().as_array()).into_iter().flatten();
        items.filter_map(|i| i.get_ref().as_str()).any(is_elsewhere)
    };
    let dynamic = at(&["project", "dynamic"]).and_then(|d| d.get_ref().as_array()).is_some_and(|all| {
        all.iter().any(|d| d.get_ref().as_str().is_some_and(|d| d.ends_with("dependencies")))
    });
    dynamic
        || list(at(&["project", "dependencies"]))
        || each(&["project", "optional-dependencies"]).any(|(_, group)| list(Some(group)))
        // Which of these groups are installed where, nobody says.
        || each(&["dependency-groups"])
            .any(|(name, group)| !is_dev(name.get_ref()) || list(Some(group)))
        || has_place(at(&["tool", "poetry", "dependencies"]))
        || each(&["tool", "poetry", "group"]).any(|(_, group)| {
            has_place(group.get_ref().as_table().and_then(|g| get(g, &["dependencies"])))
        })
        // What these bring beside the lists above, no reader of ours knows.
        || [&["tool", "hatch", "envs"][..], &["tool", "pixi"], &["tool", "flit"], &["tool", "uv", "sources"], &["tool", "uv", "workspace"]]
            .iter()
            .any(|path| at(path).is_some())
}

/// A dependency that comes from a path or a repository, with packages of its own.
fn has_place(table: Option<&Item<'_>>) -> bool {
    let mut items = table.and_then(|t| t.get_ref().as_table()).into_iter().flatten();
    items.any(|(_, value)| match value.get_ref() {
        DeValue::Table(detail) => {
            ["path", "git", "url", "file", "editable"].iter().any(|key| get(detail, &[*key]).is_some())
        }
        // Poetry's list of alternatives.
        DeValue::Array(_) => true,
        _ => false,
    })
}

/// Whether a script names a driver and installs something. `postgresql+asyncpg://` installs nothing.
fn installs(text: &str) -> bool {
    const DRIVERS: &[&str] = &["psycopg", "asyncpg", "pg8000"];
    text.contains("install")
        && DRIVERS.iter().any(|name| text.match_indices(name).any(|(at, _)| !text[..at].ends_with('+')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_names_is_closed() {
        for (kind, text) in [
            (
                Kind::Requirements,
                "# a\n\nsqlalchemy[asyncio]==2.0.1 ; python_version > '3' # b\n    --hash=sha256:00\n-c c.txt\n",
            ),
            (
                Kind::Pyproject,
                "[project]\ndependencies = ['sqlalchemy~=2.0']\n[dependency-groups]\ndev = ['pytest']\n",
            ),
            (
                Kind::Pyproject,
                "[tool.poetry.dependencies]\npython = '^3.12'\nsqlalchemy = { version = '^2', extras = ['asyncio'] }\n",
            ),
            (Kind::Pipfile, "[packages]\nsqlalchemy = '*'\n"),
            (Kind::SetupCfg, "[options]\ninstall_requires =\n    sqlalchemy\n"),
            (Kind::SetupPy, "setup(install_requires=['sqlalchemy'])"),
            (
                Kind::Script,
                "RUN pip install -r requirements.txt\nENV DATABASE_URL=postgresql+asyncpg://db/app\n",
            ),
        ] {
            assert!(!is_open(kind, text), "{text}");
        }
    }

    #[test]
    fn what_points_elsewhere_is_open() {
        for (kind, text) in [
            (Kind::Requirements, "-r base.txt\n"),
            (Kind::Requirements, "-e .\n"),
            (Kind::Requirements, "--extra-index-url=https://x/simple\n"),
            (Kind::Requirements, "./lib\n"),
            (Kind::Requirements, "models @ git+https://x/models\n"),
            (Kind::Pyproject, "[project]\ndynamic = ['version', 'dependencies']\n"),
            (Kind::Pyproject, "[project]\ndependencies = ['models @ file:///x']\n"),
            (Kind::Pyproject, "[dependency-groups]\nprod = ['psycopg']\n"),
            (Kind::Pyproject, "[tool.poetry.dependencies]\nmodels = { path = '../models' }\n"),
            (Kind::Pyproject, "[tool.poetry.group.main.dependencies]\nmodels = { git = 'https://x' }\n"),
            (Kind::Pyproject, "not toml"),
            (Kind::Pipfile, "[packages]\nmodels = { editable = true, path = '.' }\n"),
            (Kind::SetupCfg, "[options]\ninstall_requires = file: requirements.txt\n"),
            (Kind::SetupPy, "setup(install_requires=read('x'))"),
            (Kind::SetupPy, "setup(install_requires=['a'], extras_require={'pg': ['psycopg']})"),
            (Kind::Script, "RUN pip install -r requirements.txt && \\\n    pip install psycopg2\n"),
        ] {
            assert!(is_open(kind, text), "{text}");
        }
    }
}
