#!/bin/sh
# Makes ./secrets for docker-compose.yml, once. The arguments are a command that prints a new keyset:
#   sh docs/production/make-secrets.sh docker run --rm --network none luotsi:0.1.0 keys init
#   sh docs/production/make-secrets.sh ./run luotsi keys init
# Two files stay empty until you fill them in: twilio_auth_token and smtp_url.
set -eu
umask 077

[ $# -gt 0 ] || { echo "say which command prints a keyset, as in the first lines of $0" >&2; exit 2; }
[ ! -e secrets ] || { echo "there is a folder secrets already: nothing was changed" >&2; exit 1; }

random() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }
put() { printf '%s\n' "$2" >"$new/$1"; }

new=$(mktemp -d ./secrets.XXXXXX)
trap 'rm -rf "$new"' EXIT
keyset=$("$@")
owner=$(random) app=$(random) valkey=$(random)
put .gitignore '*'
put keyset "$keyset"
put secret_key "$(random)"
put postgres_superuser_password "$(random)"
put postgres_owner_password "$owner"
put postgres_app_password "$app"
put valkey_password "$valkey"
put migration_database_url "postgresql+psycopg://luotsi_owner:$owner@postgres:5432/luotsi"
put database_url "postgresql+psycopg://luotsi_app:$app@postgres:5432/luotsi"
put broker_url "redis://:$valkey@valkey:6379/0"
: >"$new/twilio_auth_token"
: >"$new/twilio_auth_token_old"
: >"$new/smtp_url"
# Each file is mounted alone into the containers, whose users are not yours and must read it;
# on this machine the folder keeps everybody else out.
chmod 644 "$new"/*
mv "$new" secrets
trap - EXIT
echo "secrets made; keep a copy of secrets/keyset where no copy of the database is"
