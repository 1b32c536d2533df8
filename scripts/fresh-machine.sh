#!/usr/bin/env bash
# Proves the README's commands on a machine that has nothing but git, Node and apt: makes a Debian 12 root in a
# temporary directory, clones what is committed here into it, and runs there
#   npm ci && npm start     (and fetches a snapshot and a stream)
#   npm ci && npm test
# Needs root, debootstrap, a Debian mirror in this machine's own apt sources, and Node 20 or newer here: its program and
# its npm are copied. Prints how long each step took.
#
#   scripts/fresh-machine.sh [--keep] [--skip-tests] [--prebuilt] [--arm64]
#     --keep        leaves the root where it is and prints its path
#     --skip-tests  ends after the stream
#     --prebuilt    with the addons that `npm run prebuild` made here: `npm ci` must then do without a compiler
#     --arm64       the root of an arm64 machine, which qemu runs (package qemu-user-static): `npm ci` and a snapshot
set -euo pipefail

SUITE=bookworm
keep=false
tests=true
prebuilt=false
architecture=$(dpkg --print-architecture)
for word in "$@"; do
  case $word in
    --keep) keep=true ;;
    --skip-tests) tests=false ;;
    --prebuilt) prebuilt=true ;;
    --arm64) architecture=arm64 tests=false ;;
    *) echo "Usage: $0 [--keep] [--skip-tests] [--prebuilt] [--arm64]" >&2; exit 2 ;;
  esac
done
[ "$(id -u)" -eq 0 ] || { echo "Needs root." >&2; exit 1; }

# Namespaces of its own: no mount is seen outside, and every process started here ends with this one.
if [ "${FRESH_MACHINE_INSIDE:-}" != 1 ]; then
  FRESH_MACHINE_INSIDE=1 exec unshare --mount --pid --fork --kill-child --propagation private "$0" "$@"
fi

checkout=$(cd "$(dirname "$0")/.." && pwd)
root=$(mktemp -d "${TMPDIR:-/tmp}/fresh-machine.XXXXXX")
chmod 755 "$root" # apt fetches as another user
emulated=false
registered=false
[ "$architecture" = "$(dpkg --print-architecture)" ] || emulated=true

clean_up() {
  local code=$?
  if $registered; then echo -1 >/proc/sys/fs/binfmt_misc/qemu-aarch64; fi
  umount -l "$root/dev" "$root/sys" "$root/proc" 2>/dev/null || true
  if $keep; then echo "Kept: $root"; else rm -rf --one-file-system "$root"; fi
  exit "$code"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

step() {
  local name=$1 began=$SECONDS
  shift
  echo "== $name"
  "$@"
  echo "== $name took $((SECONDS - began)) s"
}

inside() {
  chroot "$root" /usr/bin/env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    LANG=C.UTF-8 ${NODE_EXTRA_CA_CERTS:+NODE_EXTRA_CA_CERTS="$NODE_EXTRA_CA_CERTS"} \
    bash -euo pipefail -c "cd /root; $1"
}

# The Debian sources of this machine, one line each: URI, release, component.
debian_sources() {
  apt-get indextargets --format '$(ORIGIN)|$(CODENAME)|$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
    sed -n "s/^Debian|$SUITE[a-z-]*|//p" | sort -u
}

# Has the kernel start programs of the other architecture by qemu, until this script ends.
register_qemu() {
  local format=/proc/sys/fs/binfmt_misc
  [ -e $format/register ] || mount -t binfmt_misc binfmt_misc $format
  if [ -e $format/qemu-aarch64 ]; then return; fi
  cat /usr/lib/binfmt.d/qemu-aarch64.conf >$format/register
  registered=true
}

make_root() {
  local mirror
  mirror=$(debian_sources | awk -v suite="$SUITE" '$2 == suite && $3 == "main" { print $1; exit }')
  [ -n "$mirror" ] || { echo "No $SUITE mirror in this machine's apt sources (apt-get update, perhaps)." >&2; exit 1; }
  debootstrap --variant=minbase --arch="$architecture" "$SUITE" "$root" "$mirror" >"$root.log" 2>&1 || { tail -20 "$root.log" >&2; exit 1; }
  rm -f "$root.log"
  debian_sources | sed 's/^/deb /' >"$root/etc/apt/sources.list"
  printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d" # a root without an init starts no services
  chmod +x "$root/usr/sbin/policy-rc.d"
}

# How this machine reaches its mirrors and registries: names, proxies, certificates, credentials; nothing else.
copy_network_settings() {
  cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
  grep -lE '^ *Acquire::' /etc/apt/apt.conf.d/* 2>/dev/null | xargs -r cp -t "$root/etc/apt/apt.conf.d"
  if [ -d /etc/apt/auth.conf.d ]; then cp -r /etc/apt/auth.conf.d "$root/etc/apt/"; fi
  mkdir -p "$root/etc/ssl"
  cp -rL /etc/ssl/certs "$root/etc/ssl/" 2>/dev/null || true
  local settings='^(//|@|registry|proxy|https-proxy|noproxy|cafile|ca\b|strict-ssl|_auth|omit-lockfile)' file
  for file in "$(npm config get globalconfig 2>/dev/null)" /etc/npmrc "$(npm config get userconfig 2>/dev/null)"; do
    if [ -f "$file" ]; then grep -E "$settings" "$file" >>"$root/root/.npmrc" || true; fi
  done
}

# npm has Node itself as packages, one for each kind of machine.
fetch_node() {
  local archive
  archive=$(cd "$root/tmp" && npm pack --silent "node-linux-$architecture@$(node -p 'process.versions.node.split(".")[0]')" | tail -1)
  tar -xzf "$root/tmp/$archive" -C "$root/tmp" package/bin/node
  install -m 755 "$root/tmp/package/bin/node" "$root/usr/local/bin/node"
}

copy_node() {
  local npm_directory
  npm_directory=$(npm root --global 2>/dev/null)/npm
  mkdir -p "$root/usr/local/bin" "$root/usr/local/lib/node_modules"
  if $emulated; then fetch_node; else cp -L "$(node -p process.execPath)" "$root/usr/local/bin/node"; fi
  cp -r "$npm_directory" "$root/usr/local/lib/node_modules/npm"
  ln -s ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
  ln -s ../lib/node_modules/npm/bin/npx-cli.js "$root/usr/local/bin/npx"
}

mount_kernel() {
  mount -t proc proc "$root/proc"
  mount --rbind /dev "$root/dev"
  mount --make-rslave "$root/dev"
  mount --bind -o ro /sys "$root/sys"
}

prepare() {
  copy_network_settings
  copy_node
  mount_kernel
  inside 'apt-get update -q >/dev/null && DEBIAN_FRONTEND=noninteractive apt-get install -yq --no-install-recommends git >/dev/null'
  # libatomic and libstdc++ come with gcc and apt; a Node that needs more than the base system fails here.
  inside 'echo "Node $(node --version), npm $(npm --version), $(git --version)"'
}

clone() {
  git clone --quiet --no-hardlinks "$checkout" "$root/root/lenscast"
  git -C "$root/root/lenscast" log -1 --format='commit %h %s'
  if $prebuilt; then cp -r "$checkout/prebuilds" "$root/root/lenscast/"; fi
}

# Only what a compiler is needed for may have brought one.
check_compiler() {
  if $prebuilt; then inside 'for tool in c++ g++ cmake; do if command -v $tool; then exit 1; fi; done; echo "no compiler"'; fi
}

# In a network of its own, so that the default port is free and nothing outside can be meant.
watch() {
  local script
  script=$(declare -f inside)
  export root
  unshare --net bash -euo pipefail -c "ip link set lo up; $script; inside 'cd lenscast; node scripts/fresh-machine/$1'"
}

if $emulated; then register_qemu; fi
step 'debootstrap' make_root
step 'git and Node' prepare
step 'clone' clone
step 'npm ci' inside 'cd lenscast; npm ci'
check_compiler
if $emulated; then
  step 'a snapshot' watch snapshot.mjs
else
  step 'npm start, snapshot, stream' watch watch.mjs
fi
if $tests; then
  step 'npm ci again' inside 'cd lenscast; npm ci'
  step 'npm test' inside 'cd lenscast; npm test'
fi
echo 'The fresh machine is content.'
