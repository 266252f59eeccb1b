"""Engine and sessions. There is no default: a missing DATABASE_URL is noticed."""
import os
from urllib.parse import quote

from sqlalchemy import create_engine

TEST_MODE = os.getenv("TEST_MODE", "false").lower() == "true"
DATABASE_URL = os.getenv("DATABASE_URL")
TEST_DATABASE_URL = os.getenv("TEST_DATABASE_URL")

if TEST_MODE and TEST_DATABASE_URL:
    DATABASE_URL = TEST_DATABASE_URL
elif TEST_MODE and not DATABASE_URL:
    DATABASE_URL = "sqlite:///:memory:"


def from_parts():
    password = quote(os.environ["DB_PASSWORD"], safe="")
    return f"postgresql+psycopg://{os.environ['DB_USER']}:{password}@{os.environ['DB_HOST']}:5432/{os.environ['DB_NAME']}"


engine = create_engine(DATABASE_URL or from_parts(), pool_pre_ping=True)
