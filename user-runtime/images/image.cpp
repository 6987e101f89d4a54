#include "images/image.h"

#include <algorithm>

#include "base/parse.h"

namespace cubby {
namespace {

// An image is less trusted than the user's own configuration: nothing here names a host path, a mount or a hook.
constexpr std::string_view kAllowedKeys[] = {"lxc.arch",          "lxc.cap.drop",    "lxc.environment",
                                             "lxc.init.cmd",      "lxc.init.cwd",    "lxc.signal.halt",
                                             "lxc.signal.reboot", "lxc.signal.stop", "lxc.tty.max"};

Status add_line(std::string& text, std::string_view key, std::string_view value) {
    if (has_control(value)) {
        return FAIL(Code::usage, "%.20s of an image holds a control character: '%.80s'", std::string(key).c_str(),
                    printable(value).c_str());
    }
    text.append(key).append("=").append(value).append("\n");
    return {};
}

struct Line {
    std::string_view key;
    std::string_view value;
};

Line split_line(std::string_view line) {
    const auto equals = line.find('=');
    if (equals == std::string_view::npos) {
        return {trim(line), {}};
    }
    return {trim(line.substr(0, equals)), trim(line.substr(equals + 1))};
}

}  // namespace

Result<std::string> metadata_text(const Image& image) {
    std::string text;
    TRY(add_line(text, "template", image.template_name));
    for (const std::string& arg : image.args) {
        TRY(add_line(text, "arg", arg));
    }
    TRY(add_line(text, "architecture", image.architecture));
    TRY(add_line(text, "created", std::to_string(image.created)));
    TRY(add_line(text, "bytes", std::to_string(image.bytes)));
    TRY(add_line(text, "entries", std::to_string(image.entries)));
    for (const Setting& setting : image.settings) {
        TRY(add_line(text, "setting", setting.key + " = " + setting.value));
    }
    return text;
}

Status parse_metadata(std::string_view text, Image& image) {
    bool has_template = false;
    for (const auto whole : split_fields(text, '\n')) {
        // Values keep their blanks: an argument may begin with one.
        const auto equals = whole.find('=');
        const std::string_view key = whole.substr(0, equals);
        const std::string_view value = equals == std::string_view::npos ? std::string_view() : whole.substr(equals + 1);
        if (key == "template") {
            image.template_name = value;
            has_template = true;
        } else if (key == "arg") {
            image.args.emplace_back(value);
        } else if (key == "architecture") {
            image.architecture = value;
        } else if (key == "created") {
            image.created = TRY(parse_signed(value, 0, INT64_MAX, "created"));
        } else if (key == "bytes") {
            image.bytes = TRY(parse_unsigned(value, UINT64_MAX, "bytes"));
        } else if (key == "entries") {
            image.entries = TRY(parse_unsigned(value, UINT64_MAX, "entries"));
        } else if (key == "setting") {
            const Line line = split_line(value);
            image.settings.push_back({std::string(line.key), std::string(line.value)});
        }
    }
    return has_template ? Status{} : FAIL(Code::broken, "the image's metadata is damaged; remove the image");
}

void take_settings(std::string_view config, Image& image) {
    std::string left_out;
    for (const auto whole : split_fields(config, '\n')) {
        const std::string_view text = trim(whole);
        if (!text.starts_with("lxc.")) {
            continue;  // comments, and what LXC passes over too
        }
        const Line line = split_line(text);
        if (std::ranges::find(kAllowedKeys, line.key) != std::end(kAllowedKeys) && !has_control(line.value)) {
            image.settings.push_back({std::string(line.key), std::string(line.value)});
        } else {
            left_out.append(left_out.empty() ? "" : ", ").append(printable(line.key));
        }
    }
    if (!left_out.empty()) {
        image.notes.push_back("template " + image.template_name + ": left out of the configuration: " + left_out);
    }
}

}  // namespace cubby
