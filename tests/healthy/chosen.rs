//! What a project chose, and what a program fills in: each beside a twin that nobody chose or fills in.

use super::{Twins, mild::tell_apart};

const TWINS: &[Twins] = &[
    // A cluster on a laptop. The word of an environment above it is stronger, and `kind` alone is no cluster.
    Twins {
        rule: "weak-secret",
        healthy: &[
            ("k8s/local/api.yaml", API),
            ("k8s/overlays/minikube/api.yaml", API),
            ("deploy/kind/api.yaml", API),
            ("k8s/api.local.yaml", API),
            ("k8s/api-local.yaml", API),
            ("/home/live/shop/k8s/local/api.yaml", API),
        ],
        ill: &[("k8s/production/local/api.yaml", API)],
    },
    Twins {
        rule: "tls-unspecified",
        healthy: &[("k8s/overlays/docker-desktop/api.yaml", API)],
        ill: &[("kind/api.yaml", API)],
    },
    Twins {
        rule: "password-equals-identifier",
        healthy: &[("local/api.yaml", API)],
        ill: &[("/usr/local/shop/api.yaml", API)],
    },
    // What a program fills in may be any host.
    Twins {
        rule: "tls-unspecified",
        healthy: &[
            (
                "inventories/production/group_vars/all.yml",
                "postgres:\n  host: \"{{ hostvars['db1'].ansible_host }}\"\n  user: app\n  database: app\n",
            ),
            (
                "chart/values-prod.yaml",
                "env:\n  DB_HOST: \"{{ .Release.Name }}-postgresql\"\n  DB_NAME: app\n  DB_USER: app\n",
            ),
            (
                "profiles.prod.yml",
                "shop:\n  outputs:\n    prod:\n      type: postgres\n      host: \"{{ env_var('DBT_HOST') }}\"\n      user: app\n      dbname: app\n",
            ),
        ],
        ill: &[(
            "chart/values-prod.yaml",
            "env:\n  DB_HOST: \"{{ .Release.Name }}.abc.eu-west-1.rds.amazonaws.com\"\n  DB_NAME: app\n  DB_USER: app\n",
        )],
    },
    // Clients of Go hand to the server what they do not know; a slip is a slip there too.
    Twins {
        rule: "url-malformed",
        healthy: &[
            ("go.mod", "module a\nrequire gorm.io/driver/postgres v1.5.7\n"),
            (".env", GORM),
            (
                "config.prod.yml",
                "database:\n  dsn: host=db user=app dbname=app search_path=app,public pool_max_conns=4\n",
            ),
        ],
        ill: &[
            ("go.mod", "module a\nrequire gorm.io/driver/postgres v1.5.7\n"),
            (".env", "DATABASE_URL=\"host=localhost usr=postgres dbname=app TimeZone=UTC\"\n"),
        ],
    },
    Twins {
        rule: "url-malformed",
        healthy: &[(".env", GORM)],
        ill: &[("requirements.txt", "psycopg==3.2\n"), (".env", GORM)],
    },
];

/// The string of GORM's documentation.
const GORM: &str = "DATABASE_URL=\"host=localhost user=postgres password=postgres dbname=app port=5432 sslmode=disable TimeZone=Asia/Shanghai\"\n";

/// A workload whose password is as good as none.
const API: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api}\nspec:\n  template:\n    spec:\n      containers:\n        - name: api\n          image: api:1\n          env:\n            - name: DATABASE_URL\n              value: postgresql://app:app@postgres:5432/app\n";

#[test]
fn what_was_chosen_and_what_is_filled_in_is_no_warning() {
    tell_apart(TWINS);
}
