//! What a deployment knows to pass (`--retry`, `Guard::retry`): failures of the connection, and server rules.

use crate::{
    near,
    probe::FailureClass,
    rules::{self, Check, RULES},
};
use std::fmt;

/// What is tried again although waiting alone would not mend it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Retry {
    /// Failures of the connection.
    pub(crate) classes: Vec<FailureClass>,
    /// Rules over the answers of the server: while only these refuse, the whole is judged again.
    rules: Vec<&'static str>,
}

/// A name that no retry can help.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum RetryError {
    /// There is no such rule; the one that was probably meant.
    Unknown(Option<&'static str>),
    /// It judges what no retry changes.
    Offline(&'static str),
}

impl Retry {
    /// # Errors
    /// At the first name that is no rule, or none over the server.
    pub(crate) fn of<'n>(names: impl IntoIterator<Item = &'n str>) -> Result<Self, RetryError> {
        let mut out = Self::default();
        for name in names {
            let class = classes().find(|class| class.as_str() == name);
            let rule = rules::find(name);
            let asks = rule.filter(|rule| asks(rule));
            out.classes.extend(class);
            out.rules.extend(asks.map(|rule| rule.id));
            if class.is_none() && asks.is_none() {
                return Err(rule.map_or_else(|| unknown(name), |rule| RetryError::Offline(rule.id)));
            }
        }
        Ok(out)
    }

    /// Whether a rule's refusal is hoped to pass.
    pub(crate) fn hopes_for(&self, rule: &str) -> bool {
        self.rules.contains(&rule)
    }
}

/// Every failure but those of a configuration that cannot be honoured.
fn classes() -> impl Iterator<Item = FailureClass> {
    FailureClass::ALL.iter().copied().filter(|class| *class != FailureClass::ParameterUnsupported)
}

fn asks(rule: &rules::Rule) -> bool {
    rule.checks.iter().any(|check| matches!(check, Check::Server(..)))
}

fn unknown(name: &str) -> RetryError {
    let rules = RULES.iter().filter(|rule| asks(rule)).map(|rule| rule.id);
    RetryError::Unknown(near::nearest(name, rules.chain(classes().map(FailureClass::as_str)), 3))
}

impl fmt::Display for RetryError {
    /// Without what was written: it may be anything.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(None) => f.write_str("no rule of this version is called so; see `pgward rules`"),
            Self::Unknown(Some(near)) => {
                write!(f, "no rule of this version is called so; did you mean `{near}`?")
            }
            Self::Offline(rule) => write!(f, "`{rule}` judges the configuration, which no retry changes"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let retry = Retry::of(["auth-failed", "extension-missing"]).expect("both are");
        assert_eq!(retry.classes, [FailureClass::AuthFailed]);
        assert!(retry.hopes_for("extension-missing") && !retry.hopes_for("auth-failed"));
        let error = |name| Retry::of([name]).expect_err(name);
        assert_eq!(error("auth-faild"), RetryError::Unknown(Some("auth-failed")));
        assert_eq!(error("extension-mising"), RetryError::Unknown(Some("extension-missing")));
        assert_eq!(error("Qz7Canary"), RetryError::Unknown(None));
        assert!(!error("Qz7Canary").to_string().contains("Canary"));
        for offline in ["sqlite-in-production", "parameter-unsupported", "url-malformed"] {
            assert_eq!(error(offline), RetryError::Offline(offline));
        }
    }

    #[test]
    fn every_failure_but_one() {
        for class in FailureClass::ALL {
            let known = *class != FailureClass::ParameterUnsupported;
            assert_eq!(Retry::of([class.as_str()]).is_ok(), known, "{class}");
        }
    }
}
