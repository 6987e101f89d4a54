-- SPDX-License-Identifier: LGPL-2.1-or-later
-- A container's life through lua-lxc's core module.
local core = require("lxc.core")

for line in io.lines("/proc/self/maps") do
    local path = line:match("(/%S*/liblxc%.so%S*)")
    if path then
        print("library " .. path)
        break
    end
end
assert(core.version_get()) -- the binding's own
assert(core.default_config_path_get() == os.getenv("HOME") .. "/.local/share/lxc")

local c = core.container_new("moon")
assert(not c:defined() and not c:running() and c:state() == "STOPPED")
assert(c:create("busybox"))
assert(c:defined() and c:name() == "moon")
assert(c:set_config_item("lxc.environment", "ONE=1"))
assert(c:set_config_item("lxc.environment", "TWO=2"))
assert(c:get_config_item("lxc.environment") == "ONE=1\nTWO=2\n")
assert(c:clear_config_item("lxc.environment"))
assert(not c:get_config_item("lxc.environment"))
assert(not c:set_config_item("lxc.no.such.key", "1"))
assert(c:get_keys():match("lxc.uts.name"))
assert(c:save_config())

assert(c:start())
assert(c:wait("RUNNING", 10) and c:running() and c:init_pid() > 1)
assert(c:attach("sh", "-c", "test $(hostname) = moon"))
assert(not c:freeze() and not c:unfreeze())
local found = false
for _, name in pairs({c:get_interfaces()}) do
    found = found or name == "lo"
end
assert(found)
assert(c:shutdown(30))
assert(c:wait("STOPPED", 30) and not c:running())
assert(c:rename("sun"))
local sun = core.container_new("sun")
assert(sun:defined())
assert(sun:destroy() and not sun:defined())
print("all is well")
