/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once
/* Which LXC the interface below is: callers choose at compile time what they use of it.  It is cubby that stands behind
 * it: lxc_has_api_extension("cubby") says so at run time (docs/lxc-compat.md). */

#define LXC_DEVEL 0
#define LXC_VERSION_MAJOR 7
#define LXC_VERSION_MINOR 0
#define LXC_VERSION_MICRO 0
#define LXC_VERSION_ABI "1.9.0"
#define LXC_VERSION "7.0.0"
