#pragma once
// Signals that the keys ^C and ^\ send to all processes at a terminal (termios(3)).

#include <csignal>

namespace cubby {

// While another program of ours has the terminal, they are that program's: ignored here, and as they were afterwards.  The
// other program gets the default actions back from whoever starts it.
class WithoutKeySignals {
  public:
    WithoutKeySignals() noexcept {
        struct sigaction ignore{};
        ignore.sa_handler = SIG_IGN;
        sigaction(SIGINT, &ignore, &interrupt_);
        sigaction(SIGQUIT, &ignore, &quit_);
    }
    ~WithoutKeySignals() {
        sigaction(SIGINT, &interrupt_, nullptr);
        sigaction(SIGQUIT, &quit_, nullptr);
    }
    WithoutKeySignals(const WithoutKeySignals&) = delete;
    WithoutKeySignals& operator=(const WithoutKeySignals&) = delete;
    WithoutKeySignals(WithoutKeySignals&&) = delete;
    WithoutKeySignals& operator=(WithoutKeySignals&&) = delete;

  private:
    struct sigaction interrupt_{};
    struct sigaction quit_{};
};

}  // namespace cubby
