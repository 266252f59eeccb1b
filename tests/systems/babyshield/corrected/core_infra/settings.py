import os

# A PostgreSQL database that is named after what it came from.
ARCHIVE = os.environ["ARCHIVE_DATABASE_URL"].endswith("/sqlite_archive")
DATABASE_URL = os.environ["DATABASE_URL"]
