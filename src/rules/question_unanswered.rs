use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "question-unanswered",
    since: "0.1.0",
    levels: Levels::of("IIII"),
    boot: false,
    traits: COMMON,
    page: include_str!("question_unanswered.md"),
    checks: &[Check::Server(&[], check)],
};

fn check(target: &Target, answers: &Answers<'_>, out: &mut Sink<'_>) {
    for (question, reason) in answers.unanswered {
        let rules: Vec<String> = that_ask(question).iter().map(|id| format!("`{id}`")).collect();
        let mut draft = out
            .report(format!("the question `{question}` was not answered: {reason}"))
            .at(place(target, &["host"]), "by this server");
        if !rules.is_empty() {
            draft = draft.note(format!("not judged for want of it: {}", rules.join(", ")));
        }
        drop(draft);
    }
}
