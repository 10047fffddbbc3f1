/* SPDX-License-Identifier: Apache-2.0 */
/* Adding members to the text of a configuration file. What the administrator wrote there, comments
 * included, stays byte for byte. */
#ifndef CS_CLI_CONFIG_INSERT_H
#define CS_CLI_CONFIG_INSERT_H

#include "base/buffer.h"
#include "json/write.h"

/*
 * Puts the members of the object that `writer` holds at the end of the object in `text`, which was
 * parsed as CS_JSON_TOLERANT, or says nothing (base/said.h): then it gets an object. Appends the
 * new text to `out`. CS_ERR_INPUT: the writer holds no object with members.
 */
enum cs_err cs_config_insert(const char *text, size_t length, const struct cs_json_writer *writer,
                             struct cs_buffer *out, struct cs_error *error) CS_MUST_USE;

#endif
