/* SPDX-License-Identifier: Apache-2.0 */
/* Files of IBM's gateway: accepted, and then every id gives options within their bounds, or refused
 * with one line that names the place. */
#include "tests/fuzz/fuzz_settings.h"

#include "base/sanitise.h"
#include "login/config_priv.h"

static void check_options(const struct cs_config *config, const char *id)
{
    struct cs_options options;

    cs_config_options(config, "sshd", id, &options);
    REQUIRE(options.profile == CS_PROFILE_IBM);
    REQUIRE(options.method.retry <= 10 && options.mapping.gecos_field <= 32);
    REQUIRE(options.auth_method != NULL);
    fuzz_settings(&options);
    REQUIRE(cs_config_check_user_env(options.user_env, NULL) == CS_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CS_AUTO(cs_config_release) struct cs_config *config = NULL;
    CS_AUTO(cs_string_free) char *exact = malloc(size > 0 ? size : 1);
    struct cs_error error = {0};
    unsigned line = 0, column = 0;

    REQUIRE(exact != NULL);
    if (size > 0)
        memcpy(exact, data, size);
    if (cs_config_parse_ibm("fuzz", exact, size, &config, &error) != CS_OK) {
        REQUIRE(config == NULL && error.code == CS_ERR_CONFIG);
        REQUIRE(sscanf(error.text, "fuzz:%u:%u: ", &line, &column) == 2);
        REQUIRE(cs_is_clean(error.text, strlen(error.text)));
        return 0;
    }
    check_options(config, NULL);
    for (size_t i = 0; i < config->instances_count; i++)
        check_options(config, config->instances[i].id);
    for (size_t i = 0; i < config->warnings.count; i++)
        REQUIRE(cs_is_clean(config->warnings.items[i], strlen(config->warnings.items[i])));
    return 0;
}
