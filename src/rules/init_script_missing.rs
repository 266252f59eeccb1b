use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "init-script-missing",
    since: "0.1.0",
    levels: Levels::of("WWWW"),
    boot: false,
    traits: COMMON,
    page: include_str!("init_script_missing.md"),
    checks: &[Check::File(check)],
};

fn check(file: &File<'_>, project: &Project<'_>, out: &mut Sink<'_>) {
    let Structure::Compose(compose) = &file.carried.structure else { return };
    for service in compose.services.iter().filter(|s| s.server) {
        for mount in service.mounts.iter().filter(|m| m.init) {
            let Source::Path(path) = &mount.source else { continue };
            // What a package manager installs is there after it ran (`vendor/laravel/sail/…`).
            let named = path.to_string();
            let installed = named.split('/').any(|d| matches!(d, "vendor" | "node_modules"));
            if installed || !mount.is_absent(&file.carried.path, project.absent) {
                continue;
            }
            let note = match mount.without {
                Without::Ends => {
                    "docker makes a directory of that name: the image runs it as a script and ends at the first start, and goes on without it at the next"
                }
                Without::Nothing => {
                    "docker makes an empty directory of a missing source: no script runs, and nothing says so"
                }
                Without::Refused => "docker makes no container with a config whose file is not there",
            };
            // What lies above may be put beside a checkout where it is started; what is below the directory above is there with
            // `--project-directory`.
            let above =
                named.starts_with("..") || mount.is_there_from_above(&file.carried.path, project.absent);
            let draft = out
                .report(format!("the init script of `{}` is not there: `{path}`", service.name))
                .at_span(mount.span, "no file and no directory of this name")
                .note(note)
                .help("name the script where it is, from the directory of the compose file");
            // A directory may be kept for scripts that nobody has written: git keeps none that is empty.
            let directory = mount.without == Without::Nothing
                && !named.rsplit('/').next().unwrap_or(&named).contains('.');
            if above || directory {
                draft.at_most(Levels::of("IIII"));
            }
        }
    }
}
