import os

os.environ.setdefault("TEST_DATABASE_URL", "postgresql+psycopg://postgres:postgres@localhost:5432/babyshield_test")
