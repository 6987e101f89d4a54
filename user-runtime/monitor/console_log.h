#pragma once
// The log file of a console (lxc.console.logfile, .size, .rotate).

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "kernel/root.h"
#include "spec/container_spec.h"

namespace cubby {

class ConsoleLog {
  public:
    // No log where the spec names no file.
    static Result<ConsoleLog> open(const ConsoleSpec& spec);
    // False: some bytes could not be written (a full disk).  A file that would grow over the limit is first moved to
    // NAME.1 where rotation is on, else emptied.
    bool write(std::string_view bytes) noexcept;

  private:
    ConsoleLog() = default;
    Status make_room() noexcept;

    struct Place {
        Root folder;
        RelPath name;
    };
    std::optional<Place> place_;
    Fd file_;
    uint64_t size_ = 0;
    uint64_t limit_ = 0;  // bytes, 0: none
    bool rotate_ = false;
};

}  // namespace cubby
