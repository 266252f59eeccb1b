//! Questions and answers: the text of the messages that are sent, and the rows that come back.

use std::{collections::BTreeMap, fmt, time::Duration};

/// One question: a name for the answer and one SQL statement.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Query {
    /// What the answer is found under.
    pub name: &'static str,
    /// One statement without a semicolon; it runs in a read-only transaction of its own.
    pub sql: String,
}

impl Query {
    /// A question.
    pub fn new(name: &'static str, sql: impl Into<String>) -> Self {
        Self { name, sql: sql.into() }
    }
}

/// Five letters or digits: safe to print, whatever a server sends.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SqlState([u8; 5]);

impl SqlState {
    /// None unless the text is five upper-case ASCII letters or digits.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes: [u8; 5] = text.as_bytes().try_into().ok()?;
        bytes.iter().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase()).then_some(Self(bytes))
    }

    /// The five characters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("?????")
    }
}

impl fmt::Display for SqlState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for SqlState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A table of text. The values are server text: not to be trusted by a terminal or a log.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Rows {
    /// Column names, in order.
    pub columns: Vec<String>,
    /// One `Option` a column; None is SQL's NULL.
    pub rows: Vec<Vec<Option<String>>>,
}

impl Rows {
    /// The value of a column in a row; None for NULL and for what is not there.
    pub fn get(&self, row: usize, column: &str) -> Option<&str> {
        let index = self.columns.iter().position(|c| c == column)?;
        self.rows.get(row)?.get(index)?.as_deref()
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// True without rows.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

/// What came of one question.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Answer {
    /// The server answered.
    Rows(Rows),
    /// The server refused this one statement; nothing of its text is kept.
    Refused(Refusal),
    /// It was not asked, or not answered in time; why.
    NotAsked(&'static str),
}

impl Answer {
    /// The rows, when there are some.
    pub fn rows(&self) -> Option<&Rows> {
        match self {
            Self::Rows(rows) => Some(rows),
            _ => None,
        }
    }

    /// The SQLSTATE of a refusal.
    pub fn sqlstate(&self) -> Option<SqlState> {
        match self {
            Self::Refused(refusal) => refusal.sqlstate,
            _ => None,
        }
    }
}

/// A statement's error, as far as it is language-independent and safe to show.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Refusal {
    /// Five characters, when the server sent some.
    pub sqlstate: Option<SqlState>,
    /// The function of the server's source that raised it; letters, digits and underscores.
    pub routine: Option<String>,
    /// The constraint that was violated (for 23505), under the same rule.
    pub constraint: Option<String>,
}

impl Refusal {
    /// Keeps what is an identifier and drops everything else.
    pub fn new(sqlstate: Option<&str>, routine: Option<&str>, constraint: Option<&str>) -> Self {
        Self {
            sqlstate: sqlstate.and_then(SqlState::parse),
            routine: routine.and_then(identifier),
            constraint: constraint.and_then(identifier),
        }
    }
}

/// The text, when it is an ASCII identifier of at most 64 characters.
pub(crate) fn identifier(text: &str) -> Option<String> {
    let plain = text.len() <= 64 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    (plain && !text.is_empty()).then(|| text.to_owned())
}

/// Answers by question name.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Answers {
    by_name: BTreeMap<&'static str, Answer>,
}

impl Answers {
    /// Keeps an answer; a later one of the same name replaces it.
    pub fn insert(&mut self, name: &'static str, answer: Answer) {
        self.by_name.insert(name, answer);
    }

    /// The answer of a question.
    pub fn get(&self, name: &str) -> Option<&Answer> {
        self.by_name.get(name)
    }

    /// The rows of a question; None also when it was refused or not asked.
    pub fn rows(&self, name: &str) -> Option<&Rows> {
        self.get(name)?.rows()
    }

    /// Every answer, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Answer)> {
        self.by_name.iter().map(|(name, answer)| (*name, answer))
    }
}

/// The key of the advisory lock around `CREATE EXTENSION`: the ASCII bytes of `pgward` as a number. Whoever
/// installs extensions beside pgward may take the same lock.
pub const INSTALL_LOCK: i64 = 0x7067_7761_7264;

/// One identifier, quoted: `uuid-ossp` becomes `"uuid-ossp"`. A NUL cannot be sent and is dropped.
pub fn quote_identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('\0', "").replace('"', "\"\""))
}

/// The message that asks one question: an implicit transaction, so that nothing stays in a pooled session and
/// an error takes no other answer with it.
pub(super) fn question(sql: &str, statement: Duration, lock: Duration) -> String {
    format!("{}SET TRANSACTION READ ONLY; {sql}", timeouts(statement, lock))
}

/// The message that installs one extension. The lock is waited for first, under the statement's timeout alone.
pub(super) fn install(extension: &str, statement: Duration, lock: Duration) -> String {
    format!(
        "SET LOCAL statement_timeout = {}; SELECT pg_catalog.pg_advisory_xact_lock({INSTALL_LOCK}); \
         SET LOCAL lock_timeout = {}; CREATE EXTENSION IF NOT EXISTS {}",
        millis(statement),
        millis(lock),
        quote_identifier(extension)
    )
}

fn timeouts(statement: Duration, lock: Duration) -> String {
    format!(
        "SET LOCAL statement_timeout = {}; SET LOCAL lock_timeout = {}; ",
        millis(statement),
        millis(lock)
    )
}

/// Whole milliseconds, never 0: that would mean without limit.
fn millis(time: Duration) -> u32 {
    u32::try_from(time.as_millis()).unwrap_or(u32::MAX).clamp(1, i32::MAX as u32)
}
