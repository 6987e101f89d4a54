#pragma once
// A small holder of the tests' own: a user namespace with the user's subordinate ids, and trees to work on in it.

// FAIL(code, …) is the one of base/result.h.
#ifndef GTEST_DONT_DEFINE_FAIL
#define GTEST_DONT_DEFINE_FAIL 1
#endif
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "base/fd.h"
#include "base/id_range.h"
#include "base/result.h"
#include "kernel/root.h"
#include "storage/backend.h"

namespace cubby::test {

struct OwnHolder {
    Fd userns;
    IdMaps maps;  // holder → host
};

// Maps 0 to the user and, unless `single`, 1… to his subordinate ids, through newuidmap and newgidmap.
Result<OwnHolder> make_own_holder(bool single);

// An empty directory that is deleted in the holder's namespace at the end.  In memory for tests with very many
// entries; on disk (TMPDIR, /tmp) where a file system's own ways matter.
enum class Medium : uint8_t { disk, memory };
class TemporaryTree {
  public:
    explicit TemporaryTree(const OwnHolder& holder, Medium medium = Medium::disk);
    ~TemporaryTree();
    TemporaryTree(const TemporaryTree&) = delete;
    TemporaryTree& operator=(const TemporaryTree&) = delete;
    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] const Root& root() const { return root_; }

  private:
    const OwnHolder& holder_;
    std::string path_;
    Root root_;
};

// Skips with "no-subids" where the user has none.
class HolderTest : public ::testing::Test {
  protected:
    void SetUp() override;
    // The default map of a container: ids 0… are the first subordinate ones.
    [[nodiscard]] ContainerIds container_ids() const;
    // In the holder's namespace; fails the test with the error's text.
    void in_holder(const std::function<Status()>& body) const;
    // As the root of a fresh namespace with the container's map.
    void in_container(const std::function<Status()>& body) const;

    OwnHolder holder_;
};

// EXPECT_TRUE(ok(status)) shows the error's text.
inline ::testing::AssertionResult ok(const Status& status) {
    return status ? ::testing::AssertionSuccess() : ::testing::AssertionFailure() << status.error().message();
}
template <class T>
::testing::AssertionResult ok(const Result<T>& result) {
    return result ? ::testing::AssertionSuccess() : ::testing::AssertionFailure() << result.error().message();
}

// For bodies that run in a child, where gtest's own checks would not be seen.
#define CHECK_THAT(condition)                                                         \
    do {                                                                              \
        if (!(condition)) {                                                           \
            return FAIL(Code::broken, "line %d: %s is not so", __LINE__, #condition); \
        }                                                                             \
    } while (false)

}  // namespace cubby::test
