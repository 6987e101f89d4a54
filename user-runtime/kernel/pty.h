#pragma once
// Pseudo terminals.  The peer is opened by TIOCGPTPEER only, never by name (CVE-2016-10124 and its kin).

#include <sys/ioctl.h>
#include <termios.h>

#include <cstdint>
#include <optional>
#include <string>

#include "base/fd.h"
#include "base/result.h"

namespace cubby {

struct Pty {
    Fd master;
    Fd peer;
};

// A new pty of the devpts instance whose root directory is `devpts` (checked by its magic number).
Result<Pty> open_pty(int devpts) noexcept;

// The peer of a master, by TIOCGPTPEER.
Result<Fd> open_peer(int master) noexcept;

// Makes `terminal` the controlling terminal of the calling session leader.
Status take_terminal(int terminal) noexcept;

Status copy_window_size(int from, int to) noexcept;
void set_window_size(int terminal, uint16_t rows, uint16_t columns) noexcept;

// What a master shows next, empty where that is nothing yet; nothing at its end, when nobody holds its peer any more.
std::optional<std::string> read_shown(int master);

// Puts a terminal into raw mode until destroyed; does nothing for a descriptor that is no terminal.
class RawTerminal {
  public:
    explicit RawTerminal(int terminal) noexcept;
    ~RawTerminal();
    RawTerminal(const RawTerminal&) = delete;
    RawTerminal& operator=(const RawTerminal&) = delete;

  private:
    int terminal_ = -1;
    termios saved_{};
};

}  // namespace cubby
