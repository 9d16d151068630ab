#!/bin/sh
# Makes a Cluster of the servers, unless they are one already. NODES: their addresses with ports, separated by spaces.
set -eu

REDISCLI_AUTH=$(/deploy/operator.sh)
export REDISCLI_AUTH
for node in $NODES; do
  until redis-cli --user operator -h "${node%:*}" -p "${node#*:}" ping | grep -q PONG; do sleep 1; done
done
first=${NODES%% *}
in_first() { redis-cli --user operator -h "${first%:*}" -p "${first#*:}" "$@"; }

if in_first cluster info | grep -q cluster_slots_assigned:16384; then
  echo 'create.sh: the servers are a Cluster already'
else
  # shellcheck disable=SC2086
  redis-cli --user operator --cluster create $NODES --cluster-yes
fi
