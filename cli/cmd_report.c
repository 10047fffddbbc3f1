/* SPDX-License-Identifier: Apache-2.0 */
/* Who has which factor, and who has none: for people, for programs, and as a page. */
#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "cli/overview.h"
#include "cli/overview_page.h"
#include "cli/overview_row.h"
#include "cli/overview_text.h"
#include "cli/overview_words.h"
#include "cli/verb.h"

enum { GROUP, UID_MIN, CSV, HTML };

const struct cs_verb_option cs_options_report[CS_VERB_OPTIONS_MAX] = {
    [GROUP] = {"group", "NAME", "Members of this group ought to have a factor."},
    [UID_MIN] = {"uid-min", "NUMBER", "So ought local accounts from this uid on, but 65534."},
    [CSV] = {"csv", NULL, "Print every user as a line of CSV."},
    [HTML] = {"html", "FILE", "Write a page with plots to this file."},
};

static enum cs_err read_uid(const char *text, struct cs_uid *ret_uid, struct cs_error *error)
{
    char *end = NULL;
    unsigned long number;

    errno = 0;
    number = strtoul(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 || number > (uid_t)-2)
        return cs_fail(error, CS_ERR_INPUT, "--uid-min: '%s' is not a uid, such as 1000", text);
    *ret_uid = (struct cs_uid){.known = true, .value = (uid_t)number};
    return CS_OK;
}

static void name_expected(const struct cs_overview_choice *choice, struct cs_buffer *out)
{
    if (choice->group != NULL)
        cs_buffer_printf(out, "members of %s", choice->group);
    if (choice->least.known)
        cs_buffer_printf(out, "%suids from %u on", choice->group != NULL ? " and " : "",
                         (unsigned)choice->least.value);
}

static enum cs_err save_page(const struct cs_overview *overview,
                             const struct cs_overview_tally *tally,
                             const struct cs_overview_choice *choice, const char *path,
                             struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer expected = {0};
    CS_AUTO(cs_buffer_free) struct cs_buffer page = {0};
    struct cs_overview_heading heading;
    struct utsname host;
    enum cs_err result = cs_cli_host(&host, error);

    if (result != CS_OK)
        return result;
    name_expected(choice, &expected);
    if (expected.failed)
        return cs_fail_nomem(error);
    heading = (struct cs_overview_heading){.host = host.nodename,
                                           .expected = expected.text ? expected.text : ""};
    result = cs_overview_page(overview, tally, &heading, &page, error);
    if (result == CS_OK)
        result = cs_overview_save(path, &page, error);
    if (result == CS_OK)
        (void)printf("%s is a page about %u users. Anybody who can read it knows who has no "
                     "factor.\n",
                     path, tally->users);
    return result;
}

/* The rows may be many, so they are no part of the writer's tree: they take the place of its last
 * brace. */
static enum cs_err print_json(const struct cs_overview *overview,
                              const struct cs_overview_tally *tally, struct cs_error *error)
{
    struct cs_json_writer *writer = cs_json_writer_new();
    CS_AUTO(cs_secret_free) struct cs_secret text = {0};
    char now[CS_TIME_SIZE];
    enum cs_err result;

    cs_format_time(tally->now, now);
    cs_json_write_object(writer, NULL);
    cs_json_write_string(writer, "time", now);
    cs_overview_write(tally, writer);
    cs_json_write_end(writer);
    result = cs_json_print(writer, CS_JSON_COMPACT, &text, error);
    cs_json_writer_free(&writer);
    if (result != CS_OK)
        return result;
    (void)printf("%.*s,\n\"users\": ", (int)text.length - 1, text.data);
    result = cs_overview_print_json(overview, error);
    (void)fputs("}\n", stdout);
    return result;
}

/* In the form that was asked for. */
static enum cs_err show(const struct cs_cli *cli, const struct cs_words *words,
                        const struct cs_overview *overview, const struct cs_overview_choice *choice,
                        struct cs_error *error)
{
    CS_AUTO(cs_overview_tally_clear)
    struct cs_overview_tally tally = {.now = cs_clock_seconds(),
                                      .of_expected = choice->group != NULL || choice->least.known};
    enum cs_err result;

    if (words->options[CSV] != NULL)
        return cs_overview_print_csv(overview, error);
    result = cs_overview_count(overview, &tally, error);
    if (result != CS_OK)
        return result;
    if (words->options[HTML] != NULL)
        return save_page(overview, &tally, choice, words->options[HTML], error);
    return cli->json ? print_json(overview, &tally, error) : cs_overview_say(&tally, error);
}

int cs_cmd_report(struct cs_cli *cli, const struct cs_words *words)
{
    CS_AUTO(cs_overview_clear) struct cs_overview overview = {0};
    struct cs_overview_choice choice = {.group = words->options[GROUP]};
    struct cs_error error = {0};
    enum cs_err result = CS_OK;

    if ((words->options[CSV] != NULL) + (words->options[HTML] != NULL) + cli->json > 1)
        return cs_misuse(words->verb, "--csv, --html and --json are three forms: choose one");
    if (words->options[UID_MIN] != NULL)
        result = read_uid(words->options[UID_MIN], &choice.least, &error);
    if (result != CS_OK)
        return cs_usage_error("%s", error.text);
    result = cs_overview_read(cli, &choice, &overview, &error);
    if (result == CS_OK)
        result = show(cli, words, &overview, &choice, &error);
    return result == CS_OK ? cs_overview_end(&overview) : cs_complain(&error);
}
