//! What silences a finding: a comment, or the baseline. A silenced finding stays in the report; the reason of a comment does
//! not come this far.

use serde::{Deserialize, Serialize};

/// Who silenced a finding; SARIF's `suppression`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Suppression {
    /// Where it is said.
    pub kind: SuppressionKind,
    /// A sentence of ours that names the place and the last day. Never the words of the comment: they may hold anything.
    pub justification: Option<String>,
}

impl Suppression {
    /// By a comment in the file.
    pub fn in_source(justification: impl Into<String>) -> Self {
        Self { kind: SuppressionKind::InSource, justification: Some(justification.into()) }
    }

    /// By the baseline, which is a file of its own.
    #[cfg_attr(not(feature = "cli"), expect(dead_code, reason = "only SARIF says it"))]
    pub(crate) fn in_baseline() -> Self {
        let justification = Some("the baseline holds it".to_owned());
        Self { kind: SuppressionKind::External, justification }
    }
}

/// Where a finding was silenced, in the words of SARIF 2.1.0 (3.35.2).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum SuppressionKind {
    /// A comment in the file itself.
    InSource,
    /// Somewhere else: the baseline.
    External,
}

/// What a baseline says of a finding, in the words of SARIF 2.1.0 (3.27.24). What is cured (`absent`) is no finding.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum BaselineState {
    /// It is not in there.
    New,
    /// It is in there.
    Unchanged,
}
