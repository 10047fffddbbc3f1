/* SPDX-License-Identifier: Apache-2.0 */
/* Key files: what is accepted has 1 to 4 keys. */
#include "tests/fuzz/fuzz.h"

#include "store/key_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CS_AUTO(cs_secret_free) struct cs_secret content = {0};
    CS_AUTO(cs_keys_wipe) struct cs_keys keys = {0};
    struct cs_error error = {0};

    REQUIRE(cs_secret_set(&content, data, size) == CS_OK);
    if (cs_keys_parse("fuzz", &content, &keys, &error) != CS_OK) {
        REQUIRE(error.code == CS_ERR_CONFIG && strncmp(error.text, "fuzz:", 5) == 0);
        return 0;
    }
    REQUIRE(keys.count >= 1 && keys.count <= CS_KEYS_MAX);
    for (size_t i = 0; i < keys.count; i++)
        REQUIRE(cs_keys_find(&keys, keys.items[i].id) != NULL);
    return 0;
}
