//! What an installation does between two flights of questions.

use super::{Judged, Options, link};
use crate::{
    ask::{
        self,
        extension::{self, State},
    },
    driver::Driver,
    finding::{Finding, Severity},
    probe::{Answer, Failure, FailureClass, Phase, Query, ServerError, Trouble},
    report::Report,
    rules::{self, Answers},
    settings::Target,
};

/// What is to be installed: only when told to, and when nothing refuses that an installation would not mend.
pub(super) fn wanted(options: &Options, target: &Target, judged: &Judged, driver: &Driver) -> Vec<String> {
    let mended = |f: &Finding| rules::find(f.rule).is_some_and(|r| r.traits.mended_by_install);
    if !options.install || judged.findings.iter().any(|f| f.severity == Severity::Error && !mended(f)) {
        return Vec::new();
    }
    let answers = Answers {
        answers: driver.probe().answers(),
        link: link(driver, options.now),
        session: driver.probe().facts(),
        migrates: true,
        unanswered: &[],
    };
    let absent = |state| matches!(state, State::Absent | State::Forbidden(_));
    let wanted = target.extensions.iter().filter(|w| absent(extension::state(w, &answers)));
    wanted.map(|w| w.name.clone()).collect()
}

/// Installs these, and asks everything again. A refused statement is a remark.
pub(super) async fn run(
    driver: &mut Driver,
    wanted: &[String],
    questions: &[Query],
    report: &mut Report,
) -> Result<(), Failure> {
    tracing::info!(extensions = wanted.len(), "installing extensions");
    driver.install(wanted).await?;
    for installed in driver.probe().installs().iter().filter(|i| i.answer.rows().is_none()) {
        let code = installed.answer.sqlstate().map_or_else(String::new, |c| format!(" ({})", c.as_str()));
        let remark = format!("the server refused to install `{}`{code}", installed.extension);
        if !report.remarks.contains(&remark) {
            report.remarks.push(remark);
        }
    }
    driver.ask(questions.to_vec()).await
}

/// Why the extensions that are required could not be looked up, where that may pass. Nothing may start on a requirement
/// that nobody could judge.
pub(super) fn unjudged(driver: &Driver, target: &Target) -> Option<Failure> {
    let sqlstate = driver.probe().answers().get(ask::EXTENSIONS.name).and_then(Answer::sqlstate)?;
    if target.extensions.is_empty() || FailureClass::of_statement(sqlstate).is_none() {
        return None;
    }
    let error = ServerError {
        sqlstate: Some(sqlstate),
        routine: Some("ProcessInterrupts".to_owned()),
        ..ServerError::default()
    };
    let place = driver.session().map_or_else(String::new, |session| session.attempt().place());
    Some(Trouble::Server(Phase::Query, error).classify(driver.probe().dial(), &place))
}
