/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/check_orphans.h"

#include "cli/overview_tally.h"
#include "cli/overview_text.h"

enum { LOOK_UPS = 100, NAMES = 3 };

static void say(const struct cs_check_sink *sink, const char *text)
{
    sink->note(sink->context, "users without an account", text);
}

void cs_check_orphans(const struct cs_cli *cli, const struct cs_check_sink *sink)
{
    CS_AUTO(cs_overview_clear) struct cs_overview overview = {0};
    CS_AUTO(cs_overview_tally_clear) struct cs_overview_tally tally = {0};
    CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};
    const struct cs_overview_choice choice = {.look_ups = LOOK_UPS};
    struct cs_error error = {0};
    enum cs_err result = cs_overview_read(cli, &choice, &overview, &error);

    if (result == CS_OK)
        result = cs_overview_count(&overview, &tally, &error);
    if (result != CS_OK) {
        say(sink, error.text);
        return;
    }
    if (tally.notes[CS_NOTE_NO_ACCOUNT] == 0)
        return;
    cs_buffer_printf(&text, "%u (", tally.notes[CS_NOTE_NO_ACCOUNT]);
    cs_overview_names(&tally, CS_NOTE_NO_ACCOUNT, NAMES, &text);
    cs_buffer_text(&text, "); 'countersign report' says who else needs a look, 'countersign forget "
                          "USER' removes what is left of one");
    say(sink, text.failed ? "there are some; see 'countersign report'" : text.text);
}
