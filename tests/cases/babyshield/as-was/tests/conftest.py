import os

os.environ.setdefault("TEST_DATABASE_URL", "sqlite:///:memory:")
