#pragma once
// The log of a container's starts, ends and hooks (lxc.log.file, lxc.log.level, lxc.log.syslog), in LXC's format:
//     cubby-monitor NAME YYYYMMDDHHMMSS.mmm LEVEL    CATEGORY - FILE:FUNCTION:LINE - MESSAGE

#include <source_location>
#include <string>
#include <string_view>

#include "base/fd.h"
#include "base/log.h"
#include "base/result.h"
#include "spec/container_spec.h"

namespace cubby {

class RunLog {
  public:
    // Nothing is logged where the spec gives neither a file, nor a level, nor a facility.  With a level and no file, the
    // file is NAME.log in `directory`; without a level, ERROR is the least that is logged.  Appends; mode 0600.
    static Result<RunLog> open(const ContainerSpec& spec, const std::string& directory);

    // A text of several lines, or one for a terminal, is shown printable.  A line that cannot be written is lost.
    void line(log::Level level, const char* category, std::string_view message,
              std::source_location where = std::source_location::current()) const noexcept;

  private:
    RunLog() = default;
    std::string name_;
    Fd file_;
    int facility_ = -1;
    log::Level least_ = log::Level::error;
};

}  // namespace cubby
