#include "container/outside_rootfs.h"

#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>

#include "base/parse.h"
#include "container/store.h"
#include "kernel/userns_process.h"
#include "storage/holder_trees.h"

namespace cubby {
namespace {

struct Record {
    uint64_t inode = 0;
    std::string draft;  // beside path
    std::string path;
};

std::string text_of(const Record& record) {
    return "create " + std::to_string(record.inode) + " " + record.draft + " " + record.path;
}

Result<Record> parse_record(std::string_view order) {
    const auto inode_end = order.find(' ');
    const auto draft_end = inode_end == std::string_view::npos ? inode_end : order.find(' ', inode_end + 1);
    if (draft_end == std::string_view::npos) {
        return FAIL(Code::broken, "the record of a create is torn: '%.60s'", printable(std::string(order)).c_str());
    }
    Record record;
    record.inode = TRY(parse_unsigned(order.substr(0, inode_end), UINT64_MAX, "inode"));
    record.draft = order.substr(inode_end + 1, draft_end - inode_end - 1);
    record.path = order.substr(draft_end + 1);
    return record;
}

Result<std::string> new_draft() {
    uint64_t number = 0;
    if (getrandom(&number, sizeof number, 0) != sizeof number) {
        return FAIL_ERRNO("get random bytes");
    }
    char name[40];
    snprintf(name, sizeof name, ".cubby-create-%016lx", number);
    return std::string(name);
}

std::string beside(const std::string& path, const std::string& name) {
    return path.substr(0, path.rfind('/') + 1) + name;
}

Status check_free(const NamedEntry& entry, const std::string& path) {
    const auto there = entry.parent.stat(entry.name);
    if (!there) {
        return there.error().code == Code::not_found ? Status{} : std::unexpected(there.error());
    }
    if (!S_ISDIR(there->st_mode) || there->st_uid != getuid()) {
        return FAIL(Code::usage, "%s is there already and is no directory of yours", path.c_str());
    }
    if (!TRY(entry.parent.list(entry.name)).empty()) {
        return FAIL(Code::usage, "%s has something in it; a new root file system wants a new or an empty directory",
                    path.c_str());
    }
    return {};
}

// In the holder's namespace: the draft may belong to the container's root, and the directory be a sticky one.
Status move_draft(const NamedEntry& entry, const RelPath& draft, const std::string& path, int holder) {
    const auto moved =
        run_in_user_namespace({holder, nullptr, {}}, [&] { return entry.parent.rename(draft, entry.name); });
    return moved ? moved : std::unexpected(prefixed(moved.error(), "%s", path.c_str()));
}

}  // namespace

Result<std::string> check_outside(const std::string& path) {
    std::string plain = path;
    while (plain.size() > 1 && plain.ends_with('/')) {
        plain.pop_back();
    }
    if (has_control(plain)) {
        return FAIL(Code::usage, "'%.100s' cannot be a root file system's path", printable(plain).c_str());
    }
    const auto entry = open_parent(plain);
    if (!entry) {
        return entry.error().code == Code::not_found ? Result<std::string>(plain) : std::unexpected(entry.error());
    }
    TRY(check_free(*entry, plain));
    return plain;
}

Result<RootfsSpec> make_outside(const Root& directory, const Backend& backend, const NewRootfs& wanted,
                                const std::string& path, const ContainerIds& ids) {
    TRY(Root::make(path.substr(0, path.rfind('/') + 1), Trust::host, 0755));
    const NamedEntry entry = TRY(open_parent(path));
    TRY(check_free(entry, path));
    Record record{0, TRY(new_draft()), path};
    TRY(write_intent(directory, text_of(record)));
    NewRootfs draft = wanted;
    draft.rootfs = beside(path, record.draft);
    RootfsSpec rootfs = TRY(backend.create(draft, ids));
    const RelPath name = TRY(RelPath::component(record.draft));
    record.inode = TRY(entry.parent.stat(name)).st_ino;
    TRY(write_intent(directory, text_of(record)));
    TRY(move_draft(entry, name, path, ids.holder));
    rootfs.path = path;
    return rootfs;
}

Status remove_outside(std::string_view order, int holder) {
    if (order.empty()) {
        return {};
    }
    const Record record = TRY(parse_record(order));
    const auto entry = open_parent(record.path);
    if (!entry) {
        return entry.error().code == Code::not_found ? Status{} : std::unexpected(entry.error());
    }
    std::vector<std::string> names{record.draft};
    if (const auto there = entry->parent.stat(entry->name); there && there->st_ino == record.inode) {
        names.emplace_back(entry->name.c_str());
    }
    return delete_entries_in_holder(holder, entry->parent, names);
}

}  // namespace cubby
