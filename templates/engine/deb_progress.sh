# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
# Readers: they turn the lines of a tool into progress, keep them in $work/tool.log, and end with the tool's status.
# Percent of a stage: its first value, plus the part of its width that the counted packages are of all.

stage_first=0 stage_width=0 stage_done=0 stage_total=0 stage_text='' shown=-1

# stage FIRST WIDTH TOTAL TEXT: TOTAL is how many counted lines it will have (0: unknown).
stage() {
    stage_first=$1 stage_width=$2 stage_total=$3 stage_text=$4 stage_done=0
    show
}

show() {
    percent=$stage_first
    [ "$stage_total" -eq 0 ] || percent=$((stage_first + stage_width * stage_done / stage_total))
    [ "$percent" -le $((stage_first + stage_width)) ] || percent=$((stage_first + stage_width))
    if [ "$percent" -gt "$shown" ] || [ "$stage_text" != "$last_progress_text" ]; then
        [ "$percent" -gt "$shown" ] || percent=$shown
        shown=$percent
        progress "$percent" 100 "$stage_text"
    fi
}

count() {
    stage_done=$((stage_done + 1))
    show
}

# keep LINE: the last line, with the status, is no word of the tool's.
keep() {
    case $1 in
        'cubby-exit '*) ;;
        *) printf '%s\n' "$1" >>"$work/tool.log" ;;
    esac
}

# new_packages LINE: N of "0 upgraded, N newly installed, …".
new_packages() {
    amount=${1#*, }
    echo "${amount%% newly*}"
}

read_mmdebstrap() {
    packages_here=0
    while IFS= read -r line; do
        keep "$line"
        case $line in
            'I: running apt-get update'*) stage 2 6 0 'reading the package lists' ;;
            'I: downloading packages'*) stage 8 17 0 'downloading the base packages' ;;
            *' newly installed,'*)
                packages_here=$(new_packages "$line")
                stage_total=$packages_here
                ;;
            'I: extracting archives'*) stage 25 10 0 'unpacking the base packages' ;;
            'I: installing essential'*) stage 35 25 $((packages_here * 2)) 'installing the base packages' ;;
            'I: installing remaining'*) stage 60 10 0 'downloading the other packages' ;;
            Get:*) count ;;
            'Unpacking '* | 'Setting up '*)
                [ "$stage_first" -ne 60 ] || stage 70 26 $((packages_here * 2)) 'installing the other packages'
                count
                ;;
            'I: cleaning'*) stage 96 1 0 'cleaning up' ;;
            'cubby-exit '*) return "${line#cubby-exit }" ;;
        esac
    done
    return 1
}

# debootstrap does not say how many packages there will be: about a hundred are expected, and counted for the rest.
read_debootstrap() {
    retrieved=0
    while IFS= read -r line; do
        keep "$line"
        case $line in
            'I: Retrieving '*)
                [ "$stage_first" -eq 5 ] || stage 5 20 100 'downloading packages'
                retrieved=$((retrieved + 1))
                count
                ;;
            'I: Extracting '*)
                [ "$stage_first" -eq 25 ] || stage 25 10 "$retrieved" 'unpacking packages'
                count
                ;;
            'I: Installing core'*) stage 35 5 0 'installing the core packages' ;;
            'I: Unpacking '* | 'I: Configuring '*)
                [ "$stage_first" -eq 40 ] || stage 40 35 $((retrieved * 2)) 'installing packages'
                count
                ;;
            'cubby-exit '*) return "${line#cubby-exit }" ;;
        esac
    done
    return 1
}

read_apt() {
    packages_here=0
    while IFS= read -r line; do
        keep "$line"
        case $line in
            *' newly installed,'*)
                packages_here=$(new_packages "$line")
                stage 77 19 $((packages_here * 3)) 'installing the other packages'
                ;;
            Get:* | 'Unpacking '* | 'Setting up '*) [ "$stage_first" -ne 77 ] || count ;;
            'cubby-exit '*) return "${line#cubby-exit }" ;;
        esac
    done
    return 1
}
