/* From the UNIX account to the name that a provider knows it by. Pure functions; no fallback: where
 * the mapping has no result the login is refused. */
#ifndef CS_MAPPING_MAP_H
#define CS_MAPPING_MAP_H

#include "base/error.h"

enum { CS_IDENTITY_SIZE = 256 };

/* The identity of an account, today its canonical name. CS_ERR_INPUT when that cannot be one. */
enum cs_err cs_map_identity(const char *account, char ret_identity[CS_IDENTITY_SIZE],
                            struct cs_error *error) CS_MUST_USE;

#endif
