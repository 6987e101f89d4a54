#include "kernel/own_thread.h"

#include <malloc.h>
#include <pthread.h>
#include <unistd.h>

#include "kernel/process.h"

namespace cubby {
namespace {

constexpr size_t kStackBytes = size_t{256} * 1024;
constexpr int kGoneMs = 1000;

struct Task {
    const std::function<Status()>& work;
    Status done;
};

void* run_task(void* context) {
    auto& task = *static_cast<Task*>(context);
    task.done = task.work();
    return nullptr;
}

// pthread_join returns when the thread has let its memory go, a moment before the kernel lets its entry go.
Status await_single() {
    for (int waited = 0; !single_threaded(); ++waited) {
        if (waited >= kGoneMs) {
            return FAIL(Code::timeout, "a thread has ended and does not go");
        }
        usleep(1000);
    }
    return {};
}

}  // namespace

Status in_own_thread(const std::function<Status()>& work) {
    Task task{work, {}};
    // One heap for both: only one of them works at a time, and a second heap would cost a small process memory.
    mallopt(M_ARENA_MAX, 1);
    pthread_attr_t attributes;
    pthread_t thread{};
    if (const int error = pthread_attr_init(&attributes); error != 0) {
        return std::unexpected(sys_error(error, "make a thread"));
    }
    pthread_attr_setstacksize(&attributes, kStackBytes);
    const int error = pthread_create(&thread, &attributes, run_task, &task);
    pthread_attr_destroy(&attributes);
    if (error != 0) {
        return std::unexpected(sys_error(error, "make a thread"));
    }
    pthread_join(thread, nullptr);
    TRY(await_single());
    return task.done;
}

}  // namespace cubby
