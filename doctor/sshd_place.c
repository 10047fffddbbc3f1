/* SPDX-License-Identifier: Apache-2.0 */
/* Which line a value in force comes from. sshd says only the value. */
#include <string.h>
#include <strings.h>

#include "doctor/sshd_case.h"

bool cs_sshd_is(const struct cs_sshd_case *found, const char *keyword, const char *value)
{
    return strcmp(cs_sshd_value(found->view, keyword), value) == 0;
}

bool cs_sshd_in_block(const struct cs_sshd_case *found, const char *keyword)
{
    return found->view->block != 0 &&
           cs_sshd_text_find(found->text, found->view->block, keyword) != NULL;
}

/* Blocks may overlap: then the value tells, first among those that are about everybody. */
static const struct cs_sshd_line *find_by_value(const struct cs_sshd_case *found,
                                                const char *keyword, bool narrow)
{
    const char *value = cs_sshd_value(found->view, keyword);

    for (size_t i = 0; i < found->text->line_count; i++) {
        const struct cs_sshd_line *line = &found->text->lines[i];
        bool general = line->block == 0 || found->text->blocks[line->block - 1].everybody;

        if ((narrow || general) && strcmp(line->keyword, keyword) == 0 &&
            strcasecmp(line->value, value) == 0)
            return line;
    }
    return NULL;
}

struct cs_place cs_sshd_place(const struct cs_sshd_case *found, const char *keyword)
{
    const struct cs_sshd_line *line = cs_sshd_text_find(found->text, found->view->block, keyword);

    if (line == NULL)
        line = cs_sshd_text_find(found->text, 0, keyword);
    if (line == NULL || strcasecmp(line->value, cs_sshd_value(found->view, keyword)) != 0) {
        const struct cs_sshd_line *other = find_by_value(found, keyword, false);

        other = other != NULL ? other : find_by_value(found, keyword, true);
        line = other != NULL ? other : line;
    }
    return line != NULL ? (struct cs_place){line->path, line->line}
                        : (struct cs_place){cs_sshd_config, 0};
}
