#!/usr/bin/env bash
# What runs in Chrome's container: a display, Chrome, its DevTools on the internal network, and, with a VNC_PASSWORD, the
# display as VNC. When the display, Chrome's keeper or the way to its DevTools ends, all end, and the engine starts the container again.
set -euo pipefail

: "${CHROME_NETWORK_NAME:?is the name under which other containers of the internal network know this one}"
export DISPLAY=:99
cdp_port=${CHROME_CDP_PORT:-9222}

# The address of this container on the internal network: nothing else may reach DevTools or the display.
address=$(getent ahostsv4 "$CHROME_NETWORK_NAME" | awk 'NR == 1 { print $1 }')
[ -n "$address" ] || { echo "sidecar: $CHROME_NETWORK_NAME is not known: is it an alias of this container?" >&2; exit 1; }

# A display that was killed leaves its lock.
rm -f /tmp/.X99-lock /tmp/.X11-unix/X99
Xvfb "$DISPLAY" -screen 0 1280x900x24 -nolisten tcp >/dev/null 2>&1 &
for _ in $(seq 100); do
  [ -S /tmp/.X11-unix/X99 ] && break
  sleep 0.1
done

# Chrome listens on loopback only.
socat "TCP-LISTEN:9223,bind=$address,fork,reuseaddr" "TCP:127.0.0.1:$cdp_port" 2>/dev/null &

if [ -n "${VNC_PASSWORD:-}" ]; then
  (umask 077 && printf '%s\n' "$VNC_PASSWORD" >/tmp/vnc-password)
  vnc=(x11vnc -display "$DISPLAY" -listen "$address" -rfbport 5900 -passwdfile /tmp/vnc-password -forever -shared -noxdamage)
  # Chrome does not end because nobody can look at it.
  (while true; do "${vnc[@]}" >/dev/null 2>&1 || true; sleep 1; done) &
fi
# Nothing else needs it, least of all Chrome.
unset VNC_PASSWORD

node services/chrome/dist/main.js &
chrome=$!

stop() {
  trap - TERM INT
  kill -TERM "$chrome" 2>/dev/null || true
  wait "$chrome" || true
  exit 0
}
trap stop TERM INT
status=0
wait -n || status=$?
echo "sidecar: a part has ended (status $status); ending all" >&2
kill -TERM "$chrome" 2>/dev/null || true
wait "$chrome" || true
exit 1
