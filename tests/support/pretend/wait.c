/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A method that waits for an approval given by a file: /run/pretend/USER contains "approved",
 * "denied" or "expired"; while it does not exist the request is pending.
 */
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "base/clock.h"
#include "conversation/waiting.h"
#include "methods/method.h"

enum { WAIT_MS = 30000, POLL_MS = 100 };

static enum cs_err poll_file(void *context, struct cs_hold *hold, enum cs_wait_state *ret_state,
                             struct cs_error *error)
{
    static const struct {
        const char *word;
        enum cs_wait_state state;
    } words[] = {
        {"approved", CS_WAIT_APPROVED}, {"denied", CS_WAIT_DENIED}, {"expired", CS_WAIT_EXPIRED}};
    char path[300], line[32] = "";
    FILE *file;

    (void)hold;
    (void)error;
    (void)snprintf(path, sizeof path, "/run/pretend/%s", (const char *)context);
    file = fopen(path, "re");
    if (file == NULL)
        return CS_OK;
    if (fgets(line, sizeof line, file) == NULL)
        line[0] = '\0';
    (void)fclose(file);
    line[strcspn(line, "\n")] = '\0';
    for (size_t i = 0; i < CS_ARRAY_SIZE(words); i++) {
        if (strcmp(words[i].word, line) == 0)
            *ret_state = words[i].state;
    }
    return CS_OK;
}

/* What is awaited, apart from how. */
static enum cs_verdict run_wait(struct cs_method_login *login, struct cs_waiting waiting)
{
    enum cs_wait_state state = CS_WAIT_PENDING;
    struct cs_error error = {0};
    const char *identity = NULL;
    enum cs_err result = login->calls->identify(login->context, &identity, &error);
    char name[256];

    (void)snprintf(name, sizeof name, "%s", identity ? identity : "nobody");
    waiting.mode = login->given->wait_mode;
    waiting.deadline = cs_clock_ms() + WAIT_MS;
    waiting.poll_ms = POLL_MS;
    waiting.poll = poll_file;
    waiting.context = name;
    if (result == CS_OK)
        result = cs_wait_for_approval(login->given->channel, login->given->book, &waiting, &state,
                                      &error);
    cs_log(login->given->log, LOG_INFO, "pretend: waited, state %d %s", (int)state, error.text);
    if (result != CS_OK)
        return CS_VERDICT_ABORTED;
    return state == CS_WAIT_APPROVED && identity != NULL ? CS_VERDICT_ALLOW : CS_VERDICT_DENY;
}

static enum cs_verdict run_plain(struct cs_method_login *login, const struct cs_method *method,
                                 const struct cs_listed_factor *factor)
{
    (void)method;
    (void)factor;
    return run_wait(login, (struct cs_waiting){.device = "Phone"});
}

static enum cs_verdict run_number(struct cs_method_login *login, const struct cs_method *method,
                                  const struct cs_listed_factor *factor)
{
    (void)method;
    (void)factor;
    return run_wait(login, (struct cs_waiting){.device = "Phone", .correlation = "42"});
}

static enum cs_verdict run_word(struct cs_method_login *login, const struct cs_method *method,
                                const struct cs_listed_factor *factor)
{
    (void)method;
    (void)factor;
    return run_wait(
        login,
        (struct cs_waiting){.place = CS_PLACE_PHONE, .correlation = "K7QX2MPA", .compares = true});
}

static enum cs_verdict run_browser(struct cs_method_login *login, const struct cs_method *method,
                                   const struct cs_listed_factor *factor)
{
    (void)method;
    (void)factor;
    return run_wait(login, (struct cs_waiting){.place = CS_PLACE_BROWSER,
                                               .correlation = "WDJB-MJHT",
                                               .url = "https://id.example.com/device"});
}

extern const struct cs_method cs_method_pretend_wait, cs_method_pretend_number,
    cs_method_pretend_word, cs_method_pretend_browser;
const struct cs_method cs_method_pretend_wait = {.name = "pretend-wait", .run = run_plain};
const struct cs_method cs_method_pretend_number = {.name = "pretend-number", .run = run_number};
const struct cs_method cs_method_pretend_word = {.name = "pretend-word", .run = run_word};
const struct cs_method cs_method_pretend_browser = {.name = "pretend-browser", .run = run_browser};
