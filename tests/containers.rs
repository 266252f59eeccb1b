//! What compose files and objects of Kubernetes come to, before any rule: short and long forms, variables with and
//! without a value, anchors, limits.

#[path = "containers/objects.rs"]
mod objects;

use pgward::{
    Files, Policy, lint,
    unstable::{
        layer::{
            Carried, Carrier, Entry, Seat, SegmentKind, Structure, carried,
            compose::{Compose, Interface, Pinned, Source},
            dotenv::Dialect,
            kubernetes::{Kubernetes, Oddity},
        },
        source::{SourceKind, Sources},
    },
};

/// What `lint` says of files: rule and place, without notes.
fn said(files: &[(&str, &str)]) -> Vec<String> {
    let files = files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect();
    let found = lint(&Files { files, ..Files::default() }, &Policy::default());
    let loud = found.iter().filter(|f| f.severity > pgward::Severity::Note);
    let place = |f: &pgward::Finding| f.primary.as_ref().map(|l| l.place.to_short()).unwrap_or_default();
    loud.map(|f| format!("{} {}", place(f), f.rule)).collect()
}

/// The file, read with the variables of a `.env` beside it.
fn read(carrier: Carrier, text: &str, beside: &str) -> (Sources, Carried) {
    let mut sources = Sources::default();
    let id = sources.add(SourceKind::File(".env".into()), beside);
    let below =
        carried::read(&mut sources, id, ".env", Carrier::Dotenv, Dialect::default(), &|_| None).layers;
    let variable = |name: &str| -> Option<Entry> { below[0].entry(name).cloned() };
    let id = sources.add(SourceKind::File("deploy/file.yml".into()), text);
    let read = carried::read(&mut sources, id, "deploy/file.yml", carrier, Dialect::default(), &variable);
    (sources, read)
}

fn compose(text: &str) -> (Carried, Compose) {
    let (_, carried) = read(Carrier::Compose, text, "");
    let Structure::Compose(compose) = carried.structure.clone() else { panic!("a compose file: {text}") };
    (carried, compose)
}

fn kubernetes(text: &str) -> (Carried, Kubernetes) {
    let (_, carried) = read(Carrier::Kubernetes, text, "");
    let Structure::Kubernetes(objects) = carried.structure.clone() else { panic!("objects: {text}") };
    (carried, objects)
}

/// The only entry of a service whose environment is this, or the names that are read instead.
fn variable(environment: &str, beside: &str) -> Result<Entry, Vec<String>> {
    let text = format!("services:\n  web:\n    build: .\n    environment:\n      {environment}\n");
    let (_, carried) = read(Carrier::Compose, &text, beside);
    let layer = &carried.layers[0];
    let reads = layer.reads.iter().map(|r| r.variable.clone()).collect();
    layer.entries.first().cloned().ok_or(reads)
}

#[test]
fn variables_in_their_forms() {
    for environment in [
        "A: text",
        "- A=text",
        "'A': \"text\"",
        "- \"A=text\"",
        "A: $B",
        "- A=${B}",
        "A: ${C:-text}",
        "A: ${B:?}",
    ] {
        let entry = variable(environment, "B=text\n").expect(environment);
        assert_eq!(entry.key, "A", "{environment}");
        assert!(entry.value.text.equals("text") && entry.value.is_known(), "{environment}");
    }
    for environment in ["A:", "- A", "A: $B", "- A=${B}", "A: ${B:?say it}"] {
        let reads = variable(environment, "").expect_err(environment);
        assert!(reads.contains(&"A".to_owned()), "{environment}: {reads:?}");
    }
    // docker compose refuses this, and it is not the shell's.
    assert!(variable("A: a${b", "").expect("an entry").value.text.equals("a${b"));
    assert!(variable("A: a$$b", "").expect("an entry").value.text.equals("a$b"));
}

#[test]
fn a_value_knows_what_stands_where() {
    use SegmentKind::{Elsewhere, Fallback, Literal};

    let entry = variable("A: x${B}y${C}z${D:-d}", "B=bb\n").expect("an entry");
    assert!(entry.value.text.equals("xbby${C}zd"));
    let kinds: Vec<_> = entry.value.map.iter().map(|s| (s.value.clone(), s.kind.clone())).collect();
    let want = [
        (0..1, Literal),
        (1..3, Literal),
        (3..4, Literal),
        (4..8, Elsewhere),
        (8..9, Literal),
        (9..10, Fallback),
    ];
    assert_eq!(kinds, want);
    assert!(!entry.value.is_known());
    // What comes from the file beside stands there.
    assert_ne!(entry.value.map[1].span.source, entry.value.map[0].span.source);
    let whole = variable("A: ${B}", "B=bb\n").expect("an entry");
    assert_eq!((whole.value_span.start, whole.value_span.end), (2, 4));
}

#[test]
fn own_keys_precede_merged_ones() {
    let text = "x-env: &env\n  A: merged\n  B: merged\nservices:\n  web:\n    build: .\n    environment:\n      \
                A: own\n      <<: *env\n";
    let (carried, _) = compose(text);
    let value = |key| &carried.layers[0].entry(key).expect(key).value.text;
    assert!(value("A").equals("own") && value("B").equals("merged"));
}

#[test]
fn env_files_lie_beside_the_compose_file() {
    for (env_file, want) in [
        ("env_file: .env", vec!["deploy/.env"]),
        ("env_file: [./a.env, ../b.env]", vec!["deploy/a.env", "b.env"]),
        ("env_file:\n      - path: c.env\n        required: false", vec!["deploy/c.env"]),
        ("env_file: /etc/app.env", vec![""]),
        ("env_file: ../../d.env", vec!["../d.env"]),
    ] {
        let (carried, compose) = compose(&format!("services:\n  web:\n    build: .\n    {env_file}\n"));
        let structure = Structure::Compose(compose);
        assert_eq!(structure.footing(&carried.layers[0]).env_files, want, "{env_file}");
    }
}

#[test]
fn ports_in_their_forms() {
    for (port, want) in [
        ("'5432:5432'", Some((Interface::All, 5432, true))),
        ("0.0.0.0:15432:5432/tcp", Some((Interface::All, 15432, true))),
        ("127.0.0.1:5433:5432", Some((Interface::Loopback, 5433, true))),
        ("'[::1]:5433:5432'", Some((Interface::Loopback, 5433, true))),
        ("10.0.0.7:5433:5432", Some((Interface::Other, 5433, true))),
        ("'${ADDRESS}:5433:5432'", Some((Interface::Other, 5433, false))),
        ("'${PORT:-6000}:5432'", Some((Interface::All, 6000, false))),
        ("{target: 5432, published: '5433', host_ip: 127.0.0.1}", Some((Interface::Loopback, 5433, false))),
        ("5432", None),
        ("'5432:5432/udp'", None),
        ("{target: 5432}", None),
        ("a:b:c:d", None),
    ] {
        let (_, compose) =
            compose(&format!("services:\n  db:\n    image: postgres\n    ports:\n    - {port}\n"));
        let found = compose.services[0].ports.first();
        let found =
            found.map(|p| (p.interface, *p.published.as_ref().expect(port).start(), p.local.is_some()));
        assert_eq!(found, want, "{port}");
    }
}

/// A place in the longer `.env` is none in the compose file.
#[test]
fn what_comes_from_the_env_file_has_its_place_there() {
    let beside = format!("{}DATA=./data\nPORT=5433\nTAG=postgres:17\n", "# a line of words\n".repeat(40));
    let text = "services:\n  db:\n    image: $TAG\n    ports: ['$PORT:5432']\n    volumes: ['${DATA}:/var/lib/postgresql/data', {type: bind, source: $DATA, target: /x}]\n";
    let (_, carried) = read(Carrier::Compose, text, &beside);
    let Structure::Compose(compose) = &carried.structure else { panic!("a compose file") };
    assert_eq!(compose.services[0].mounts.len(), 2);
}

#[test]
fn servers_are_told_by_their_images() {
    for (image, server, pinned) in [
        ("postgres", true, Pinned::Nothing),
        ("postgres:latest", true, Pinned::Nothing),
        ("docker.io/library/postgres:16", true, Pinned::Major),
        ("public.ecr.aws/docker/library/postgres:16-alpine", true, Pinned::Firmly),
        ("localhost:5000/postgis/postgis:16-3.4", true, Pinned::Firmly),
        ("pgvector/pgvector:pg17", true, Pinned::Major),
        ("postgres@sha256:00", true, Pinned::Firmly),
        ("example/postgres-backup", false, Pinned::Nothing),
        ("prometheuscommunity/postgres-exporter", false, Pinned::Nothing),
        ("mypostgres:1", false, Pinned::Major),
        ("example/postgres", false, Pinned::Nothing),
    ] {
        let (_, compose) = compose(&format!("services:\n  db:\n    image: '{image}'\n"));
        let found = compose.services[0].image.as_ref().expect(image);
        assert_eq!((found.server, found.pinned), (server, pinned), "{image}");
    }
}

#[test]
fn healthchecks_in_their_forms() {
    let check = |test: &str| {
        let (_, compose) = compose(&format!(
            "services:\n  db:\n    image: postgres\n    healthcheck:\n      test: {test}\n"
        ));
        compose.services[0].healthcheck.clone().expect(test)
    };
    for (test, host, user, dbname) in [
        ("pg_isready", false, false, false),
        ("[CMD, pg_isready, -U, app]", false, true, false),
        ("[CMD-SHELL, 'pg_isready -Uapp -d app || exit 1']", false, true, true),
        ("[CMD-SHELL, '/usr/bin/pg_isready -h /run/postgresql']", false, false, false),
        ("'pg_isready -hlocalhost'", true, false, false),
        ("'pg_isready --host=db --dbname=app'", true, false, true),
        ("'pg_isready -d postgresql://127.0.0.1/app'", true, false, true),
        ("'pg_isready || echo -h db'", false, false, false),
    ] {
        let call = check(test).is_ready.expect(test);
        assert_eq!((call.host, call.user, call.dbname), (host, user, dbname), "{test}");
    }
    assert!(check("[NONE]").disabled);
    assert!(check("[CMD, curl, localhost]").is_ready.is_none());
}

#[test]
fn mounts_in_their_forms() {
    let text = "services:\n  db:\n    image: postgres\n    volumes:\n    - data:/var/lib/postgresql/data\n    - \
                ./init.sql:/docker-entrypoint-initdb.d/init.sql:ro\n    - /srv/x:/docker-entrypoint-initdb.d\n    - \
                {type: bind, source: ../seeds, target: /docker-entrypoint-initdb.d}\n    - /var/lib/postgresql\n";
    let (_, compose) = compose(text);
    let mounts = &compose.services[0].mounts;
    assert_eq!(mounts.len(), 4);
    assert!(mounts[0].data && matches!(mounts[0].source, Source::Volume));
    assert!(mounts[2].init && matches!(mounts[2].source, Source::Other));
    assert_eq!(compose.named_paths().collect::<Vec<_>>(), ["deploy/init.sql", "seeds"]);
}

#[test]
fn pods_of_every_kind() {
    let spec =
        "spec: {containers: [{name: a, image: a, env: [{name: DB_HOST, value: db}]}, {name: b, image: b}]}";
    let template = format!("spec: {{template: {{{spec}}}}}");
    for (kind, body) in [
        ("Pod", spec.to_owned()),
        ("Deployment", template.clone()),
        ("StatefulSet", template.clone()),
        ("DaemonSet", template.clone()),
        ("Job", template.clone()),
        ("CronJob", format!("spec: {{jobTemplate: {{{template}}}}}")),
    ] {
        let (carried, objects) =
            kubernetes(&format!("apiVersion: v1\nkind: {kind}\nmetadata: {{name: web}}\n{body}\n"));
        assert_eq!(carried.layers.len(), 1, "{kind}");
        assert_eq!(carried.layers[0].block.as_deref(), Some(&*format!("{kind}.web.a.env")));
        let footing = Structure::Kubernetes(objects).footing(&carried.layers[0]);
        assert_eq!((footing.seat, footing.open), (Seat::Accompanied, false), "{kind}");
    }
}

#[test]
fn variables_of_a_container_refer_to_those_before() {
    let text = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - env:\n    - {name: A, value: a}\n    - {name: S, valueFrom: {}}\n    \
                - {name: B, value: \"$(A)-$(S)-$(NONE)-$$(A)-$(X_SERVICE_HOST)\"}\n";
    let (carried, objects) = kubernetes(text);
    let value = &carried.layers[0].entry("B").expect("B").value;
    assert!(value.text.equals("a-$(S)-$(NONE)-$(A)-$(X_SERVICE_HOST)"), "{:?}", value.map);
    assert!(!value.is_known());
    let expands: Vec<&str> = objects.blocks[0].expands.iter().map(|r| r.variable.as_str()).collect();
    assert_eq!(expands, ["NONE", "X_SERVICE_HOST"]);
}

#[test]
fn secrets_are_decoded_and_masked() {
    let text = "apiVersion: v1\nkind: Secret\nmetadata: {name: web}\ndata:\n  A: aHVudGVyMg==\n  B: hunter2\n  C: aHVudGVyMgo=\n  \
                tls.crt: aHVudGVyMgo=\nstringData:\n  D: 5432\n  E: '5432'\n";
    let (carried, objects) = kubernetes(text);
    let layer = &carried.layers[0];
    assert!(layer.entry("A").expect("A").value.text.equals("hunter2"));
    assert!(layer.entry("A").expect("A").value.map.is_empty());
    assert!(layer.entry("C").expect("C").value.text.equals("hunter2"));
    let odd: Vec<Oddity> = objects.odd.iter().map(|o| o.kind).collect();
    assert_eq!(odd, [Oddity::NotBase64, Oddity::LineEnd, Oddity::Typed]);
}

#[test]
fn a_file_inside_a_map_is_a_block_of_its_own() {
    let text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web, namespace: staging}\ndata:\n  DB_HOST: db\n  app.env: |\n    # x\n    \
                DB_HOST=other\n    export DB_USER='app'\n";
    let (sources, carried) = read(Carrier::Kubernetes, text, "");
    assert_eq!(carried.layers.len(), 2);
    assert!(carried.layers.iter().all(|l| l.word.as_deref() == Some("staging")));
    let user = carried.layers.iter().find_map(|l| l.entry("DB_USER")).expect("DB_USER");
    assert!(user.value.text.equals("app"));
    let place = sources.get(user.value_span.source).line_column(user.value_span.start as usize);
    assert_eq!((place.line, place.column), (9, 21));
}

#[test]
fn services_take_over_what_they_extend() {
    let text = "x-env: &env\n  DB_HOST: db\n  DB_NAME: shop\nservices:\n  db:\n    image: postgres:16\n  base:\n    image: shop:1\n    \
                environment:\n      <<: *env\n      DB_USER: shop\n    ports: ['8000:8000']\n  web:\n    extends: base\n    environment:\n    - DB_NAME=web\n    - DB_PASSWORD\n  worker:\n    \
                extends: {service: web}\n  other:\n    extends: {file: common.yml, service: web}\n    environment: {A: b}\n  ring:\n    extends: ring\n";
    let (carried, compose) = compose(text);
    let service = |name: &str| compose.services.iter().find(|s| s.name.equals(name)).expect(name);
    let layer = |name: &str| &carried.layers[service(name).layer.expect(name)];
    for name in ["web", "worker"] {
        let layer = layer(name);
        for (key, value) in [("DB_HOST", "db"), ("DB_USER", "shop"), ("DB_NAME", "web")] {
            assert!(layer.entry(key).is_some_and(|e| e.value.text.equals(value)), "{name}: {key}");
        }
        assert_eq!(layer.entries.iter().filter(|e| e.key == "DB_NAME").count(), 1, "{name}");
        assert!(layer.reads.iter().any(|r| r.variable == "DB_PASSWORD"), "{name}");
        assert!(!service(name).partial && service(name).image.is_some() && service(name).ports.len() == 1);
    }
    // What stands in another file, or nowhere, leaves it open.
    assert!(service("other").partial && service("ring").partial);
    assert!(layer("other").entry("DB_HOST").is_none());
}

#[test]
fn configs_may_be_scripts_of_the_server() {
    let text = "services:\n  db:\n    image: postgres:16\n    configs:\n    - plain\n    - {source: init, target: /docker-entrypoint-initdb.d/init.sql}\n    \
                - {source: conf, target: /etc/postgresql.conf}\nconfigs:\n  init: {file: ./db/init.sql}\n  conf: {file: ./db/conf}\n";
    let (_, compose) = compose(text);
    assert_eq!(compose.services[0].mounts.iter().filter(|m| m.init).count(), 1);
    assert_eq!(compose.named_paths().collect::<Vec<_>>(), ["deploy/db/init.sql"]);
}

#[test]
fn secrets_are_given_by_name() {
    let given = |secrets: &str, variable: &str| {
        let text = format!(
            "services:\n  db:\n    image: postgres:16\n    environment:\n      {variable}\n    secrets: {secrets}\n"
        );
        compose(&text).1.services[0].ungranted.len()
    };
    let file = "POSTGRES_PASSWORD_FILE: /run/secrets/db";
    assert_eq!(given("[db]", file), 0);
    assert_eq!(given("[{source: x, target: db}]", file), 0);
    assert_eq!(given("[{source: x, target: /run/secrets/db}]", file), 0);
    assert_eq!(given("[other]", file), 1);
    assert_eq!(given("[{source: db, target: other}]", file), 1);
    assert_eq!(given("[]", file), 1);
    for known in [
        "POSTGRES_PASSWORD_FILE: /etc/db",
        "POSTGRES_PASSWORD_FILE: /run/secrets/${NAME}",
        "OTHER: /run/secrets/db",
    ] {
        assert_eq!(given("[]", known), 0, "{known}");
    }
}

/// go-yaml, and docker compose with it, takes any indentation in quotes.
#[test]
fn what_is_in_quotes_may_stand_at_the_column_of_its_key() {
    let text = |closing: &str, url: &str| {
        format!(
            "services:\n  app:\n    build: .\n    environment:\n      SPRING_APPLICATION_JSON: '{{\n        \"name\" : \"Käse\"\n{closing}}}'\n      A: {url}\n"
        )
    };
    for closing in ["        ", "      ", "  ", "", "\n"] {
        let (_, carried) = read(Carrier::Compose, &text(closing, "é"), "");
        let [json, a] = &carried.layers[0].entries[..] else { panic!("{closing:?}: {:?}", carried.layers) };
        let folded = if closing == "\n" { "{ \"name\" : \"Käse\"\n}" } else { "{ \"name\" : \"Käse\" }" };
        assert!(json.value.text.equals(folded), "{closing:?}");
        let whole = text(closing, "é");
        assert_eq!(&whole[a.value_span.range()], "é", "{closing:?}");
        assert_eq!(&whole[json.value_span.range()].chars().last(), &Some('}'), "{closing:?}");
    }
    let said =
        said(&[("compose.yml", &text("      ", "'{\n      }'\n      DATABASE_URL: postgresql://a@db/a#b"))]);
    assert_eq!(said, ["compose.yml:10:40 url-fragment"]);
    for broken in ["'b\n  c: 'd'\n", "'b\n---\nc'\n", "'b\n", "'b\nc'\n  d: [\n"] {
        let (_, carried) = read(Carrier::Compose, &format!("services:\n  a: {broken}"), "");
        let places: Vec<u32> = carried.layers[0].problems.iter().map(|p| p.span.start).collect();
        assert_eq!(places.len(), 1, "{broken:?}");
    }
}

#[test]
fn hostile_files_end() {
    let bomb: Vec<String> =
        (0..40).map(|i: i32| format!("x{i}: &a{i} [*a{0}, *a{0}]\n", i.max(1) - 1)).collect();
    let bomb = bomb.concat();
    let deep = format!("services: {}", "{a: ".repeat(5000));
    let wide = format!("services:\n{}", "  a: {image: postgres, ports: ['1:5432']}\n".repeat(20_000));
    let doubled: Vec<String> = (0..60)
        .map(|i| {
            format!("    - {{name: A{i}, value: \"$(A{0})$(A{0})x\"}}\n", if i == 0 { 0 } else { i - 1 })
        })
        .collect();
    let unclosed = format!(
        "apiVersion: v1\nkind: Pod\nspec: {{containers: [{{env: [{{name: A, value: '{}'}}]}}]}}\n",
        "$(".repeat(400_000)
    );
    let doubled = format!("apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - env:\n{}", doubled.concat());
    for text in [bomb, deep, wide, doubled, unclosed, "services: [".into(), "services:\n  a: null\n".into()] {
        for carrier in [Carrier::Compose, Carrier::Kubernetes] {
            read(carrier, &text, "");
        }
    }
    let (_, carried) = read(Carrier::Compose, "services: {a: [}", "");
    assert_eq!(carried.layers[0].problems.len(), 1);
    // A template is no fault.
    let (_, carried) = read(Carrier::Kubernetes, "apiVersion: v1\nkind: Pod\n{{- if .x }}\n", "");
    assert!(carried.layers.is_empty());
}
