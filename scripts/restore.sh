#!/usr/bin/env bash
# Brings back what backup.sh has copied: restore.sh FILE [--replace]. The system must be stopped, and is stopped afterwards.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scripts/volumes.sh

file=${1:-}
[ -f "$file" ] || fail "${file:-no file given}: no such copy. make restore FILE=<name>, with REPLACE=--replace to drop what the volumes hold"
gzip -t "$file" || fail "$file is no copy made by backup.sh, or damaged"
[ -z "$(docker compose ps -q)" ] || fail 'the system runs: stop it first (make down)'

trap 'docker compose --profile tools down >/dev/null 2>&1' EXIT
# Makes the volumes, with their owners.
quietly docker compose up --no-start redis recorder feed
held=$(on_volumes ro 'find /volumes/redis /volumes/data -mindepth 1 -type f | head -n 1')
[ -z "$held" ] || [ "${2:-}" = --replace ] || fail 'the volumes hold data already: --replace drops it'
echo 'unpacking'
gunzip <"$file" | on_volumes rw 'find /volumes/redis /volumes/data -mindepth 1 -delete && tar -C /volumes -xpf -'

# Whoever was behind at the time of the copy gets the rest first.
quietly docker compose up --detach redis recorder paper
echo 'waiting until the services have read all that was copied'
docker compose run --rm log drain || echo 'the groups named above will not be given the rest' >&2
if [ -z "$(on_volumes ro 'find /volumes/feed -type f | head -n 1')" ]; then
  # What came after the copy is lost. In a new history no place stands for two events.
  docker compose run --rm log renew
else
  echo "the feed's file is there: it has what came after the copy"
fi
echo "$file is restored: start the system (make up)"
