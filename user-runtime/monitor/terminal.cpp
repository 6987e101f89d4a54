#include "monitor/terminal.h"

#include "kernel/pty.h"
#include "kernel/root.h"

namespace cubby {

Result<Terminal> Terminal::join(MonitorClient client, int number) {
    if (number != kConsole) {
        const protocol::TtyOrder order{number};
        auto reply = client.ask(protocol::Type::tty, protocol::bytes_of(order));
        if (reply && !reply->frame.fds.empty()) {
            const auto given = TRY(protocol::read_as<protocol::TtyOrder>(reply->incoming.payload));
            return Terminal(std::move(client), std::move(reply->frame.fds.front()), given.number);
        }
        if (reply) {
            return FAIL(Code::broken, "the monitor gave no terminal");
        }
        if (number != kFirstFree || reply.error().code != Code::not_found) {
            return std::unexpected(reply.error());
        }
    }
    TRY(client.ask(protocol::Type::console));
    return Terminal(std::move(client), Fd(), kConsole);
}

std::optional<std::string> Terminal::read() {
    if (!master_) {
        const auto reply = client_.next();
        if (!reply || reply->incoming.type == protocol::Type::end) {
            return std::nullopt;
        }
        return std::string(reply->incoming.type == protocol::Type::data ? reply->incoming.payload : "");
    }
    return read_shown(master_.get());
}

Status Terminal::write(std::string_view typed) const {
    return master_ ? write_all(master_.get(), typed, "the terminal")
                   : protocol::send(client_.socket(), protocol::Type::data, typed);
}

void Terminal::resize(const protocol::WindowSize& size) const noexcept {
    if (!master_) {
        static_cast<void>(
            protocol::send(client_.socket(), protocol::Type::window, protocol::bytes_of(size)).has_value());
        return;
    }
    set_window_size(master_.get(), size.rows, size.columns);
}

std::string Escape::filter(std::string_view typed, bool& left) {
    std::string out;
    for (const char byte : typed) {
        const bool escape = control_ > 0 && byte == control_;
        if (!seen_ && escape) {
            seen_ = true;
            continue;
        }
        if (seen_ && (byte == 'q' || byte == 'Q')) {
            left = true;
            return out;
        }
        if (seen_ && !escape) {
            out += static_cast<char>(control_);
        }
        seen_ = false;
        out += byte;
    }
    return out;
}

}  // namespace cubby
