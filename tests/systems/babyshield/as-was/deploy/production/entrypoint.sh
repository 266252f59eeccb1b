#!/bin/sh
set -e
export DATABASE_URL="postgresql://${DB_USER}:${DB_PASSWORD}@${DB_HOST}:5432/${DB_NAME}"
echo "connecting to $DATABASE_URL"
psql postgresql://babyshield_user:Xk29fjw0qpLz@db.babyshield.internal:5432/babyshield -c "select 1"
alembic -c db/alembic.ini upgrade head
exec uvicorn api.main_babyshield:app
