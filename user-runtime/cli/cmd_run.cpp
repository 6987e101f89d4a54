#include "base/parse.h"
#include "cli/grammar.h"
#include "cli/option_rows.h"
#include "cli/progress.h"
#include "cli/requests.h"

namespace cubby::cli {
namespace {

constexpr Option kOptions[] = {
    {.name = "rootfs",
     .value = "DIR",
     .text = "use this directory as the root file system, instead of an image",
     .complete = Complete::directory,
     .stands = Stands::instead_of_operand},
    {.letter = 'i', .name = "interactive", .text = "let standard input in"},
    {.letter = 't', .name = "tty", .text = "give the command a terminal of its own"},
    kEnvironmentOption,
    {.letter = 'v',
     .name = "volume",
     .value = "SOURCE:TARGET[:ro]",
     .text = "show a directory or file of this host inside. May be given several times",
     .complete = Complete::directory,
     .repeats = true},
    kWorkdirOption,
    kUserOption,
    {.letter = 'n', .name = "name", .value = "NAME", .text = "call the container so, instead of a name made up"},
    {.name = "rm", .text = "remove the container when the command has ended (this is the default)"},
    {.name = "keep", .text = "keep the container"},
    kUsernsOption,
    {.name = "keep-groups", .text = "keep your supplementary groups, to reach files that they may reach"},
    {.name = "hostname", .value = "HOST", .text = "its host name, instead of the container's name"},
    {.name = "network",
     .value = "MODE",
     .text = "host: this host's network; none: only loopback (default: host)",
     .words = "host|none"},
    {.name = "no-init", .text = "make the command itself process 1, without a small init above it"},
    kTimingsOption,
};

constexpr Example kExamples[] = {
    {"cubby run busybox echo hello", "one command in a new container that is gone afterwards"},
    {"echo hello | cubby run -i busybox sh -c 'tr a-z A-Z'", "standard input goes in with -i"},
    {"cubby run -v \"$PWD\":/work:ro -w /work busybox ls", "a directory of this host, read-only"},
};

Status fill_modes(const Context& context, RunRequest& request) {
    const Parsed& line = context.line;
    if (line.has("rm") && line.has("keep")) {
        return FAIL(Code::usage, "options --rm and --keep exclude each other");
    }
    request.interactive = line.has("interactive");
    request.terminal = line.has("tty");
    request.keep = line.has("keep");
    request.keep_groups = line.has("keep-groups");
    request.no_init = line.has("no-init");
    request.timings = line.has("timings");
    request.network_none = line.value_or("network", "host") == "none";
    request.userns = userns_of(line);
    return {};
}

Status fill_places(const Context& context, RunRequest& request) {
    const Parsed& line = context.line;
    if (const std::string* rootfs = line.value("rootfs")) {
        if (!line.operands().empty()) {
            return FAIL(Code::usage, "give either an image or --rootfs, not both; see cubby help run");
        }
        request.rootfs = TRY(absolute_path(*rootfs, "--rootfs"));
    } else {
        request.what = line.operands().at(0);
        if (request.what.empty() || has_control(request.what)) {
            return FAIL(Code::usage, "'%.60s' is not the name of an image or container",
                        printable(request.what).c_str());
        }
        if (request.what.find('/') != std::string::npos) {
            request.what = TRY(absolute_path(request.what, "image"));
        }
    }
    for (const std::string& volume : line.values("volume")) {
        request.volumes.push_back(TRY(parse_volume(volume)));
    }
    if (const std::string* dir = line.value("workdir")) {
        request.workdir = TRY(parse_guest_path(*dir, "--workdir"));
    }
    return {};
}

Result<int> run_run(const Context& context) {
    const RunRequest request = TRY(run_request(context));
    const Places places = TRY(context.places());
    ProgressBar bar(context.err, context.quiet);
    auto result = cubby::run(
        places, request, [&](uint64_t done, uint64_t total, std::string_view what) { bar.show(done, total, what); });
    bar.clear();
    const RunResult ended = TRY(std::move(result));
    context.note_lost(ended.lost);
    if (request.timings) {
        context.show_timings(ended.timings);
    }
    return ended.exit_code;
}

}  // namespace

UserNs userns_of(const Parsed& line) {
    return line.value_or("userns", "auto") == "keep-id" ? UserNs::keep_id : UserNs::automatic;
}

Result<std::vector<std::string>> environment_of(const Context& context) {
    std::vector<std::string> out;
    for (const std::string& one : context.line.values("env")) {
        if (auto entry = TRY(parse_environment(one))) {
            out.push_back(std::move(*entry));
        }
    }
    return out;
}

Result<RunRequest> run_request(const Context& context) {
    const Parsed& line = context.line;
    RunRequest request;
    TRY(fill_places(context, request));
    TRY(fill_modes(context, request));
    request.argv = line.tail();
    request.environment = TRY(environment_of(context));
    if (const std::string* name = line.value("name")) {
        request.name = TRY(ContainerName::parse(*name));
    }
    if (const std::string* user = line.value("user")) {
        request.user = TRY(parse_user(*user));
    }
    if (const std::string* host = line.value("hostname")) {
        request.hostname = TRY(parse_hostname(*host));
    }
    return request;
}

extern const Command kRun;
constinit const Command kRun{
    .name = "run",
    .group = Group::running,
    .summary = "Run one command in a new container",
    .description =
        "Runs a command in a new container, and ends with its exit status. The container stands on an image, on a "
        "stopped container, or on the directory after --rootfs, and what it writes is gone afterwards, except with "
        "--rootfs, with --keep, and in volumes.\n\n"
        "Everything after the image, from the first word that is no option, belongs to the command; without one, it "
        "is /bin/sh. cubby run -it busybox gives a shell. Standard input stays outside without -i.",
    .operands = {.synopsis = "IMAGE|CONTAINER [COMMAND...]",
                 .least = 1,
                 .most = 1,
                 .tail = Tail::command,
                 .complete = Complete::image_or_container},
    .options = kOptions,
    .examples = kExamples,
    .gives = Gives::command_status,
    .run = run_run,
};

}  // namespace cubby::cli
