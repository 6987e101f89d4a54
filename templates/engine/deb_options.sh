# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
# The options of every distribution made of .deb packages.  The recipe sets before: $suite, $keyring, $image_keyring,
# $keyring_package, $default_mirror, $default_security_mirror, $host_distribution.

mirror='' security_mirror='' variant=minbase packages='' components=main init='' docs=english host_apt=yes tool=auto
own_keyring=no

deb_usage() {
    cat <<EOF
  --mirror=URL         take the packages from here, and nothing else unless --security-mirror is given too
                       (default: this host's own mirrors when it runs $host_distribution, else $default_mirror)
  --security-mirror=URL  security fixes for use with --mirror
  --variant=NAME       minbase (default), important, standard or buildd
  --packages=A,B,C     further packages
  --components=A,B     areas of the archive (default main)
  --keyring=FILE       keys that must have signed the mirror (default $keyring)
  --init=KIND          sysv (needs nothing from the host; default of minbase and buildd), systemd (needs a delegated
                       cgroup; default of important and standard, which bring it) or none
  --docs=KIND          english (default: no translations), full, or none (copyright files stay)
  --host-apt=yes|no    use the mirrors and apt proxies of this host (default yes; they are then set in the image too)
  --tool=NAME          mmdebstrap or debootstrap (default: the first that is installed)
  --arch=NAME          architecture (default: this machine's)
EOF
}

deb_option() {
    case $1 in
        -r | --release | --suite) suite=$2 ;;
        --mirror) mirror=$2 ;;
        --security-mirror) security_mirror=$2 ;;
        --variant) variant=$2 ;;
        --packages) packages=$2 ;;
        --components) components=$2 ;;
        --keyring) keyring=$2 own_keyring=yes ;;
        --init) init=$2 ;;
        --docs) docs=$2 ;;
        --host-apt) host_apt=$2 ;;
        --tool) tool=$2 ;;
        *) return 1 ;;
    esac
}

# one_of OPTION VALUE CHOICE…
one_of() {
    option=$1 value=$2
    shift 2
    for choice in "$@"; do
        [ "$value" != "$choice" ] || return 0
    done
    refuse "$option '$value': not one of $*"
}

check_deb_words() {
    word_of --suite "$suite" 'a-z0-9.-'
    [ -z "$mirror" ] || url_of --mirror "$mirror"
    [ -z "$security_mirror" ] || url_of --security-mirror "$security_mirror"
    [ -n "$mirror" ] || [ -z "$security_mirror" ] || refuse "--security-mirror: goes with --mirror only"
    [ -z "$packages" ] || word_of --packages "$packages" 'A-Za-z0-9+.:~_,=-'
    word_of --components "$components" 'a-z0-9,/-'
    one_of --variant "$variant" minbase important standard buildd
    case $variant/$init in
        minbase/ | buildd/) init=sysv ;;
        */) init=systemd ;;
        important/sysv | standard/sysv) refuse "--init 'sysv': variant $variant brings systemd" ;;
    esac
    one_of --init "$init" sysv systemd none
    one_of --docs "$docs" english full none
    one_of --host-apt "$host_apt" yes no
    one_of --tool "$tool" auto mmdebstrap debootstrap
}

# mmdebstrap uses the host's apt; debootstrap brings all its own.
find_tool() {
    PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
    if [ "$tool" != debootstrap ] && command -v mmdebstrap >/dev/null && command -v apt-get >/dev/null; then
        tool=mmdebstrap
    elif [ "$tool" != mmdebstrap ] && command -v debootstrap >/dev/null; then
        tool=debootstrap
    elif [ "$tool" = auto ]; then
        lack "neither mmdebstrap nor debootstrap is installed; apt-get install mmdebstrap"
    else
        lack "$tool is not installed; apt-get install $tool"
    fi
    [ "$tool/$variant" != debootstrap/standard ] || refuse "--variant 'standard': needs mmdebstrap"
}

check_keyring() {
    if [ "$own_keyring" = yes ]; then
        case $keyring in
            /*) ;;
            *) refuse "--keyring '$keyring': not an absolute path" ;;
        esac
        [ -r "$keyring" ] ||
            fail "keyring $keyring: cannot be read by the container's root; put it where everybody may read"
    else
        [ -r "$keyring" ] ||
            lack "keyring $keyring is missing; apt-get install $keyring_package, or give --keyring=FILE"
    fi
    command -v gpgv >/dev/null || lack "gpgv is not installed; apt-get install gpgv"
}

deb_check() {
    check_deb_words
    find_tool
    check_keyring
}
