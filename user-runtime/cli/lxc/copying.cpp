#include "cli/lxc/copying.h"

#include <sys/random.h>

#include <array>

#include "base/parse.h"

namespace cubby::cli {

Result<ContainerName> ephemeral_name(const ContainerName& original) {
    constexpr std::string_view kSigns = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    std::array<unsigned char, 6> random{};
    if (getrandom(random.data(), random.size(), 0) != static_cast<ssize_t>(random.size())) {
        return FAIL_ERRNO("make up a name");
    }
    std::string name = original.str() + "_";
    for (const unsigned char byte : random) {
        name += kSigns[byte % kSigns.size()];
    }
    return ContainerName::parse(name);
}

Status check_copy_backend(const Parsed& line, const char* option) {
    const std::string* backend = line.value(option);
    if (backend == nullptr || *backend == "dir" || *backend == "overlay" || *backend == "overlayfs") {
        return {};
    }
    return FAIL(Code::unsupported, "-B %.40s: a copy is kept as its original is", printable(*backend).c_str());
}

Result<int> start_copy(const Places& places, const EphemeralRequest& request) {
    TRY(copy(places, request.copy, {}));
    StartRequest order{.name = request.copy.new_name, .init = request.init};
    order.settings = request.settings;
    const auto status = request.foreground ? start_foreground(places, order) : [&]() -> Result<int> {
        TRY(start(places, order));
        return 0;
    }();
    // In the foreground nobody else removes it; what did not start would stay else.
    if (request.copy.ephemeral && (request.foreground || !status)) {
        static_cast<void>(destroy(places, request.copy.new_name, true).has_value());
    }
    return status;
}

}  // namespace cubby::cli
