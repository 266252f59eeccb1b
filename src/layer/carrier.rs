//! Which kind of file carries settings: told by its name, and where the name says too little, by its first lines.
//! Reads nothing by itself.

mod cipher;
mod env_file;
mod matter;
mod needles;
mod yaml;

use std::{fmt, str::FromStr};

/// A kind of file that carries settings.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum Carrier {
    /// An env file.
    Dotenv,
    /// A compose file, or one that overrides it.
    Compose,
    /// The recipe of an image.
    Dockerfile,
    /// Objects of Kubernetes, one document each.
    Kubernetes,
    /// A workflow of GitHub Actions.
    GithubActions,
    /// A pipeline of GitLab CI.
    GitlabCi,
    /// A task definition of ECS.
    EcsTask,
    /// `database.yml` of Rails.
    DatabaseYml,
    /// `application.yml`, `application.properties` and their profiles, of Spring Boot.
    Spring,
    /// Another YAML file.
    Yaml,
    /// Another TOML file.
    Toml,
    /// Another JSON file.
    Json,
    /// `alembic.ini` and other files that Python's `ConfigParser` reads.
    Ini,
    /// A file of properties of Java.
    Properties,
    /// A script of a POSIX shell or of bash, `.envrc` too.
    Shell,
    /// A Makefile or justfile.
    Makefile,
    /// A Procfile.
    Procfile,
    /// A unit of systemd.
    Systemd,
    /// SQL, as init scripts and migrations are written.
    Sql,
    /// Python.
    Python,
    /// JavaScript or TypeScript.
    JavaScript,
    /// `schema.prisma`.
    Prisma,
}

/// The endings of modules of JavaScript and TypeScript.
const JAVASCRIPT: [&str; 6] = ["js", "mjs", "cjs", "ts", "mts", "cts"];

/// Whether a file is by its name a module of JavaScript or TypeScript.
pub fn is_javascript(path: &str) -> bool {
    path.rsplit('.').next().is_some_and(|extension| JAVASCRIPT.contains(&extension))
}

/// Whether a file is by its name a program's text that is read here.
pub fn is_code(path: &str) -> bool {
    path.rsplit('.').next() == Some("py") || is_javascript(path)
}

impl Carrier {
    /// Every carrier, in the order of the documentation.
    pub const ALL: [Self; 22] = [
        Self::Dotenv,
        Self::Compose,
        Self::Dockerfile,
        Self::Kubernetes,
        Self::GithubActions,
        Self::GitlabCi,
        Self::EcsTask,
        Self::DatabaseYml,
        Self::Spring,
        Self::Yaml,
        Self::Toml,
        Self::Json,
        Self::Ini,
        Self::Properties,
        Self::Shell,
        Self::Makefile,
        Self::Procfile,
        Self::Systemd,
        Self::Sql,
        Self::Python,
        Self::JavaScript,
        Self::Prisma,
    ];

    /// The name on the command line (`--as`).
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Dotenv => "dotenv",
            Self::Compose => "compose",
            Self::Dockerfile => "dockerfile",
            Self::Kubernetes => "kubernetes",
            Self::GithubActions => "github-actions",
            Self::GitlabCi => "gitlab-ci",
            Self::EcsTask => "ecs-task",
            Self::DatabaseYml => "database-yml",
            Self::Spring => "spring",
            Self::Yaml => "yaml",
            Self::Toml => "toml",
            Self::Json => "json",
            Self::Ini => "ini",
            Self::Properties => "properties",
            Self::Shell => "shell",
            Self::Makefile => "makefile",
            Self::Procfile => "procfile",
            Self::Systemd => "systemd",
            Self::Sql => "sql",
            Self::Python => "python",
            Self::JavaScript => "javascript",
            Self::Prisma => "prisma",
        }
    }

    /// What the name of a file says. YAML and JSON are general here; see [`Carrier::of`].
    pub fn of_name(path: &str) -> Option<Self> {
        // `database.yml.env` is copied to the file that its name begins with.
        let path = path.strip_suffix(".env").filter(|rest| is_named_otherwise(rest)).unwrap_or(path);
        let mut steps = path.rsplit(['/', '\\']);
        let name = steps.next().unwrap_or(path);
        if env_file::is_env_file(name, steps.clone()) {
            return Some(Self::Dotenv);
        }
        let lower = name.to_ascii_lowercase();
        // Our own file, and those that a package manager writes.
        if matches!(lower.as_str(), "pgward.toml" | "package-lock.json" | "npm-shrinkwrap.json") {
            return None;
        }
        // What NuGet leaves beside a project of .NET is no whole JSON.
        if lower == "project.packagespec.json" {
            return None;
        }
        let (stem, extension) = lower.rsplit_once('.').unwrap_or((&lower, ""));
        let parent = steps.next().unwrap_or("");
        Some(match (extension, stem) {
            _ if is_dockerfile(&lower) => Self::Dockerfile,
            _ if lower == "procfile" || lower.starts_with("procfile.") => Self::Procfile,
            // An entrypoint is an image's; what it is written in its first line tells.
            _ if matches!(lower.as_str(), ".envrc" | "entrypoint" | "docker-entrypoint") => Self::Shell,
            ("", "makefile" | "gnumakefile" | "justfile" | ".justfile") | ("mk", _) => Self::Makefile,
            ("service" | "socket" | "timer", _) => Self::Systemd,
            ("conf", _) if parent.ends_with(".service.d") => Self::Systemd,
            ("yml" | "yaml", stem) => match stem {
                _ if stem.starts_with("docker-compose")
                    || stem == "compose"
                    || stem.starts_with("compose.") =>
                {
                    Self::Compose
                }
                _ if stem.starts_with(".gitlab-ci") => Self::GitlabCi,
                // Others run the same workflows.
                _ if parent == "workflows"
                    && matches!(steps.next(), Some(".github" | ".gitea" | ".forgejo" | ".depot")) =>
                {
                    Self::GithubActions
                }
                "database" => Self::DatabaseYml,
                // `config/database.postgres.yml`, one of several to copy.
                _ if stem.starts_with("database.") && parent == "config" => Self::DatabaseYml,
                _ if is_spring(stem) => Self::Spring,
                _ => Self::Yaml,
            },
            ("properties", stem) if is_spring(stem) => Self::Spring,
            ("properties", _) => Self::Properties,
            ("toml", _) => Self::Toml,
            ("json" | "jsonc", _) => Self::Json,
            ("ini" | "cfg", _) => Self::Ini,
            // A test of a script tries what no service is given.
            ("sh" | "bash", stem) if stem.rsplit(['.', '_']).next() == Some("test") && stem != "test" => {
                return None;
            }
            ("sh" | "bash" | "zsh" | "ksh", _) => Self::Shell,
            ("sql", _) => Self::Sql,
            ("py", _) => Self::Python,
            (extension, _) if JAVASCRIPT.contains(&extension) => Self::JavaScript,
            ("prisma", _) => Self::Prisma,
            _ => return None,
        })
    }

    /// What the name of a file says, and its text where the name says too little.
    pub fn of(path: &str, bytes: &[u8]) -> Option<Self> {
        if cipher::is_one(bytes) {
            return None;
        }
        match Self::of_name(path) {
            Some(Self::Dotenv) if cipher::is_called_one(path) && cipher::says_nothing(bytes) => None,
            Some(Self::Dotenv) if is_mapping(bytes) && !speaks_of_ours(bytes) => None,
            // An archive of `pg_dump`, which is no text.
            Some(Self::Sql) if bytes.starts_with(b"PGDMP") => None,
            Some(Self::Yaml) => Some(yaml::of(path, bytes)),
            // `k8s/database.yaml` has the server's objects, `application.yaml` may be one of Argo CD.
            Some(told @ (Self::DatabaseYml | Self::Spring)) if !path.ends_with(".properties") => {
                Some(yaml::of(path, bytes)).filter(|own| *own == Self::Kubernetes).or(Some(told))
            }
            // What `--write-baseline` wrote.
            Some(Self::Json) if has(&bytes[..bytes.len().min(256)], b"pgward-baseline/") => None,
            Some(Self::Json) if has(bytes, b"\"containerDefinitions\"") => Some(Self::EcsTask),
            Some(Self::Shell) if path.ends_with("entrypoint") => {
                is_shell_script(bytes).then_some(Self::Shell)
            }
            None => is_shell_script(bytes).then_some(Self::Shell),
            told => told,
        }
    }

    /// Whether a file whose name tells no kind may be a script by it, and whether it stands among programs: what it is, its
    /// first line tells. Licenses and their like are written in capitals.
    pub fn may_be_script(path: &str) -> Option<bool> {
        let mut steps = path.rsplit(['/', '\\']);
        let name = steps.next()?;
        let plain = !name.contains('.') && name.bytes().any(|b| b.is_ascii_lowercase());
        // What other tools write is no text of the project.
        let made = matches!(name, "configure" | "gradlew" | "mvnw" | "libtool" | "ltmain");
        (plain && !made).then(|| steps.any(|step| PROGRAMS.contains(&step)))
    }

    /// Whether a file that begins with these bytes is a script of a shell.
    pub fn is_script(bytes: &[u8]) -> bool {
        is_shell_script(bytes)
    }

    /// Whether it says what programs in containers are given.
    pub fn is_of_containers(self) -> bool {
        matches!(self, Self::Compose | Self::Dockerfile | Self::Kubernetes | Self::EcsTask)
    }

    /// Whether `#` begins a comment behind a value on the same line.
    pub fn takes_comment_behind(self) -> bool {
        matches!(
            self,
            Self::Compose
                | Self::Kubernetes
                | Self::GithubActions
                | Self::GitlabCi
                | Self::DatabaseYml
                | Self::Yaml
                | Self::Toml
                | Self::Shell
                | Self::Python
                | Self::JavaScript
        )
    }
}

impl fmt::Display for Carrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// No carrier of that name; says which there are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct UnknownCarrier;

impl fmt::Display for UnknownCarrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown carrier; there are: {}", Carrier::ALL.map(Carrier::as_str).join(", "))
    }
}

impl std::error::Error for UnknownCarrier {}

impl FromStr for Carrier {
    type Err = UnknownCarrier;

    fn from_str(name: &str) -> Result<Self, UnknownCarrier> {
        Self::ALL.into_iter().find(|c| c.as_str() == name).ok_or(UnknownCarrier)
    }
}

/// Directories in which programs lie.
const PROGRAMS: [&str; 10] =
    ["bin", "sbin", "script", "scripts", "docker", ".docker", "ops", "tools", "hooks", "entrypoints"];

/// Whether a name has an ending of its own that says another kind of file.
fn is_named_otherwise(path: &str) -> bool {
    let ending = path.rsplit('.').next().unwrap_or_default();
    matches!(ending, "yml" | "yaml" | "json" | "toml" | "ini" | "rb" | "php" | "xml")
}

fn is_dockerfile(lower: &str) -> bool {
    let named = |base: &str| {
        let rest = lower.strip_prefix(base);
        rest.is_some_and(|r| r.is_empty() || r.starts_with(['.', '-']) && !r.ends_with(".dockerignore"))
    };
    named("dockerfile") || named("containerfile") || lower.ends_with(".dockerfile")
}

fn is_spring(stem: &str) -> bool {
    ["application", "bootstrap"]
        .into_iter()
        .any(|base| stem.strip_prefix(base).is_some_and(|r| r.is_empty() || r.starts_with('-')))
}

fn is_shell_script(bytes: &[u8]) -> bool {
    let first = bytes.split(|b| *b == b'\n').next().unwrap_or_default();
    let interpreter = first.strip_prefix(b"#!").map(|rest| String::from_utf8_lossy(rest).into_owned());
    interpreter.is_some_and(|text| {
        let mut words = text.split_whitespace().filter(|w| !w.starts_with('-'));
        let program = words.next().map(|w| w.rsplit('/').next().unwrap_or(w).to_owned());
        let program = match program.as_deref() {
            Some("env") => words.next().map(str::to_owned),
            _ => program,
        };
        matches!(program.as_deref(), Some("sh" | "bash" | "dash" | "zsh" | "ksh" | "ash"))
    })
}

/// Whether each line is `NAME: value` and none an assignment: what reads it is no loader of env files.
fn is_mapping(bytes: &[u8]) -> bool {
    let says = |line: &&[u8]| !line.is_empty() && !line.starts_with(b"#");
    let mut lines = bytes.split(|b| *b == b'\n').map(<[u8]>::trim_ascii).filter(says).peekable();
    let pair = |line: &[u8]| {
        let name = line.iter().position(|b| !(b.is_ascii_alphanumeric() || *b == b'_')).unwrap_or(0);
        name > 0 && line[name..].starts_with(b": ")
    };
    !bytes.contains(&b'=') && lines.peek().is_some() && lines.all(pair)
}

/// Whether a line of a mapping speaks of a database, and its name of none of another engine.
fn speaks_of_ours(bytes: &[u8]) -> bool {
    let other = |line: &[u8]| [&b"MYSQL"[..], b"MSSQL"].iter().any(|word| has(line, word));
    bytes.split(|b| *b == b'\n').any(|line| needles::speaks(line) && !other(line))
}

/// Whether some bytes stand among others.
pub(super) fn has(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|w| w == needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell() {
        for (path, carrier) in [
            (".env", Carrier::Dotenv),
            ("deploy/production.env", Carrier::Dotenv),
            (".envs/.production/.postgres", Carrier::Dotenv),
            (".envs/production/postgres", Carrier::Dotenv),
            ("docker-compose.override.yml", Carrier::Compose),
            ("compose.prod.yaml", Carrier::Compose),
            ("Dockerfile", Carrier::Dockerfile),
            ("Dockerfile.final", Carrier::Dockerfile),
            ("web.Dockerfile", Carrier::Dockerfile),
            (".github/workflows/ci.yml", Carrier::GithubActions),
            (".depot/workflows/test.yaml", Carrier::GithubActions),
            (".gitlab-ci.yml", Carrier::GitlabCi),
            ("config/database.yml", Carrier::DatabaseYml),
            ("config/database.yml.env", Carrier::DatabaseYml),
            ("src/main/resources/application-prod.yml", Carrier::Spring),
            ("application.properties", Carrier::Spring),
            ("db/alembic.ini", Carrier::Ini),
            (".envrc", Carrier::Shell),
            ("compose/production/django/entrypoint", Carrier::Shell),
            ("Makefile", Carrier::Makefile),
            ("Procfile", Carrier::Procfile),
            ("deploy/web.service", Carrier::Systemd),
            ("deploy/web.service.d/env.conf", Carrier::Systemd),
            ("initdb/01.sql", Carrier::Sql),
            ("settings.py", Carrier::Python),
            ("prisma.config.ts", Carrier::JavaScript),
            ("prisma/schema.prisma", Carrier::Prisma),
        ] {
            assert_eq!(Carrier::of_name(path), Some(carrier), "{path}");
        }
        for path in [
            "Dockerfile.dockerignore",
            "README.md",
            "src/composer.lock",
            "nginx.conf",
            ".envs/.production/nginx.conf",
            "env",
            ".env.patch",
            ".env.example.md",
            "start.test.sh",
        ] {
            assert_eq!(Carrier::of_name(path), None, "{path}");
        }
    }

    #[test]
    fn texts_tell_where_names_do_not() {
        let of = |path: &str, text: &str| Carrier::of(path, text.as_bytes());
        assert_eq!(of("app.yaml", "apiVersion: v1\nkind: Secret\n"), Some(Carrier::Kubernetes));
        assert_eq!(of("stack.yml", "services:\n  db:\n    image: postgres\n"), Some(Carrier::Compose));
        assert_eq!(of("values.yml", "kind: of\n"), Some(Carrier::Yaml));
        let chart = "services:\n  web:\n    image:\n      repository: postgres\n";
        assert_eq!(of("helm/prod.yaml", chart), Some(Carrier::Yaml));
        for values in ["values.yaml", "values-prod.yaml", "prod.values.yml", "web-values.yaml"] {
            assert_eq!(
                of(values, "services:\n  db:\n    image: postgres\n"),
                Some(Carrier::Yaml),
                "{values}"
            );
        }
        for none in
            ["services:\n  db:\n    build:\n      context: .\n    image:\n", "services: {db: {image: a}}\n"]
        {
            assert_eq!(of("stack.yml", none), Some(Carrier::Compose), "{none}");
        }
        assert_eq!(of("backup.sql", "PGDMP\u{1}\0CREATE TABLE"), None);
        assert_eq!(of("task.json", "{\"containerDefinitions\": []}"), Some(Carrier::EcsTask));
        assert_eq!(of("entrypoint", "#!/usr/bin/env -S bash -e\n"), Some(Carrier::Shell));
        assert_eq!(of("tool", "#!/usr/bin/python3\n"), None);
        assert_eq!(of("docker/entrypoint", "#!/usr/bin/env python3\n"), None);
    }

    #[test]
    fn a_script_needs_no_extension() {
        for path in ["bin/setup", "app/script/db/bootstrap", ".docker/web/start"] {
            assert_eq!(Carrier::may_be_script(path), Some(true), "{path}");
        }
        assert_eq!(Carrier::may_be_script("deploy/run"), Some(false));
        for path in ["LICENSE", "bin/LICENSE-MIT", "bin/app.jar", "gradlew", ".bin"] {
            assert_eq!(Carrier::may_be_script(path), None, "{path}");
        }
    }

    #[test]
    fn every_name_reads_back() {
        for carrier in Carrier::ALL {
            assert_eq!(carrier.as_str().parse(), Ok(carrier));
        }
    }
}
