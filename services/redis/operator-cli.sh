#!/bin/sh
# redis-cli as operator: operator-cli XLEN '{rugs}:events'
exec redis-cli --no-auth-warning -u "$(cat /secrets/operator/url)" "$@"
