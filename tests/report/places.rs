//! A place is the same in every format, and the file's own bytes agree.

use pgward::{
    Files, Policy, lint,
    unstable::{
        finding::{Applicability, Located, Place},
        lint::mend,
        page,
        report::{Format, Options, Report},
    },
};
use serde_json::Value;
use std::collections::BTreeMap;

/// Several bytes to a character, CRLF, a mark of byte order and tabs, before and within what is marked.
const FILES: &[(&str, &str)] = &[
    (
        ".env",
        "\u{feff}APP_ENV=production\nDATABASE_URL=postgresql://żółw:żółć@db.example.com/app?sslmode=prefer\n",
    ),
    (
        "deploy/a b,c:d.env",
        "APP_ENV=production\r\n\t# żółć\r\nDATABASE_URL=\"postgresql://app:漢字@db.example.com/app?sslmode=prefer&sslmod=x\"\t\r\nTEST_DATABASE_URL=postgresql://app:漢字@db.example.com/app\r\n",
    ),
    ("x/.env.production", "DATABASE_URL=\"sqlite:///ż.db\nDEBUG=1\n"),
    ("y/.env.production", "DATABASE_URL=postgres://ann:b@hub/d?sslmode=prefer"),
];

fn report() -> Report {
    let files: Vec<_> =
        FILES.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect();
    let mut report = Report::new("lint");
    report.findings = lint(&Files { files, ..Files::default() }, &Policy::default());
    report.files.read = FILES.len();
    report
}

fn written(report: &Report, format: Format) -> String {
    let options = Options { show_notes: true, rule: page::text_of, ..Options::default() };
    let mut out = Vec::new();
    format.write(report, &options, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn document(report: &Report, format: Format) -> Value {
    serde_json::from_str(&written(report, format)).unwrap()
}

/// What stands at a place, by characters and by bytes.
fn slices(place: &Place) -> (String, String) {
    let path = place.path.as_deref().unwrap();
    let text = FILES.iter().find(|(p, _)| *p == path).unwrap().1;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let start: Vec<usize> = std::iter::once(0).chain(text.match_indices('\n').map(|(i, _)| i + 1)).collect();
    let chars = |line: usize, column: usize| {
        let from = start[line - 1];
        from + text[from..].chars().take(column - 1).map(char::len_utf8).sum::<usize>()
    };
    let bytes = |line: usize, column: Option<usize>| start[line - 1] + column.unwrap() - 1;
    let cut = |a: usize, b: usize| text[a..b].to_owned();
    (
        cut(chars(place.line, place.column), chars(place.end_line, place.end_column)),
        cut(bytes(place.line, place.byte_column), bytes(place.end_line, place.byte_end_column)),
    )
}

fn places(finding: &Located) -> impl Iterator<Item = &Place> {
    let labels = finding.primary.iter().chain(&finding.related).map(|l| &l.place);
    labels.chain(finding.fix.iter().map(|e| &e.place))
}

#[test]
fn characters_and_bytes_mean_the_same_text() {
    let mut marked = BTreeMap::new();
    for finding in &report().findings {
        for place in places(finding) {
            let (by_chars, by_bytes) = slices(place);
            assert_eq!(by_chars, by_bytes, "{} at {}", finding.rule, place.to_short());
        }
        let of = marked.entry(finding.rule.clone()).or_insert_with(Vec::new);
        of.push(slices(&finding.primary.as_ref().unwrap().place).0);
    }
    assert_eq!(marked["tls-weak"], ["prefer", "prefer", "prefer"], "{marked:?}");
    assert!(marked["unknown-parameter"].iter().all(|name| name == "sslmod"), "{marked:?}");
    assert!(marked["weak-secret"].contains(&"漢字".to_owned()), "{marked:?}");
}

/// Path, line, column, end line, end column.
type At = (String, u64, u64, u64, u64);

fn four(value: &Value, keys: [&str; 4]) -> [u64; 4] {
    keys.map(|key| value.pointer(key).and_then(Value::as_u64).unwrap_or_else(|| panic!("{key} in {value}")))
}

fn at(path: &Value, [a, b, c, d]: [u64; 4]) -> At {
    (path.as_str().unwrap().to_owned(), a, b, c, d)
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().unwrap().iter()
}

#[test]
fn every_format_has_the_same_places() {
    let report = report();
    assert!(report.findings.len() > 8, "{}", report.findings.len());
    let json = document(&report, Format::Json);
    let wanted: Vec<At> = list(&json["findings"])
        .map(|f| at(&f["path"], four(f, ["/line", "/column", "/end_line", "/end_column"])))
        .collect();
    let concise = written(&report, Format::Concise);
    let heads: Vec<&str> =
        concise.lines().filter(|l| !l.starts_with("  ") && !l.starts_with("pgward: ")).collect();
    assert_eq!(heads.len(), wanted.len());
    for (head, (path, line, column, ..)) in heads.iter().zip(&wanted) {
        assert!(head.starts_with(&format!("{path}:{line}:{column}: ")), "{head}");
    }
    let picture = written(&report, Format::Text);
    for (path, line, column, ..) in &wanted {
        assert!(picture.contains(&format!("▸ {path}:{line}:{column}\n")), "{path}:{line}:{column}");
    }

    let sarif = document(&report, Format::Sarif);
    let region = ["/startLine", "/startColumn", "/endLine", "/endColumn"].map(|k| format!("/region{k}"));
    let in_sarif: Vec<At> = list(&sarif["runs"][0]["results"])
        .map(|r| {
            let physical = &r["locations"][0]["physicalLocation"];
            let uri = physical["artifactLocation"]["uri"].as_str().unwrap();
            let path = uri.replace("%20", " ").replace("%2C", ",").replace("%3A", ":");
            at(&path.into(), four(physical, region.each_ref().map(String::as_str)))
        })
        .collect();
    assert_eq!(in_sarif, wanted);

    let gitlab = document(&report, Format::Gitlab);
    let ends = ["/begin/line", "/begin/column", "/end/line", "/end/column"].map(|k| format!("/positions{k}"));
    let in_gitlab: Vec<At> = list(&gitlab)
        .map(|i| at(&i["location"]["path"], four(&i["location"], ends.each_ref().map(String::as_str))))
        .collect();
    assert_eq!(in_gitlab, wanted);
    assert!(list(&gitlab).zip(&wanted).all(|(i, w)| i["location"]["lines"]["begin"] == w.1));

    let rdjson = document(&report, Format::Rdjson);
    for (diagnostic, finding) in list(&rdjson["diagnostics"]).zip(&report.findings) {
        let place = &finding.primary.as_ref().unwrap().place;
        let range = &diagnostic["location"]["range"];
        let bytes = four(range, ["/start/line", "/start/column", "/end/line", "/end/column"]);
        let own = [place.line, place.byte_column.unwrap(), place.end_line, place.byte_end_column.unwrap()];
        assert_eq!(bytes.map(|n| usize::try_from(n).unwrap()), own);
        assert_eq!(diagnostic["location"]["path"], place.path.as_deref().unwrap());
    }

    let github = written(&report, Format::Github);
    for (command, (path, line, column, end_line, end_column)) in github.lines().zip(&wanted) {
        let path = path.replace(':', "%3A").replace(',', "%2C");
        let columns =
            if line == end_line { format!(",col={column},endColumn={end_column}") } else { String::new() };
        let at = format!(" file={path},line={line},endLine={end_line}{columns},title=");
        assert!(command.contains(&at), "{command} lacks {at}");
    }

    let text = written(&report, Format::Checkstyle);
    let xml = roxmltree::Document::parse(&text).unwrap();
    let mut in_xml: Vec<_> = xml
        .descendants()
        .filter(|n| n.has_tag_name("error"))
        .map(|n| {
            let number = |name: &str| n.attribute(name).unwrap().parse::<u64>().unwrap();
            let path = n.parent().unwrap().attribute("name").unwrap().to_owned();
            (path, number("line"), number("column"))
        })
        .collect();
    in_xml.sort();
    let short: Vec<_> = wanted.iter().map(|w| (w.0.clone(), w.1, w.2)).collect();
    assert_eq!(in_xml, short);

    let text = written(&report, Format::Junit);
    let xml = roxmltree::Document::parse(&text).unwrap();
    let mut in_xml: Vec<_> = xml
        .descendants()
        .filter(|n| n.has_tag_name("testcase"))
        .map(|n| {
            let name = n.attribute("name").unwrap();
            let (line, column) = name.rsplit_once(' ').unwrap().1.split_once(':').unwrap();
            let at = n.attribute("file").unwrap().to_owned();
            assert_eq!(n.attribute("line"), Some(line));
            (at, line.parse::<u64>().unwrap(), column.parse::<u64>().unwrap())
        })
        .collect();
    in_xml.sort();
    assert_eq!(in_xml, short);

    let markdown = written(&report, Format::Markdown);
    for (_, line, column, ..) in &wanted {
        assert!(markdown.contains(&format!(":{line}:{column}</code>")), "{line}:{column}");
    }
}

#[test]
fn a_suggestion_makes_what_fix_makes() {
    let text =
        "\u{feff}DATABASE_URL='postgresql+psycopg://app:żółć9Qz7Wx@db.example.com/app?sslmode=verify-full'\n";
    let files = vec![(".env.production".to_owned(), text.as_bytes().to_vec())];
    let files = Files { files, ..Files::default() };
    let policy = Policy::from_toml("consumers = [\"libpq\"]\nloaders = [\"python-dotenv\"]\n").unwrap();
    let mended = mend(&files, &policy, Applicability::Safe);
    let after = String::from_utf8_lossy(&mended.files.files[0].1);
    assert_ne!(text, after);
    let mut report = Report::new("lint");
    report.findings = lint(&files, &policy);
    let rdjson = document(&report, Format::Rdjson);
    let suggestions: Vec<&Value> =
        list(&rdjson["diagnostics"]).filter_map(|d| d["suggestions"].as_array()).map(|s| &s[0]).collect();
    assert_eq!(suggestions.len(), 1, "{rdjson:#}");
    let range = &suggestions[0]["range"];
    let [line, from, end_line, to] =
        four(range, ["/start/line", "/start/column", "/end/line", "/end/column"]);
    assert_eq!((line, end_line), (1, 1));
    // Behind the mark of byte order, which is in no column.
    let (from, to) = (usize::try_from(from).unwrap() + 2, usize::try_from(to).unwrap() + 2);
    let made = format!("{}{}{}", &text[..from], suggestions[0]["text"].as_str().unwrap(), &text[to..]);
    assert_eq!(made, after);
}

/// Files of many kinds with a defect in the first line, or as near to it as the kind allows, and further down.
const MARKED: &[(&str, &str)] = &[
    (
        "compose.prod.yaml",
        "services:\n  db:\n    image: postgres:latest\n    environment: {POSTGRES_PASSWORD: k3Vq9mT2x}\n    ports: [\"5432:5432\"]\n",
    ),
    (
        "k8s/shop.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shop}\ndata:\n  DATABASE_URL: postgres://shop:admin@db.acme.io/shop\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: żółw}\ndata:\n  DATABASE_URL: \"postgres://shop:admin@db.acme.io/shop\"\n",
    ),
    (
        "src/main/resources/application-prod.yml",
        "spring.datasource.url: jdbc:postgresql://db.acme.io/shop?user=postgres&password=admin\n",
    ),
    (
        "config/database.yml",
        "production: {adapter: postgresql, host: db.acme.io, database: shop, username: postgres, password: admin}\n",
    ),
    (
        ".github/workflows/ci.yml",
        "env: {DATABASE_URL: \"postgres://shop:k3Vq9mT2xLpW7c@prod-db.acme.io/shop_prod\"}\non: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make test\n",
    ),
    (
        "config/production.json",
        "{\"database\": {\"dialect\": \"postgres\", \"host\": \"db.acme.io\", \"username\": \"postgres\", \"password\": \"admin\", \"database\": \"shop\"}}\n",
    ),
    ("config/production.toml", "database_url = \"postgres://postgres:admin@db.acme.io/shop\"\n"),
    (
        "src/main/resources/application-prod.properties",
        "spring.datasource.url=jdbc:postgresql://db.acme.io/shop?user=postgres&password=admin\n",
    ),
    ("alembic.ini", "[alembic]\nsqlalchemy.url = postgresql://shop:admin@db.acme.io/shop\n"),
    (
        "conf/production.ini",
        "[database]\nhost = db.acme.io\nname = shop\nuser = postgres\npassword = admin\n",
    ),
    (
        "k8s/secret.yaml",
        "kind: Secret\napiVersion: v1\nmetadata: {name: shop}\nstringData:\n  DATABASE_URL: postgres://postgres:admin@db.acme.io/shop\n",
    ),
    (
        "src/main/resources/application-production.properties",
        "spring.datasource.url=jdbc:postgresql://db.acme.io/shop\nspring.datasource.username=postgres\nspring.datasource.password=admin\n",
    ),
    ("Dockerfile", "FROM python:3.12\nENV DATABASE_URL=postgres://postgres:admin@db.acme.io/shop\n"),
    (
        ".gitlab-ci.yml",
        "variables: {DATABASE_URL: \"postgres://shop:k3Vq9mT2xLpW7c@prod-db.acme.io/shop_prod\"}\ntest:\n  script: [make test]\n",
    ),
    (
        "task-definition.json",
        "{\"containerDefinitions\": [{\"name\": \"web\", \"environment\": [{\"name\": \"DATABASE_URL\", \"value\": \"postgres://postgres:admin@db.acme.io/shop\"}]}]}\n",
    ),
    (
        "deploy/shop.service",
        "[Service]\nEnvironment=DATABASE_URL=postgres://postgres:admin@db.acme.io/shop\nExecStart=/usr/bin/shop\n",
    ),
    (
        "deploy/production/migrate.sh",
        "export DATABASE_URL=postgres://postgres:admin@db.acme.io/shop\n./migrate\n",
    ),
    (
        "docker/initdb.d/init.sql",
        "CREATE ROLE shop LOGIN PASSWORD 'admin';\nGRANT ALL PRIVILEGES ON DATABASE shop TO shop;\n",
    ),
    ("Procfile", "web: env DATABASE_URL=postgres://postgres:admin@db.acme.io/shop gunicorn shop\n"),
    (
        "schema.prisma",
        "datasource db {\n  provider = \"postgresql\"\n  url = \"postgres://postgres:k3Vq9mT2xLpW7c@db.acme.io/shop\"\n}\n",
    ),
    ("settings/production.py", "DATABASE_URL = 'postgresql://postgres:admin@db.acme.io/shop'\n"),
    ("config/production.js", "const DATABASE_URL = 'postgresql://postgres:admin@db.acme.io/shop'\n"),
    (".env.production", "DATABASE_URL=postgresql://postgres:admin@db.acme.io/shop\n"),
];

#[test]
fn a_byte_order_mark_moves_nothing() {
    for (path, text) in MARKED {
        let found = |text: String| {
            let files = Files { files: vec![((*path).to_owned(), text.into_bytes())], ..Files::default() };
            let mut report = Report::new("lint");
            report.findings = lint(&files, &Policy::default());
            let told = |f: &Located| {
                let places = places(f).map(|p| (p.line, p.column, p.end_line, p.end_column, p.byte_column));
                (f.rule.clone(), places.collect::<Vec<_>>())
            };
            // That there is one is told of an env file.
            report.findings.iter().filter(|f| f.rule != "dotenv-encoding").map(told).collect::<Vec<_>>()
        };
        let plain = found((*text).to_owned());
        assert!(!plain.is_empty(), "{path}");
        assert_eq!(found(format!("\u{feff}{text}")), plain, "{path}");
    }
}
