#pragma once
// Lets the user change a text with his own editor.

#include <string>
#include <vector>

#include "base/result.h"
#include "kernel/root.h"

namespace cubby::cli {

// $VISUAL, else $EDITOR (both may have arguments), else the first of sensible-editor, editor, nano, vi that there is;
// with an absolute path in front.
Result<std::vector<std::string>> find_editor();

// The absolute path of a program: looked up in PATH unless it has a slash.
Result<std::string> find_program(const std::string& name);

// A file with mode 0600 in a private directory of its own below the runtime directory.
class EditedFile {
  public:
    static Result<EditedFile> make(const std::string& name, const std::string& text);
    EditedFile(EditedFile&& other) noexcept;
    EditedFile& operator=(EditedFile&&) = delete;
    EditedFile(const EditedFile&) = delete;
    EditedFile& operator=(const EditedFile&) = delete;
    // Removes it with all that the editor left beside it, unless keep() was called.
    ~EditedFile();

    // Runs the editor on it and waits for its end; its failure is an error.
    Status edit(const std::vector<std::string>& editor) const;
    [[nodiscard]] Result<std::string> text() const;
    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    void keep() noexcept { kept_ = true; }

  private:
    EditedFile(Root parent, RelPath folder, RelPath file) noexcept
        : parent_(std::move(parent)), folder_(std::move(folder)), file_(std::move(file)) {}
    Root parent_;
    RelPath folder_;
    RelPath file_;
    std::string path_;
    bool kept_ = true;  // until there is something to remove
};

}  // namespace cubby::cli
