/* SPDX-License-Identifier: Apache-2.0 */
/* What is allowed in an identity file, and beside it, but may be a slip. */
#ifndef CS_CLI_CHECK_MAP_FILE_H
#define CS_CLI_CHECK_MAP_FILE_H

#include "base/strlist.h"
#include "mapping/map.h"

/* Adds sentences, each once however often it is called. CS_ERR_NOMEM is the only failure. */
enum cs_err cs_check_map_file(const struct cs_mapping *mapping,
                              struct cs_strlist *warnings) CS_MUST_USE;

#endif
