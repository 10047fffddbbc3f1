/* SPDX-License-Identifier: Apache-2.0 */
/* A file of IBM's gateway that must be right. */
#ifndef CS_TESTS_UNIT_IBM_FILE_H
#define CS_TESTS_UNIT_IBM_FILE_H

#include "tests/unit/unit.h"

#include "login/config.h"
#include "login/config_priv.h"

#define API "\"client-id\": \"c\", \"client-secret\": \"s\", \"host\": \"t.example.com\""
#define FILE_WITH(pam) "{\"ibm-auth-api\": {" API "}, \"pam\": {" pam "}}"

static inline struct cs_config *parse(const char *text)
{
    struct cs_config *config = NULL;
    struct cs_error error = {0};

    if (cs_config_parse_ibm("i.json", text, strlen(text), &config, &error) != CS_OK)
        fail_msg("%s: %s", text, error.text);
    return config;
}

static inline void assert_refused(const char *text, const char *expected)
{
    CS_AUTO(cs_config_release) struct cs_config *config = NULL;
    struct cs_error error = {0};

    if (cs_config_parse_ibm("i.json", text, strlen(text), &config, &error) != CS_ERR_CONFIG)
        fail_msg("accepted: %s", text);
    assert_null(config);
    assert_string_equal(error.text, expected);
}

#endif
