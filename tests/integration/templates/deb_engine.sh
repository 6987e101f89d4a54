#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The parts of the .deb engine that read what others wrote: apt's sources and settings, and the tools' output.
# shellcheck disable=SC2034 # the engine reads these names
# shellcheck source=check.sh
. "$(dirname "$0")/check.sh"

template_name=debian keyring_package=debian-archive-keyring host_distribution=debian
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
image_keyring=$keyring
default_mirror=http://deb.example/debian default_security_mirror=http://deb.example/security
suite=bookworm
template_folder=$templates
# shellcheck source=../../../templates/engine/template.sh
. "$templates/engine/template.sh"
# shellcheck source=../../../templates/engine/deb.sh
. "$templates/engine/deb.sh"
security_suite() { echo "$1-security"; }
updates_suite() { echo "$1-updates"; }
work=$scratch/work
etc=$scratch/etc
mkdir -p "$work" "$etc/sources.list.d"

joined() { tr '\n' '|'; }

# --- sources.list(5) -------------------------------------------------------------------------------------------------
cat >"$etc/sources.list" <<'EOF'
# deb http://commented.example/debian bookworm main
deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://one.example/debian/ bookworm main contrib # end
deb-src http://one.example/debian bookworm main
deb [signed-by=/etc/apt/keyrings/vendor.gpg] https://vendor.example/apt bookworm main
deb http://user:word@secret.example/debian bookworm main
deb cdrom:[Debian]/ bookworm main
	deb	http://one.example/security	bookworm-security	main
EOF
cat >"$etc/sources.list.d/debian.sources" <<'EOF'
# a comment
Types: deb deb-src
URIs: https://two.example/debian
 https://three.example/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
Enabled: no
URIs: http://disabled.example/debian
Suites: bookworm
Components: main

types: deb-src
URIs: http://sources.example/debian
Suites: bookworm
Components: main
EOF
printf '%s\r\n' 'Types: deb' 'URIs: http://vendor.example/x' 'Suites: bookworm' 'Components: main' \
    'Signed-By: /k/vendor.gpg' >"$etc/sources.list.d/vendor.sources"
printf 'deb http://docker.example/linux bookworm stable\n' >"$etc/sources.list.d/another.list"
equal 'entries' "$(joined <<'EOF'
http://one.example/debian bookworm main contrib
http://one.example/security bookworm-security main
https://two.example/debian bookworm main
https://two.example/debian bookworm-updates main
https://three.example/debian bookworm main
https://three.example/debian bookworm-updates main
http://docker.example/linux bookworm stable
EOF
)" "$(host_sources "$etc" | awk '!seen[$0]++' | joined)"
equal 'picked' \
    'main http://one.example/debian|security http://one.example/security|updates https://two.example/debian|' \
    "$(host_sources "$etc" | pick_host_sources bookworm | joined)"
equal 'picked on a testing host' 'main http://t.example/debian|' \
    "$(echo 'http://t.example/debian testing main' | pick_host_sources forky | joined)"
equal 'vendor only' '' "$(echo 'http://docker.example/linux bookworm stable' | pick_host_sources bookworm | joined)"
rm -r "$etc"
mkdir -p "$etc/sources.list.d"
equal 'no sources' '' "$(host_sources "$etc")"

# --- which mirror -----------------------------------------------------------------------------------------------------
host_apt=no mirror=''
choose_sources
equal 'default: kind' default "$source_of"
equal 'default: sources' "$(joined <<'EOF'
http://deb.example/debian bookworm main
http://deb.example/debian bookworm-updates main
http://deb.example/security bookworm-security main
EOF
)" "$(joined <"$work/sources")"
mirror=http://own.example/debian/ components=main,contrib
choose_sources
equal 'option: sources' 'http://own.example/debian bookworm main contrib|' "$(joined <"$work/sources")"

# --- apt.conf(5) ------------------------------------------------------------------------------------------------------
mkdir "$scratch/bin"
cat >"$scratch/bin/apt-config" <<'EOF'
#!/bin/sh
cat <<'END'
Acquire::http::Proxy "http://proxy.example:3128";
Acquire::http::Proxy::deb.example "DIRECT";
Acquire::https::Proxy "http://user:word@proxy.example:3128";
Acquire::http::Proxy-Auto-Detect "/usr/local/bin/find-proxy";
Acquire::http::Proxy-Empty "";
Acquire::ftp::Proxy "";
Acquire::Check-Valid-Until "false";
APT::Get::Assume-Yes "true";
DPkg::Post-Invoke:: "reboot";
END
EOF
chmod 755 "$scratch/bin/apt-config"
PATH=$scratch/bin:$PATH
host_apt=yes source_of=host id_map=single
choose_apt_settings
equal 'settings of the build' "$(joined <<'EOF'
Acquire::http::Proxy "http://proxy.example:3128";
Acquire::http::Proxy::deb.example "DIRECT";
Acquire::https::Proxy "http://user:word@proxy.example:3128";
Acquire::http::Proxy-Auto-Detect "/usr/local/bin/find-proxy";
Acquire::Check-Valid-Until "false";
APT::Sandbox::User "root";
EOF
)" "$(joined <"$work/build.conf")"
equal 'settings of the image' "$(joined <<'EOF'
Acquire::http::Proxy "http://proxy.example:3128";
Acquire::http::Proxy::deb.example "DIRECT";
Acquire::Check-Valid-Until "false";
APT::Sandbox::User "root";
EOF
)" "$(joined <"$work/image.conf")"
equal 'proxy for wget' http://proxy.example:3128 "$(apt_proxy http)"
source_of=option id_map=full
choose_apt_settings
refute 'validity of another mirror' grep -q Valid "$work/build.conf"
host_apt=no
choose_apt_settings
equal 'host-apt=no' '' "$(cat "$work/build.conf")"

# --- the tools' output ------------------------------------------------------------------------------------------------
# read_with READER STATUS: feeds stdin and the status that the tool ended with; $status is the reader's.
read_with() {
    exec 3>"$scratch/progress"
    status=0
    (
        CUBBY_PROGRESS_FD=3
        { cat && echo "cubby-exit $2"; } | "$1"
    ) >"$scratch/out" || status=$?
    exec 3>&-
}
packages_of() {
    for number in $(seq "$2"); do echo "$1 p$number (1) ..."; done
}
{
    echo 'I: running apt-get update...'
    echo 'I: downloading packages with apt...'
    echo '0 upgraded, 40 newly installed, 0 to remove and 0 not upgraded.'
    packages_of Get:1 40
    echo 'I: extracting archives...'
    echo 'I: installing essential packages...'
    packages_of Unpacking 40
    packages_of 'Setting up' 40
    echo 'I: installing remaining packages inside the chroot...'
    echo '1 upgraded, 10 newly installed, 0 to remove and 0 not upgraded.'
    packages_of Get:1 11
    packages_of Unpacking 10
    packages_of 'Setting up' 12
    echo 'I: cleaning package lists and apt cache...'
    echo 'I: success in 1 seconds'
} >"$scratch/mm"
read_with read_mmdebstrap 0 <"$scratch/mm"
equal 'mmdebstrap: status' 0 "$status"
echo 'progress 100 100 end' >>"$scratch/progress"
expect 'mmdebstrap: progress' progress_is_sound
expect 'mmdebstrap: too few steps' test "$(wc -l <"$scratch/progress")" -gt 60
equal 'mmdebstrap: stages' 7 "$(wc -l <"$scratch/out")"
read_with read_mmdebstrap 25 <"$scratch/mm"
equal 'mmdebstrap: failure' 25 "$status"
refute 'the status line is no word of the tool' grep -q cubby-exit "$work/tool.log"
{
    packages_of 'I: Retrieving' 150
    packages_of 'I: Extracting' 60
    echo 'I: Installing core packages...'
    packages_of 'I: Unpacking' 150
    packages_of 'I: Configuring' 150
} | read_with read_debootstrap 0
echo 'progress 100 100 end' >>"$scratch/progress"
expect 'debootstrap: progress' progress_is_sound

# explained TEXT LINE: a log with LINE is explained with TEXT.
explained() {
    printf '%s\n' "$2" >"$work/tool.log"
    equal "explain '$2': status" 1 "$( (explain) >/dev/null 2>"$scratch/err" && echo 0 || echo $?)"
    checks=$((checks + 1))
    case $(cat "$scratch/err") in
        *"$1"*) ;;
        *) fault "explain '$2': '$1' is not in '$(cat "$scratch/err")'" ;;
    esac
}
tool=mmdebstrap rootfs=/r
explained 'not signed by the keys' "W: GPG error: http://x: The signatures couldn't be verified: NO_PUBKEY 0E98"
explained 'not signed by the keys' 'E: Release signed by unknown key (key id 0E98404D386FA1D9)'
explained 'check --suite and --mirror' "E: The repository 'http://x nosuch Release' does not have a Release file."
explained 'Unable to locate package nosuch;' 'E: Unable to locate package nosuch'
explained 'cannot be reached' 'Err:1 http://x  Could not connect to x:80'
explained 'no space left' 'tar: ./usr/bin/x: Cannot write: No space left on device'
explained 'mmdebstrap: something odd;' 'E: something odd'
finish
