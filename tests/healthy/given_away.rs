//! What gives a password away in any environment.

use super::{Twins, mild::tell_apart};

const TWINS: &[Twins] = &[
    // In development too, what opens a server that everybody reaches is given away.
    Twins {
        rule: "url-in-compose",
        healthy: &[(
            "compose.yml",
            "services:\n  web:\n    build: .\n    environment:\n      DATABASE_URL: postgresql://shop:k3Vq9mT2xLpW7c@db/shop\n",
        )],
        ill: &[(
            "compose.yml",
            "services:\n  web:\n    build: .\n    environment:\n      DATABASE_URL: postgresql://shop:k3Vq9mT2xLpW7c@db.acme.io/shop\n",
        )],
    },
    Twins {
        rule: "url-in-framework-config",
        healthy: &[(
            "src/main/resources/application.properties",
            "spring.datasource.url=jdbc:postgresql://10.0.0.4/shop\nspring.datasource.username=shop\nspring.datasource.password=k3Vq9mT2xLpW7c\n",
        )],
        ill: &[(
            "src/main/resources/application.properties",
            "spring.datasource.url=jdbc:postgresql://db.acme.io/shop\nspring.datasource.username=shop\nspring.datasource.password=k3Vq9mT2xLpW7c\n",
        )],
    },
    Twins {
        rule: "literal-password",
        healthy: &[(
            "dump.sh",
            "#!/bin/sh\nDATABASE_URL=postgresql://shop:k3Vq9mT2xLpW7c@10.0.0.4/shop\npg_dump \"$DATABASE_URL\"\n",
        )],
        ill: &[(
            "dump.sh",
            "#!/bin/sh\nDATABASE_URL=postgresql://shop:k3Vq9mT2xLpW7c@db.acme.io/shop\npg_dump \"$DATABASE_URL\"\n",
        )],
    },
    // A word that everybody tries opens no made-up server, and the one at an address.
    Twins {
        rule: "url-in-framework-config",
        healthy: &[(
            "src/main/resources/application.properties",
            "spring.datasource.url=jdbc:postgresql://db.acme.io/shop\nspring.datasource.username=postgres\nspring.datasource.password=postgres\n",
        )],
        ill: &[(
            "src/main/resources/application.properties",
            "spring.datasource.url=jdbc:postgresql://51.38.12.7/shop\nspring.datasource.username=postgres\nspring.datasource.password=postgres\n",
        )],
    },
    // Nor does one of documents, and none of a network of one's own.
    Twins {
        rule: "url-in-framework-config",
        healthy: &[
            (
                "src/main/resources/application.properties",
                "spring.datasource.url=jdbc:postgresql://1.2.3.4/shop\nspring.datasource.username=postgres\nspring.datasource.password=postgres\n",
            ),
            (
                "src/main/resources/application-a.properties",
                "spring.datasource.url=jdbc:postgresql://100.64.3.4/shop\nspring.datasource.username=postgres\nspring.datasource.password=k3Vq9mT2xLpW7c\n",
            ),
            (
                "src/main/resources/application-b.properties",
                "spring.datasource.url=jdbc:postgresql://db.fritz.box/shop\nspring.datasource.username=postgres\nspring.datasource.password=k3Vq9mT2xLpW7c\n",
            ),
        ],
        ill: &[(
            "src/main/resources/application.properties",
            "spring.datasource.url=jdbc:postgresql://5.9.1.2,5.9.1.3/shop\nspring.datasource.username=postgres\nspring.datasource.password=postgres\n",
        )],
    },
    // A name that the file itself gives a container is reached by nobody else.
    Twins {
        rule: "url-in-compose",
        healthy: &[(
            "compose.yml",
            "services:\n  db:\n    image: postgres:17.2\n    networks: {default: {aliases: [db.shop.io]}}\n  web:\n    build: .\n    environment:\n      DATABASE_URL: postgresql://shop:k3Vq9mT2xLpW7c@db.shop.io/shop\n",
        )],
        ill: &[(
            "compose.yml",
            "services:\n  db:\n    image: postgres:17.2\n  web:\n    build: .\n    environment:\n      DATABASE_URL: postgresql://shop:k3Vq9mT2xLpW7c@db.shop.io/shop\n",
        )],
    },
    // `pre_production` and its like are not production.
    Twins {
        rule: "url-in-framework-config",
        healthy: &[(
            "config/database.yml",
            "pre_production:\n  adapter: postgresql\n  host: db.shop.internal\n  database: w\n  username: shop\n  password: k3Vq9mT2xLpW7c\nold-production:\n  adapter: postgresql\n  host: db.shop.internal\n  database: w\n  username: shop\n  password: k3Vq9mT2xLpW7c\n",
        )],
        ill: &[(
            "config/database.yml",
            "warehouse_production:\n  adapter: postgresql\n  host: db.shop.internal\n  database: w\n  username: shop\n  password: k3Vq9mT2xLpW7c\n",
        )],
    },
];

#[test]
fn a_rule_tells_the_twins_apart() {
    tell_apart(TWINS);
}
