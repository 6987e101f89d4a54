#pragma once
// The cache of images: built once by a template, found by what they depend on, named by what is in them.
//
//   STORE/images/sha256-…/{rootfs,meta,log}   finished images
//   STORE/index/KEY                           the id of the image with that key (images/template_program.h)
//   STORE/building-KEY/                       one that is being built, under the lock STORE/locks/KEY
//   STORE/removing-…/                         one that is being deleted
//   STORE/logs/NAME-KEY.log                   what the template said, of builds that failed
//
// Whatever a killed command left of the middle three is removed by the next build, list or remove.

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "images/build_place.h"
#include "images/image.h"
#include "images/progress_lines.h"
#include "kernel/lock.h"
#include "kernel/root.h"

namespace cubby {

struct BuildRequest {
    std::string template_name;      // a name in `templates`, or an absolute path
    std::vector<std::string> args;  // for the template, as the user gave them
    std::string architecture;       // passed on as --arch; empty: the machine's
    std::string templates;          // absolute path of the installed templates
    BuildIds ids;
    IdMaps holder_maps;    // holder → host ids; files on disk have those, so they are part of the key
    bool refresh = false;  // build anew even where there is one
};

// Whose files an image of this request is made of: the container's map and the holder's, as text.
std::string ids_text(const BuildRequest& request);

class ImageStore {
  public:
    // At an absolute host path; missing directories are made.  `holder` is the holder's user namespace, and outlives this.
    static Result<ImageStore> open(const std::string& host_path, int holder);

    // The image of a request, built where there is none.  Two callers that want the same one build it once: the second
    // waits.  Where an image is too old and cannot be renewed, the old one comes back with a note.
    // Errors: not_found (no such template), usage (its arguments), unsupported (the host lacks a thing that is named),
    // child_failed (it failed; its last line and the log are named).
    Result<Image> find_or_build(const BuildRequest& request, const BuildProgress& progress) const;

    // By its id, or by at least six of the first digits where only one image has them.
    Result<Image> find(std::string_view name) const;
    // The newest first.  A damaged one is left out.
    Result<std::vector<Image>> list() const;

    // To be held while an image's path is being written into a container's configuration, so that remove() cannot come
    // between.  Code::not_found: it was removed meanwhile; ask find_or_build again.
    Result<FileLock> hold(const Image& image) const;

    // Deletes an image.  `users` tells the names of the containers that lie on it; with any, Code::busy names them.
    using Users = std::function<Result<std::vector<std::string>>(const Image& image)>;
    Status remove(const Image& image, const Users& users) const;

  private:
    ImageStore(std::string path, Root root, int holder)
        : path_(std::move(path)), root_(std::move(root)), holder_(holder) {}

    Result<Image> load(const std::string& id) const;
    // Nothing where there is no index entry or its image is gone.
    [[nodiscard]] bool look_up(const std::string& key, Image& image) const;
    Result<FileLock> lock_key(const std::string& key, const BuildProgress& progress) const;
    Result<FileLock> lock_uses() const;
    void sweep() const;
    Status delete_entry(const Root& directory, const RelPath& name) const;

    Result<Image> build(const BuildRequest& request, const TemplateProgram& program, const std::string& key,
                        const BuildProgress& progress) const;
    Result<Image> fill(const BuildRequest& request, const TemplateProgram& program, const std::string& key,
                       const Root& place, const BuildProgress& progress) const;
    Status run(const BuildRequest& request, const TemplateProgram& program, const std::string& key, const Root& place,
               const BuildProgress& progress) const;
    Status publish(const std::string& key, const Root& place, const Image& image) const;

    std::string path_;
    Root root_;
    int holder_;
};

}  // namespace cubby
