/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/check_keys.h"

#include "base/buffer.h"
#include "cli/cli.h"
#include "u2f/host_client.h"
#include "u2f/pin.h"

/* ---- the helper of this machine ---- */

static bool speaks_u2f_only(const char *socket)
{
    return CS_U2F_ONLY && socket != NULL && cs_u2f_host_exists(socket);
}

void cs_check_keys_note(const char *socket, const struct cs_check_sink *sink)
{
    static const char what[] = "security keys of this machine";
    CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};

    if (speaks_u2f_only(socket))
        sink->note(sink->context, what,
                   "countersign-u2f-host was built with libu2f-host: keys in this machine are "
                   "asked in U2F, without a PIN, and one whose U2F is off does not answer; "
                   "-DWITH_U2F=libfido2 builds one that speaks FIDO2");
    if (socket == NULL || cs_u2f_host_exists(socket))
        return;
    cs_buffer_printf(
        &text,
        "there is no socket %s: enable countersign-u2f-host.socket for keys plugged into this "
        "machine; for keys on the users' own machines there is nothing to do",
        socket);
    sink->note(sink->context, what, text.text ? text.text : "");
}

/* ---- what users have ---- */

/* "1 key of 1 account", "4 keys of 2 accounts". */
static void count(struct cs_buffer *text, const struct cs_key_tallies *tallies,
                  enum cs_key_sort sort)
{
    unsigned keys = tallies->items[sort].keys, users = tallies->items[sort].users;

    cs_buffer_printf(text, "%u %s of %u %s", keys, keys == 1 ? "key" : "keys", users,
                     users == 1 ? "account" : "accounts");
}

static enum cs_err add(struct cs_strlist *warnings, const struct cs_buffer *text)
{
    return text->failed ? CS_ERR_NOMEM : cs_strlist_add(warnings, text->text, text->length);
}

static enum cs_err warn_of_helper(const struct cs_key_tallies *tallies, const char *socket,
                                  struct cs_strlist *warnings)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};
    unsigned keys = tallies->items[CS_KEYS_BEYOND_U2F].keys;

    if (keys == 0 || !speaks_u2f_only(socket))
        return CS_OK;
    count(&text, tallies, CS_KEYS_BEYOND_U2F);
    cs_buffer_printf(&text,
                     " %s FIDO2 (EdDSA, a PIN, or a long handle), which countersign-u2f-host does "
                     "not speak: it was built with libu2f-host; such a key logs in only from the "
                     "user's own machine",
                     keys == 1 ? "needs" : "need");
    return add(warnings, &text);
}

/* A key with a PIN can answer all the same, whatever it was registered with. */
static enum cs_err warn_of_verification(const struct cs_key_setting *setting,
                                        const struct cs_key_tallies *tallies,
                                        struct cs_strlist *warnings)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};
    unsigned keys = tallies->items[CS_KEYS_UNVERIFIED].keys;

    if (keys == 0 || !setting->verified)
        return CS_OK;
    cs_buffer_printf(&text, "%s%su2f_verification is 'required', and ", setting->service,
                     setting->service[0] != '\0' ? ": " : "");
    count(&text, tallies, CS_KEYS_UNVERIFIED);
    cs_buffer_printf(&text,
                     " %s registered without a PIN or a fingerprint: such a key is refused while "
                     "it has neither, and always if it knows only U2F; " CS_U2F_PIN_REMEDY
                     ", then register it again; 'countersign list USER' shows \"must verify\" at "
                     "the keys that were registered with one",
                     keys == 1 ? "was" : "were");
    return add(warnings, &text);
}

static enum cs_err warn_of_copies(const struct cs_key_tallies *tallies, struct cs_strlist *warnings)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};
    unsigned keys = tallies->items[CS_KEYS_SUSPECT].keys;

    if (keys == 0)
        return CS_OK;
    count(&text, tallies, CS_KEYS_SUSPECT);
    cs_buffer_printf(
        &text,
        " %s refused because the counter went back: there may be a copy; 'countersign "
        "list USER' shows SUSPECT; take it away with 'countersign remove USER ID', and "
        "register the key again only if it is the only one",
        keys == 1 ? "is" : "are");
    return add(warnings, &text);
}

enum cs_err cs_check_keys_warn(const struct cs_key_settings *settings,
                               const struct cs_key_tallies *tallies, const char *socket,
                               struct cs_strlist *warnings)
{
    enum cs_err result = CS_OK;

    for (size_t i = 0; i < settings->count && result == CS_OK; i++) {
        /* A service without a value of its own has the general one. */
        if (i == 0 || !settings->items[0].verified)
            result = warn_of_verification(&settings->items[i], tallies, warnings);
    }
    if (result == CS_OK)
        result = warn_of_copies(tallies, warnings);
    return result == CS_OK ? warn_of_helper(tallies, socket, warnings) : result;
}
