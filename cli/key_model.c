/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/key_model.h"

#include <stdio.h>
#include <string.h>

static bool must_verify(const struct cs_factor *factor)
{
    return (factor->key_flags & CS_KEY_VERIFIES) != 0;
}

void cs_format_key_model(const struct cs_factor *factor, char ret_text[CS_KEY_MODEL_SIZE])
{
    (void)snprintf(ret_text, CS_KEY_MODEL_SIZE, "%s%s", factor->algorithm,
                   must_verify(factor) ? ", must verify" : "");
}

void cs_format_aaguid(const struct cs_factor *factor, char ret_text[CS_AAGUID_SIZE])
{
    const char *hex = factor->aaguid;

    ret_text[0] = '\0';
    if (strlen(hex) == CS_FACTOR_AAGUID_MAX)
        (void)snprintf(ret_text, CS_AAGUID_SIZE, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8,
                       hex + 12, hex + 16, hex + 20);
}

void cs_write_key_model(struct cs_json_writer *writer, const struct cs_factor *factor)
{
    char aaguid[CS_AAGUID_SIZE];

    cs_format_aaguid(factor, aaguid);
    cs_json_write_string(writer, "algorithm", factor->algorithm);
    cs_json_write_bool(writer, "verifies", must_verify(factor));
    cs_json_write_string(writer, "aaguid", aaguid[0] ? aaguid : NULL);
}
