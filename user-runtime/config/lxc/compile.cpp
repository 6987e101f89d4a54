#include "config/lxc/compile.h"

#include <algorithm>

#include "base/parse.h"
#include "config/lxc/codec.h"
#include "config/lxc/finish.h"
#include "config/lxc/key.h"
#include "config/lxc/nearest.h"
#include "config/lxc/unhonoured.h"
#include "spec/validate.h"

namespace cubby::lxc {
namespace {

// The file and line in front, for an error about one line.
std::unexpected<Error> at(const Origin& origin, Error error) {
    error = prefixed(error, "%s", place(origin).c_str());
    error.code = Code::invalid_config;
    return std::unexpected(error);
}

// A line that LXC ignores, but that is a key with a damaged front ("Lxc.cap.drop", "lxccap.drop"): a container must
// not start with less than what was meant.
std::string damaged_key(std::string_view line) {
    const size_t equals = line.find('=');
    if (equals == std::string_view::npos) {
        return {};
    }
    const std::string_view word = trim(line.substr(0, equals));
    for (const std::string_view front : {"lxc.", "cubby."}) {
        for (size_t length = front.size() - 1; length <= front.size() + 1 && length < word.size(); ++length) {
            std::string written(word.substr(0, length));
            std::ranges::transform(written, written.begin(), [](char byte) {
                return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte | 0x20) : byte;
            });
            std::string key = std::string(front).append(word.substr(length));
            if (edit_distance(written, front) <= 1 && is_known(key)) {
                return key;
            }
        }
    }
    return {};
}

Status check_foreign(const std::vector<Assignment>& foreign) {
    for (const Assignment& line : foreign) {
        if (const std::string key = damaged_key(line.key); !key.empty()) {
            return at(line.origin, make_error(Code::invalid_config, "'%s' is ignored by LXC; did you mean %s?",
                                              shown(trim(line.key)).c_str(), shown(key).c_str()));
        }
    }
    return {};
}

Result<Draft> fill(const Expanded& expanded, ContainerName name) {
    TRY(check_foreign(expanded.foreign));
    Draft draft(std::move(name));
    for (const Assignment& each : expanded.assignments) {
        if (auto status = assign(draft, each.key, each.value); !status) {
            return at(each.origin, status.error());
        }
    }
    return draft;
}

// Whether an error that begins with the name of a key, or of a group of keys, is about this key.
bool is_about(std::string_view text, std::string_view key) {
    const std::string_view subject = text.substr(0, text.find_first_of(": "));
    return subject == key || is_below(key, subject);
}

// Puts a place in front of an error that begins with a key: that of the last line with this key whose value the error
// quotes, or else of the last one with the key.
std::unexpected<Error> located(const Expanded& expanded, Error error) {
    const std::string_view text = error.text;
    const size_t open = text.find('\'');
    const size_t close = open == std::string_view::npos ? open : text.find('\'', open + 1);
    const std::string_view quoted =
        close == std::string_view::npos ? std::string_view{} : text.substr(open + 1, close - open - 1);
    const Assignment* best = nullptr;
    for (const Assignment& each : expanded.assignments) {
        const bool quotes = best != nullptr && best->value.find(quoted) != std::string::npos;
        if (is_about(text, each.key) && (!quotes || each.value.find(quoted) != std::string::npos)) {
            best = &each;
        }
    }
    if (best != nullptr) {
        return at(best->origin, error);
    }
    error.code = Code::invalid_config;
    return std::unexpected(error);
}

std::string where(const Expanded& expanded, std::string_view key, std::string_view value) {
    // One may be written in other words than it is printed, such as a signal by its name.
    const Assignment* last = nullptr;
    bool literal = false;
    for (const Assignment& each : expanded.assignments) {
        const bool same = each.value.find(value) != std::string::npos;
        if (each.key == key && (same || !literal)) {
            last = &each;
            literal = literal || same;
        }
    }
    return last == nullptr ? std::string() : place(last->origin);
}

// What was written and is not done.
std::vector<Note> notes_of(const Draft& draft, const Expanded& expanded) {
    std::vector<Note> notes;
    const auto add = [&](const std::string& key, const std::string& value, std::string reason) {
        notes.push_back({key, value, std::move(reason), where(expanded, key, value)});
    };
    for (const Setting& each : list_items(draft)) {
        const Unhonoured* key = find_unhonoured(each.key);
        for (const std::string_view value : split_words(key == nullptr ? std::string_view{} : each.value, "\n")) {
            if (!is_neutral(*key, value)) {
                add(each.key, std::string(value), key->reason);
            }
        }
    }
    for (const Setting& each : draft.dropped) {
        add(each.key, each.value, "nothing of today stands for it");
    }
    for (const Nic& nic : draft.nics) {
        const std::string front = "lxc.net." + std::to_string(nic.index) + ".";
        if (nic.type != "none" && nic.type != "empty") {
            add(front + "type", nic.type, nic.type + " interfaces are not made yet; there is only loopback");
        }
        for (const Setting& each : nic.others) {
            if (each.key != "flags") {
                add(front + each.key, each.value, "interfaces of type " + nic.type + " have no such property here");
            }
        }
    }
    for (const std::string& name : draft.missing_variables) {
        add("lxc.environment", name, "the variable is not set where the container is started");
    }
    if (draft.automounts && !draft.automounts->shared.empty()) {
        add("lxc.mount.auto", draft.automounts->shared, "no directory is shared for mounts into a running container");
    }
    for (const Assignment& line : expanded.foreign) {
        notes.push_back({line.key,
                         {},
                         "the line begins with neither lxc. nor cubby. and is ignored, as by LXC",
                         place(line.origin)});
    }
    return notes;
}

}  // namespace

Result<Draft> load(const Document& document, ContainerName name, const std::string& container_dir,
                   const IncludeReader& reader) {
    return fill(TRY(expand(document, container_dir, reader)), std::move(name));
}

Result<Compiled> compile(const Document& document, ContainerName name, const std::string& container_dir,
                         const IncludeReader& reader, Files files) {
    const Expanded expanded = TRY(expand(document, container_dir, reader));
    const Draft draft = TRY(fill(expanded, std::move(name)));
    auto spec = finish(draft, container_dir, reader, files);
    if (!spec) {
        return located(expanded, spec.error());
    }
    if (auto valid = validate(*spec); !valid) {
        return located(expanded, valid.error());
    }
    return Compiled{std::move(*spec), notes_of(draft, expanded), draft.image};
}

}  // namespace cubby::lxc
