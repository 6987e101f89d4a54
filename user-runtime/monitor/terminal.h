#pragma once
// A client's end of one of a running container's terminals.  The console is the monitor's, which passes bytes on; a
// terminal beside it (lxc.tty.max) is the client's own for as long as this lives: it has the master.

#include <optional>
#include <string>
#include <string_view>

#include "base/fd.h"
#include "base/result.h"
#include "monitor/client.h"
#include "monitor/protocol.h"

namespace cubby {

class Terminal {
  public:
    static constexpr int kConsole = 0;
    static constexpr int kFirstFree = -1;  // of those beside the console; where there is none of them, the console

    // Code::not_found: there is no such terminal; Code::busy: somebody is at it, or at each of them.
    static Result<Terminal> join(MonitorClient client, int number);

    [[nodiscard]] int number() const noexcept { return number_; }
    // Readable when it shows something, or has ended.
    [[nodiscard]] int fd() const noexcept { return master_ ? master_.get() : client_.socket(); }
    // What it shows next; nothing at its end.
    std::optional<std::string> read();
    Status write(std::string_view typed) const;
    void resize(const protocol::WindowSize& size) const noexcept;

  private:
    Terminal(MonitorClient client, Fd master, int number) noexcept
        : client_(std::move(client)), master_(std::move(master)), number_(number) {}
    MonitorClient client_;
    Fd master_;  // none for the console
    int number_;
};

// What leaves a terminal: a control letter, then q.  The letter twice is one for the container (LXC's console).
class Escape {
  public:
    // `control`: the letter's control code, 1 for ^a; 0 or less: nothing leaves.
    explicit Escape(int control) noexcept : control_(control) {}

    // What goes on to the container; sets `left` when the user leaves.
    std::string filter(std::string_view typed, bool& left);

  private:
    int control_;
    bool seen_ = false;
};

}  // namespace cubby
