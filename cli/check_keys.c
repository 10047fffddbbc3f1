/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/check_keys.h"

#include "base/buffer.h"
#include "cli/cli.h"
#include "u2f/host_client.h"

/* ---- the helper of this machine ---- */

static bool speaks_u2f_only(const char *socket)
{
    return CS_U2F_ONLY && socket != NULL && cs_u2f_host_exists(socket);
}

void cs_check_keys_note(const char *socket, struct cs_json_writer *writer)
{
    static const char what[] = "security keys of this machine";
    CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};

    if (speaks_u2f_only(socket))
        cs_print_note(writer, what, "note",
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
    cs_print_note(writer, what, "note", text.text ? text.text : "");
}

/* ---- what users have ---- */

static enum cs_err warn_of_helper(const struct cs_key_tallies *tallies, const char *socket,
                                  struct cs_strlist *warnings)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};
    unsigned keys = tallies->items[CS_KEYS_BEYOND_U2F].keys;

    if (keys == 0 || !speaks_u2f_only(socket))
        return CS_OK;
    cs_buffer_printf(&text,
                     "%u keys of %u accounts need FIDO2 (EdDSA, a PIN, or a long handle), which "
                     "countersign-u2f-host does not speak: it was built with libu2f-host; they "
                     "log in only from the users' own machines",
                     keys, tallies->items[CS_KEYS_BEYOND_U2F].users);
    return text.failed ? CS_ERR_NOMEM : cs_strlist_add(warnings, text.text, text.length);
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
    cs_buffer_printf(&text,
                     "%s%su2f_verification is 'required', and %u keys of %u accounts were "
                     "registered without a PIN or a fingerprint: those that have neither are "
                     "refused, as are all that know only U2F; 'countersign list USER' shows them",
                     setting->service, setting->service[0] != '\0' ? ": " : "", keys,
                     tallies->items[CS_KEYS_UNVERIFIED].users);
    return text.failed ? CS_ERR_NOMEM : cs_strlist_add(warnings, text.text, text.length);
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
    return result == CS_OK ? warn_of_helper(tallies, socket, warnings) : result;
}
