/* SPDX-License-Identifier: Apache-2.0 */
#include "base/flag.h"

#include <string.h>

#include "base/attributes.h"

bool cs_flag_parse(const char *word, bool *ret_flag)
{
    static const struct {
        const char *word;
        bool flag;
    } words[] = {{"yes", true}, {"true", true},   {"on", true},   {"1", true},  {"y", true},
                 {"no", false}, {"false", false}, {"off", false}, {"0", false}, {"n", false}};

    for (size_t i = 0; i < CS_ARRAY_SIZE(words); i++) {
        if (strcmp(words[i].word, word) == 0) {
            *ret_flag = words[i].flag;
            return true;
        }
    }
    return false;
}
