#!/usr/bin/env bash
# Starts the whole system in the foreground; Ctrl-C stops it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

usage() {
  cat <<'USAGE'
start.sh [--demo] [--standalone|--docker]

  --demo        generated games instead of the live game: no internet and no account needed
  --standalone  local processes with a redis-server of their own (or the one REDIS_URL names)
  --docker      Docker Compose
                Neither: Docker Compose where a Docker engine answers, else local processes.
USAGE
}

demo=false
how=auto
for argument in "$@"; do
  case "$argument" in
    --demo) demo=true ;;
    --standalone) how=standalone ;;
    --docker) how=docker ;;
    -h | --help) usage; exit 0 ;;
    *) echo "start.sh: unknown argument $argument" >&2; usage >&2; exit 2 ;;
  esac
done

engine_answers() { docker info >/dev/null 2>&1 && docker compose version >/dev/null 2>&1; }
if [ "$how" = auto ]; then
  if engine_answers; then how=docker; else how=standalone; fi
elif [ "$how" = docker ] && ! engine_answers; then
  echo 'start.sh: no Docker engine with Compose answers; start one, or use --standalone' >&2
  exit 1
fi

if [ "$how" = docker ]; then
  $demo && exec scripts/compose.sh demo
  exec scripts/compose.sh live
fi

scripts/install.sh redis
$demo && exec node packages/launcher/dist/main.js --demo
exec node packages/launcher/dist/main.js
