#!/usr/bin/env bash
# Builds the addon with AddressSanitizer and UndefinedBehaviorSanitizer in a folder of its own, runs the addon's tests
# on it with leak detection, and fails on any report.
set -euo pipefail
cd "$(dirname "$0")/.."

build=build-asan
reports=$(mktemp -d)
trap 'rm -rf "$reports"' EXIT

mkdir -p "$build"
node node_modules/cmake-js/bin/cmake-js build --out "$build" --parallel 2 \
  --CDLENSCAST_ASAN=ON --CDLENSCAST_UBSAN=ON >"$build/build.log" 2>&1 || { cat "$build/build.log"; exit 1; }

# The JPEG inspector by itself, on blocks of exactly the bytes it is given.
"${CXX:-g++}" -std=c++17 -O1 -g -Inative -fsanitize=address,undefined -fno-sanitize-recover=undefined \
  native/jpeg.cc test/native/jpeg_check.cc -o "$build/jpeg_check"
"$build/jpeg_check"

# Each process writes its reports to a file of its own, so that none is lost whoever reads its stderr; those of other
# programs, which the tests start and whose leaks are their own, are left out by their names. Through GLib's
# libraries only the slow unwinder finds the callers that suppressions name; 8 of them are enough for these and keep
# the run short. For a whole stack raise malloc_context_size. GLib's slices would hide single blocks from the sanitizer.
# Of the threads that end, GCC 12's leak sanitizer keeps wrong addresses of their dynamic TLS and crashes on these.
program=$(basename "$(readlink -f "$(command -v node)")")
status=0
G_SLICE=always-malloc LENSCAST_ADDON="$PWD/$build/Release/lenscast.node" \
  LD_PRELOAD="$("${CXX:-g++}" -print-file-name=libasan.so) $("${CXX:-g++}" -print-file-name=libubsan.so)" \
  ASAN_OPTIONS="detect_leaks=1:fast_unwind_on_malloc=0:malloc_context_size=8:intercept_tls_get_addr=0:log_path=$reports/report:log_exe_name=1" \
  UBSAN_OPTIONS="print_stacktrace=1:log_path=$reports/report:log_exe_name=1" \
  LSAN_OPTIONS="suppressions=$PWD/scripts/lsan.supp:print_suppressions=0" \
  node node_modules/vitest/vitest.mjs run test/native || status=$?

if compgen -G "$reports/report.$program.*" >/dev/null; then
  cat "$reports/report.$program."*
  echo "Sanitizers: $(find "$reports" -name "report.$program.*" | wc -l) processes reported errors, above."
  exit 1
fi
[ "$status" -eq 0 ] && echo 'Sanitizers: no report.'
exit "$status"
