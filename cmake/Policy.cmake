# SPDX-License-Identifier: Apache-2.0
# Warnings, hardening and sanitizers as interface targets, linked PRIVATE by all our targets.
include(CheckCCompilerFlag)

function(cs_add_supported_flags target)
  foreach(flag IN LISTS ARGN)
    string(MAKE_C_IDENTIFIER "CS_HAVE${flag}" variable)
    check_c_compiler_flag(${flag} ${variable})
    if(${variable})
      target_compile_options(${target} INTERFACE ${flag})
    endif()
  endforeach()
endfunction()

add_library(cs_policy INTERFACE)
target_compile_definitions(cs_policy INTERFACE _GNU_SOURCE)
target_include_directories(cs_policy INTERFACE ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR}/generated)

cs_add_supported_flags(cs_policy
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wcast-qual -Wwrite-strings
  -Wmissing-prototypes -Wstrict-prototypes -Wformat=2 -Wformat-nonliteral -Wnull-dereference
  -Wimplicit-fallthrough -Wvla -Wundef -Wframe-larger-than=16384 -Wunused-result)
cs_add_supported_flags(cs_policy
  -fstack-protector-strong -fstack-clash-protection -fcf-protection
  -fno-strict-aliasing -fno-common -ffunction-sections -fdata-sections
  -ffile-prefix-map=${CMAKE_SOURCE_DIR}=. )
target_link_options(cs_policy INTERFACE
  -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack -Wl,--as-needed -Wl,--gc-sections)

if(CS_SANITIZE)
  target_compile_options(cs_policy INTERFACE
    -fsanitize=${CS_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(cs_policy INTERFACE -fsanitize=${CS_SANITIZE})
else()
  # FORTIFY needs optimisation, and a sanitizer replaces what it checks.
  target_compile_options(cs_policy INTERFACE
    $<$<NOT:$<CONFIG:Debug>>:-U_FORTIFY_SOURCE> $<$<NOT:$<CONFIG:Debug>>:-D_FORTIFY_SOURCE=3>)
endif()
