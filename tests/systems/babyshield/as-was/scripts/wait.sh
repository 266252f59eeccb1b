#!/bin/sh
until pg_isready -d "$DATABASE_URL"; do sleep 1; done
