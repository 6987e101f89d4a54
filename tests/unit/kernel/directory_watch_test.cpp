#include "kernel/directory_watch.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <barrier>
#include <cstdlib>
#include <optional>
#include <string>
#include <thread>

#include "kernel/root.h"
#include "kernel/unix_socket.h"

namespace cubby {
namespace {

class Directories : public testing::Test {
  protected:
    void SetUp() override {
        char path[] = "/tmp/cubby-watch-XXXXXX";
        ASSERT_NE(mkdtemp(path), nullptr);
        path_ = path;
        root_.emplace(*Root::at(path_));
    }
    void TearDown() override {
        static_cast<void>(root_->unlink(name()));
        static_cast<void>(rmdir(path_.c_str()));
    }
    static RelPath name() { return *RelPath::component("one"); }

    std::string path_;
    std::optional<Root> root_;
};

TEST_F(Directories, WhatHappensIsTold) {
    auto watch = DirectoryWatch::make();
    ASSERT_TRUE(watch);
    EXPECT_TRUE(watch->take()->empty());
    const auto number = watch->add(root_->fd(), IN_CREATE | IN_DELETE);
    ASSERT_TRUE(number);
    EXPECT_EQ(*watch->add(root_->fd(), IN_CREATE | IN_DELETE), *number);
    ASSERT_TRUE(root_->open(name(), O_WRONLY | O_CREAT, 0600));
    ASSERT_TRUE(root_->unlink(name()));
    const auto events = watch->take();
    ASSERT_TRUE(events);
    ASSERT_EQ(events->size(), 2U);
    EXPECT_EQ((*events)[0].mask, uint32_t{IN_CREATE});
    EXPECT_EQ((*events)[1].mask, uint32_t{IN_DELETE});
    for (const DirectoryEvent& event : *events) {
        EXPECT_EQ(event.watch, *number);
        EXPECT_EQ(event.name, "one");
    }
    EXPECT_TRUE(watch->take()->empty());
}

TEST_F(Directories, ItsEndIsTold) {
    auto watch = DirectoryWatch::make();
    ASSERT_TRUE(watch);
    const auto number = watch->add(root_->fd(), IN_CREATE);
    ASSERT_TRUE(number);
    watch->remove(*number);
    const auto events = watch->take();
    ASSERT_EQ(events->size(), 1U);
    EXPECT_EQ(events->front().mask, uint32_t{IN_IGNORED});
}

TEST_F(Directories, AFileIsNoDirectory) {
    auto watch = DirectoryWatch::make();
    const auto file = root_->open(name(), O_RDONLY | O_CREAT, 0600);
    ASSERT_TRUE(watch && file);
    EXPECT_FALSE(watch->add(file->get(), IN_CREATE));
}

TEST_F(Directories, ASocketListensWhenItsNameAppears) {
    auto watch = DirectoryWatch::make();
    ASSERT_TRUE(watch);
    ASSERT_TRUE(watch->add(root_->fd(), IN_MOVED_TO | IN_CREATE));
    for (int times = 0; times < 2; ++times) {  // a leftover is replaced
        const auto listener = listen_at(root_->fd(), name());
        ASSERT_TRUE(listener) << listener.error().text;
        EXPECT_TRUE(connect_at(root_->fd(), name()));
        const auto events = watch->take();
        ASSERT_FALSE(events->empty());
        EXPECT_EQ(events->back().mask, uint32_t{IN_MOVED_TO});
        EXPECT_EQ(events->back().name, "one");
        EXPECT_EQ(root_->list()->size(), 1U);
    }
    EXPECT_FALSE(connect_at(root_->fd(), name()));
}

TEST_F(Directories, TwoThatBeginToListenAtOnce) {
    constexpr int kRounds = 200;
    for (int round = 0; round < kRounds; ++round) {
        std::array<std::optional<Result<Fd>>, 2> listeners;
        std::barrier start(2);
        const auto begin = [&](size_t which) {
            start.arrive_and_wait();
            listeners[which].emplace(listen_at(root_->fd(), name()));
        };
        std::thread other(begin, 1);
        begin(0);
        other.join();
        for (const auto& listener : listeners) {
            ASSERT_TRUE(*listener) << listener->error().text;
        }
        ASSERT_TRUE(connect_at(root_->fd(), name()));
        ASSERT_EQ(root_->list()->size(), 1U);
    }
}

}  // namespace
}  // namespace cubby
