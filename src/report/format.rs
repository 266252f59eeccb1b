//! The formats by name, and what a writer may choose.

use super::{Report, concise};
#[cfg(feature = "cli")]
use super::{checkstyle, github, gitlab, json, junit, markdown, rdjson, sarif, text};
use crate::finding::{Applicability, Severity};
use std::{fmt, io, str::FromStr};

/// How a report is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Format {
    /// Pictures of the masked lines, for people.
    #[cfg(feature = "cli")]
    Text,
    /// One line a finding, for logs.
    Concise,
    /// The documented JSON, for programs.
    #[cfg(feature = "cli")]
    Json,
    /// SARIF 2.1.0, for code scanning.
    #[cfg(feature = "cli")]
    Sarif,
    /// Workflow commands of GitHub Actions: annotations.
    #[cfg(feature = "cli")]
    Github,
    /// The code quality report of GitLab.
    #[cfg(feature = "cli")]
    Gitlab,
    /// `JUnit` XML, for test reports.
    #[cfg(feature = "cli")]
    Junit,
    /// Checkstyle XML.
    #[cfg(feature = "cli")]
    Checkstyle,
    /// The diagnostics of reviewdog.
    #[cfg(feature = "cli")]
    Rdjson,
    /// Markdown, for the summary of a CI job.
    #[cfg(feature = "cli")]
    Markdown,
}

impl Format {
    /// Every format, the default first.
    pub const ALL: &[Self] = &[
        #[cfg(feature = "cli")]
        Self::Text,
        Self::Concise,
        #[cfg(feature = "cli")]
        Self::Json,
        #[cfg(feature = "cli")]
        Self::Sarif,
        #[cfg(feature = "cli")]
        Self::Github,
        #[cfg(feature = "cli")]
        Self::Gitlab,
        #[cfg(feature = "cli")]
        Self::Junit,
        #[cfg(feature = "cli")]
        Self::Checkstyle,
        #[cfg(feature = "cli")]
        Self::Rdjson,
        #[cfg(feature = "cli")]
        Self::Markdown,
    ];

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            #[cfg(feature = "cli")]
            Self::Text => "text",
            Self::Concise => "concise",
            #[cfg(feature = "cli")]
            Self::Json => "json",
            #[cfg(feature = "cli")]
            Self::Sarif => "sarif",
            #[cfg(feature = "cli")]
            Self::Github => "github",
            #[cfg(feature = "cli")]
            Self::Gitlab => "gitlab",
            #[cfg(feature = "cli")]
            Self::Junit => "junit",
            #[cfg(feature = "cli")]
            Self::Checkstyle => "checkstyle",
            #[cfg(feature = "cli")]
            Self::Rdjson => "rdjson",
            #[cfg(feature = "cli")]
            Self::Markdown => "markdown",
        }
    }

    /// Whether a program reads it: then it is written even where there is nothing to say.
    pub fn is_document(self) -> bool {
        match self {
            Self::Concise => false,
            #[cfg(feature = "cli")]
            Self::Text | Self::Github | Self::Markdown => false,
            #[cfg(feature = "cli")]
            Self::Json | Self::Sarif | Self::Gitlab | Self::Junit | Self::Checkstyle | Self::Rdjson => true,
        }
    }

    /// Writes the report; ends in a newline.
    ///
    /// # Errors
    /// What `out` says, a broken pipe among it.
    pub fn write(self, report: &Report, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
        match self {
            #[cfg(feature = "cli")]
            Self::Text => text::write(report, options, out),
            Self::Concise => concise::write(report, options, out),
            #[cfg(feature = "cli")]
            Self::Json => json::write(report, options, out),
            #[cfg(feature = "cli")]
            Self::Sarif => sarif::write(report, options, out),
            #[cfg(feature = "cli")]
            Self::Github => github::write(report, options, out),
            #[cfg(feature = "cli")]
            Self::Gitlab => gitlab::write(report, options, out),
            #[cfg(feature = "cli")]
            Self::Junit => junit::write(report, options, out),
            #[cfg(feature = "cli")]
            Self::Checkstyle => checkstyle::write(report, options, out),
            #[cfg(feature = "cli")]
            Self::Rdjson => rdjson::write(report, options, out),
            #[cfg(feature = "cli")]
            Self::Markdown => markdown::write(report, options, out),
        }
    }
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, UnknownFormat> {
        Self::ALL.iter().copied().find(|f| f.name() == name).ok_or(UnknownFormat)
    }
}

/// No format of that name; says which there are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct UnknownFormat;

impl fmt::Display for UnknownFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = Format::ALL.iter().map(|format| format.name()).collect();
        write!(f, "unknown format; there are: {}", names.join(", "))
    }
}

impl std::error::Error for UnknownFormat {}

/// What a writer may choose. It changes what is printed, never what is so.
#[expect(clippy::struct_excessive_bools, reason = "independent choices")]
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Whether ANSI colours are written (text only).
    pub color: bool,
    /// Whether a rule's name is a link to its page, by OSC 8 (text only).
    pub links: bool,
    /// The width of the terminal in columns (text only).
    pub width: usize,
    /// Whether a finding's sentence is broken at the width (text only). Where no terminal would break it in the middle of
    /// a word it stays on its line, for `grep`.
    pub breaks: bool,
    /// Whether notes are printed or only counted. JSON always has them.
    pub show_notes: bool,
    /// Whether [`Report::remarks`] are written too, before the summary; the command line prints them itself.
    pub remarks: bool,
    /// Which fixes the summary counts as one: with unsafe ones the flag for them was given.
    pub fixes: Applicability,
    /// From which severity on a finding fails the run; none for never (`JUnit` only).
    pub fails: Option<Severity>,
    /// What writers may tell of a rule, by its id; asked by those that do, because a page costs something.
    pub rule: fn(&str) -> Option<&'static RuleText>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            color: false,
            links: false,
            width: 80,
            breaks: false,
            show_notes: false,
            remarks: false,
            fixes: Applicability::Safe,
            fails: Some(Severity::Error),
            rule: |_| None,
        }
    }
}

impl Options {
    /// Whether a finding of this severity is printed.
    pub fn shows(&self, severity: Severity) -> bool {
        self.show_notes || severity > Severity::Note
    }

    /// What there is to tell of a rule.
    pub fn rule(&self, id: &str) -> Option<&'static RuleText> {
        (self.rule)(id)
    }
}

/// What writers may tell of a rule beside its findings.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RuleText {
    /// The rule's id.
    pub id: &'static str,
    /// The first version that has it.
    pub since: &'static str,
    /// One sentence.
    pub summary: String,
    /// Its page, in Markdown.
    pub page: String,
    /// Where its page stands.
    pub address: String,
    /// The gravest that it is in any environment; none where it is off everywhere.
    pub severity: Option<Severity>,
    /// What it is about: `secrets`, `tls`.
    pub subjects: Vec<&'static str>,
}
