#pragma once
// A template: the program that fills an image (templates/CONTRACT.md).

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "kernel/digest.h"

namespace cubby {

struct TemplateProgram {
    std::string name;     // as it was asked for: "debian", or an absolute path
    std::string folder;   // the installed templates; empty for a program by its path
    std::string program;  // below `folder`, or the absolute path
    std::string file;     // absolute path of the program
    Sha256 text;          // digest of the program's bytes

    // What the first 40 lines say.
    std::string summary;
    bool network = true;              // it gets the host's network
    uint64_t max_age_days = 0;        // an image older than this is built anew; 0: never
    std::vector<std::string> inputs;  // host files and directories that an image depends on, absolute paths
};

// `name` is a template of `installed` (the installed templates folder) or an absolute path of a program.  Nothing is run.
Result<TemplateProgram> find_template(const std::string& name, const std::string& installed);

// A text that changes when a host file or directory does: size, inode and time of change of it, and of every entry of
// a directory; "absent" for one that does not exist or that the user may not see.
Result<std::string> input_identity(const std::string& host_path);

// What an image is found by: 64 hexadecimal digits, another one when anything that the result depends on differs.
// `id_map` is any text that names whose files the image's are.
Result<std::string> image_key(const TemplateProgram& program, const std::vector<std::string>& args,
                              const std::string& architecture, const std::string& id_map);

}  // namespace cubby
