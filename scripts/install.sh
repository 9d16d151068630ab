#!/usr/bin/env bash
# Installs and builds what is missing: npm packages and the compiled code; with arguments also `redis`, `chromium`, `xz`,
# `python` (its websockets) and `promtool` from the system's packages. Says one clear line when it may not.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

fail() { echo "$1" >&2; exit 1; }

command -v node >/dev/null || fail 'Node.js is missing: install version 20.19 or newer.'
node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' ||
  fail "Node.js $(node --version) is too old: install version 20.19 or newer."

package() { # PROGRAM... -- PACKAGE
  local programs=()
  while [ "$1" != -- ]; do programs+=("$1"); shift; done
  for program in "${programs[@]}"; do command -v "$program" >/dev/null && return; done
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || fail "${programs[0]} is missing: apt-get install $2"
  echo "installing $2"
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$2"; } >/dev/null 2>&1 ||
    fail "$2 could not be installed: apt-get install $2"
}

# The tests of the Python client are skipped without it, so it may be missing.
python_websockets() {
  for python in python3 /usr/bin/python3; do "$python" -c 'import websockets' 2>/dev/null && return; done
  (package '' -- python3-websockets) || echo 'going on without: the tests of the Python client are skipped'
}

# Out of its package, which would start a Prometheus. The tests of its rules are skipped without it, so it may be missing.
promtool_alone() {
  command -v promtool >/dev/null && return
  local folder
  folder=$(mktemp -d)
  (
    set -euo pipefail
    [ "$(id -u)" = 0 ] && command -v apt-get dpkg-deb >/dev/null
    echo 'installing promtool'
    cd "$folder"
    apt-get update -qq && apt-get download -qq prometheus
    dpkg-deb --fsys-tarfile prometheus_*.deb | tar -xO ./usr/bin/promtool >promtool
    install -m 755 promtool /usr/local/bin/promtool
  ) 2>/dev/null || echo 'going on without promtool: the tests of metrics and alerts that need it are skipped'
  rm -rf "$folder"
}

for part in "$@"; do
  case "$part" in
    redis) [ -n "${REDIS_URL:-}${REDIS_SERVER:-}" ] || package redis-server valkey-server -- redis-server ;;
    chromium) package chromium google-chrome -- chromium ;;
    xz) package xz -- xz-utils ;;
    python) python_websockets ;;
    promtool) promtool_alone ;;
  esac
done

# npm writes this file when it has installed the lock file's packages.
if [ ! -e node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  echo 'installing npm packages'
  npm ci --no-audit --no-fund --loglevel=error
fi
npm run --silent build
