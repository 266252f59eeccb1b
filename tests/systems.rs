//! The defects of the four systems in the files that they stood in, at their lines and columns, and the corrected twins.
#![cfg(feature = "cli")]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

#[test]
fn babyshield() {
    says(
        "babyshield",
        &[
            ".env:1:14 note[engine-parity]",
            ".env:2:29 error[driver-not-installed]",
            ".env:2:29 error[driver-suffix]",
            ".env:2:40 warning[read-write-role-for-readonly]",
            ".env:2:91 warning[same-target-two-environments]",
            ".env:2:110 warning[verify-without-root]",
            ".env.production:2:24 error[driver-not-installed]",
            ".env.production:2:40 error[weak-secret]",
            ".env.production:2:49 error[placeholder-host]",
            ".env.production:2:70 error[parameter-unsupported]",
            ".env.production:3:12 error[dev-secret-in-production]",
            "Dockerfile.final:5:18 error[sqlite-in-production]",
            "Dockerfile.final:5:18 error[url-in-image]",
            "config/environments/production.yaml:2:25 error[fallback-default]",
            "config/environments/production.yaml:2:35 note[driver-suffix]",
            "config/environments/production.yaml:2:51 error[weak-secret]",
            "config/environments/production.yaml:2:60 warning[tls-unspecified]",
            "config/environments/staging.yaml:2:25 note[engine-parity]",
            "config/environments/staging.yaml:2:25 warning[fallback-default]",
            "config/environments/staging.yaml:2:25 warning[sqlite-in-production]",
            "core_infra/settings.py:3:41 warning[driver-not-installed]",
            "core_infra/settings.py:3:41 warning[driver-suffix]",
            "core_infra/settings.py:3:68 warning[literal-password]",
            "db/alembic.ini:3:47 error[url-in-framework-config]",
            "db/migrations/versions/2024_pg_trgm.py:10:21 note[extension-undeclared]",
            "deploy/production/entrypoint.sh:3:46 warning[url-composed-unencoded]",
            "deploy/production/entrypoint.sh:4:6 warning[secret-printed]",
            "deploy/production/entrypoint.sh:5:6 warning[password-on-command-line]",
            "deploy/production/task-definition.json:8:57 warning[superuser-role]",
            "deploy/production/task-definition.json:8:66 error[literal-password]",
            "deploy/production/task-definition.json:8:79 error[tls-unspecified]",
            "tests/conftest.py:3:55 note[driver-suffix]",
        ],
    );
}

#[test]
fn event_horizon() {
    says(
        "event-horizon",
        &[
            ".env:1:16 warning[toggle-contradiction]",
            ".env:3:9 note[superuser-role]",
            ".env:4:13 warning[empty-password]",
            "event_horizon/settings/production.py:8:28 warning[parts-incomplete]",
            "event_horizon/settings/production.py:11:39 warning[fallback-default]",
            "event_horizon/settings/production.py:11:39 warning[localhost-in-production]",
            "event_horizon/settings/production.py:14:25 warning[persistent-connection-unchecked]",
            "scripts/test.sh:2:5 note[secret-printed]",
            "scripts/test.sh:3:16 warning[toggle-ambiguous]",
        ],
    );
}

#[test]
fn startupwebapp() {
    says(
        "startupwebapp",
        &[
            "StartupWebApp/production/settings_secret.py:3:20 error[sqlite-in-production]",
            "StartupWebApp/settings.py:6:50 error[fallback-default]",
            "StartupWebApp/settings.py:7:50 note[fallback-default]",
            "StartupWebApp/settings.py:8:58 note[fallback-default]",
            "StartupWebApp/settings.py:9:50 error[fallback-default]",
            "StartupWebApp/settings.py:9:50 note[engine-parity]",
            "StartupWebApp/settings.py:9:50 warning[placeholder-host]",
            "StartupWebApp/settings.py:10:33 error[kubernetes-service-link]",
            "StartupWebApp/settings.py:11:25 note[persistent-connection-unchecked]",
            "deploy/production/fintech.env:1:15 error[environment-word-mismatch]",
            "deploy/production/fintech.env:3:19 error[placeholder-secret]",
            "deploy/production/fintech.env:4:15 error[placeholder-host]",
            "deploy/production/fintech.env:4:15 error[tls-unspecified]",
            "deploy/production/fintech.env:6:7 error[environment-contradiction]",
            "docker-compose.yml:3:12 note[image-floating]",
            "docker-compose.yml:5:7 note[compose-init-only-variable]",
            "docker-compose.yml:6:26 note[url-in-compose]",
            "docker-compose.yml:10:9 warning[init-script-missing]",
            "docker-compose.yml:12:10 note[compose-port-public]",
            "docker-compose.yml:14:28 note[compose-weak-healthcheck]",
            "docker-compose.yml:20:26 error[compose-credential-mismatch]",
            "docker-compose.yml:20:26 note[url-in-compose]",
            "k8s/production/web.yaml:19:39 warning[password-on-command-line]",
            "k8s/production/web.yaml:22:22 error[k8s-literal-url]",
            "scripts/init-multi-db.sh:5:21 note[init-script-injection]",
            "scripts/init-multi-db.sh:6:5 note[init-grant-insufficient]",
        ],
    );
}

#[test]
fn obcms() {
    says(
        "obcms",
        &[
            ".env.production:1:31 error[dev-secret-in-production]",
            ".env.production:1:50 error[tls-unspecified]",
            ".env.staging:1:14 note[engine-parity]",
            ".env.staging:1:14 warning[sqlite-in-production]",
            ".github/workflows/test.yml:15:38 warning[ci-service-mismatch]",
            ".github/workflows/test.yml:19:22 note[password-on-command-line]",
            "docker-compose.yml:3:12 note[image-floating]",
            "docker-compose.yml:6:26 note[url-in-compose]",
            "docker-compose.yml:9:10 note[compose-port-public]",
            "docker-compose.yml:13:38 note[url-in-compose]",
            "docker-compose.yml:13:57 warning[compose-localhost-host]",
            "docker-compose.yml:15:9 note[compose-no-health-gate]",
        ],
    );
}

#[test]
fn corrected_twins_are_silent() {
    for system in ["babyshield", "event-horizon", "startupwebapp", "obcms"] {
        let found = lint(&Path::new(system).join("corrected"));
        let loud: Vec<&String> = found.iter().filter(|f| !f.contains(" note[")).collect();
        assert!(loud.is_empty(), "{system}: {loud:#?}");
    }
}

/// A twin differs from its system where something was corrected, and is not merely another tree.
#[test]
fn twins_have_the_same_files() {
    for system in ["babyshield", "event-horizon", "startupwebapp", "obcms"] {
        let files = |twin: &str| {
            let top = root().join(system).join(twin);
            let mut out = BTreeSet::new();
            walk(&top, &top, &mut out);
            out
        };
        let (before, after) = (files("as-was"), files("corrected"));
        assert!(after.is_subset(&before), "{system}: {:?}", after.difference(&before).collect::<Vec<_>>());
        let shared = before.intersection(&after).count();
        assert!(shared * 3 >= before.len() * 2, "{system}: {shared} of {} files are left", before.len());
    }
}

/// These are among what is said of a system as it was.
fn says(system: &str, promised: &[&str]) {
    let found = lint(&Path::new(system).join("as-was"));
    let missing: Vec<&&str> = promised.iter().filter(|p| !found.contains(**p)).collect();
    assert!(missing.is_empty(), "{system}: missing {missing:#?} in {found:#?}");
}

/// `path:line:column severity[rule]` of each finding. What stands above the tree is not its own.
fn lint(tree: &Path) -> BTreeSet<String> {
    let copy = tempfile::tempdir().expect("a temporary directory");
    copy_into(&root().join(tree), copy.path());
    let output = Command::new(env!("CARGO_BIN_EXE_pgward"))
        .args(["lint", "-v", "--format", "concise"])
        .current_dir(copy.path())
        .env_clear()
        .output()
        .expect("the binary runs");
    let text = String::from_utf8(output.stdout).expect("text");
    // A note or a help under a finding begins with blanks, the count at the end has no place.
    let finding = |line: &str| {
        let (place, rest) = line.split_once(": ").filter(|_| !line.starts_with([' ', '\t']))?;
        let (said, _) = rest.split_once(']')?;
        said.contains('[').then(|| format!("{place} {said}]"))
    };
    text.lines().filter_map(finding).collect()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/systems")
}

fn walk(top: &Path, directory: &Path, out: &mut BTreeSet<PathBuf>) {
    for entry in fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            walk(top, &path, out);
        } else {
            out.insert(path.strip_prefix(top).expect("below").to_owned());
        }
    }
}

fn copy_into(from: &Path, to: &Path) {
    let mut files = BTreeSet::new();
    walk(from, from, &mut files);
    for file in files {
        let target = to.join(&file);
        fs::create_dir_all(target.parent().expect("a directory")).expect("it can be made");
        fs::copy(from.join(&file), target).expect("a file can be copied");
    }
}
