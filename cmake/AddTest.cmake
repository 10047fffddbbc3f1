# SPDX-License-Identifier: Apache-2.0
# Kinds of tests. CTest names are KIND.NAME, and KIND is also a label.
#
#   unit.X     fast, cmocka                                  cs_add_unit_test
#   fuzz.X     fast, replays tests/fuzz/corpus/X             cs_add_fuzzer
#   check.X    fast, a rule about sources or binaries        cs_add_check
#   support.X  fast, do our stand-ins behave?                cs_add_check
#   KIND.X     root, a Python script inside the sandbox      cs_add_system_test
#
# Further labels: sshd (a real sshd loads the module), slow, keys (what they run depends on WITH_U2F). Builds
# with CS_SANITIZE have no tests labelled sshd and none of the kinds applications*: stock programs cannot
# load an instrumented module.
find_package(PkgConfig REQUIRED)
pkg_check_modules(CMOCKA REQUIRED IMPORTED_TARGET cmocka)
pkg_check_modules(FRIBIDI REQUIRED IMPORTED_TARGET fribidi)
pkg_check_modules(U2F_SERVER REQUIRED IMPORTED_TARGET u2f-server)
pkg_check_modules(CBOR REQUIRED IMPORTED_TARGET libcbor)
find_package(Threads REQUIRED)
find_package(PAM REQUIRED)

set(CS_NO_KEYS "built with WITH_U2F=off: no program talks to security keys")
set(CS_STAGE_DIR ${CMAKE_BINARY_DIR}/stage)

# cs_add_unit_test(NAME [SOURCES file...] [USES folder...] [LIBRARIES target...])
# SOURCES is unit/test_NAME.c unless given.
function(cs_add_unit_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;USES;LIBRARIES" ${ARGN})
  if(NOT ARG_SOURCES)
    set(ARG_SOURCES unit/test_${name}.c)
  endif()
  add_executable(test_${name} ${ARG_SOURCES})
  list(TRANSFORM ARG_USES PREPEND cs_)
  target_link_libraries(test_${name} PRIVATE cs_policy ${ARG_USES} ${ARG_LIBRARIES} PkgConfig::CMOCKA)
  add_test(NAME unit.${name} COMMAND test_${name})
  set_tests_properties(unit.${name} PROPERTIES LABELS "unit;fast" TIMEOUT 60 SKIP_RETURN_CODE 77)
endfunction()

# cs_add_fuzzer(NAME [SOURCES file...] [USES folder...])
# SOURCES is fuzz/fuzz_NAME.c unless given; it defines LLVMFuzzerTestOneInput. With CS_FUZZ it is a
# libFuzzer program, otherwise one that replays files; either way CTest replays the corpus.
function(cs_add_fuzzer name)
  cmake_parse_arguments(ARG "" "" "SOURCES;USES;LIBRARIES" ${ARGN})
  if(NOT ARG_SOURCES)
    set(ARG_SOURCES fuzz/fuzz_${name}.c)
  endif()
  list(TRANSFORM ARG_USES PREPEND cs_)
  add_executable(fuzz_${name} ${ARG_SOURCES})
  target_link_libraries(fuzz_${name} PRIVATE cs_policy ${ARG_USES} ${ARG_LIBRARIES})
  if(CS_FUZZ)
    if(NOT CMAKE_C_COMPILER_ID MATCHES Clang)
      message(FATAL_ERROR "CS_FUZZ needs Clang: use the preset fuzz")
    endif()
    target_compile_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
    set(arguments -runs=0)
  else()
    target_sources(fuzz_${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests/fuzz/replay_main.c)
    set(arguments "")
  endif()
  add_test(NAME fuzz.${name}
    COMMAND fuzz_${name} ${arguments} ${CMAKE_SOURCE_DIR}/tests/fuzz/corpus/${name})
  set_tests_properties(fuzz.${name} PROPERTIES LABELS "fuzz;fast" TIMEOUT 120)
endfunction()

# cs_add_check(KIND.NAME command...), run in tests/
function(cs_add_check name)
  string(REGEX REPLACE "\\..*" "" kind ${name})
  add_test(NAME ${name} COMMAND ${ARGN} WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
  set_tests_properties(${name} PROPERTIES LABELS "${kind};fast" TIMEOUT 120 SKIP_RETURN_CODE 77)
endfunction()

# cs_add_skipped(KIND.NAME REASON [LABELS label...]): a test that this build cannot run, so that it is listed
# and not missing
function(cs_add_skipped name reason)
  cmake_parse_arguments(ARG "" "" "LABELS" ${ARGN})
  string(REGEX REPLACE "\\..*" "" kind ${name})
  add_test(NAME ${name} COMMAND sh -c "echo \"$1\"; exit 77" sh "${reason}")
  set_tests_properties(${name} PROPERTIES
    LABELS "${kind};${ARG_LABELS}" TIMEOUT 60 SKIP_RETURN_CODE 77)
endfunction()

# cs_add_system_test(KIND.NAME SCRIPT file.py [LABELS label...] [TIMEOUT seconds] [ALONE] [LONG] [NEWER_OPENSSH]
#                    [OPENID] [OTP] [ENV NAME=VALUE...])
# Skipped if LABELS has keys and the build has no programs that talk to security keys. Logs stay in
# BUILD/Testing/system/KIND.NAME. It has its own namespaces, so it may run at the same time as others, unless
# it is ALONE because it measures time or load that a neighbour would affect. LONG: it takes up to half an hour and runs
# only where it is asked for (ctest -C long), beside a shorter form that always runs. NEWER_OPENSSH: with the sshd and
# ssh that scripts/newer-openssh finds, or skipped. OPENID: with the server OidcProvider, if npm has it.
# OTP: with the libraries for one-time passwords, likewise.
function(cs_add_system_test name)
  cmake_parse_arguments(ARG "ALONE;LONG;NEWER_OPENSSH;OPENID;OTP" "SCRIPT;TIMEOUT" "LABELS;ENV" ${ARGN})
  string(REGEX REPLACE "\\..*" "" kind ${name})
  if(CS_SANITIZE AND ("sshd" IN_LIST ARG_LABELS OR kind MATCHES "^applications"))
    return()
  endif()
  if("keys" IN_LIST ARG_LABELS AND WITH_U2F STREQUAL "off")
    cs_add_skipped(${name} "${CS_NO_KEYS}" LABELS ${ARG_LABELS})
    return()
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  get_filename_component(script ${ARG_SCRIPT} ABSOLUTE)
  set(configurations)
  if(ARG_LONG)
    set(configurations CONFIGURATIONS long)
  endif()
  set(with)
  if(ARG_NEWER_OPENSSH)
    set(with ${CMAKE_SOURCE_DIR}/scripts/newer-openssh testing)
  endif()
  add_test(NAME ${name} ${configurations}
    COMMAND ${with} ${CMAKE_SOURCE_DIR}/tests/support/sandbox --fresh --stage ${CS_STAGE_DIR}
            --dir ${CMAKE_BINARY_DIR}/Testing/system/${name} -- /usr/bin/python3 ${script})
  set(environment
    PYTHONPATH=${CMAKE_SOURCE_DIR}/tests/support PYTHONDONTWRITEBYTECODE=1
    CS_PAM_DRIVER=$<TARGET_FILE:pam-driver> CS_STAGE=${CS_STAGE_DIR} "CS_SANITIZE=${CS_SANITIZE}"
    CS_NEXT_MODULE=$<TARGET_FILE:pam_countersign_next> CS_NEXT_BROKER=$<TARGET_FILE:countersignd_next>
    CS_KILL_AT=$<TARGET_FILE:kill-at> CS_FAIL_ALLOC=$<TARGET_FILE:fail_alloc>
    CS_HOLD_UNLOCK_LIBRARY=$<TARGET_FILE:hold_unlock>
    CS_PRETEND_BROKER=$<TARGET_FILE:countersignd_pretend> CS_NPM_CLIENTS=${CMAKE_SOURCE_DIR}/build/npm
    CS_OPENID_MODULES=${CMAKE_SOURCE_DIR}/build/openid CS_OTP_MODULES=${CMAKE_SOURCE_DIR}/build/otp
    TSAN_OPTIONS=suppressions=${CMAKE_SOURCE_DIR}/tests/support/tsan.supp ${ARG_ENV})
  if(TARGET softkey)
    list(APPEND environment
      CS_WITH_U2F=${WITH_U2F} CS_SOFTKEY_LIBRARY=$<TARGET_FILE:softkey> CS_U2F_RELAY=$<TARGET_FILE:u2f-relay>
      CS_U2F_ASK=$<TARGET_FILE:u2f-ask>)
  endif()
  set(fixtures stage)
  if(ARG_OPENID)
    list(APPEND fixtures openid_modules)
  endif()
  if(ARG_OTP)
    list(APPEND fixtures otp_modules)
  endif()
  set_tests_properties(${name} PROPERTIES
    LABELS "${kind};root;${ARG_LABELS}" TIMEOUT ${ARG_TIMEOUT} SKIP_RETURN_CODE 77
    FIXTURES_REQUIRED "${fixtures}" ENVIRONMENT "${environment}" RUN_SERIAL ${ARG_ALONE})
endfunction()

# The OpenID server of npm, for tests that name the fixture openid_modules. Without npm or its registry it is skipped,
# and they skip what needs it.
set(CS_OPENID_MODULES ${CMAKE_SOURCE_DIR}/build/openid)
add_test(NAME openid_modules WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
  COMMAND bash -c ". scripts/lib/packages.sh && install_npm_openid || exit 77")
set_tests_properties(openid_modules PROPERTIES FIXTURES_SETUP openid_modules TIMEOUT 120 SKIP_RETURN_CODE 77)

# Libraries of npm likewise.
add_test(NAME otp_modules WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
  COMMAND bash -c ". scripts/lib/packages.sh && install_npm_otp || exit 77")
set_tests_properties(otp_modules PROPERTIES FIXTURES_SETUP otp_modules TIMEOUT 120 SKIP_RETURN_CODE 77)

# The installation that system tests use. It needs no label: CTest adds it to tests that require it.
add_test(NAME stage
  COMMAND ${CMAKE_COMMAND} -DBUILD=${CMAKE_BINARY_DIR} -DSTAGE=${CS_STAGE_DIR}
          -P ${CMAKE_SOURCE_DIR}/cmake/Stage.cmake)
set_tests_properties(stage PROPERTIES FIXTURES_SETUP stage TIMEOUT 60)
