/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the fuzzers of files with a tenant's settings. */
#ifndef CS_TESTS_FUZZ_FUZZ_SETTINGS_H
#define CS_TESTS_FUZZ_FUZZ_SETTINGS_H

#include "tests/fuzz/fuzz.h"

#include "login/config.h"

static inline void fuzz_settings(const struct cs_verify_settings *settings)
{
    REQUIRE(settings->given && settings->base_url != NULL);
    REQUIRE(strncmp(settings->base_url, "https://", 8) == 0 ||
            strncmp(settings->base_url, "http://localhost:", 17) == 0 ||
            strncmp(settings->base_url, "http://127.", 11) == 0 ||
            strncmp(settings->base_url, "http://[::1]:", 13) == 0);
    REQUIRE(settings->max_handles >= 1 && settings->max_handles <= 1024);
    REQUIRE(settings->connect_timeout >= 1 && settings->request_timeout >= 1);
    REQUIRE(settings->trace_rollover >= 0);
    REQUIRE(settings->trace_file == NULL || settings->trace_file[0] == '/');
}

#endif
