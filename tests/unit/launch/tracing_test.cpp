// Steps that change ids leave the process closed to root of the container, whatever fs.suid_dumpable is.  Here the ids stay
// the same, and so does what the kernel would set: what is seen is the step's own.

#include <sys/prctl.h>

#include "kernel/userns_process.h"
#include "launch/child.h"
#include "tests/unit/storage/own_holder.h"

namespace cubby::launch {
namespace {

class TracingTest : public test::HolderTest {
  protected:
    template <class AnyStep>
    void expect_dumpable(const AnyStep& step, int expected) const {
        in_holder([&]() -> Status {
            ChildState state = prepare_child(Input{plan_, -1, {0, 1, 2}, {}}, -1);
            CHECK_THAT(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == 0);
            TRY(run(step, state));
            CHECK_THAT(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == expected);
            return {};
        });
    }

    StartPlan plan_{"p1"};
};

TEST_F(TracingTest, IsRefusedAfterTheChangeOfUser) { expect_dumpable(IdentityStep{0, 0, {}, true}, 0); }

TEST_F(TracingTest, IsRefusedInAUserNamespaceThatSomebodyIsIn) { expect_dumpable(AssumeRootStep{0, 0}, 0); }

TEST_F(TracingTest, IsNoMatterInANewUserNamespace) {
    plan_.new_namespaces.add(Ns::user);
    expect_dumpable(AssumeRootStep{0, 0}, 1);
}

}  // namespace
}  // namespace cubby::launch
