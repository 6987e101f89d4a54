# SPDX-License-Identifier: LGPL-2.1-or-later
# A container's life through Ruby's Fiddle: the structure by its offsets, as ruby-lxc's C code reads it.
require "fiddle"

LIBRARY = Fiddle.dlopen("liblxc.so.1")
puts "library #{File.read('/proc/self/maps')[%r{/\S*/liblxc\.so\S*}]}"

P = Fiddle::TYPE_VOIDP
I = Fiddle::TYPE_INT
B = Fiddle::TYPE_CHAR # a bool of C

def free_function(name, arguments, result)
  Fiddle::Function.new(LIBRARY[name], arguments, result)
end

NEW = free_function("lxc_container_new", [P, P], P)
PUT = free_function("lxc_container_put", [P], I)
ARCH = free_function("lxc_config_parse_arch", [P], Fiddle::TYPE_LONG)
STATUS = free_function("lxc_wait_for_pid_status", [I], I)
COMMAND = LIBRARY["lxc_attach_run_command"]

class Container
  METHODS = {
    is_defined: [80, [], B], state: [88, [], P], is_running: [96, [], B], init_pid: [120, [], I],
    start: [136, [I, P], B], want_daemonize: [160, [B], B], wait: [184, [P, I], B], set_config_item: [192, [P, P], B],
    destroy: [200, [], B], save_config: [208, [P], B], create: [216, [P, P, P, I, P], B], shutdown: [248, [I], B],
    get_config_item: [272, [P, P, I], I], attach: [368, [P, P, P, P], I], freeze: [104, [], B]
  }.freeze

  def initialize(name)
    @object = NEW.call(name, nil)
    raise "no container #{name}" if @object.null?
  end

  METHODS.each do |name, (offset, arguments, result)|
    define_method(name) do |*given|
      function = Fiddle::Function.new(@object[offset, 8].unpack1("Q"), [P, *arguments], result)
      function.call(@object, *given)
    end
  end

  def text(offset)
    Fiddle::Pointer.new(@object[offset, 8].unpack1("Q")).to_s
  end

  def references
    @object[40, 4].unpack1("l")
  end

  def item(key)
    length = get_config_item(key, nil, 0)
    room = Fiddle::Pointer.malloc(length + 1, Fiddle::RUBY_FREE)
    get_config_item(key, room, length + 1)
    room.to_s
  end

  def run(*words)
    strings = words.map { |word| Fiddle::Pointer["#{word}\0"] }
    argv = Fiddle::Pointer["#{strings.map(&:to_i).pack('Q*')}#{[0].pack('Q')}"]
    command = Fiddle::Pointer[[strings.first.to_i, argv.to_i].pack("QQ")]
    pid = Fiddle::Pointer[[0].pack("l")]
    raise text(56) unless attach(COMMAND, command, nil, pid).zero?

    STATUS.call(pid[0, 4].unpack1("l")) >> 8
  end

  def put
    PUT.call(@object)
  end
end

def check(condition, what)
  raise "not so: #{what}" unless condition
end

check ARCH.call("x86_64").zero? && ARCH.call("i686") == 8 && ARCH.call("nothing") == -1, "architectures"
c = Container.new("gem")
check c.text(0) == "gem" && c.text(72) == "#{ENV['HOME']}/.local/share/lxc" && c.references == 1, "members"
check c.is_defined.zero? && c.state.to_s == "STOPPED" && c.init_pid == -1, "not defined"
check c.set_config_item("lxc.no.such.key", "1").zero? && c.text(56).include?("lxc.no.such.key"), "the error's text"
check c.create("busybox", nil, nil, 0, nil) == 1, "create: #{c.text(56)}"
check c.set_config_item("lxc.environment", "STONE=ruby") == 1 && c.item("lxc.environment") == "STONE=ruby\n", "items"
check c.save_config(nil) == 1, "save"
check c.start(0, nil) == 1 && c.wait("RUNNING", 10) == 1 && c.is_running == 1, "start"
check c.run("sh", "-c", "test $STONE = ruby && exit 6") == 6, "attach"
check c.freeze.zero?, "freeze"
check c.shutdown(30) == 1 && c.wait("STOPPED", 30) == 1, "shutdown"
check c.destroy == 1 && c.is_defined.zero? && c.put == 1, "destroy"
puts "all is well"
