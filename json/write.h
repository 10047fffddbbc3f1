/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Builds JSON: output of the command line, bodies of requests. A failure is sticky, as in struct
 * cs_buffer: add everything, then check once, at cs_json_print. `key` is the name within an object,
 * NULL for an element of an array and for the outermost value.
 */
#ifndef CS_JSON_WRITE_H
#define CS_JSON_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/secret.h"
#include "json/json.h"

enum cs_json_layout {
    CS_JSON_COMPACT,   /* for programs: one line */
    CS_JSON_FORMATTED, /* for people */
};

struct cs_json_writer;

/* NULL if memory ran out; every function below accepts that NULL, and cs_json_print reports it. */
struct cs_json_writer *cs_json_writer_new(void) CS_MUST_USE;

/* Wipes and releases everything written; accepts NULL and sets the pointer to NULL. */
void cs_json_writer_free(struct cs_json_writer **writer);

/* Open a container, nested at most as deep as the reader allows; cs_json_write_end closes the
 * innermost one. */
void cs_json_write_object(struct cs_json_writer *writer, const char *key);
void cs_json_write_array(struct cs_json_writer *writer, const char *key);
void cs_json_write_end(struct cs_json_writer *writer);

void cs_json_write_null(struct cs_json_writer *writer, const char *key);
void cs_json_write_bool(struct cs_json_writer *writer, const char *key, bool value);

/* Writes all digits, even beyond the 2^53 that our reader accepts. */
void cs_json_write_integer(struct cs_json_writer *writer, const char *key, int64_t value);

/*
 * A reader gets valid UTF-8 unchanged, newlines included: whatever could harm a terminal is
 * escaped, which a JSON parser undoes. NUL and bytes that are not UTF-8 become U+FFFD.
 * cs_json_write_string writes null for a NULL pointer.
 */
void cs_json_write_string(struct cs_json_writer *writer, const char *key, const char *text);
void cs_json_write_bytes(struct cs_json_writer *writer, const char *key, const char *text,
                         size_t length);

/* The whole text, without a final newline. CS_ERR_INPUT: something was added where it is not
 * allowed (a key is missing, repeated or not UTF-8, a container is still open, ...). */
enum cs_err cs_json_print(const struct cs_json_writer *writer, enum cs_json_layout layout,
                          struct cs_secret *ret_text, struct cs_error *error) CS_MUST_USE;

#endif
