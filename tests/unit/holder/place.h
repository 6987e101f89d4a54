#pragma once
// A place of their own for tests of the holder: temporary directories, and processes that see another /etc.

// FAIL(code, …) is the one of base/result.h.
#ifndef GTEST_DONT_DEFINE_FAIL
#define GTEST_DONT_DEFINE_FAIL 1
#endif
#include <gtest/gtest.h>

#include <cstdlib>
#include <functional>
#include <map>
#include <string>

#include "base/fd.h"

namespace cubby::holder_test {

// A private directory below /tmp; removed with all that is in it.
class TempDir {
  public:
    TempDir();
    ~TempDir();
    TempDir(const TempDir&) = delete;
    TempDir& operator=(const TempDir&) = delete;
    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] std::string operator/(const std::string& name) const { return path_ + "/" + name; }
    void write(const std::string& name, const std::string& text, unsigned mode = 0644) const;

  private:
    std::string path_;
};

// Sets an environment variable for its own lifetime.
class Environment {
  public:
    Environment(const char* name, const std::string& value);
    ~Environment();
    Environment(const Environment&) = delete;
    Environment& operator=(const Environment&) = delete;

  private:
    std::string name_;
    std::string old_;
    bool was_set_ = false;
};

// Runs `body` in a child process and gives what it returned; a crash or a hang of 60 s gives "died: …".
std::string in_child(const std::function<std::string()>& body);

// As in_child, in a new user and mount namespace where the ids stay what they are and the given paths (absolute) show
// other files or directories (also absolute).  As every user may do it, so may the tests.
std::string in_sandbox(const std::map<std::string, std::string>& shown, const std::function<std::string()>& body);

// A directory to show as /etc: the caller's account "tester", and the given files.
class Etc {
  public:
    explicit Etc(const std::map<std::string, std::string>& files);
    [[nodiscard]] const std::string& path() const { return dir_.path(); }
    void write(const std::string& name, const std::string& text) const { dir_.write(name, text); }

  private:
    TempDir dir_;
};

// "none", "running", or the error's text.
std::string holder_state();

}  // namespace cubby::holder_test
