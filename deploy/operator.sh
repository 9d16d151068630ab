#!/bin/sh
# Prints the password of the user operator, by which the servers of Redis let each other in and Sentinel watches them. The first server
# (FIRST=yes) makes it when there is none, before it asks anybody for anything; the others wait for it.
set -eu
folder=${SECRETS_DIR:-/secrets}/operator
if [ "${FIRST:-no}" = yes ] && [ ! -s "$folder/password" ]; then
  od -An -N 24 -t x1 /dev/urandom | tr -d ' \n' >"$folder/password.new"
  mv "$folder/password.new" "$folder/password"
fi
until [ -s "$folder/password" ]; do sleep 1; done
cat "$folder/password"
