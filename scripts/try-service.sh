#!/usr/bin/env bash
# Proves scripts/install-service with a real systemd: boots this machine's own files in a container, under an overlay
# that is thrown away, without any network but its own, and there installs the service, watches it, stops its event
# loop until the watchdog ends it, kills it, upgrades it to a version that doesn't start, and uninstalls it.
# Needs root, systemd-nspawn (package systemd-container), a built checkout, and Node, curl and GStreamer here.
#
#   scripts/try-service.sh
set -euo pipefail

[ "$(id -u)" -eq 0 ] || { echo 'Needs root.' >&2; exit 1; }
checkout=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/try-service.XXXXXX")
root=$work/root
nspawn=

clean_up() {
  local code=$?
  if [ -n "$nspawn" ]; then kill -TERM "$nspawn" 2>/dev/null || true; wait "$nspawn" 2>/dev/null || true; fi
  umount "$root" 2>/dev/null || true
  rm -rf --one-file-system "$work"
  exit "$code"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

# Other services of this machine are none of ours to start.
make_root() {
  local enabled
  mkdir -p "$root" "$work/upper" "$work/work"
  mount -t overlay overlay -o "lowerdir=/,upperdir=$work/upper,workdir=$work/work" "$root"
  echo 0123456789abcdef0123456789abcdef >"$root/etc/machine-id"
  find "$root/etc/systemd/system" -mindepth 1 -delete
  for enabled in "$root"/etc/rc?.d; do find "$enabled" -mindepth 1 -delete; done
  rm -f "$root/etc/systemd/system-generators/"* # an address of the machine is not the container's
  mkdir -p "$root/opt" "$root/srv"
  mkdir "$root/srv/checkout"
  tar -C "$checkout" --dereference --exclude=./.git --exclude='./build/[!R]*' --exclude='./build-*' -cf - . |
    tar -C "$root/srv/checkout" --no-same-owner -xf -
}

boot() {
  systemd-nspawn --quiet --directory="$root" --register=no --keep-unit --private-network --link-journal=no \
    --console=pipe --boot </dev/null >"$work/console" 2>&1 &
  nspawn=$!
  until init=$(pgrep -P "$nspawn") && inside systemctl is-active --quiet dbus.service 2>/dev/null; do
    kill -0 "$nspawn" || { cat "$work/console" >&2; exit 1; }
    [ "$SECONDS" -lt 60 ] || { echo 'systemd does not come up in a minute' >&2; exit 1; }
    sleep 0.2
  done
  inside systemctl --version | head -1
}

inside() { nsenter --target "$init" --all --wdns=/srv/checkout env -i PATH="$PATH" HOME=/root "$@"; }
property() { inside systemctl show --property "$1" --value lenscast; }
heading() { printf '\n== %s\n' "$*"; }

# Waits until a property of the service is what it should be.
await() {
  local name=$1 wanted=$2 until=$((SECONDS + $3))
  while [ "$(property "$name")" != "$wanted" ]; do
    [ "$SECONDS" -lt "$until" ] || { echo "$name is $(property "$name") and not $wanted" >&2; exit 1; }
    sleep 0.2
  done
  echo "$name=$wanted"
}

picture() {
  inside curl --silent --show-error --max-time 10 --output /dev/null --write-out '%{http_code} %{content_type} %{size_download} bytes\n' \
    'http://127.0.0.1:8080/snapshot'
}

make_root
boot

heading 'install: the service is ready when systemctl returns, and serves'
inside scripts/install-service
inside systemctl status --no-pager --lines 4 lenscast
picture

heading 'as whom it runs'
inside ps -o user,group,supgrp,args -p "$(property MainPID)"

heading 'install again: the configuration stays'
inside sh -c 'echo "# mine" >> /etc/lenscast/lenscast.yaml'
inside scripts/install-service
inside grep --count '# mine' /etc/lenscast/lenscast.yaml
await NRestarts 0 5

heading 'it is killed: systemd starts it again'
inside sh -c "kill -KILL $(property MainPID)"
await NRestarts 1 20
await ActiveState active 20
picture

heading 'its event loop stands still (WatchdogSec=30): the watchdog ends it, systemd starts it again'
began=$SECONDS
inside sh -c "kill -STOP $(property MainPID)"
await NRestarts 2 60
echo "after $((SECONDS - began)) s"
await ActiveState active 20
inside journalctl --no-pager --output cat --unit lenscast --grep 'Watchdog|watchdog' | tail -3
picture

heading 'a dead camera that somebody watches: nothing is restarted for longer than the watchdog waits'
inside sh -c 'printf "server: { port: 8080 }\ncameras: { dead: { source: \"rtsp://127.0.0.1:1/\" } }\n" > /etc/lenscast/lenscast.yaml'
inside systemctl restart lenscast
inside sh -c 'curl --silent --max-time 45 --output /dev/null http://127.0.0.1:8080/stream || true'
await NRestarts 0 1
property StatusText

heading 'an upgrade that does not start gives way to the version before'
inside sed -i 's|^export async function startServer.*|&\nthrow new Error("broken build");|' dist/server.js
if inside scripts/install-service; then echo 'it was accepted' >&2; exit 1; fi
await ActiveState active 20
inside sh -c '! grep "broken build" /opt/lenscast/dist/server.js'

heading 'uninstall: the configuration stays; with --purge nothing does'
inside scripts/install-service uninstall
inside sh -c 'test ! -e /opt/lenscast && test ! -e /etc/systemd/system/lenscast.service && test -f /etc/lenscast/lenscast.yaml'
inside scripts/install-service uninstall --purge
inside sh -c 'test ! -e /etc/lenscast && ! id lenscast 2>/dev/null'

heading 'The service is content.'
