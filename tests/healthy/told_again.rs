//! What was softened too far and is told again: beside each the idiom that the softening is for.

use super::{Twins, mild::tell_apart};
use crate::found;
use pgward::Severity;

const PRODUCTION: &str = "DATABASE_URL=postgresql://shop:k3Vq9mT2xLpW7c@db.internal/shop?sslmode=require\n";
const DRIVERS: &str = "sqlalchemy==2.0.30\npsycopg==3.1\n";
const PUTS: &str =
    "import os\n\nurl = os.environ[\"DATABASE_URL\"].replace('postgresql://', 'postgresql+psycopg://', 1)\n";
const PUTS_INTO_ANOTHER: &str =
    "import os\n\nurl = os.environ[\"REPORT_URL\"].replace(\"postgresql://\", \"postgresql+psycopg://\")\n";
const PUTS_FOR_ANOTHER: &str = "import os\n\nurl = os.environ[\"DATABASE_URL\"].replace(\"postgresql+asyncpg\", \"postgresql+psycopg\")\n";
const PUTS_ELSEWHERE: &str = "import os\n\nurl = os.environ[\"DATABASE_URL\"]\nname = url.replace(\"/\", \"\")\nassert url.startswith(\"postgresql+psycopg\")\n";
const PUTS_WHAT_IS_NOT_THERE: &str =
    "import os\n\nurl = os.environ[\"DATABASE_URL\"].replace(\"postgresql://\", \"postgresql+asyncpg://\")\n";

const INI: &str = "[alembic]\nscript_location = migrations\nsqlalchemy.url = postgresql://shop:k3Vq9mT2xLpW7c@localhost/shop\n";
const MAKES_ENGINE: &str = "import os\nfrom alembic import context\nfrom sqlalchemy import create_engine\n\nconfig = context.config\n\n\ndef run_migrations_online():\n    engine = create_engine(os.environ[\"DATABASE_URL\"])\n    with engine.connect() as connection:\n        context.configure(connection=connection)\n";
const MAKES_ENGINE_BELOW: &str = "import os\nfrom alembic import context\nfrom sqlalchemy import create_engine\n\nconfig = context.config\n\n\ndef revised(context, revision, directives):\n    pass\n\n\ndef engine():\n    return create_engine(os.environ[\"DATABASE_URL\"])\n\n\nwith engine().connect() as connection:\n    context.configure(connection=connection)\n";
const MAKES_ENGINE_FOR_TESTS: &str = "from alembic import context\nfrom app.db import migrate\nfrom sqlalchemy import create_engine\n\nconfig = context.config\n\n\ndef for_tests():\n    return create_engine(\"sqlite://\")\n\n\nmigrate()\n";
const SPEAKS_OF_ENGINE: &str = "\"\"\"Migrations.\n\nA create_engine(url) of your own may stand here.\n\"\"\"\nfrom alembic import context\nfrom app.db import migrate\n\nconfig = context.config\nmigrate()\n";
const HANDS_ON: &str = "import os\nfrom alembic import context\nfrom app.db import migrate\nfrom sqlalchemy import create_engine\n\nengine = create_engine(os.environ[\"DATABASE_URL\"])\nmigrate(context.config)\n";

const SOURCED: &str = "set -a\nsource base.env\nexport DB_HOST DB_PORT\nexport -p\ncat <<EOF\nEOF\n[ -n \"$DB_HOST\" ] || exit 1\nDB_NAME=shop\n";

const DJANGO: &str =
    "DJANGO_SETTINGS_MODULE=shop.settings\nDATABASE_URL=postgres://shop:k3Vq9mT2xLpW7c@db.internal/shop\n";
const LIST: &str = "django==5\nsqlalchemy==2\nalembic==1.14\npandas==2\npsycopg2-binary==2.9\n";
const SETTINGS: &str =
    "import environ\n\nenv = environ.Env()\nDATABASES = {\"default\": env.db(\"DATABASE_URL\")}\n";

/// Who dials a host from the namespace `shop`, beside a Service.
const DIALS_OWN: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\nspec: {template: {spec: {containers: [{name: web, image: \"acme/web:1\", env: [{name: DATABASE_URL, value: \"postgresql://app@postgres.shop:5432/shop\"}]}]}}}\n";
const DIALS_COMPANY: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\nspec: {template: {spec: {containers: [{name: web, image: \"acme/web:1\", env: [{name: DATABASE_URL, value: \"postgresql://app@acme-db.shop:5432/shop\"}]}]}}}\n";
const DIALS_BELOW: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\nspec: {template: {spec: {containers: [{name: web, image: \"acme/web:1\", env: [{name: DATABASE_URL, value: \"postgresql://app@pg.acme.shop:5432/shop\"}]}]}}}\n";
const DIALS_POD: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\nspec: {template: {spec: {containers: [{name: web, image: \"acme/web:1\", env: [{name: DATABASE_URL, value: \"postgresql://app@pg-0.acme.shop:5432/shop\"}]}]}}}\n";
const SERVICE: &str = "apiVersion: v1\nkind: Service\nmetadata: {name: acme, namespace: shop}\nspec: {selector: {app: postgres}}\n";
const WITHIN: &str = "apiVersion: v1\nkind: Service\nmetadata: {name: postgres, namespace: shop}\nspec: {type: ExternalName, externalName: pg.databases.svc.cluster.local}\n";
const LEADS_OUT: &str = "apiVersion: v1\nkind: Service\nmetadata: {name: postgres, namespace: shop}\nspec: {type: ExternalName, externalName: a.eu-west-1.rds.amazonaws.com}\n";

/// What an image that is never pulled takes, and a Secret with it.
const TAKES: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {containers: [{name: web, image: \"web:1\", imagePullPolicy: Never, env: [{name: DATABASE_URL, valueFrom: {secretKeyRef: {name: web, key: DATABASE_URL}}}]}]}}}\n";
const TAKEN: &str = "apiVersion: v1\nkind: Secret\nmetadata: {name: web}\nstringData: {DATABASE_URL: \"postgresql://postgres@db:5432/shop\"}\n";

fn mounts(path: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web, namespace: shop}}\nspec: {{template: {{spec: {{volumes: [{{name: up, hostPath: {{path: {path}}}}}], containers: [{{name: web, image: \"web:1\", env: [{{name: DATABASE_URL, value: \"postgresql://postgres:postgres@10.0.0.5/shop\"}}]}}]}}}}}}\n"
    )
}

const TWINS: &[Twins] = &[
    // The driver is put into the URL that is meant, by the program.
    Twins {
        rule: "driver-not-installed",
        healthy: &[(".env.production", PRODUCTION), ("requirements.txt", DRIVERS), ("app/db.py", PUTS)],
        ill: &[(".env.production", PRODUCTION), ("requirements.txt", DRIVERS), ("tests/conftest.py", PUTS)],
    },
    Twins {
        rule: "driver-not-installed",
        healthy: &[
            (".env.production", PRODUCTION),
            ("requirements/production.txt", DRIVERS),
            ("app/db.py", PUTS),
        ],
        ill: &[
            (".env.production", PRODUCTION),
            ("requirements.txt", DRIVERS),
            ("app/db.py", PUTS_INTO_ANOTHER),
        ],
    },
    Twins {
        rule: "driver-not-installed",
        healthy: &[
            ("api/.env.production", PRODUCTION),
            ("api/requirements.txt", DRIVERS),
            ("api/db.py", PUTS),
        ],
        ill: &[
            ("api/.env.production", PRODUCTION),
            ("api/requirements.txt", DRIVERS),
            ("api2/db.py", PUTS),
            ("api/db.py", PUTS_FOR_ANOTHER),
            ("api/url.py", PUTS_ELSEWHERE),
            ("api/later.py", PUTS_WHAT_IS_NOT_THERE),
        ],
    },
    // What takes the variable besides Django's settings may hand it on to SQLAlchemy.
    Twins {
        rule: "scheme-postgres-for-sqlalchemy",
        healthy: &[
            (".env.production", DJANGO),
            ("requirements.txt", LIST),
            ("shop/settings.py", SETTINGS),
            ("tests/test_url.py", "import os\n\nassert os.environ[\"DATABASE_URL\"]\n"),
        ],
        ill: &[
            (".env.production", DJANGO),
            ("requirements.txt", LIST),
            ("shop/settings.py", SETTINGS),
            ("jobs/report.py", "import os\nimport data\n\ndata.load(os.environ[\"DATABASE_URL\"])\n"),
        ],
    },
    Twins {
        rule: "scheme-postgres-for-sqlalchemy",
        healthy: &[
            (".env.production", DJANGO),
            ("requirements.txt", LIST),
            ("shop/settings.py", SETTINGS),
            ("jobs/report.py", "DATABASE_POOL = 5\n"),
        ],
        ill: &[
            (".env.production", DJANGO),
            ("requirements.txt", LIST),
            ("shop/settings.py", SETTINGS),
            ("jobs/report.py", "from sqlmodel import Session\n\nDATABASE_POOL = 5\n"),
        ],
    },
    Twins {
        rule: "scheme-postgres-for-sqlalchemy",
        healthy: &[(".env.production", DJANGO), ("requirements.txt", LIST), ("shop/settings.py", SETTINGS)],
        ill: &[
            (".env.production", DJANGO),
            ("requirements.txt", LIST),
            ("shop/settings.py", SETTINGS),
            ("alembic.ini", "[alembic]\nsqlalchemy.url = driver://user:pass@localhost/dbname\n"),
        ],
    },
    // Commands begin with no name in capitals.
    Twins {
        rule: "dotenv-syntax",
        healthy: &[(".env.production", SOURCED)],
        ill: &[(".env.production", "set -a\nDB_HOST db.internal\nDB_NAME=shop\n")],
    },
    Twins {
        rule: "dotenv-syntax",
        healthy: &[(".env.production", SOURCED)],
        ill: &[(".env.production", "set -a\nexport DB_PORT 5432\nDB_NAME=shop\n")],
    },
    Twins {
        rule: "dotenv-syntax",
        healthy: &[(".env.production", SOURCED)],
        ill: &[(".env.production", "source base.env\n- DB_HOST=db.internal\nDB_NAME=shop\n")],
    },
    // Of several hosts one is where it is.
    Twins {
        rule: "tls-unspecified",
        healthy: &[(
            ".env.production",
            "DATABASE_URL=postgresql://shop@your-db-host:5432,db-host:5432/shop\n",
        )],
        ill: &[(".env.production", "DATABASE_URL=postgresql://shop@db.acme.com:5432,db-host:5432/shop\n")],
    },
    // An engine is made of something else where the code makes it.
    Twins {
        rule: "url-in-framework-config",
        healthy: &[("alembic.ini", INI), ("migrations/env.py", MAKES_ENGINE)],
        ill: &[("alembic.ini", INI), ("migrations/env.py", SPEAKS_OF_ENGINE)],
    },
    Twins {
        rule: "url-in-framework-config",
        healthy: &[("alembic.ini", INI), ("migrations/env.py", MAKES_ENGINE_BELOW)],
        ill: &[("alembic.ini", INI), ("migrations/env.py", MAKES_ENGINE_FOR_TESTS)],
    },
    Twins {
        rule: "url-in-framework-config",
        healthy: &[("alembic.ini", INI), ("migrations/env.py", MAKES_ENGINE)],
        ill: &[("alembic.ini", INI), ("migrations/env.py", HANDS_ON)],
    },
    // Who else takes a Secret may have no word of a database, and is not read: what lies beside it tells.
    Twins {
        rule: "superuser-role",
        healthy: &[("deploy/web.yaml", TAKES), ("deploy/secret.yaml", TAKEN)],
        ill: &[("deploy/web.yaml", TAKES), ("secrets/web.yaml", TAKEN)],
    },
];

#[test]
fn what_was_softened_too_far_is_told() {
    tell_apart(TWINS);
}

#[test]
fn a_home_is_at_the_beginning_of_a_path() {
    let told = |path: &str| {
        let text = mounts(path);
        found(&[("deploy/web.yaml", &text)], "superuser-role").iter().any(|f| f.severity > Severity::Note)
    };
    for home in ["/Users/ann/data", "/host_mnt/Users/ann/data", "/run/desktop/mnt/host/c/data"] {
        assert!(!told(home), "{home}");
    }
    for other in ["/srv/Users/uploads", "/var/lib/data"] {
        assert!(told(other), "{other}");
    }
}

/// Of a public host without TLS it is an error.
#[test]
fn a_namespace_may_be_called_as_a_domain_is() {
    let public =
        |tree: &[(&str, &str)]| found(tree, "tls-unspecified").iter().any(|f| f.severity == Severity::Error);
    for (dials, service) in [(DIALS_OWN, SERVICE), (DIALS_OWN, WITHIN), (DIALS_POD, SERVICE)] {
        assert!(!public(&[("k8s/web.yaml", dials), ("k8s/postgres.yaml", service)]), "{dials}{service}");
    }
    for (dials, service) in [(DIALS_COMPANY, SERVICE), (DIALS_BELOW, SERVICE), (DIALS_OWN, LEADS_OUT)] {
        assert!(public(&[("k8s/web.yaml", dials), ("k8s/postgres.yaml", service)]), "{dials}{service}");
    }
}

#[test]
fn a_server_is_asked_for_by_the_variable_that_it_takes() {
    let helps = |value: &str| {
        let text = format!(
            "services:\n  db:\n    image: postgres:17-bookworm\n    environment:\n      POSTGRES_PASSWORD: \"{value}\"\n"
        );
        let all = found(&[("compose.production.yml", &text)], "fallback-default");
        all.into_iter().filter_map(|f| f.help).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(helps("${DB_PASSWORD:-{{ password }}}"), "");
    assert!(helps("${DB_PASSWORD:-k3Vq9mT2xLpW7c}").contains("POSTGRES_PASSWORD: ${DB_PASSWORD:?}"));
    for several in ["${DB_PASSWORD:-${PASSWORD:-k3Vq9mT2xLpW7c}}", "own-${DB_PASSWORD:-k3Vq9mT2xLpW7c}"] {
        assert!(helps(several).starts_with("remove the default"), "{several}");
    }
}
