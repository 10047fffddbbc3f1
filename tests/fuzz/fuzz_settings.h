/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the fuzzers of files with a tenant's settings. */
#ifndef CS_TESTS_FUZZ_FUZZ_SETTINGS_H
#define CS_TESTS_FUZZ_FUZZ_SETTINGS_H

#include "tests/fuzz/fuzz.h"

#include "login/config.h"
#include "providers/ibm_verify/settings.h"
#include "providers/registry.h"

/* Of options that were read from a file which has the section. */
static inline void fuzz_settings(const struct cs_options *options)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer url = {0};
    const struct cs_verify_settings *settings;
    size_t row = 0;

    REQUIRE(cs_provider_find("verify", &row) && (options->sections & (1U << row)) != 0);
    settings = cs_options_provider(options, row);
    REQUIRE(cs_verify_check_settings(settings, NULL, NULL) == CS_OK);
    cs_verify_base_url(settings, &url);
    REQUIRE(
        strncmp(url.text, "https://", 8) == 0 || strncmp(url.text, "http://localhost:", 17) == 0 ||
        strncmp(url.text, "http://127.", 11) == 0 || strncmp(url.text, "http://[::1]:", 13) == 0);
    REQUIRE(settings->connection.max_handles >= 1 && settings->connection.max_handles <= 1024);
    REQUIRE(settings->connection.connect_timeout >= 1 && settings->connection.request_timeout >= 1);
    REQUIRE(settings->connection.trace_rollover >= 0);
    REQUIRE(settings->connection.trace_file == NULL || settings->connection.trace_file[0] == '/');
}

#endif
