#!/usr/bin/env bash
# Local processes on generated games; code is compiled and services restarted on every change.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
scripts/install.sh redis
npx tsc -b --watch --preserveWatchOutput &
npm run --silent build --workspace apps/web -- --watch &
trap 'kill $(jobs -p) 2>/dev/null; wait' EXIT
node packages/launcher/dist/main.js --demo --watch
