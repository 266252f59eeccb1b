//! Which files are read at all: most of a tree is dismissed by one look at its text.

use super::{Carrier, has, needles, yaml};

impl Carrier {
    /// Whether a file is read at all: it may speak of a database, or may say what the judgement of other files needs. Most of
    /// a tree is dismissed by this one look.
    pub fn may_matter(self, path: &str, bytes: &[u8]) -> bool {
        // What a bundler put together is no program's own text.
        let bundle = matches!(self, Self::JavaScript | Self::Json) && bytes.len() > BUNDLE;
        !bundle && (self.may_speak(bytes) || self.may_inform(path, bytes))
    }

    /// Whether a text may speak of a database. A file of which this is false is judged only by what it takes from others. An
    /// env file always does: its syntax matters whatever it holds. Of a script it is asked whether it waits for a server, too,
    /// of a compose file and of a pipeline whether it waits for what compose starts, of SQL and code whether it installs an
    /// extension, of SQL whether it makes a role.
    pub fn may_speak(self, bytes: &[u8]) -> bool {
        let waits = || match self {
            Self::Shell | Self::Dockerfile => needles::waits(bytes),
            Self::Compose => has(bytes, b"service_healthy"),
            Self::GithubActions | Self::GitlabCi => has(bytes, b" --wait") && has(bytes, b"compose"),
            // Its key tells, whatever its value is.
            Self::Spring | Self::Properties => has(bytes, b"datasource"),
            // A migration may do nothing else.
            Self::Sql => needles::installs(bytes) || needles::grants(bytes) || needles::makes_role(bytes),
            Self::Python | Self::JavaScript => needles::installs(bytes) && has_create(bytes),
            _ => false,
        };
        self == Self::Dotenv || needles::speaks(bytes) || waits()
    }

    /// Whether a text that speaks of no database may say what others need: what compose starts and builds, whom the objects of
    /// Kubernetes lead to and what they take.
    fn may_inform(self, path: &str, bytes: &[u8]) -> bool {
        match self {
            Self::Compose => true,
            Self::Kubernetes => yaml::may_inform(bytes),
            Self::Yaml if yaml::may_inform(bytes) => {
                matches!(yaml::of(path, bytes), Self::Kubernetes | Self::Compose)
            }
            _ => false,
        }
    }
}

/// Nobody writes a longer module, or settings in a longer JSON.
const BUNDLE: usize = 1 << 20;

/// Whether the statement may stand there, and not a word of the language: an extension of a class, or of a file's name.
fn has_create(bytes: &[u8]) -> bool {
    bytes.windows(16).any(|words| words.eq_ignore_ascii_case(b"create extension"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_need_is_read() {
        for (path, text) in [
            ("compose.yml", "services: {db: {image: mariadb}}"),
            ("stack.yml", "services:\n  db:\n    image: mariadb\n"),
            ("k8s/web.yaml", "# ours\napiVersion: v1\nkind: Service\n"),
            ("migrations/1.py", "op.execute('create extension pg_trgm')"),
            ("init.sql", "create Extension pg_trgm;"),
            ("grants.sql", "GRANT USAGE ON SCHEMA shop TO web;"),
            ("roles.sql", "DO $$ BEGIN\n  create\n  User web LOGIN;\nEND $$;"),
            ("application.properties", "spring.datasource.url=db.internal/shop"),
            ("application.yml", "spring: {datasource: {url: db.internal/shop}}"),
        ] {
            let carrier = Carrier::of(path, text.as_bytes()).expect("one of ours");
            assert!(carrier.may_matter(path, text.as_bytes()), "{path}");
        }
        let long = format!("{}apiVersion: v1\nkind: Service\n", "# a word\n".repeat(8192));
        for (path, text) in [
            ("values.yaml", "services:\n  web:\n    port: 80\n"),
            ("lang/en.yaml", "kind: of\n"),
            ("k8s/crd.yaml", "apiVersion: v1\nkind: CustomResourceDefinition\n"),
            ("k8s/long.yaml", long.as_str()),
            ("page.ts", "import { extension } from './extension'; create(extension);"),
            ("drop.sql", "CREATE TABLE role (id int); DROP USER web;"),
            ("messages.properties", "title=Sources"),
            ("package.json", "{\"scripts\": {\"create\": \"user\"}}"),
        ] {
            let carrier = Carrier::of(path, text.as_bytes()).expect("one of ours");
            assert!(!carrier.may_matter(path, text.as_bytes()), "{path}");
        }
    }
}
