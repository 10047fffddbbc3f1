/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/reason.h"
#include "cli/cli.h"
#include "cli/verb.h"
#include "settings/suggest.h"

/* All reasons, or the one with this name. */
static bool is_asked_for(const struct cs_reason_row *row, const char *name)
{
    return name == NULL || strcmp(row->name, name) == 0;
}

static int complain_unknown(const char *name)
{
    struct cs_suggestion suggestion = cs_suggest_start(name, strlen(name));
    const char *meant;

    for (size_t i = 0; i < CS_REASONS; i++)
        cs_suggest_consider(&suggestion, cs_reasons[i].name);
    meant = cs_suggest_result(&suggestion);
    if (meant != NULL)
        return cs_usage_error("there is no reason '%s'; '%s' was probably meant", name, meant);
    return cs_usage_error("there is no reason '%s'; 'countersign explain-reason' lists them all",
                          name);
}

void cs_print_reason(const struct cs_reason_row *row)
{
    (void)printf("    %s\n    What to do: %s\n", row->cause, row->advice);
}

static int say(const char *name)
{
    for (size_t i = 0; i < CS_REASONS; i++) {
        const struct cs_reason_row *row = &cs_reasons[i];

        if (!is_asked_for(row, name))
            continue;
        (void)printf("%s\n", row->name);
        cs_print_reason(row);
    }
    return CS_EXIT_OK;
}

/* A list, whether one was asked for or all. */
static int write_json(const char *name)
{
    struct cs_json_writer *writer = cs_json_writer_new();

    cs_json_write_array(writer, NULL);
    for (size_t i = 0; i < CS_REASONS; i++) {
        const struct cs_reason_row *row = &cs_reasons[i];

        if (!is_asked_for(row, name))
            continue;
        cs_json_write_object(writer, NULL);
        cs_json_write_string(writer, "reason", row->name);
        cs_json_write_string(writer, "counts_as", cs_counts_name(row->counts));
        cs_json_write_string(writer, "cause", row->cause);
        cs_json_write_string(writer, "advice", row->advice);
        cs_json_write_end(writer);
    }
    cs_json_write_end(writer);
    return cs_print_json(&writer, CS_JSON_FORMATTED);
}

int cs_cmd_explain_reason(struct cs_cli *cli, const struct cs_words *words)
{
    const char *name = words->operands[0];

    if (name != NULL && cs_reason_find(name) == NULL)
        return complain_unknown(name);
    return cli->json ? write_json(name) : say(name);
}
