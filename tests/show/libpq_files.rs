//! Services, password files and `PG*`: where `show` says that they lead.

use super::{CANARY, pgward, setting, show};

const SERVICES: &str = "# the shop\n[shop]\nhost=service.internal,second.internal\nport=5433\nuser=app\n\
                        sslmode=require\ndbname=shop\n[other]\nhost=other.internal\n";

#[cfg(unix)]
#[test]
fn a_service_fills_what_is_open_and_beats_the_variables() {
    let pass = format!("# no line\n*:*:*:other:x\nsecond.internal:5433:shop:app:{CANARY}\n");
    let files = [(".pg_service.conf", SERVICES), (".pgpass", &*pass)];
    let variables = [
        ("DATABASE_URL", "postgresql:///?sslmode=verify-full&service=shop"),
        ("PGHOST", "env.internal"),
        ("PGAPPNAME", "web"),
        ("APP_ENV", "development"),
    ];
    let shown = show(&[], &files, &variables);
    assert_eq!(
        shown.row("host "),
        [
            "host service.internal,second.internal [shop] host, ~/.pg_service.conf:3:6",
            "shadows PGHOST (environment)"
        ]
    );
    assert_eq!(
        shown.row("sslmode"),
        ["sslmode verify-full DATABASE_URL (environment)", "shadows [shop] sslmode, ~/.pg_service.conf:6:9"]
    );
    assert_eq!(shown.row("service"), ["service shop DATABASE_URL (environment)"]);
    assert_eq!(shown.row("application_name"), ["application_name web PGAPPNAME (environment)"]);
    assert_eq!(shown.row("password"), ["password \u{2022}\u{2022}\u{2022} .pgpass, ~/.pgpass:3:31"]);
    let dials: Vec<String> = shown.rows().into_iter().filter(|r| r.starts_with("dials")).collect();
    assert_eq!(dials, ["dials service.internal:5433", "dials second.internal:5433"]);

    let json = show(&["--format", "json"], &files, &variables).json();
    let password = setting(&json, "password");
    assert_eq!((&password["value"], &password["place"]["line"]), (&serde_json::Value::Null, &3.into()));
    assert_eq!(setting(&json, "port")["place"]["line"], 4);

    // Without a URL the service alone is a target.
    let variables = [("PGSERVICE", "other"), ("APP_ENV", "development")];
    let shown = show(&[], &files, &variables);
    assert_eq!(shown.row("host "), ["host other.internal [other] host, ~/.pg_service.conf:9:6"]);

    let variables = [("PGSERVICE", "none"), ("APP_ENV", "development")];
    let shown = show(&[], &files, &variables);
    assert_eq!(shown.row("dials"), ["dials nothing the service cannot be used"]);
    assert_eq!(
        show(&["--format", "json"], &files, &variables).json()["targets"][0]["dials"],
        serde_json::json!([])
    );

    for (arguments, more) in [(&["--no-pg-env"][..], None), (&[], Some(("PGWARD_NO_PG_ENV", "1")))] {
        let mut variables = vec![("DATABASE_URL", "postgresql://u@h/d?service=shop"), ("PGUSER", "env")];
        variables.extend(more);
        let shown = show(arguments, &files, &variables);
        assert_eq!(shown.row("host "), ["host h DATABASE_URL (environment)"]);
        for absent in ["sslmode require", "password", ".pgpass", "PGUSER", "~/"] {
            assert!(!shown.stdout.contains(absent), "{}", shown.stdout);
        }
    }
}

#[test]
fn the_old_variable_for_tls() {
    let variables = [("DATABASE_URL", "postgresql://u@h/d"), ("PGREQUIRESSL", "1"), ("APP_ENV", "test")];
    assert_eq!(show(&[], &[], &variables).row("sslmode"), ["sslmode require PGREQUIRESSL (environment)"]);
    let variables = [("DATABASE_URL", "postgresql://u@h/d"), ("PGREQUIRESSL", "0"), ("APP_ENV", "test")];
    assert_eq!(show(&[], &[], &variables).row("sslmode"), ["sslmode prefer libpq's default"]);
}

#[test]
fn every_recorded_environment_leads_where_libpq_goes() {
    let corpus = include_str!("../corpora/conninfo.public.jsonl");
    let rows =
        corpus.lines().map(|l| serde_json::from_str::<serde_json::Value>(l).expect("a JSON object a line"));
    let mut counted = (0, 0);
    for row in rows.filter(|row| row["env"].is_object()) {
        let (id, input) = (&row["id"], row["input"].as_str().expect("a text"));
        let env = row["env"].as_object().expect("variables");
        let mut variables: Vec<(&str, &str)> =
            env.iter().map(|(k, v)| (k.as_str(), v.as_str().expect("a text"))).collect();
        variables.extend([("DATABASE_URL", input), ("APP_ENV", "development")]);
        let (code, checked) = pgward("check", &["--format", "concise"], &[], &variables);
        let theirs = row["expect"]["targets"].as_array().cloned().unwrap_or_default();
        if row["expect"]["ok"] == true {
            let json = show(&["--format", "json"], &[], &variables).json();
            let dials = json["targets"][0]["dials"].as_array().expect("a list").clone();
            let place = |d: &serde_json::Value| match &d["hostaddr"] {
                serde_json::Value::Null => (d["host"].clone(), d["port"].clone()),
                address => (address.clone(), d["port"].clone()),
            };
            let ours: Vec<_> = dials.iter().map(place).collect();
            let theirs: Vec<_> = theirs.iter().map(|t| (t[0].clone(), t[1].clone())).collect();
            // Its host is `user=`, which is masked.
            if input != "host= user=" {
                assert_eq!(ours, theirs, "{id}: {}", checked.stdout);
            }
            counted.0 += 1;
        } else {
            assert_eq!(code, 1, "{id}: {}", checked.stdout);
            counted.1 += 1;
        }
    }
    assert_eq!(counted, (14, 3));
}

/// Wherever a password stands in libpq's files, no command shows it; the helper looks.
#[cfg(unix)]
#[test]
fn nothing_of_a_service_or_password_file_is_shown_unproved() {
    let services = [
        "[shop]\nhost=h\npassword={}\nuser=u\ndbname=d\n",
        "[shop]\nhost=h\n  password =  {}\n",
        "[shop]\npasword={}\n",
        "[shop]\n{}\n",
        "[shop]\nhost=u:{}@h\nuser={}@h\n",
        "[shop]\nldap://u:{}@h\n",
        "# password={}\n[shop]\n# {}\nhost=h {}\nsslmode={} x\n",
        "[{}]\n[shop]{}\nport={}\noptions=-c x={}\n",
        "[shop]\nhost=h\nuser=\npassword={}",
        "host={}\n[shop]\nhost=h\npassword={}\u{e4}\n",
    ];
    let passes = [
        "*:*:*:*:{}\n",
        "h:5432:d:u:{}\n",
        "{}:{}:{}:{}:{}\n*:*:*:*:{}:{}",
        "# {}\n*:5432:*:*:a\\:{}\\\\",
        "postgresql://u:{}@h/d\n",
    ];
    for (service, pass) in services.iter().flat_map(|s| passes.iter().map(move |p| (s, p))) {
        let (service, pass) = (service.replace("{}", CANARY), pass.replace("{}", CANARY));
        let files = [(".pg_service.conf", &*service), (".pgpass", &*pass)];
        let variables = [("PGSERVICE", "shop"), ("PGUSER", "u"), ("PGDATABASE", "d"), ("APP_ENV", "staging")];
        for arguments in [&["--format", "text"], &["--format", "json"]] {
            let _shown = pgward("show", arguments, &files, &variables);
            let _checked = pgward("check", arguments, &files, &variables);
        }
    }
    for variable in ["PGSERVICE", "PGSERVICEFILE", "PGSYSCONFDIR", "PGPASSFILE"] {
        for text in ["{}", "/x/{}@h", "postgresql://u:{}@h/d"] {
            let text = text.replace("{}", CANARY);
            let mut variables = vec![(variable, &*text), ("DATABASE_URL", "postgresql://u@h/d")];
            variables.extend((variable != "PGSERVICE").then_some(("PGSERVICE", "shop")));
            // A word of letters may be the name of a service or of a file: it is shown as such.
            if text.contains('@') {
                let _checked = pgward("check", &[], &[], &variables);
                let _shown = pgward("show", &[], &[], &variables);
            }
        }
    }
}
