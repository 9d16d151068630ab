#!/usr/bin/env bash
# Copies Redis and the recordings of the running Compose system into one file: backup.sh [FILE].
# Redis stands still meanwhile, so that both are of one moment; the feed keeps what the game sends, and nothing is lost.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scripts/volumes.sh

file=${1:-vectra-$(date -u +%Y%m%d-%H%M%S).tar.gz}
[ ! -e "$file" ] || fail "$file exists already: give another name"
redis=$(container redis)
[ -n "$redis" ] || fail 'the system does not run here: start it (make up), or set COMPOSE_PROJECT_NAME'

trap 'docker start "$redis" >/dev/null; rm -f "$file.part"' EXIT
echo 'stopping Redis'
docker stop "$redis" >/dev/null
echo "copying to $file"
# It has recordings of an account: for its owner only.
umask 077
# Status 1: a file was written meanwhile, as a crash would leave it.
on_volumes ro 'tar -C /volumes --warning=no-file-changed -cf - redis data || [ $? = 1 ]' | gzip >"$file.part"
gzip -t "$file.part"
mv "$file.part" "$file"
echo "$(du -h "$file" | cut -f 1) in $file; Redis goes on"
