//! What containers take from a `ConfigMap` or a Secret, and files inside these.

use crate::{read, said};
use pgward::unstable::layer::Carrier;

const CONFIG: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: db}\ndata:\n  host: db.example.com\n  DB_HOST: db.example.com\n  \
                      DB_NAME: shop\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: db}\nstringData:\n  DB_USER: shop\n  \
                      password: password\n";

/// A pod whose container has these variables.
fn pod(container: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: web}}\nspec:\n  containers:\n  - name: web\n{container}"
    )
}

#[test]
fn containers_take_from_objects_of_the_run() {
    let by_key = pod(
        "    env:\n    - {name: PGHOST, valueFrom: {configMapKeyRef: {name: db, key: host}}}\n    - {name: PGUSER, value: shop}\n    \
                      - {name: PGDATABASE, value: shop}\n    - {name: PGPASSWORD, valueFrom: {secretKeyRef: {name: db, key: password}}}\n",
    );
    let whole = pod(
        "    envFrom:\n    - configMapRef: {name: db}\n    - secretRef: {name: db}\n    env:\n    - {name: DB_PASSWORD, valueFrom: {secretKeyRef: {name: db, key: password}}}\n",
    );
    let both = |config: &str, pod: &str| said(&[("deploy/config.yaml", config), ("deploy/web.yaml", pod)]);
    // The password stands in the Secret, the host in the ConfigMap: each is reported there.
    for (way, user) in [(&by_key, "web.yaml"), (&whole, "config.yaml")] {
        let found = both(CONFIG, way);
        for wanted in ["deploy/config.yaml:14:13 weak-secret", "tls-unspecified"] {
            assert!(found.iter().any(|f| f.ends_with(wanted) || f == wanted), "{user}: {found:#?}");
        }
        let here = said(&[("deploy/all.yaml", &format!("{CONFIG}---\n{way}"))]);
        assert!(here.iter().any(|f| f == "deploy/all.yaml:14:13 weak-secret"), "{user}: {here:#?}");
    }
    // Another namespace, another name, two of the name, and only an example: nobody knows.
    let unknown = |config: &[(&str, &str)]| {
        let mut files = config.to_vec();
        files.push(("deploy/web.yaml", &by_key));
        let found = said(&files);
        assert!(found.iter().all(|f| !f.contains("weak-secret")), "{found:#?}");
    };
    unknown(&[("deploy/config.yaml", &CONFIG.replace("{name: db}", "{name: db, namespace: shop}"))]);
    unknown(&[("deploy/config.yaml", &CONFIG.replace("{name: db}", "{name: other}"))]);
    unknown(&[("deploy/config.yaml", CONFIG), ("deploy/more.yaml", CONFIG)]);
    unknown(&[("deploy/config.example.yaml", CONFIG)]);
    unknown(&[("deploy/staging/config.yaml", CONFIG)]);
    // That of the same file precedes others.
    let found =
        said(&[("deploy/all.yaml", &format!("{CONFIG}---\n{by_key}")), ("deploy/config.yaml", CONFIG)]);
    assert!(found.contains(&"deploy/all.yaml:14:13 weak-secret".to_owned()), "{found:#?}");
}

#[test]
fn what_objects_give_is_whole_only_with_all_of_them() {
    // Without the Secret nobody knows the user; with it he is known, at his place.
    let whole = pod("    envFrom:\n    - configMapRef: {name: db}\n    - secretRef: {name: db}\n");
    let config = CONFIG.replace("DB_USER: shop", "DB_USER: postgres");
    let half = config.split("---").next().expect("the ConfigMap");
    let found = said(&[("deploy/config.yaml", half), ("deploy/web.yaml", &whole)]);
    assert!(found.iter().all(|f| !f.contains("incomplete") && !f.contains("superuser")), "{found:#?}");
    let found = said(&[("deploy/config.yaml", &config), ("deploy/web.yaml", &whole)]);
    assert!(found.contains(&"deploy/config.yaml:13:12 superuser-role".to_owned()), "{found:#?}");
    // A prefix makes other names.
    let prefixed = pod("    envFrom:\n    - {configMapRef: {name: pg}, prefix: PG}\n");
    let config = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: pg}\ndata:\n  HOST: db.example.com\n  USER: shop\n  DATABASE: shop\n  SSLMODE: disable\n";
    let found = said(&[("deploy/config.yaml", config), ("deploy/web.yaml", &prefixed)]);
    assert!(found.contains(&"deploy/config.yaml:8:12 tls-weak".to_owned()), "{found:#?}");
}

#[test]
fn files_inside_objects_have_their_places() {
    let map = |name: &str, text: &str| {
        let text: String = text.lines().flat_map(|line| ["    ", line, "\n"]).collect();
        format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: web}}\ndata:\n  {name}: |\n{text}")
    };
    let yaml = "spring:\n  datasource:\n    url: jdbc:postgresql://db.example.com/shop?sslmode=disable\n    username: shop\n";
    for (name, text, place) in [
        ("application.yml", yaml, "8:"),
        ("application-prod.yaml", yaml, "8:"),
        (
            "application.properties",
            "# comment\nspring.datasource.url=jdbc:postgresql://db.example.com/shop?sslmode=disable\n",
            "7:",
        ),
        (
            "app.env",
            "export DATABASE_URL='postgresql://shop@db.example.com/shop?sslmode=disable' # it\n",
            "6:",
        ),
    ] {
        let file = map(name, text);
        let found = said(&[("deploy/web.yaml", &file)]);
        let line = file.lines().position(|l| l.contains("disable")).expect("it") + 1;
        let column = file.lines().nth(line - 1).and_then(|l| l.find("disable")).expect("it") + 1;
        assert!(place.starts_with(&line.to_string()), "{name}");
        assert!(found.contains(&format!("deploy/web.yaml:{line}:{column} tls-weak")), "{name}: {found:#?}");
    }
    // The profile names the environment.
    let local = yaml.replace("db.example.com", "localhost");
    for (name, production) in
        [("application.yml", true), ("application-prod.yml", true), ("application-dev.yml", false)]
    {
        let found = said(&[("deploy/web.yaml", &map(name, &local))]);
        assert_eq!(
            found.iter().any(|f| f.contains("localhost-in-production")),
            production,
            "{name}: {found:#?}"
        );
        assert!(found.iter().all(|f| !f.contains("foreign-conninfo")), "{name}: {found:#?}");
    }
    // What is not a connection is passed over, and what is no YAML is nobody's fault here.
    for text in ["server:\n  port: 8080\n", "spring: [datasource\n"] {
        assert_eq!(said(&[("deploy/web.yaml", &map("application.yml", text))]), [""; 0]);
    }
}

#[test]
fn a_file_inside_an_object_is_masked_as_by_itself() {
    let text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata:\n  application.yml: |\n    spring.datasource:\n      \
                url: jdbc:postgresql://db.example.com/shop\n      username: shop\n      password: \"hu\\nter2\"\n";
    let (sources, carried) = read(Carrier::Kubernetes, text, "");
    let lines = sources.get(carried.source).masked_lines().join("\n");
    assert!(!lines.contains("ter2") && lines.contains("      password: "), "{lines}");
}
