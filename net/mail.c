/* SPDX-License-Identifier: Apache-2.0 */
/* The queue and its thread. */
#include "net/mail.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>

#include "base/address.h"
#include "base/buffer.h"
#include "base/clock.h"
#include "base/strlist.h"
#include "net/http_thread.h"
#include "net/mail_address.h"
#include "net/mail_priv.h"

static const unsigned usual_pauses_ms[CS_MAIL_TRIES_MAX - 1] = {10 * 1000, 60 * 1000, 300 * 1000};

/* A mail, and what the queue knows of it. Owns its texts. */
struct job {
    struct job *next;
    struct cs_mail mail;
    char *texts[6]; /* what `mail` points at */
    unsigned tries;
    int64_t put, due; /* cs_clock_ms */
};

struct cs_mailer {
    const struct cs_log *log;
    const unsigned *pauses_ms;
    pthread_mutex_t lock; /* for everything below, up to `thread` */
    pthread_cond_t changed;
    struct job *first;
    unsigned count; /* in the queue, and the one under way */
    bool started;
    bool finishing; /* no further tries */
    bool stop;
    struct cs_mail_counts counts;

    pthread_t thread;
    struct cs_mail_line line; /* its `multi` is set before the thread starts */
};

/* ---- one mail ---- */

static void job_free(struct job **job)
{
    if (*job == NULL)
        return;
    for (size_t i = 0; i < CS_ARRAY_SIZE((*job)->texts); i++)
        free((*job)->texts[i]);
    free(*job);
    *job = NULL;
}

static bool copy_text(char **copy, const char *text, const char **ret_member)
{
    *copy = text != NULL ? strdup(text) : NULL;
    *ret_member = *copy;
    return text == NULL || *copy != NULL;
}

static struct job *copy_mail(const struct cs_mail *mail)
{
    struct job *job = calloc(1, sizeof *job);
    struct cs_mail *copy;

    if (job == NULL)
        return NULL;
    copy = &job->mail;
    copy->server.starttls = mail->server.starttls;
    job->put = job->due = cs_clock_ms();
    if (!copy_text(&job->texts[0], mail->server.url, &copy->server.url) ||
        !copy_text(&job->texts[1], mail->server.ca_file, &copy->server.ca_file) ||
        !copy_text(&job->texts[2], mail->from, &copy->from) ||
        !copy_text(&job->texts[3], mail->to, &copy->to) ||
        !copy_text(&job->texts[4], mail->text, &copy->text) ||
        !copy_text(&job->texts[5], mail->about, &copy->about))
        job_free(&job);
    return job;
}

/* ---- the queue; with the lock held ---- */

static void append(struct cs_mailer *mailer, struct job *job)
{
    struct job **end = &mailer->first;

    while (*end != NULL)
        end = &(*end)->next;
    job->next = NULL;
    *end = job;
}

/* What is due first, and of that what came first; `ret_due`: when it is, INT64_MAX for nothing. */
static struct job **find_next(struct cs_mailer *mailer, int64_t *ret_due)
{
    struct job **found = NULL;

    *ret_due = INT64_MAX;
    for (struct job **at = &mailer->first; *at != NULL; at = &(*at)->next) {
        if ((*at)->due < *ret_due) {
            *ret_due = (*at)->due;
            found = at;
        }
    }
    return found;
}

static void wait_for_change(struct cs_mailer *mailer, int64_t until)
{
    struct timespec when = {.tv_sec = (time_t)(until / 1000),
                            .tv_nsec = (long)(until % 1000) * 1000000};

    if (until == INT64_MAX)
        (void)pthread_cond_wait(&mailer->changed, &mailer->lock);
    else
        (void)pthread_cond_timedwait(&mailer->changed, &mailer->lock, &when);
}

/* NULL: stop. */
static struct job *take_next(struct cs_mailer *mailer)
{
    for (;;) {
        int64_t due;
        struct job **found = find_next(mailer, &due);
        struct job *job = found != NULL ? *found : NULL;

        if (job != NULL && (due <= cs_clock_ms() || mailer->finishing)) {
            *found = job->next;
            return job;
        }
        if (mailer->stop)
            return NULL;
        wait_for_change(mailer, due);
    }
}

static void settle(struct cs_mailer *mailer, struct job **job, bool sent)
{
    if (sent)
        mailer->counts.sent++;
    else
        mailer->counts.lost++;
    mailer->count--;
    pthread_cond_broadcast(&mailer->changed);
    job_free(job);
}

/* ---- the thread; without the lock ---- */

static void give_up(const struct cs_mailer *mailer, const struct job *job, const char *why)
{
    cs_log(mailer->log, LOG_ERR, "%s is given up after %u tries, and not sent: %s", job->mail.about,
           job->tries, why);
}

/* Whether it was sent. *ret_again: it will be tried again, at `due`. */
static bool try_once(struct cs_mailer *mailer, struct job *job, bool finishing, bool *ret_again)
{
    struct cs_error error = {0};
    struct cs_mail_outcome outcome;

    *ret_again = false;
    if (finishing && (job->tries > 0 || cs_clock_ms() >= atomic_load(&mailer->line.until))) {
        give_up(mailer, job, "the program ends");
        return false;
    }
    if (cs_clock_ms() - job->put > CS_MAIL_OLD_MS) {
        give_up(mailer, job, "others before it took too long");
        return false;
    }
    outcome = cs_mail_try(&mailer->line, &job->mail, &error);
    job->tries++;
    if (outcome.result == CS_OK) {
        cs_log(mailer->log, LOG_INFO, "%s was handed to %s", job->mail.about, job->mail.server.url);
        return true;
    }
    *ret_again = outcome.passing && job->tries < CS_MAIL_TRIES_MAX;
    if (!*ret_again) {
        give_up(mailer, job, error.text);
        return false;
    }
    job->due = cs_clock_ms() + mailer->pauses_ms[job->tries - 1];
    cs_log(mailer->log, LOG_WARNING, "%s is not sent yet, and is tried again in %u s: %s",
           job->mail.about, (mailer->pauses_ms[job->tries - 1] + 999) / 1000, error.text);
    return false;
}

static void *run(void *argument)
{
    struct cs_mailer *mailer = argument;
    struct job *job;

    pthread_mutex_lock(&mailer->lock);
    while ((job = take_next(mailer)) != NULL) {
        bool finishing = mailer->finishing, again, sent;

        pthread_mutex_unlock(&mailer->lock);
        sent = try_once(mailer, job, finishing, &again);
        pthread_mutex_lock(&mailer->lock);
        if (again)
            append(mailer, job);
        else
            settle(mailer, &job, sent);
    }
    pthread_mutex_unlock(&mailer->lock);
    return NULL;
}

/* ---- the mailer ---- */

struct cs_mailer *cs_mailer_new(const struct cs_log *log, const unsigned *pauses_ms)
{
    struct cs_mailer *mailer = calloc(1, sizeof *mailer);
    pthread_condattr_t monotonic;

    if (mailer == NULL)
        return NULL;
    if (pthread_condattr_init(&monotonic) != 0) {
        free(mailer);
        return NULL;
    }
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&mailer->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_mutex_init(&mailer->lock, NULL);
    mailer->log = log;
    mailer->pauses_ms = pauses_ms != NULL ? pauses_ms : usual_pauses_ms;
    atomic_store(&mailer->line.until, INT64_MAX);
    return mailer;
}

/* With the lock held. */
static enum cs_err start(struct cs_mailer *mailer, struct cs_error *error)
{
    enum cs_err result = CS_OK;

    if (mailer->started)
        return CS_OK;
    if (mailer->line.multi == NULL)
        result = cs_mail_line_open(&mailer->line, error);
    if (result != CS_OK)
        return result;
    mailer->started = cs_http_thread_start(run, mailer, &mailer->thread);
    return mailer->started ? CS_OK
                           : cs_fail(error, CS_ERR_UNAVAILABLE,
                                     "cannot start a thread; raise the limit on threads");
}

/* With the lock held. */
static enum cs_err queue(struct cs_mailer *mailer, struct job **job, struct cs_error *error)
{
    enum cs_err result;

    if (mailer->finishing)
        return cs_fail(error, CS_ERR_UNAVAILABLE, "the program ends");
    if (mailer->count >= CS_MAIL_QUEUE_MAX)
        return cs_fail(error, CS_ERR_LIMIT, "%d mails are waiting already; check the mail server",
                       CS_MAIL_QUEUE_MAX);
    result = start(mailer, error);
    if (result != CS_OK)
        return result;
    append(mailer, *job);
    *job = NULL;
    mailer->count++;
    pthread_cond_broadcast(&mailer->changed);
    return CS_OK;
}

static enum cs_err check(const struct cs_mail *mail, struct cs_error *error)
{
    if (!cs_mail_is_address(mail->from) || !cs_mail_is_address(mail->to))
        return cs_fail(error, CS_ERR_INPUT, "'%s' or '%s' is no address of mail", mail->from,
                       mail->to);
    return cs_mail_server_check(mail->server.url, error);
}

enum cs_err cs_mailer_put(struct cs_mailer *mailer, const struct cs_mail *mail,
                          struct cs_error *error)
{
    CS_AUTO(job_free) struct job *job = NULL;
    enum cs_err result = check(mail, error);

    if (result == CS_OK) {
        job = copy_mail(mail);
        result = job != NULL ? CS_OK : cs_fail_nomem(error);
    }
    pthread_mutex_lock(&mailer->lock);
    if (result == CS_OK)
        result = queue(mailer, &job, error);
    if (result != CS_OK)
        mailer->counts.lost++;
    pthread_mutex_unlock(&mailer->lock);
    return result;
}

void cs_mailer_note_lost(struct cs_mailer *mailer)
{
    pthread_mutex_lock(&mailer->lock);
    mailer->counts.lost++;
    pthread_mutex_unlock(&mailer->lock);
}

void cs_mailer_finish(struct cs_mailer *mailer, int64_t until)
{
    pthread_mutex_lock(&mailer->lock);
    mailer->finishing = true;
    atomic_store(&mailer->line.until, until);
    if (mailer->started) {
        pthread_cond_broadcast(&mailer->changed);
        (void)curl_multi_wakeup(mailer->line.multi);
    }
    /* Every try ends by then, and what is left is given up without one. */
    while (mailer->count > 0)
        (void)pthread_cond_wait(&mailer->changed, &mailer->lock);
    pthread_mutex_unlock(&mailer->lock);
}

void cs_mailer_count(struct cs_mailer *mailer, struct cs_mail_counts *ret_counts)
{
    pthread_mutex_lock(&mailer->lock);
    *ret_counts = mailer->counts;
    pthread_mutex_unlock(&mailer->lock);
}

void cs_mailer_free(struct cs_mailer **handle)
{
    struct cs_mailer *mailer = *handle;

    *handle = NULL;
    if (mailer == NULL)
        return;
    cs_mailer_finish(mailer, 0);
    if (mailer->started) {
        pthread_mutex_lock(&mailer->lock);
        mailer->stop = true;
        pthread_cond_broadcast(&mailer->changed);
        pthread_mutex_unlock(&mailer->lock);
        pthread_join(mailer->thread, NULL);
    }
    cs_mail_line_close(&mailer->line);
    pthread_cond_destroy(&mailer->changed);
    pthread_mutex_destroy(&mailer->lock);
    free(mailer);
}

/* ---- the server ---- */

enum cs_err cs_mail_server_check(const char *url, struct cs_error *error)
{
    CS_AUTO(cs_http_endpoint_free) struct cs_http_endpoint endpoint = {0};

    return cs_mail_endpoint(url, &endpoint, error);
}

char *cs_mail_server_domain(const char *url)
{
    CS_AUTO(cs_http_endpoint_free) struct cs_http_endpoint endpoint = {0};
    CS_AUTO(cs_buffer_free) struct cs_buffer domain = {0};

    if (cs_mail_endpoint(url, &endpoint, NULL) != CS_OK)
        return NULL;
    if (!endpoint.numeric)
        cs_buffer_text(&domain, endpoint.host);
    else
        cs_buffer_printf(&domain, strchr(endpoint.host, ':') != NULL ? "[IPv6:%s]" : "[%s]",
                         endpoint.host);
    return cs_buffer_take(&domain);
}

bool cs_mail_server_is_open(const struct cs_mail_server *server)
{
    CS_AUTO(cs_http_endpoint_free) struct cs_http_endpoint endpoint = {0};

    return !server->starttls && cs_mail_endpoint(server->url, &endpoint, NULL) == CS_OK &&
           strcmp(endpoint.scheme, "smtp") == 0 && !cs_is_loopback(endpoint.host);
}

enum cs_err cs_mail_probe(const struct cs_mail_server *server, struct cs_error *error)
{
    const struct cs_mail nothing = {.server = *server};
    struct cs_mail_line line = {.until = INT64_MAX};
    struct cs_mail_outcome outcome;
    enum cs_err result = cs_mail_line_open(&line, error);

    if (result != CS_OK)
        return result;
    outcome = cs_mail_try(&line, &nothing, error);
    cs_mail_line_close(&line);
    return outcome.result;
}
