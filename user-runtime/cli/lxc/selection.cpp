#include "cli/lxc/selection.h"

#include <regex.h>

#include "base/parse.h"
#include "cli/grammar.h"

namespace cubby::cli {

struct NamePattern::Compiled {
    regex_t expression{};
};

Result<std::vector<Places>> places_of(const Context& context) {
    std::vector<Places> all;
    for (const std::string& path : context.line.values("lxcpath")) {
        all.push_back(TRY(find_places(TRY(absolute_path(path, "--lxcpath")))));
    }
    if (all.empty()) {
        all.push_back(TRY(context.places()));
    }
    return all;
}

Result<NamePattern> NamePattern::parse(const std::string& text) {
    auto* compiled = new Compiled;
    if (const int failed = regcomp(&compiled->expression, text.c_str(), REG_EXTENDED | REG_NOSUB); failed != 0) {
        char why[128];
        regerror(failed, &compiled->expression, why, sizeof why);
        delete compiled;
        return FAIL(Code::usage, "'%.60s' is not a regular expression: %s", printable(text).c_str(), why);
    }
    return NamePattern(compiled);
}

NamePattern::NamePattern(NamePattern&& other) noexcept : compiled_(std::exchange(other.compiled_, nullptr)) {}

NamePattern::~NamePattern() {
    if (compiled_ != nullptr) {
        regfree(&compiled_->expression);
        delete compiled_;
    }
}

bool NamePattern::matches(const std::string& name) const {
    return regexec(&compiled_->expression, name.c_str(), 0, nullptr, 0) == 0;
}

std::vector<std::string> values_of(const Places& places, const ContainerName& name,
                                   const std::vector<std::string>& keys) {
    auto values = config_get(places, name, keys).value_or(std::vector<std::string>(keys.size()));
    for (std::string& text : values) {
        text.erase(text.find_last_not_of('\n') + 1);
    }
    return values;
}

std::vector<std::string> groups_of(std::string_view value) {
    std::vector<std::string> groups;
    for (const std::string_view word : split_words(value, " \t\n,")) {
        groups.emplace_back(word);
    }
    return groups;
}

}  // namespace cubby::cli
