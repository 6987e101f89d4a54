#include "base/parse.h"
#include "cli/context.h"
#include "cli/grammar.h"
#include "cli/lxc/log.h"
#include "cli/lxc/options.h"
#include "cli/lxc/row.h"
#include "cli/namespace_words.h"
#include "spec/personality.h"

namespace cubby::cli {
namespace {

constexpr Option kOptions[] = {
    {.letter = 'e',
     .name = "elevated-privileges",
     .value = "WHAT",
     .text = "keep more rights than the container has: CAP, CGROUP, LSM, with | between them; all without WHAT",
     .optional = true},
    {.letter = 'a',
     .name = "arch",
     .value = "ARCH",
     .text = "programs see this architecture, such as i686 or x86_64 (default: as in the container)"},
    {.letter = 's',
     .name = "namespaces",
     .value = "FLAGS",
     .text = "enter only these: MOUNT, PID, UTSNAME, IPC, USER, NETWORK, CGROUP, TIME, with | between them; implies "
             "-e. With PID and without MOUNT, root of the container can reach this host's files through the command, "
             "with the container's ids"},
    {.letter = 'R',
     .name = "remount-sys-proc",
     .text = "where -s leaves out MOUNT: /proc and /sys are those of the namespaces entered, for the command alone; "
             "without such a -s it has no effect"},
    {.name = "clear-env", .text = "no variable of yours goes in"},
    {.name = "keep-env", .text = "all of your variables go in (the default)"},
    {.letter = 'L', .name = "pty-log", .value = "FILE", .text = "write what the terminal shows into FILE"},
    {.letter = 'v',
     .name = "set-var",
     .value = "NAME=VALUE",
     .text = "set a variable for the command; may be given several times",
     .repeats = true},
    {.name = "keep-var",
     .value = "NAME",
     .text = "with --clear-env, let this one in; may be given several times",
     .repeats = true},
    kLxcRcfileOption,
    {.letter = 'u', .name = "uid", .value = "UID", .text = "run the command as this user of the container"},
    {.letter = 'g', .name = "gid", .value = "GID", .text = "run it as this group"},
    {.letter = 'c',
     .name = "context",
     .value = "LABEL",
     .text = "run it under this AppArmor profile or SELinux context"},
};

constexpr OptionStanding kStandings[] = {
    {"rcfile", Standing::accepted, "the monitor knows what it runs; no configuration is read"},
    {"remount-sys-proc", Standing::further,
     "the mounts are made in the container's user namespace; where parts of the host's /proc or /sys are covered, the "
     "kernel refuses fresh ones there"},
};

constexpr const char* kAliases[] = {"lxc-unpriv-attach"};  // Debian's wrapper around systemd-run, which is not needed

constexpr Example kExamples[] = {
    {"cubby lxc-create demo -t busybox && cubby lxc-start demo", "a running container"},
    {"cubby lxc-attach demo -- ls /", "a command in it"},
    {"cubby lxc-destroy -f demo", "remove it; cubby destroy -f demo is the same"},
};

constexpr ExitRow kExits[] = {
    {kOk, "the command ended with 0; any other status of its own is passed on, 128 + N for signal N"},
    {kCannotRun, "the command was found and cannot be run"},
    {kCommandNotFound, "the command was not found"},
};

constexpr uint64_t kLastId = UINT32_MAX - 1;

Result<NsSet> parse_flags(const std::string& text) {
    const NsSet set = TRY(parse_namespace_words(text, "-s: "));
    if (!set.has(Ns::user)) {
        return FAIL(Code::usage, "-s: the others belong to the container's USER namespace; add USER");
    }
    return set;
}

Status add_elevation(const Parsed& line, AttachRequest& request) {
    const std::string* given = line.value("elevated-privileges");
    if (given == nullptr && !request.namespaces) {
        return {};
    }
    const std::string text = given == nullptr || given->empty() ? "CAP|CGROUP|LSM" : *given;
    for (const std::string_view word : split_fields(text, '|')) {
        if (word == "CAP") {
            request.more_capabilities = true;
        } else if (word == "LSM") {
            request.no_confinement = true;
        } else if (word != "CGROUP") {
            return FAIL(Code::usage, "-e: '%.40s' is not CAP, CGROUP or LSM", printable(word).c_str());
        }
    }
    return {};
}

Status add_identity(const Parsed& line, AttachRequest& request) {
    for (const char* option : {"uid", "gid"}) {
        if (const std::string* text = line.value(option)) {
            TRY(parse_unsigned(*text, kLastId, option));
        }
    }
    const std::string user = line.value_or("uid", "0");
    if (line.has("uid") || line.has("gid")) {
        request.user = line.has("gid") ? user + ":" + *line.value("gid") : user;
    }
    return {};
}

Status add_environment(const Parsed& line, AttachRequest& request) {
    request.whole_environment = !line.has("clear-env");
    for (const std::string& name : line.values("keep-var")) {
        request.keep_environment.push_back(TRY(parse_variable_name(name)));
    }
    for (const std::string& text : line.values("set-var")) {
        if (text.find('=') == std::string::npos) {
            return FAIL(Code::usage, "-v: '%.60s' is not NAME=VALUE", printable(text).c_str());
        }
        request.environment.push_back(TRY(parse_environment(text)).value_or(text));
    }
    return {};
}

Result<AttachRequest> request_of(const Context& context) {
    const Parsed& line = context.line;
    AttachRequest request{.name = TRY(context.name()),
                          .argv = line.tail(),
                          .environment = {},
                          .keep_environment = {},
                          .workdir = {},
                          .user = {}};
    if (const std::string* flags = line.value("namespaces")) {
        request.namespaces = TRY(parse_flags(*flags));
    }
    TRY(add_elevation(line, request));
    TRY(add_identity(line, request));
    TRY(add_environment(line, request));
    request.label = line.value_or("context", "");
    request.remount_proc_sys = line.has("remount-sys-proc");
    if (const std::string* machine = line.value("arch")) {
        const auto named = parse_personality(*machine);
        if (!named) {
            return FAIL(Code::usage, "-a: '%.40s' is not an architecture such as i686 or x86_64",
                        printable(*machine).c_str());
        }
        request.linux32 = *named == Personality::linux32;
    }
    request.lxc_terminal = true;
    if (const std::string* file = line.value("pty-log")) {
        request.terminal_log = TRY(absolute_path(*file, "--pty-log"));
    }
    return request;
}

Result<int> run_attach(const Context& context) {
    const AttachRequest request = TRY(request_of(context));
    const auto status = attach(TRY(context.places()), request);
    if (status || exit_code(status.error(), Gives::command_status) == kOwnFailure) {
        return status;
    }
    lxc_error(context, status.error().message());
    return exit_code(status.error(), Gives::command_status);
}

}  // namespace

extern const LxcCommand kLxcAttach;
constinit const LxcCommand kLxcAttach{
    .command = {.name = "lxc-attach",
                .whole = &kLxcFamily,
                .aliases = kAliases,
                .group = Group::running,
                .summary = "Run a command in a running container",
                .description =
                    "Runs a command inside, or root's login shell, and ends with its status. The command gets a "
                    "terminal of its own where standard input, output or error is one; yours never goes in.",
                .operands = {.synopsis = "NAME [-- COMMAND...]",
                             .least = 1,
                             .most = 1,
                             .tail = Tail::command,
                             .complete = Complete::container},
                .options = kOptions,
                .examples = kExamples,
                .exits = kExits,
                .gives = Gives::lxc_status,
                .run = run_attach},
    .note = "works from any session; LXC 5 needs to be in the container's own scope",
    .test = "tests/integration/test_lxc_life.py Life.test_attach",
    .options = kStandings,
};

}  // namespace cubby::cli
