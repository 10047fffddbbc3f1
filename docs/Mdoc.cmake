# SPDX-License-Identifier: Apache-2.0
# What the scripts share that make manual pages from the program's own tables.

# Runs the program with these arguments. TOOL and SANITIZED come from the command line.
function(run_tool out)
  set(command ${TOOL} ${ARGN})
  if(SANITIZED)
    # The thread sanitizer's shadow memory has no room for every random layout.
    list(PREPEND command setarch --addr-no-randomize)
  endif()
  execute_process(COMMAND ${command} OUTPUT_VARIABLE output COMMAND_ERROR_IS_FATAL ANY)
  set(${out} "${output}" PARENT_SCOPE)
endfunction()

# Text that mdoc takes literally: a backslash is written \e, each sentence gets a line of its own, and none
# begins like a macro.
function(escape text out)
  string(REPLACE "\\" "\\e" text "${text}")
  string(REGEX REPLACE "\\. ([A-Z%]|live:)" ".\n\\1" text "${text}")
  string(REGEX REPLACE "^(['.])" "\\\\&\\1" text "${text}")
  set(${out} "${text}" PARENT_SCOPE)
endfunction()
