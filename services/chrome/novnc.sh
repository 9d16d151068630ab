#!/usr/bin/env bash
# Shows the display of Chrome's container in a browser. Whoever has the password can act for the account.
set -euo pipefail

[ -n "${VNC_PASSWORD:-}" ] || { echo 'novnc: refused without a password: set VNC_PASSWORD (eight characters count)' >&2; exit 78; }
unset VNC_PASSWORD
exec websockify --web /usr/share/novnc 6080 "${CHROME_NETWORK_NAME:?}:5900"
