/* SPDX-License-Identifier: Apache-2.0 */
/* The words for yes and no: the same on a PAM line, in every file, and in the module itself. */
#ifndef CS_BASE_FLAG_H
#define CS_BASE_FLAG_H

#include <stdbool.h>

/* False, and the result untouched, for any other word; the empty one is none. */
bool cs_flag_parse(const char *word, bool *ret_flag);

#endif
