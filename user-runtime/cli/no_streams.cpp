// Boost.Program_options includes <iostream>, so std::cout and its kin would be made before main() of every command,
// with their locale: 25 microseconds for something that nothing here uses.  The linker (--wrap, CMakeLists.txt) puts
// these in place of the constructor and destructor of std::ios_base::Init.  String streams do not need it.

extern "C" {

// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the linker makes these names
[[gnu::used]] void __wrap__ZNSt8ios_base4InitC1Ev(void* /*self*/) {}
[[gnu::used]] void __wrap__ZNSt8ios_base4InitD1Ev(void* /*self*/) {}
// NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)
}
