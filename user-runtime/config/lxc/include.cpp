#include "config/lxc/include.h"

#include <algorithm>

#include "base/parse.h"
#include "config/lxc/shared_config.h"
#include "kernel/root.h"

namespace cubby::lxc {
namespace {

class Expander {
  public:
    Expander(const std::string& container_dir, const IncludeReader& reader)
        : container_dir_(container_dir), reader_(reader) {}

    // The depth is bounded by kMaxIncludeDepth.
    Status add(const Document& document) {  // NOLINT(misc-no-recursion): bounded
        TRY(charge(document));
        open_.push_back(document.name());
        for (size_t index = 0; index < document.lines().size(); ++index) {
            const Line& line = document.lines()[index];
            const Origin here{document.name(), static_cast<unsigned>(index + 1)};
            if (line.foreign) {
                result_.foreign.push_back({line.text, {}, here});
            }
            if (line.key.empty()) {
                continue;
            }
            result_.assignments.push_back({line.key, line.value, here});
            if (line.key == "lxc.include" && !line.value.empty()) {
                TRY(include(line.value, here));
            }
        }
        open_.pop_back();
        return {};
    }

    Expanded take() { return std::move(result_); }

  private:
    Status include(const std::string& named, const Origin& here) {  // NOLINT(misc-no-recursion): bounded
        const std::string at = place(here) + ": lxc.include";
        if (open_.size() > kMaxIncludeDepth) {
            return FAIL(Code::invalid_config, "%s: more than %zu files deep", at.c_str(), kMaxIncludeDepth);
        }
        auto texts = reader_(host_path(named, container_dir_));
        if (!texts) {
            Error error = prefixed(texts.error(), "%s", at.c_str());
            error.code = Code::invalid_config;
            return std::unexpected(error);
        }
        for (const NamedText& text : *texts) {
            if (std::ranges::find(open_, text.name) != open_.end()) {
                return FAIL(Code::invalid_config, "%s: '%.80s' is including itself", at.c_str(),
                            printable(text.name).c_str());
            }
            if (++files_ > kMaxIncludedFiles) {
                return FAIL(Code::invalid_config, "%s: more than %zu files in all", at.c_str(), kMaxIncludedFiles);
            }
            TRY(add(TRY(Document::parse(text.text, text.name))));
        }
        return {};
    }

    // The total is bounded too: 16 files that each include the next one twice stand for 65536.
    Status charge(const Document& document) {
        lines_ += document.lines().size();
        for (const Line& line : document.lines()) {
            bytes_ += line.text.size() + 1;
        }
        if (lines_ > kMaxLines || bytes_ > kMaxTextBytes) {
            return FAIL(Code::invalid_config, "%s: more than %zu lines or %zu bytes with everything included",
                        place({document.name(), 1}).c_str(), kMaxLines, kMaxTextBytes);
        }
        return {};
    }

    const std::string& container_dir_;
    const IncludeReader& reader_;
    std::vector<std::string> open_;  // the files between the document and here
    size_t files_ = 0;
    size_t lines_ = 0;
    size_t bytes_ = 0;
    Expanded result_;
};

Result<std::vector<NamedText>> read_directory(const std::string& directory) {
    std::vector<std::string> names;
    for (const DirEntry& entry : TRY(TRY(Root::at(directory)).list())) {
        if (entry.name.size() > 5 && entry.name.ends_with(".conf")) {
            names.push_back(entry.name);
        }
    }
    if (names.size() > kMaxIncludedFiles) {
        return FAIL(Code::invalid_config, "%.120s holds more than %zu files", printable(directory).c_str(),
                    kMaxIncludedFiles);
    }
    std::ranges::sort(names);
    std::vector<NamedText> texts;
    size_t room = kMaxTextBytes;
    for (const std::string& entry : names) {
        std::string file = host_path(entry, directory);
        std::string text = TRY(read_named(file, room));
        room -= text.size();
        texts.push_back({std::move(file), std::move(text)});
    }
    return texts;
}

}  // namespace

std::string host_path(const std::string& path, const std::string& container_dir) {
    if (path.empty() || path.front() == '/' || container_dir.empty() || shared_name(path)) {
        return path;
    }
    std::string below = container_dir;
    return below.append(container_dir.ends_with('/') ? "" : "/").append(path);
}

Result<std::vector<NamedText>> read_includes(const std::string& named) {
    const std::string path = shared_path(named);
    const auto opened = open_named(path, O_PATH);
    if (!opened && opened.error().sys_errno == ENOENT && path.ends_with('/')) {
        return std::vector<NamedText>{};
    }
    struct stat info{};
    if (!opened || fstat(opened->get(), &info) != 0) {
        return opened ? FAIL_ERRNO("stat %s", path.c_str()) : std::unexpected(opened.error());
    }
    if (S_ISDIR(info.st_mode)) {
        return read_directory(path);
    }
    std::string text = TRY(read_named(path, kMaxTextBytes));
    return std::vector{NamedText{path, std::move(text)}};
}

Result<Expanded> expand(const Document& document, const std::string& container_dir, const IncludeReader& reader) {
    Expander expander(container_dir, reader);
    TRY(expander.add(document));
    return expander.take();
}

}  // namespace cubby::lxc
