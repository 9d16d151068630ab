# For backup.sh and restore.sh: the volumes of the system.

fail() { echo "$(basename "$0" .sh): $1" >&2; exit 1; }

# What a command prints is shown only when it fails.
quietly() {
  local printed
  printed=$("$@" 2>&1) || fail "$* failed: $printed"
}

container() { docker compose ps --all -q "$1" 2>/dev/null | head -n 1; }

volume() { # SERVICE PATH
  docker inspect --format "{{range .Mounts}}{{if eq .Destination \"$2\"}}{{.Name}}{{end}}{{end}}" "$(container "$1")"
}

# Runs a command as root beside the volumes, in the image that Redis has anyway.
on_volumes() { # ro|rw COMMAND
  docker run --rm --interactive --network none --user 0 --entrypoint sh \
    --volume "$(volume redis /data):/volumes/redis:$1" \
    --volume "$(volume recorder /data):/volumes/data:$1" \
    --volume "$(volume feed /data):/volumes/feed:ro" \
    "$(docker inspect --format '{{.Config.Image}}' "$(container redis)")" -c "$2"
}
