/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/overview_text.h"

#include <string.h>

#include "base/sanitise.h"
#include "cli/table.h"

enum { NAMES = 20 };

static enum cs_err say_plot(const struct cs_overview_tally *tally, enum cs_overview_plot plot,
                            struct cs_error *error)
{
    CS_AUTO(cs_table_clear)
    struct cs_table table = {.columns = 2, .numbers = 2, .indent = 2};
    const struct cs_plot_shape *shape = cs_plot_shape(plot);

    (void)printf("\n%s (%s)\n", shape->title, shape->what);
    for (size_t i = 0; i < cs_plot_bars(shape); i++) {
        char number[16];

        (void)snprintf(number, sizeof number, "%u", tally->counts[plot][i]);
        cs_table_add(&table, shape->bars[i].label, number);
    }
    return cs_table_print(&table, stdout, error);
}

void cs_overview_names(const struct cs_overview_tally *tally, enum cs_overview_note note,
                       size_t most, struct cs_buffer *out)
{
    const struct cs_strlist *named = &tally->named[note];
    size_t shown = named->count < most ? named->count : most;

    for (size_t i = 0; i < shown; i++) {
        cs_buffer_text(out, i > 0 ? ", " : "");
        cs_sanitise(out, named->items[i], strlen(named->items[i]));
    }
    if (tally->notes[note] > shown)
        cs_buffer_printf(out, " and %zu more", tally->notes[note] - shown);
}

static enum cs_err say_note(const struct cs_overview_tally *tally, enum cs_overview_note note,
                            struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer names = {0};
    const struct cs_note_shape *shape = cs_note_shape(note);

    cs_overview_names(tally, note, NAMES, &names);
    if (names.failed)
        return cs_fail_nomem(error);
    (void)printf("\n%s: %u (%s)\n  %s\n", shape->title, tally->notes[note], shape->advice,
                 names.text ? names.text : "");
    return CS_OK;
}

enum cs_err cs_overview_say(const struct cs_overview_tally *tally, struct cs_error *error)
{
    enum cs_err result = CS_OK;

    (void)printf("users who have something in the store: %u\n", tally->users);
    for (int i = 0; i < CS_OVERVIEW_PLOTS && result == CS_OK; i++)
        result = say_plot(tally, (enum cs_overview_plot)i, error);
    for (int i = 0; i < CS_OVERVIEW_NOTES && result == CS_OK; i++) {
        if (tally->notes[i] > 0)
            result = say_note(tally, (enum cs_overview_note)i, error);
    }
    return result;
}

void cs_overview_write(const struct cs_overview_tally *tally, struct cs_json_writer *writer)
{
    cs_json_write_integer(writer, "users_stored", tally->users);
    for (int i = 0; i < CS_OVERVIEW_PLOTS; i++) {
        const struct cs_plot_shape *shape = cs_plot_shape((enum cs_overview_plot)i);

        cs_json_write_object(writer, shape->key);
        for (size_t bar = 0; bar < cs_plot_bars(shape); bar++)
            cs_json_write_integer(writer, shape->bars[bar].key, tally->counts[i][bar]);
        cs_json_write_end(writer);
    }
    cs_json_write_object(writer, "notes");
    for (int i = 0; i < CS_OVERVIEW_NOTES; i++)
        cs_json_write_integer(writer, cs_overview_word((enum cs_overview_note)i), tally->notes[i]);
    cs_json_write_end(writer);
}
