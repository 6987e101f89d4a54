#include "base/names.h"

#include <algorithm>

#include "base/parse.h"

namespace cubby {
namespace {

constexpr size_t kNameMax = 64;
constexpr size_t kPathMax = 4095;

bool name_byte(char byte) noexcept {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
           byte == '_' || byte == '.' || byte == '-';
}

bool component_ok(std::string_view part) noexcept {
    return !part.empty() && part != "." && part != ".." && part.size() <= 255 &&
           part.find('\0') == std::string_view::npos;
}

}  // namespace

Result<ContainerName> ContainerName::parse(std::string_view text) {
    if (text.empty() || text.size() > kNameMax || text.front() == '.' || text.front() == '-' ||
        !std::ranges::all_of(text, name_byte)) {
        return FAIL(Code::usage,
                    "'%.70s' is not a container name: use 1 to 64 letters, digits, '_', '.' or '-', not beginning "
                    "with '.' or '-'",
                    printable(text).c_str());
    }
    return ContainerName(std::string(text));
}

Result<RelPath> RelPath::parse(std::string_view text) {
    const auto parts = split_fields(text, '/');
    if (text.size() > kPathMax || !std::ranges::all_of(parts, component_ok)) {
        return FAIL(Code::usage, "'%.80s' is not a plain relative path", printable(text).c_str());
    }
    return RelPath(std::string(text));
}

Result<RelPath> RelPath::guest(std::string_view text) {
    std::string joined;
    for (const auto part : split_words(text, "/")) {
        if (part == ".") {
            continue;
        }
        if (!component_ok(part)) {
            return FAIL(Code::usage, "'%.80s' is not a path inside the container: '..' is not allowed",
                        printable(text).c_str());
        }
        joined.append(joined.empty() ? "" : "/").append(part);
    }
    if (joined.empty() || joined.size() > kPathMax) {
        return FAIL(Code::usage, "'%.80s' is not a path inside the container", printable(text).c_str());
    }
    return RelPath(std::move(joined));
}

Result<RelPath> RelPath::component(std::string_view text) {
    if (!component_ok(text) || text.find('/') != std::string_view::npos) {
        return FAIL(Code::usage, "'%.80s' is not a file name", printable(text).c_str());
    }
    return RelPath(std::string(text));
}

std::string_view RelPath::parent() const noexcept {
    const auto slash = text_.rfind('/');
    return slash == std::string::npos ? std::string_view{} : std::string_view(text_).substr(0, slash);
}

std::string_view RelPath::name() const noexcept {
    const auto slash = text_.rfind('/');
    return slash == std::string::npos ? std::string_view(text_) : std::string_view(text_).substr(slash + 1);
}

}  // namespace cubby
