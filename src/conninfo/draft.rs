//! The values of a connection string while it is read.

use super::{
    Value,
    error::ErrorKind,
    keyword::{self, KEYWORDS, Libpq, Show},
};
use crate::secret::{Part, Secret};
use std::ops::Range;

/// A value before it is known what of the input may be shown.
pub(super) struct Draft {
    pub(super) bytes: Vec<u8>,
    pub(super) range: Range<usize>,
    /// The elements of a list that does not stand in one piece.
    pub(super) pieces: Vec<Range<usize>>,
    pub(super) name: Option<Range<usize>>,
}

impl Draft {
    pub(super) fn new(bytes: Vec<u8>, range: Range<usize>) -> Self {
        Self { bytes, range, pieces: Vec::new(), name: None }
    }

    pub(super) fn finish(self, text: &str, show: Show, visible: &[Range<usize>]) -> Value {
        let exact = text.as_bytes().get(self.range.clone()) == Some(&self.bytes[..]);
        let shown = |r: &Range<usize>| {
            let next = visible.partition_point(|v| v.end < r.end);
            r.is_empty() || visible.get(next).is_some_and(|v| v.start <= r.start)
        };
        let all = if self.pieces.is_empty() { shown(&self.range) } else { self.pieces.iter().all(shown) };
        let credential = show == Show::Credential;
        let (secret, bytes) = match String::from_utf8(self.bytes) {
            Ok(text) => (Secret::new(text), None),
            Err(error) => {
                let bytes = error.as_bytes();
                let wide: String = bytes.iter().map(|b| char::from(*b)).collect();
                (Secret::new(String::from_utf8_lossy(bytes)), Some(Secret::new(wide)))
            }
        };
        Value {
            part: Part::with_proof(secret, all && !credential),
            bytes,
            credential,
            range: Some(self.range),
            pieces: self.pieces,
            name: self.name,
            exact,
        }
    }
}

/// libpq's array of options while it is filled.
pub(super) struct Drafts {
    /// By their rows of `KEYWORDS`, ascending.
    pub(super) values: Vec<(usize, Draft)>,
    /// Names of parameters that libpq does not know; `None`: the first of them is an error, as in libpq.
    pub(super) unknown: Option<Vec<Range<usize>>>,
}

impl Drafts {
    pub(super) fn new() -> Self {
        // User, password, host, port and database are the most of most strings.
        Self { values: Vec::with_capacity(6), unknown: None }
    }

    fn put(&mut self, row: usize, draft: Draft) {
        match self.values.binary_search_by_key(&row, |(row, _)| *row) {
            Ok(at) => self.values[at].1 = draft,
            Err(at) => self.values.insert(at, (row, draft)),
        }
    }

    /// Sets one of our own names.
    pub(super) fn set(&mut self, name: &str, draft: Draft) {
        if let Some(i) = keyword::find(name.as_bytes()) {
            self.put(i, draft);
        }
    }

    /// `conninfo_storeval`: the last one wins; `requiressl` is an old spelling of `sslmode`.
    pub(super) fn store(
        &mut self,
        name: &[u8],
        mut draft: Draft,
        libpq: Libpq,
    ) -> Result<&'static str, ErrorKind> {
        let mut name = name;
        if name == b"requiressl" {
            draft.bytes =
                if draft.bytes.first() == Some(&b'1') { &b"require"[..] } else { b"prefer" }.to_vec();
            name = b"sslmode";
        }
        let i = keyword::find(name).ok_or(ErrorKind::KeywordUnknown)?;
        let keyword = &KEYWORDS[i];
        if keyword.since > libpq {
            return Err(ErrorKind::KeywordNewer { keyword: keyword.name, since: keyword.since });
        }
        self.put(i, draft);
        Ok(keyword.name)
    }
}
