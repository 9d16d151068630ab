#!/usr/bin/env bash
# Prints the users of Redis as an ACL file. STREAM: the name of the log; SECRETS_DIR: has <user>/password.
#
# Every service reads the whole log, may have a group on its events, and writes only what is its own.
set -euo pipefail
log="{$(tr -d '{}' <<<"${STREAM:-rugs}")}"
secrets=${SECRETS_DIR:?is the folder of the passwords}

password() { echo "#$(tr -d '\n' <"$secrets/$1/password" | sha256sum | cut -d ' ' -f 1)"; }

# What a connection is made with, and reading. Scripts run with the rights of who calls them.
common="on resetchannels ~$log:* -@all +@connection +@read -@dangerous +info +role +time +multi +exec +discard +watch +unwatch"
common+=" +command +eval +evalsha +script|load +script|exists +cluster|slots +cluster|shards +cluster|nodes +cluster|info +cluster|myid"

# Of the events only the place of its group, its own or another's: Redis can't tell groups apart.
groups="(~$log:events +xreadgroup +xack +xgroup +xclaim +xautoclaim)"

# KEY...: the keys that a user may write.
owns() { echo "($(printf "~$log:%s " "$@")+@write -@dangerous -@scripting)"; }
# NAME...: what a role or the owner of a group keeps under its name.
roles() { for name in "$@"; do echo "lease:$name" "fence:$name" "dlq:$name" "attempts:$name" "replay:$name"; done; }

user() { echo "user $1 $(password "$1") ${*:2}"; }

# Nobody gets in as this one. But when Redis reads its append-only file it carries out transactions with the rights of this one, and
# leaves out what it may not: so it may do everything.
echo 'user default off resetpass ~* &* +@all'
echo "user operator on $(password operator) ~* &* +@all"
# shellcheck disable=SC2046
{
  user feed "$common" "$(owns services events meta ephemeral raw $(roles feed))"
  user recorder "$common" "$groups" "$(owns services raw 'window:*' recorder:control $(roles recorder capture))"
  user paper "$common" "$groups" "$(owns services 'paper:*' $(roles 'paper:*'))"
  user gateway "$common" "$groups" "$(owns services ephemeral recorder:control 'paper:commands:*' $(roles 'gateway:*'))"
  # For services of one's own, whose groups are called app-...
  user app "$common" "$groups" "$(owns services ephemeral $(roles 'app-*'))"
}
