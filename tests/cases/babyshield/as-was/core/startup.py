import logging
import os

TEST_MODE = os.getenv("TEST_MODE", "false").lower() == "true"
DATABASE_URL = os.getenv("DATABASE_URL")


def database_url():
    global DATABASE_URL
    if not TEST_MODE and not DATABASE_URL:
        logging.error("DATABASE_URL is not set")
        DATABASE_URL = "postgresql+psycopg://postgres:postgres@localhost/babyshield"
    return DATABASE_URL


def from_parts():
    user = os.getenv("DB_USER")
    password = os.getenv("DB_PASSWORD")
    return f"postgresql+psycopg://{user}:{password}@{os.getenv('DB_HOST')}:5432/{os.getenv('DB_NAME')}"
