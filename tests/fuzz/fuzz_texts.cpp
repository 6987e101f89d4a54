// Any text as a number, a name, a path, a size or a command line: what is accepted says the same when it is written again.
#include <string>

#include "base/names.h"
#include "base/parse.h"
#include "tests/fuzz/oracle.h"

namespace {

using namespace cubby;

void check_numbers(std::string_view text) {
    if (const auto number = parse_unsigned(text, UINT64_MAX, "x")) {
        require(std::to_string(*number) == text, "a number reads as another");
    }
    if (const auto number = parse_signed(text, INT64_MIN, INT64_MAX, "x")) {
        require(std::to_string(*number) == text, "a signed number reads as another");
    }
    if (const auto small = parse_unsigned(text, 1000, "x")) {
        require(*small <= 1000, "a number above the limit");
    }
    if (const auto mode = parse_octal(text, 07777, "x")) {
        require(*mode <= 07777, "a mode above the limit");
    }
    (void)parse_size(text, "x");
    (void)parse_flag(text, "x");
}

void check_names(std::string_view text) {
    if (const auto name = ContainerName::parse(text)) {
        require(name->str() == text && text.find('/') == std::string_view::npos && text.size() <= 64 && text[0] != '.',
                "a name that is a path");
    }
    for (const auto& path : {RelPath::parse(text), RelPath::guest(text), RelPath::component(text)}) {
        if (!path) {
            continue;
        }
        const auto again = RelPath::parse(path->str());
        require(again && *again == *path, "a path that is no path");
        for (const auto part : split_fields(path->str(), '/')) {
            require(!part.empty() && part != "." && part != "..", "a path that leads elsewhere");
        }
    }
    const std::string shown = printable(text);
    require(!has_control(shown), "a control character on its way to a terminal");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const auto text = text_of(data, size);
    check_numbers(text);
    check_names(text);
    if (const auto words = split_command(text)) {
        size_t bytes = 0;
        for (const std::string& word : *words) {
            bytes += word.size();
        }
        require(bytes <= text.size(), "a command line grew");
    }
    return 0;
}
