#include "storage/holder_trees.h"

#include "base/parse.h"
#include "kernel/copy_tree.h"
#include "kernel/delete_tree.h"
#include "kernel/userns_process.h"

namespace cubby {

Result<NamedEntry> open_parent(const std::string& host_path) {
    const auto slash = host_path.rfind('/');
    if (host_path.empty() || host_path.front() != '/' || slash + 1 == host_path.size()) {
        return FAIL(Code::usage, "'%.100s' is not an absolute path of a file or directory",
                    printable(host_path).c_str());
    }
    RelPath name = TRY(RelPath::component(std::string_view(host_path).substr(slash + 1)));
    Fd parent = TRY(open_own(slash == 0 ? "/" : host_path.substr(0, slash)));
    return NamedEntry{Root(std::move(parent), Trust::host), std::move(name)};
}

Status delete_in_holder(int holder, std::span<const std::string> host_paths) {
    std::vector<NamedEntry> entries;
    for (const std::string& path : host_paths) {
        auto entry = open_parent(path);
        if (!entry && entry.error().code != Code::not_found) {
            return std::unexpected(entry.error());
        }
        if (entry && entry->parent.exists(entry->name)) {
            entries.push_back(std::move(*entry));
        }
    }
    if (entries.empty()) {
        return {};
    }
    return run_in_user_namespace({holder, nullptr, {}}, [&] {
        Status first;
        for (const NamedEntry& entry : entries) {
            auto done = delete_tree(entry.parent.fd(), entry.name.c_str());
            if (!done && done.error().code != Code::not_found && first) {
                first = done;
            }
        }
        return first;
    });
}

Status delete_entries_in_holder(int holder, const Root& directory, std::span<const std::string> names) {
    if (names.empty()) {
        return {};
    }
    return run_in_user_namespace({holder, nullptr, {}}, [&] {
        Status first;
        for (const std::string& name : names) {
            auto done = delete_tree(directory.fd(), name.c_str());
            if (!done && done.error().code != Code::not_found && first) {
                first = done;
            }
        }
        return first;
    });
}

Status copy_in_holder(int holder, const std::string& from, const std::string& to) {
    const Fd source = TRY(open_named(from, O_PATH | O_DIRECTORY));
    const NamedEntry target = TRY(open_parent(to));
    if (target.parent.exists(target.name)) {
        return FAIL(Code::exists, "%s exists already", to.c_str());
    }
    return run_in_user_namespace({holder, nullptr, {}}, [&]() -> Status {
        auto copied = copy_tree(source.get(), target.parent.fd(), target.name.c_str());
        if (!copied) {
            static_cast<void>(delete_tree(target.parent.fd(), target.name.c_str()));
            return std::unexpected(prefixed(copied.error(), "copy %s", from.c_str()));
        }
        return {};
    });
}

}  // namespace cubby
