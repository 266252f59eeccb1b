use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "tls-cert-expiring",
    since: "0.1.0",
    levels: Levels::of("WWWE"),
    boot: false,
    traits: COMMON,
    page: include_str!("tls_cert_expiring.md"),
    checks: &[Check::Target(of_files), Check::Server(&[], of_server)],
};

/// The certificates in the files that the target names.
fn of_files(target: &Target, settings: &Settings, out: &mut Sink<'_>) {
    let Some(now) = settings.now else { return };
    for file in target.tls_files.iter().flat_map(|all| &all.files) {
        let Some(expiry) = file.validity.and_then(|validity| Expiry::of(validity, now)) else { continue };
        let own = file.keyword == "sslcert";
        let what = match (file.at_home, file.several && !own) {
            _ if own => "the certificate of `sslcert`",
            (true, false) => "the certificate in ~/.postgresql/root.crt",
            (true, true) => "the last certificate in ~/.postgresql/root.crt",
            (false, false) => "the certificate of `sslrootcert`",
            (false, true) => "the last certificate of `sslrootcert`",
        };
        let draft = out
            .report(format!("{what} {}", expiry.said()))
            .at(place(target, &[file.keyword, "sslmode"]), expiry.label());
        let draft = match (own, expiry.past) {
            (true, true) => draft.note("a server that verifies its clients refuses it"),
            (false, true) => draft.note("no server's certificate can be verified by it any more"),
            _ => draft,
        };
        expiry.level(draft.help(if own {
            "have a new one issued, and put it where this one is, with its key"
        } else {
            "put the authority's new certificate into the file, beside the old one until all servers have theirs"
        }));
    }
}

/// The certificates that the server came with.
fn of_server(target: &Target, answers: &Answers<'_>, out: &mut Sink<'_>) {
    let Some(certificate) = answers.link.certificate else { return };
    let now = answers.link.now;
    let issuer = certificate.issuer.filter(|issuer| issuer.not_after < certificate.own.not_after);
    let (what, validity, help) = match issuer {
        Some(issuer) => (
            "a certificate that signed the server's",
            issuer,
            "have the server's certificate issued anew by an authority that lasts, and its chain with it",
        ),
        None => (
            "the server's certificate",
            certificate.own,
            "renew it at the server, and reload: PostgreSQL reads `ssl_cert_file` anew on `pg_reload_conf()`",
        ),
    };
    let Some(expiry) = Expiry::of(validity, now) else { return };
    let draft = out
        .report(format!("{what} {}", expiry.said()))
        // Not where a root file without a keyword is told of: the one would pass for the other.
        .at(place(target, &["host", "hostaddr", "sslmode"]), expiry.label())
        .help(help);
    // Who verifies does not come here with one that is past: nothing breaks today.
    let draft = if expiry.past {
        draft.note("this mode does not look at it: whoever verifies it refuses to connect")
    } else {
        draft.note("from then on whoever verifies it refuses to connect")
    };
    draft.at_most(Levels::of("WWWW"));
}

/// So many days before the end it is said at the earliest.
const DAYS: u64 = 30;
const DAY: u64 = 86_400;

/// An end that has come or is near.
struct Expiry {
    day: String,
    past: bool,
    /// Whole days that are left.
    left: u64,
}

impl Expiry {
    /// None where there is time enough: those that are good for days are renewed within days, when two thirds are over.
    fn of(validity: Validity, now: u64) -> Option<Self> {
        let Validity { not_before, not_after: ends } = validity;
        let near = (DAYS * DAY).min(ends.saturating_sub(not_before) / 3);
        let (past, left) = (ends < now, ends.saturating_sub(now));
        (past || left < near).then(|| Self { day: advice::day(ends), past, left: left / DAY })
    }

    fn said(&self) -> String {
        match (self.past, self.left) {
            (true, _) => format!("expired on {}", self.day),
            (false, 0) => format!("expires on {}, within a day", self.day),
            (false, 1) => format!("expires on {}, in a day", self.day),
            (false, days) => format!("expires on {}, in {days} days", self.day),
        }
    }

    fn label(&self) -> String {
        if self.past { format!("until {}", self.day) } else { format!("good until {}", self.day) }
    }

    /// What still works keeps nobody from deploying.
    fn level(&self, draft: Draft<'_>) {
        if !self.past {
            draft.at_most(Levels::of("WWWW"));
        }
    }
}
