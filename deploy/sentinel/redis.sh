#!/bin/sh
# Starts one of the Redis servers: as the primary when the Sentinels call it that, otherwise as a replica of the one that they do.
# A primary that comes back after a failover so never takes writes that would be lost. Arguments are those of redis-server.
#
# NODE: the address of this server. SENTINELS: theirs, separated by spaces. MASTER: the name under which they watch it.
set -eu

primary() {
  for sentinel in $SENTINELS; do
    name=$(timeout 2 redis-cli -h "$sentinel" -p 26379 SENTINEL get-master-addr-by-name "$MASTER" 2>/dev/null | head -n 1)
    case $name in '' | *' '*) ;; *) echo "$name" && return ;; esac
  done
  return 1
}

# Without it no Sentinel starts.
/deploy/operator.sh >/dev/null

# On a first start the Sentinels come up at the same time.
for _ in $(seq 60); do
  if name=$(primary); then break; fi
  sleep 1
done
[ -n "${name:-}" ] || { echo "redis.sh: none of the Sentinels ($SENTINELS) says who the primary of $MASTER is" >&2; exit 1; }

[ "$name" = "$NODE" ] || set -- "$@" --replicaof "$name" 6379
echo "redis.sh: $NODE starts; the primary is $name"
exec /deploy/member.sh "$@"
