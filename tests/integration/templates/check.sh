# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
# What the template tests stand on.  A test sources this file, calls the functions below and ends with: finish.
# They run as an ordinary user with subordinate ids; $1 is the templates folder.

set -eu
umask 022
templates=${1:?the templates folder is the first argument}
PATH=$PATH:/usr/sbin:/sbin
failures=0 checks=0

# skip REASON TEXT: REASON is of the closed list that the integration tests have.
skip() {
    printf 'SKIP %s: %s\n' "$1" "$2"
    exit 77
}

if [ "$(id -u)" = 0 ]; then
    echo 'these tests are for an ordinary user with subordinate ids, not for root' >&2
    exit 1
fi

scratch=$(mktemp -d "${TMPDIR:-/tmp}/cubby-templates.XXXXXX")
chmod 755 "$scratch"
trap 'as_root rm -rf "$scratch"' EXIT

# as_root COMMAND…: root of a namespace with the user and all his ids, in a mount namespace of its own.
as_root() { unshare --user --map-root-user --map-auto --mount -- "$@"; }
# as_single COMMAND…: root of a namespace with one id.
as_single() { unshare --user --map-root-user --mount -- "$@"; }

as_root true 2>/dev/null || {
    trap 'rm -rf "$scratch"' EXIT
    skip no-subids 'this user has no subordinate ids, or newuidmap is missing'
}

fresh() {
    as_root rm -rf "$scratch/c" "$scratch/tmp"
    mkdir -p "$scratch/c/rootfs" "$scratch/tmp"
    : >"$scratch/progress"
}

# call LAUNCHER TEMPLATE ARGUMENTS…: as cubby calls it.  Sets $status; its output goes to $scratch/out and $scratch/err,
# its progress to $scratch/progress.  $extra_environment: one more NAME=VALUE.
extra_environment=CUBBY_IMAGE=1
call() {
    launcher=$1 template=$2
    shift 2
    status=0
    (
        cd /
        "$launcher" env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
            HOME="$scratch/tmp" TMPDIR="$scratch/tmp" LANG=C.UTF-8 CUBBY_PROGRESS_FD=3 "$extra_environment" \
            "$templates/$template" "$@" </dev/null >"$scratch/out" 2>"$scratch/err" 3>"$scratch/progress"
    ) || status=$?
}
build() {
    fresh
    launcher=$1 template=$2
    shift 2
    call "$launcher" "$template" --path="$scratch/c" --name=probe --rootfs="$scratch/c/rootfs" "$@"
}

# expect WHAT COMMAND…: COMMAND succeeds.
expect() {
    what=$1
    shift
    checks=$((checks + 1))
    "$@" || fault "$what"
}
# refute WHAT COMMAND…: COMMAND fails.
refute() {
    what=$1
    shift
    checks=$((checks + 1))
    ! "$@" || fault "$what"
}
# equal WHAT WANTED SEEN
equal() {
    checks=$((checks + 1))
    [ "$2" = "$3" ] || fault "$1: wanted '$2', got '$3'"
}
# built: the last call ended well; without that the rest of a test says nothing.
built() {
    equal "$1: status" 0 "$status"
    [ "$status" -eq 0 ] || {
        cat "$scratch/out" "$scratch/err"
        exit 1
    }
}
fault() {
    failures=$((failures + 1))
    printf 'FAILED %s\n' "$1"
}

# refused WHAT STATUS TEXT: the last call ended with STATUS and one line on stderr that has TEXT, and left nothing.
refused() {
    equal "$1: status" "$2" "$status"
    equal "$1: lines of stderr" 1 "$(wc -l <"$scratch/err")"
    checks=$((checks + 1))
    case $(cat "$scratch/err") in
        *"$3"*) ;;
        *) fault "$1: '$3' is not in '$(cat "$scratch/err")'" ;;
    esac
    equal "$1: something is left" '' \
        "$(find "$scratch/tmp" "$scratch/c" -mindepth 1 ! -path "$scratch/c/rootfs*")"
}

# ends STARTER WHAT: the process ends within ten seconds; else it is killed.
ends() {
    tries=0
    while kill -0 "$1" 2>/dev/null && [ "$tries" -lt 100 ]; do
        tries=$((tries + 1))
        sleep 0.1
    done
    expect "$2: still runs after ten seconds" test "$tries" -lt 100
    kill -KILL "$1" 2>/dev/null || :
    wait "$1" || :
}

# progress_is_sound: every line has the form of CONTRACT.md, DONE never falls, the last one is complete.
progress_is_sound() {
    awk '
    !/^progress [0-9]+ [0-9]+ ./ { print "bad line: " $0; bad = 1 }
    $3 > 0 && ($2 > $3 || $2 < last) { print "out of order: " $0; bad = 1 }
    { last = $2; total = $3 }
    END { exit bad || NR == 0 || last != total }' "$scratch/progress"
}

finish() {
    printf '%s checks, %s failed\n' "$checks" "$failures"
    [ "$failures" -eq 0 ]
}
