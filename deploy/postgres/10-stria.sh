#!/bin/sh
# Runs once, when the databases are made: two roles, each of which owns its database and nothing else. What patients
# write and how they can be reached lie apart.
set -eu
make_database() {
    psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --set name="$1" --set password="$(cat "$2")" \
        --username "${POSTGRES_USER:-postgres}" --dbname postgres <<'SQL'
CREATE ROLE :"name" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'password';
CREATE DATABASE :"name" OWNER :"name";
REVOKE ALL ON DATABASE :"name" FROM PUBLIC;
SQL
}
make_database stria "$PG_PASSWORD_FILE"
make_database stria_clinic "$CLINIC_PASSWORD_FILE"
