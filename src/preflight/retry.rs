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

/// What may be named: failures first, then rules over the server.
fn names() -> impl Iterator<Item = &'static str> {
    let rules = RULES.iter().filter(|rule| asks(rule)).map(|rule| rule.id);
    classes().map(FailureClass::as_str).chain(rules)
}

/// The nearest name, also without regard to case and to `_` for `-`; else the one that begins alike.
fn unknown(name: &str) -> RetryError {
    let name = name.to_ascii_lowercase().replace(['_', ' '], "-");
    let begins = || names().find(|other| name.len() >= 4 && other.starts_with(&*name));
    RetryError::Unknown(near::nearest(&name, names(), 3).or_else(begins))
}

impl fmt::Display for RetryError {
    /// Without what was written: it may be anything.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(None) => {
                f.write_str("no rule of this version is called so; what may be named: ")?;
                f.write_str(&names().collect::<Vec<_>>().join(", "))
            }
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
    fn only_what_a_retry_can_help() {
        let class = FailureClass::AuthFailed;
        let server = RULES.iter().find(|rule| asks(rule)).expect("one asks").id;
        let retry = Retry::of([class.as_str(), server]).expect("both are");
        assert_eq!(retry.classes, [class]);
        assert!(retry.hopes_for(server) && !retry.hopes_for(class.as_str()));
        let error = |name| Retry::of([name]).expect_err(name);
        assert_eq!(error(&class.as_str()[1..]), RetryError::Unknown(Some(class.as_str())));
        assert_eq!(error(&server[..server.len() - 1]), RetryError::Unknown(Some(server)));
        assert_eq!(error("Qz7Canary"), RetryError::Unknown(None));
        assert_eq!(error("AUTH_FAILD"), RetryError::Unknown(Some(class.as_str())));
        assert_eq!(error("auth"), RetryError::Unknown(Some(class.as_str())));
        for name in names() {
            assert!(error("Qz7Canary").to_string().contains(name), "{name} may be named");
            assert!(Retry::of([name]).is_ok(), "{name}");
        }
        assert!(!error("Qz7Canary").to_string().contains("Canary"));
        let fails = |rule: &rules::Rule| classes().any(|class| class.as_str() == rule.id);
        for rule in RULES.iter().filter(|rule| !asks(rule) && !fails(rule)) {
            assert_eq!(error(rule.id), RetryError::Offline(rule.id));
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
