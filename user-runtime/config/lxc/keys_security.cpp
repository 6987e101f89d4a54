#include "config/lxc/codec.h"
#include "config/lxc/row.h"
#include "config/lxc/tables.h"

namespace cubby::lxc {
namespace {

constexpr auto kSpec = &Draft::spec;
constexpr auto kSecurity = &ContainerSpec::security;

// Blank separated names or numbers, more with each line.
Status add_capabilities(std::vector<std::string>& field, const Item& item) {
    std::vector<std::string> all = field;
    for (const std::string_view word : split_words(item.value)) {
        if (!capability_number(word)) {
            return refuse(item, "'%s' is not a capability; write names such as sys_time", shown(word).c_str());
        }
        all.emplace_back(word);
    }
    field = std::move(all);
    return {};
}

struct Drop {
    static Status read(std::vector<std::string>& field, const Item& item) { return add_capabilities(field, item); }
    static std::string print(const std::vector<std::string>& field) { return TextList::print(field); }
};

// As Drop; "none" forgets what was named before it and keeps nothing.
struct Keep {
    static Status read(std::optional<std::vector<std::string>>& field, const Item& item) {
        std::vector<std::string> names = field.value_or(std::vector<std::string>{});
        const auto words = split_words(item.value);
        for (const std::string_view word : words) {
            if (word == "none") {
                names.clear();
            } else {
                TRY(add_capabilities(names, {item.key, item.member, word}));
            }
        }
        field = std::move(names);
        return {};
    }
    static std::string print(const std::optional<std::vector<std::string>>& field) {
        return field && field->empty() ? "none\n" : TextList::print(field.value_or(std::vector<std::string>{}));
    }
};

constexpr Key kRows[] = {
    row<Drop, &Draft::drop_capabilities>("lxc.cap.drop", "sys_time mac_admin",
                                         "capabilities that no process of the container can have"),
    row<Keep, &Draft::keep_capabilities>("lxc.cap.keep", "chown setuid setgid",
                                         "the only capabilities that its processes can have; none: no capability"),
    row<Flag, kSpec, kSecurity, &SecuritySpec::session_keyring>("lxc.keyring.session", "0",
                                                                "0: no new session keyring is made"),
    row<Flag, kSpec, kSecurity, &SecuritySpec::no_new_privs>("lxc.no_new_privs", "1",
                                                             "1: no program can gain privileges by being executed"),
};
static_assert(sorted(kRows));

}  // namespace

std::span<const Key> security_keys() { return kRows; }

}  // namespace cubby::lxc
