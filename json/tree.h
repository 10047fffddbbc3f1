/* SPDX-License-Identifier: Apache-2.0 */
/* What cJSON leaves to its users. Includes cJSON.h, so only the .c files of json/ may include
 * it. */
#ifndef CS_JSON_TREE_H
#define CS_JSON_TREE_H

#include <cjson/cJSON.h>

#include "json/json.h"

/* Overwrites every string and key, then releases, because cJSON does not wipe; for CS_AUTO. */
void cs_json_tree_free(cJSON **tree);

/* The type without cJSON's flags; CS_JSON_NONE for types that a parsed tree never contains. */
enum cs_json_type cs_json_tree_type(const cJSON *item);

#endif
