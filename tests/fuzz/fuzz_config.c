/* SPDX-License-Identifier: Apache-2.0 */
/* Configuration files: accepted and applied, or refused with one line that names the place. */
#include "tests/fuzz/fuzz_settings.h"

#include "login/config_priv.h"
#include "methods/plan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CS_AUTO(cs_config_release) struct cs_config *config = NULL;
    CS_AUTO(cs_string_free) char *exact = malloc(size > 0 ? size : 1);
    struct cs_error error = {0};
    struct cs_options options;
    unsigned line = 0, column = 0;

    REQUIRE(exact != NULL);
    if (size > 0)
        memcpy(exact, data, size);
    if (cs_config_parse("fuzz", exact, size, &config, &error) != CS_OK) {
        REQUIRE(config == NULL && error.code == CS_ERR_CONFIG);
        REQUIRE(sscanf(error.text, "fuzz:%u:%u: ", &line, &column) == 2);
        for (const char *byte = error.text; *byte != '\0'; byte++)
            REQUIRE((unsigned char)*byte >= 0x20 && *byte != 0x7f);
        return 0;
    }
    cs_config_options(config, "sshd", NULL, &options);
    REQUIRE(options.method.retry <= 10 && options.login_timeout >= 1 &&
            options.login_timeout <= 3600);
    REQUIRE(cs_plan_find(options.auth_method) != NULL && options.provider[0] != '\0');
    REQUIRE(cs_options_provider_text(&options, "local", "store")[0] == '/');
    REQUIRE(cs_options_provider_text(&options, "local", "key_file")[0] == '/');
    REQUIRE(options.exempt_group == NULL || options.exempt_group[0] != '\0');
    if (options.sections != 0)
        fuzz_settings(&options);
    return 0;
}
