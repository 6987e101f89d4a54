#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Configures and builds for the tests; the part of scripts/test that must not be done as root. Its word: the preset.
set -euo pipefail
cd "$(dirname "$0")/../.."
cmake --preset "$1" >/dev/null
cmake --build --preset "$1"
