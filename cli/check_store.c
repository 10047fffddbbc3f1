/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/check_store.h"

#include "base/buffer.h"
#include "base/clock.h"
#include "cli/cli.h"
#include "store/suspension.h"
#include "u2f/relay.h"

enum {
    MANY_FACTORS = 3, /* one or two are the devices' own fault */
    /* libu2f-host takes handles of 127 bytes, as lines of version 1 do. */
    U2F_SECRET_MAX = CS_U2F_PUBLIC_KEY_BYTES + CS_U2F_RELAY1_HANDLE_MAX,
    /* Of a prompt, the English text and a line's prefix, in characters of which four are three
     * bytes; of a line, flags, two lengths, challenge and checksum. */
    PROMPT_TEXT = 54,
    LINE_PREFIX = 5,
    LINE_REST = 3 + CS_U2F_CHALLENGE_BYTES + 4,
};

/* Bytes for the application id and the handles, each with its length; 0: no bound. About: texts
 * differ by language, and a service may have a bound of its own. */
static size_t room_in_prompt(unsigned prompt_bytes)
{
    return prompt_bytes > 0 ? (size_t)(prompt_bytes - PROMPT_TEXT - LINE_PREFIX) * 3 / 4 - LINE_REST
                            : SIZE_MAX / 4;
}

static enum cs_err read_all(const struct cs_transaction *transaction, void *context,
                            struct cs_error *error)
{
    struct cs_check_store *found = context;
    const struct cs_key_bounds bounds = {U2F_SECRET_MAX, room_in_prompt(found->prompt_bytes)};
    enum cs_err result = cs_factor_key_apps(transaction, &found->apps, error);

    if (result == CS_OK)
        result = cs_key_tally(transaction, &bounds, &found->keys, error);
    if (result == CS_OK)
        result = cs_clock_note_common(transaction, cs_clock_seconds(), &found->clock, error);
    if (result == CS_OK)
        result = cs_factor_count_future(transaction, cs_clock_seconds(), &found->ahead, error);
    return result == CS_OK ? cs_suspension_count(transaction, &found->suspended, error) : result;
}

enum cs_err cs_check_store_read(const struct cs_local_settings *local, unsigned prompt_bytes,
                                struct cs_check_store *ret_found, struct cs_error *error)
{
    CS_AUTO(cs_store_close) struct cs_store *store = NULL;
    enum cs_err result = cs_store_open(local->store, local->key_file, false, &store, error);

    ret_found->prompt_bytes = prompt_bytes;
    if (result == CS_OK)
        result = cs_store_check(store, error);
    if (result == CS_OK)
        result = cs_store_check_writable(store, error);
    if (result == CS_OK)
        result = cs_cli_transact(store, read_all, ret_found, error);
    ret_found->whole = result == CS_OK;
    return result;
}

/* Which programs must be new enough depends on it. */
static void note_rounds(const struct cs_check_store *found, const struct cs_check_sink *sink)
{
    char text[256];

    if (found->keys.crowded == 0)
        return;
    (void)snprintf(text, sizeof text,
                   "those of %u accounts do not fit into one prompt (u2f_prompt_bytes is %u); a "
                   "countersign-touch without FIDO2 cannot answer the first of several",
                   found->keys.crowded, found->prompt_bytes);
    sink->note(sink->context, "security keys in prompts", text);
}

void cs_check_store_note(const struct cs_check_store *found, const struct cs_check_sink *sink)
{
    char text[96];

    note_rounds(found, sink);
    if (found->suspended == 0)
        return;
    (void)snprintf(text, sizeof text, "%u; 'countersign resume USER' lets a user in again",
                   found->suspended);
    sink->note(sink->context, "suspended users", text);
}

/* One is enough: no code is accepted before its time. */
static enum cs_err warn_of_clock_set_back(const struct cs_check_store *found,
                                          struct cs_strlist *warnings)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};

    if (found->ahead == 0)
        return CS_OK;
    cs_buffer_printf(&text,
                     "%u devices had a code accepted at a time that is still to come, so this "
                     "machine's clock is behind or was ahead, and until then their codes are "
                     "refused; look at 'timedatectl', set the clock, and where it is right now "
                     "run 'countersign unlock USER'",
                     found->ahead);
    return text.failed ? CS_ERR_NOMEM : cs_strlist_add(warnings, text.text, text.length);
}

static enum cs_err warn_of_clock_off(const struct cs_check_store *found,
                                     struct cs_strlist *warnings)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};
    long long off = found->clock.off;

    if (found->clock.factors < MANY_FACTORS)
        return CS_OK;
    cs_buffer_printf(
        &text,
        "the codes of %u devices were refused since yesterday because they were off by "
        "about %+lld seconds: most likely this machine's clock is %lld seconds %s; "
        "look at 'timedatectl'",
        found->clock.factors, off, off < 0 ? -off : off, off < 0 ? "fast" : "slow");
    return text.failed ? CS_ERR_NOMEM : cs_strlist_add(warnings, text.text, text.length);
}

enum cs_err cs_check_store_warn(const struct cs_check_store *found, struct cs_strlist *warnings)
{
    enum cs_err result = warn_of_clock_off(found, warnings);

    return result == CS_OK ? warn_of_clock_set_back(found, warnings) : result;
}
