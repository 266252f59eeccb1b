//! Texts that stand for something else: references to secrets that are kept in a store, marks that a build replaces, another
//! kind of store, a sketch of what to write. Each beside a twin that is what it seems to be.

use super::{Twins, mild::tell_apart};
use pgward::{Files, Git, Policy, Severity, lint};

const TWINS: &[Twins] = &[
    // A letter for each part is no server.
    Twins {
        rule: "user-implicit",
        healthy: &[(
            "persistence/.soda.yml",
            "postgres:\n  url: postgres://a/b\nmysql:\n  url: mysql://tcp(a)/b\n",
        )],
        ill: &[("persistence/.soda.yml", "production:\n  url: postgres://db/b\n")],
    },
    // What the description of an interface shows is nobody's.
    Twins {
        rule: "url-in-framework-config",
        healthy: &[(
            "api/openapi.production.yaml",
            "examples:\n  replace:\n    value:\n      - {key: DATABASE_URL, value: \"postgresql://shop:k3Vq9mT2xL@db.acme.io/shop\"}\n",
        )],
        ill: &[(
            "api/settings.production.yaml",
            "services:\n  replace:\n    value:\n      - {key: DATABASE_URL, value: \"postgresql://shop:k3Vq9mT2xL@db.acme.io/shop\"}\n",
        )],
    },
    // What an expression fills is set.
    Twins {
        rule: "ci-service-mismatch",
        healthy: &[(".github/workflows/test.yml", MADE_BY_EXPRESSION)],
        ill: &[(".github/workflows/test.yml", MADE_OF_NOTHING)],
    },
    // Whoever says the port in the host says the host all the same.
    Twins {
        rule: "test-inherits-database-url",
        healthy: &[(".github/workflows/test.yml", TESTED_HERE)],
        ill: &[(".github/workflows/test.yml", TESTED_THERE)],
    },
    // What a program of the desktop takes from its own environment, or from a file.
    Twins {
        rule: "database-url-unrecognised",
        healthy: &[(
            "opencode.json",
            "{\"mcp\": {\"postgres\": {\"environment\": {\"DATABASE_URL\": \"{env:READ_ONLY_DATABASE_URL}\", \"POSTGRES_URL\": \"{file:~/.secrets/url}\"}}}}\n",
        )],
        ill: &[(
            "opencode.json",
            "{\"mcp\": {\"postgres\": {\"environment\": {\"DATABASE_URL\": \"{READ_ONLY_DATABASE_URL}\", \"POSTGRES_URL\": \"file of secrets\"}}}}\n",
        )],
    },
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
    // Argo CD's plugin for Vault fills in what stands in angle brackets.
    Twins {
        rule: "placeholder-secret",
        healthy: &[(
            "k8s/secret.yaml",
            "apiVersion: v1\nkind: Secret\nmetadata: {name: db, annotations: {avp.kubernetes.io/path: kv/data/db}}\nstringData:\n  DB_HOST: db\n  DB_NAME: shop\n  DB_USER: shop\n  DB_PASSWORD: <password>\n",
        )],
        ill: &[(
            "k8s/secret.yaml",
            "apiVersion: v1\nkind: Secret\nmetadata: {name: db}\nstringData:\n  DB_HOST: db\n  DB_NAME: shop\n  DB_USER: shop\n  DB_PASSWORD: <password>\n",
        )],
    },
    Twins {
        rule: "port-invalid",
        healthy: &[(
            "k8s/secret.yaml",
            "apiVersion: v1\nkind: Secret\nmetadata: {name: db}\nstringData:\n  DATABASE_URL: postgresql://shop:<path:kv/data/db#password>@db/shop?sslmode=require\n",
        )],
        ill: &[(
            "k8s/secret.yaml",
            "apiVersion: v1\nkind: Secret\nmetadata: {name: db}\nstringData:\n  DATABASE_URL: postgresql://shop@db:543z/shop?sslmode=require\n",
        )],
    },
    // Marks in a URL, and for a part of it.
    Twins {
        rule: "reserved-char-unencoded",
        healthy: &[(
            "src/main/resources/application-prod.properties",
            "spring.datasource.url=jdbc:postgresql://@db.host@:5432/@db.name@\n",
        )],
        ill: &[(".env", "DATABASE_URL=postgresql://shop:p@ss/w0rd@db.internal:5432/shop\n")],
    },
    Twins {
        rule: "port-invalid",
        healthy: &[(
            "deploy/.env.production",
            "DB_HOST=__DB_HOST__\nDB_PORT=__DB_PORT__\nDB_NAME=shop\nDB_USER=shop\nDB_PASSWORD=__DB_PASSWORD__\nDB_SSLMODE=require\n",
        )],
        ill: &[(
            "deploy/.env.production",
            "DB_HOST=db.internal\nDB_PORT=DB_PORT\nDB_NAME=shop\nDB_USER=shop\nDB_PASSWORD=k3Vq9mT2xLpW7c\nDB_SSLMODE=require\n",
        )],
    },
    Twins {
        rule: "url-in-framework-config",
        healthy: &[(
            "src/main/resources/application-production.yml",
            "spring:\n  datasource:\n    url: jdbc:postgresql://db.internal:5432/shop?sslmode=verify-full\n    username: shop\n    password: '#{db.password}'\n",
        )],
        ill: &[(
            "src/main/resources/application-production.yml",
            "spring:\n  datasource:\n    url: jdbc:postgresql://db.internal:5432/shop?sslmode=verify-full\n    username: shop\n    password: 'k3Vq9mT2xLpW7c'\n",
        )],
    },
    // A variable that the service has where it runs.
    Twins {
        rule: "empty-password",
        healthy: &[(
            ".env.production",
            "DB_HOST=db.internal\nDB_NAME=shop\nDB_USER=shop\nDB_SSLMODE=require\nDB_PASSWORD=${PROD_DB_PASSWORD}\n",
        )],
        ill: &[(
            ".env.production",
            "DB_HOST=db.internal\nDB_NAME=shop\nDB_USER=shop\nDB_SSLMODE=require\nDB_PASSWORD=\n",
        )],
    },
    Twins {
        rule: "tls-unspecified",
        healthy: &[(".env.production", "DB_HOST=$PROD_DB_HOST\nDB_NAME=shop\nDB_USER=shop\n")],
        ill: &[(".env.production", "DB_HOST=db.internal\nDB_NAME=shop\nDB_USER=shop\n")],
    },
    Twins {
        rule: "url-parts-conflict",
        healthy: &[(
            ".env.production",
            "DATABASE_URL=postgresql://shop@db.internal:5432/shop?sslmode=verify-full\nDB_HOST=$PROD_HOST\nDB_NAME=${PROD_DB}\n",
        )],
        ill: &[(
            ".env.production",
            "DATABASE_URL=postgresql://shop@db.internal:5432/shop?sslmode=verify-full\nDB_HOST=old.internal\nDB_NAME=shop\n",
        )],
    },
    // The loader reads it; 1Password resolves it, with the variable.
    Twins {
        rule: "dotenv-dollar",
        healthy: &[("op.env", "DB_HOST=\"op://$APP_ENV/db/host\"\n")],
        ill: &[("op.env", "DB_HOST=\"db-$APP_ENV.internal\"\n")],
    },
    // Firebase's Realtime Database.
    Twins {
        rule: "database-url-unrecognised",
        healthy: &[
            (".env", "DATABASE_URL=https://shop-default-rtdb.firebaseio.com\n"),
            ("package.json", "{\"dependencies\": {\"firebase-admin\": \"12.0.0\"}}\n"),
        ],
        ill: &[
            (".env", "DATABASE_URL=https://db.example.com\n"),
            ("package.json", "{\"dependencies\": {\"pg\": \"8.13.0\"}}\n"),
        ],
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

const MADE_BY_EXPRESSION: &str = "on: push\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    env: {DB_HOST: 127.0.0.1, DB_USERNAME: shop, DB_PASSWORD: password}\n    services:\n      postgres:\n        image: postgres:17.2-bookworm\n        env: {POSTGRES_USER: \"${{ env.DB_USERNAME }}\", POSTGRES_PASSWORD: \"${{ env.DB_PASSWORD }}\"}\n        ports: [\"5432:5432\"]\n    steps: [{run: npm test}]\n";
const MADE_OF_NOTHING: &str = "on: push\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    env: {DB_HOST: 127.0.0.1, DB_USERNAME: shop, DB_PASSWORD: password}\n    services:\n      postgres:\n        image: postgres:17.2-bookworm\n        env: {POSTGRES_PASSWORD: \"${{ env.DB_PASSWORD }}\"}\n        ports: [\"5432:5432\"]\n    steps: [{run: npm test}]\n";
const TESTED_HERE: &str = "on: push\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: npm test\n        env: {DATABASE_HOST: \"localhost:8080\", DATABASE_USERNAME: shop, DATABASE_NAME: shop}\n";
const TESTED_THERE: &str = "on: push\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: npm test\n        env: {DATABASE_HOST: \"db.acme.io:8080\", DATABASE_USERNAME: shop, DATABASE_NAME: shop}\n";

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

/// What stands in plain sight is not hidden by what is filled in beside it.
#[test]
fn a_password_beside_a_reference_is_told() {
    let told = |path: &str, text: &str, rule: &str| {
        let files = Files {
            files: vec![(path.to_owned(), text.into())],
            git: [(path.to_owned(), Git::Tracked)].into(),
            ..Files::default()
        };
        let all = lint(&files, &Policy::default());
        assert!(all.iter().any(|f| f.rule == rule && f.severity == Severity::Error), "{text}: {all:#?}");
    };
    let rule = "env-file-tracked";
    for text in [
        "DB_HOST=op://prod/shop/host\nDB_USER=shop\nDB_NAME=shop\nDB_PASSWORD=Kx82jfLq0PzR\n",
        "DB_HOST=__DB_HOST__\nDB_USER=shop\nDB_NAME=shop\nDB_PASSWORD=Kx82jfLq0PzR\n",
        "DB_HOST=$PROD_DB_HOST\nDB_USER=shop\nDB_NAME=shop\nDB_PASSWORD=Kx82jfLq0PzR\n",
        "DATABASE_URL=postgresql://shop:Kx82jfLq0PzR@__DB_HOST__:5432/shop\n",
        "DATABASE_URL=postgresql://shop:Kx82jfLq0PzR@$PROD_DB_HOST/shop?sslmode=disable\n",
        "V=__VERSION__\nDATABASE_URL=postgresql://shop:Kx82jfLq0PzR@db.shopprod.io/shop?application_name=shop-$V\n",
        "R=__RELEASE__\nDATABASE_URL='postgresql://shop:Kx82jf$R@db.shopprod.io/shop'\n",
        "DB_HOST=op://prod/shop/host\nDATABASE_URL=postgresql://shop:Kx82jfLq0PzR@${DB_HOST}:5432/shop\n",
        "DB_HOST=db.shopprod.io\nDB_USER=shop\nDB_NAME=shop\nDB_PASSWORD=%Kx82jfLq0PzR%\n",
    ] {
        told(".env.production", text, rule);
    }
    let rule = "url-in-framework-config";
    told("alembic.ini", "[alembic]\nsqlalchemy.url = postgresql://shop:Kx82jfLq0PzR@__HOST__/shop\n", rule);
    let map = "# avp.kubernetes.io/path\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  DATABASE_URL: postgresql://shop:<Kx82>jfLq0PzR@db/shop\n";
    told("k8s/map.yaml", map, "k8s-literal-url");
    let jdbc = "spring.datasource.url=jdbc:postgres://db.shopprod.io:5432/shop\n";
    told("src/main/resources/application.properties", jdbc, "url-malformed");
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
    let manifest = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {containers: [{name: web, image: \"x:1\", envFrom: [{secretRef: {name: db}}]}]}}}\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: db}\nstringData:\n  DB_HOST: db\n  DB_NAME: shop\n  DB_PASSWORD: your_secure_db_password\n";
    let files = Files {
        files: vec![("k8s/secret.yaml".to_owned(), manifest.into())],
        git: [("k8s/secret.yaml".to_owned(), Git::Tracked)].into(),
        ..Files::default()
    };
    let all = lint(&files, &Policy::default());
    assert!(
        all.iter().any(|f| f.rule == rule)
            && all.iter().all(|f| f.rule != rule || f.severity == Severity::Note)
    );
    let empty = "# Copy this file to .env.local\nDATABASE_URL=\n";
    // What git keeps is no place for it.
    assert_eq!(worst(empty, Git::Tracked, "database-url-empty"), Some(Severity::Note));
    assert_eq!(worst(empty, Git::Ignored, "database-url-empty"), Some(Severity::Error));
}
