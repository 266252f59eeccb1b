"""Search recalls by similarity."""
import sqlalchemy as sa
from alembic import op

revision = "2024_pg_trgm"


def upgrade():
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")


def downgrade():
    pass
