# SPDX-License-Identifier: Apache-2.0
# cmake -DTOOL=countersign -DSANITIZED=... -DTEMPLATE=in -DOUTPUT=out -P ReasonsMan.cmake
# Puts the table of reasons, as the program itself prints it, where the template says @REASONS@.
cmake_minimum_required(VERSION 3.21)
include(${CMAKE_CURRENT_LIST_DIR}/Mdoc.cmake)

run_tool(table explain-reason --json)
string(JSON count LENGTH "${table}")
math(EXPR last "${count} - 1")
set(REASONS "")
foreach(i RANGE ${last})
  string(JSON reason GET "${table}" ${i} reason)
  string(JSON cause GET "${table}" ${i} cause)
  string(JSON advice GET "${table}" ${i} advice)
  escape("${cause}" cause)
  escape("${advice}" advice)
  string(APPEND REASONS ".It ${reason}\n${cause}\n.Em To do :\n${advice}\n")
endforeach()
string(REGEX REPLACE "\n$" "" REASONS "${REASONS}")
configure_file(${TEMPLATE} ${OUTPUT} @ONLY)
