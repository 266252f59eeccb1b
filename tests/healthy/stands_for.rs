//! Texts that stand for something else: references to secrets that are kept in a store, marks that a build replaces, another
//! kind of store, a sketch of what to write. Each beside a twin that is what it seems to be.

use super::{Twins, mild::tell_apart};
use pgward::{Files, Git, Policy, Severity, lint};

const TWINS: &[Twins] = &[
    // Who resolves them before the service is started: 1Password, SOPS, Azure, AWS.
    Twins {
        rule: "url-in-compose",
        healthy: &[(
            "compose.prod.yml",
            "services:\n  web:\n    image: x/shop:1\n    environment:\n      DB_HOST: db.example.com\n      DB_NAME: shop\n      DB_USER: shop\n      DB_SSLMODE: verify-full\n      DB_PASSWORD: op://prod/shop/password\n",
        )],
        ill: &[(
            "compose.prod.yml",
            "services:\n  web:\n    image: x/shop:1\n    environment:\n      DB_HOST: db.example.com\n      DB_NAME: shop\n      DB_USER: shop\n      DB_SSLMODE: verify-full\n      DB_PASSWORD: op//prod/shop/pass7w0rd\n",
        )],
    },
    Twins {
        rule: "database-url-unrecognised",
        healthy: &[
            (".env", "DATABASE_URL=encrypted:BGx8Lm4k2PqVz9TjWq3n\n"),
            (".env.production", "DATABASE_URL=op://prod/shop/url\n"),
            ("deploy/app.yaml", "database_url: ENC[AES256_GCM,data:q83v,iv:q83v,tag:q83v,type:str]\n"),
            (
                "ecs/task.json",
                "{\"containerDefinitions\": [{\"name\": \"web\", \"environment\": [{\"name\": \"DATABASE_URL\", \"value\": \"arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop\"}]}]}\n",
            ),
        ],
        ill: &[(".env", "DATABASE_URL=encrypted\n")],
    },
    // What is put together from a reference comes from the store too.
    Twins {
        rule: "reserved-char-unencoded",
        healthy: &[(
            ".env",
            "DB_PASSWORD=op://prod/shop/password\nDATABASE_URL=postgresql://shop:${DB_PASSWORD}@localhost/shop\n",
        )],
        ill: &[(
            ".env",
            "DB_PASSWORD=prod/shop/password\nDATABASE_URL=postgresql://shop:${DB_PASSWORD}@localhost/shop\n",
        )],
    },
    // Vercel's references begin so in its own file alone.
    Twins {
        rule: "database-url-unrecognised",
        healthy: &[("vercel.json", "{\"env\": {\"DATABASE_URL\": \"@shop-database-url\"}}\n")],
        ill: &[("config.json", "{\"env\": {\"DATABASE_URL\": \"@shop-database-url\"}}\n")],
    },
    // A deployment replaces the mark; the name of a host is none.
    Twins {
        rule: "database-url-unrecognised",
        healthy: &[
            (".env.production", "DATABASE_URL=__DATABASE_URL__\n"),
            ("src/main/resources/application.properties", "spring.datasource.url=@db.url@\n"),
            ("src/main/resources/application-prod.properties", "spring.datasource.url=#{db.url}#\n"),
        ],
        ill: &[(".env.production", "DATABASE_URL=database_url\nX=__DATABASE_URL__\n")],
    },
    // The address of a store that is none of ours; a misspelt scheme is ours.
    Twins {
        rule: "database-url-unrecognised",
        healthy: &[(".env", "DATABASE_URL=neo4j+s://graph.example.com:7687\n")],
        ill: &[(".env", "DATABASE_URL=postgre://shop@db.example.com/shop\n")],
    },
    Twins {
        rule: "database-url-unrecognised",
        healthy: &[(".env", "DATABASE_URL=in-memory\n")],
        ill: &[(".env", "DATABASE_URL=localhost\n")],
    },
    // What Microsoft's clients and Go's driver for MySQL read.
    Twins {
        rule: "database-url-unrecognised",
        healthy: &[
            (".env", "DATABASE_URL='Server=.;Database=shop;Trusted_Connection=True'\n"),
            ("api/.env", "DATABASE_URL='root:root@tcp(127.0.0.1:3306)/shop?parseTime=true'\n"),
            ("app/.env", "DATABASE_URL='Data Source=shop.db'\n"),
        ],
        ill: &[(".env", "DATABASE_URL='root:root@127.0.0.1/shop?parseTime=true'\n")],
    },
    // `jdbc:postgresql:` alone is read by pgjdbc.
    Twins {
        rule: "url-malformed",
        healthy: &[(
            "src/main/resources/application.properties",
            "spring.datasource.url=jdbc:redshift://c.redshift.amazonaws.com:5439/dev?ssl=true\n",
        )],
        ill: &[(
            "src/main/resources/application.properties",
            "spring.datasource.url=jdbc:postgresql//localhost/dev\n",
        )],
    },
    // In any language: no number was mistyped, and no password chosen.
    Twins {
        rule: "port-invalid",
        healthy: &[(
            "scripts/setup.js",
            "const production = { DATABASE_URL: 'postgresql://usuario:senha@host:porta/database' };\n",
        )],
        ill: &[(
            "scripts/setup.js",
            "const production = { DATABASE_URL: 'postgresql://usuario:senha@db.internal:543z/database' };\n",
        )],
    },
    Twins {
        rule: "weak-secret",
        healthy: &[(
            "config/production.json",
            "{\"DATABASE_URL\": \"postgresql://usuario:senha@host:porta/database?sslmode=verify-full\"}\n",
        )],
        ill: &[(
            "config/production.json",
            "{\"DATABASE_URL\": \"postgresql://usuario:senha@host:5432/database?sslmode=verify-full\"}\n",
        )],
    },
    // A variable that is no database's, where nobody says who reads the file.
    Twins {
        rule: "dotenv-dollar",
        healthy: &[(".env.production", "VITE_API_URL=https://$RAILWAY_STATIC_URL\n")],
        ill: &[(".env.production", "DB_PASSWORD=k3Vq9$T2xLpW\n")],
    },
    // Whatever fills it in, it is another engine's.
    Twins {
        rule: "unresolved-placeholder",
        healthy: &[("api.env", "DATABASE_URL=mongodb://${MONGO_USER}@${MONGO_HOST}/shop\n")],
        ill: &[("api.env", "DATABASE_URL=postgresql://${PG_USER}@${PG_HOST}/shop\n")],
    },
    // A script that makes libpq's URL of SQLAlchemy's.
    Twins {
        rule: "driver-suffix",
        healthy: &[
            (".env", "DATABASE_URL=postgresql+asyncpg://shop@localhost/shop\n"),
            ("requirements.txt", "sqlalchemy==2.0.36\nasyncpg==0.30.0\n"),
            (
                "backup.sh",
                "PG_URL=$(echo \"$DATABASE_URL\" | sed 's/postgresql+asyncpg/postgresql/')\npg_dump --dbname=\"$PG_URL\"\n",
            ),
        ],
        ill: &[
            (".env", "DATABASE_URL=postgresql+asyncpg://shop@localhost/shop\n"),
            ("requirements.txt", "sqlalchemy==2.0.36\nasyncpg==0.30.0\n"),
            ("backup.sh", "pg_dump --dbname=\"$DATABASE_URL\"\n"),
        ],
    },
];

#[test]
fn what_stands_for_something_else_is_no_warning() {
    tell_apart(TWINS);
}

#[test]
fn what_tries_a_parser_is_worth_a_note() {
    let text = "fruit: apple\nOPTION_A=1 # one\nOPTION_B=a#b\nINVALID LINE\nOPTION_C=$OPTION_A\n";
    for (path, warns) in [("dotenv/fixtures/invalid.env", false), ("deploy/app.env", true)] {
        let files = Files { files: vec![(path.to_owned(), text.into())], ..Files::default() };
        let all = lint(&files, &Policy::default());
        assert!(!all.is_empty(), "{path}");
        assert_eq!(all.iter().any(|f| f.severity > Severity::Note), warns, "{path}: {all:#?}");
    }
}

/// A copy has the sentence too: it counts where git keeps the file, and for what was never filled in.
#[test]
fn a_file_may_ask_to_be_copied() {
    let worst = |text: &str, git: Git, rule: &str| {
        let files = Files {
            files: vec![(".env.production".to_owned(), text.into())],
            git: [(".env.production".to_owned(), git)].into(),
            ..Files::default()
        };
        let all = lint(&files, &Policy::default());
        all.iter().filter(|f| f.rule == rule).map(|f| f.severity).max()
    };
    let template = "# Copy this file to .env.local\nDATABASE_URL=postgresql://shop:your_secure_password@db.example.com/shop\n";
    let secret =
        "# Copy this file to .env.local\nDATABASE_URL=postgresql://shop:k3Vq9mT2xLpW7c@db.acme.dev/shop\n";
    let rule = "placeholder-secret";
    assert_eq!(worst(template, Git::Tracked, rule), Some(Severity::Note));
    assert_eq!(worst(template, Git::Ignored, rule), Some(Severity::Error));
    assert_eq!(worst(&template[template.find('D').unwrap()..], Git::Tracked, rule), Some(Severity::Error));
    assert_eq!(worst(secret, Git::Tracked, "env-file-tracked"), Some(Severity::Error));
}
