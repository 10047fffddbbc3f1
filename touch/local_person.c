/* SPDX-License-Identifier: Apache-2.0 */
#include "touch/local_person.h"

#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "touch/askpass.h"
#include "touch/terminal.h"

static struct cs_touch_local_person *local_of(struct cs_touch_person *person)
{
    return (struct cs_touch_local_person *)person;
}

/* An askpass may interpret markup or escapes, which the server must not be able to write. */
static enum cs_err disarm(const char *text, struct cs_buffer *out, struct cs_error *error)
{
    cs_buffer_text(out, text);
    if (out->failed)
        return cs_fail_nomem(error);
    for (char *at = out->text; *at != '\0'; at++) {
        if (*at == '<' || *at == '&' || *at == '\\')
            *at = '?';
    }
    return CS_OK;
}

static void told(struct cs_touch_person *person)
{
    struct cs_touch_local_person *local = local_of(person);

    cs_touch_end_notice(local->notice);
    local->notice = -1;
}

/* ---- on the terminal ---- */

static enum cs_err tell_terminal(struct cs_touch_person *person, const char *text,
                                 struct cs_error *error)
{
    (void)person;
    return cs_touch_show(text)
               ? CS_OK
               : cs_fail(error, CS_ERR_UNAVAILABLE, "the terminal is not there any more");
}

static enum cs_err ask_terminal(struct cs_touch_person *person, const char *text,
                                struct cs_secret *ret_secret, struct cs_error *error)
{
    (void)person;
    return cs_touch_ask(text, false, ret_secret, error);
}

static const struct cs_touch_person_ops terminal = {tell_terminal, told, ask_terminal};

/* ---- through another askpass ---- */

static enum cs_err tell_askpass(struct cs_touch_person *person, const char *text,
                                struct cs_error *error)
{
    struct cs_touch_local_person *local = local_of(person);
    CS_AUTO(cs_buffer_free) struct cs_buffer clean = {0};
    enum cs_err result = disarm(text, &clean, error);

    if (result != CS_OK)
        return result;
    told(person);
    local->notice = cs_touch_start_notice(local->askpass, clean.text);
    if (local->notice < 0)
        cs_touch_write(STDERR_FILENO, clean.text);
    return CS_OK;
}

static enum cs_err ask_askpass(struct cs_touch_person *person, const char *text,
                               struct cs_secret *ret_secret, struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer clean = {0};
    enum cs_err result = disarm(text, &clean, error);

    return result == CS_OK ? cs_touch_ask_through(local_of(person)->askpass, clean.text,
                                                  person->reader, ret_secret, error)
                           : result;
}

static const struct cs_touch_person_ops other_askpass = {tell_askpass, told, ask_askpass};

/* ---- on standard error ---- */

static enum cs_err tell_stderr(struct cs_touch_person *person, const char *text,
                               struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer clean = {0};
    enum cs_err result = disarm(text, &clean, error);

    (void)person;
    if (result == CS_OK)
        cs_touch_write(STDERR_FILENO, clean.text);
    return result;
}

static enum cs_err ask_stderr(struct cs_touch_person *person, const char *text,
                              struct cs_secret *ret_secret, struct cs_error *error)
{
    (void)person;
    (void)text;
    (void)ret_secret;
    return cs_fail(error, CS_ERR_CANNOT_ASK,
                   "the security key needs its PIN, and there is no terminal to ask for it; log in "
                   "from a terminal, or let " CS_TOUCH_ASKPASS " name an askpass");
}

static const struct cs_touch_person_ops standard_error = {tell_stderr, told, ask_stderr};

void cs_touch_local_person_init(struct cs_touch_local_person *local, const char *askpass)
{
    *local = (struct cs_touch_local_person){
        .person = {.ops = &standard_error, .reader = cs_touch_reader()},
        .askpass = askpass,
        .notice = -1};
    if (askpass != NULL)
        local->person.ops = &other_askpass;
    if (cs_touch_has_terminal())
        local->person.ops = &terminal;
}
