#!/bin/bash
set -e
for db in $(echo "$POSTGRES_MULTIPLE_DATABASES" | tr ',' ' '); do
  createdb --username "$POSTGRES_USER" --owner "$POSTGRES_USER" "$db"
done
