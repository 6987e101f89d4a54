#include "cli/exit_code.h"

#include "plan/phase.h"

namespace cubby::cli {
namespace {

constexpr ExitRow kOwnRows[] = {
    {kOk, "done"},
    {kFailure, "failed for another reason than the ones below"},
    {kUsage, "the command line is wrong: an unknown command or option, a bad name or number"},
    {kNotFound, "the container, image, file or key does not exist"},
    {kWrongState, "the container exists already, or is not in the state that this needs"},
    {kUnsupported, "this host lacks something that is needed; cubby doctor tells what"},
    {kTimeout, "the time was over"},
};

constexpr ExitRow kCommandRows[] = {
    {kOk, "the command ended with 0; any other status of its own is passed on as well"},
    {kUsage, "the command line of cubby is wrong; also whatever the command ends with itself"},
    {kOwnFailure, "cubby failed, and the command did not run or was lost"},
    {kCannotRun, "the command was found and cannot be run"},
    {kCommandNotFound, "the command was not found"},
    {128, "plus N: the command was ended by signal N"},
};

constexpr ExitRow kLxcRows[] = {
    {kOk, "done"},
    {kFailure, "failed, or the command line is wrong"},
};

// The last step of a plan is the exec of the command itself.
bool is_of_exec(const Error& error) noexcept {
    return error.phase == static_cast<uint8_t>(static_cast<uint8_t>(Phase::child_exec) + 1) && error.sys_errno != 0;
}

}  // namespace

int exit_code(const Error& error, Gives gives) noexcept {
    if (gives == Gives::lxc_status) {
        return kFailure;
    }
    if (error.code == Code::usage) {
        return kUsage;
    }
    if (gives == Gives::command_status) {
        if (is_of_exec(error)) {
            return error.sys_errno == ENOENT ? kCommandNotFound : kCannotRun;
        }
        return kOwnFailure;
    }
    switch (error.code) {
        case Code::none: return kOk;
        case Code::usage: return kUsage;
        case Code::not_found: return kNotFound;
        case Code::exists:
        case Code::wrong_state: return kWrongState;
        case Code::unsupported: return kUnsupported;
        case Code::timeout: return kTimeout;
        case Code::denied:
        case Code::invalid_config:
        case Code::no_space:
        case Code::broken:
        case Code::busy:
        case Code::child_failed:
        case Code::system: return kFailure;
    }
    return kFailure;
}

std::span<const ExitRow> exit_rows(Gives gives) noexcept {
    switch (gives) {
        case Gives::own_status: return kOwnRows;
        case Gives::lxc_status: return kLxcRows;
        case Gives::command_status: return kCommandRows;
    }
    return {};
}

}  // namespace cubby::cli
