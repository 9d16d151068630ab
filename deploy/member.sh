#!/usr/bin/env bash
# Starts one of several servers of Redis with the users of services/redis. The first (FIRST=yes) makes their passwords as ever; the others
# wait for them. Arguments are those of redis-server.
set -euo pipefail
export SECRETS_DIR=${SECRETS_DIR:-/secrets}
scripts=/usr/local/lib/vectra

# By what a replica is let in; in a file, since everybody sees the arguments of a process.
include=$(mktemp)
printf 'masteruser operator\nmasterauth %s\n' "$(/deploy/operator.sh)" >"$include"
set -- --dir /data "$@" --include "$include"
if [ "${FIRST:-no}" = yes ]; then exec "$scripts/start.sh" "$@"; fi

for folder in "$SECRETS_DIR"/*/; do
  until [ -s "$folder/password" ]; do sleep 1; done
done
users=$(mktemp)
"$scripts/users.sh" >"$users"
exec redis-server /etc/vectra/redis.conf --aclfile "$users" --maxmemory "${REDIS_MAXMEMORY:-1gb}" "$@"
