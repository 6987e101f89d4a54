#include "cli/lxc/log.h"

#include <algorithm>
#include <array>
#include <ctime>

#include "base/parse.h"
#include "kernel/root.h"

namespace cubby::cli {
namespace {

constexpr std::array<std::string_view, 9> kLevels{"TRACE", "DEBUG", "INFO",  "NOTICE", "WARN",
                                                  "ERROR", "CRIT",  "ALERT", "FATAL"};
constexpr mode_t kLogMode = 0640;  // as LXC's

Result<Fd> open_log(const std::string& path) {
    return open_named(path, O_WRONLY | O_APPEND | O_CREAT | O_NOCTTY | O_NONBLOCK, kLogMode);
}

// "none" is LXC's word for no file.
const std::string* log_file(const Context& context) {
    const std::string* file = context.line.value("logfile");
    return file != nullptr && *file != "none" ? file : nullptr;
}

LogLevel file_level(const Context& context) {
    return parse_log_level(context.line.value_or("logpriority", "ERROR")).value_or(LogLevel::error);
}

std::string container_of(const Context& context) {
    const bool named =
        context.command.whole != nullptr && !context.line.operands().empty() && context.names_container();
    return named ? shown(context.line.operands().front()) : "";
}

// "20261127123730.123": UTC, to the millisecond.
std::string timestamp() {
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    tm parts{};
    gmtime_r(&now.tv_sec, &parts);
    std::array<char, 32> text{};
    const size_t used = strftime(text.data(), text.size(), "%Y%m%d%H%M%S", &parts);
    snprintf(text.data() + used, text.size() - used, ".%03ld", now.tv_nsec / 1'000'000);
    return text.data();
}

}  // namespace

std::optional<LogLevel> parse_log_level(std::string_view word) noexcept {
    for (size_t at = 0; at < kLevels.size(); ++at) {
        const std::string_view level = kLevels[at];
        const bool same = word.size() == level.size() && std::ranges::equal(word, level, [](char left, char right) {
                              return (left & ~0x20) == right;
                          });
        if (same) {
            return static_cast<LogLevel>(at);
        }
    }
    return std::nullopt;
}

Status check_log_options(const Context& context) {
    const std::string* level = context.line.value("logpriority");
    if (level != nullptr && !parse_log_level(*level)) {
        return FAIL(Code::usage, "-l: '%.40s' is not TRACE, DEBUG, INFO, NOTICE, WARN, ERROR, CRIT, ALERT or FATAL",
                    printable(*level).c_str());
    }
    if (const std::string* file = log_file(context)) {
        if (auto opened = open_log(*file); !opened) {
            return std::unexpected(prefixed(opened.error(), "-o"));
        }
    }
    return {};
}

void lxc_log(const Context& context, LogLevel level, std::string_view text) {
    const std::string name = container_of(context);
    if (level >= LogLevel::error && !context.quiet) {
        const bool named = !name.empty() && !text.starts_with(name + ": ");
        complain(std::string(context.command.name) + ": " + (named ? name + ": " : "") + std::string(text));
    }
    const std::string* file = log_file(context);
    if (file == nullptr || level < file_level(context)) {
        return;
    }
    std::string word(kLevels[static_cast<size_t>(level)]);
    word.resize(8, ' ');
    const std::string_view verb = std::string_view(context.command.name).substr(4);
    const std::string line = std::string(context.command.name) + " " + name + (name.empty() ? "" : " ") + timestamp() +
                             " " + word + " " + std::string(verb) + " - cubby:" + std::string(verb) + ":0 - " +
                             shown(text) + "\n";
    if (const auto opened = open_log(*file)) {
        static_cast<void>(write_all(opened->get(), line, "the log").has_value());
    }
}

}  // namespace cubby::cli
