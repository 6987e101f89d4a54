#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The half of scripts/test that needs no root: configure, build, run every test.
set -euo pipefail
cd "$(dirname "$0")/../.."
cmake --preset dev >/dev/null
cmake --build --preset dev
ctest --preset dev "$@"
