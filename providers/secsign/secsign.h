/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the files of this provider. */
#ifndef CS_PROVIDERS_SECSIGN_SECSIGN_H
#define CS_PROVIDERS_SECSIGN_SECSIGN_H

#include "providers/secsign/answer.h"
#include "providers/secsign/settings.h"

enum {
    CS_SECSIGN_SERVERS = 2,
    CS_SECSIGN_ANY = CS_SECSIGN_SERVERS, /* the first, or the second if that cannot be reached */
    CS_SECSIGN_REST_MS = 5 * 60 * 1000,  /* how long an ID rests that was overtaken or frozen */
};

struct cs_secsign_server {
    struct cs_http *http; /* NULL: there is none */
    char *path;           /* in front of every target, without a slash at its end */
};

struct cs_secsign {
    struct cs_provider provider;
    const struct cs_secsign_settings *settings; /* what it was opened with */
    const struct cs_log *log;
    struct cs_trace *trace;
    struct cs_secsign_server servers[CS_SECSIGN_SERVERS];
    struct cs_secret basic; /* the PIN account, as RFC 7617 encodes it */
    const struct cs_secsign_api_calls *api;
};

/* ---- servers.c ---- */

enum cs_err cs_secsign_servers_open(struct cs_secsign *secsign, struct cs_error *error) CS_MUST_USE;
void cs_secsign_servers_close(struct cs_secsign *secsign);

struct cs_secsign_request {
    const char *method;
    const char *target; /* below the server's URL */
    const char *shown;  /* the same without secrets, for the trace */
    const char *accept;
    const struct cs_buffer *form; /* NULL: no body */
    unsigned server;              /* which one; CS_SECSIGN_ANY: set to the one that was asked */
    bool sent;                    /* set: the server may have got it */
    const char *what;
};

/* Sends a request once. The second server is asked only if the first cannot have got the request.
 * Errors are those of cs_http_perform. */
enum cs_err cs_secsign_perform(struct cs_secsign *secsign, const struct cs_call *call,
                               struct cs_secsign_request *request,
                               struct cs_http_response *ret_response,
                               struct cs_error *error) CS_MUST_USE;

/* For a status that is neither success nor known to the caller. CS_ERR_UNREACHABLE: a gateway
 * answers for the server. CS_ERR_CONFIG: the PIN account is refused. Else CS_ERR_UNAVAILABLE. */
enum cs_err cs_secsign_status_fail(const char *what, long status,
                                   struct cs_error *error) CS_MUST_USE;

/* ---- classic.c, rest.c: the two interfaces ---- */

/* A request on the phone, from its beginning to its end; the state of a challenge. */
struct cs_secsign_session {
    unsigned server; /* the one that knows it */
    char id[CS_SECSIGN_SESSION_SIZE];
    struct cs_secret request; /* the classic API's requestid */
    bool open;                /* there is one to withdraw */
};

struct cs_secsign_question {
    const char *id;             /* the user's SecSign ID, in lower case */
    const char *name, *address; /* what the phone shows */
};

/* How the server took a request. */
struct cs_secsign_made {
    char id[CS_PROVIDER_NAME_SIZE]; /* for whom it is, in lower case */
    enum cs_reason refused;         /* CS_REASON_NONE: it was not */
    bool unsent;                    /* nothing can have reached the user, after an error too */
};

struct cs_secsign_api_calls {
    enum cs_err (*create)(struct cs_secsign *secsign, const struct cs_call *call,
                          const struct cs_secsign_question *question,
                          struct cs_secsign_session *session, struct cs_secsign_made *ret_made,
                          struct cs_error *error);
    /* `ret_id`: who it was, or "" if the interface does not say. */
    enum cs_err (*poll)(struct cs_secsign *secsign, const struct cs_call *call, const char *id,
                        struct cs_secsign_session *session, struct cs_approval_state *ret_state,
                        char ret_id[CS_PROVIDER_NAME_SIZE], struct cs_error *error);
    enum cs_err (*cancel)(struct cs_secsign *secsign, const struct cs_call *call, const char *id,
                          const struct cs_secsign_session *session, struct cs_error *error);
};

extern const struct cs_secsign_api_calls cs_secsign_classic, cs_secsign_rest;

/* ---- rest.c ---- */

/* Performs a GET or DELETE; CS_OK only for a success, 404 and 409. */
enum cs_err cs_secsign_rest_call(struct cs_secsign *secsign, const struct cs_call *call,
                                 struct cs_secsign_request *request,
                                 struct cs_http_response *ret_response,
                                 struct cs_error *error) CS_MUST_USE;

/* ---- session.c: the slots for approvals ---- */

enum cs_err cs_secsign_begin_approval(struct cs_secsign *secsign, const struct cs_call *call,
                                      const struct cs_provider_user *user,
                                      const struct cs_challenge_request *request,
                                      struct cs_challenge *ret_challenge,
                                      struct cs_error *error) CS_MUST_USE;
enum cs_err cs_secsign_poll(struct cs_provider *provider, const struct cs_call *call,
                            const struct cs_provider_user *user,
                            const struct cs_listed_factor *factor, struct cs_challenge *challenge,
                            struct cs_approval_state *ret_state, struct cs_error *error);
enum cs_err cs_secsign_cancel(struct cs_provider *provider, const struct cs_call *call,
                              const struct cs_provider_user *user,
                              const struct cs_listed_factor *factor,
                              const struct cs_challenge *challenge, struct cs_error *error);

/* ---- code.c: codes of the REST API ---- */

enum cs_err cs_secsign_send_code(struct cs_secsign *secsign, const struct cs_call *call,
                                 const struct cs_provider_user *user,
                                 const struct cs_listed_factor *factor,
                                 struct cs_challenge *ret_challenge,
                                 struct cs_error *error) CS_MUST_USE;
bool cs_secsign_fits(enum cs_factor_kind kind, const struct cs_secret *answer);
enum cs_err cs_secsign_judge(struct cs_provider *provider, const struct cs_call *call,
                             const struct cs_attempt *attempt, struct cs_outcome *ret_outcome,
                             struct cs_error *error);

#endif
