//! Which checks there are of each kind, in the order of the rules, laid out when pgward is compiled; and of which rules a
//! policy speaks at all.

use crate::{
    policy::Policy,
    rules::{self, Check, RULES, Rule},
};

/// A check of a rule, by its places in [`RULES`] and in the rule.
#[derive(Clone, Copy)]
pub(super) struct At {
    rule: u8,
    check: u8,
}

impl At {
    #[inline]
    pub(super) fn rule(self) -> &'static Rule {
        RULES[usize::from(self.rule)]
    }

    #[inline]
    pub(super) fn check_of(self, rule: &'static Rule) -> &'static Check {
        &rule.checks[usize::from(self.check)]
    }
}

/// What of a view is judged without a server.
pub(super) static FILES: [At; count(Of::View)] = of(Of::View);
/// What of a view is judged with what was learnt from the server.
pub(super) static ALL: [At; count(Of::Server)] = of(Of::Server);
/// What is judged of a file as a whole.
pub(super) static FILE: [At; count(Of::File)] = of(Of::File);
/// What is judged of all that was read.
pub(super) static PROJECT: [At; count(Of::Project)] = of(Of::Project);
/// What is judged of the policy.
pub(super) static POLICY: [At; count(Of::Policy)] = of(Of::Policy);
/// What is judged of comments.
pub(super) static COMMENT: [At; count(Of::Comment)] = of(Of::Comment);

#[derive(Clone, Copy)]
enum Of {
    View,
    Server,
    File,
    Project,
    Policy,
    Comment,
}

const fn is(check: &Check, of: Of) -> bool {
    match check {
        Check::Layer(_) | Check::Block(_) | Check::Settings(_) | Check::Target(_) | Check::Credential(_) => {
            matches!(of, Of::View | Of::Server)
        }
        Check::Server(..) | Check::Failure(..) => matches!(of, Of::Server),
        Check::File(_) => matches!(of, Of::File),
        Check::Project(_) => matches!(of, Of::Project),
        Check::Policy(_) => matches!(of, Of::Policy),
        Check::Comment(_) => matches!(of, Of::Comment),
    }
}

const fn count(of: Of) -> usize {
    let (mut count, mut rule) = (0, 0);
    while rule < RULES.len() {
        let mut check = 0;
        while check < RULES[rule].checks.len() {
            if is(&RULES[rule].checks[check], of) {
                count += 1;
            }
            check += 1;
        }
        rule += 1;
    }
    count
}

const fn of<const N: usize>(of: Of) -> [At; N] {
    assert!(RULES.len() <= SETS * 64, "a bit for each rule, and a place of one byte");
    let mut out = [At { rule: 0, check: 0 }; N];
    let (mut count, mut rule) = (0, 0);
    while rule < RULES.len() {
        let mut check = 0;
        while check < RULES[rule].checks.len() {
            if is(&RULES[rule].checks[check], of) {
                #[expect(clippy::cast_possible_truncation, reason = "less than 256, as asserted above")]
                let at = At { rule: rule as u8, check: check as u8 };
                out[count] = at;
                count += 1;
            }
            check += 1;
        }
        rule += 1;
    }
    out
}

const SETS: usize = 4;

/// The rules that a policy sets a level for, a bit each: of most it says nothing.
pub(super) struct Spoken([u64; SETS]);

impl Spoken {
    pub(super) fn of(policy: &Policy) -> Self {
        let mut out = Self([0; SETS]);
        for rule in policy.levels.iter().filter_map(|level| rules::index(&level.rule)) {
            out.0[rule / 64] |= 1 << (rule % 64);
        }
        out
    }

    /// Whether it speaks of the rule of a check.
    #[inline]
    pub(super) fn names(&self, at: At) -> bool {
        self.0[usize::from(at.rule / 64)] >> (at.rule % 64) & 1 == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_is_found_by_its_id() {
        for (i, rule) in RULES.iter().enumerate() {
            assert_eq!(rules::index(rule.id), Some(i), "{}", rule.id);
        }
        assert_eq!(rules::index("no-such-rule"), None);
    }

    #[test]
    fn each_check_is_in_the_plan_of_its_kind() {
        let all: usize = RULES.iter().map(|rule| rule.checks.len()).sum();
        assert_eq!(all, ALL.len() + FILE.len() + PROJECT.len() + POLICY.len() + COMMENT.len());
        assert!(
            FILES.iter().all(|at| !matches!(at.check_of(at.rule()), Check::Server(..) | Check::Failure(..)))
        );
    }
}
