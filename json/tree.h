/* SPDX-License-Identifier: Apache-2.0 */
/* What cJSON leaves to its users. Includes cJSON.h: only for the .c files of json/. */
#ifndef CS_JSON_TREE_H
#define CS_JSON_TREE_H

#include <cjson/cJSON.h>

#include "json/json.h"

/* Overwrites every string and key, then releases; for CS_AUTO. cJSON frees them as they are. */
void cs_json_tree_free(cJSON **tree);

/* The type without cJSON's flags; CS_JSON_NONE for what a parsed tree never holds. */
enum cs_json_type cs_json_tree_type(const cJSON *item);

#endif
