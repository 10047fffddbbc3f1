/* SPDX-License-Identifier: Apache-2.0 */
/* An approval on the user's phone, whichever interface asks for it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "base/clock.h"
#include "providers/secsign/secsign.h"
#include "providers/secsign/service.h"
#include "providers/server/word.h"

enum { ID_LENGTH = 8, CREATE_MS = 15000 };

static void free_session(void *state)
{
    struct cs_secsign_session *session = state;

    cs_secret_free(&session->request);
    cs_wipe(session, sizeof *session);
    free(session);
}

/* The ID that is logged is ours: those of the server are secrets. */
static enum cs_err make(const struct cs_secsign *secsign,
                        const struct cs_challenge_request *request, struct cs_challenge *challenge,
                        struct cs_error *error)
{
    struct cs_secsign_session *session = calloc(1, sizeof *session);
    unsigned length = request->silent ? 0 : secsign->settings->word_length;
    enum cs_err result;

    if (session == NULL)
        return cs_fail_nomem(error);
    challenge->state = session;
    challenge->free_state = free_session;
    challenge->poll_ms = secsign->settings->poll_interval * 1000;
    challenge->compares = length > 0;
    result = cs_make_word(ID_LENGTH, challenge->id, error);
    return result == CS_OK ? cs_make_word(length, challenge->correlation, error) : result;
}

/* A hang-up does not end it: only the answer says how the request can be taken back. */
static struct cs_call patient(const struct cs_call *call)
{
    struct cs_call own = *call;
    int64_t latest = cs_clock_ms() + CREATE_MS;

    own.cancel_fd = -1;
    if (own.deadline > latest)
        own.deadline = latest;
    return own;
}

static enum cs_err create(struct cs_secsign *secsign, const struct cs_call *call,
                          const struct cs_provider_user *user,
                          const struct cs_challenge_request *request,
                          struct cs_challenge *challenge, struct cs_secsign_made *made,
                          struct cs_error *error)
{
    const struct cs_secsign_settings *settings = secsign->settings;
    const struct cs_call own = patient(call);
    CS_AUTO(cs_buffer_free) struct cs_buffer name = {0}, address = {0};
    struct cs_secsign_question question = {.id = user->name};

    cs_secsign_service_write(settings->service_name, challenge->correlation, user->name, request,
                             &name);
    cs_secsign_service_write(settings->service_address, "", user->name, request, &address);
    if (name.failed || address.failed)
        return cs_fail_nomem(error);
    question.name = name.text;
    question.address = address.text;
    return secsign->api->create(secsign, &own, &question, challenge->state, made, error);
}

static void note_other(const struct cs_secsign *secsign, const char *wanted, const char *found)
{
    cs_log(secsign->log, LOG_ALERT,
           "an approval does not count: the server speaks of '%s', but '%s' was asked", found,
           wanted);
}

enum cs_err cs_secsign_begin_approval(struct cs_secsign *secsign, const struct cs_call *call,
                                      const struct cs_provider_user *user,
                                      const struct cs_challenge_request *request,
                                      struct cs_challenge *ret_challenge, struct cs_error *error)
{
    struct cs_secsign_made made = {.unsent = true};
    enum cs_err result = make(secsign, request, ret_challenge, error);

    if (result == CS_OK)
        result = create(secsign, call, user, request, ret_challenge, &made, error);
    ret_challenge->unsent = made.unsent;
    if (result != CS_OK)
        return result;
    ret_challenge->over = made.refused;
    if (made.refused == CS_REASON_FROZEN) {
        ret_challenge->rest_ms = CS_SECSIGN_REST_MS;
        cs_log(secsign->log, LOG_WARNING,
               "SecSign ID '%s' is frozen; it gets no further request for %d minutes", user->name,
               CS_SECSIGN_REST_MS / 60000);
    }
    if (made.refused == CS_REASON_NONE && strcmp(made.id, user->name) != 0) {
        note_other(secsign, user->name, made.id);
        ret_challenge->over = CS_REASON_OTHER_USER;
    }
    return CS_OK;
}

/* ---- waiting ---- */

static void note_state(const struct cs_secsign *secsign, const struct cs_provider_user *user,
                       struct cs_challenge *challenge, const struct cs_approval_state *state)
{
    int priority = LOG_INFO;

    if (state->approval == CS_APPROVAL_PENDING)
        priority = LOG_DEBUG;
    else if (state->reason == CS_REASON_UNKNOWN_STATE)
        priority = LOG_WARNING;
    cs_log(secsign->log, priority, "approval %s: %s", challenge->id, cs_reason_name(state->reason));
    if (state->reason != CS_REASON_OVERTAKEN)
        return;
    challenge->rest_ms = CS_SECSIGN_REST_MS;
    cs_log(secsign->log, LOG_WARNING,
           "another request for SecSign ID '%s' ended this one; it gets no further request for %d "
           "minutes",
           user->name, CS_SECSIGN_REST_MS / 60000);
}

enum cs_err cs_secsign_poll(struct cs_provider *provider, const struct cs_call *call,
                            const struct cs_provider_user *user,
                            const struct cs_listed_factor *factor, struct cs_challenge *challenge,
                            struct cs_approval_state *ret_state, struct cs_error *error)
{
    struct cs_secsign *secsign = (struct cs_secsign *)provider;
    char id[CS_PROVIDER_NAME_SIZE] = "";
    struct cs_approval_state state = {0};
    enum cs_err result =
        secsign->api->poll(secsign, call, user->name, challenge->state, &state, id, error);

    (void)factor;
    if (result != CS_OK)
        return result;
    /* Somebody else's ID can approve a request (the vendor's "priority code"). */
    if (state.approval == CS_APPROVAL_GIVEN && id[0] != '\0' && strcmp(id, user->name) != 0) {
        note_other(secsign, user->name, id);
        state = (struct cs_approval_state){CS_APPROVAL_DENIED, CS_REASON_OTHER_USER};
    }
    note_state(secsign, user, challenge, &state);
    *ret_state = state;
    return CS_OK;
}

enum cs_err cs_secsign_cancel(struct cs_provider *provider, const struct cs_call *call,
                              const struct cs_provider_user *user,
                              const struct cs_listed_factor *factor,
                              const struct cs_challenge *challenge, struct cs_error *error)
{
    struct cs_secsign *secsign = (struct cs_secsign *)provider;
    const struct cs_secsign_session *session = challenge->state;

    if (factor->kind != CS_FACTOR_DEVICE || session == NULL || !session->open)
        return CS_OK;
    return secsign->api->cancel(secsign, call, user->name, session, error);
}
