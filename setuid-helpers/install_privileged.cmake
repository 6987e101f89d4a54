# Gives an installed program its privilege; by root only.  An ordinary user's own prefix gets a program that has none and
# says so, and cubby then uses the distribution's.
execute_process(COMMAND id -u OUTPUT_VARIABLE CUBBY_INSTALLER OUTPUT_STRIP_TRAILING_WHITESPACE)
if(CUBBY_INSTALLER STREQUAL "0" AND "$ENV{DESTDIR}" STREQUAL "")
  file(CHMOD "${CUBBY_PRIVILEGED}" PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
  execute_process(COMMAND chown root:root "${CUBBY_PRIVILEGED}")
  find_program(CUBBY_SETCAP setcap PATHS /usr/sbin /sbin)
  set(CUBBY_GIVEN 1)
  if(CUBBY_SETCAP)
    execute_process(COMMAND "${CUBBY_SETCAP}" "${CUBBY_CAPABILITIES}" "${CUBBY_PRIVILEGED}" RESULT_VARIABLE CUBBY_GIVEN
      ERROR_QUIET)
  endif()
  if(NOT CUBBY_GIVEN STREQUAL "0")
    message(STATUS "No file capabilities for ${CUBBY_PRIVILEGED}: it is made set-user-ID root instead")
    file(CHMOD "${CUBBY_PRIVILEGED}" PERMISSIONS
      SETUID OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
  endif()
endif()
