#include "monitor/report.h"

#include <cstring>

#include "base/parse.h"

namespace cubby {

std::string encode_report(const StartReport& report) {
    std::string text = "ok " + std::to_string(report.pid) + '\n';
    for (const std::string& lost : report.lost) {
        text += "lost " + lost + '\n';
    }
    for (const auto& [microseconds, step] : report.times) {
        text += "time " + std::to_string(microseconds) + ' ' + printable(step) + '\n';
    }
    return text;
}

std::string encode_failure(const Error& error) {
    std::string text = "error";
    text.append(reinterpret_cast<const char*>(&error), sizeof error);
    return text;
}

Result<StartReport> decode_report(std::string_view text) {
    if (text.starts_with("error") && text.size() == 5 + sizeof(Error)) {
        Error error;
        memcpy(&error, text.data() + 5, sizeof error);
        error.text[sizeof error.text - 1] = '\0';
        return std::unexpected(error);
    }
    if (!text.starts_with("ok ")) {
        return FAIL(Code::child_failed, "cubby-monitor ended without a word; cubby doctor examines this host");
    }
    StartReport report;
    for (const auto line : split_words(text, "\n")) {
        const auto blank = line.find(' ');
        const std::string_view key = line.substr(0, blank);
        const std::string_view value = blank == std::string_view::npos ? "" : line.substr(blank + 1);
        if (key == "ok") {
            report.pid = static_cast<pid_t>(TRY(parse_unsigned(value, INT32_MAX, "pid")));
        } else if (key == "lost") {
            report.lost.emplace_back(value);
        } else if (key == "time") {
            const auto gap = value.find(' ');
            const auto spent = TRY(parse_unsigned(value.substr(0, gap), UINT32_MAX, "time"));
            report.times.emplace_back(static_cast<uint32_t>(spent),
                                      gap == std::string_view::npos ? "" : value.substr(gap + 1));
        }
    }
    return report;
}

}  // namespace cubby
