// SPDX-License-Identifier: LGPL-2.1-or-later

// A container's life through go-lxc.
package main

import (
	"fmt"
	"log"
	"os"
	"regexp"
	"sync"
	"time"

	"gopkg.in/lxc/go-lxc.v2"
)

func check(condition bool, what string) {
	if !condition {
		log.Fatalf("not so: %s", what)
	}
}

func must(err error, what string) {
	if err != nil {
		log.Fatalf("%s: %s", what, err)
	}
}

func open() *lxc.Container {
	c, err := lxc.NewContainer("gopher", lxc.DefaultConfigPath())
	must(err, "new")
	return c
}

func configured(c *lxc.Container) {
	must(c.SetConfigItem("lxc.environment", "ANIMAL=gopher"), "set")
	check(c.ConfigItem("lxc.environment")[0] == "ANIMAL=gopher", "item")
	check(c.SetConfigItem("lxc.no.such.key", "1") != nil, "an unknown key is refused")
	check(c.SetConfigItem("lxc.signal.halt", "SIGNOTHING") != nil, "a bad value is refused")
	must(c.SaveConfigFile(c.ConfigFileName()), "save")
	check(len(c.ConfigKeys()) > 20, "keys")
}

func attached(c *lxc.Container) {
	options := lxc.DefaultAttachOptions
	status, err := c.RunCommandStatus([]string{"sh", "-c", "test $ANIMAL = gopher && exit 5"}, options)
	must(err, "run")
	check(status == 5, fmt.Sprintf("status %d", status))
	options.UID, options.GID, options.Cwd = 1000, 1000, "/tmp"
	done, err := c.RunCommand([]string{"sh", "-c", "test $(id -u)$PWD = 1000/tmp"}, options)
	check(err == nil && done, "another user")
	// Go has threads always, and moves between them.
	var all sync.WaitGroup
	for at := 0; at < 8; at++ {
		all.Add(1)
		go func(at int) {
			defer all.Done()
			status, err := c.RunCommandStatus([]string{"sh", "-c", fmt.Sprintf("exit %d", at)}, lxc.DefaultAttachOptions)
			check(err == nil && status == at, fmt.Sprintf("one of many: %d %v", status, err))
		}(at)
	}
	all.Wait()
}

func begin() {
	maps, err := os.ReadFile("/proc/self/maps")
	must(err, "maps")
	fmt.Printf("library %s\n", regexp.MustCompile(`/\S*/liblxc\.so\S*`).Find(maps))
	check(lxc.VersionAtLeast(5, 0, 4) && lxc.HasAPIExtension("cubby"), "version "+lxc.Version())
	c := open()
	must(c.Create(lxc.TemplateOptions{Template: "busybox"}), "create")
	configured(c)
	must(c.Start(), "start")
	check(c.Wait(lxc.RUNNING, 10*time.Second) && c.InitPid() > 1 && c.Running(), "running")
	attached(c)
	file, err := c.InitPidFd()
	check(err == nil && file != nil, "pidfd")
	interfaces, err := c.Interfaces()
	check(err == nil && len(interfaces) > 0, "interfaces")
	check(c.Freeze() != nil, "freeze is refused")
	_, err = c.MemoryUsage()
	check(err != nil, "no control group to read")
	before := c.InitPid()
	// A signal to a first process that does not wait for it yet is lost; busybox's catches SIGTSTP when it does.
	status, err := c.RunCommandStatus([]string{"sh", "-c",
		"until grep -q '^SigCgt:.*8....$' /proc/1/status; do sleep 0.1; done"}, lxc.DefaultAttachOptions)
	check(err == nil && status == 0, "it listens")
	must(c.Reboot(), "reboot")
	for c.InitPid() == before || c.InitPid() == -1 {
		time.Sleep(20 * time.Millisecond)
	}
	check(c.Clone("copy", lxc.CloneOptions{}) != nil, "a running one is not copied")
}

func end() {
	c := open()
	must(c.Stop(), "stop")
	check(c.Wait(lxc.STOPPED, 10*time.Second) && c.State() == lxc.STOPPED, "stopped")
	must(c.Clone("copy", lxc.CloneOptions{}), "clone")
	other, err := lxc.NewContainer("copy", lxc.DefaultConfigPath())
	must(err, "new")
	must(other.Rename("moved"), "rename")
	must(other.Destroy(), "destroy")
	must(c.Destroy(), "destroy")
	check(len(lxc.ContainerNames()) == 0, "none is left")
	fmt.Println("all is well")
}

func main() {
	begin()
	end()
}
