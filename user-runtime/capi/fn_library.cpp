// What is asked of the library itself: version, extensions, global settings, its log.

#include <fcntl.h>
#include <sys/personality.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <set>

#include "base/log.h"
#include "base/parse.h"
#include "capi/guard.h"
#include "config/lxc/global.h"
#include "container/places.h"
#include "kernel/root.h"

namespace cubby::capi {
namespace {

// Of LXC's list, what can be used here; "cubby" says who stands behind the library.
constexpr std::string_view kExtensions[] = {
    "console_log",    "cubby", "devpts_fd", "lxc_config_item_is_supported",
    "lxc_log",        "pidfd", "reboot2",   "seccomp_allow_deny_syntax",
    "time_namespace",
};

struct Architecture {
    std::string_view name;
    unsigned long personality;
};
constexpr Architecture kArchitectures[] = {
    {"aarch64", PER_LINUX},   {"amd64", PER_LINUX},     {"arm", PER_LINUX32},    {"arm64", PER_LINUX},
    {"armel", PER_LINUX32},   {"armhf", PER_LINUX32},   {"armv7l", PER_LINUX32}, {"athlon", PER_LINUX32},
    {"i386", PER_LINUX32},    {"i486", PER_LINUX32},    {"i586", PER_LINUX32},   {"i686", PER_LINUX32},
    {"linux32", PER_LINUX32}, {"linux64", PER_LINUX},   {"loong64", PER_LINUX},  {"loongarch64", PER_LINUX},
    {"mips", PER_LINUX32},    {"mips64", PER_LINUX},    {"mips64el", PER_LINUX}, {"mipsel", PER_LINUX32},
    {"powerpc", PER_LINUX32}, {"powerpc64", PER_LINUX}, {"ppc", PER_LINUX32},    {"ppc64", PER_LINUX},
    {"ppc64el", PER_LINUX},   {"ppc64le", PER_LINUX},   {"riscv64", PER_LINUX},  {"s390x", PER_LINUX},
    {"x86", PER_LINUX32},     {"x86_64", PER_LINUX},
};

// A text for ever: callers neither copy nor free it.
Result<const char*> kept_text(const std::string& text) {
    static std::mutex guard;
    static std::set<std::string> texts;
    const std::lock_guard lock(guard);
    return texts.insert(text).first->c_str();
}

constexpr std::array<const char*, 9> kLevels{"TRACE", "DEBUG", "INFO",  "NOTICE", "WARN",
                                             "ERROR", "CRIT",  "ALERT", "FATAL"};

Result<log::Level> level_of(const char* word) {
    if (word == nullptr) {
        return log::Level::error;
    }
    std::string upper = word;
    std::ranges::transform(upper, upper.begin(), [](char byte) {
        return byte >= 'a' && byte <= 'z' ? static_cast<char>(byte - 0x20) : byte;
    });
    const auto* const at =
        std::ranges::find(kLevels, std::string_view(upper), [](auto* name) { return std::string_view(name); });
    if (at == kLevels.end()) {
        return FAIL(Code::usage, "%s is no level of a log", printable(word).c_str());
    }
    return static_cast<log::Level>(at - kLevels.begin());
}

struct LogFile {
    std::mutex guard;
    Fd file;
};
LogFile& log_file() {
    static auto* const opened = new LogFile;  // other threads may write at the end of the process
    return *opened;
}

Result<std::string> log_path(const lxc_log& wanted) {
    if (wanted.file != nullptr) {
        return std::string(wanted.file);
    }
    if (wanted.name == nullptr) {
        return std::string();
    }
    const Places places = TRY(find_places(wanted.lxcpath != nullptr ? wanted.lxcpath : ""));
    return places.lxcpath + "/" + wanted.name + "/" + wanted.name + ".log";
}

Result<int> open_log(const lxc_log& wanted) {
    const log::Level level = TRY(level_of(wanted.level));
    const std::string path = TRY(log_path(wanted));
    LogFile& log = log_file();
    const std::lock_guard lock(log.guard);
    if (!path.empty()) {
        Fd opened = TRY(open_named(path, O_WRONLY | O_CREAT | O_APPEND | O_NOCTTY, 0640));
        log::set_target(opened.get());
        log.file = std::move(opened);
    } else if (!wanted.quiet) {
        log::set_target(2);
    }
    log::set_level(level);
    return 0;
}

// Until somebody asks for a log the library writes nothing, anywhere.
[[gnu::constructor]] void begin_silent() noexcept { log::set_target(-1); }

}  // namespace
}  // namespace cubby::capi

using cubby::Result;
using cubby::capi::guarded;

const char* lxc_get_version(void) { return LXC_VERSION; }

const char* lxc_get_global_config_item(const char* key) {
    return guarded<const char*>(nullptr, [&]() -> Result<const char*> {
        if (key == nullptr) {
            return nullptr;
        }
        const cubby::Places places = TRY(cubby::find_places(""));
        const std::string text = TRY(cubby::lxc::global_item(TRY(cubby::lxc::read_global(places.home)), key));
        return text.empty() ? Result<const char*>(nullptr) : cubby::capi::kept_text(text);
    });
}

int lxc_log_init(lxc_log* log) {
    return guarded(-1, [&]() -> Result<int> { return log != nullptr ? cubby::capi::open_log(*log) : Result<int>(-1); });
}

void lxc_log_close(void) {
    guarded(false, []() -> Result<bool> {
        auto& log = cubby::capi::log_file();
        const std::lock_guard lock(log.guard);
        cubby::log::set_target(-1);
        log.file.reset();
        return true;
    });
}

bool lxc_has_api_extension(const char* extension) {
    return extension != nullptr && std::ranges::find(cubby::capi::kExtensions, std::string_view(extension)) !=
                                       std::end(cubby::capi::kExtensions);
}

long lxc_config_parse_arch(const char* arch) {
    const std::string_view name = arch != nullptr ? arch : "";
    const auto* const at = std::ranges::find(cubby::capi::kArchitectures, name, &cubby::capi::Architecture::name);
    return at != std::end(cubby::capi::kArchitectures) ? static_cast<long>(at->personality) : -1;
}
