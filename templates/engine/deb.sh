# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
# Distributions made of .deb packages.  A recipe sets $suite, $keyring, $image_keyring (the same keys, as a path of the
# image), $keyring_package, $default_mirror, $default_security_mirror and $host_distribution (ID of os-release(5)),
# sources template.sh and this file, defines security_suite and updates_suite, and hands its recipe_option, recipe_check
# and recipe_build on to deb_option, deb_check and deb_build.
# $template_folder is the folder above engine/.

# shellcheck source=../engine/deb_options.sh
. "$template_folder/engine/deb_options.sh"
# shellcheck source=../engine/deb_host.sh
. "$template_folder/engine/deb_host.sh"
# shellcheck source=../engine/deb_bootstrap.sh
. "$template_folder/engine/deb_bootstrap.sh"
# shellcheck source=../engine/deb_progress.sh
. "$template_folder/engine/deb_progress.sh"
# shellcheck source=../engine/deb_finish.sh
. "$template_folder/engine/deb_finish.sh"
# shellcheck source=../engine/deb_init.sh
. "$template_folder/engine/deb_init.sh"
