/* SPDX-License-Identifier: Apache-2.0 */
/* Devices, each with its ways to sign: plain approval, fingerprint, face. */
#include "providers/ibm_verify/answer.h"

#include <string.h>
#include <strings.h>
#include <syslog.h>

#include "base/sanitise.h"

static const char what[] = "the list of devices";

/* ---- one signature ---- */

/* "userPresence" and "user_presence" mean the same. */
static bool is_word(const char *text, const char *word)
{
    for (;; text++) {
        if (*text == '_')
            continue;
        if (strncasecmp(text, word, 1) != 0)
            return false;
        if (*word++ == '\0')
            return true;
    }
}

static bool read_sub_type(const struct cs_json_value *item, bool *ret_biometric)
{
    const char *type = cs_json_string(cs_json_get(item, "subType"), NULL);

    if (type == NULL)
        return false;
    *ret_biometric = is_word(type, "fingerprint") || is_word(type, "face");
    return *ret_biometric || is_word(type, "userpresence");
}

/* The value of a hexadecimal digit, or -1. */
static int hex_value(char digit)
{
    static const char digits[] = "0123456789abcdefABCDEF";
    const char *found = digit != '\0' ? strchr(digits, digit) : NULL;
    int value = found != NULL ? (int)(found - digits) : -1;

    return value < 16 ? value : value - 6;
}

/* Decodes a text in place if all of it is percent-encoded. "100%" stays as it is, and so does
 * anything that would not decode to text. */
static void decode(char *text)
{
    char decoded[CS_PROVIDER_NAME_SIZE];
    size_t length = 0;

    for (const char *at = text; *at != '\0'; at++) {
        if (*at != '%') {
            decoded[length++] = *at;
            continue;
        }
        int high = hex_value(at[1]), low = high < 0 ? -1 : hex_value(at[2]);

        if (low < 0)
            return;
        decoded[length++] = (char)(high * 16 + low);
        at += 2;
    }
    decoded[length] = '\0';
    if (cs_is_clean(decoded, length))
        memcpy(text, decoded, length + 1);
}

/* The user's name for the device, or else its model. */
static enum cs_err read_name(const struct cs_json_value *device,
                             char ret_name[CS_PROVIDER_NAME_SIZE], struct cs_error *error)
{
    static const char *const keys[] = {"deviceName", "deviceType"};
    const struct cs_json_value *attributes = cs_json_get(device, "attributes");

    for (size_t i = 0; i < CS_ARRAY_SIZE(keys); i++) {
        const struct cs_json_value *value = cs_json_get(attributes, keys[i]);

        if (cs_json_type(value) != CS_JSON_NONE && cs_json_type(value) != CS_JSON_NULL &&
            !cs_verify_get_text(attributes, keys[i], ret_name, CS_PROVIDER_NAME_SIZE))
            return cs_verify_nonsense(error, what, "the name of a device is not a short text");
        if (ret_name[0] != '\0')
            break;
    }
    decode(ret_name);
    return CS_OK;
}

/* ---- whether it counts ---- */

struct state {
    bool enabled, validated, device_enabled, active;
};

static bool read_state(const struct cs_json_value *item, const struct cs_json_value *device,
                       struct state *state)
{
    const char *word = cs_json_string(cs_json_get(device, "state"), NULL);

    state->active = word != NULL && strcmp(word, "ACTIVE") == 0;
    return word != NULL && cs_json_bool(cs_json_get(item, "enabled"), &state->enabled) &&
           cs_json_bool(cs_json_get(item, "validated"), &state->validated) &&
           cs_json_bool(cs_json_get(device, "enabled"), &state->device_enabled);
}

/* Why a signature does not count; NULL: it does. */
static const char *objection(const struct cs_verify_wanted *wanted, const struct state *state,
                             bool known, bool biometric)
{
    const struct {
        bool holds;
        const char *text;
    } objections[] = {
        {!known, "its way to sign is not known here"},
        {!state->enabled, "it is not enabled"},
        {!state->validated && !wanted->listing->unvalidated,
         "it is not validated (ignore_isvalidated)"},
        {!state->device_enabled, "its device is not enabled"},
        {!state->active, "its device is not active"},
        {biometric && wanted->order == CS_DEVICE_PRESENCE_ONLY,
         "verify_method_order has no fingerprint"},
        {known && !biometric && wanted->order == CS_DEVICE_BIOMETRIC_ONLY,
         "verify_method_order has no userPresence"},
    };

    for (size_t i = 0; i < CS_ARRAY_SIZE(objections); i++) {
        if (objections[i].holds)
            return objections[i].text;
    }
    return NULL;
}

static enum cs_err read_signature(const struct cs_json_value *item,
                                  const struct cs_verify_wanted *wanted,
                                  struct cs_listed_factor *factor, bool *ret_counts,
                                  struct cs_error *error)
{
    const struct cs_json_value *device = cs_json_get(item, "_embedded");
    struct state state = {0};
    const char *why;
    bool known;

    if (!cs_verify_get_id(item, "id", factor->id) ||
        !cs_verify_get_id(device, "id", factor->device))
        return cs_verify_nonsense(error, what, "a signature or its device has no acceptable id");
    if (!cs_verify_is_or_absent(item, "owner", wanted->user_id) ||
        !cs_verify_is_or_absent(device, "owner", wanted->user_id))
        return cs_verify_nonsense(error, what, "a device is another user's");
    if (!read_state(item, device, &state))
        return cs_verify_nonsense(error, what, "the state of a device is missing");
    known = read_sub_type(item, &factor->checks_user);
    why = objection(wanted, &state, known, factor->checks_user);
    *ret_counts = why == NULL;
    if (why == NULL)
        return read_name(device, factor->name, error);
    cs_log(wanted->log, LOG_INFO, "signature %s of device %s skipped: %s", factor->id,
           factor->device, why);
    return CS_OK;
}

/* ---- one for each device ---- */

/* A second way of the same device replaces the first if it is preferred. */
static enum cs_err add(struct cs_listed_factors *factors, size_t from,
                       const struct cs_listed_factor *factor, enum cs_device_order order,
                       struct cs_error *error)
{
    bool plain_first = order == CS_DEVICE_PRESENCE_FIRST;

    for (size_t i = from; i < factors->count; i++) {
        if (strcmp(factors->items[i].device, factor->device) != 0)
            continue;
        if (factors->items[i].checks_user == plain_first && factor->checks_user != plain_first)
            factors->items[i] = *factor;
        return CS_OK;
    }
    return cs_listed_factors_add(factors, factor, error);
}

enum cs_err cs_verify_read_signatures(const char *text, size_t length,
                                      const struct cs_verify_wanted *wanted,
                                      struct cs_listed_factors *factors, struct cs_error *error)
{
    CS_AUTO(cs_json_free) struct cs_json *document = NULL;
    const struct cs_json_value *list = NULL, *item;
    size_t from = factors->count;
    enum cs_err result = cs_verify_parse(what, text, length, &document, error);

    if (result == CS_OK)
        result = cs_verify_get_list(cs_json_root(document), what, "signatures", &list, error);
    for (item = cs_json_first(list); item != NULL && result == CS_OK; item = cs_json_next(item)) {
        struct cs_listed_factor factor = {.kind = CS_FACTOR_DEVICE};
        bool used = false;

        result = read_signature(item, wanted, &factor, &used, error);
        if (result == CS_OK && used)
            result = add(factors, from, &factor, wanted->order, error);
    }
    return result;
}
