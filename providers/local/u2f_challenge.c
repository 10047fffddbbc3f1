/* SPDX-License-Identifier: Apache-2.0 */
/* A challenge for all of a user's security keys. Only the login that began it knows it, so it is
 * used once. */
#include <stdlib.h>
#include <string.h>

#include "base/base64url.h"
#include "base/clock.h"
#include "base/lower.h"
#include "base/secret.h"
#include "providers/local/key_secret.h"
#include "providers/local/local_priv.h"
#include "providers/local/u2f_keys.h"
#include "store/decoy.h"
#include "u2f/challenge.h"
#include "u2f/origins.h"

static void free_asked(void *state)
{
    cs_wipe(state, sizeof(struct cs_keys_asked));
    free(state);
}

static enum cs_err write_line(const struct cs_u2f_request *request, char **ret_line,
                              struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer line = {0};
    enum cs_err result = cs_u2f_write_request(request, &line, error);

    if (result != CS_OK)
        return result;
    *ret_line = line.failed ? NULL : strdup(line.text);
    return *ret_line != NULL ? CS_OK : cs_fail_nomem(error);
}

/* Names the first of the keys, as many as there is room for but one at least. */
static enum cs_err write_fitting(const struct cs_challenge_request *wanted,
                                 struct cs_u2f_request *request, struct cs_challenge *ret_challenge,
                                 struct cs_error *error)
{
    size_t all = request->handle_count;
    enum cs_err result = CS_OK;
    size_t needed = SIZE_MAX;

    for (size_t count = all; count > 0 && needed > wanted->room && result == CS_OK; count--) {
        request->handle_count = count;
        request->more = count < all && wanted->more_room > 0;
        cs_wipe_string(&ret_challenge->request);
        result = write_line(request, &ret_challenge->request, error);
        if (result == CS_OK)
            needed = strlen(ret_challenge->request) + (request->more ? wanted->more_room : 0);
        if (wanted->room == 0)
            break;
    }
    if (request->more)
        ret_challenge->further = wanted->skipped + (unsigned)request->handle_count;
    ret_challenge->verifies = true;
    for (size_t i = 0; i < request->handle_count; i++)
        ret_challenge->verifies = ret_challenge->verifies && request->handles[i].must_verify;
    ret_challenge->verifies = ret_challenge->verifies || request->verification == CS_U2F_REQUIRED;
    return result;
}

/* A key in this machine signs for the first of the origins. */
static enum cs_err set_origin(const char *origins, struct cs_challenge *ret_challenge,
                              struct cs_error *error)
{
    struct cs_u2f_origins list;
    enum cs_err result = cs_u2f_read_origins(origins, &list, error);

    _Static_assert((int)CS_U2F_ORIGIN_MAX < (int)CS_CHALLENGE_ORIGIN_SIZE, "an origin fits");
    if (result == CS_OK)
        memcpy(ret_challenge->origin, list.items[0], sizeof list.items[0]);
    return result;
}

/* Fills in the challenge for what `asked` names. */
static enum cs_err make_challenge(struct cs_keys_asked *asked, const char *origins,
                                  const struct cs_challenge_request *wanted,
                                  struct cs_challenge *ret_challenge, struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer id = {0};
    struct cs_u2f_request *request = &asked->request;
    enum cs_err result = cs_u2f_new_challenge(request->challenge, error);

    if (result == CS_OK)
        result = set_origin(origins, ret_challenge, error);
    if (result != CS_OK)
        return result;
    cs_base64url_add(&id, request->challenge, sizeof request->challenge);
    if (id.failed || id.length >= sizeof ret_challenge->id)
        return cs_fail_nomem(error);
    memcpy(ret_challenge->id, id.text, id.length + 1);
    ret_challenge->expires = cs_clock_ms() + (int64_t)wanted->seconds * 1000;
    return write_fitting(wanted, request, ret_challenge, error);
}

/* The name without what may vary, because some directories accept several spellings: in lower case,
 * without the domain. */
static void fold_name(const char *name, char ret_folded[CS_STORE_USER_MAX + 1])
{
    const char *domain = strrchr(name, '\\');
    size_t length = 0;

    if (domain != NULL)
        name = domain + 1;
    for (; name[length] != '\0' && name[length] != '@' && length < CS_STORE_USER_MAX; length++)
        ret_folded[length] = cs_lower(name[length]);
    ret_folded[length] = '\0';
}

/* The handles of a user's keys but for the first, with their counters. Where every key must verify,
 * no handle says so by itself: a decoy does not. */
static enum cs_err add_keys(const struct cs_transaction *transaction, const char *user,
                            unsigned skipped, struct cs_keys_asked *asked, struct cs_error *error)
{
    struct cs_u2f_request *request = &asked->request;
    CS_AUTO(cs_factors_clear) struct cs_factors factors = {0};
    struct cs_keys keys = {0};
    enum cs_err result = cs_factor_load(transaction, user, CS_STORED_U2F, &factors, error);

    if (result != CS_OK)
        return result;
    cs_keys_choose(&factors, request->app_id, &keys);
    for (size_t i = skipped; i < keys.count; i++) {
        struct cs_u2f_handle *handle = &request->handles[request->handle_count];
        struct cs_u2f_public_key key;

        if (!cs_key_get(keys.items[i], &key, handle))
            continue;
        handle->must_verify = request->verification != CS_U2F_REQUIRED &&
                              (keys.items[i]->key_flags & CS_KEY_VERIFIES) != 0;
        asked->counters[request->handle_count++] = keys.items[i]->last_step;
    }
    return CS_OK;
}

/* Most keys have handles of this length. */
static enum cs_err add_decoy(const struct cs_transaction *transaction, const char *name,
                             struct cs_u2f_request *asked, struct cs_error *error)
{
    struct cs_u2f_handle *handle = &asked->handles[asked->handle_count++];

    _Static_assert((int)CS_DECOY_BYTES <= (int)CS_U2F_HANDLE_MAX, "a decoy is a handle");
    handle->length = CS_DECOY_BYTES;
    return cs_decoy(transaction, name, handle->bytes, error);
}

/* Nobody may see who has no key, or no account. All spellings of a name show the same handles,
 * whether or not the system takes them for the same account: those of the account's keys, or one
 * decoy. A name without an account gets no further than this, whoever's keys it asks. Identities
 * that differ from their own folding are not covered: to find them, all users would have to be
 * read. */
enum cs_err cs_local_begin_keys(const struct cs_transaction *transaction, const char *user,
                                const struct cs_key_names *names,
                                const struct cs_challenge_request *request,
                                struct cs_challenge *ret_challenge, struct cs_error *error)
{
    struct cs_keys_asked *asked;
    char folded[CS_STORE_USER_MAX + 1];
    enum cs_err result;

    if (strlen(names->app_id) >= sizeof asked->request.app_id)
        return cs_fail(error, CS_ERR_CONFIG, "the application id is too long");
    asked = calloc(1, sizeof *asked);
    if (asked == NULL)
        return cs_fail_nomem(error);
    ret_challenge->state = asked;
    ret_challenge->free_state = free_asked;
    asked->request.purpose = CS_U2F_AUTHENTICATE;
    asked->request.verification = names->verification;
    memcpy(asked->request.app_id, names->app_id, strlen(names->app_id) + 1);
    fold_name(request->name ? request->name : user, folded);
    result = add_keys(transaction, user[0] != '\0' ? user : folded, request->skipped, asked, error);
    if (result == CS_OK && asked->request.handle_count == 0)
        result = add_decoy(transaction, folded, &asked->request, error);
    return result == CS_OK ? make_challenge(asked, names->origins, request, ret_challenge, error)
                           : result;
}
