/* SPDX-License-Identifier: Apache-2.0 */
#include "json/tree.h"

#include <string.h>

#include "base/secret.h"

static void wipe_string(char *text)
{
    if (text != NULL)
        cs_wipe(text, strlen(text));
}

/* The recursion is as deep as the tree, which CS_JSON_DEPTH_MAX bounds. */
static void wipe_tree(cJSON *tree)
{
    for (cJSON *item = tree; item != NULL; item = item->next) {
        wipe_string(item->valuestring);
        wipe_string(item->string);
        item->valuedouble = 0;
        item->valueint = 0;
        wipe_tree(item->child);
    }
}

void cs_json_tree_free(cJSON **tree)
{
    wipe_tree(*tree);
    cJSON_Delete(*tree);
    *tree = NULL;
}

enum cs_json_type cs_json_tree_type(const cJSON *item)
{
    switch (item->type & 0xff) {
    case cJSON_NULL:
        return CS_JSON_NULL;
    case cJSON_False:
    case cJSON_True:
        return CS_JSON_BOOL;
    case cJSON_Number:
        return CS_JSON_NUMBER;
    case cJSON_String:
        return CS_JSON_STRING;
    case cJSON_Array:
        return CS_JSON_ARRAY;
    case cJSON_Object:
        return CS_JSON_OBJECT;
    default:
        return CS_JSON_NONE;
    }
}
