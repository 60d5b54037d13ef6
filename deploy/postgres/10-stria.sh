#!/bin/sh
# Runs once, when the database is made: a role that owns its database and nothing else.
set -eu
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --set password="$(cat "$PG_PASSWORD_FILE")" \
    --username "${POSTGRES_USER:-postgres}" --dbname postgres <<'SQL'
CREATE ROLE stria LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'password';
CREATE DATABASE stria OWNER stria;
REVOKE ALL ON DATABASE stria FROM PUBLIC;
SQL
