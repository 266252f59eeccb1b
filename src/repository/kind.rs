//! Which files say something of a repository, by their names.

use std::borrow::Cow;

/// How a manifest is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Requirements,
    Pyproject,
    Pipfile,
    SetupCfg,
    SetupPy,
    /// What Python's installers settled on: more than a manifest asks for, and nothing by itself.
    Lock,
    PackageJson,
    Cargo,
    GoMod,
    Gemfile,
    Composer,
    Jvm,
    DotNet,
    EnvPy,
    /// Where Nest's configuration is imported.
    NestModule,
    Compose,
    Systemd,
    Envrc,
    Just,
    Script,
    /// What hosts a program, or keeps it in a cluster: that it is there says enough.
    Hosting,
}

impl Kind {
    /// By the name of the file.
    pub(super) fn of(path: &str) -> Option<Self> {
        let mut parts = path.rsplit(['/', '\\']);
        let (name, parent) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let has = |ends: &[&str]| ends.iter().any(|end| name.len() > end.len() && name.ends_with(end));
        let list = has(&[".txt", ".in"]);
        Some(match name {
            "pyproject.toml" => Self::Pyproject,
            "Pipfile" => Self::Pipfile,
            "setup.cfg" => Self::SetupCfg,
            "setup.py" => Self::SetupPy,
            "poetry.lock" | "uv.lock" | "pdm.lock" | "Pipfile.lock" => Self::Lock,
            "package.json" => Self::PackageJson,
            "Cargo.toml" => Self::Cargo,
            "go.mod" => Self::GoMod,
            "Gemfile" => Self::Gemfile,
            "composer.json" => Self::Composer,
            "pom.xml" | "build.gradle" | "build.gradle.kts" | "build.sbt" | "project.clj" => Self::Jvm,
            "env.py" => Self::EnvPy,
            "app.module.ts" | "config.module.ts" => Self::NestModule,
            ".envrc" => Self::Envrc,
            "justfile" | "Justfile" | ".justfile" => Self::Just,
            "fly.toml" | "render.yaml" | "render.yml" | "railway.toml" | "railway.json" | "heroku.yml"
            | "app.yaml" | "Chart.yaml" | "kustomization.yaml" | "kustomization.yml" | "skaffold.yaml" => {
                Self::Hosting
            }
            _ if has(&[".yml", ".yaml"]) && matches!(parent, "k8s" | "kubernetes") => Self::Hosting,
            "Makefile" | "makefile" | "GNUmakefile" | "Procfile" | "Containerfile" | "Dockerfile" => {
                Self::Script
            }
            _ if list && (name.contains("requirements") || parent == "requirements") => Self::Requirements,
            _ if has(&[".yml", ".yaml"])
                && (name.starts_with("compose") || name.starts_with("docker-compose")) =>
            {
                Self::Compose
            }
            _ if has(&[".service"]) => Self::Systemd,
            _ if has(&[".csproj", ".fsproj", ".vbproj"]) => Self::DotNet,
            _ if name.starts_with("Dockerfile.") || name.starts_with("Procfile.") => Self::Script,
            _ if has(&[".sh", ".bash", ".dockerfile", ".Dockerfile"]) => Self::Script,
            _ => return None,
        })
    }

    /// The text of a manifest. pip decodes what begins as UTF-16 does, as PowerShell's `>` writes it.
    pub(super) fn text(self, bytes: &[u8]) -> Option<Cow<'_, str>> {
        let wide = |rest: &[u8], unit: fn([u8; 2]) -> u16| {
            let (pairs, left) = rest.as_chunks::<2>();
            let units = pairs.iter().map(|pair| unit(*pair));
            let text = char::decode_utf16(units).collect::<Result<String, _>>().ok()?;
            left.is_empty().then_some(Cow::Owned(text))
        };
        match bytes {
            [0xff, 0xfe, rest @ ..] if self == Self::Requirements => wide(rest, u16::from_le_bytes),
            [0xfe, 0xff, rest @ ..] if self == Self::Requirements => wide(rest, u16::from_be_bytes),
            [0xef, 0xbb, 0xbf, rest @ ..] if self == Self::Requirements => {
                std::str::from_utf8(rest).ok().map(Cow::Borrowed)
            }
            _ => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
        }
    }

    /// Whether its directory is a project of its own.
    pub(super) fn is_package(self) -> bool {
        !matches!(
            self,
            Self::Lock
                | Self::EnvPy
                | Self::NestModule
                | Self::Compose
                | Self::Systemd
                | Self::Envrc
                | Self::Just
                | Self::Script
                | Self::Hosting
        )
    }
}

/// Whether a file of this name says who reads URLs or env files, so that it is worth handing in.
pub fn is_manifest(path: &str) -> bool {
    Kind::of(path).is_some()
}
