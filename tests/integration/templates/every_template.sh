#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# What CONTRACT.md asks of every template that is shipped.  A new recipe is found by itself.
# shellcheck source=check.sh
. "$(dirname "$0")/check.sh"

known_directives() {
    head -n 40 "$1" | grep '^#:cubby ' | grep -v -E \
        '^#:cubby (summary [^ ].*|network (yes|no)|max-age [1-9][0-9]*|input (/|\./|\.\./)[^ ]+)$'
}

conforms() {
    template=$1
    file=$templates/$template
    expect "$template: is executable" test -x "$file"
    expect "$template: has a summary" grep -q '^#:cubby summary ' "$file"
    refute "$template: has directives that are not in the contract" known_directives "$file"

    # Help needs neither root nor a container.
    for option in -h --help; do
        equal "$template $option: status" 0 "$("$file" "$option" >"$scratch/help" 2>&1 && echo 0 || echo $?)"
        expect "$template $option: no example" grep -q '^Example: cubby create ' "$scratch/help"
        expect "$template $option: no exit status" grep -q '^Exit status' "$scratch/help"
    done

    fresh
    call env "$template" --path="$scratch/c" --name=probe --rootfs="$scratch/c/rootfs"
    refused "$template as a user" 3 'must run as root of a user namespace'

    build as_root "$template" --no-such-option=1
    refused "$template: unknown option" 2 "unknown option '--no-such-option'"
    build as_root "$template" --arch
    refused "$template: option without its value" 2 "option '--arch' needs a value"
    build as_root "$template" leftover
    refused "$template: a word too many" 2 "unexpected argument 'leftover'"
    build as_root "$template" --name='a b'
    refused "$template: bad name" 2 "--name 'a b'"
    build as_root "$template" --rootfs=relative
    refused "$template: relative rootfs" 2 'not an absolute path'
    equal "$template: rootfs after refusals" '' "$(ls -A "$scratch/c/rootfs")"

    fresh
    call as_root "$template" --name=probe
    refused "$template: no path" 2 '--path=DIR is missing'
    call as_root "$template" --path="$scratch/c"
    refused "$template: no name" 2 '--name=NAME is missing'

    fresh
    : >"$scratch/c/rootfs/already-here"
    call as_root "$template" --path="$scratch/c" --name=probe --rootfs="$scratch/c/rootfs"
    refused "$template: rootfs in use" 1 'is not empty'
    equal "$template: rootfs in use is left alone" already-here "$(ls -A "$scratch/c/rootfs")"
}

found=0
for file in "$templates"/* "$templates"/recipes/*; do
    if [ -f "$file" ] && [ -x "$file" ]; then
        conforms "${file#"$templates"/}"
        found=$((found + 1))
    fi
done
expect "only $found templates found" test "$found" -ge 2
finish
