//! Rules over settings ▶ findings: levels, doors, the fold of an undetermined environment, the plan of questions.

mod plan;

use crate::{
    environment::Environment,
    finding::{Finding, Severity},
    policy::{Level, LevelPlace, LevelSetting, Policy},
    probe::Failure,
    rules::{self, Answers, Ask, Asking, Check, Door, File, Project, RULES, Rule, Sink, View},
    settings::{Role, Settings, Target},
    sink,
    source::{SourceKind, Sources, Span},
    suppression::Fault,
};
use plan::{At, Spoken};
use std::collections::{BTreeMap, BTreeSet, btree_map::Entry};

/// How to judge.
#[derive(Clone, Copy)]
pub struct Judge<'a> {
    /// What the project decided.
    pub policy: &'a Policy,
    /// The moment.
    pub door: Door,
    /// Judge example files by syntax alone.
    pub example: bool,
    /// What stands here for production is nobody's: the application of a library's tests, a template to copy. Rules of
    /// which the project has decided nothing report notes at most.
    pub aside: bool,
    /// It was put away: as aside, but for rules about what is given away.
    pub archived: bool,
    /// The texts that places are in.
    pub sources: &'a Sources,
    /// The file that is judged, for findings without a place.
    pub path: Option<&'a str>,
}

/// The environments that something is judged in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Judged {
    /// These; more than one when a value is used in several.
    In(Vec<Environment>),
    /// Nobody said: as production, and what exists only for that reason is folded into one.
    Undetermined,
}

/// What was learnt from the server, as far as it came.
#[derive(Clone, Copy, Default)]
pub struct Evidence<'a> {
    /// Its answers.
    pub answers: Option<&'a Answers<'a>>,
    /// Why it could not be used.
    pub failure: Option<&'a Failure>,
}

impl Judge<'_> {
    /// Judges one view, and what was read as a whole. The findings of several environments are merged: the worst stays.
    pub fn view(
        &self,
        project: &Project<'_>,
        view: &View<'_>,
        judged: &Judged,
        evidence: Evidence<'_>,
    ) -> Vec<Finding> {
        let both = |environment| {
            let mut out = self.in_environment(view, environment, evidence);
            out.extend(self.together(project, environment));
            out
        };
        match judged {
            Judged::In(environments) => {
                let mut out = Vec::new();
                for environment in environments {
                    merge(&mut out, both(*environment));
                }
                out
            }
            Judged::Undetermined => {
                let mut strict = Vec::new();
                merge(&mut strict, both(Environment::Production));
                let mild = both(Environment::Development);
                fold(strict, &mild)
            }
        }
    }

    /// Judges what was read as a whole in one environment: the files side by side. Many files are judged together
    /// once, not once for each of them.
    pub fn together(&self, project: &Project<'_>, environment: Environment) -> Vec<Finding> {
        let (spoken, mut out) = (Spoken::of(self.policy), Vec::new());
        for case in self.cases(&plan::PROJECT, &spoken) {
            if let Check::Project(run) = case.check {
                self.run(case, environment, None, &mut out, |sink| run(project, sink));
            }
        }
        out
    }

    /// Judges one view by itself in one environment.
    pub fn in_environment(
        &self,
        view: &View<'_>,
        environment: Environment,
        evidence: Evidence<'_>,
    ) -> Vec<Finding> {
        let mut out = Vec::new();
        let targets = self.targets(view.settings, environment);
        let seen = Seen { view, environment, evidence, targets };
        let (spoken, plan): (_, &[At]) =
            (Spoken::of(self.policy), if evidence.is_none() { &plan::FILES } else { &plan::ALL });
        for at in plan {
            let rule = at.rule();
            if !self.example || rule.traits.examples {
                let case = Case { rule, check: at.check_of(rule), told: spoken.names(*at) };
                self.check(case, &seen, &mut out);
            }
        }
        out
    }

    /// The checks of a plan, of an example those of its syntax alone.
    fn cases(&self, plan: &'static [At], spoken: &Spoken) -> impl Iterator<Item = Case> {
        let example = self.example;
        plan.iter().filter_map(move |at| {
            let rule = at.rule();
            let judged = !example || rule.traits.examples;
            judged.then(|| Case { rule, check: at.check_of(rule), told: spoken.names(*at) })
        })
    }

    #[inline]
    fn check(&self, case: Case, seen: &Seen<'_>, out: &mut Vec<Finding>) {
        let Seen { view, environment, evidence, targets } = seen;
        let (settings, environment, failure) = (view.settings, *environment, evidence.failure);
        match case.check {
            Check::Layer(run) => {
                for layer in view.layers {
                    self.run(case, environment, failure, out, |sink| run(layer, sink));
                }
            }
            Check::Block(run) => {
                if let Some(carried) = view.carried {
                    self.run(case, environment, None, out, |sink| run(carried, view, sink));
                }
            }
            // With its file, once: see `file`; of the whole, not of a view: see `declared` and `together`; when all else
            // is judged: see `comments`.
            Check::File(_) | Check::Policy(_) | Check::Project(_) | Check::Comment(_) => {}
            Check::Settings(run) => {
                self.run(case, environment, failure, out, |sink| run(settings, sink));
            }
            Check::Target(run) => {
                for (target, environment) in targets {
                    self.run(case, *environment, failure, out, |sink| run(target, settings, sink));
                }
            }
            Check::Credential(run) => {
                for (target, environment) in targets {
                    if let Some(password) = target.credential() {
                        self.run(case, *environment, failure, out, |sink| run(&password, settings, sink));
                    }
                }
                for secret in settings.credentials() {
                    self.run(case, environment, failure, out, |sink| run(&secret, settings, sink));
                }
            }
            Check::Server(asks, run) => {
                let (Some(answers), Some(target)) = (evidence.answers, settings.selected()) else { return };
                if asks.iter().all(|ask| answers.answers.rows(ask.name).is_some()) {
                    self.run(case, environment, failure, out, |sink| run(target, answers, sink));
                }
            }
            Check::Failure(class, run) => {
                let (Some(failure), Some(target)) = (evidence.failure, settings.selected()) else { return };
                if failure.class == *class {
                    self.run(case, environment, Some(failure), out, |sink| run(target, failure, sink));
                }
            }
        }
    }

    /// Judges one file by the rules about its carrier.
    pub fn file(&self, project: &Project<'_>, file: &File<'_>, environment: Environment) -> Vec<Finding> {
        let (spoken, mut out) = (Spoken::of(self.policy), Vec::new());
        for case in self.cases(&plan::FILE, &spoken) {
            if let Check::File(run) = case.check {
                self.run(case, environment, None, &mut out, |sink| run(file, project, sink));
            }
        }
        out
    }

    /// What the policy declares, in each environment by itself: what it says of another one is not asked about.
    pub fn declared(&self, environments: &[Environment]) -> Vec<Finding> {
        let (spoken, mut out) = (Spoken::of(self.policy), Vec::new());
        let all = Self { example: false, ..*self };
        for environment in environments {
            for case in all.cases(&plan::POLICY, &spoken) {
                if let Check::Policy(run) = case.check {
                    self.run(case, *environment, None, &mut out, |sink| run(self.policy, sink));
                }
            }
        }
        out
    }

    /// Judges the comments of one file, by what is wrong with them.
    pub fn comments(&self, faults: &[Fault], environment: Environment) -> Vec<Finding> {
        let (spoken, mut out) = (Spoken::of(self.policy), Vec::new());
        for case in self.cases(&plan::COMMENT, &spoken) {
            let Check::Comment(run) = case.check else { continue };
            for fault in faults {
                self.run(case, environment, None, &mut out, |sink| run(fault, sink));
            }
        }
        out
    }

    /// The targets to judge, each in its environment: a test database is judged as one, `PROD_DATABASE_URL` as
    /// production. At boot only the one that the service would use.
    fn targets<'s>(
        &self,
        settings: &'s Settings,
        environment: Environment,
    ) -> Vec<(&'s Target, Environment)> {
        let own = |t: &Target| {
            t.environment.unwrap_or(if t.role == Role::Test { Environment::Test } else { environment })
        };
        let chosen = |i: usize| settings.chosen == Some(i) || self.door != Door::Boot;
        settings.targets.iter().enumerate().filter(|(i, _)| chosen(*i)).map(|(_, t)| (t, own(t))).collect()
    }

    #[inline]
    fn run(
        &self,
        Case { rule, told, .. }: Case,
        environment: Environment,
        failure: Option<&Failure>,
        out: &mut Vec<Finding>,
        check: impl FnOnce(&mut Sink<'_>),
    ) {
        let (general, by_path, decided) =
            if told { self.told(rule, environment) } else { (self.own(rule, environment), false, false) };
        let aside = self.aside || self.archived && !rule.traits.leaks;
        let general = if aside && !decided { general.min(Level::Note) } else { general };
        // Where the file decides, the rule reports as it can at most, and is lowered where it reported.
        let Some(severity) = sink::severity(if by_path { Level::Deny } else { general }) else { return };
        let from = out.len();
        check(&mut Sink::new(rule, severity, environment, self.door, failure, out).decided(decided));
        if out.len() > from {
            self.lower(rule, environment, by_path, from, out);
        }
    }

    /// What the policy says of a rule: its level, whether that depends on the file, and whether it is decided here.
    fn told(&self, rule: &Rule, environment: Environment) -> (Level, bool, bool) {
        let speaks = |s: &LevelSetting| s.rule == rule.id && s.environment.is_none_or(|e| e == environment);
        let decided = self.policy.levels.iter().any(speaks);
        (self.level(rule, environment, None), self.policy.differs_by_path(rule.id), decided)
    }

    /// Lowers what a rule has reported where its file is, and at boot.
    fn lower(
        &self,
        rule: &Rule,
        environment: Environment,
        by_path: bool,
        from: usize,
        out: &mut Vec<Finding>,
    ) {
        if by_path {
            for mut finding in out.split_off(from) {
                if let Some(most) = sink::severity(self.level(rule, environment, self.path_of(&finding))) {
                    finding.severity = finding.severity.min(most);
                    out.push(finding);
                }
            }
        }
        if self.door == Door::Boot && !self.refuses_at_boot(rule) {
            for finding in &mut out[from..] {
                finding.severity = finding.severity.min(Severity::Warning);
            }
        }
    }

    /// The level of a rule for what stands in a file: what the policy says, else its own.
    pub fn level(&self, rule: &Rule, environment: Environment, path: Option<&str>) -> Level {
        self.policy.level(rule.id, environment, path).unwrap_or_else(|| self.own(rule, environment))
    }

    /// The level of a rule of which the policy does not speak.
    #[inline]
    fn own(&self, rule: &Rule, environment: Environment) -> Level {
        let off = rule.traits.pedantic || !self.policy.has_rule_of(rule.since);
        if off { Level::Allow } else { rule.levels.in_environment(environment) }
    }

    /// The file that a finding is in.
    fn path_of<'f>(&'f self, finding: &Finding) -> Option<&'f str> {
        let source = finding.primary.as_ref().map(|label| self.sources.get(label.span.source).kind());
        match source {
            Some(SourceKind::File(path)) => Some(path),
            Some(_) => None,
            None => self.path,
        }
    }

    /// Whether nothing of a rule can be reported in an environment.
    fn is_off(&self, rule: &Rule, environment: Environment) -> bool {
        self.level(rule, environment, None) == Level::Allow && !self.policy.differs_by_path(rule.id)
    }

    fn refuses_at_boot(&self, rule: &Rule) -> bool {
        rule.boot || self.policy.boot_deny.iter().any(|(id, _)| id == rule.id)
    }

    /// The questions that the rules in force ask, each once; and those that cannot be asked here.
    pub fn plan(&self, asking: &Asking<'_>, judged: &Judged) -> Vec<(&'static Ask, Option<String>)> {
        let environments = match judged {
            Judged::In(environments) => environments.clone(),
            Judged::Undetermined => vec![Environment::Production],
        };
        let mut seen = BTreeSet::new();
        let mut out = Vec::new();
        for rule in RULES {
            if environments.iter().all(|e| self.is_off(rule, *e)) {
                continue;
            }
            for check in rule.checks {
                let Check::Server(asks, _) = check else { continue };
                for ask in *asks {
                    if seen.insert(ask.name) {
                        out.push((*ask, (ask.sql)(asking).map(std::borrow::Cow::into_owned)));
                    }
                }
            }
        }
        out
    }
}

/// One view while it is judged: what does not differ from rule to rule.
struct Seen<'v> {
    view: &'v View<'v>,
    environment: Environment,
    evidence: Evidence<'v>,
    targets: Vec<(&'v Target, Environment)>,
}

/// One check of one rule.
#[derive(Clone, Copy)]
struct Case {
    rule: &'static Rule,
    check: &'static Check,
    /// The policy says something of the rule.
    told: bool,
}

impl Evidence<'_> {
    fn is_none(&self) -> bool {
        self.answers.is_none() && self.failure.is_none()
    }
}

/// Names in the policy that this version does not know, with their places; none for a flag.
pub fn unknown_rules(policy: &Policy) -> Vec<Option<Span>> {
    let unknown = |id: &str| rules::find(id).is_none();
    let levels = policy.levels.iter().filter(|s| unknown(&s.rule)).map(|s| match &s.place {
        LevelPlace::File(span) => Some(*span),
        LevelPlace::Override(_) => None,
    });
    levels.chain(policy.boot_deny.iter().filter(|(id, _)| unknown(id)).map(|(_, span)| *span)).collect()
}

/// The findings of many files, merged as by [`merge`], in time that grows with their number alone.
#[derive(Default)]
pub struct Merged {
    findings: Vec<Finding>,
    places: BTreeMap<(&'static str, Result<Span, String>), usize>,
}

impl Merged {
    /// Adds findings.
    pub fn add(&mut self, more: Vec<Finding>) {
        for finding in more {
            let place = finding.primary.as_ref().map(|l| l.span).ok_or_else(|| finding.message.clone());
            match self.places.entry((finding.rule, place)) {
                Entry::Vacant(vacant) => {
                    vacant.insert(self.findings.len());
                    self.findings.push(finding);
                }
                Entry::Occupied(at) => {
                    let earlier = &mut self.findings[*at.get()];
                    if earlier.severity < finding.severity {
                        *earlier = finding;
                    }
                }
            }
        }
    }

    /// All of them, in the order of adding.
    pub fn into_findings(self) -> Vec<Finding> {
        self.findings
    }
}

/// Adds findings; one of the same rule at the same place is merged, the worst stays.
pub fn merge(out: &mut Vec<Finding>, more: Vec<Finding>) {
    for finding in more {
        match out.iter_mut().find(|f| same(f, &finding)) {
            Some(earlier) if earlier.severity < finding.severity => *earlier = finding,
            Some(_) => {}
            None => out.push(finding),
        }
    }
}

fn same(a: &Finding, b: &Finding) -> bool {
    let place = |f: &Finding| f.primary.as_ref().map(|l| l.span);
    a.rule == b.rule && place(a) == place(b) && (place(a).is_some() || a.message == b.message)
}

/// What exists only because nobody named the environment becomes one finding, as bad as the worst of them. A note
/// elsewhere is as good as nothing: notes are counted, not printed.
fn fold(strict: Vec<Finding>, mild: &[Finding]) -> Vec<Finding> {
    let stays = |m: &Finding, f: &Finding| m.severity > Severity::Note || f.severity == Severity::Note;
    let head = RULES.iter().find(|r| r.traits.folds).map_or("", |r| r.id);
    let (mut kept, folded): (Vec<Finding>, Vec<Finding>) =
        strict.into_iter().partition(|f| f.rule == head || mild.iter().any(|m| same(m, f) && stays(m, f)));
    let Some(head) = kept.iter_mut().find(|f| f.rule == head) else {
        kept.extend(folded);
        return kept;
    };
    let worth: Vec<&Finding> = folded.iter().filter(|f| f.severity > Severity::Note).collect();
    if let Some(worst) = worth.iter().map(|f| f.severity).max() {
        head.severity = head.severity.max(worst);
        let names: BTreeSet<&str> = worth.iter().map(|f| f.rule).collect();
        let names: Vec<String> = names.into_iter().map(|n| format!("`{n}`")).collect();
        head.notes
            .push(format!("judged as production, which alone is why it also reports {}", names.join(", ")));
        head.related.extend(worth.iter().filter_map(|f| f.primary.clone()));
    }
    kept
}
