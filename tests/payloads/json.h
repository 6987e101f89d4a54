#pragma once
// What the probe prints: one JSON value, put together as text.

#include <cstdio>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace probe {

// Bytes beyond ASCII are written as their numbers, so that the text is valid whatever a file is called.
inline std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char byte : text) {
        const auto value = static_cast<unsigned char>(byte);
        if (value < 0x20 || value > 0x7e || byte == '"' || byte == '\\') {
            char escaped[8];
            snprintf(escaped, sizeof escaped, "\\u%04x", value);
            out += escaped;
        } else {
            out += byte;
        }
    }
    return out + '"';
}

class Object {
  public:
    void put(std::string_view key, std::string value) { members_.emplace_back(key, std::move(value)); }
    void text(std::string_view key, std::string_view value) { put(key, quoted(value)); }
    void number(std::string_view key, long long value) { put(key, std::to_string(value)); }
    void truth(std::string_view key, bool value) { put(key, value ? "true" : "false"); }

    [[nodiscard]] std::string str() const {
        std::string out = "{";
        for (const auto& [key, value] : members_) {
            out += (out.size() == 1 ? "" : ", ") + quoted(key) + ": " + value;
        }
        return out + "}";
    }

  private:
    std::vector<std::pair<std::string, std::string>> members_;
};

// `values` are JSON already.
inline std::string array(const std::vector<std::string>& values) {
    std::string out = "[";
    for (const std::string& value : values) {
        out += (out.size() == 1 ? "" : ", ") + value;
    }
    return out + "]";
}

}  // namespace probe
