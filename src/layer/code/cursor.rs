//! A place among the tokens of a language: what both parsers of code ask of the next one.

use std::ops::Range;

/// What a parser asks of a token, whatever the language.
pub(crate) trait Token {
    /// Where it stands, in bytes of the source.
    fn range(&self) -> &Range<usize>;
    /// Whether it is a name or a word of the language.
    fn is_name(&self) -> bool;
    /// Whether it is this sign.
    fn is_sign(&self, sign: u8) -> bool;
}

/// The tokens of a stretch of a text, and how far a parser is.
pub(crate) struct Cursor<'t, T> {
    /// The whole text, which the ranges of the tokens count in.
    pub source: &'t str,
    /// What is read.
    pub tokens: &'t [T],
    /// The place of the next token.
    pub at: usize,
    /// Expressions inside each other.
    pub depth: usize,
    /// Texts inside each other's holes.
    pub inside: usize,
}

impl<'t, T: Token> Cursor<'t, T> {
    /// At the first token.
    pub(crate) fn new(source: &'t str, tokens: &'t [T]) -> Self {
        Self { source, tokens, at: 0, depth: 0, inside: 0 }
    }

    /// Whether no token is left.
    pub(crate) fn at_end(&self) -> bool {
        self.at >= self.tokens.len()
    }

    /// Whether the next token is this sign.
    pub(crate) fn is_sign(&self, sign: u8) -> bool {
        self.tokens.get(self.at).is_some_and(|t| t.is_sign(sign))
    }

    /// Takes the next token where it is this sign.
    pub(crate) fn take(&mut self, sign: u8) -> bool {
        let is = self.is_sign(sign);
        self.at += usize::from(is);
        is
    }

    /// Takes a sign by its text, of those that have one kind in common.
    pub(crate) fn takes(&mut self, sign: &str) -> bool {
        let is = self.tokens.get(self.at).is_some_and(|t| self.source[t.range().clone()] == *sign);
        self.at += usize::from(is);
        is
    }

    /// The next token where it is a name.
    pub(crate) fn word(&self) -> Option<&'t str> {
        let token = self.tokens.get(self.at).filter(|t| t.is_name())?;
        Some(&self.source[token.range().clone()])
    }

    /// Takes the next token where it is this name.
    pub(crate) fn take_word(&mut self, word: &str) -> bool {
        let is = self.word() == Some(word);
        self.at += usize::from(is);
        is
    }

    /// Where the next token begins, else where the last one ended.
    pub(crate) fn here(&self) -> usize {
        match self.tokens.get(self.at) {
            Some(token) => token.range().start,
            None => self.tokens.last().map_or(0, |t| t.range().end),
        }
    }

    /// From a place to the end of the token that was taken last.
    pub(crate) fn since(&self, start: usize) -> Range<usize> {
        let end = self.at.checked_sub(1).and_then(|i| self.tokens.get(i)).map_or(start, |t| t.range().end);
        start..end.max(start)
    }
}
