#include "setuid-helpers/guard/account.h"

#include "setuid-helpers/guard/admin_file.h"

namespace cubby::guard {
namespace {

constexpr size_t kMaxName = 256;
constinit char name_bytes[kMaxName]{};

// Calls `each` with the name and id of every account; false where the file cannot be read.
template <typename Each>
bool for_each_account(Each each) noexcept {
    AdminFile file("/etc/passwd");
    Text line;
    Text name;
    uint64_t id = 0;
    while (file.next(line)) {
        if (parse_account(line, name, id)) {
            each(name, id);
        }
    }
    return file.ok();
}

}  // namespace

bool find_owner(uint64_t uid, Owner& owner) noexcept {
    size_t accounts = 0;
    size_t bearers = 0;
    size_t size = 0;
    const bool by_id = for_each_account([&](Text name, uint64_t id) {
        if (id == uid) {
            ++accounts;
            size = name.size() <= kMaxName ? name.size() : 0;
            for (size_t at = 0; at < size; ++at) {
                name_bytes[at] = name[at];
            }
        }
    });
    const Text found(name_bytes, size);
    const bool by_name = for_each_account([&](Text name, uint64_t) { bearers += name == found ? 1U : 0U; });
    owner = {uid, accounts == 1 && bearers == 1 ? found : Text()};
    return by_id && by_name;
}

}  // namespace cubby::guard
