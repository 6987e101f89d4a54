#include "config/lxc/codec.h"

#include <strings.h>

#include <algorithm>
#include <bit>
#include <csignal>
#include <cstdarg>
#include <cstring>

#include "kernel/capabilities.h"

namespace cubby::lxc {
namespace {

constexpr uint64_t kPage = 4096;
constexpr uint64_t kAutoSize = uint64_t{128} * 1024;
constexpr uint64_t kMaxSize = uint64_t{1} << 40;
constexpr size_t kShown = 60;

// Names that the kernel's headers have twice; sigabbrev_np(3) knows one of each.
struct SignalAlias {
    const char* name;
    int number;
};
constexpr SignalAlias kAliases[] = {{"IOT", SIGABRT}, {"CLD", SIGCHLD}, {"POLL", SIGIO}, {"IO", SIGIO}};

int signal_by_name(const std::string& name) {
    for (int number = 1; number < SIGRTMIN; ++number) {
        const char* abbreviation = sigabbrev_np(number);
        if (abbreviation != nullptr && strcasecmp(abbreviation, name.c_str()) == 0) {
            return number;
        }
    }
    for (const SignalAlias& alias : kAliases) {
        if (strcasecmp(alias.name, name.c_str()) == 0) {
            return alias.number;
        }
    }
    return 0;
}

// "RTMIN+3", "RTMAX-2", "RTMIN"; 0 for what is none of them.
int realtime_signal(const std::string& name) {
    const bool from_least = strncasecmp(name.c_str(), "RTMIN", 5) == 0;
    if (!from_least && strncasecmp(name.c_str(), "RTMAX", 5) != 0) {
        return 0;
    }
    const int base = from_least ? SIGRTMIN : SIGRTMAX;
    if (name.size() == 5) {
        return base;
    }
    const auto distance = parse_unsigned(std::string_view(name).substr(6), 64, "distance");
    if (!distance || name[5] != (from_least ? '+' : '-')) {
        return 0;
    }
    const int number = from_least ? base + static_cast<int>(*distance) : base - static_cast<int>(*distance);
    return number >= SIGRTMIN && number <= SIGRTMAX ? number : 0;
}

}  // namespace

std::unexpected<Error> refuse(const Item& item, const char* format, ...) {
    Error error = make_error(Code::usage, "%s: ", shown(item.key).c_str());
    const size_t used = strlen(error.text);
    va_list args;
    va_start(args, format);
    if (vsnprintf(error.text + used, sizeof error.text - used, format, args) < 0) {
        error.text[used] = '\0';
    }
    va_end(args);
    return std::unexpected(error);
}

std::string shown(std::string_view text) {
    std::string out = printable(text.substr(0, kShown));
    return text.size() > kShown ? out + "..." : out;
}

std::optional<unsigned> capability_number(std::string_view word) {
    if (const auto number = parse_unsigned(word, 63, "capability")) {
        return static_cast<unsigned>(*number);
    }
    return parse_capability(word);
}

bool is_storage_type(std::string_view word) noexcept {
    constexpr std::string_view types[] = {"btrfs", "dir", "loop", "lvm", "nbd", "overlay", "overlayfs", "rbd", "zfs"};
    return std::ranges::find(types, word) != std::end(types);
}

Status Text::read(std::string& field, const Item& item) {
    field = item.value;
    return {};
}

Status TextList::read(std::vector<std::string>& field, const Item& item) {
    field.emplace_back(item.value);
    return {};
}

std::string TextList::print(const std::vector<std::string>& field) {
    std::string text;
    for (const std::string& each : field) {
        text.append(each).append("\n");
    }
    return text;
}

Status HostPath::read(std::string& field, const Item& item) {
    if (item.value.size() >= 4096) {
        return refuse(item, "the path is longer than 4095 bytes");
    }
    field = item.value;
    return {};
}

Status GuestPath::read(std::string& field, const Item& item) {
    if (!item.value.starts_with('/')) {
        return refuse(item, "'%s' is not an absolute path in the container", shown(item.value).c_str());
    }
    return HostPath::read(field, item);
}

Status Flag::read(bool& field, const Item& item) {
    field = TRY(parse_flag(item.value, std::string(item.key).c_str()));
    return {};
}

Status Signal::read(int& field, const Item& item) {
    const std::string name(item.value);
    int number = 0;
    if (strncasecmp(name.c_str(), "SIG", 3) == 0) {
        const std::string rest = name.substr(3);
        number = signal_by_name(rest);
        number = number == 0 ? realtime_signal(rest) : number;
    } else if (const auto value = parse_unsigned(item.value, static_cast<uint64_t>(SIGRTMAX), "signal")) {
        number = static_cast<int>(*value);
    }
    if (number == 0) {
        return refuse(item, "'%s' is not a signal; write a name such as SIGPWR or SIGRTMIN+3, or a number",
                      shown(item.value).c_str());
    }
    field = number;
    return {};
}

Status BufferSize::read(uint64_t& field, const Item& item) {
    uint64_t size = kAutoSize;
    if (item.value != "auto") {
        std::string compact;
        for (const std::string_view word : split_words(item.value)) {
            compact += word;
        }
        const auto parsed = parse_size(compact, "size");
        if (!parsed || *parsed > kMaxSize) {
            return refuse(item, "'%s' is not a size such as 64kB or 2MB, nor auto", shown(item.value).c_str());
        }
        size = *parsed;
    }
    field = std::bit_ceil(std::max(size, kPage));
    return {};
}

}  // namespace cubby::lxc
