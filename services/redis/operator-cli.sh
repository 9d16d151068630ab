#!/bin/sh
# redis-cli as operator: operator-cli XLEN '{rugs}:events'
REDISCLI_AUTH=$(cat "${SECRETS_DIR:-/secrets}/operator/password")
export REDISCLI_AUTH
exec redis-cli --user operator "$@"
