/* SPDX-License-Identifier: Apache-2.0 */
/* Many users at once. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli/cli.h"
#include "cli/enrol_undo.h"
#include "cli/letter.h"
#include "cli/verb.h"

enum { BATCH, ADD, ISSUER, LETTERS, TEMPLATE, UNTIL, SVG, UNDO, FORCE, SHOW_TEMPLATE };

const struct cs_verb_option cs_options_enroll[CS_VERB_OPTIONS_MAX] = {
    [BATCH] = {"batch", "FILE", "Enrol every user in this file, or none of them."},
    [ADD] = {"add", NULL, "Also those who have such a factor already."},
    [ISSUER] = {"issuer", "TEXT", "What an app shows above the code; may have %U, %H."},
    [LETTERS] = {"letters", "FOLDER", "Write a page for each user, and show no secret."},
    [TEMPLATE] = {"template", "FILE", "The page; a built-in one is the default."},
    [UNTIL] = {"until", "DATE", "The last day to do it, as in 2027-01-31."},
    [SVG] = {"svg", NULL, "Write each QR code alone, too."},
    [UNDO] = {"undo", NULL, "Remove what the last batch or import added, unused."},
    [FORCE] = {"force", NULL, "Remove what was used as well."},
    [SHOW_TEMPLATE] = {"show-template", NULL, "Print the built-in page, to begin with."},
};

/* What each option goes with; itself: it says what to do. */
static const int goes_with[] = {[BATCH] = BATCH,      [ADD] = BATCH,
                                [ISSUER] = BATCH,     [LETTERS] = BATCH,
                                [TEMPLATE] = LETTERS, [UNTIL] = LETTERS,
                                [SVG] = LETTERS,      [UNDO] = UNDO,
                                [FORCE] = UNDO,       [SHOW_TEMPLATE] = SHOW_TEMPLATE};

/* RFC 3339 section 5.6, full-date: everybody reads it alike, in every language. */
static bool is_day(const char *text)
{
    struct tm day = {.tm_hour = 12};
    char again[16];
    int used = 0;

    if (sscanf(text, "%4d-%2d-%2d%n", &day.tm_year, &day.tm_mon, &day.tm_mday, &used) != 3 ||
        text[used] != '\0' || used != 10)
        return false;
    day.tm_year -= 1900;
    day.tm_mon--;
    (void)timegm(&day); /* brings February 30 into March */
    return strftime(again, sizeof again, "%Y-%m-%d", &day) == 10 && strcmp(again, text) == 0;
}

static int check_words(const struct cs_words *words)
{
    unsigned ways = 0;

    for (size_t i = 0; i < CS_ARRAY_SIZE(goes_with); i++) {
        size_t other = (size_t)goes_with[i];

        if (words->options[i] == NULL)
            continue;
        ways += other == i;
        if (words->options[other] == NULL)
            return cs_misuse(words->verb, "--%s goes with --%s only", cs_options_enroll[i].name,
                             cs_options_enroll[other].name);
    }
    if (ways != 1)
        return cs_misuse(words->verb, "one of --batch, --undo and --show-template expected");
    if (words->options[UNTIL] != NULL && !is_day(words->options[UNTIL]))
        return cs_usage_error("--until '%s': a day such as 2027-01-31 expected",
                              words->options[UNTIL]);
    return CS_EXIT_OK;
}

static int enrol(struct cs_cli *cli, const struct cs_words *words)
{
    CS_AUTO(cs_config_release) struct cs_config *config = NULL;
    struct cs_options options;
    struct cs_app_names names;
    const struct cs_batch_choice choice = {.path = words->options[BATCH],
                                           .add = words->options[ADD] != NULL,
                                           .letters = words->options[LETTERS],
                                           .template = words->options[TEMPLATE],
                                           .until = words->options[UNTIL],
                                           .svg = words->options[SVG] != NULL,
                                           .options = &options};
    struct cs_error error = {0};
    enum cs_err result = cs_cli_options(cli, &config, &options, &error);

    cs_cli_act_detail(cli->act, choice.letters != NULL ? "batch, letters" : "batch");
    if (result == CS_OK)
        result = cs_app_names_read(&options, words->options[ISSUER], &names, &error);
    return result == CS_OK ? cs_enrol_batch(cli, &names, &choice) : cs_complain(&error);
}

int cs_cmd_enroll(struct cs_cli *cli, const struct cs_words *words)
{
    int status = check_words(words);

    if (status != CS_EXIT_OK)
        return status;
    if (words->options[SHOW_TEMPLATE] != NULL) {
        cli->act->due = false;
        if (cli->json)
            return cs_usage_error("--show-template prints no JSON: leave --json out");
        (void)fputs(cs_letter_default, stdout);
        return CS_EXIT_OK;
    }
    return words->options[UNDO] != NULL ? cs_enrol_undo(cli, words->options[FORCE] != NULL)
                                        : enrol(cli, words);
}
