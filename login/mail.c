/* SPDX-License-Identifier: Apache-2.0 */
#include "login/mail.h"

#include <string.h>
#include <syslog.h>
#include <time.h>

#include "base/clock.h"
#include "base/strlist.h"
#include "net/mail_address.h"
#include "net/mail_message.h"

enum { TIME_SIZE = 48 };

/* What each change is called in the log, and the text that says it. */
static const struct {
    const char *name;
    enum cs_text text;
} changes[CS_CHANGES] = {
    [CS_CHANGE_ENROLLED] = {"self-enrolled", CS_TEXT_MAIL_ENROLLED},
    [CS_CHANGE_ADDED] = {"added", CS_TEXT_MAIL_ADDED},
    [CS_CHANGE_REPLACED] = {"replaced", CS_TEXT_MAIL_REPLACED},
    [CS_CHANGE_REMOVED] = {"removed", CS_TEXT_MAIL_REMOVED},
    [CS_CHANGE_RECOVERY] = {"recovery", CS_TEXT_MAIL_RECOVERY},
};

/* The texts of one mail, owned. */
struct letter {
    struct cs_buffer from, to, subject, body, text, about;
};

static void letter_clear(struct letter *letter)
{
    cs_buffer_free(&letter->from);
    cs_buffer_free(&letter->to);
    cs_buffer_free(&letter->subject);
    cs_buffer_free(&letter->body);
    cs_buffer_free(&letter->text);
    cs_buffer_free(&letter->about);
}

/* By the machine's own clock and zone, which its administrator's log has, too. In a text that runs
 * from right to left its parts are one word, and keep their order. */
static void write_time(int64_t seconds, bool rtl, char ret_text[TIME_SIZE])
{
    time_t time = (time_t)seconds;
    struct tm parts;
    size_t length = 0;

    if (localtime_r(&time, &parts) != NULL)
        length = rtl ? strftime(ret_text, TIME_SIZE, "%F\u00a0%T\u00a0%z", &parts)
                     : strftime(ret_text, TIME_SIZE, "%F %T %z", &parts);
    ret_text[length] = '\0';
}

static void say(const struct cs_phrasebook *book, enum cs_text key, const char *name,
                struct cs_buffer *out)
{
    struct cs_values values = {0};

    cs_values_set(&values, 'N', name);
    cs_say(book, key, &values, out);
    cs_buffer_text(out, "\n");
}

/* Terminals need a blank before the end of a line; a mail would show it as an odd code. */
static void drop_blanks(struct cs_buffer *text)
{
    size_t length = 0;

    for (size_t i = 0; i < text->length; i++) {
        if (text->text[i] == '\n' && length > 0 && text->text[length - 1] == ' ')
            length--;
        text->text[length++] = text->text[i];
    }
    text->length = length;
    if (text->text != NULL)
        text->text[length] = '\0';
}

static void write_body(const struct cs_phrasebook *book, const struct cs_told *told,
                       struct cs_buffer *body)
{
    char time[TIME_SIZE];

    write_time(told->time, book->catalogue->rtl, time);
    say(book, changes[told->change].text, NULL, body);
    cs_buffer_text(body, "\n");
    say(book, CS_TEXT_MAIL_TIME, time, body);
    say(book, CS_TEXT_MAIL_SERVICE, NULL, body);
    if (told->address[0] != '\0')
        say(book, CS_TEXT_MAIL_ADDRESS, NULL, body);
    cs_buffer_text(body, "\n");
    say(book, CS_TEXT_MAIL_NOT_YOU, NULL, body);
    drop_blanks(body);
}

/* A subject has one line. */
static void write_subject(const struct cs_phrasebook *book, struct cs_buffer *subject)
{
    cs_say(book, CS_TEXT_MAIL_SUBJECT, NULL, subject);
    drop_blanks(subject);
    for (size_t i = 0; i < subject->length; i++) {
        if (subject->text[i] == '\n')
            subject->text[i] = ' ';
    }
}

static enum cs_err write_addresses(struct cs_engine *engine,
                                   const struct cs_mail_settings *settings,
                                   const struct cs_told *told, struct letter *letter,
                                   struct cs_error *error)
{
    CS_AUTO(cs_string_free) char *domain = cs_mail_server_domain(settings->server);
    const struct cs_mail_names names = {.account = told->account,
                                        .identity = told->identity,
                                        .host = cs_engine_host(engine),
                                        .server = domain};
    struct cs_error why = {0};

    if (domain == NULL)
        return cs_fail_nomem(error);
    if (cs_mail_address_write(settings->from, &names, &letter->from, &why) != CS_OK)
        return cs_fail(error, why.code, "mail_from: %s", why.text);
    if (cs_mail_address_write(settings->to, &names, &letter->to, &why) != CS_OK)
        return cs_fail(error, why.code, "mail_to: %s", why.text);
    return CS_OK;
}

static enum cs_err write_letter(struct cs_engine *engine, const struct cs_mail_settings *settings,
                                const struct cs_phrasebook *book, const struct cs_told *told,
                                struct letter *letter, struct cs_error *error)
{
    struct cs_mail_message message = {.language = book->catalogue->translation, .time = told->time};
    enum cs_err result = write_addresses(engine, settings, told, letter, error);
    char id[CS_RECORD_ID_SIZE];

    if (result != CS_OK)
        return result;
    cs_record_id_next(cs_engine_record_ids(engine), id);
    write_subject(book, &letter->subject);
    write_body(book, told, &letter->body);
    cs_buffer_printf(&letter->about, "the mail to %s about the account '%s' (%s)", letter->to.text,
                     told->account, changes[told->change].name);
    if (letter->subject.failed || letter->body.failed || letter->about.failed)
        return cs_fail_nomem(error);
    message.from = letter->from.text;
    message.to = letter->to.text;
    message.subject = letter->subject.text;
    message.body = letter->body.text;
    message.id = id;
    return cs_mail_compose(&message, &letter->text, error);
}

static struct cs_mail_server server_of(const struct cs_mail_settings *settings)
{
    return (struct cs_mail_server){
        .url = settings->server, .starttls = settings->starttls, .ca_file = settings->ca_file};
}

static enum cs_err post(struct cs_engine *engine, const struct cs_mail_settings *settings,
                        const struct cs_phrasebook *book, const struct cs_told *told,
                        struct cs_error *error)
{
    CS_AUTO(letter_clear) struct letter letter = {0};
    struct cs_mailer *mailer = cs_engine_mailer(engine);
    enum cs_err result = write_letter(engine, settings, book, told, &letter, error);

    if (result != CS_OK) {
        cs_mailer_note_lost(mailer);
        return result;
    }
    return cs_mailer_put(mailer,
                         &(struct cs_mail){.server = server_of(settings),
                                           .from = letter.from.text,
                                           .to = letter.to.text,
                                           .text = letter.text.text,
                                           .about = letter.about.text},
                         error);
}

CS_OWN_FRAME void cs_mail_tell(struct cs_engine *engine, const struct cs_mail_settings *settings,
                               const struct cs_phrasebook *book, const struct cs_told *told,
                               const struct cs_log *log)
{
    struct cs_phrasebook own = *book;
    struct cs_error error = {0};

    if (settings->server == NULL || cs_engine_mailer(engine) == NULL)
        return;
    own.ascii = own.mask = false;
    own.listener = (struct cs_listener){0};
    own.values = (struct cs_values){0};
    cs_values_set(&own.values, 'U', told->account);
    cs_values_set(&own.values, 'H', cs_engine_host(engine));
    cs_values_set(&own.values, 'S', told->service);
    cs_values_set(&own.values, 'R', told->address);
    if (post(engine, settings, &own, told, &error) != CS_OK)
        cs_log(log, LOG_ERR, "'%s' gets no mail about a change of factors (%s): %s", told->account,
               changes[told->change].name, error.text);
}

void cs_login_tell(const struct cs_login *login, enum cs_change change)
{
    const struct cs_told told = {.change = change,
                                 .account = login->account.name,
                                 .identity = login->identity,
                                 .service = login->request->service,
                                 .address = login->address,
                                 .time = cs_clock_seconds()};

    cs_mail_tell(login->engine, &login->options.mail, &login->book, &told, &login->log);
}

enum cs_err cs_mail_settings_probe(const struct cs_mail_settings *settings, struct cs_error *error)
{
    const struct cs_mail_server server = server_of(settings);

    return cs_mail_probe(&server, error);
}

void cs_mail_settings_describe(const struct cs_mail_settings *settings, struct cs_buffer *out)
{
    const struct cs_mail_server server = server_of(settings);

    if (settings->server == NULL)
        return;
    cs_buffer_printf(out, "%s, from %s, to %s%s", settings->server, settings->from, settings->to,
                     settings->starttls ? ", only with TLS" : "");
    if (cs_mail_server_is_open(&server))
        cs_buffer_text(out, "; nothing is encrypted on the way there: set mail_starttls");
}
