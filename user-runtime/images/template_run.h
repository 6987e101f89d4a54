#pragma once
// Running a template.

#include <string>
#include <vector>

#include "base/result.h"
#include "images/build_place.h"
#include "images/progress_lines.h"
#include "images/template_program.h"
#include "kernel/process.h"

namespace cubby {

struct TemplateRun {
    const TemplateProgram& program;
    const std::vector<std::string>& args;
    const BuildIds& ids;
    BuildGround ground;
    std::string place;  // absolute host path of the prepared place
    int log;            // descriptor that takes the template's standard output and error
};

// Runs the template to its end and reports its progress.  An error means that it could not be run; how it ended is the
// value.
//
// The template is root of a fresh user namespace with the container's map: it has no rights over the user's own
// files.  In its own mount namespace PLACE/box is at /mnt (or the next of that kind that the host has), PLACE/rootfs at
// /mnt/rootfs, and where it is needed the template's own folder at /mnt/program; in its own pid namespace (where the
// kernel grants a /proc of its own) nothing that it leaves running outlives it; a template that wants no network has
// none.  It has no terminal, nothing on standard input, and of the environment only PATH, HOME, TMPDIR, LANG,
// CUBBY_IMAGE, CUBBY_PROGRESS_FD and the proxy variables of the caller.
Result<ExitStatus> run_template(const TemplateRun& run, const BuildProgress& progress);

}  // namespace cubby
