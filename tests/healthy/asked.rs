//! What `--environment` is for: what says no other environment.

use pgward::{Environment, Files, Finding, Policy, Severity, lint};

fn told(tree: &[(&str, &str)], named: &[&str]) -> Vec<Finding> {
    let files = tree.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect();
    let named = named.iter().map(|n| (*n).to_owned()).collect();
    let files = Files { files, named, environment: Some(Environment::Production), ..Files::default() };
    lint(&files, &Policy::default())
}

/// What is an error or a warning.
fn loud(tree: &[(&str, &str)], named: &[&str]) -> Vec<String> {
    let loud = told(tree, named).into_iter().filter(|f| f.severity != Severity::Note);
    loud.map(|f| format!("{}: {}", f.rule, f.message)).collect()
}

const URL: &str = "DATABASE_URL=postgresql://shop:shop@localhost/shop_test\n";

#[test]
fn what_says_another_environment_is_left_its_own() {
    for path in [".env.test", "tests/fixtures/app.env", ".env.local", "config/dev/app.env"] {
        assert_eq!(loud(&[(path, URL)], &["."]), [""; 0], "{path}");
        assert!(!loud(&[(path, URL)], &[path]).is_empty(), "{path} is named");
    }
    assert!(!loud(&[(".env", URL)], &["."]).is_empty());
    assert!(!loud(&[("tests/fixtures/app.env", URL)], &["tests"]).is_empty(), "the directory is named");
    assert!(
        !loud(&[(".env", &format!("APP_ENV=development\n{URL}"))], &["."]).is_empty(),
        "a variable is beaten"
    );
}

#[test]
fn branches_and_classes_are_left_theirs() {
    for (condition, told) in
        [("DEBUG", false), ("settings.IS_LOCAL_DEBUG", false), ("not DEBUG", true), ("LOCAL_URL", true)]
    {
        let text = format!(
            "import os\nif {condition}:\n    DATABASES = {{'default': {{'ENGINE': 'django.db.backends.sqlite3', 'NAME': 'db.sqlite3'}}}}\nelse:\n    DATABASES = {{'default': {{'ENGINE': 'django.db.backends.postgresql', 'NAME': os.environ['DB_NAME'], 'HOST': os.environ['DB_HOST'], 'USER': os.environ['DB_USER']}}}}\n"
        );
        assert_eq!(!loud(&[("config/settings.py", &text)], &["."]).is_empty(), told, "{condition}");
    }
    let classes = "class TestingConfig:\n    SQLALCHEMY_DATABASE_URI = 'sqlite:///:memory:'\nclass ProductionConfig:\n    SQLALCHEMY_DATABASE_URI = os.environ['DATABASE_URL']\n";
    assert_eq!(loud(&[("config.py", classes)], &["."]), [""; 0]);
}

#[test]
fn sections_and_jobs_that_test_are_left_theirs() {
    let sections = "test:\n  adapter: postgresql\n  host: localhost\n  database: shop_test\nproduction:\n  url: <%= ENV['DATABASE_URL'] %>\n";
    assert_eq!(loud(&[("config/database.yml", sections)], &["."]), [""; 0]);
    let job = "jobs:\n  test:\n    runs-on: ubuntu-latest\n    services:\n      db:\n        image: postgres:17-bookworm\n        env: {POSTGRES_PASSWORD: postgres}\n        ports: ['5432:5432']\n    steps:\n      - run: pytest\n        env:\n          DATABASE_URL: postgresql://postgres:postgres@localhost:5432/shop_test\n";
    assert_eq!(loud(&[(".github/workflows/ci.yml", job)], &["."]), [""; 0]);
    let title = "# FOR LOCAL DEVELOPMENT ONLY\nservices:\n  web:\n    build: .\n    environment:\n      DATABASE_URL: postgresql://shop:k3Vq9mT2xLpW7c@db.shop.internal/shop?sslmode=verify-full\n";
    assert_eq!(loud(&[("compose.yml", title)], &["."]), [""; 0]);
    let rest = &title[title.find('\n').unwrap_or(0) + 1..];
    assert!(!loud(&[("compose.yml", rest)], &["."]).is_empty());
}
