//! What manifests say about who reads URLs and env files.

use pgward::unstable::{
    repository::{Repository, is_manifest},
    source::Sources,
};

fn repository(files: &[(&str, &str)]) -> (Repository, Sources) {
    let mut sources = Sources::default();
    let files: Vec<(String, Vec<u8>)> =
        files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect();
    for (path, _) in &files {
        assert!(is_manifest(path), "{path}");
    }
    (Repository::read(&mut sources, &files), sources)
}

/// The client libraries of an env file, each with the text that its place shows.
fn consumers(files: &[(&str, &str)], path: &str, dev: bool) -> Vec<String> {
    let (repository, sources) = repository(files);
    let one = |f: &pgward::unstable::repository::Found<pgward::Consumer>| {
        let masked = sources.get(f.span.source).masked(f.span.range());
        format!("{} by {}", f.value.as_str(), &masked.text[masked.range])
    };
    repository.consumers(Some(path), dev).into_iter().map(one).collect()
}

/// The loaders of an env file, likewise.
fn loaders(files: &[(&str, &str)], path: &str, dev: bool) -> Vec<String> {
    let (repository, sources) = repository(files);
    let readers = repository.readers(path, dev);
    let one = |r: &pgward::unstable::repository::Reader| {
        let masked = sources.get(r.found.span.source).masked(r.found.span.range());
        let unsure = if readers.sure { "" } else { ", perhaps" };
        format!("{} by {}{unsure}", r.found.value.as_str(), &masked.text[masked.range])
    };
    readers.readers.iter().map(one).collect()
}

#[test]
fn python_says_it_in_many_places() {
    let poetry = "[tool.poetry.dependencies]\npython = \"^3.12\"\nSQLAlchemy = {version = \"^2\", extras = [\"asyncio\"]}\n\
                  python_dotenv = \"*\"\n";
    let cases: &[(&str, &str)] = &[
        (
            "requirements.txt",
            "-r base.txt\n--hash=x\nsqlalchemy[asyncio]>=2.0 ; python_version>'3'\nPython.Dotenv==1.1\n",
        ),
        ("requirements/base.txt", "# a\nsqlalchemy\npython-dotenv # b\n"),
        ("pyproject.toml", "[project]\ndependencies = [\n  \"SQLAlchemy~=2.0\",\n  'python-dotenv',\n]\n"),
        (
            "pyproject.toml",
            "[project.optional-dependencies]\ndb = [\"sqlalchemy\"]\nenv = [\"python-dotenv\"]\n",
        ),
        ("pyproject.toml", poetry),
        (
            "setup.cfg",
            "[metadata]\nname = x\n[options]\ninstall_requires =\n    sqlalchemy\n    python-dotenv\nzip_safe = no\n",
        ),
        (
            "setup.py",
            "setup(name='x', install_requires=[\n  'sqlalchemy>=2', # c\n  \"python-dotenv\",\n])\n",
        ),
    ];
    for (path, text) in cases {
        let who = consumers(&[(path, text)], ".env", false);
        assert_eq!(who.len(), 1, "{path} {who:?}");
        assert!(who[0].to_lowercase().starts_with("sqlalchemy by sqlalchemy"), "{path} {who:?}");
        let who = loaders(&[(path, text)], ".env.production", false);
        assert_eq!(who.len(), 1, "{path} {who:?}");
        assert!(who[0].starts_with("python-dotenv by "), "{path} {who:?}");
    }
    assert!(consumers(&[("setup.py", "setup(install_requires=read('x'))")], ".env", true).is_empty());
}

#[test]
fn a_driver_alone_reads_the_url() {
    let of = |text: &str| consumers(&[("requirements.txt", text)], ".env", true);
    assert_eq!(of("psycopg[binary]\n"), ["libpq by psycopg"]);
    assert_eq!(of("asyncpg\n"), ["asyncpg by asyncpg"]);
    assert_eq!(of("asyncpg\nsqlalchemy\n"), ["sqlalchemy by sqlalchemy"]);
    assert_eq!(of("psycopg2-binary\ndjango\n"), [""; 0]);
    assert_eq!(of("psycopg2\ndjango\ndj-database-url\n"), ["dj-database-url by dj-database-url"]);
    assert_eq!(of("git+https://x/psycopg\n./psycopg\nhttps://x\npsycopg-x\n"), [""; 0]);
}

#[test]
fn other_ecosystems() {
    let cargo = "[package]\nname = \"x\"\n[dependencies]\nsqlx = { version = \"0.8\", features = [\"postgres\"] }\n\
                 pg = { package = \"tokio-postgres\", version = \"0.7\" }\n[dev-dependencies]\npostgres = \"0.19\"\n";
    assert_eq!(
        consumers(&[("Cargo.toml", cargo)], ".env", false),
        ["sqlx by sqlx", "tokio-postgres by tokio-postgres"]
    );
    let of = |text: &str| consumers(&[("Cargo.toml", text)], ".env", true);
    assert_eq!(of("[dependencies.sqlx]\nfeatures = [\"sqlite\"]\n"), [""; 0]);
    assert_eq!(of("[dependencies]\nsqlx.workspace = true\n"), ["sqlx by sqlx"]);
    assert_eq!(of("[workspace.dependencies]\ndiesel = { features = [\"postgres\"] }\n"), ["libpq by diesel"]);
    assert_eq!(of("[build-dependencies]\npostgres = \"1\"\n"), [""; 0]);
    let npm = "{\"name\": \"x\", \"dependencies\": {\"pg\": \"^8\", \"@types/pg\": \"^8\"}, \
               \"devDependencies\": {\"postgres\": \"3\"}, \"pnpm\": {\"overrides\": {\"postgres\": \"1\"}}}";
    assert_eq!(consumers(&[("package.json", npm)], ".env", false), ["node-postgres by pg"]);
    assert_eq!(consumers(&[("package.json", npm)], ".env", true).len(), 2);
    assert_eq!(consumers(&[("Gemfile", "gem \"pg\", '~> 1'\n")], ".env", true), ["libpq by pg"]);
    assert_eq!(consumers(&[("Gemfile", "gem 'rails'\ngem 'pg'\n")], ".env", true), [""; 0]);
    let script = "until pg_isready -d \"$DATABASE_URL\"; do sleep 1; done\n";
    assert_eq!(consumers(&[("entrypoint.sh", script)], ".env", false), ["libpq by pg_isready"]);
}

#[test]
fn a_project_is_judged_by_its_own_manifests() {
    let files = [
        ("api/requirements.txt", "sqlalchemy\npython-dotenv\n"),
        ("web/package.json", "{\"dependencies\": {\"pg\": \"8\"}}"),
        ("tests/app/Cargo.toml", "[dependencies]\nsqlx = \"0.8\"\n"),
    ];
    assert_eq!(consumers(&files, "api/config/.env", true), ["sqlalchemy by sqlalchemy"]);
    assert_eq!(consumers(&files, "web/.env", true), ["node-postgres by pg"]);
    assert_eq!(consumers(&files, ".env", true), ["sqlalchemy by sqlalchemy", "node-postgres by pg"]);
    assert_eq!(loaders(&files, "api/config/.env.local", true), ["python-dotenv by python-dotenv"]);
    assert_eq!(loaders(&files, "web/.env", true), [""; 0]);
    // A library opens `.env`; what else is called an env file is named by someone.
    assert_eq!(loaders(&files, "api/app.env", true), [""; 0]);
    assert_eq!(loaders(&files, ".env", true), ["python-dotenv by python-dotenv"]);
}

#[test]
fn what_is_for_development_counts_there() {
    let files = [
        ("requirements-dev.txt", "python-dotenv\n"),
        ("pyproject.toml", "[dependency-groups]\ndev = [\"psycopg\"]\n"),
    ];
    assert_eq!(consumers(&files, ".env", true), ["libpq by psycopg"]);
    assert_eq!(consumers(&files, ".env", false), [""; 0]);
    assert_eq!(loaders(&files, ".env", false), [""; 0]);
    let gems = "group :development, :test do\n  gem 'pg'\nend\n";
    assert_eq!(consumers(&[("Gemfile", gems)], ".env", false), [""; 0]);
    assert_eq!(consumers(&[("Gemfile", gems)], ".env", true), ["libpq by pg"]);
}

#[test]
fn only_names_of_our_own_are_shown() {
    let text = "https://user:s3cret@host/x\nsqlalchemy @ https://user:s3cret@host/x  # s3cret\ns3cret\n";
    let (_, sources) = repository(&[("requirements.txt", text)]);
    let id = repository(&[("requirements.txt", text)]).0.consumers(None, true)[0].span.source;
    let masked = sources.get(id).masked(0..text.len());
    assert_eq!(masked.text, "•••\nsqlalchemy•••\n•••");
}

#[test]
fn broken_manifests_are_passed_over() {
    let whole = [
        (
            "Cargo.toml",
            "[dependencies]\nsqlx = { features = [\"postgres\"] }\n[target.'x'.dependencies.pg]\npackage = \"postgres\"\n",
        ),
        (
            "pyproject.toml",
            "[project]\ndependencies = [\"\"\"psycopg\"\"\", \"\\u0070sycopg\"]\n[tool.poetry.group.x.dependencies]\n\"a.b\" = {}\n",
        ),
        ("Pipfile", "[packages]\npsycopg = \"*\"\n"),
        ("setup.py", "install_requires=['psycopg', \"żółw\"]"),
        ("setup.cfg", "[options]\ninstall_requires = psycopg\n"),
        (
            "package.json",
            "{\"scripts\": {\"a\": \"node --env-file=.env \\\"x\\\"\"}, \"dependencies\": {\"ż\": \"\"}}",
        ),
        ("composer.json", "{\"require\": {\"vlucas\\/phpdotenv\": \"5\"}}"),
        ("Gemfile", "gem('pg', group: :test)\ngroup :a do |x|\nend\n"),
        ("go.mod", "require (\n\tgithub.com/joho/godotenv v1 // x\n)\nrequire a v1\n"),
        ("compose.yaml", "a:\n  env_file:\n    - path: ż.env\n      format: raw\n  b: ${X:-$Y} $$ $\n"),
        ("a.service", "EnvironmentFile=-/etc/x.env\n"),
        (".envrc", "dotenv\ndotenv_if_exists \"a b\"\n"),
        ("justfile", "set dotenv-load := true\n"),
        ("Dockerfile", "RUN set -a; . .env \\\n && psql \"$DATABASE_URL\" `ż`$($(A\n"),
        ("requirements/a.txt", "a[b,c]==1 ; x\n[\nż\n-e .\n"),
    ];
    for (path, text) in whole {
        for end in 0..=text.len() {
            let mut sources = Sources::default();
            let cut = text.as_bytes()[..end].to_vec();
            let repository = Repository::read(&mut sources, &[(path.to_owned(), cut)]);
            repository.readers(".env", true);
            repository.consumers(None, true);
        }
    }
}

#[test]
fn who_names_an_env_file() {
    let compose = "services:\n  app:\n    env_file: api/.env\n    environment:\n      A: ${APP_TAG}\n";
    assert_eq!(loaders(&[("compose.yml", compose)], "api/.env", true), ["compose env_file by env_file"]);
    assert_eq!(loaders(&[("compose.yml", compose)], ".env", true), ["compose .env by $"]);
    let unit = "[Service]\nEnvironmentFile=-/srv/shop/.env\n";
    assert_eq!(
        loaders(&[("deploy/shop.service", unit)], ".env", true),
        ["systemd EnvironmentFile by EnvironmentFile"]
    );
    assert_eq!(loaders(&[("deploy/shop.service", unit)], ".env.local", true), [""; 0]);
    let npm =
        "{\"scripts\": {\"start\": \"node --env-file=.env a.js\"}, \"dependencies\": {\"dotenv\": \"16\"}}";
    let from_npm = loaders(&[("package.json", npm)], ".env", true);
    assert!(from_npm.contains(&"node dotenv by dotenv".to_owned()), "{from_npm:?}");
    let files = [
        ("Cargo.toml", "[dependencies]\ndotenvy = \"0.15\"\n"),
        ("run.sh", "#!/bin/sh\nset -a\n. ./.env\nexec shop\n"),
    ];
    assert_eq!(loaders(&files, ".env", true), ["dotenvy by dotenvy", "dash set -a; . by ."]);
    assert_eq!(loaders(&files, ".env.local", true), ["dotenvy by dotenvy"]);
    let go = "module x\nrequire (\n\tgithub.com/joho/godotenv v1.5.1\n\tgithub.com/a/b v1 // indirect\n)\n";
    assert_eq!(loaders(&[("go.mod", go)], ".env", true), ["godotenv by github.com/joho/godotenv"]);
}
