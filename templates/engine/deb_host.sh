# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
# What a build takes over from apt's configuration on the host, and where its packages come from.

# Each entry of the sources files given, one line "URI SUITE COMPONENTS", for http and https.  One-line and deb822
# formats (sources.list(5)).  An entry that names keys which are not the distribution's own is of another archive:
# left out.
apt_sources_of() {
    awk '
    function entry(uris, suites, components,    u, s, i, j, nu, ns) {
        nu = split(uris, u, " ")
        ns = split(suites, s, " ")
        for (i = 1; i <= nu; i++)
            for (j = 1; j <= ns; j++)
                if (u[i] ~ /^https?:/ && u[i] !~ /@/ && components != "") {
                    sub(/\/+$/, "", u[i])
                    print u[i], s[j], components
                }
    }
    function stanza() {
        if ((" " f["types"] " ") ~ / deb / && tolower(f["enabled"]) !~ /^(no|false|0)$/ &&
            (f["signed-by"] == "" || f["signed-by"] ~ keys))
            entry(f["uris"], f["suites"], f["components"])
        delete f
        field = ""
    }
    FNR == 1 && NR > 1 { stanza() }
    { sub(/\r$/, "") }
    /^[ \t]*#/ { next }
    FILENAME ~ /\.sources$/ {
        if ($0 ~ /^[ \t]*$/) stanza()
        else if ($0 ~ /^[ \t]/) f[field] = f[field] " " $0
        else {
            field = tolower(substr($0, 1, index($0, ":") - 1))
            f[field] = substr($0, index($0, ":") + 1)
        }
        gsub(/[ \t]+/, " ", f[field])
        sub(/^ /, "", f[field])
        next
    }
    $1 == "deb" {
        sub(/#.*/, "")
        options = ""
        if (match($0, /\[[^]]*\]/)) {
            options = substr($0, RSTART, RLENGTH)
            sub(/\[[^]]*\]/, "")
        }
        if (options ~ /signed-by=/ && options !~ keys) next
        uri = $2; suite = $3
        $1 = $2 = $3 = ""
        sub(/^ +/, "")
        entry(uri, suite, $0)
    }
    END { stanza() }' keys="$keyring_package" "$@"
}

# The host's sources in the order of trust: the distribution's own files first.  $1: its etc/apt.
host_sources() {
    set -- "$1/sources.list" "$1/sources.list.d/$host_distribution.sources" "$1"/sources.list.d/*.list \
        "$1"/sources.list.d/*.sources
    for file in "$@"; do
        shift
        [ ! -r "$file" ] || set -- "$@" "$file"
    done
    [ $# -eq 0 ] || apt_sources_of "$@"
}

# os_release FILE KEY: one value of os-release(5).
os_release() {
    # shellcheck disable=SC1090
    (
        [ -r "$1" ] || exit 0
        . "$1"
        eval "printf '%s\n' \"\${$2-}\""
    )
}

# pick_host_sources CODENAME: of "URI SUITE COMPONENTS" lines on stdin, those of the host's main archive, of its
# updates and of its security fixes: "main URI", "updates URI", "security URI", each at most once.
pick_host_sources() {
    awk -v codename="$1" '
    (" " substr($0, index($0, $3)) " ") !~ / main / { next }
    $2 == codename || $2 ~ /^(old)*stable$|^testing$|^sid$|^unstable$/ { found("main") }
    $2 ~ /-updates$/ { found("updates") }
    $2 ~ /-security$|\/updates$/ { found("security") }
    function found(kind) { if (!(kind in seen)) { seen[kind] = 1; print kind, $1 } }'
}

# add_source URI SUITE: a line of $work/sources; nothing for a suite that does not exist ('').
add_source() {
    [ -z "$2" ] || printf '%s %s %s\n' "$1" "$2" "$(printf %s "$components" | tr ',' ' ')" >>"$work/sources"
}

# Sets $source_of (option, host or default) and writes $work/sources, "URI SUITE COMPONENTS" a line.
choose_sources() {
    : >"$work/sources"
    source_of=default
    if [ -n "$mirror" ]; then
        source_of=option
        add_source "${mirror%/}" "$suite"
        [ -z "$security_mirror" ] || add_source "${security_mirror%/}" "$(security_suite "$suite")"
        return 0
    fi
    : >"$work/picked"
    if [ "$host_apt" = yes ] && [ "$(os_release /etc/os-release ID)" = "$host_distribution" ]; then
        host_sources /etc/apt | pick_host_sources "$(os_release /etc/os-release VERSION_CODENAME)" >"$work/picked"
    fi
    if grep -q '^main ' "$work/picked"; then
        source_of=host
    else
        printf '%s\n' "main $default_mirror" "updates $default_mirror" "security $default_security_mirror" \
            >"$work/picked"
    fi
    while read -r kind uri; do
        case $kind in
            main) add_source "$uri" "$suite" ;;
            updates) add_source "$uri" "$(updates_suite "$suite")" ;;
            security) add_source "$uri" "$(security_suite "$suite")" ;;
        esac
    done <"$work/picked"
}

# choose_apt_settings: $work/build.conf for the build; $work/image.conf, the part that stays in the image, without
# anything that holds a password or names a program of the host.
choose_apt_settings() {
    : >"$work/build.conf"
    if [ "$host_apt" = yes ] && command -v apt-config >/dev/null; then
        apt-config dump >"$work/host.conf" || fail "apt-config dump: this host's apt configuration cannot be read"
        network='^Acquire::(https?::Proxy(::[^ ]*)? |https?::Proxy-Auto-Detect |https?::ProxyAutoDetect |ForceIPv[46] )'
        grep -E "$network" "$work/host.conf" | grep -v ' "";$' >>"$work/build.conf" || :
        # How fresh the mirror has to be was decided by whoever chose the mirror.
        if [ "$source_of" = host ]; then
            grep -E '^Acquire::(Check-Valid-Until|Check-Date|Max-FutureTime) ' "$work/host.conf" |
                grep -v ' "";$' >>"$work/build.conf" || :
        fi
    fi
    grep -v -E '@|Auto-?Detect' "$work/build.conf" >"$work/image.conf" || :
    if [ "$id_map" = single ]; then
        echo 'APT::Sandbox::User "root";' | tee -a "$work/build.conf" >>"$work/image.conf"
    fi
}
