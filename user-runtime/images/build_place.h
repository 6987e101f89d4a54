#pragma once
// The directory in which an image is built: PLACE/rootfs becomes the image's tree, PLACE/box is the template's own.

#include <linux/filter.h>

#include <string>
#include <vector>

#include "base/id_range.h"
#include "base/result.h"
#include "images/template_program.h"
#include "kernel/root.h"

namespace cubby {

// Under whose ids a template runs.
struct BuildIds {
    int holder = -1;  // descriptor of the holder's user namespace
    IdMaps maps;      // container → ids of the holder
    // With a single mapped id: answers chown, setgroups and set*id for ids that are not mapped with success.
    const std::vector<sock_filter>* filter = nullptr;
};

// What the container's root can do on this host.
struct BuildGround {
    bool own_proc = false;         // the kernel lets it mount a /proc of its own
    bool reaches_program = false;  // the template can be run where it is installed
};
Result<BuildGround> look_at_ground(const TemplateProgram& program, const BuildIds& ids);

// Makes the directories below the empty PLACE, the container's root owning them.  Where the installed templates cannot be
// reached (a home with mode 0700, files made with umask 077), PLACE/box/program gets a copy of all of them.
Status prepare_place(const Root& place, const TemplateProgram& program, const BuildGround& ground, const BuildIds& ids);

}  // namespace cubby
