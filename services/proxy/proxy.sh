#!/bin/sh
# Starts HAProxy. GATEWAY_TRUST_PROXY: addresses or networks, separated by commas.
set -eu
echo "${GATEWAY_TRUST_PROXY:-}" | tr -s ', ' '\n\n' >/tmp/trusted-proxies
exec haproxy -db -f /etc/haproxy/haproxy.cfg
