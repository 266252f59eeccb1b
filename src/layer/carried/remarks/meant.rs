//! Whether a file says of itself, at its top, that it is not for production.

/// Whether a comment at the top, in lower case, says of the whole file what it is for: `# FOR DEVELOPMENT ONLY. Run with …`. A
/// sentence that speaks of anything else, or under a condition, is no word about the file. `fresh`: it does not go on with
/// a sentence of the line before.
pub(super) fn says(line: &str, fresh: bool) -> bool {
    // Most comments have neither word.
    if !["prod", "only"].iter().any(|word| line.contains(word)) {
        return false;
    }
    let line = &line.replace("! ", ". ");
    SENTENCES.iter().any(|sentence| {
        line.match_indices(sentence).any(|(at, _)| {
            let mut sentences = line[..at].rsplit(". ");
            let before = sentences.next().unwrap_or_default();
            let begins = fresh || sentences.next().is_some();
            let rest = &line[at + sentence.len()..];
            let rest = rest.strip_prefix("uction").unwrap_or(rest).split(". ").next().unwrap_or_default();
            let end =
                rest.find([',', ';', ':', '.', '!', '(', '—', '–']).into_iter().chain(rest.find(" - ")).min();
            let (tail, behind) = rest.split_at(end.unwrap_or(rest.len()));
            begins
                && words(before).all(|word| SUBJECT.contains(&word))
                && words(tail).all(|word| TAIL.contains(&word))
                && !words(behind).any(|word| CONDITION.contains(&word))
        })
    })
}

/// Whether a comment among the values of an object says of them that they are a developer's: `# Local minikube credentials only, never
/// use in production`. It speaks for a file of one such object alone: what stands between two other keys, in a text of several
/// lines, or beside a workload, does not.
pub(super) fn says_of_values(bytes: &[u8]) -> bool {
    let (mut within, mut said, mut block, mut objects) = (false, false, None, 0);
    for line in bytes.split(|b| *b == b'\n') {
        let bare = line.trim_ascii();
        let indent = line.len() - line.trim_ascii_start().len();
        if bare.is_empty() || block.is_some_and(|above| indent > above) {
            continue;
        }
        // `app.conf: |2-`
        block = bare.windows(3).any(|w| matches!(w, b": |" | b": >")).then_some(indent);
        if indent == 0 && !bare.starts_with(b"#") {
            if bare.starts_with(b"kind:") && !matches!(bare[5..].trim_ascii(), b"ConfigMap" | b"Secret") {
                return false;
            }
            within = matches!(bare, b"data:" | b"stringData:");
            objects += usize::from(within);
        }
        if within && bare.starts_with(b"#") {
            let line = String::from_utf8_lossy(bare).to_lowercase();
            let end = VALUES.iter().find_map(|sentence| Some(line.find(sentence)? + sentence.len()));
            let whose = ["credential", "value", "secret", "password"].iter().any(|word| line.contains(word));
            let mild = ["dev", "local", "test", "demo"].iter().any(|word| line.contains(word));
            said |=
                end.is_some_and(|end| whose && mild && !words(&line[end..]).any(|w| CONDITION.contains(&w)));
        }
    }
    said && objects == 1
}

/// What says that something is not production's.
const VALUES: &[&str] = &[
    "never use in prod",
    "never in prod",
    "not for prod",
    "not use in prod",
    "n't use in prod",
    "not used in prod",
];

/// Whether the first comment, in lower case, calls the whole file one of a developer's machine: `# Shop - local/dev stack`.
/// What also speaks of production, or says under the title how it is started (`# Local dev: docker compose up`), does not.
pub(super) fn is_title(line: &str) -> bool {
    let line = without_path(line);
    if FOREIGN.iter().any(|words| line.contains(words)) {
        return is_foreign_title(line);
    }
    if !["dev", "local"].iter().any(|word| line.contains(word)) {
        return false;
    }
    let other = |word: &str| {
        word.ends_with(':')
            || ["prod", "stag", "live", "deploy", "server", "remote"].iter().any(|of| word.starts_with(of))
            || OTHERWISE.contains(&word)
    };
    if line.contains(".y") || line.contains("docker-compose.") || words(line).any(other) {
        return false;
    }
    // Behind the project's name, or alone.
    let line = line.trim_start_matches(['#', ' ', '-', '=', '*']);
    let heads =
        [" - ", " — ", " – ", " | "].iter().filter_map(|mark| line.split_once(mark)).map(|(_, head)| head);
    heads.chain([line]).any(|head| {
        let sentence = head.split(['.', '(', ',']).next().unwrap_or_default();
        let mut own = words(sentence).skip_while(|word| LEADING.contains(word));
        matches!(
            (own.next(), own.next()),
            (Some("local"), Some("dev" | "development" | "stack" | "environment" | "setup" | "demo"))
                | (Some("dev" | "development"), Some("stack" | "environment" | "setup"))
        )
    })
}

/// A title without the file's own path before it: `# infra/compose.yml - local development`.
fn without_path(line: &str) -> &str {
    let marks = [" - ", " — ", " – ", " | ", ": "];
    let head = marks.iter().find_map(|mark| line.split_once(mark));
    let bare = |head: &str| head.trim_start_matches(['#', ' ', '=', '*']).trim_end().to_owned();
    let path = |head: &str| !head.contains(' ') && matches!(head.rsplit('.').next(), Some("yml" | "yaml"));
    head.filter(|(head, _)| path(&bare(head))).map_or(line, |(_, rest)| rest)
}

/// Whether a line is such words and nothing else but what they are said of.
fn is_foreign_title(line: &str) -> bool {
    const OF: &[&str] = &[
        "용",
        "환경",
        "실물",
        "인프라",
        "설정",
        "用",
        "环境",
        "環境",
        "配置",
        "설정용",
        "docker",
        "compose",
        "infrastructure",
        "stack",
        "postgres",
        "postgresql",
        "db",
        "für",
        "pour",
        "para",
        "per",
        "le",
        "la",
        "el",
        "de",
        "di",
        "do",
        "da",
        "local",
        "locale",
        "lokal",
        "lokale",
        "для",
    ];
    let own = line.trim_start_matches(['#', ' ', '-', '=', '*']);
    let own =
        [" - ", " — ", " – ", " | "].iter().find_map(|mark| own.split_once(mark)).map_or(own, |(_, own)| own);
    FOREIGN.iter().filter_map(|said| own.split_once(said)).any(|(before, behind)| {
        words(before).chain(words(behind)).all(|word| OF.contains(&word.trim_matches(['(', ')', ':', '。'])))
    })
}

/// "For local development" in other languages.
const FOREIGN: &[&str] = &[
    "로컬 개발",
    "로컬개발",
    "本地开发",
    "本地開發",
    "ローカル開発",
    "développement local",
    "environnement de développement",
    "desarrollo local",
    "entorno de desarrollo",
    "desenvolvimento local",
    "ambiente de desenvolvimento",
    "lokale entwicklung",
    "entwicklungsumgebung",
    "sviluppo locale",
    "ambiente di sviluppo",
    "локальной разработки",
];

/// What may lead to what a file is for.
const LEADING: &[&str] =
    &["docker", "compose", "docker-compose", "file", "configuration", "config", "for", "the", "a"];

/// What makes a sentence of a title, or turns it round.
const OTHERWISE: &[&str] = &[
    "not", "no", "never", "without", "vs", "or", "and", "&", "+", "see", "use", "uses", "used", "run", "is",
    "are", "in", "was", "has", "have", "like", "unlike", "as", "by", "from", "except", "extends", "shared",
    "hosted", "team", "teams", "formerly", "instead",
];

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| {
        c.is_ascii_whitespace()
            || matches!(c, '#' | ';' | '.' | '-' | '–' | '—' | ',' | '/' | '*' | '!' | '=')
    })
    .filter(|word| !word.is_empty())
}

/// In lower case.
const SENTENCES: &[&str] = &[
    "not for production",
    "not for use in production",
    "not use in prod",
    "not use it in prod",
    "not use this in prod",
    "not use this file in prod",
    "n't use in prod",
    "n't use this in prod",
    "never use in prod",
    "never use this in prod",
    "not used in production",
    "not be used in production",
    "not intended for production",
    "not meant for production",
    "not suitable for production",
    "development only",
    "for local use only",
    "for development purposes only",
    "for development and testing only",
    "for development and testing purposes only",
    "for demonstration only",
    "for demonstration purposes only",
    "for demo purposes only",
    "for testing only",
    "for testing purposes only",
];

/// What may stand before such a sentence in its own: words for the file, and those that lead to what it is for.
const SUBJECT: &[&str] = &[
    "this",
    "the",
    "these",
    "it",
    "file",
    "compose",
    "docker",
    "manifest",
    "manifests",
    "stack",
    "setup",
    "configuration",
    "config",
    "image",
    "deployment",
    "environment",
    "is",
    "are",
    "intended",
    "meant",
    "for",
    "local",
    "development",
    "demo",
    "testing",
    "test",
    "purposes",
    "use",
    "only",
    "and",
    "but",
    "please",
    "do",
    "should",
    "must",
    "note:",
    "note",
    "that",
    "warning",
    "warning:",
    "important:",
    "attention:",
];

/// What may stand behind it, up to the next mark.
const TAIL: &[&str] = &[
    "use",
    "usage",
    "deployment",
    "deployments",
    "environment",
    "environments",
    "purposes",
    "ever",
    "at",
    "all",
    "please",
];

/// What may not stand behind that.
const CONDITION: &[&str] = &["only", "without", "unless", "except", "before", "until", "if", "as"];

#[cfg(test)]
mod tests {
    use super::super::comments;
    use super::*;

    #[test]
    fn by_a_comment_among_values() {
        let comment = "  # Local credentials only, never use in production\n";
        let object = |values: &str| format!("kind: ConfigMap\ndata:\n{values}");
        assert!(says_of_values(object(&format!("{comment}  A: b\n")).as_bytes()));
        for no in [
            object("  A: b\n"),
            object(&format!("  a.conf: |2-\n    x\n  {comment}  A: b\n")),
            object(&format!("{comment}---\nkind: Secret\ndata:\n  A: b\n")),
            format!("{}---\nkind: Deployment\n", object(comment)),
        ] {
            assert!(!says_of_values(no.as_bytes()), "{no}");
        }
    }

    fn not_for_production(bytes: &[u8]) -> bool {
        comments(bytes).any(|(line, fresh)| says(&line, fresh))
    }

    #[test]
    fn by_its_title() {
        for yes in [
            "# gpu cluster scheduler - local/dev stack",
            "# sentient engine - local development docker compose",
            "# local-dev environment for the realtime collaborative canvas.",
            "# local dev infrastructure (issue #13). brings up the postgres the api connects",
            "# development environment",
            "# docker compose for local development",
            "# === shop | local development ===",
            "# infra/docker-compose.yml — 로컬 개발용 인프라",
            "# docker-compose.yml — environnement de développement local",
            "# shop - local stack for development",
        ] {
            assert!(is_title(yes), "{yes}");
        }
        for no in [
            "# local dev:  docker compose up",
            "# local development and production",
            "# for local development, see docker-compose.dev.yml",
            "# extends the local development manifests with what customers get",
            "# shop. the development environment is in k8s-dev/.",
            "# same as the dev environment but with tls",
            "# don't apply this to the dev environment",
            "# everything except the development environment",
            "# customer-facing api, formerly local dev only",
            "# maintained by the dev environment team",
            "# hosted dev environment shared by all teams",
            "# use docker-compose.dev.yml for local development",
            "# overridden in the local development setup",
            "# shop: not the local development stack",
            "# production stack; local dev has compose.dev.yml",
            "# the stack of the development team's server",
            "# shop",
            "# não é o ambiente de desenvolvimento",
            "# 로컬 개발과 운영",
            "# 本地开发与线上部署",
            "# ローカル開発では使わないこと",
            "# 로컬 개발은 docker-compose.dev.yml 사용",
        ] {
            assert!(!is_title(no), "{no}");
        }
    }

    #[test]
    fn by_the_comments_at_the_top() {
        for yes in [
            "# FOR DEVELOPMENT ONLY. Run with `docker compose up`\nservices:\n",
            "# Shop\n#\n# the app's migrations need. NOT for production: no persistence, trivial credentials.\n---\nkind: Pod\n",
            "---\n# This compose file is for demonstration only, do not use in prod.\nservices:\n",
            "# -- DO NOT USE IN PRODUCTION! --\n",
            "\u{feff}# NOTE: This Docker image is for development purposes only.\n",
            "# this is intended for demo / testing purposes only, not for production usage\n",
            "# Development only - do not use this file in production\n",
            "# Shop\n# For development only. Run with:\n# DB_PORT=5433 docker compose up\n",
        ] {
            assert!(not_for_production(yes.as_bytes()), "{yes}");
        }
        for no in [
            "",
            "# For production\nservices:\n",
            "# Not for production only\nservices:\n",
            "# This file is not meant for production use only; the developers take it too\n",
            "# This is not for development only, production has it too\n",
            "services:\n# for development only\n",
            "# Default passwords: DO NOT USE IN PRODUCTION\nA=b\n",
            "# DEBUG=true is for development only\nA=b\n",
            "# Production settings. The values in local.env are for development only\n",
            "# SQLite: for testing only\n",
            "# OPTIONS: sqlite (for development only), postgres (production)\n",
            "# sqlite (never use in production)\n",
            "# Uncomment for testing only\n",
            "# MAIL_* is for testing only\n",
            "# Redis without TLS: not for production\n",
            "# Do not use in production without sslmode\n",
            "# Unlike dev.env, which is for local use only, this is what production has\n",
            "# http://example.com/ is for demonstration purposes only\n",
            "# db.yaml has the server for local use only. This deployment is production's.\n",
            "# Do not use in production without raising the memory limits\n",
            "# Not for production\n# SENTRY_DSN=\nA=b\n",
            "# This file is for production. Do not use in prod the root user\n",
            "# Production. Use debug mode for\n# development only\n",
            "# Development only? No: production\n",
            "# It should not be used in production-like tests\n",
            "# Please do not use in production with the default settings\n",
            "# not for production workloads of other teams\n",
        ] {
            assert!(!not_for_production(no.as_bytes()), "{no}");
        }
    }
}
