/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads JSON with positions. The text is scanned by our own rules before the library sees it, so
 * that every error is reported in one line: `NAME:LINE:COLUMN: what is wrong; what was expected`.
 * Refused everywhere: bad UTF-8, NUL, \u0000, lone surrogates, duplicate keys, nesting deeper than
 * CS_JSON_DEPTH_MAX, numbers that no double can hold, text after the value. A parsed document never
 * changes; several threads may read it.
 */
#ifndef CS_JSON_JSON_H
#define CS_JSON_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum {
    CS_JSON_TEXT_MAX = 1024 * 1024, /* bytes of one text */
    CS_JSON_DEPTH_MAX = 32,         /* nested objects and arrays */
    CS_JSON_VALUES_MAX = 65536,     /* values of one text */
    CS_JSON_NUMBER_MAX = 63,        /* characters of one number: cJSON truncates longer ones */
};

enum cs_json_mode {
    CS_JSON_STRICT,   /* RFC 8259, for what programs send; refusals are CS_ERR_INPUT */
    CS_JSON_TOLERANT, /* comments and trailing commas, for files; refusals are CS_ERR_CONFIG */
};

enum cs_json_type {
    CS_JSON_NONE, /* the type of a NULL pointer: no value */
    CS_JSON_NULL,
    CS_JSON_BOOL,
    CS_JSON_NUMBER,
    CS_JSON_STRING,
    CS_JSON_ARRAY,
    CS_JSON_OBJECT,
};

struct cs_json;       /* a document; owns everything below */
struct cs_json_value; /* one value of it; borrowed, valid until cs_json_free */

/* Parses `length` bytes; `name` (a path, or what a person would call the text) starts every
 * message. Neither is kept. `ret_document` is untouched on failure; release it with
 * cs_json_free. */
enum cs_err cs_json_parse(const char *name, const char *text, size_t length, enum cs_json_mode mode,
                          struct cs_json **ret_document, struct cs_error *error) CS_MUST_USE;

/* Wipes every string and key, then releases; accepts NULL and sets the pointer to NULL. */
void cs_json_free(struct cs_json **document);

const struct cs_json_value *cs_json_root(const struct cs_json *document);

/* All functions below accept NULL for a missing value, so that look-ups can be chained. */

enum cs_json_type cs_json_type(const struct cs_json_value *value);

/* The name of a type for messages: "a string", "true or false", ... */
const char *cs_json_type_name(enum cs_json_type type);

/* The member of an object; case-sensitive. NULL when absent or when `object` is not an object. */
const struct cs_json_value *cs_json_get(const struct cs_json_value *object, const char *key);

/* Iterate over members or elements in document order; NULL after the last, and for values without
 * any. */
const struct cs_json_value *cs_json_first(const struct cs_json_value *value);
const struct cs_json_value *cs_json_next(const struct cs_json_value *value);

/* Number of members or elements. */
size_t cs_json_count(const struct cs_json_value *value);

/* The key of a member; NULL for elements and the root. It never contains a NUL but may contain
 * anything else. */
const char *cs_json_key(const struct cs_json_value *value);

/* The text of a string, or NULL. `ret_length` may be NULL, because the text contains no NUL. */
const char *cs_json_string(const struct cs_json_value *value, size_t *ret_length);

/* False if the value has another type; the result is then untouched. */
bool cs_json_bool(const struct cs_json_value *value, bool *ret_value);

/*
 * Exact or not at all, because a rounded number must never pass for an integer: false beyond ±(2^53
 * - 1), for a fraction other than zeros and for a number with an exponent.
 */
bool cs_json_integer(const struct cs_json_value *value, int64_t *ret_value);

/* The same for every integer that an int64_t holds: identifiers, which nobody computes with. */
bool cs_json_int64(const struct cs_json_value *value, int64_t *ret_value);

/* Any number, to the precision of a double, and always finite: for what may have a fraction, such
 * as a time. False if the value has another type; the result is then untouched. */
bool cs_json_number(const struct cs_json_value *value, double *ret_value);

/* Where a value starts, or the key of a member (the value if it has none). Lines and code points
 * count from 1. */
void cs_json_position(const struct cs_json *document, const struct cs_json_value *value,
                      unsigned *ret_line, unsigned *ret_column);
void cs_json_key_position(const struct cs_json *document, const struct cs_json_value *value,
                          unsigned *ret_line, unsigned *ret_column);

/*
 * Refusals for the meaning: the same line as for a syntax error, at the value (a wrong value) or at
 * its key (an unknown key). The text is sanitised as a whole, so it may quote the document.
 */
enum cs_err cs_json_fail(struct cs_error *error, enum cs_err code, const struct cs_json *document,
                         const struct cs_json_value *value, const char *format, ...)
    CS_PRINTF(5, 6);
enum cs_err cs_json_fail_key(struct cs_error *error, enum cs_err code,
                             const struct cs_json *document, const struct cs_json_value *value,
                             const char *format, ...) CS_PRINTF(5, 6);

#endif
