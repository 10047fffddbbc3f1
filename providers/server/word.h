/* SPDX-License-Identifier: Apache-2.0 */
/* Words by which people recognise a request. */
#ifndef CS_PROVIDERS_SERVER_WORD_H
#define CS_PROVIDERS_SERVER_WORD_H

#include <stddef.h>

#include "base/error.h"

/* Makes a word of `length` letters and digits, none of which looks like another: `ret_word` has
 * room for one more byte. Every documented server takes such a binding_message of up to 20
 * characters. CS_ERR_CRYPTO: there is no randomness. */
enum cs_err cs_make_word(size_t length, char *ret_word, struct cs_error *error) CS_MUST_USE;

#endif
