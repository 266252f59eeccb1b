//! What lies flat beside a connection, in a name or in a file next to it, and decides what is meant.

use super::{Twins, mild::tell_apart};
use crate::found;

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

#[test]
fn spring_reads_role_and_password_beside_its_url() {
    let image =
        |lines: &str| format!("FROM eclipse-temurin:21\n{lines}CMD [\"java\", \"-jar\", \"shop.jar\"]\n");
    let url = "ENV SPRING_DATASOURCE_URL=jdbc:postgresql://db.internal:5432/shop\n";
    let host = "ARG SPRING_DATASOURCE_HOST=db.internal:5432\nENV SPRING_DATASOURCE_HOST=${SPRING_DATASOURCE_HOST}\nENV SPRING_DATASOURCE_DATABASE=shop\n";
    let password = "ARG SPRING_DATASOURCE_PASSWORD=k3Vq9mT2xLpW7c\nENV SPRING_DATASOURCE_USERNAME=shop\nENV SPRING_DATASOURCE_PASSWORD=${SPRING_DATASOURCE_PASSWORD}\n";
    let told = |lines: &str| {
        let all = found(&[("Dockerfile", &image(lines))], "url-in-image");
        all.into_iter().any(|f| f.message.starts_with("a password"))
    };
    for place in [url, host] {
        assert!(!told(place), "{place}");
        assert!(told(&format!("{place}{password}")), "{place}");
    }
}
