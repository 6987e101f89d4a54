#pragma once
// What shows a container's console on the host (lxc.console.path): a terminal, in raw mode meanwhile, whose keys go to the
// container, or a file that grows.

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/fd.h"
#include "base/result.h"
#include "kernel/pty.h"

namespace cubby {

class ConsoleDevice {
  public:
    // None for an empty path and for "none".  A file is made where it is missing; what is neither is refused.
    static Result<ConsoleDevice> open(const std::string& path);

    // A terminal's, to be watched for keys; -1 for a file, and where there is none.
    [[nodiscard]] int terminal() const noexcept { return raw_ ? fd_.get() : -1; }
    // False where some bytes could not be written.
    bool show(std::string_view bytes) const noexcept;
    // What was typed; nothing when the terminal is gone, and this device with it.
    std::optional<std::string> read();

  private:
    Fd fd_;
    std::unique_ptr<RawTerminal> raw_;  // of a terminal
};

}  // namespace cubby
