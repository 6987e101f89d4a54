#include "base/parse.h"

#include <algorithm>
#include <charconv>

namespace cubby {
namespace {

template <class Int>
bool consume_all(std::string_view text, Int& value, int base = 10) noexcept {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    return error == std::errc{} && end == text.data() + text.size();
}

bool canonical(std::string_view digits) noexcept {
    return !digits.empty() && digits.find_first_not_of("0123456789") == std::string_view::npos &&
           (digits.size() == 1 || digits.front() != '0');
}

std::unexpected<Error> bad_number(std::string_view text, const char* what) {
    return FAIL(Code::usage, "%s: '%.40s' is not a whole number in range", what, printable(text).c_str());
}

}  // namespace

Result<uint64_t> parse_unsigned(std::string_view text, uint64_t max, const char* what) {
    uint64_t value = 0;
    if (!canonical(text) || !consume_all(text, value) || value > max) {
        return bad_number(text, what);
    }
    return value;
}

Result<int64_t> parse_signed(std::string_view text, int64_t min, int64_t max, const char* what) {
    int64_t value = 0;
    const bool negative = text.starts_with('-');
    const bool written_so = canonical(text.substr(negative ? 1 : 0)) && text != "-0";
    if (!written_so || !consume_all(text, value) || value < min || value > max) {
        return bad_number(text, what);
    }
    return value;
}

Result<bool> parse_flag(std::string_view text, const char* what) {
    if (text == "0" || text == "1") {
        return text == "1";
    }
    return FAIL(Code::usage, "%s: '%.40s' is neither 0 nor 1", what, printable(text).c_str());
}

Result<uint32_t> parse_octal(std::string_view text, uint32_t max, const char* what) {
    uint32_t value = 0;
    if (text.empty() || text.find_first_not_of("01234567") != std::string_view::npos || !consume_all(text, value, 8) ||
        value > max) {
        return FAIL(Code::usage, "%s: '%.40s' is not an octal number in range", what, printable(text).c_str());
    }
    return value;
}

Result<uint64_t> parse_size(std::string_view text, const char* what) {
    std::string_view digits = text;
    if (digits.ends_with('B') || digits.ends_with('b')) {
        digits.remove_suffix(1);
    }
    unsigned shift = 0;
    if (!digits.empty()) {
        constexpr std::string_view suffixes = "kmgt";
        const char lower = static_cast<char>(digits.back() | 0x20);
        if (const auto at = suffixes.find(lower); at != std::string_view::npos) {
            shift = static_cast<unsigned>(at + 1) * 10;
            digits.remove_suffix(1);
        }
    }
    auto value = parse_unsigned(digits, UINT64_MAX >> shift, what);
    if (!value) {
        return FAIL(Code::usage, "%s: '%.40s' is not a size such as 512M", what, printable(text).c_str());
    }
    return *value << shift;
}

std::string_view trim(std::string_view text) noexcept {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::vector<std::string_view> split_words(std::string_view text, std::string_view separators) {
    std::vector<std::string_view> words;
    for (size_t at = text.find_first_not_of(separators); at != std::string_view::npos;) {
        const size_t end = std::min(text.find_first_of(separators, at), text.size());
        words.push_back(text.substr(at, end - at));
        at = text.find_first_not_of(separators, end);
    }
    return words;
}

std::vector<std::string_view> split_fields(std::string_view text, char separator) {
    std::vector<std::string_view> fields;
    for (size_t at = 0;;) {
        const size_t end = text.find(separator, at);
        fields.push_back(text.substr(at, end == std::string_view::npos ? end : end - at));
        if (end == std::string_view::npos) {
            return fields;
        }
        at = end + 1;
    }
}

Result<std::vector<std::string>> split_command(std::string_view text) {
    std::vector<std::string> words;
    bool inside = false;
    char quote = '\0';
    for (size_t at = 0; at < text.size(); ++at) {
        const char byte = text[at];
        if (quote == '\0' && (byte == ' ' || byte == '\t')) {
            inside = false;
            continue;
        }
        if (!inside) {
            words.emplace_back();
            inside = true;
        }
        if (byte == quote) {
            quote = '\0';
        } else if (quote == '\0' && (byte == '\'' || byte == '"')) {
            quote = byte;
        } else if (byte == '\\' && quote != '\'' && at + 1 < text.size()) {
            words.back() += text[++at];
        } else {
            words.back() += byte;
        }
    }
    if (quote != '\0') {
        return FAIL(Code::usage, "command line: a quote is not closed");
    }
    return words;
}

std::string printable(std::string_view text) {
    constexpr char hex[] = "0123456789abcdef";
    std::string out;
    for (const char byte : text) {
        const auto value = static_cast<unsigned char>(byte);
        if (value < 0x20 || value == 0x7f || (value >= 0x80 && value < 0xa0)) {
            out += {'\\', 'x', hex[value >> 4], hex[value & 15]};
        } else {
            out += byte;
        }
    }
    return out;
}

bool has_control(std::string_view text) noexcept {
    return std::ranges::any_of(text, [](char byte) { return (byte >= 0 && byte < 0x20) || byte == 0x7f; });
}

}  // namespace cubby
