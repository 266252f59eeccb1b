//! URLs of SQLite, which no two libraries read alike.
//!
//! | | SQLAlchemy | Django (dj-database-url, django-environ) | sqlx | Prisma |
//! |---|---|---|---|---|
//! | `sqlite:///x.db` | file `x.db` | file `x.db` | file `/x.db` | - |
//! | `sqlite:////x.db` | file `/x.db` | file `/x.db` | file `//x.db` | - |
//! | `sqlite://x.db` | refused: a host | in memory | file `x.db` | - |
//! | `sqlite:x.db` | refused | file `.db` and the like | file `x.db` | - |
//! | `sqlite://` | in memory | in memory | a file without a name, gone with the process | - |
//! | `file:./x.db` | - | - | - | file `./x.db` |

use url::Url;

/// `sqlite://`, `sqlite:///:memory:`, `?mode=memory`; in Django also `sqlite://db.sqlite3`, see [`names_host`].
/// `rest` begins at the `:` behind the scheme.
pub(super) fn in_memory(rest: &str) -> bool {
    let parsed = Url::parse(&format!("sqlite{rest}"));
    let (path, query) = parsed.as_ref().map_or((rest, None), |u| (u.path(), u.query()));
    let file = path.trim_start_matches(['/', ':']);
    file.is_empty()
        || file.starts_with("memory:")
        || query.is_some_and(|q| q.split('&').any(|p| p == "mode=memory"))
}

/// The file of a string of Microsoft.Data.Sqlite: `Data Source=app.db;Cache=Shared`.
pub(super) fn of_ado(text: &str) -> Option<&str> {
    let (key, rest) = text.split_once('=')?;
    let file = rest.split(';').next().unwrap_or_default().trim();
    let ends = [".db", ".db3", ".sqlite", ".sqlite3", ":memory:"].iter().any(|end| file.ends_with(end));
    let keyword =
        ["data source", "datasource", "filename"].iter().any(|k| key.trim().eq_ignore_ascii_case(k));
    (keyword && ends).then_some(file)
}

/// Whether a URL asks for a database in memory by a parameter, whatever stands before it.
pub(in crate::settings) fn asks_for_memory(text: &str) -> bool {
    let query = text.split_once('?').map(|(_, query)| query);
    query.is_some_and(|q| q.split(['&', '#']).any(|p| p == "mode=memory"))
}

/// Whether a file's name stands where a host does: `sqlite://db.sqlite3`. Django drops it and opens a database in
/// memory, SQLAlchemy refuses the URL, sqlx opens the file.
pub(in crate::settings) fn names_host(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    let host = rest.split(['/', '?']).next().unwrap_or_default();
    !scheme.contains(':') && !host.is_empty() && host != ":memory:"
}

/// The path as the URL writes it: what follows `sqlite:///`, `sqlite://` or `file:`, without parameters. Four
/// slashes make it absolute for all but sqlx.
pub(in crate::settings) fn path(text: &str) -> &str {
    let rest = text.split_once(':').map_or(text, |(scheme, rest)| match scheme {
        "jdbc" => rest.strip_prefix("sqlite:").unwrap_or(rest),
        _ => rest,
    });
    let rest = rest.split('?').next().unwrap_or_default();
    let bare = rest.strip_prefix("//").unwrap_or(rest);
    if bare.len() < rest.len() { bare.strip_prefix('/').unwrap_or(bare) } else { bare }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        for (url, file) in [
            ("sqlite:///x.db", "x.db"),
            ("sqlite:////var/x.db", "/var/x.db"),
            ("sqlite+aiosqlite:///./x.db?mode=rwc", "./x.db"),
            ("sqlite:x.db", "x.db"),
            ("sqlite:/var/x.db", "/var/x.db"),
            ("file:./x.db", "./x.db"),
            ("jdbc:sqlite:x.db", "x.db"),
            ("sqlite://x.db", "x.db"),
            ("sqlite://", ""),
            ("sqlite::memory:", ":memory:"),
        ] {
            assert_eq!(path(url), file, "{url}");
        }
    }

    #[test]
    fn hosts() {
        for yes in ["sqlite://db.sqlite3", "sqlite+aiosqlite://x.db?a=b", "sqlite://./x.db"] {
            assert!(names_host(yes), "{yes}");
        }
        for no in ["sqlite://", "sqlite:///x.db", "sqlite://:memory:", "sqlite:x.db", "file:x.db"] {
            assert!(!names_host(no), "{no}");
        }
    }
}
