use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "password-reused",
    since: "0.1.0",
    levels: Levels::of("WWEE"),
    boot: false,
    traits: Traits { leaks: true, ..COMMON },
    page: include_str!("password_reused.md"),
    checks: &[Check::Project(check)],
};

fn check(project: &Project<'_>, out: &mut Sink<'_>) {
    // What was put away is known to whoever has the file.
    let files = beside::all_files(project);
    let mut uses: Vec<Use<'_>> =
        beside::sides_of(&files).into_iter().filter(Side::is_of_one).filter_map(password).collect();
    for file in files.into_iter().filter(Stand::is_of_one) {
        let (environment, idle) = (file.environment, file.at.is_archived());
        let of_file = file.settings.credentials();
        uses.extend(of_file.map(|credential| Use { credential, environment, of: None, idle }));
    }
    uses.sort_by(|a, b| a.credential.secret.order(b.credential.secret));
    for group in uses.chunk_by(|a, b| a.credential.secret.same_as(b.credential.secret)) {
        // The default of a reference is told as one: what is set in its place is another. That a stricter environment has it for
        // its own is told nowhere else.
        let strict = group.iter().rev().filter(|u| !u.is_default()).max_by_key(|u| (u.environment, !u.idle));
        // On a developer's machine tests log in as the developer does.
        let weighs =
            |u: &&Use<'_>| u.environment == out.environment() && u.environment >= Environment::Staging;
        let Some(strict) = strict.filter(weighs) else { continue };
        // What says itself what it is, or is everybody's first guess, is reported as that.
        let named = |t: &Target| t.equal_to(strict.credential.secret, &["user", "dbname"]).is_some();
        if strict.credential.secret.is_template() || strict.of.is_some_and(named) {
            continue;
        }
        let mut others = group.iter().filter(|u| u.is_another(strict));
        let Some(first) = others.next() else { continue };
        let mut draft = out
            .report(format!("{} is that of {} too", strict.credential.name, first.environment))
            .at(strict.credential.origin, format!("{} here", strict.environment))
            .also(first.credential.origin, format!("the same in {}", first.environment));
        for other in others.take(7) {
            draft = draft.also(other.credential.origin, format!("the same in {}", other.environment));
        }
        draft
            .note("who may see the milder environment's secrets has those of the stricter one")
            .help("generate another for each environment: `openssl rand -hex 24`");
    }
}

/// One secret in one environment.
struct Use<'p> {
    credential: Credential<'p>,
    environment: Environment,
    /// The database, for a password.
    of: Option<&'p Target>,
    /// The file was put away.
    idle: bool,
}

fn password(side: Side<'_>) -> Option<Use<'_>> {
    // Nobody logs in with what code replaces.
    if side.target.is_always_replaced() {
        return None;
    }
    let (environment, idle) = (side.environment, side.at.is_archived());
    Some(Use { credential: side.target.credential()?, environment, of: Some(side.target), idle })
}

impl Use<'_> {
    /// Whether it is taken where a variable is not set.
    fn is_default(&self) -> bool {
        let supplies = |target: &Target| target.oddities.has_default_password();
        self.of.is_some_and(supplies)
    }

    /// Whether this one is another environment's. Two environments of one database have one password; that they have
    /// one database is what is to be said then.
    fn is_another(&self, strict: &Self) -> bool {
        let one = self.of.zip(strict.of).is_some_and(|(a, b)| a.same_database_as(b));
        self.environment < strict.environment
            && self.credential.origin.span() != strict.credential.origin.span()
            && !one
            && !(self.idle && strict.idle)
    }
}
