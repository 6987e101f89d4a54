# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
# The frame of every recipe: arguments, errors, progress, the cell of namespaces (see ../CONTRACT.md).
#
# A recipe sources this file and defines
#   template_name           its name, the first word of its messages
#   recipe_usage            prints the help of its own options on stdout
#   recipe_option OPT VAL   takes one option of its own; returns 1 when it knows none of that name
#   recipe_check            looks at the options and the host before anything is written; calls refuse or lack
#   recipe_build            fills $rootfs; runs as root of the namespace, in a mount and pid namespace of its own
# and ends with: template_main "$@".  A recipe that neither mounts nor starts anything may set own_cell=no before that.
# After the arguments are read: $container_path, $container_name, $rootfs, $architecture (Debian's word), $id_map
# (full or single), $work (a private directory that is removed at the end).

own_cell=yes
exit_failed=1 exit_usage=2 exit_lacking=3

# stop STATUS REASON…: the one line on stderr that the caller shows.
stop() {
    stop_status=$1
    shift
    printf '%s: %s\n' "$template_name" "$*" >&2
    exit "$stop_status"
}
fail() { stop "$exit_failed" "$@"; }
refuse() { stop "$exit_usage" "$*; cubby create NAME -t $template_name -- -h lists what is known"; }
lack() { stop "$exit_lacking" "$@"; }

# progress DONE TOTAL TEXT: integers; TOTAL 0 is unknown.  A line on stdout as well, when the text is new.
last_progress_text=
progress() {
    if [ "$3" != "$last_progress_text" ]; then
        printf '%s\n' "$3"
        last_progress_text=$3
    fi
    case ${CUBBY_PROGRESS_FD-} in
        [3-9]) printf 'progress %s %s %s\n' "$1" "$2" "$3" >&"$CUBBY_PROGRESS_FD" ;;
    esac
}

usage() {
    recipe_usage
    cat <<EOF

Options that the caller gives:
  --path=DIR --name=NAME --rootfs=ROOTFS --mapped-uid=N --mapped-gid=N

Exit status: 0 done, 1 failed, 2 wrong arguments, 3 the host lacks something that is named.
EOF
}

# The names that LXC, the kernel and Debian have for one architecture, as Debian's.
debian_architecture() {
    case $1 in
        amd64 | x86_64) echo amd64 ;;
        i386 | i486 | i586 | i686 | x86) echo i386 ;;
        arm64 | aarch64 | armv8l) echo arm64 ;;
        armhf | armv7l | armv7hl) echo armhf ;;
        armel | armv6l | arm) echo armel ;;
        ppc64el | ppc64le) echo ppc64el ;;
        loong64 | loongarch64) echo loong64 ;;
        *) echo "$1" ;;
    esac
}

# word_of WHAT VALUE CHARACTERS: VALUE is not empty, starts with no dash and has only CHARACTERS (a bracket expression).
word_of() {
    case $2 in
        '' | -*) refuse "$1 '$2': a value is needed" ;;
    esac
    case $2 in
        *[!$3]*) refuse "$1 '$2': not a valid value" ;;
    esac
}

url_of() {
    case $2 in
        http://?* | https://?*) ;;
        *) refuse "$1 '$2': not an http:// or https:// address" ;;
    esac
    word_of "$1" "$2" 'A-Za-z0-9:/._~@%+-'
}

take_option() {
    case $1 in
        -p | --path) container_path=$2 ;;
        -n | --name) container_name=$2 ;;
        --rootfs) rootfs=$2 ;;
        --mapped-uid) mapped_uid=$2 ;;
        --mapped-gid) mapped_gid=$2 ;;
        -a | --arch) architecture=$2 ;;
        *) recipe_option "$1" "$2" || refuse "unknown option '$1'" ;;
    esac
}

# Every option has a value, in the same word after '=' or in the next word.
parse_arguments() {
    container_path='' container_name='' rootfs='' mapped_uid='' mapped_gid='' architecture=''
    while [ $# -gt 0 ]; do
        case $1 in
            -h | --help)
                usage
                exit 0
                ;;
            --?*=*)
                take_option "${1%%=*}" "${1#*=}"
                shift
                ;;
            -?*)
                [ $# -ge 2 ] || refuse "option '$1' needs a value"
                take_option "$1" "$2"
                shift 2
                ;;
            *) refuse "unexpected argument '$1'" ;;
        esac
    done
}

check_arguments() {
    [ -n "$container_path" ] || refuse "--path=DIR is missing"
    [ -n "$container_name" ] || refuse "--name=NAME is missing"
    word_of --name "$container_name" 'A-Za-z0-9._-'
    [ -n "$rootfs" ] || rootfs=$container_path/rootfs
    case $rootfs in
        /*) ;;
        *) refuse "--rootfs '$rootfs': not an absolute path" ;;
    esac
    [ -z "$architecture" ] || word_of --arch "$architecture" 'a-z0-9_'
    machine=$(debian_architecture "$(uname -m)")
    architecture=$(debian_architecture "${architecture:-$machine}")
}

check_place() {
    [ "$(id -u)" = 0 ] || lack "must run as root of a user namespace; use: cubby create NAME -t $template_name"
    [ -d "$rootfs" ] || mkdir -p -- "$rootfs" || fail "$rootfs: cannot be made"
    for entry in "$rootfs"/* "$rootfs"/.[!.]*; do
        case ${entry##*/} in
            '*' | '.[!.]*' | lost+found) ;;
            *) fail "$rootfs: is not empty" ;;
        esac
    done
    id_map=full
    read -r inside _ count </proc/self/uid_map || fail "/proc/self/uid_map: cannot be read"
    if [ "$inside" = 0 ] && [ "$count" = 1 ] && [ "$(wc -l </proc/self/uid_map)" -eq 1 ]; then
        id_map=single
    fi
}

# add_config KEY VALUE: a line of DIR/config, unless the file sets the key already (CONTRACT.md lists the keys).
add_config() {
    config=$container_path/config
    if [ -e "$config" ]; then
        while IFS= read -r line; do
            case $line in
                "$1="* | "$1 "*) return 0 ;;
            esac
        done <"$config"
    else
        new_config=yes
    fi
    printf '%s = %s\n' "$1" "$2" >>"$config" || fail "$config: cannot be written"
    if [ "${new_config-}" = yes ] && [ -n "$mapped_uid$mapped_gid" ]; then
        chown "${mapped_uid:-0}:${mapped_gid:-0}" "$config" || fail "$config: cannot be given to $mapped_uid"
    fi
    new_config=no
}

# What a build leaves behind goes with it: mounts with the mount namespace, processes with the pid namespace.
enter_cell() {
    command -v unshare >/dev/null || lack "unshare is not installed; apt-get install util-linux"
    CUBBY_TEMPLATE_CELL=inside
    export CUBBY_TEMPLATE_CELL
    exec unshare --mount --propagation private --pid --fork --kill-child -- /bin/sh "$0" "$@"
}

template_main() {
    umask 022
    parse_arguments "$@"
    check_arguments
    recipe_check
    check_place
    [ "$own_cell" = no ] || [ "${CUBBY_TEMPLATE_CELL-}" = inside ] || enter_cell "$@"
    unset CUBBY_TEMPLATE_CELL
    trap 'exit 143' TERM
    trap 'exit 130' INT
    work=$(mktemp -d "${TMPDIR:-/tmp}/cubby-template.XXXXXX") || fail "${TMPDIR:-/tmp}: no directory can be made there"
    trap 'rm -rf -- "$work"' EXIT
    chown 0:0 "$rootfs"
    chmod 755 "$rootfs"
    recipe_build
}
