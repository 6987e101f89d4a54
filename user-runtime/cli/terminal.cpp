#include "cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "base/parse.h"
#include "kernel/root.h"

namespace cubby::cli {
namespace {

constexpr size_t kUsualColumns = 80;

std::string_view variable(const char* name) noexcept {
    const char* value = getenv(name);
    return value != nullptr ? value : "";
}

// The first of the three that is set decides (locale(7)); with none of them, terminals of today know UTF-8.
bool knows_unicode() noexcept {
    for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
        const std::string_view value = variable(name);
        if (!value.empty()) {
            constexpr auto kNone = std::string_view::npos;
            return value.find("UTF-8") != kNone || value.find("utf8") != kNone || value.find("utf-8") != kNone;
        }
    }
    return true;
}

size_t columns_of(int fd) {
    winsize size{};
    if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
        return size.ws_col;
    }
    const auto columns = parse_unsigned(variable("COLUMNS"), 10000, "COLUMNS");
    return columns && *columns > 0 ? *columns : kUsualColumns;
}

// What the first byte of a UTF-8 sequence says of its length (RFC 3629), 0 where none begins with it.
size_t announced_length(unsigned first) noexcept {
    if (first < 0x80) {
        return 1;
    }
    if (first < 0xc2 || first >= 0xf5) {
        return 0;
    }
    if (first < 0xe0) {
        return 2;
    }
    return first < 0xf0 ? 3 : 4;
}

// Length of the valid UTF-8 sequence at the beginning (RFC 3629), 0 where there is none.
size_t sequence_length(std::string_view text) noexcept {
    const auto byte = [&](size_t at) { return static_cast<unsigned char>(text[at]); };
    const unsigned first = byte(0);
    const size_t length = announced_length(first);
    if (length == 0 || length > text.size()) {
        return 0;
    }
    for (size_t at = 1; at < length; ++at) {
        if ((byte(at) & 0xc0) != 0x80) {
            return 0;
        }
    }
    const bool overlong = (first == 0xe0 && byte(1) < 0xa0) || (first == 0xf0 && byte(1) < 0x90);
    const bool surrogate = first == 0xed && byte(1) >= 0xa0;
    const bool too_large = first == 0xf4 && byte(1) >= 0x90;
    return overlong || surrogate || too_large ? 0 : length;
}

bool is_control(std::string_view sequence) noexcept {
    const auto first = static_cast<unsigned char>(sequence[0]);
    return first < 0x20 || first == 0x7f || (first == 0xc2 && static_cast<unsigned char>(sequence[1]) < 0xa0);
}

bool begins_code_point(char byte) noexcept { return (static_cast<unsigned char>(byte) & 0xc0) != 0x80; }

const char* escape_of(Colour colour) noexcept {
    switch (colour) {
        case Colour::none: return "";
        case Colour::green: return "\x1b[32m";
        case Colour::yellow: return "\x1b[33m";
        case Colour::red: return "\x1b[31m";
        case Colour::dim: return "\x1b[2m";
        case Colour::bold: return "\x1b[1m";
    }
    return "";
}

}  // namespace

Terminal look_at(int fd) {
    Terminal terminal;
    terminal.tty = isatty(fd) == 1;
    terminal.colour = terminal.tty && variable("NO_COLOR").empty() && variable("TERM") != "dumb";
    terminal.unicode = knows_unicode();
    terminal.columns = terminal.tty ? columns_of(fd) : 0;
    return terminal;
}

std::string coloured(std::string_view text, Colour colour, bool on) {
    if (!on || colour == Colour::none) {
        return std::string(text);
    }
    return std::string(escape_of(colour)).append(text).append("\x1b[0m");
}

std::string shown(std::string_view text) {
    constexpr char hex[] = "0123456789abcdef";
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const size_t length = sequence_length(text);
        if (length > 0 && !is_control(text)) {
            out.append(text.substr(0, length));
            text.remove_prefix(length);
            continue;
        }
        for (size_t at = 0; at < std::max<size_t>(length, 1); ++at) {
            const auto value = static_cast<unsigned char>(text[at]);
            out += {'\\', 'x', hex[value >> 4], hex[value & 15]};
        }
        text.remove_prefix(std::max<size_t>(length, 1));
    }
    return out;
}

size_t width(std::string_view text) noexcept {
    return static_cast<size_t>(std::ranges::count_if(text, begins_code_point));
}

std::string fitted(std::string_view text, size_t columns, const Terminal& terminal) {
    if (width(text) <= columns) {
        return std::string(text);
    }
    const size_t mark = std::min(terminal.ellipsis_width(), columns);
    size_t room = columns - mark;
    size_t end = 0;
    while (end < text.size() && (room > 0 || !begins_code_point(text[end]))) {
        room -= begins_code_point(text[end]) ? 1 : 0;
        ++end;
    }
    const std::string dots = terminal.unicode && mark > 0 ? terminal.ellipsis() : std::string(mark, '.');
    return std::string(text.substr(0, end)) + dots;
}

std::string wrapped(std::string_view text, size_t columns, std::string_view indent) {
    std::string out;
    size_t used = 0;
    for (const std::string_view word : split_words(text, " \n")) {
        if (used > 0 && used + 1 + width(word) > columns) {
            out += '\n';
            used = 0;
        }
        if (used == 0) {
            out.append(indent);
            used = width(indent);
        } else {
            out += ' ';
            ++used;
        }
        out.append(word);
        used += width(word);
    }
    return out.empty() ? out : out + '\n';
}

Status print(std::string_view text) { return write_all(STDOUT_FILENO, text, "write to standard output"); }

void complain(std::string_view line) noexcept {
    const std::string text = shown(line) + "\n";
    // There is nowhere left to say that this failed.
    static_cast<void>(write_all(STDERR_FILENO, text, "standard error").has_value());
}

}  // namespace cubby::cli
