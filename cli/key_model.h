/* SPDX-License-Identifier: Apache-2.0 */
/* What is known of a security key besides its application: how it signs, whether it must verify
 * its user, and its model. */
#ifndef CS_CLI_KEY_MODEL_H
#define CS_CLI_KEY_MODEL_H

#include "store/factor.h"
#include "json/write.h"

enum { CS_KEY_MODEL_SIZE = 64, CS_AAGUID_SIZE = 37 };

/* "es256, must verify": for a person. */
void cs_format_key_model(const struct cs_factor *factor, char ret_text[CS_KEY_MODEL_SIZE]);

/* The model as makers write it, with hyphens (RFC 9562, section 4); "" if it is unknown. */
void cs_format_aaguid(const struct cs_factor *factor, char ret_text[CS_AAGUID_SIZE]);

/* Members "algorithm", "verifies" and "aaguid" (null: unknown) of the open object. */
void cs_write_key_model(struct cs_json_writer *writer, const struct cs_factor *factor);

#endif
