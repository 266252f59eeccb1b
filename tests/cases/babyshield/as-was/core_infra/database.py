"""Engine and sessions. DATABASE_URL falls back to a file, so that a checkout works at once."""
import os

from sqlalchemy import create_engine

DATABASE_URL = os.getenv("DATABASE_URL", "sqlite:///./babyshield.db")

engine = create_engine(DATABASE_URL, pool_pre_ping=True)
