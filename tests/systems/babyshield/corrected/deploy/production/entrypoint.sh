#!/bin/sh
set -e
DB_PASSWORD_ENCODED=$(jq -rn --arg p "$DB_PASSWORD" '$p|@uri')
export DATABASE_URL="postgresql://${DB_USER}:${DB_PASSWORD_ENCODED}@${DB_HOST}:5432/${DB_NAME}"
pgward preflight --before migrate
alembic -c db/alembic.ini upgrade head
exec uvicorn api.main_babyshield:app
