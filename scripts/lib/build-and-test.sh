#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The half of scripts/test that needs no root: configure, build, run every test. --sanitize as the first word: of the
# preset of that name.
set -euo pipefail
cd "$(dirname "$0")/../.."
preset=dev
if [ "${1:-}" = --sanitize ]; then
  preset=sanitize
  shift
fi
cmake --preset "$preset" >/dev/null
cmake --build --preset "$preset"
ctest --preset "$preset" "$@"
