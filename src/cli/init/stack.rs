//! What to write into the entrypoint, the CI and compose of this stack. The lines name programs, never what stands in
//! a file.

use crate::{
    finding::Place,
    repository::{Ecosystem, Package, Repository},
    source::Sources,
};

/// A stack, how it is told, and how it starts.
struct Stack {
    name: &'static str,
    ecosystem: Ecosystem,
    /// One of these packages tells it.
    packages: &'static [&'static str],
    /// Stands for another one of the same ecosystem where both are told.
    before: &'static [&'static str],
    /// What the service is started with.
    serve: &'static str,
    /// What brings the schema up to date.
    migrate: &'static str,
}

/// Capitals stand for names of the project.
const STACKS: &[Stack] = &[
    Stack {
        name: "Django",
        ecosystem: Ecosystem::Python,
        packages: &["django"],
        before: &["FastAPI", "SQLAlchemy"],
        serve: "gunicorn PROJECT.wsgi",
        migrate: "python manage.py migrate",
    },
    Stack {
        name: "FastAPI",
        ecosystem: Ecosystem::Python,
        packages: &["fastapi"],
        before: &["SQLAlchemy"],
        serve: "uvicorn APP.main:app --host 0.0.0.0",
        migrate: "alembic upgrade head",
    },
    Stack {
        name: "SQLAlchemy",
        ecosystem: Ecosystem::Python,
        packages: &["sqlalchemy", "flask-sqlalchemy", "sqlmodel"],
        before: &[],
        serve: "gunicorn APP:app",
        migrate: "alembic upgrade head",
    },
    Stack {
        name: "Rails",
        ecosystem: Ecosystem::Ruby,
        packages: &["rails"],
        before: &[],
        serve: "bundle exec puma -C config/puma.rb",
        migrate: "bin/rails db:migrate",
    },
    Stack {
        name: "Prisma",
        ecosystem: Ecosystem::Node,
        packages: &["@prisma/client", "prisma"],
        before: &["Node"],
        serve: "node SERVER.js",
        migrate: "npx prisma migrate deploy",
    },
    Stack {
        name: "Node",
        ecosystem: Ecosystem::Node,
        packages: &["pg", "postgres", "pg-promise", "slonik", "next"],
        before: &[],
        serve: "node SERVER.js",
        migrate: "npm run migrate",
    },
    Stack {
        name: "Rust",
        ecosystem: Ecosystem::Cargo,
        packages: &["sqlx", "diesel", "sea-orm", "tokio-postgres", "postgres", "deadpool-postgres"],
        before: &[],
        serve: "./SERVICE",
        migrate: "sqlx migrate run",
    },
    Stack {
        name: "Go",
        ecosystem: Ecosystem::Go,
        packages: &["github.com/jackc/pgx/v5", "github.com/jackc/pgx/v4", "github.com/lib/pq"],
        before: &[],
        serve: "./SERVICE",
        migrate: "goose up",
    },
    Stack {
        name: "Laravel",
        ecosystem: Ecosystem::Php,
        packages: &["laravel/framework"],
        before: &[],
        serve: "php-fpm",
        migrate: "php artisan migrate --force",
    },
];

/// The lines to print, none of them longer than a terminal where the paths are short.
pub(super) fn next(repository: &Repository, sources: &Sources) -> Vec<String> {
    let told: Vec<(&Stack, &Package)> = STACKS
        .iter()
        .filter_map(|stack| Some((stack, repository.asks_for(stack.ecosystem, stack.packages)?)))
        .collect();
    let covered = |name: &str| told.iter().any(|(stack, _)| stack.before.contains(&name));
    let mut out = Vec::new();
    for (stack, package) in told.iter().filter(|(stack, _)| !covered(stack.name)) {
        let place = Place::of(sources, package.span);
        out.push(format!("{}, by {}:", stack.name, place.to_short()));
        out.extend(service(stack.serve, stack.migrate));
        if stack.name == "Rust" {
            out.push(
                "  or at boot  pgward::Guard::from_env()?.enforce_async().await?  // features = [\"guard\"]"
                    .into(),
            );
        }
    }
    if out.is_empty() {
        out.push("next:".into());
        out.extend(service("COMMAND", "MIGRATE"));
    }
    out.push("  CI          pgward lint".into());
    out
}

fn service(serve: &str, migrate: &str) -> [String; 3] {
    let words: Vec<String> = serve.split(' ').map(|word| format!("\"{word}\"")).collect();
    [
        format!("  entrypoint  exec pgward run --wait 60s -- {serve}"),
        format!(
            "  compose     command: [\"pgward\", \"run\", \"--wait\", \"60s\", \"--\", {}]",
            words.join(", ")
        ),
        format!("  migrations  pgward run --wait 60s -- {migrate}"),
    ]
}
