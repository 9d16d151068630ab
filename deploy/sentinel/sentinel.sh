#!/bin/sh
# Starts a Sentinel, which keeps what it knows in /data. What it is to watch is written there at its first start only: afterwards
# the file says who the primary is.
#
# MASTER: the name under which it watches. PRIMARY: the address of the server that is the primary at first.
set -eu

config=/data/sentinel.conf
if [ ! -s "$config" ]; then
  umask 077
  cat >"$config.new" <<CONFIG
port 26379
dir /data
protected-mode no
loglevel notice
sentinel monitor $MASTER $PRIMARY 6379 2
sentinel auth-user $MASTER operator
sentinel auth-pass $MASTER $(/deploy/operator.sh)
sentinel down-after-milliseconds $MASTER 2000
sentinel failover-timeout $MASTER 10000
sentinel parallel-syncs $MASTER 1
CONFIG
  mv "$config.new" "$config"
fi
exec redis-server "$config" --sentinel
