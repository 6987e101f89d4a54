#pragma once
// The monitor's end of the console: reads the master all the time, so that the container never blocks on it; keeps a
// ring buffer and a log file; serves any number of readers.  A reader that does not keep up loses bytes, never the
// container its pace (fault F29).

#include <cstdint>
#include <functional>
#include <set>

#include "base/fd.h"
#include "kernel/event_loop.h"
#include "monitor/console_device.h"
#include "monitor/console_log.h"
#include "monitor/protocol.h"
#include "monitor/ring_buffer.h"
#include "spec/container_spec.h"

namespace cubby {

class Console {
  public:
    Console(Fd master, const ConsoleSpec& spec, ConsoleLog log, ConsoleDevice device) noexcept;

    // Begins to read the master in `loop`, which must outlive this object.
    Status serve(EventLoop& loop);
    // A client's socket that gets data frames from now on; `input` says whether what it sends goes to the container.
    void add_reader(int socket) { readers_.insert(socket); }
    void remove_reader(int socket) { readers_.erase(socket); }
    [[nodiscard]] const std::set<int>& readers() const noexcept { return readers_; }
    [[nodiscard]] std::string history() const { return ring_.contents(); }
    void forget_history() noexcept { ring_.clear(); }
    void write_input(std::string_view bytes) noexcept;
    void resize(const protocol::WindowSize& size) noexcept;
    // Reads what is still in the pty after the last process has gone.
    void drain();
    [[nodiscard]] uint64_t dropped() const noexcept { return dropped_; }

  private:
    bool read_some();
    void read_device(EventLoop& loop);
    void distribute(std::string_view bytes);

    Fd master_;
    Fd peer_;  // held open: a master without any peer reports a hang-up without end
    ConsoleLog log_;
    ConsoleDevice device_;
    RingBuffer ring_;
    std::set<int> readers_;
    uint64_t dropped_ = 0;  // bytes that did not reach the log file, the device or a reader
};

}  // namespace cubby
