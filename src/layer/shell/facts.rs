//! What the commands of a script do with secrets and SQL: places, never texts.

use super::{Argument, Command, Composed, Script, word::Word};
use crate::{
    layer::{general, sql, sql::Sql},
    source::{SourceId, Sources, Span},
};
use std::{borrow::Cow, collections::BTreeMap};

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

    /// What stands behind some bytes of it.
    fn from(&self, at: usize) -> Self {
        let length = self.value.text.expose().len();
        Self { value: self.value.part(at..length), ..self.clone() }
    }

    /// Whether it is a connection string of keywords with a password in it.
    pub fn holds_keywords(&self) -> bool {
        let pairs = || self.value.text.expose().split_whitespace().filter_map(|word| word.split_once('='));
        let has = |keys: &[&str]| pairs().any(|(key, value)| keys.contains(&key) && is_literal(value));
        has(&["password"])
            && pairs().any(|(key, _)| matches!(key, "host" | "hostaddr" | "user" | "dbname" | "service"))
    }

    /// Whether the shell puts a variable in that holds a connection or a password, by its name.
    fn tells(&self) -> bool {
        let text = self.value.text.expose();
        // GitHub's runner takes it out of what is printed after that.
        let name = |rest: &str| rest.bytes().all(|b| b.is_ascii_alphanumeric() || b"_{}".contains(&b));
        let masks = text.strip_prefix("::add-mask::$").is_some_and(name);
        self.expands && !masks && tells(text)
    }
}

fn is_literal(value: &str) -> bool {
    !value.is_empty() && !value.contains(['$', '`', '<', '{'])
}

/// Whether a text refers to a variable that holds a connection or a password, by its name.
fn tells(text: &str) -> bool {
    // `$([ -n "$X" ] && echo set)` asks whether it is there.
    let asks = |before: &str| {
        let before = before.trim_end_matches([' ', '"']);
        before.ends_with("[ -n") || before.ends_with("[ -z")
    };
    let pieces: Vec<&str> = text.split('$').collect();
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
            && !is_cut(mark, !password)
    })
}

/// Whether what stands behind a variable's name takes the password out of a URL: `##*@` leaves the host, `%%:*` the scheme; and
/// whether it leaves a few characters of one (`:0:3`), of a URL hardly more than its scheme.
fn is_cut(mark: &str, url: bool) -> bool {
    let most = if url { 20 } else { 4 };
    let few = |rest: &str| {
        rest.trim_end_matches(['}', '"', '*', '.']).parse::<u8>().is_ok_and(|count| count <= most)
    };
    let first = mark.strip_prefix(":0:").and_then(|rest| rest.split('}').next());
    first.is_some_and(few) || ["##*", "#*@", "%%:", "%%/"].iter().any(|cut| mark.starts_with(cut))
}

impl Command {
    /// The variables that it sets, with their texts: `declare -A VARIABLES=( [DB_PASSWORD]=… )` too.
    fn given(&self) -> impl Iterator<Item = (&str, &str)> {
        let set = self.assignments.iter().map(|e| (e.key.as_str(), e.value.text.expose()));
        let listed =
            self.words.iter().filter_map(|w| w.value.text.expose().strip_prefix('[')?.split_once("]="));
        set.chain(listed)
    }

    /// Where `PGPASSWORD` is written out for this command: before it, or handed on as one of its arguments.
    pub fn given_password(&self) -> Option<Span> {
        let for_it = !self.program().is_none_or(|p| super::DECLARING.contains(&p));
        let before = self.assignments.iter().filter(|_| for_it);
        let mut before = before.filter(|e| e.key == "PGPASSWORD" && is_literal(e.value.text.expose()));
        let handed = |a: &&Argument| {
            let text = a.value.text.expose();
            text.strip_prefix("PGPASSWORD=").is_some_and(|value| is_literal(value) && !value.contains(' '))
        };
        let mut arguments = self.words.iter().skip(1).filter(handed);
        before.next().map(|e| e.value_span).or_else(|| arguments.next().map(|a| a.span))
    }

    /// Whether the `PGPASSWORD` that is written out is one that everybody tries first, as servers of tests have.
    pub fn gives_common_password(&self) -> bool {
        let before =
            self.assignments.iter().filter(|e| e.key == "PGPASSWORD").map(|e| e.value.text.is_common());
        let handed = self.words.iter().filter_map(|a| a.value.text.expose().strip_prefix("PGPASSWORD="));
        before.chain(handed.map(|value| crate::secret::Secret::new(value).is_common())).all(|common| common)
    }

    /// Whether the shell runs it itself, so that no list of processes has its arguments.
    pub fn is_builtin(&self) -> bool {
        let builtin = |p| {
            PRINTING.contains(&p)
                || super::DECLARING.contains(&p)
                || matches!(p, ":" | "test" | "[" | "[[" | "read")
        };
        self.program().is_some_and(builtin)
    }

    /// The words behind `psql`, wherever it stands: `docker exec db psql …`, `sudo -u postgres psql …`.
    fn behind_client(&self) -> Option<&[Argument]> {
        let is_client = |a: &Argument| {
            let text = a.value.text.expose();
            SQL.contains(&text.rsplit('/').next().unwrap_or(text))
        };
        let at = self.words.iter().position(is_client)?;
        self.words.get(at + 1..)
    }
}

impl Script {
    /// Where a script prints a connection or a password, and how.
    pub fn prints(&self) -> Vec<(Span, &'static str)> {
        let mut out = self.traces();
        for command in &self.commands {
            let Some(program) = command.program() else { continue };
            let arguments = &command.words[1..];
            // What goes into a pipe or a file is not printed; `>` ends no command here, so that its target is a word.
            if PRINTING.contains(&program) && !command.redirected {
                let what = |a: &Argument| {
                    let name = |piece: &str| {
                        piece
                            .trim_start_matches('{')
                            .split(['}', ' ', '"', ':', '/'])
                            .next()
                            .map(str::to_owned)
                    };
                    let mut names = a.value.text.expose().split('$').skip(1).filter_map(name);
                    let url = names.any(|name| name.ends_with("URL") || name.ends_with("URI"));
                    if url { "a connection with its password" } else { "a password" }
                };
                out.extend(arguments.iter().filter(|a| a.tells()).map(|a| (a.span, what(a))));
            }
            let whole = program == "printenv" && arguments.is_empty()
                || program == "env" && arguments.is_empty() && command.assignments.is_empty();
            if whole && !command.redirected {
                out.push((command.words[0].span, "the whole environment"));
            }
        }
        out
    }

    /// Where a trace is switched on that goes over a command with a connection or a password in it.
    fn traces(&self) -> Vec<(Span, &'static str)> {
        let (mut out, mut on) = (Vec::new(), None);
        for command in &self.commands {
            if command.program() == Some("set") {
                for argument in &command.words[1..] {
                    match argument.value.text.expose() {
                        "xtrace" => on = Some(argument.span),
                        text if text.starts_with('-') && text.contains('x') => on = Some(argument.span),
                        text if text.starts_with('+') => on = None,
                        _ => {}
                    }
                }
                continue;
            }
            let spoken = command.words.iter().any(Argument::tells)
                || command.assignments.iter().any(|e| tells(e.value.text.expose()));
            if let Some(span) = on.filter(|_| spoken) {
                out.push((span, "every command with what is put into it, a connection too"));
                on = None;
            }
        }
        out
    }

    /// Where the password of a URL that is put together goes in as it is.
    pub fn unencoded(&self) -> Vec<Span> {
        let mut plain = BTreeMap::new();
        for command in self.commands.iter().filter(|_| !self.composed.is_empty()) {
            for (name, text) in command.given() {
                let own = text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b));
                plain.insert(name, own || encodes(text));
            }
        }
        let told = |name: &str| {
            let name = name.to_ascii_uppercase();
            let mut words = name.split('_');
            words.any(|w| {
                matches!(w, "ENC" | "ENCODED" | "URLENCODED" | "ESCAPED" | "QUOTED" | "SAFE" | "URI")
            })
        };
        let safe = |name: &String| told(name) || plain.get(name.as_str()) == Some(&true);
        let open = self.composed.iter().filter(|c| !c.variable.as_ref().is_some_and(safe));
        open.map(|c| c.span).collect()
    }

    /// Where a variable stands in SQL without quotes: as the name in `CREATE DATABASE $db`.
    pub fn unquoted_names(&self) -> Vec<Span> {
        self.sql_texts().iter().filter(|argument| argument.expands).filter_map(|a| unquoted(a)).collect()
    }

    /// The texts of SQL that `psql` gets: behind `-c`, in here-documents, and what is printed into it.
    fn sql_texts(&self) -> Vec<Cow<'_, Argument>> {
        let mut out = Vec::new();
        let mut documents = self.documents.iter().peekable();
        for (at, command) in self.commands.iter().enumerate() {
            let client = command.behind_client();
            out.extend(client.into_iter().flat_map(behind_option));
            // They stand in the order of their commands.
            while let Some((_, body)) = documents.next_if(|(of, _)| *of <= at) {
                out.extend(client.map(|_| Cow::Borrowed(body)));
            }
            let next = self.commands.get(at + 1).and_then(Command::behind_client);
            if command.redirected
                && next.is_some()
                && command.program().is_some_and(|p| PRINTING.contains(&p))
            {
                out.extend(command.words[1..].iter().map(Cow::Borrowed));
            }
        }
        out
    }

    /// Whether it starts clients of MySQL, and has no word of PostgreSQL's: in a container or on another machine either, as in
    /// `ssh host "pg_dump shop"`.
    pub fn is_of_mysql(&self) -> bool {
        const OURS: [&str; 8] =
            ["psql", "pg_", "pgbench", "pgloader", "postgres", "vacuumdb", "reindexdb", "createdb"];
        let words = self.commands.iter().flat_map(|command| &command.words);
        let mut texts =
            words.chain(self.documents.iter().map(|(_, body)| body)).map(|a| a.value.text.expose());
        self.runs(&["mysql", "mysqldump", "mysqladmin", "mysqlimport", "mariadb", "mariadb-dump"])
            && !texts.any(|text| OURS.iter().any(|word| text.contains(word)))
    }

    /// The statements of SQL in it.
    pub(in crate::layer) fn read_sql(&mut self, sources: &Sources, id: SourceId) {
        let mut all = Sql::default();
        for argument in &self.sql_texts() {
            // Where quotes were taken off, a place in the text is still one in the source: only the whole counts.
            let text = argument.value.text.expose();
            let offset = argument.value.map.first().map_or(argument.span.start, |s| s.span.start);
            let (found, offset) = (sql::of_text(sources, id, text, offset as usize), offset as usize);
            all.statements.extend(found.statements);
            // A password is told at its very place.
            if sources.get(id).bytes().get(offset..offset + text.len()) == Some(text.as_bytes()) {
                let put_in =
                    |p: &sql::RolePassword| argument.expands && p.secret.expose().contains(['$', '`']);
                all.passwords.extend(found.passwords.into_iter().filter(|p| !put_in(p)));
            }
        }
        self.sql = all;
    }
}

/// The values of `-c` and `--command`, apart or in one word.
fn behind_option(words: &[Argument]) -> Vec<Cow<'_, Argument>> {
    let mut out = Vec::new();
    for (i, word) in words.iter().enumerate() {
        let text = word.value.text.expose();
        match text {
            "-c" | "--command" | "-tc" | "-tAc" | "-Atc" | "-qc" | "-Xc" => {
                out.extend(words.get(i + 1).map(Cow::Borrowed));
            }
            _ if text.starts_with("--command=") => out.push(Cow::Owned(word.from("--command=".len()))),
            _ if text.starts_with("-c") => out.push(Cow::Owned(word.from(2))),
            _ => {}
        }
    }
    out
}

/// Whether a text says that it encodes: `jq -rn '… @uri'`, `urllib.parse.quote`, `urlencode`.
fn encodes(text: &str) -> bool {
    ["@uri", "quote", "encode", "rand -hex", "uuidgen", "token_urlsafe", "token_hex"]
        .iter()
        .any(|word| text.contains(word))
}

/// The password of a PostgreSQL URL in a word, where the shell puts it in.
pub(super) fn composed(word: &Word, whole: Span) -> Option<Composed> {
    let text = word.text();
    let at = text.find("://").filter(|_| word.expands)?;
    let scheme =
        text[..at].rsplit(|c: char| !c.is_ascii_alphanumeric() && c != '+').next().unwrap_or_default();
    if !matches!(scheme.split('+').next(), Some("postgres" | "postgresql" | "postgis" | "psql")) {
        return None;
    }
    let from = at + 3;
    let colon = from + mark(&text[from..], ":")?;
    let end = colon + 1 + mark(&text[colon + 1..], "@")?;
    let hole = &text[colon + 1..end];
    let rest = hole.strip_prefix('$').or_else(|| hole.strip_prefix('`'))?;
    let name: String =
        rest.trim_start_matches('{').chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
    let is_variable = hole.starts_with('$') && !rest.starts_with('(') && !name.is_empty();
    // `${NAME//@/%40}` encodes by hand.
    if encodes(hole) || rest.starts_with('{') && hole.contains('/') {
        return None;
    }
    let span = word.value.span_of(colon + 1..end).unwrap_or(whole);
    Some(Composed { span, variable: is_variable.then_some(name) })
}

/// The first of a mark outside of what the shell puts in; the user, password and host of a URL end at a slash.
fn mark(text: &str, mark: &str) -> Option<usize> {
    let (mut depth, mut quoted) = (0_usize, false);
    for (at, c) in text.char_indices() {
        match c {
            '{' | '(' => depth += 1,
            '}' | ')' => depth = depth.saturating_sub(1),
            '`' => quoted = !quoted,
            _ if depth > 0 || quoted => {}
            '/' | '?' | '#' => return None,
            '@' if mark == ":" => return None,
            c if mark.contains(c) => return Some(at),
            c if c.is_whitespace() => return None,
            _ => {}
        }
    }
    None
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
        if bare && names && name.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_') {
            let length = text[at..].find(|c: char| !(c.is_ascii_alphanumeric() || "_{}".contains(c)));
            let end = at + length.unwrap_or(text.len() - at);
            return Some(argument.value.span_of(dollar..end).unwrap_or(argument.span));
        }
    }
    None
}
