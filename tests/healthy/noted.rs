//! What is not even worth a note, each beside a twin that is.

use super::{Tree, Twins};
use pgward::{Files, Finding, Policy, is_manifest, lint, unstable::layer::Carrier};

/// What is said of files, read as the walk has them.
pub(super) fn findings(tree: Tree<'_>) -> Vec<Finding> {
    let mut files = Files::default();
    for (path, text) in tree {
        let file = ((*path).to_owned(), text.as_bytes().to_vec());
        if is_manifest(path) {
            files.manifests.push(file.clone());
        }
        if Carrier::of(path, &file.1).is_some_and(|carrier| carrier.may_matter(path, &file.1)) {
            files.files.push(file);
        }
    }
    lint(&files, &Policy::default())
}
fn tells(tree: Tree<'_>, rule: &str) -> bool {
    findings(tree).iter().any(|f| f.rule == rule)
}

const INI: &str = "[alembic]\nscript_location = migrations\nsqlalchemy.url = postgresql://%(DB_USER)s:%(DB_PASS)s@%(DB_HOST)s/%(DB_NAME)s\n";
const FILLS: &str = "from alembic import context\nconfig = context.config\nsection = config.config_ini_section\nconfig.set_section_option(section, \"DB_HOST\", DB_HOST)\nconfig.set_section_option(section, \"DB_USER\", DB_USER)\n";
const READS: &str = "from alembic import context\nconfig = context.config\nengine = engine_from_config(config.get_section(config.config_ini_section))\n";
const VALUES: &str =
    "web:\n  environment:\n    DATABASE_URL: \"postgresql://shop@{{ .Values.db.host }}:5432/shop\"\n";
const RUN: &str =
    "#!/bin/sh\nexport DATABASE_URL=\"postgresql+psycopg2://shop@127.0.0.1:5433/shop\"\nexec python run.py\n";
const IMAGE: &str = "FROM python:3.12\nENV DATABASE_URL=sqlite:////data/shop.db\n";
const CONTAINER: &str =
    "services:\n  web:\n    build: .\n    environment:\n      DATABASE_URL: postgresql://shop@db/shop\n";

const TWINS: &[Twins] = &[
    // env.py sets the options that the URL names.
    Twins {
        rule: "unresolved-placeholder",
        healthy: &[("alembic.ini", INI), ("migrations/env.py", FILLS)],
        ill: &[("alembic.ini", INI), ("migrations/env.py", READS)],
    },
    // What is no such name is filled in by nobody.
    Twins {
        rule: "unresolved-placeholder",
        healthy: &[("alembic.ini", INI), ("migrations/env.py", FILLS)],
        ill: &[
            ("alembic.ini", "[alembic]\nsqlalchemy.url = postgresql://shop@<host>/shop\n"),
            ("migrations/env.py", FILLS),
        ],
    },
    // The environment may stand behind a `-` as well.
    Twins {
        rule: "engine-parity",
        healthy: &[(
            "config/database.yml",
            "development:\n  adapter: postgresql\n  database: a\nwarehouse-development:\n  adapter: sqlserver\n  host: x\n  database: w\nwarehouse-production:\n  adapter: sqlserver\n  host: y\n  database: w\nproduction:\n  adapter: postgresql\n  database: c\n",
        )],
        ill: &[(
            "config/database.yml",
            "development:\n  adapter: sqlserver\n  host: x\n  database: a\nproduction:\n  adapter: postgresql\n  database: c\n",
        )],
    },
    // What stands among the values of a chart goes through `tpl`.
    Twins {
        rule: "unresolved-placeholder",
        healthy: &[("helm/values.yaml", VALUES)],
        ill: &[("deploy/app.yaml", VALUES)],
    },
    // Pins of a deployment say nothing of who reads a URL.
    Twins {
        rule: "driver-suffix",
        healthy: &[
            ("requirements.txt", "SQLAlchemy==2.0.31\npsycopg2-binary==2.9.9\n"),
            ("deploy/requirements-linux.txt", "numpy==1.26.4\n"),
            ("deploy/run.sh", RUN),
        ],
        ill: &[("shop/requirements.txt", "numpy==1.26.4\n"), ("shop/run.sh", RUN)],
    },
    // A second database of a program is measured by itself.
    Twins {
        rule: "engine-parity",
        healthy: &[(
            "config/database.yml",
            "development:\n  adapter: postgresql\n  database: a\nwarehouse_development:\n  adapter: sqlserver\n  host: x\n  database: w\nwarehouse_production:\n  adapter: sqlserver\n  host: y\n  database: w\nproduction:\n  adapter: postgresql\n  database: c\n",
        )],
        ill: &[(
            "config/database.yml",
            "development:\n  adapter: postgresql\n  database: a\nwarehouse_development:\n  adapter: postgresql\n  host: x\n  database: w\nwarehouse_production:\n  adapter: sqlserver\n  host: y\n  database: w\nproduction:\n  adapter: postgresql\n  database: c\n",
        )],
    },
    // The default of an image for which its containers are given another is no environment's.
    Twins {
        rule: "engine-parity",
        healthy: &[("Dockerfile", IMAGE), ("compose.yml", CONTAINER)],
        ill: &[("Dockerfile", IMAGE), (".env", "DATABASE_URL=postgresql://shop@db/shop\n")],
    },
];

#[test]
fn a_rule_tells_the_twins_apart() {
    for Twins { rule, healthy, ill } in TWINS {
        assert!(!tells(healthy, rule), "{rule}: speaks of {healthy:?}");
        assert!(tells(ill, rule), "{rule}: is silent about {ill:?}");
    }
}
