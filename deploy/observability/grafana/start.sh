#!/bin/sh
# Starts Grafana in its image. Its default password is never in use: without one of yours nobody knows it.
: "${GF_SECURITY_ADMIN_PASSWORD:=$(head -c 24 /dev/urandom | base64)}"
export GF_SECURITY_ADMIN_PASSWORD
exec /run.sh
