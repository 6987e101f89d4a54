#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A build that is told to stop, while its mirror keeps it waiting, ends soon and leaves no process and no file.
# shellcheck source=check.sh
. "$(dirname "$0")/check.sh"

mkfifo "$scratch/port"
python3 -c '
import socket, sys, time
server = socket.create_server(("127.0.0.1", 0))
print(server.getsockname()[1], file=open(sys.argv[1], "w"))
time.sleep(60)' "$scratch/port" &
mirror=$!
read -r port <"$scratch/port"

cancelled() {
    fresh
    setsid unshare --user --map-root-user --map-auto --mount -- env -i PATH="$PATH" HOME="$scratch/tmp" \
        TMPDIR="$scratch/tmp" LANG=C.UTF-8 CUBBY_PROGRESS_FD=3 "$templates/recipes/debian" --path="$scratch/c" \
        --name=probe "--tool=$1" "--mirror=http://127.0.0.1:$port/debian" \
        </dev/null >"$scratch/out" 2>"$scratch/err" 3>"$scratch/progress" &
    builder=$!
    tries=0
    until pgrep -f "$1.*127.0.0.1:$port" >/dev/null || [ "$tries" -ge 100 ]; do
        tries=$((tries + 1))
        sleep 0.1
    done
    expect "$1: was not started" test "$tries" -lt 100
    sleep 1
    kill -TERM -"$builder"
    ends "$builder" "$1"
    equal "$1: left in TMPDIR" '' "$(ls -A "$scratch/tmp")"
    refute "$1: processes are left" pgrep -f "127.0.0.1:$port"
}

for tool in mmdebstrap debootstrap; do
    command -v "$tool" >/dev/null || continue
    cancelled "$tool"
done
kill "$mirror"
finish
