#include "monitor/run_log.h"

#include <syslog.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <ctime>

#include "base/parse.h"
#include "kernel/root.h"

namespace cubby {
namespace {

constexpr std::array<const char*, 9> kLevels{"TRACE", "DEBUG", "INFO",  "NOTICE", "WARN",
                                             "ERROR", "CRIT",  "ALERT", "FATAL"};
constexpr std::array<int, 9> kPriorities{LOG_DEBUG, LOG_DEBUG, LOG_INFO,  LOG_NOTICE, LOG_WARNING,
                                         LOG_ERR,   LOG_CRIT,  LOG_ALERT, LOG_EMERG};
constexpr int kFlags = O_WRONLY | O_CREAT | O_APPEND | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW;

int facility_of(const std::string& name) noexcept {
    constexpr std::array<int, 8> local{LOG_LOCAL0, LOG_LOCAL1, LOG_LOCAL2, LOG_LOCAL3,
                                       LOG_LOCAL4, LOG_LOCAL5, LOG_LOCAL6, LOG_LOCAL7};
    return name.starts_with("local") ? local[static_cast<size_t>(name.back() - '0')] : LOG_DAEMON;
}

const char* base_name(const char* path) noexcept {
    const char* slash = strrchr(path, '/');
    return slash == nullptr ? path : slash + 1;
}

}  // namespace

Result<RunLog> RunLog::open(const ContainerSpec& spec, const std::string& directory) {
    RunLog log;
    log.name_ = spec.name.str();
    if (spec.log.level < 0 && spec.log.file.empty() && spec.log.syslog.empty()) {
        return log;
    }
    log.least_ = spec.log.level < 0 ? log::Level::error : static_cast<log::Level>(spec.log.level);
    if (!spec.log.syslog.empty()) {
        log.facility_ = facility_of(spec.log.syslog);
        openlog("cubby-monitor", LOG_NDELAY | LOG_PID, log.facility_);  // the socket, before nothing can be opened
    }
    const std::string path = spec.log.file.empty() ? directory + "/" + log.name_ + ".log" : spec.log.file;
    const auto slash = path.rfind('/');
    auto folder = Root::at(slash == 0 ? "/" : path.substr(0, slash));
    if (!folder) {
        return std::unexpected(prefixed(folder.error(), "lxc.log.file"));
    }
    auto file = folder->open(TRY(RelPath::component(path.substr(slash + 1))), kFlags, 0600);
    if (!file) {
        return std::unexpected(prefixed(file.error(), "lxc.log.file"));
    }
    log.file_ = std::move(*file);
    return log;
}

void RunLog::line(log::Level level, const char* category, std::string_view message,
                  std::source_location where) const noexcept {
    if (level < least_ || (!file_ && facility_ < 0)) {
        return;
    }
    const std::string text = printable(message);
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    tm parts{};
    gmtime_r(&now.tv_sec, &parts);
    std::array<char, 32> stamp{};
    strftime(stamp.data(), stamp.size(), "%Y%m%d%H%M%S", &parts);
    std::array<char, 1024> line{};
    const int size =
        snprintf(line.data(), line.size(), "cubby-monitor %s %s.%03ld %-8s %s - %s:%s:%u - %s\n", name_.c_str(),
                 stamp.data(), now.tv_nsec / 1'000'000, kLevels[static_cast<size_t>(level)], category,
                 base_name(where.file_name()), category, static_cast<unsigned>(where.line()), text.c_str());
    const size_t used = std::min(static_cast<size_t>(std::max(size, 0)), line.size() - 1);
    line[used - 1] = '\n';
    if (file_) {
        // A full disk must not stop a container (F29).
        [[maybe_unused]] const auto written = write(file_.get(), line.data(), used);
    }
    if (facility_ >= 0) {
        syslog(facility_ | kPriorities[static_cast<size_t>(level)], "%s: %s", name_.c_str(), text.c_str());
    }
}

}  // namespace cubby
