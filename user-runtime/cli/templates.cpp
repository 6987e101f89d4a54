#include "cli/templates.h"

#include <sys/stat.h>

#include <algorithm>

#include "base/parse.h"
#include "kernel/installed.h"

namespace cubby::cli {
namespace {

constexpr size_t kHead = 4096;  // the lines that describe a template are its first ones
constexpr std::string_view kMark = "#:cubby summary ";

// The beginning of the file: templates may be large programs.
std::string head_of(const Root& folder, const RelPath& file) {
    std::string text(kHead, '\0');
    const auto opened = folder.open(file, O_RDONLY | O_NONBLOCK);
    const ssize_t got = opened ? read(opened->get(), text.data(), text.size()) : 0;
    text.resize(got > 0 ? static_cast<size_t>(got) : 0);
    return text;
}

std::string summary_of(std::string_view head) {
    for (const std::string_view line : split_words(head, "\n")) {
        if (line.starts_with(kMark)) {
            return std::string(trim(line.substr(kMark.size())));
        }
    }
    return {};
}

Status add_all(const Root& folder, std::vector<TemplateSummary>& out) {
    for (const DirEntry& entry : TRY(folder.list())) {
        const RelPath file = TRY(RelPath::component(entry.name));
        const auto info = folder.stat(file);
        const bool known = std::ranges::find(out, entry.name, &TemplateSummary::name) != out.end();
        if (info && S_ISREG(info->st_mode) && (info->st_mode & 0111) != 0 && !known) {
            out.push_back({entry.name, summary_of(head_of(folder, file))});
        }
    }
    return {};
}

}  // namespace

Result<std::vector<TemplateSummary>> templates_in(const Root& folder) {
    std::vector<TemplateSummary> out;
    if (const auto recipes = folder.enter(TRY(RelPath::component("recipes")))) {
        TRY(add_all(*recipes, out));
    }
    TRY(add_all(folder, out));
    std::ranges::sort(out, {}, &TemplateSummary::name);
    return out;
}

Result<std::vector<TemplateSummary>> installed_templates() {
    return templates_in(TRY(Root::at(TRY(installed_data("templates")))));
}

}  // namespace cubby::cli
