#!/usr/bin/env bash
# Runs the system on Docker Compose in the foreground: compose.sh demo|live. Ctrl-C stops and removes the containers.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

compose=(docker compose)
what='the live game'
if [ "$1" = demo ]; then
  compose+=(--profile demo)
  what='generated games'
fi

# A value of .env counts here as it does for Compose.
setting() { # NAME DEFAULT
  local value=${!1:-}
  [ -n "$value" ] || value=$(sed -n "s/^$1=//p" .env 2>/dev/null | tail -n 1)
  echo "${value:-$2}"
}
address="http://$(setting GATEWAY_ADDRESS 127.0.0.1):$(setting GATEWAY_PORT 8080)"

stop() {
  trap '' INT TERM
  echo
  echo 'stopping'
  "${compose[@]}" down --timeout 15
  exit "${1:-0}"
}
trap 'stop 0' INT TERM

# In the background, so that the traps run at once.
run() { "$@" & wait $!; }

run "${compose[@]}" build || { echo 'The images could not be built: the lines above say why.' >&2; exit 1; }
run "${compose[@]}" up --detach || stop 1

for _ in $(seq 120); do
  if run node scripts/healthy.mjs "$address/health"; then
    printf '\n  Watching %s: %s\n  Health: %s/health   Logs: docker compose logs -f   Stop: Ctrl-C\n\n' "$what" "$address" "$address"
    while true; do run sleep 3600; done
  fi
  run sleep 1
done
echo "The system is not well after two minutes. $address/health says what is wrong:" >&2
node scripts/healthy.mjs "$address/health" --verbose >&2 || true
"${compose[@]}" ps >&2
stop 1
