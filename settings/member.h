/* SPDX-License-Identifier: Apache-2.0 */
/* Settings as members of a JSON object. */
#ifndef CS_SETTINGS_MEMBER_H
#define CS_SETTINGS_MEMBER_H

#include "base/buffer.h"
#include "settings/setting.h"
#include "json/json.h"

enum cs_member_mode {
    CS_MEMBER_STRICT,   /* true and false, numbers, strings */
    CS_MEMBER_TOLERANT, /* numbers may be quoted, and flags be words; an empty one is no */
};

/* Adds the written form of a member's value to `out`, after trying it: cs_setting_set takes it.
 * CS_ERR_CONFIG with the place of the value when its type or the value itself is wrong. */
enum cs_err cs_setting_read(const struct cs_setting *row, const struct cs_json *document,
                            const struct cs_json_value *member, enum cs_member_mode mode,
                            struct cs_buffer *out, struct cs_error *error) CS_MUST_USE;

#endif
