#include "cli/context.h"
#include "cli/human.h"
#include "cli/json.h"
#include "cli/option_rows.h"
#include "cli/render.h"
#include "cli/templates.h"

namespace cubby::cli {
namespace {

constexpr size_t kLeastDigits = 12;  // of an id given in part: what the table shows

constexpr Option kOptions[] = {
    {.letter = 'q', .name = "ids", .text = "only the whole ids (with templates: the names), one a line"},
    kJsonOption,
};

constexpr Verb kVerbs[] = {
    {"ls", {.synopsis = ""}, "list the images (this is the default)"},
    {"rm",
     {.synopsis = "ID...", .least = 1, .most = kMany, .complete = Complete::cached_image},
     "remove images that no container uses"},
    {"templates", {.synopsis = ""}, "list the templates that an image can be made from"},
};

constexpr Example kExamples[] = {
    {"cubby run busybox true", "makes the busybox image where there is none yet"},
    {"cubby images", "the images kept here"},
    {"cubby images ls --json", "the same for a program"},
};

constexpr JsonKey kJson[] = {
    {"[].id", "the image's id: a digest of its content"},
    {"[].made_by", "the template and its arguments"},
    {"[].created", "when it was made, in seconds since 1970, or null"},
    {"[].bytes", "its size on the disk"},
    {"[].used_by", "names of the containers that stand on it"},
    {"[].name", "of templates: what -t of cubby create takes"},
    {"[].summary", "of templates: what it makes, or null"},
};

constexpr ExitRow kExits[] = {{kWrongState, "a container stands on the image"}};

// The whole id for one written in part.
Result<std::string> whole_id(const std::vector<ImageSummary>& known, const std::string& word) {
    std::string found;
    for (const ImageSummary& image : known) {
        const std::string digits = image.id.substr(image.id.find('-') + 1);
        if (word == image.id || (word.size() >= kLeastDigits && digits.starts_with(word))) {
            if (!found.empty()) {
                return FAIL(Code::usage, "%.40s is the beginning of several ids; give more of it", shown(word).c_str());
            }
            found = image.id;
        }
    }
    if (found.empty()) {
        return FAIL(Code::not_found, "no image %.80s; cubby images lists them", shown(word).c_str());
    }
    return found;
}

Result<int> remove_images(const Context& context) {
    const Places places = TRY(context.places());
    const auto known = TRY(images(places));
    const auto& words = context.line.operands();
    int worst = kOk;
    for (auto word = words.begin() + 1; word != words.end(); ++word) {
        const auto id = whole_id(known, *word);
        const Status removed = id ? remove_image(places, *id) : Status(std::unexpected(id.error()));
        if (!removed) {
            report(described(removed.error(), "images rm", *word));
            worst = worst == kOk ? exit_code(removed.error(), Gives::own_status) : worst;
        }
    }
    return worst;
}

Result<int> list_images(const Context& context) {
    const auto known = TRY(images(TRY(context.places())));
    if (context.line.has("json")) {
        TRY(print(json_of(known)));
    } else if (context.line.has("ids")) {
        std::string out;
        for (const ImageSummary& image : known) {
            out.append(shown(image.id)).append("\n");
        }
        TRY(print(out));
    } else {
        TRY(print(images_text(known, context.out, unix_now())));
    }
    return kOk;
}

Result<int> list_templates(const Context& context) {
    const auto known = TRY(installed_templates());
    if (context.line.has("json")) {
        TRY(print(json_of(known)));
    } else if (context.line.has("ids")) {
        std::string out;
        for (const TemplateSummary& one : known) {
            out.append(shown(one.name)).append("\n");
        }
        TRY(print(out));
    } else {
        TRY(print(templates_text(known, context.out)));
    }
    return kOk;
}

Result<int> run_images(const Context& context) {
    const std::string_view verb = TRY(chosen_verb(context.command, context.line))->name;
    if (verb == "rm") {
        return remove_images(context);
    }
    return verb == "templates" ? list_templates(context) : list_images(context);
}

}  // namespace

extern const Command kImages;
constinit const Command kImages{
    .name = "images",
    .group = Group::settings,
    .summary = "List or remove the images that containers stand on",
    .description =
        "An image is what a template made, kept by its content, so that the next container of the kind "
        "needs no work. rm takes an id, or its first 12 digits as the table shows them.",
    .operands = {.synopsis = "[ls | rm ID... | templates]", .most = kMany},
    .options = kOptions,
    .verbs = kVerbs,
    .examples = kExamples,
    .json = kJson,
    .exits = kExits,
    .run = run_images,
};

}  // namespace cubby::cli
