#include "container/start_document.h"

#include "base/parse.h"
#include "container/store.h"

namespace cubby {
namespace {

// Words as lxc.init.cmd takes them.
std::string quoted(const std::vector<std::string>& words) {
    std::string line;
    for (const std::string& word : words) {
        line.append(line.empty() ? "\"" : " \"");
        for (const char byte : word) {
            line.append(byte == '"' || byte == '\\' ? "\\" : "") += byte;
        }
        line += '"';
    }
    return line;
}

Result<lxc::Document> base_document(const Places& places, const Root* directory, const StartRequest& request) {
    if (request.document) {
        return lxc::Document::parse(*request.document, directory_of(places, request.name) + "/config");
    }
    if (request.config_file.empty()) {
        return load_document(places, *directory, request.name);
    }
    const std::string text = TRY(read_named(request.config_file, lxc::kMaxTextBytes));
    return lxc::Document::parse(text, request.config_file);
}

}  // namespace

Result<lxc::Document> document_for_start(const Places& places, const Root* directory, const StartRequest& request) {
    lxc::Document document = TRY(base_document(places, directory, request));
    for (const Setting& setting : request.settings) {
        TRY(document.append(setting.key, setting.value));
    }
    if (!request.init.empty()) {
        TRY(document.set("lxc.init.cmd", quoted(request.init)));
    }
    return document;
}

}  // namespace cubby
