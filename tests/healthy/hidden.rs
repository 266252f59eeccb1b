//! What something beside it hides: a password beside a host that is a default, or beside nothing at all.

use super::{Twins, mild::tell_apart};

const TWINS: &[Twins] = &[
    Twins {
        rule: "url-in-framework-config",
        healthy: &[(
            "application-prod.yml",
            "spring:\n  datasource:\n    url: jdbc:postgresql://${DB_HOST:db.acme.io}/shop\n    username: shop\n    password: ${DB_PASSWORD}\n",
        )],
        ill: &[(
            "application-prod.yml",
            "spring:\n  datasource:\n    url: jdbc:postgresql://${DB_HOST:db.acme.io}/shop\n    username: shop\n    password: k3Vq9mT2xLpW7c\n",
        )],
    },
    Twins {
        rule: "url-in-framework-config",
        healthy: &[(
            "application-prod.yml",
            "spring:\n  datasource:\n    url: ${DB_URL}\n    username: ${DB_USER}\n    password: ${DB_PASSWORD}\n",
        )],
        ill: &[(
            "application-prod.yml",
            "spring:\n  datasource:\n    url: ${DB_URL}\n    username: ${DB_USER}\n    password: k3Vq9mT2xLpW7c\n",
        )],
    },
    Twins {
        rule: "fallback-default",
        healthy: &[(
            "application-prod.yml",
            "spring:\n  datasource:\n    url: jdbc:postgresql://${DB_HOST}/${DB_NAME:shop_production}\n    username: ${DB_USER}\n    password: ${DB_PASSWORD}\n",
        )],
        ill: &[(
            "application-prod.yml",
            "spring:\n  datasource:\n    url: jdbc:postgresql://${DB_HOST}/${DB_NAME:shop_production}\n    username: ${DB_USER}\n    password: ${DB_PASSWORD:k3Vq9mT2xLpW7c}\n",
        )],
    },
    Twins {
        rule: "url-in-framework-config",
        healthy: &[(
            "config/database.yml",
            "production:\n  adapter: postgresql\n  host: <%= ENV.fetch(\"DB_HOST\", \"localhost\") %>\n  username: shop\n  password: <%= ENV[\"DB_PASSWORD\"] %>\n  database: shop\n",
        )],
        ill: &[(
            "config/database.yml",
            "production:\n  adapter: postgresql\n  host: <%= ENV.fetch(\"DB_HOST\", \"localhost\") %>\n  username: shop\n  password: k3Vq9mT2xLpW7c\n  database: shop\n",
        )],
    },
    Twins {
        rule: "literal-password",
        healthy: &[("config/production/settings.py", ASKED)],
        ill: &[("config/production/settings.py", WRITTEN)],
    },
    Twins {
        rule: "literal-password",
        healthy: &[("config/production/settings.py", ASKED)],
        ill: &[("config/production/settings.py", ALONE)],
    },
    // On a machine of one's own such a password opens what nobody else reaches.
    Twins {
        rule: "literal-password",
        healthy: &[("config/settings.py", ALONE)],
        ill: &[("config/production/settings.py", ALONE)],
    },
];

const ASKED: &str = "import os\nDATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql', 'NAME': 'shop', 'USER': 'shop',\n    'PASSWORD': os.environ['DB_PASSWORD'], 'HOST': os.environ.get('DB_HOST', 'localhost')}}\n";
const WRITTEN: &str = "import os\nDATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql', 'NAME': 'shop', 'USER': 'shop',\n    'PASSWORD': 'k3Vq9mT2xLpW7c', 'HOST': os.environ.get('DB_HOST', 'localhost')}}\n";
const ALONE: &str = "import os\nDATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql', 'NAME': os.environ['DB_NAME'],\n    'USER': os.environ['DB_USER'], 'PASSWORD': 'k3Vq9mT2xLpW7c', 'HOST': os.environ['DB_HOST']}}\n";

#[test]
fn a_rule_tells_the_twins_apart() {
    tell_apart(TWINS);
}
