#include "monitor/console_log.h"

#include <unistd.h>

#include <cerrno>

namespace cubby {
namespace {

constexpr int kFlags = O_WRONLY | O_CREAT | O_APPEND | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW;

}  // namespace

Result<ConsoleLog> ConsoleLog::open(const ConsoleSpec& spec) {
    ConsoleLog log;
    const auto slash = spec.log_file.rfind('/');
    if (slash == std::string::npos) {
        return log;
    }
    Root folder = TRY(Root::at(slash == 0 ? "/" : spec.log_file.substr(0, slash)));
    RelPath name = TRY(RelPath::component(spec.log_file.substr(slash + 1)));
    log.file_ = TRY(folder.open(name, kFlags, 0600));
    log.place_ = Place{std::move(folder), std::move(name)};
    struct stat info{};
    if (fstat(log.file_.get(), &info) != 0) {
        return FAIL_ERRNO("lxc.console.logfile: %s", spec.log_file.c_str());
    }
    log.size_ = static_cast<uint64_t>(info.st_size);
    log.limit_ = spec.log_size;
    log.rotate_ = spec.rotate;
    return log;
}

Status ConsoleLog::make_room() noexcept {
    if (rotate_ && place_) {
        const auto& [folder, name] = *place_;
        TRY(folder.rename(name, TRY(RelPath::component(name.str() + ".1"))));
        file_ = TRY(folder.open(name, kFlags, 0600));
    } else if (ftruncate(file_.get(), 0) != 0) {
        return FAIL_ERRNO("empty the console's log");
    }
    size_ = 0;
    return {};
}

bool ConsoleLog::write(std::string_view bytes) noexcept {
    if (!file_) {
        return true;
    }
    if (limit_ != 0 && size_ + bytes.size() > limit_ && !make_room()) {
        return false;
    }
    const ssize_t put = ::write(file_.get(), bytes.data(), bytes.size());
    size_ += put > 0 ? static_cast<uint64_t>(put) : 0;
    return put == static_cast<ssize_t>(bytes.size());
}

}  // namespace cubby
