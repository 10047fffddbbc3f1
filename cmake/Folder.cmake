# SPDX-License-Identifier: Apache-2.0
# One static library for each folder. USES names the folders that it may use; anything else does not link.
function(cs_add_folder name)
  cmake_parse_arguments(ARG "" "" "SOURCES;USES;LIBRARIES" ${ARGN})
  add_library(cs_${name} STATIC ${ARG_SOURCES})
  add_library(countersign::${name} ALIAS cs_${name})
  target_link_libraries(cs_${name} PRIVATE cs_policy ${ARG_LIBRARIES})
  foreach(other IN LISTS ARG_USES)
    target_link_libraries(cs_${name} PUBLIC cs_${other})
  endforeach()
endfunction()
