#include "cli/grammar.h"
#include "cli/option_rows.h"
#include "cli/progress.h"
#include "cli/requests.h"

namespace cubby::cli {
namespace {

constexpr Option kOptions[] = {
    {.letter = 't',
     .name = "template",
     .value = "TEMPLATE",
     .text = "what to make it from: the name of a template, or the path of one; none makes no root file system "
             "(default: busybox)",
     .complete = Complete::image},
    {.letter = 'B',
     .name = "backing",
     .value = "BACKING",
     .text = "overlay: a layer on the cached image, made at once; dir: a full copy (default: overlay)",
     .words = "overlay|dir"},
    {.letter = 'f',
     .name = "config",
     .value = "FILE",
     .text = "configuration lines to add to the new container's",
     .complete = Complete::file},
    kUsernsOption,
    kNameOption,
};

constexpr Example kExamples[] = {
    {"cubby create demo", "a small container from the busybox template"},
    {"cubby info demo", "see where it is"},
    {"cubby destroy demo", "remove it again"},
};

constexpr ExitRow kExits[] = {{kWrongState, "there is a container of this name already"}};

Result<int> run_create(const Context& context) {
    const CreateRequest request = TRY(create_request(context));
    const Places places = TRY(context.places());
    Status made;
    {
        ProgressBar bar(context.err, context.quiet);
        made = create(places, request,
                      [&](uint64_t done, uint64_t total, std::string_view what) { bar.show(done, total, what); });
    }
    TRY(std::move(made));
    if (context.err.tty) {
        context.note(request.name.str() + " is made; cubby start " + request.name.str() + " starts it");
    }
    return kOk;
}

}  // namespace

Result<CreateRequest> create_request(const Context& context) {
    CreateRequest request{.name = TRY(context.name()), .template_args = context.line.tail(), .config_file = ""};
    request.image = context.line.value_or("template", request.image);
    if (request.image.find('/') != std::string::npos) {
        request.image = TRY(absolute_path(request.image, "--template"));
    }
    request.backend = context.line.value_or("backing", request.backend);
    if (const std::string* file = context.line.value("config")) {
        request.config_file = TRY(absolute_path(*file, "--config"));
    }
    request.userns = userns_of(context.line);
    return request;
}

extern const Command kCreate;
constinit const Command kCreate{
    .name = "create",
    .group = Group::making,
    .summary = "Make a container",
    .description =
        "Makes a container from a template. The template's result is kept as an image, so that a second container of "
        "the same kind is made at once.\n\n"
        "Templates that come with cubby: busybox (made from this host's busybox, without a network) and debian (made "
        "by this host's mmdebstrap or debootstrap). Words after -- go to the template: "
        "cubby create d1 -t debian -- --suite bookworm",
    .operands = {.synopsis = "NAME [-- TEMPLATE-ARGUMENTS...]", .least = 1, .most = 1, .tail = Tail::after_dashes},
    .options = kOptions,
    .examples = kExamples,
    .exits = kExits,
    .run = run_create,
};

}  // namespace cubby::cli
