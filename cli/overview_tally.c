/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/overview_tally.h"

#include <string.h>

enum { DAY = 24 * 60 * 60 };

/* Bars of CS_PLOT_COVERAGE, of CS_PLOT_FACTORS, and the last one of CS_PLOT_LAST_USE. */
enum { WITH, WITHOUT };
enum { APP, KEY, BOTH, NEITHER };
enum { NEVER = 6 };

static const struct cs_plot_shape shapes[CS_OVERVIEW_PLOTS] = {
    [CS_PLOT_COVERAGE] = {"coverage",
                          "With and without a factor",
                          "accounts",
                          {{"with", "with a factor"}, {"without", "without one"}}},
    [CS_PLOT_FACTORS] = {"factors",
                         "Factors by kind",
                         "users",
                         {{"totp", "authenticator app"},
                          {"u2f", "security key"},
                          {"both", "both"},
                          {"none", "none that is accepted"}}},
    [CS_PLOT_LAST_USE] = {"last_use",
                          "Last use of a factor",
                          "users with a factor",
                          {{"day", "less than a day ago"},
                           {"week", "1 to 7 days ago"},
                           {"month", "7 to 30 days ago"},
                           {"quarter", "30 to 90 days ago"},
                           {"year", "90 days to a year ago"},
                           {"longer", "longer ago"},
                           {"never", "never"}}},
    [CS_PLOT_RECOVERY] = {"recovery_codes",
                          "Recovery codes left",
                          "users",
                          {{"0", "none"},
                           {"1", "1"},
                           {"2", "2"},
                           {"3", "3"},
                           {"4", "4"},
                           {"5", "5"},
                           {"6", "6"},
                           {"7", "7"},
                           {"8", "8"},
                           {"9", "9"},
                           {"10", "10"}}},
};

static const struct cs_note_shape notes[CS_OVERVIEW_NOTES] = {
    [CS_NOTE_NO_FACTOR] = {"Without a factor", "'countersign enroll' gives them one"},
    [CS_NOTE_SUSPENDED] = {"Suspended", "'countersign resume USER' lets one in again"},
    [CS_NOTE_SUSPECT] = {"With a suspect security key",
                         "there may be a copy: 'countersign list USER' shows it, 'countersign "
                         "remove USER ID' removes it"},
    [CS_NOTE_NO_ACCOUNT] = {"Without an account",
                            "'countersign forget USER' removes what is left of one"},
    [CS_NOTE_OTHER_UID] = {"Enrolled for another uid",
                           "a new account of an old name: 'countersign forget USER', then enrol"},
    [CS_NOTE_UNRESOLVED] = {"Not looked up",
                            "the name services failed, so whether there is an account is not "
                            "known"},
};

static const int64_t ages[] = {1, 7, 30, 90, 365};

const struct cs_plot_shape *cs_plot_shape(enum cs_overview_plot plot)
{
    return &shapes[plot];
}

const struct cs_note_shape *cs_note_shape(enum cs_overview_note note)
{
    return &notes[note];
}

size_t cs_plot_bars(const struct cs_plot_shape *shape)
{
    size_t count = 0;

    while (count < CS_BARS_MAX && shape->bars[count].key != NULL)
        count++;
    return count;
}

static size_t kind_of(const struct cs_overview_row *row)
{
    const struct cs_stored_user *user = &row->stored;

    if (cs_overview_noted(row, CS_NOTE_NO_FACTOR))
        return NEITHER;
    if (user->totp == 0)
        return KEY;
    return user->keys > user->suspect ? BOTH : APP;
}

/* A time to come is one of just now: the clock was ahead. */
static size_t age_of(int64_t used, int64_t now)
{
    size_t i = 0;

    if (used == 0)
        return NEVER;
    while (i < CS_ARRAY_SIZE(ages) && now - used >= ages[i] * DAY)
        i++;
    return i;
}

static void count_user(const struct cs_overview_row *row, struct cs_overview_tally *tally)
{
    unsigned left = row->stored.recovery_left;

    tally->users++;
    tally->counts[CS_PLOT_FACTORS][kind_of(row)]++;
    tally->counts[CS_PLOT_RECOVERY][left < CS_BARS_MAX ? left : CS_BARS_MAX - 1]++;
    if (!cs_overview_noted(row, CS_NOTE_NO_FACTOR))
        tally->counts[CS_PLOT_LAST_USE][age_of(row->stored.last_used, tally->now)]++;
}

static enum cs_err note(const struct cs_overview_row *row, struct cs_overview_tally *tally)
{
    enum cs_err result = CS_OK;

    for (int i = 0; i < CS_OVERVIEW_NOTES && result == CS_OK; i++) {
        if (!cs_overview_noted(row, (enum cs_overview_note)i))
            continue;
        if (tally->notes[i]++ < CS_NAMED_MAX)
            result = cs_strlist_add(&tally->named[i], row->stored.name, strlen(row->stored.name));
    }
    return result;
}

static enum cs_err count(const struct cs_overview_row *row, void *context, struct cs_error *error)
{
    struct cs_overview_tally *tally = context;
    bool without = cs_overview_noted(row, CS_NOTE_NO_FACTOR);

    if (row->present)
        count_user(row, tally);
    if (row->expected || !tally->of_expected)
        tally->counts[CS_PLOT_COVERAGE][without ? WITHOUT : WITH]++;
    return note(row, tally) == CS_OK ? CS_OK : cs_fail_nomem(error);
}

enum cs_err cs_overview_count(const struct cs_overview *overview, struct cs_overview_tally *tally,
                              struct cs_error *error)
{
    return cs_overview_each(overview, count, tally, error);
}

void cs_overview_tally_clear(struct cs_overview_tally *tally)
{
    for (size_t i = 0; i < CS_OVERVIEW_NOTES; i++)
        cs_strlist_free(&tally->named[i]);
}
