#include "cli/grammar.h"

#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstdlib>

#include "base/parse.h"
#include "cli/nearest.h"

namespace cubby::cli {
namespace {

constexpr size_t kLongestHostname = 64;  // __NEW_UTS_LEN, uname(2)
constexpr int kYearSeconds = 366 * 24 * 3600;
constexpr uint64_t kLastId = UINT32_MAX - 1;

bool is_letter(char byte) noexcept { return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z'); }
bool is_digit(char byte) noexcept { return byte >= '0' && byte <= '9'; }

std::string quoted(std::string_view text) { return "'" + printable(text.substr(0, 80)) + "'"; }

Result<std::string> checked_path(std::string_view text, const char* what) {
    if (text.empty() || text.size() >= PATH_MAX || has_control(text)) {
        return FAIL(Code::usage, "%s: %s is not a usable path", what, quoted(text).c_str());
    }
    return std::string(text);
}

// One half of -u: all digits is a number; else a name as useradd(8) makes them, with room for directory services.
Status check_account(std::string_view part, std::string_view whole) {
    if (!part.empty() && std::ranges::all_of(part, is_digit)) {
        TRY(parse_unsigned(part, kLastId, "user or group number"));
        return {};
    }
    const bool plain = std::ranges::all_of(part, [](char byte) {
        return is_letter(byte) || is_digit(byte) || byte == '_' || byte == '.' || byte == '-' || byte == '$' ||
               byte == '@';
    });
    if (part.empty() || part.size() > 256 || part.front() == '-' || !plain) {
        return FAIL(Code::usage, "user %s: write NAME, UID, NAME:GROUP or UID:GID", quoted(whole).c_str());
    }
    return {};
}

bool is_variable_name(std::string_view text) noexcept {
    return !text.empty() && !is_digit(text.front()) &&
           std::ranges::all_of(text, [](char byte) { return is_letter(byte) || is_digit(byte) || byte == '_'; });
}

}  // namespace

Result<Volume> parse_volume(std::string_view text) {
    const auto parts = split_fields(text, ':');
    if (parts.size() < 2 || parts.size() > 3 || (parts.size() == 3 && parts[2] != "ro" && parts[2] != "rw")) {
        return FAIL(Code::usage, "volume %s: write SOURCE:TARGET or SOURCE:TARGET:ro", quoted(text).c_str());
    }
    Volume volume;
    volume.source = TRY(absolute_path(parts[0], "volume"));
    volume.target = TRY(parse_guest_path(parts[1], "volume"));
    volume.read_only = parts.size() == 3 && parts[2] == "ro";
    return volume;
}

Result<std::string> parse_user(std::string_view text) {
    const auto parts = split_fields(text, ':');
    if (parts.size() > 2) {
        return FAIL(Code::usage, "user %s: write NAME, UID, NAME:GROUP or UID:GID", quoted(text).c_str());
    }
    for (const std::string_view part : parts) {
        TRY(check_account(part, text));
    }
    return std::string(text);
}

Result<std::optional<std::string>> parse_environment(std::string_view text) {
    const auto equals = text.find('=');
    if (!is_variable_name(text.substr(0, equals))) {
        return FAIL(Code::usage, "environment %s: write NAME=VALUE", quoted(text).c_str());
    }
    if (equals != std::string_view::npos) {
        return std::optional<std::string>(text);
    }
    const char* value = getenv(std::string(text).c_str());
    return value != nullptr ? std::optional<std::string>(std::string(text) + "=" + value) : std::nullopt;
}

Result<std::string> parse_variable_name(std::string_view text) {
    if (!is_variable_name(text)) {
        return FAIL(Code::usage, "%s is not the name of an environment variable", quoted(text).c_str());
    }
    return std::string(text);
}

Result<std::string> parse_hostname(std::string_view text) {
    const auto labels = split_fields(text, '.');
    const bool good = std::ranges::all_of(labels, [](std::string_view label) {
        return !label.empty() && label.front() != '-' && label.back() != '-' &&
               std::ranges::all_of(label, [](char byte) { return is_letter(byte) || is_digit(byte) || byte == '-'; });
    });
    if (!good || text.size() > kLongestHostname) {
        return FAIL(Code::usage, "%s is not a host name: use letters, digits and '-', at most %zu bytes",
                    quoted(text).c_str(), kLongestHostname);
    }
    return std::string(text);
}

Result<int> parse_seconds(std::string_view text, bool or_forever) {
    return static_cast<int>(TRY(parse_signed(text, or_forever ? -1 : 0, kYearSeconds, "seconds")));
}

Result<char> parse_escape(std::string_view text) {
    const std::string_view letter = text.starts_with('^') ? text.substr(1) : text;
    if (letter.size() != 1 || !is_letter(letter.front())) {
        return FAIL(Code::usage, "escape %s: write a letter, or ^ and a letter, such as ^a", quoted(text).c_str());
    }
    return static_cast<char>(letter.front() | 0x20);
}

Result<std::vector<State>> parse_states(std::string_view text) {
    std::vector<State> states;
    for (const std::string_view word : split_fields(text, '|')) {
        const auto state = parse_state(word);
        if (!state) {
            return FAIL(Code::usage,
                        "%s is not a state: use STOPPED, STARTING, RUNNING, STOPPING, ABORTING, FREEZING, "
                        "FROZEN or THAWED, with | between them",
                        quoted(word).c_str());
        }
        states.push_back(*state);
    }
    return states;
}

Result<std::string> parse_guest_path(std::string_view text, const char* what) {
    if (!text.starts_with('/')) {
        return FAIL(Code::usage, "%s: %s is inside the container and must begin with '/'", what, quoted(text).c_str());
    }
    return checked_path(text, what);
}

Result<std::string> absolute_path(std::string_view text, const char* what) {
    std::string path = TRY(checked_path(text, what));
    if (path.front() == '/') {
        return path;
    }
    char here[PATH_MAX];
    // Outside of the current root the kernel puts "(unreachable)" in front (getcwd(3)).
    if (getcwd(here, sizeof here) == nullptr || here[0] != '/') {
        return FAIL(Code::not_found, "%s: %s counts from the current directory, which is gone", what,
                    quoted(text).c_str());
    }
    const std::string below = path == "." ? "" : "/" + path.substr(path.starts_with("./") ? 2 : 0);
    return checked_path(here + below, what);
}

}  // namespace cubby::cli
