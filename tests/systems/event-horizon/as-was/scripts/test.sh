#!/bin/bash
set -euxo pipefail
USE_POSTGRESQL=yes DB_NAME=event_horizon_dev DB_USER=event_horizon DB_PASSWORD=dev_password DB_HOST=localhost python manage.py test
PGPASSWORD=$DB_PASSWORD psql -h localhost -U event_horizon -c 'select 1'
