//! What lies flat beside a connection, in a name or in a file next to it, and decides what is meant.

use super::{Twins, mild::tell_apart};

/// Settings of Django with a password that opens nothing here.
const DJANGO: &str = "DATABASES = {\"default\": {\"ENGINE\": \"django.db.backends.postgresql\", \"HOST\": \"db.internal\", \"NAME\": \"shop\", \"USER\": \"shop\", \"PASSWORD\": \"k3Vq9mT2xLpW7c\"}}\n";
const NODE: &str = "module.exports = { DATABASE_URL: \"postgresql://shop@db.internal/shop\" };\n";
const TOML: &str = "DATABASE_URL = \"postgresql://shop@db.internal/shop\"\n";

#[test]
fn settings_are_for_whom_their_name_says() {
    tell_apart(&[
        Twins {
            rule: "tls-unspecified",
            healthy: &[("shop/settings_dev.py", DJANGO)],
            ill: &[("shop/settings_production.py", DJANGO)],
        },
        Twins {
            rule: "tls-unspecified",
            healthy: &[("shop/copy_production.py", DJANGO)],
            ill: &[("shop/production_settings.py", DJANGO)],
        },
        Twins {
            rule: "tls-unspecified",
            healthy: &[("config.js", NODE)],
            ill: &[("config-production.js", NODE)],
        },
        Twins {
            rule: "tls-unspecified",
            healthy: &[("config.js", NODE)],
            ill: &[("config.production.js", NODE)],
        },
        Twins {
            rule: "tls-unspecified",
            healthy: &[("settings_test.toml", TOML)],
            ill: &[("settings_production.toml", TOML)],
        },
    ]);
}
