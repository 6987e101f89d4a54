#pragma once
// A process of a container in the foreground of the caller's terminal or pipes.
//
// Descriptors 0-2 that are no terminals go to the process as they are: a pipe stays byte-exact and costs nothing.
// A terminal never goes in (CVE-2016-10124 and its kin): with a pty its bytes are relayed to the pty's master, without
// one through a pipe.

#include <array>
#include <memory>
#include <vector>

#include "container/pump.h"
#include "kernel/event_loop.h"
#include "kernel/process.h"
#include "kernel/pty.h"

namespace cubby {

class Foreground {
  public:
    // `interactive`: standard input goes in; else the process reads the null device.
    static Result<std::unique_ptr<Foreground>> prepare(bool interactive);

    // What the process gets as 0-2 when it has no pty; valid until begin().
    [[nodiscard]] std::array<int, 3> stdio() const noexcept { return inside_; }
    // What a pty shows is written to this file as well; before begin().
    void record(Fd file) noexcept { record_ = std::move(file); }
    // Relays from now on.  With `console` (a pty's master) the caller's terminal is in raw mode until the end.
    Status begin(EventLoop& loop, int pidfd, Fd console);
    // Hands a signal that this command got to the process.
    void forward(int signal) noexcept;
    // Brings what the process has written last to the caller, and gives the terminal back.
    void finish();

    // The signals that a foreground command watches for.
    static constexpr std::array<int, 7> kSignals{SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH};

  private:
    Foreground() = default;
    Status relay_pipes(EventLoop& loop);
    Status relay_terminal(EventLoop& loop);

    std::array<int, 3> inside_{-1, -1, -1};
    std::vector<Fd> owned_;      // ends that the process gets; closed at begin()
    std::array<Fd, 3> outside_;  // our ends of pipes for terminals
    int pidfd_ = -1;
    Fd console_;
    Fd record_;
    std::unique_ptr<RawTerminal> raw_;
    std::vector<std::unique_ptr<Pump>> inputs_;
    std::vector<std::unique_ptr<Pump>> outputs_;
};

// Whether standard input and output are terminals: then a pty is what the user expects.
[[nodiscard]] bool on_terminal() noexcept;

}  // namespace cubby
