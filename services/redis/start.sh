#!/usr/bin/env bash
# Starts the Redis of the log. Each user's password is made at the first start and kept in a folder of its own, beside the URL to give
# to the service as REDIS_URL_FILE; in Docker each folder is a volume that the one service has as well. A password whose file is
# deleted is made anew.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
export SECRETS_DIR=${SECRETS_DIR:-/secrets}
config=${REDIS_CONFIG:-/etc/vectra/redis.conf}
users=$(mktemp)

for user in app feed gateway operator paper recorder; do
  folder=$SECRETS_DIR/$user
  mkdir -p "$folder"
  if [ ! -s "$folder/password" ]; then
    od -An -N 24 -t x1 /dev/urandom | tr -d ' \n' >"$folder/password.new"
    mv "$folder/password.new" "$folder/password"
  fi
  # Another user of its volume's container reads it.
  chmod 0644 "$folder/password"
  # Where Redis is: %s is user and password.
  printf "${REDIS_URL_SHAPE:-redis://%s@redis:6379}\n" "$user:$(cat "$folder/password")" >"$folder/url.new"
  mv "$folder/url.new" "$folder/url"
done

"$here/users.sh" >"$users"
exec redis-server "$config" --aclfile "$users" --maxmemory "${REDIS_MAXMEMORY:-1gb}" "$@"
