// Runs a fuzz target over the files of a folder: every input that once was a finding, or reached a new place, is a test of the
// ordinary build too.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/fuzz/oracle.h"

int main(int argc, char** argv) {
    size_t inputs = 0;
    for (int at = 1; at < argc; ++at) {
        for (const auto& entry : std::filesystem::directory_iterator(argv[at])) {
            std::ifstream file(entry.path(), std::ios::binary);
            const std::string bytes{std::istreambuf_iterator<char>(file), {}};
            LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
            ++inputs;
        }
    }
    printf("%zu inputs\n", inputs);
    return inputs > 0 ? 0 : 1;
}
