// Any words as cubby-idmap's command line: what is accepted is, as text, just those numbers, and every range exists.
#include <memory>
#include <string>
#include <vector>

#include "setuid-helpers/idmap/request.h"
#include "tests/fuzz/oracle.h"

namespace {

using namespace cubby::idmap;

std::string joined(const std::vector<std::string>& words, size_t from, size_t end) {
    std::string text;
    for (size_t at = from; at < end; ++at) {
        text += words[at] + ((at - from) % 3 == 2 ? '\n' : ' ');
    }
    return text;
}

void check_map(const Map& map, const std::string& wanted) {
    require(std::string_view(map.text, map.size) == wanted, "the text is not what was asked");
    for (const Extent& extent : map.extents) {
        for (const uint64_t first : {extent.inside, extent.outside}) {
            require(extent.count >= 1 && first + extent.count <= 4294967295, "a range that does not exist");
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    // Words end with a newline.
    std::vector<std::string> words(1);
    for (const char byte : text_of(data, size)) {
        if (byte == '\n') {
            words.emplace_back();
        } else if (byte != '\0') {
            words.back() += byte;
        }
    }
    std::vector<const char*> pointers;
    size_t groups = words.size();
    for (size_t at = 0; at < words.size(); ++at) {
        pointers.push_back(words[at].c_str());
        groups = groups == words.size() && words[at] == "g" ? at : groups;
    }
    const auto request = std::make_unique<Request>();
    if (parse_request(pointers.data(), pointers.size(), *request) == Refusal::none) {
        require(words[0] == "u" && groups < words.size(), "a letter is missing");
        check_map(request->uids, joined(words, 1, groups));
        check_map(request->gids, joined(words, groups + 1, words.size()));
    }
    return 0;
}
