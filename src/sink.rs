//! Where rules report: severity, place, labels, help. A sink knows its rule, so that none can report under
//! another's name.

use crate::{
    environment::Environment,
    finding::{Applicability, Edit, Finding, Label, Severity},
    policy::Level,
    probe::{Failure, FailureClass, Phase},
    rules::{Door, Levels, Rule},
    secret::Part,
    settings::Origin,
    source::Span,
};

/// Where a rule reports. It knows the rule, so that none can report under another's name.
pub struct Sink<'a> {
    rule: &'static Rule,
    severity: Severity,
    environment: Environment,
    door: Door,
    failure: Option<&'a Failure>,
    decided: bool,
    out: &'a mut Vec<Finding>,
}

impl<'a> Sink<'a> {
    /// For the engine only.
    #[inline]
    pub(crate) fn new(
        rule: &'static Rule,
        severity: Severity,
        environment: Environment,
        door: Door,
        failure: Option<&'a Failure>,
        out: &'a mut Vec<Finding>,
    ) -> Self {
        Self { rule, severity, environment, door, failure, decided: false, out }
    }

    /// For the engine only: the project has decided how much the rule weighs here.
    #[inline]
    pub(crate) fn decided(self, decided: bool) -> Self {
        Self { decided, ..self }
    }

    /// Whether a connection failed with this before anything was sent: then a rule of the same name says what another
    /// one says of the configuration alone.
    pub fn failed_unsent(&self, class: FailureClass) -> bool {
        self.failure.is_some_and(|f| f.class == class && f.phase == Phase::Configuration)
    }

    /// The environment that is judged.
    pub fn environment(&self) -> Environment {
        self.environment
    }

    /// The moment of judging.
    pub fn door(&self) -> Door {
        self.door
    }

    /// Reports; the message is one sentence without capital and full stop, free of unproved values.
    pub fn report(&mut self, message: impl Into<String>) -> Draft<'_> {
        let finding = Finding {
            rule: self.rule.id,
            severity: self.severity,
            message: message.into(),
            primary: None,
            related: Vec::new(),
            notes: Vec::new(),
            help: None,
            fix: Vec::new(),
            applicability: Applicability::Safe,
            suppressed: None,
        };
        Draft {
            environment: self.environment,
            decided: self.decided,
            finding: Some(finding),
            helped: false,
            out: self.out,
        }
    }
}

/// A finding in the making; it is reported when the draft goes out of scope.
pub struct Draft<'a> {
    environment: Environment,
    decided: bool,
    finding: Option<Finding>,
    helped: bool,
    out: &'a mut Vec<Finding>,
}

impl Draft<'_> {
    fn with(mut self, change: impl FnOnce(&mut Finding)) -> Self {
        if let Some(finding) = &mut self.finding {
            change(finding);
        }
        self
    }

    /// Where it is; says nothing when the origin is no text.
    pub fn at(self, origin: &Origin, label: impl Into<String>) -> Self {
        match origin.span() {
            Some(span) => self.at_span(span, label),
            None => self,
        }
    }

    /// As [`Draft::at`], for a span, or for none.
    pub fn at_span(self, span: impl Into<Option<Span>>, label: impl Into<String>) -> Self {
        match span.into() {
            Some(span) => self.with(|f| f.primary = Some(Label { span, text: label.into() })),
            None => self,
        }
    }

    /// Another place that belongs to it.
    pub fn also(self, origin: &Origin, label: impl Into<String>) -> Self {
        self.also_span(origin.span(), label)
    }

    /// As [`Draft::also`], for a span, or for none. One place says one thing once, however many services have it from there.
    pub fn also_span(self, span: impl Into<Option<Span>>, label: impl Into<String>) -> Self {
        let Some(span) = span.into() else { return self };
        let label = Label { span, text: label.into() };
        self.with(|f| {
            if !f.related.contains(&label) {
                f.related.push(label);
            }
        })
    }

    /// Evidence or a reason.
    pub fn note(self, text: impl Into<String>) -> Self {
        self.with(|f| f.notes.push(text.into()))
    }

    /// What to do.
    pub fn help(self, text: impl Into<String>) -> Self {
        if self.helped { self } else { self.with(|f| f.help = Some(text.into())) }
    }

    /// As [`Draft::help`]; what is said after it does not replace it.
    pub fn last_help(mut self, text: impl Into<String>) -> Self {
        self = self.help(text);
        self.helped = true;
        self
    }

    /// An edit that mends it, in words of ours; see [`Applicability::Safe`]. What holds a value goes through
    /// [`Draft::edit_part`].
    pub fn edit(self, span: Span, insert: impl Into<String>) -> Self {
        self.edit_part(span, Part::harmless(insert.into()))
    }

    /// As [`Draft::edit`], with text of the configuration: shown by its proof, and written whether or not it is.
    pub fn edit_part(self, span: Span, insert: Part) -> Self {
        self.with(|f| f.fix.push(Edit { span, insert }))
    }

    /// As [`Draft::edit`], for one that needs a look.
    pub fn edit_unsafe(self, span: Span, insert: impl Into<String>) -> Self {
        self.edit(span, insert).needs_a_look()
    }

    /// Makes the whole fix unsafe.
    pub fn needs_a_look(self) -> Self {
        self.with(|f| f.applicability = Applicability::Unsafe)
    }

    /// As [`Draft::at_most`], for what the rule weighs as a rule: where the project has decided otherwise, that holds.
    pub fn usually(self, levels: Levels) -> Self {
        if self.decided { self } else { self.at_most(levels) }
    }

    /// Lowers the finding to a level; never raises it. `Allow` takes it back.
    pub fn at_most(mut self, levels: Levels) -> Self {
        if let Some(limit) = severity(levels.in_environment(self.environment)) {
            self.with(|f| f.severity = f.severity.min(limit))
        } else {
            self.finding = None;
            self
        }
    }
}

impl Drop for Draft<'_> {
    fn drop(&mut self) {
        self.out.extend(self.finding.take());
    }
}

/// The severity of a level; none for `allow`.
#[inline]
pub(crate) fn severity(level: Level) -> Option<Severity> {
    match level {
        Level::Allow => None,
        Level::Note => Some(Severity::Note),
        Level::Warn => Some(Severity::Warning),
        Level::Deny => Some(Severity::Error),
    }
}
