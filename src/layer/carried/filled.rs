//! What a tool or a platform puts in before anybody reads the value, comes from elsewhere: references to secrets that are kept
//! in a store, marks that a deployment replaces, Railway's `${{Postgres.PGHOST}}` in an env file, Vercel's
//! `@shop-database-url`. So does what is nobody's, for a build that asks for a URL. A password that stands beside one in plain
//! sight is there all the same.

use crate::{
    layer::{Carrier, Entry, Layer, Read, carrier::has},
    secret::Secret,
};
use std::collections::BTreeSet;

/// Takes such entries out of the layers of a file; their names stay, as those of variables that come from elsewhere.
pub(super) fn take_out(layers: &mut [Layer], bytes: &[u8], path: &str, carrier: Carrier) {
    let file = File {
        bytes,
        carrier,
        vercel: matches!(path.rsplit('/').next(), Some("vercel.json" | "now.json")),
        argo: carrier == Carrier::Kubernetes && is_for_argo(bytes),
        railway: carrier == Carrier::Dotenv && bytes.contains(&b'$'),
        azure: carrier == Carrier::Yaml && is_of_azure(bytes),
        copilot: carrier == Carrier::Yaml
            && path.split('/').any(|part| part == "copilot")
            && matches!(path.rsplit('/').next(), Some("manifest.yml" | "manifest.yaml")),
        captain: carrier == Carrier::Compose && has(bytes, b"captainVersion"),
    };
    for layer in layers {
        file.take_out_of(layer);
    }
}

/// Casts of dynaconf behind which stands no value but where it comes from.
const CASTS: [&[u8]; 4] = [b"@format ", b"@jinja ", b"@get ", b"@read_file "];

/// What is known of the file as a whole.
#[expect(clippy::struct_excessive_bools, reason = "independent facts about one file")]
struct File<'b> {
    bytes: &'b [u8],
    carrier: Carrier,
    vercel: bool,
    /// The plugin for Vault of Argo CD puts the secret into what stands in angle brackets.
    argo: bool,
    railway: bool,
    /// Azure Pipelines puts variables into `$(…)` before a task is run.
    azure: bool,
    /// AWS Copilot takes a variable from the parameter of Systems Manager that `secrets` names.
    copilot: bool,
    /// `CapRover` asks whoever installs the app for `$$cap_db_password`, or makes it up.
    captain: bool,
}

impl File<'_> {
    fn take_out_of(&self, layer: &mut Layer) {
        if !layer.entries.iter().any(|e| self.is_filled(e)) {
            return;
        }
        // The host of a password that everybody may read is not what is asked about first.
        let plain = |e: &Entry| is_of_password(&e.key) && !self.is_filled(e) && is_plain(&e.value.text);
        let exposed = layer.entries.iter().any(plain);
        let goes = |e: &Entry| self.is_filled(e) && !(exposed && is_of_host(&e.key));
        // What is put together from such a variable comes from there too.
        let names: BTreeSet<String> =
            layer.entries.iter().filter(|e| goes(e)).map(|e| e.key.clone()).collect();
        let entries = std::mem::take(&mut layer.entries);
        let (filled, own): (Vec<Entry>, _) =
            entries.into_iter().partition(|e| goes(e) || self.refers(e, &names));
        layer.entries = own;
        layer.reads.extend(filled.into_iter().map(|e| Read::new(e.key, e.value_span)));
    }

    fn written(&self, entry: &Entry) -> &[u8] {
        self.bytes.get(entry.value_span.range()).unwrap_or_default()
    }

    fn is_filled(&self, entry: &Entry) -> bool {
        let (text, written) = (&entry.value.text, self.written(entry));
        // Most values are words and numbers, which stand for nothing.
        if text.is_bare() && !(self.argo || self.railway || self.vercel || self.azure || self.captain) {
            return false;
        }
        let brackets = || {
            written.contains(&b'<') && written.ends_with(b">") || has(written, b">@") || has(written, b">:")
        };
        let stands = || text.store().is_some() || text.holds_a_mark() || self.is_cast(written);
        text.is_replaced_by_a_build()
            || (stands() || self.argo && brackets()) && !has_plain_password(text)
            || self.azure && has(written, b"$(") && !has_plain_password(text)
            || self.captain && has(written, b"$$cap_") && !has_plain_password(text)
            || self.vercel && written.starts_with(b"@")
            || self.carrier == Carrier::Yaml && is_parameter(written)
            || self.copilot && is_of_its_name(&entry.key, text.expose())
            || self.railway && is_platforms(written)
            || !matches!(self.carrier, Carrier::Dotenv | Carrier::Compose | Carrier::Shell)
                && is_stalwarts(text.expose())
            || self.carrier == Carrier::Dockerfile && is_stand_in(text.expose())
    }

    /// Whether dynaconf puts the value together when it is read: `@format {env[DATABASE_URL]}`; or a program of the desktop
    /// takes it from its own environment or a file: `{env:DATABASE_URL}`, `{file:~/.url}`.
    fn is_cast(&self, written: &[u8]) -> bool {
        matches!(self.carrier, Carrier::Toml | Carrier::Yaml | Carrier::Json | Carrier::Ini)
            && (CASTS.iter().any(|cast| written.starts_with(cast))
                || written.ends_with(b"}")
                    && (written.starts_with(b"{env:") || written.starts_with(b"{file:")))
    }

    /// Whether the text names one of the variables where the carrier puts them in.
    fn refers(&self, entry: &Entry, names: &BTreeSet<String>) -> bool {
        let interpolates = matches!(self.carrier, Carrier::Dotenv | Carrier::Compose | Carrier::Shell);
        let quoted =
            (entry.value_span.start as usize).checked_sub(1).and_then(|i| self.bytes.get(i)) == Some(&b'\'');
        let written = self.written(entry);
        if !interpolates
            || quoted
            || !written.contains(&b'$')
            || has_plain_password(&Secret::from(&*String::from_utf8_lossy(written)))
        {
            return false;
        }
        let text = String::from_utf8_lossy(written);
        let mut references = text.split('$').skip(1).map(|rest| rest.trim_start_matches('{'));
        references.any(|rest| {
            let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
            names.contains(&rest[..end])
        })
    }
}

/// Whether a text is a path of at least three names, the last of them the variable's own: the parameter of AWS Systems
/// Manager that it takes, `DATABASE_URL: /copilot/shop/prod/secrets/DATABASE_URL`. A file is named by `…_FILE`.
fn is_of_its_name(key: &str, text: &str) -> bool {
    let Some(path) = text.strip_prefix('/') else { return false };
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"_-.${}".contains(&b);
    let of = |name: &str| name.replace('-', "_").to_ascii_uppercase();
    let (mut names, key) = (path.split('/'), key.rsplit('.').next().unwrap_or(key));
    names.clone().count() > 2
        && names.clone().all(|name| !name.is_empty() && name.bytes().all(plain))
        && names.next_back().is_some_and(|name| of(name) == of(key))
}

/// Whether a mail server puts a variable or a file there: `%{env:POSTGRES_PASSWORD}%` of Stalwart.
fn is_stalwarts(text: &str) -> bool {
    let inner = text.strip_prefix("%{").and_then(|rest| rest.strip_suffix("}%"));
    inner.is_some_and(|inner| ["env:", "file:"].iter().any(|kind| inner.starts_with(kind)))
}

/// Whether it is nobody's URL, so that a build runs that asks for one: `postgresql://build:build@localhost/build`.
fn is_stand_in(text: &str) -> bool {
    const NOBODY: [&str; 8] =
        ["build", "builder", "dummy", "fake", "none", "nobody", "placeholder", "unused"];
    let Some((scheme, rest)) = text.split_once("://").filter(|_| text.len() < LONG) else { return false };
    let Some((userinfo, place)) = rest.split_once('@').filter(|_| scheme.starts_with("postgres")) else {
        return false;
    };
    let Some((host, database)) = place.split_once('/') else { return false };
    let (user, password) = userinfo.split_once(':').unwrap_or((userinfo, ""));
    let (database, query) = database.split_once('?').unwrap_or((database, ""));
    let here = ["localhost", "127.0.0.1"].contains(&host.split(':').next().unwrap_or(host));
    let nobodys = password.is_empty()
        || password == user
        || NOBODY.contains(&password)
        || Secret::from(password).looks_like_placeholder();
    // These would lead elsewhere.
    let leads =
        ["host", "user", "password", "port", "dbname", "service"].iter().any(|word| query.contains(word));
    here && nobodys && !leads && NOBODY.contains(&user) && NOBODY.contains(&database)
}

/// Whether a value is a parameter of Symfony's container: `%database_host%`, `%env(resolve:DATABASE_URL)%`. Its doubled signs
/// are percent signs.
fn is_parameter(written: &[u8]) -> bool {
    let inner = written.strip_prefix(b"%").and_then(|rest| rest.strip_suffix(b"%"));
    inner.is_some_and(|name| {
        let within = |b: &u8| b.is_ascii_alphanumeric() || b"_.():-".contains(b);
        // `%hunter2%` may be a password.
        let put_together = name.iter().any(|b| b"_.".contains(b)) || name.starts_with(b"env(");
        put_together && name.first().is_some_and(u8::is_ascii_alphabetic) && name.iter().all(within)
    })
}

/// Whether the annotation of the plugin stands in a file of Kubernetes, and not in a comment.
fn is_for_argo(bytes: &[u8]) -> bool {
    let mut lines = bytes.split(|b| *b == b'\n').map(<[u8]>::trim_ascii_start);
    lines.any(|line| !line.starts_with(b"#") && has(line, b"avp.kubernetes.io/"))
}

/// Whether a file has the steps of a pipeline of Azure.
fn is_of_azure(bytes: &[u8]) -> bool {
    let mut lines = bytes.split(|b| *b == b'\n').map(<[u8]>::trim_ascii);
    let begins = |line: &[u8]| {
        [&b"- task:"[..], b"- bash:", b"- script:", b"- pwsh:", b"- powershell:"]
            .iter()
            .any(|own| line.starts_with(own))
    };
    has(bytes, b"$(") && has(bytes, b"steps:") && lines.any(begins)
}

/// Whether a text has a reference of Railway in it, or nothing but references of Kafka Connect: `${{Postgres.PGHOST}}`,
/// `${secrets:shop-db:db.host}`.
pub(crate) fn is_platforms(text: &[u8]) -> bool {
    if !text.contains(&b'$') {
        return false;
    }
    let at = text.windows(3).position(|w| w == b"${{");
    at.is_some_and(|at| has(&text[at..], b"}}")) || is_connects(&String::from_utf8_lossy(text))
}

/// Whether every reference in a text names a provider of Kafka Connect, a place and a key. A shell's `${dir:0:5}` does not.
fn is_connects(text: &str) -> bool {
    const PROVIDERS: [&str; 7] =
        ["secrets", "configmaps", "file", "dir", "directory", "vault", "secretsmanager"];
    let provided = |rest: &str| {
        let mut parts = rest.split('}').next().unwrap_or_default().split(':');
        let (provider, place) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        rest.contains('}')
            && PROVIDERS.contains(&provider)
            && place.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/')
            && parts.next().is_some()
    };
    let mut references = text.split('$').skip(1);
    references.clone().next().is_some() && references.all(|rest| rest.strip_prefix('{').is_some_and(provided))
}

fn is_of_password(key: &str) -> bool {
    let key = key.to_ascii_uppercase();
    key.contains("PASS") || key.contains("PWD")
}

fn is_of_host(key: &str) -> bool {
    let key = key.to_ascii_uppercase();
    ["HOST", "SERVER", "ENDPOINT", "ADDR"].iter().any(|word| key.contains(word))
}

/// Whether a password is no reference, no mark and no placeholder.
fn is_plain(password: &Secret) -> bool {
    !password.is_blank()
        && password.store().is_none()
        && !password.is_replaced_by_a_build()
        && !password.holds_a_mark()
        && !password.is_reference()
        && !password.looks_like_placeholder()
}

/// No connection string is longer: what is, stays where it is.
const LONG: usize = 8192;

/// Whether a URL, or a string of pairs, has a password in plain sight.
fn has_plain_password(text: &Secret) -> bool {
    text.chars() > LONG
        || text.passwords_within().iter().any(|password| !password.holds_a_reference() && is_plain(password))
}
