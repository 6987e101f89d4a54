#include "container/outside_rootfs.h"

#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "base/parse.h"
#include "container/store.h"
#include "kernel/userns_process.h"
#include "storage/holder_trees.h"

namespace cubby {
namespace {

struct Record {
    FileIdentity made;
    std::string draft;  // beside path
    std::string path;
};

std::string text_of(const Record& record) {
    return "create " + std::to_string(record.made.inode) + " " + std::to_string(record.made.born) + " " + record.draft +
           " " + record.path;
}

Result<Record> parse_record(std::string_view order) {
    std::array<std::string_view, 3> words;
    std::string_view rest = order;
    for (std::string_view& word : words) {
        const auto end = rest.find(' ');
        if (end == std::string_view::npos) {
            return FAIL(Code::broken, "the record of a create is torn: '%.60s'", printable(std::string(order)).c_str());
        }
        word = rest.substr(0, end);
        rest.remove_prefix(end + 1);
    }
    Record record;
    record.made.inode = TRY(parse_unsigned(words[0], UINT64_MAX, "inode"));
    record.made.born = TRY(parse_unsigned(words[1], UINT64_MAX, "birth time"));
    record.draft = words[2];
    record.path = rest;
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
    const auto slash = path.rfind('/');
    RelPath last = TRY(RelPath::component(std::string_view(path).substr(slash + 1)));
    Root above = TRY(make_own(path.substr(0, std::max<size_t>(slash, 1)), 0755));
    const NamedEntry entry{std::move(above), std::move(last)};
    TRY(check_free(entry, path));
    Record record{{}, TRY(new_draft()), path};
    TRY(write_intent(directory, text_of(record)));
    NewRootfs draft = wanted;
    draft.rootfs = beside(path, record.draft);
    RootfsSpec rootfs = TRY(backend.create(draft, ids));
    const RelPath name = TRY(RelPath::component(record.draft));
    record.made = TRY(entry.parent.identity(name));
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
    if (const auto there = entry->parent.identity(entry->name); there && there->inode == record.made.inode) {
        if (record.made.born == 0) {
            return FAIL(
                Code::exists,
                "%s may be what a create that was interrupted has made, or a directory of yours with the same "
                "number; its file system cannot tell: remove it (cubby unshare rm -rf) or move it, then try again",
                record.path.c_str());
        }
        if (*there == record.made) {
            names.emplace_back(entry->name.c_str());
        }
    }
    return delete_entries_in_holder(holder, entry->parent, names);
}

}  // namespace cubby
