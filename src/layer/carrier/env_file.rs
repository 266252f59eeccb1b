//! Which names are those of env files.

use super::is_named_otherwise;

/// `.env`, `.env.production`, `.env-prod`, `production.env`, `.flaskenv`, and in a directory `.envs` what is called no other kind of file.
pub(super) fn is_env_file<'p>(name: &str, mut above: impl Iterator<Item = &'p str>) -> bool {
    // What a merge or a patch leaves beside one, what a program makes one from, and a document about one.
    let leftover = |rest: &str| {
        let last = rest.rsplit('.').next();
        let made = matches!(last, Some("erb" | "j2" | "jinja" | "mustache"));
        // `.env.d.ts` says which types the variables have.
        let code = matches!(last, Some("ts" | "mts" | "cts" | "js" | "mjs" | "cjs"));
        made || code
            || matches!(
                last,
                Some("patch" | "diff" | "rej" | "orig" | "swp" | "md" | "markdown" | "rst" | "html")
            )
    };
    name == ".env"
        || name.strip_prefix(".env.").is_some_and(|rest| !leftover(rest))
        || name.rsplit_once('.').is_some_and(|(stem, extension)| extension == "env" && !stem.is_empty())
        || name == ".flaskenv"
        || is_dashed(name).is_some_and(|rest| !leftover(rest))
        || above.any(|step| step == ".envs")
            && !OF_OTHERS.contains(&name.rsplit('.').next().unwrap_or_default())
}

/// What stands behind the dash of `.env-development` and `.env_prod`; none for the file of `env-cmd`.
fn is_dashed(name: &str) -> Option<&str> {
    let rest = name.strip_prefix(".env-").or_else(|| name.strip_prefix(".env_"))?;
    let word = rest.starts_with(|c: char| c.is_ascii_alphabetic()) && !rest.starts_with("cmdrc");
    Some(rest).filter(|_| word && !is_named_otherwise(name) && rest.rsplit('.').next() != Some("js"))
}

/// What else lies in `.envs`, by its extension.
const OF_OTHERS: [&str; 12] =
    ["json", "yml", "yaml", "toml", "conf", "cnf", "md", "sh", "py", "crt", "pem", "key"];
