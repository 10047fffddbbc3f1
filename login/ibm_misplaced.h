/* SPDX-License-Identifier: Apache-2.0 */
/* Arguments at a place where IBM's file does not have them. They would set nothing, and one of them
 * might have asked for a factor, so they are refused. */
#ifndef CS_LOGIN_IBM_MISPLACED_H
#define CS_LOGIN_IBM_MISPLACED_H

#include <stdbool.h>

#include "base/error.h"
#include "json/json.h"

/* The key of an instance under which its arguments are. */
#define CS_IBM_ARGUMENTS "additional-args"

/* Whether the member's key is that name, perhaps with a slip of the keyboard. */
bool cs_ibm_means_arguments(const struct cs_json_value *member);

/* CS_ERR_CONFIG, with the place, if `member`, which is not known where it is, is meant as arguments
 * or has some inside. */
enum cs_err cs_ibm_refuse_misplaced(const struct cs_json *document,
                                    const struct cs_json_value *member,
                                    struct cs_error *error) CS_MUST_USE;

#endif
