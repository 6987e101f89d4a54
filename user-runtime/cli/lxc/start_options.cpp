#include "cli/lxc/start_options.h"

#include "base/parse.h"
#include "cli/grammar.h"

namespace cubby::cli {

Result<StartRequest> lxc_start_request(const Context& context) {
    const Parsed& line = context.line;
    StartRequest request{.name = TRY(context.name()), .init = line.tail()};
    if (const std::string* file = line.value("rcfile")) {
        request.config_file = TRY(absolute_path(*file, "--rcfile"));
    }
    for (const std::string& text : line.values("define")) {
        const auto equals = text.find('=');
        const std::string key(trim(std::string_view(text).substr(0, equals)));
        if (equals == std::string::npos || key.empty()) {
            return FAIL(Code::usage, "-s: '%.60s' is not KEY=VALUE", printable(text).c_str());
        }
        request.settings.push_back({key, std::string(trim(std::string_view(text).substr(equals + 1)))});
    }
    if (const std::string* path = line.value("console")) {
        request.settings.push_back(
            {"lxc.console.path", *path == "none" ? *path : TRY(absolute_path(*path, "--console"))});
    }
    if (const std::string* file = line.value("console-log")) {
        request.settings.push_back({"lxc.console.logfile", TRY(absolute_path(*file, "--console-log"))});
    }
    for (const char* kind : {"net", "ipc", "uts", "pid"}) {
        if (const std::string* source = line.value(std::string("share-") + kind)) {
            request.settings.push_back({std::string("lxc.namespace.share.") + kind, *source});
        }
    }
    return request;
}

}  // namespace cubby::cli
