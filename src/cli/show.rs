//! `show`: what resolves, from where, and what it shadows; masked.

use super::{Error, Exit, args::Flags, output, start};
use crate::{
    configuration::Configuration,
    finding::Place,
    layer::{LayerKind, dotenv::Dialect},
    report::Format,
    secret::MASK,
    settings::{Engine, Ignored, LayerId, Origin, PassFile, Setting, Target, secret_file},
    source::{SourceKind, Span},
    world::World,
};
use serde_json::{Value, json};

pub(super) fn run(flags: &Flags) -> Result<Exit, Error> {
    let world = World::of_process();
    let (input, remarks) = start::input(flags, &world)?;
    let configuration = Configuration::new(input);
    if !flags.quiet {
        for remark in &remarks {
            output::error(remark);
        }
    }
    let view = Shown { configuration: &configuration };
    let text = if flags.format == Format::Json {
        crate::report::json::document(&view.json()).map_err(|e| Error::Other(e.to_string()))?
    } else {
        view.text()
    };
    output::stdout(&text)?;
    Ok(Exit::Success)
}

struct Shown<'a> {
    configuration: &'a Configuration,
}

impl Shown<'_> {
    fn text(&self) -> String {
        let environment = self.configuration.environment_report();
        let mut rows: Vec<(String, String, String)> = Vec::new();
        let from = environment.origin.map_or_else(
            || "nobody said; judged as production".to_owned(),
            |origin| format!("from {origin}"),
        );
        rows.push(("environment".into(), environment.name, from));
        let policy = self.configuration.policy.path.clone().unwrap_or_else(|| "built-in".into());
        rows.push(("policy".into(), policy, String::new()));
        let settings = &self.configuration.settings;
        for consumer in &settings.consumers {
            rows.push(("consumer".into(), consumer.value.as_str().into(), self.reader(consumer)));
        }
        for file in &settings.loaders {
            if file.loaders.is_empty() {
                let name = Dialect::default().as_str();
                rows.push(("loader".into(), name.into(), format!("for {}, nobody said", file.path)));
            }
            for (i, loader) in file.loaders.iter().enumerate() {
                let (name, by) = (loader.setting.value.as_str(), self.reader(&loader.setting));
                let also = if i == 0 { "" } else { "also " };
                rows.push(("loader".into(), name.into(), format!("{also}for {}, {by}", file.path)));
            }
        }
        for (i, target) in settings.targets.iter().enumerate() {
            let used = if settings.chosen == Some(i) { ", used here" } else { "" };
            rows.push((String::new(), String::new(), String::new()));
            rows.push((
                target.name.clone(),
                target.engine.value.to_string(),
                format!("{}{used}", target.role.as_str()),
            ));
            self.target(target, &mut rows);
        }
        if settings.targets.is_empty() {
            rows.push(("database".into(), "none".into(), String::new()));
        }
        for path in &self.configuration.unread {
            let why = match &self.configuration.unread_says {
                Some((says, environment)) if says == path => format!("it calls this {environment}; "),
                _ => String::new(),
            };
            rows.push(("not read".into(), path.clone(), format!("{why}name it with --env-file")));
        }
        let width = |column: fn(&(String, String, String)) -> &String| {
            rows.iter().map(|r| column(r).chars().count()).filter(|n| *n <= 40).max().unwrap_or_default()
        };
        let (first, second) = (width(|r| &r.0), width(|r| &r.1));
        let line = |(a, b, c): &(String, String, String)| {
            format!("{a:first$}  {b:second$}  {c}").trim_end().to_owned()
        };
        rows.iter().map(|r| crate::report::clean::line(&line(r)) + "\n").collect()
    }

    fn target(&self, target: &Target, rows: &mut Vec<(String, String, String)>) {
        if target.form == crate::settings::Form::Toggle {
            rows.push((
                "  switch".into(),
                "SQLite".into(),
                self.place(&target.engine.origin, &target.engine.key),
            ));
        }
        if let Some(text) = &target.text {
            if !target.is_postgres() {
                rows.push(("  url".into(), self.masked(text), self.place(&text.origin, &text.key)));
            }
            self.shadows(text, rows);
        }
        for (keyword, setting) in &target.parameters {
            rows.push((
                format!("  {keyword}"),
                shown(keyword, setting),
                self.place(&setting.origin, &setting.key),
            ));
            self.shadows(setting, rows);
        }
        if target.engine.value == Engine::Postgres {
            if !target.parameters.contains_key("sslmode") {
                rows.push(("  sslmode".into(), "prefer".into(), "libpq's default".into()));
            }
            if let Some(PassFile { path, ignored: Some(why), .. }) = target.passfile.as_deref() {
                let why = match why {
                    Ignored::Mode(mode) => format!("ignored by libpq: mode {mode:04o}"),
                    _ => "ignored by libpq: no regular file".to_owned(),
                };
                rows.push(("  passfile".into(), path.clone(), why));
            }
            match target.parsed.as_ref().map(crate::conninfo::Conninfo::endpoints) {
                _ if matches!(target.service, Some(Err(_))) => {
                    rows.push(("  dials".into(), "nothing".into(), "the service cannot be used".into()));
                }
                Ok(Ok(endpoints)) => {
                    for endpoint in endpoints {
                        let host =
                            endpoint.hostaddr.or(endpoint.host).map_or_else(String::new, |h| h.to_string());
                        rows.push(("  dials".into(), format!("{host}:{}", endpoint.port), String::new()));
                    }
                }
                Ok(Err(error)) => rows.push(("  dials".into(), "nothing".into(), error.to_string())),
                Err(error) => rows.push(("  unreadable".into(), MASK.into(), error.to_string())),
            }
        }
        for wanted in &target.extensions {
            let place = wanted.span.map(|s| Place::of(&self.configuration.sources, s).to_short());
            rows.push((
                "  extension".into(),
                wanted.name.clone(),
                place.unwrap_or_else(|| "--require-extension".into()),
            ));
        }
    }

    fn shadows<T>(&self, setting: &Setting<T>, rows: &mut Vec<(String, String, String)>) {
        for lost in &setting.shadowed {
            let place = self.written(lost.span, &lost.key, lost.layer);
            rows.push((String::new(), String::new(), format!("shadows {place}")));
        }
    }

    /// Who set it and where: a flag or a provider stands for itself, whatever variable it sets.
    fn written(&self, span: Span, key: &str, layer: LayerId) -> String {
        let place = Place::of(&self.configuration.sources, span);
        let layer = self.configuration.layers.get(layer).map(|l| l.kind);
        if layer == Some(LayerKind::SecretFile) {
            // A file that is one value has no other place than itself.
            let whole = place.path.clone().filter(|_| span.start == 0);
            return format!("{key}{} → {}", secret_file::SUFFIX, whole.unwrap_or_else(|| place.to_short()));
        }
        let place = place.to_short();
        match self.configuration.sources.get(span.source).kind() {
            SourceKind::File(_) => format!("{key}, {place}"),
            SourceKind::Variable(name) => format!("{name} (environment)"),
            SourceKind::Flag(_) | SourceKind::Provider(..) => place,
        }
    }

    fn place(&self, origin: &Origin, key: &str) -> String {
        match origin {
            Origin::Entry { span, layer } => self.written(*span, key, *layer),
            Origin::Derived(_) => format!("derived from {key}"),
            Origin::Default(who) => (*who).to_owned(),
            Origin::Path(path) => path.clone(),
            Origin::Program => "the program".to_owned(),
        }
    }

    /// Who says that something is read so.
    fn reader<T>(&self, setting: &Setting<T>) -> String {
        let Some(span) = setting.span() else { return "the program".to_owned() };
        Place::of(&self.configuration.sources, span).to_short()
    }

    /// The text of a foreign URL as far as it is proved harmless.
    fn masked<T>(&self, setting: &Setting<T>) -> String {
        let Some(span) = setting.span() else { return MASK.into() };
        let masked = self.configuration.sources.get(span.source).masked(span.range());
        masked.text.get(masked.range).unwrap_or(MASK).to_owned()
    }

    fn json(&self) -> Value {
        let settings = &self.configuration.settings;
        let setting = |keyword: &str, s: &Setting<crate::secret::Part>| {
            json!({
                "value": s.value.shown(), "masked": s.value.shown().is_none(), "keyword": keyword,
                "key": s.key, "place": s.span().map(|span| Place::of(&self.configuration.sources, span)),
                "shadowed": s.shadowed.iter().map(|l| json!({
                    "key": l.key, "place": Place::of(&self.configuration.sources, l.span),
                })).collect::<Vec<_>>(),
            })
        };
        let targets: Vec<Value> = settings
            .targets
            .iter()
            .enumerate()
            .map(|(i, t)| {
                json!({
                    "name": t.name, "role": t.role.as_str(), "engine": t.engine.value.to_string(),
                    "used": settings.chosen == Some(i),
                    "settings": t.parameters.iter().map(|(k, s)| setting(k, s)).collect::<Vec<_>>(),
                    "shadowed": t.text.iter().flat_map(|s| &s.shadowed).map(|l| json!({
                        "key": l.key, "place": Place::of(&self.configuration.sources, l.span),
                    })).collect::<Vec<_>>(),
                    "dials": t.parsed.as_ref().ok().filter(|_| !matches!(t.service, Some(Err(_)))).and_then(|c| c.endpoints().ok()).unwrap_or_default().iter().map(|e| json!({
                        "host": e.host.as_ref().map(ToString::to_string),
                        "hostaddr": e.hostaddr.as_ref().map(ToString::to_string),
                        "port": e.port,
                    })).collect::<Vec<_>>(),
                    "extensions": t.extensions.iter().map(|w| &w.name).collect::<Vec<_>>(),
                })
            })
            .collect();
        let reader = |name: &str, key: &str, span: Option<Span>| json!({ "name": name, "key": key, "place": span.map(|s| Place::of(&self.configuration.sources, s)) });
        json!({
            "schema": crate::report::SCHEMA, "command": "show",
            "environment": self.configuration.environment_report(),
            "policy": self.configuration.policy.path,
            "consumers": settings.consumers.iter().map(|c| reader(c.value.as_str(), &c.key, c.span())).collect::<Vec<_>>(),
            "loaders": settings.loaders.iter().map(|f| json!({
                "file": f.path, "sure": f.sure,
                "loaders": f.loaders.iter().map(|l| reader(l.setting.value.as_str(), &l.setting.key, l.setting.span())).collect::<Vec<_>>(),
            })).collect::<Vec<_>>(),
            "targets": targets,
            "unread": self.configuration.unread,
        })
    }
}

fn shown(keyword: &str, setting: &Setting<crate::secret::Part>) -> String {
    let empty = setting.value.is_empty();
    match keyword {
        _ if empty => "(empty)".into(),
        _ => setting.value.to_string(),
    }
}
