/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file of pam_google_authenticator: the secret in base32, then options, which begin with a
 * quotation mark and a blank, and emergency codes, in any order.
 */
#include <string.h>

#include "import/base32.h"
#include "import/imported.h"

enum { STEP_MAX = 60, WINDOW_MAX = 100, CODE_DIGITS = 8, SKEW_MAX = 1000000, BY_TIME_MAX = 4 };

struct reading {
    const struct cs_import_source *source;
    struct cs_imports *imports;
    struct cs_imported *row;
    size_t line;
    bool totp, hotp, faulty;
    const char *by_time[BY_TIME_MAX]; /* options that mean nothing for codes by counter */
    size_t by_time_count;
    int64_t used; /* the last time step whose code was used; -1: none */
    size_t codes; /* also those for which there is no room */
};

/* NULL, or what is wrong. `value` is what follows the option's name, perhaps "". */
typedef const char *take_option(struct reading *reading, char *value);

/* Only the whole file shows what the codes go by. */
static void is_by_time(struct reading *reading, const char *option)
{
    if (reading->by_time_count < BY_TIME_MAX)
        reading->by_time[reading->by_time_count++] = option;
}

static const char *take_totp(struct reading *reading, char *value)
{
    reading->totp = true;
    return value[0] == '\0' ? NULL : "TOTP_AUTH takes no value";
}

static const char *take_counter(struct reading *reading, char *value)
{
    int64_t next;

    if (!cs_import_number(value, INT64_MAX, &next))
        return "HOTP_COUNTER is not a number";
    reading->hotp = true;
    reading->row->factor.kind = CS_STORED_HOTP;
    reading->row->factor.last_step = next - 1;
    return NULL;
}

static const char *take_window(struct reading *reading, char *value)
{
    int64_t window;

    if (!cs_import_number(value, WINDOW_MAX, &window) || window == 0)
        return "WINDOW_SIZE is not 1 to 100";
    reading->row->window = (unsigned)window;
    return NULL;
}

static const char *take_step(struct reading *reading, char *value)
{
    int64_t seconds;

    if (!cs_import_number(value, STEP_MAX, &seconds) || seconds == 0)
        return "STEP_SIZE is not 1 to 60";
    reading->row->factor.period = (unsigned)seconds;
    is_by_time(reading, "STEP_SIZE");
    return NULL;
}

/* The time steps whose codes were used. Here one number is kept, below which all are spent. */
static const char *take_used(struct reading *reading, char *value)
{
    char *word, *rest = value;
    int64_t step;

    is_by_time(reading, "DISALLOW_REUSE");
    while ((word = strsep(&rest, " \t")) != NULL) {
        if (word[0] == '\0')
            continue;
        if (!cs_import_number(word, INT64_MAX / CS_IMPORT_PERIOD_MAX, &step))
            return "DISALLOW_REUSE has something else than numbers";
        if (step > reading->used)
            reading->used = step;
    }
    return NULL;
}

/* How many steps the device's clock is ahead. */
static const char *take_skew(struct reading *reading, char *value)
{
    bool behind = value[0] == '-';
    int64_t steps;

    if (!cs_import_number(value + behind, SKEW_MAX, &steps))
        return "TIME_SKEW is not a number";
    reading->row->factor.drift = behind ? -steps : steps;
    is_by_time(reading, "TIME_SKEW");
    return NULL;
}

static const char *lose_rate_limit(struct reading *reading, char *value)
{
    (void)value;
    cs_imported_lose(reading->row,
                     "RATE_LIMIT is not taken over: here delays follow failed tries (throttle)");
    return NULL;
}

static const char *lose_resetting(struct reading *reading, char *value)
{
    (void)value;
    cs_imported_lose(reading->row, "RESETTING_TIME_SKEW, a correction of the clock that was not "
                                   "finished, is not taken over");
    return NULL;
}

static const struct {
    const char *name;
    take_option *take;
} options[] = {{"TOTP_AUTH", take_totp},        {"HOTP_COUNTER", take_counter},
               {"WINDOW_SIZE", take_window},    {"STEP_SIZE", take_step},
               {"DISALLOW_REUSE", take_used},   {"TIME_SKEW", take_skew},
               {"RATE_LIMIT", lose_rate_limit}, {"RESETTING_TIME_SKEW", lose_resetting}};

static const char *read_option(struct reading *reading, char *text)
{
    char *value = text;
    const char *name = strsep(&value, " \t");

    if (value == NULL)
        value = text + strlen(text);
    value += strspn(value, " \t");
    for (size_t i = 0; i < CS_ARRAY_SIZE(options); i++) {
        if (strcmp(options[i].name, name) == 0)
            return options[i].take(reading, value);
    }
    if (strncmp(name, "LAST", 4) == 0)
        cs_imported_lose(reading->row, "%.16s, a host with a grace period, is not taken over",
                         name);
    else
        cs_imported_lose(reading->row, "the option '%.32s' is not known here", name);
    return NULL;
}

static const char *read_code(struct reading *reading, const char *text)
{
    struct cs_imported *row = reading->row;

    if (strlen(text) != CODE_DIGITS || strspn(text, "0123456789") != CODE_DIGITS)
        return "it is neither an option nor an emergency code of 8 digits";
    if (reading->codes++ < CS_RECOVERY_CODES &&
        cs_secret_set(&row->codes[row->codes_count++], text, CODE_DIGITS) != CS_OK)
        row->failed = true;
    return NULL;
}

static const char *read_line(struct reading *reading, char *text)
{
    size_t length = strlen(text);

    while (length > 0 && strchr(" \t\r", text[length - 1]) != NULL)
        text[--length] = '\0';
    if (reading->line == 1)
        return cs_import_base32_loose(text, &reading->row->factor.secret)
                   ? NULL
                   : "it is no secret in base32";
    if (length == 0)
        return NULL;
    return text[0] == '"' && (text[1] == ' ' || text[1] == '\t') ? read_option(reading, text + 2)
                                                                 : read_code(reading, text);
}

static enum cs_err fault(struct reading *reading, size_t line, const char *text)
{
    reading->faulty = true;
    return cs_imports_fault(reading->imports, reading->source, line, "%s", text);
}

static void settle_kind(struct reading *reading)
{
    struct cs_imported *row = reading->row;

    if (row->factor.kind == CS_STORED_TOTP) {
        row->factor.last_step = reading->used;
        return;
    }
    row->factor.period = 0;
    row->factor.drift = 0;
    for (size_t i = 0; i < reading->by_time_count; i++)
        cs_imported_lose(row, "%s is not taken over: it means nothing for codes by counter",
                         reading->by_time[i]);
}

/* What only the whole file shows. */
static enum cs_err finish(struct reading *reading, struct cs_error *error)
{
    enum cs_err result = CS_OK;

    if (!reading->faulty && reading->totp == reading->hotp)
        result = fault(reading, 0,
                       reading->totp ? "it has both TOTP_AUTH and HOTP_COUNTER"
                                     : "it has neither TOTP_AUTH nor HOTP_COUNTER");
    if (result != CS_OK)
        return cs_fail_nomem(error);
    if (reading->faulty)
        return CS_OK;
    settle_kind(reading);
    if (reading->codes > CS_RECOVERY_CODES)
        cs_imported_lose(reading->row, "of its %zu emergency codes the last %zu are not taken over",
                         reading->codes, reading->codes - CS_RECOVERY_CODES);
    return cs_imports_add(reading->imports, &reading->row, error);
}

static void free_reading(struct reading *reading)
{
    cs_imported_free(&reading->row);
}

enum cs_err cs_import_google(const struct cs_import_source *source, struct cs_imports *imports,
                             struct cs_error *error)
{
    CS_AUTO(free_reading)
    struct reading reading = {
        .source = source, .imports = imports, .row = cs_imported_new(source, 0), .used = -1};
    char *text, *rest = source->text;

    if (reading.row == NULL)
        return cs_fail_nomem(error);
    if (source->user != NULL && !cs_imported_user(reading.row, source->user, strlen(source->user)))
        return fault(&reading, 0, "the user's name is too long") == CS_OK ? CS_OK
                                                                          : cs_fail_nomem(error);
    while ((text = strsep(&rest, "\n")) != NULL) {
        const char *wrong;

        reading.line++;
        wrong = read_line(&reading, text);
        if (wrong != NULL && fault(&reading, reading.line, wrong) != CS_OK)
            return cs_fail_nomem(error);
        if (reading.line == 1 && wrong != NULL)
            return CS_OK; /* what follows is no such file either */
    }
    return finish(&reading, error);
}
