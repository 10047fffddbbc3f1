/* SPDX-License-Identifier: Apache-2.0 */
/* The module's and the broker's reading of PAM arguments, one per line: if the broker accepts them
 * all, both agree. */
#include "tests/fuzz/fuzz.h"

#include "login/options.h"
#include "pam/module.h"

enum { ARGUMENTS_MAX = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CS_AUTO(cs_string_free) char *text = fuzz_text(data, size);
    CS_AUTO(cs_strlist_free) struct cs_strlist list = {0};
    CS_AUTO(cs_strlist_free) struct cs_strlist unknown = {0};
    struct cs_module_arguments arguments;
    struct cs_options options;
    const char *argv[ARGUMENTS_MAX];
    char *rest = text, *line;
    int argc = 0;

    while (argc < ARGUMENTS_MAX && (line = strsep(&rest, "\n")) != NULL) {
        argv[argc++] = line;
        REQUIRE(cs_strlist_add(&list, line, strlen(line)) == CS_OK);
    }
    cs_module_parse(argc, argv, &arguments);
    REQUIRE(arguments.socket != NULL && arguments.socket[0] != '\0');
    REQUIRE(arguments.config == NULL || arguments.config[0] != '\0');
    cs_options_defaults(CS_PROFILE_OWN, &options);
    if (cs_options_from_arguments(&list, &options, &unknown, NULL) != CS_OK)
        return 0;
    REQUIRE(options.debug == arguments.debug);
    REQUIRE(arguments.socket[0] == '/');
    REQUIRE(arguments.config == NULL || arguments.config[0] == '/');
    return 0;
}
