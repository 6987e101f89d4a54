#pragma once
// The codecs that several keys share: LXC's syntax of one value, and LXC's text of it.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/parse.h"
#include "config/lxc/key.h"

namespace cubby::lxc {

// "KEY: " and the rest of the message, as an error about the request.
[[nodiscard, gnu::format(printf, 2, 3)]] std::unexpected<Error> refuse(const Item& item, const char* format, ...);

// The value of an item, fit for an error message: at most 60 printable characters.
[[nodiscard]] std::string shown(std::string_view text);

// The CAP_* number that lxc.cap.drop and lxc.cap.keep mean by a word: "sys_time" or "25".
[[nodiscard]] std::optional<unsigned> capability_number(std::string_view word);

// Whether lxc.rootfs.path may begin with that word and a ':'; what this version can start is another question.
[[nodiscard]] bool is_storage_type(std::string_view word) noexcept;

// Any text.
struct Text {
    static Status read(std::string& field, const Item& item);
    static std::string print(const std::string& field) { return field; }
};

// Any text, one more each time; an empty value clears all.
struct TextList {
    static Status read(std::vector<std::string>& field, const Item& item);
    static std::string print(const std::vector<std::string>& field);
};

// A path on the host.  A relative one counts from the container's directory.
struct HostPath {
    static Status read(std::string& field, const Item& item);
    static std::string print(const std::string& field) { return field; }
};

// An absolute path in the container.
struct GuestPath {
    static Status read(std::string& field, const Item& item);
    static std::string print(const std::string& field) { return field; }
};

// 0 or 1.
struct Flag {
    static Status read(bool& field, const Item& item);
    static std::string print(bool field) { return field ? "1" : "0"; }
};

// A whole number up to Max.
template <uint64_t Max>
struct Number {
    template <class Int>
    static Status read(Int& field, const Item& item) {
        field = static_cast<Int>(TRY(parse_unsigned(item.value, Max, std::string(item.key).c_str())));
        return {};
    }
    template <class Int>
    static std::string print(Int field) {
        return std::to_string(field);
    }
};

// A signal: a number, "SIGPWR" in either case, "SIGRTMIN+3" or "SIGRTMAX-2".  Printed as a number.
struct Signal {
    static Status read(int& field, const Item& item);
    static std::string print(int field) { return std::to_string(field); }
};

// A size with the units B, kB, MB, GB, or "auto" (128 kB).  Rounded up to a power of two of at least one page of 4096.
struct BufferSize {
    static Status read(uint64_t& field, const Item& item);
    static std::string print(uint64_t field) { return std::to_string(field); }
};

}  // namespace cubby::lxc
