#!/bin/bash
set -euo pipefail
USE_POSTGRESQL=false python manage.py test
