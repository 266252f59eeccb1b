//! What packages carry beside their programs: documents, unit tests, migrations with a URL of their own.

use super::{Twins, mild::tell_apart};

const INI: &str = "[alembic]\nscript_location = migrations\nsqlalchemy.url = postgresql+asyncpg://shop:k3Vq9mT2xLpW7c@db.example.com/shop?ssl=require\n";

const NOTES: &str =
    "# The environment\n\nDATABASE_URL is set\nDATABASE_URL=postgresql://shop@db.example.com/shop\n";

const TWINS: &[Twins] = &[
    // A mapping for another engine's server.
    Twins {
        rule: "file-unparseable",
        healthy: &[("env/mssql.Production.env", "ACCEPT_EULA: Y\nMSSQL_AGENT_ENABLED: true\n")],
        ill: &[("env/db.Production.env", "ACCEPT_EULA: Y\nPOSTGRES_USER: shop\n")],
    },
    // Another engine's URL in an image; a dialect in its own variable.
    Twins {
        rule: "url-in-image",
        healthy: &[(
            "Dockerfile",
            "FROM amazoncorretto:17\nENV DB_URL=jdbc:mysql://db:3306/univ?useSSL=false\n",
        )],
        ill: &[("Dockerfile", "FROM amazoncorretto:17\nENV DB_URL=jdbc:postgresql://db:5432/univ\n")],
    },
    Twins {
        rule: "superuser-role",
        healthy: &[(
            "prod.env",
            "DATABASE_DIALECT=\"mysql\"\nDATABASE_HOST=db\nDATABASE_NAME=shop\nDATABASE_USERNAME=postgres\n",
        )],
        ill: &[(
            "prod.env",
            "DATABASE_DIALECT=\"postgres\"\nDATABASE_HOST=db\nDATABASE_NAME=shop\nDATABASE_USERNAME=postgres\n",
        )],
    },
    // A document about an env file.
    Twins { rule: "dotenv-syntax", healthy: &[(".env.markdown", NOTES)], ill: &[(".env.production", NOTES)] },
    // What a unit test hands to the code that reads it; conftest.py speaks for all tests.
    Twins {
        rule: "user-implicit",
        healthy: &[(
            "tests/test_config.py",
            "def test_reads_the_url(monkeypatch):\n    monkeypatch.setenv(\"DATABASE_URL\", \"postgresql://x\")\n",
        )],
        ill: &[(
            "tests/conftest.py",
            "def pytest_configure(monkeypatch):\n    monkeypatch.setenv(\"DATABASE_URL\", \"postgresql://x\")\n",
        )],
    },
    // env.py makes its engine of other settings and never reads the file's URL.
    Twins {
        rule: "driver-not-installed",
        healthy: &[
            ("requirements.txt", "sqlalchemy==2.0.43\npsycopg==3.2\n"),
            ("alembic.ini", INI),
            (
                "migrations/env.py",
                "from alembic import context\nfrom sqlalchemy.ext.asyncio import create_async_engine\nfrom shop import settings\n\ndef run_migrations_online():\n    engine = create_async_engine(settings.url)\n    run(engine)\n",
            ),
        ],
        ill: &[
            ("requirements.txt", "sqlalchemy==2.0.43\npsycopg==3.2\n"),
            ("alembic.ini", INI),
            (
                "migrations/env.py",
                "from alembic import context\nfrom sqlalchemy import engine_from_config\nfrom shop import settings\n\ndef run_migrations_online():\n    engine = engine_from_config(config.get_section(\"alembic\"))\n    run(engine)\n",
            ),
        ],
    },
    // Nothing of what it keeps in memory is there after another pull.
    Twins {
        rule: "image-floating",
        healthy: &[(
            "docker-compose.prod.yml",
            "services:\n  db:\n    image: pgvector/pgvector:pg16\n    tmpfs:\n      - /var/lib/postgresql/data\n",
        )],
        ill: &[(
            "docker-compose.prod.yml",
            "services:\n  db:\n    image: pgvector/pgvector:pg16\n    tmpfs:\n      - /tmp\n    volumes:\n      - data:/var/lib/postgresql/data\nvolumes: {data: {}}\n",
        )],
    },
];

#[test]
fn what_packages_carry_is_not_taken_for_a_service() {
    tell_apart(TWINS);
}
