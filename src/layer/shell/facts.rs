//! What the commands of a script do with secrets and SQL: places, never texts.

use super::{Argument, Script};
use crate::{
    layer::{general, sql, sql::Sql},
    source::{SourceId, Sources, Span},
};

/// Programs that print their arguments.
const PRINTING: &[&str] = &["echo", "printf"];
/// Programs that read SQL.
const SQL: &[&str] = &["psql", "mysql"];

impl Argument {
    /// Whether it is the URL of a database with a password in it; one that a variable fills is none.
    pub fn holds_password(&self) -> bool {
        let text = self.value.text.expose();
        let url =
            text.split_once('=').filter(|(left, _)| !left.contains(':')).map_or(text, |(_, right)| right);
        let Some((_, rest)) = url.split_once("://").filter(|_| general::is_url(url)) else { return false };
        let authority = &rest[..rest.find(['/', '?']).unwrap_or(rest.len())];
        let password = authority.rsplit_once('@').and_then(|(userinfo, _)| userinfo.split_once(':'));
        password.is_some_and(|(_, password)| !password.is_empty() && !password.contains(['$', '`']))
    }

    /// Whether the shell puts a variable in that holds a connection or a password, by its name.
    fn tells(&self) -> bool {
        let text = self.value.text.expose();
        // `$([ -n "$X" ] && echo set)` asks whether it is there.
        let asks = |before: &str| {
            let before = before.trim_end_matches([' ', '"']);
            before.ends_with("[ -n") || before.ends_with("[ -z")
        };
        let pieces: Vec<&str> = text.split('$').filter(|_| self.expands).collect();
        pieces.windows(2).filter(|pair| !asks(pair[0])).any(|pair| {
            let rest = pair[1].trim_start_matches('{');
            // `${#X}` and `${X:+set}` print no value.
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
            let (name, mark) = (&rest[..end], &rest[end..]);
            let secret = ["DATABASE_URL", "DB_URL", "POSTGRES_URL", "SQLALCHEMY_DATABASE_URI", "PGPASSWORD"];
            let password = name.ends_with("PASSWORD")
                && ["DB", "DATABASE", "PG", "POSTGRES"].iter().any(|p| name.starts_with(p));
            (password || secret.iter().any(|s| name == *s || name.ends_with(&format!("_{s}"))))
                && !mark.starts_with(":+")
                && !mark.starts_with('+')
                // `${DATABASE_URL%%:*}` and `${DATABASE_URL##*@}` cut it; what is left is not told.
                && !mark.starts_with(['%', '#'])
        })
    }
}

impl Script {
    /// Whether it waits for a server before it goes on, by the programs that do.
    pub fn waits(&self) -> bool {
        const PROGRAMS: [&str; 7] =
            ["wait-for-it", "wait-for-it.sh", "wait-for", "wait-for.sh", "wait4x", "dockerize", "pg_isready"];
        self.commands.iter().flat_map(|c| &c.words).any(|word| {
            let text = word.value.text.expose();
            PROGRAMS.contains(&text.rsplit('/').next().unwrap_or(text))
        })
    }

    /// Where a script prints a connection or a password, and how.
    pub fn prints(&self) -> Vec<(Span, &'static str)> {
        let mut out = Vec::new();
        for command in &self.commands {
            let Some(program) = command.program() else { continue };
            let arguments = &command.words[1..];
            // What goes into a pipe or a file is not printed; `>` ends no command here, so that its target is a word.
            if PRINTING.contains(&program) && !command.redirected {
                out.extend(
                    arguments
                        .iter()
                        .filter(|a| a.tells())
                        .map(|a| (a.span, "a connection with its password")),
                );
            }
            let whole = program == "printenv" && arguments.is_empty()
                || program == "env" && arguments.is_empty() && command.assignments.is_empty();
            if whole && !command.redirected {
                out.push((command.words[0].span, "the whole environment"));
            }
        }
        out
    }

    /// Where a variable stands in SQL without quotes: as the name in `CREATE DATABASE $db`.
    pub fn unquoted_names(&self) -> Vec<Span> {
        self.sql_texts().filter(|argument| argument.expands).filter_map(unquoted).collect()
    }

    /// The texts of SQL that `psql` gets: behind `-c`, and in here-documents.
    fn sql_texts(&self) -> impl Iterator<Item = &Argument> {
        let is_sql = |command: &super::Command| command.program().is_some_and(|p| SQL.contains(&p));
        let arguments = self.commands.iter().filter(move |c| is_sql(c)).flat_map(|command| {
            let behind = |pair: &&[Argument]| {
                matches!(pair[0].value.text.expose(), "-c" | "--command" | "-tc" | "-tAc")
            };
            command.words.windows(2).filter(behind).map(|pair| &pair[1])
        });
        let documents = self.documents.iter();
        let documents = documents.filter(move |(at, _)| self.commands.get(*at).is_some_and(is_sql));
        arguments.chain(documents.map(|(_, argument)| argument))
    }

    /// The statements of SQL in it.
    pub(in crate::layer) fn read_sql(&mut self, sources: &Sources, id: SourceId) {
        let mut all = Sql::default();
        for argument in self.sql_texts() {
            // Where quotes were taken off, a place in the text is still one in the source: only the whole counts.
            let text = argument.value.text.expose();
            let offset = argument.value.map.first().map_or(argument.span.start, |s| s.span.start);
            all.statements.extend(sql::statements(sources, id, text, offset as usize));
        }
        self.sql = all;
    }
}

/// The first variable that stands where a name of SQL does, behind one of these words and without quotes.
fn unquoted(argument: &Argument) -> Option<Span> {
    let text = argument.value.text.expose();
    let mut at = 0;
    while let Some(dollar) = text[at..].find('$').map(|i| at + i) {
        at = dollar + 1;
        let before = text[..dollar].trim_end();
        let bare = text[..dollar].ends_with(char::is_whitespace);
        let word =
            before.rsplit(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default().to_ascii_uppercase();
        let names = matches!(
            word.as_str(),
            "DATABASE" | "USER" | "ROLE" | "TO" | "OWNER" | "SCHEMA" | "TABLE" | "EXISTS"
        );
        let name = text[at..].trim_start_matches('{');
        if bare && names && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
            let length = text[at..].find(|c: char| !(c.is_ascii_alphanumeric() || "_{}".contains(c)));
            let end = at + length.unwrap_or(text.len() - at);
            return Some(argument.value.span_of(dollar..end).unwrap_or(argument.span));
        }
    }
    None
}
