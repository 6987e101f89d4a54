# Gives an installed program its privilege; by root only.  An ordinary user's own prefix gets a program that has none and
# says so, and cubby then uses the distribution's.  With DESTDIR the package that is made of the tree does it, in its own way.
if(NOT IS_ABSOLUTE "${CUBBY_PRIVILEGED}")
  set(CUBBY_PRIVILEGED "${CMAKE_INSTALL_PREFIX}/${CUBBY_PRIVILEGED}")
endif()
execute_process(COMMAND id -u OUTPUT_VARIABLE CUBBY_INSTALLER OUTPUT_STRIP_TRAILING_WHITESPACE)
if(CUBBY_INSTALLER STREQUAL "0" AND "$ENV{DESTDIR}" STREQUAL "")
  execute_process(COMMAND chown root:root "${CUBBY_PRIVILEGED}" COMMAND_ERROR_IS_FATAL ANY)
  file(CHMOD "${CUBBY_PRIVILEGED}" PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
  find_program(CUBBY_SETCAP setcap PATHS /usr/sbin /sbin)
  set(CUBBY_WHY "setcap is not installed (package libcap2-bin)")
  set(CUBBY_GIVEN 1)
  if(CUBBY_SETCAP)
    execute_process(COMMAND "${CUBBY_SETCAP}" "${CUBBY_CAPABILITIES}" "${CUBBY_PRIVILEGED}"
      RESULT_VARIABLE CUBBY_GIVEN ERROR_VARIABLE CUBBY_WHY ERROR_STRIP_TRAILING_WHITESPACE)
  endif()
  if(NOT CUBBY_GIVEN STREQUAL "0")
    message(WARNING "No file capabilities for ${CUBBY_PRIVILEGED}, it is made set-user-ID root instead: ${CUBBY_WHY}")
    file(CHMOD "${CUBBY_PRIVILEGED}" PERMISSIONS
      SETUID OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
  endif()
endif()
