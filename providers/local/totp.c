/* SPDX-License-Identifier: Apache-2.0 */
#include "providers/local/totp.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <string.h>

bool cs_totp_algorithm(const char *algorithm)
{
    static const char *const algorithms[] = {"sha1", "sha256", "sha512"};

    for (size_t i = 0; i < CS_ARRAY_SIZE(algorithms); i++) {
        if (strcmp(algorithms[i], algorithm) == 0)
            return true;
    }
    return false;
}

static void free_mac(EVP_MAC_CTX **context)
{
    EVP_MAC_CTX_free(*context);
}

/* An HMAC with its key set, for any number of counters: setting the key costs more than a
 * message. */
static EVP_MAC_CTX *new_mac(const struct cs_secret *key, const char *algorithm)
{
    CS_AUTO(free_mac) EVP_MAC_CTX *context = NULL;
    EVP_MAC *hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)(uintptr_t)algorithm, 0),
        OSSL_PARAM_END};
    EVP_MAC_CTX *keyed = NULL;

    if (hmac != NULL)
        context = EVP_MAC_CTX_new(hmac);
    EVP_MAC_free(hmac); /* the context holds its own reference */
    if (context == NULL ||
        EVP_MAC_init(context, (const unsigned char *)key->data, key->length, parameters) != 1)
        return NULL;
    keyed = context;
    context = NULL;
    return keyed;
}

/* Dynamic truncation, RFC 4226 section 5.3: 31 bits at the offset in the last nibble. */
static uint32_t truncate_mac(const unsigned char *mac, size_t length)
{
    const unsigned char *bytes = mac + (mac[length - 1] & 0x0f);

    return (uint32_t)(bytes[0] & 0x7f) << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 |
           bytes[3];
}

/* RFC 4226 section 5.3 for one counter; false if the MAC failed. */
static bool compute(EVP_MAC_CTX *context, uint64_t counter, unsigned digits,
                    char ret_code[CS_TOTP_CODE_SIZE])
{
    unsigned char message[8], mac[EVP_MAX_MD_SIZE];
    size_t length = 0;
    uint32_t value;

    for (unsigned i = 0; i < sizeof message; i++)
        message[i] = (unsigned char)(counter >> (56 - 8 * i));
    /* Without a key argument the context restarts with the one it has. */
    if (EVP_MAC_init(context, NULL, 0, NULL) != 1 ||
        EVP_MAC_update(context, message, sizeof message) != 1 ||
        EVP_MAC_final(context, mac, &length, sizeof mac) != 1)
        return false;
    value = truncate_mac(mac, length);
    ret_code[digits] = '\0';
    for (unsigned i = digits; i > 0; i--, value /= 10)
        ret_code[i - 1] = (char)('0' + value % 10);
    cs_wipe(mac, sizeof mac);
    return true;
}

/* The HMAC for codes of that kind, or an error about the kind. */
static enum cs_err prepare(const struct cs_secret *key, const char *algorithm, unsigned digits,
                           EVP_MAC_CTX **ret_context, struct cs_error *error)
{
    if (!cs_totp_algorithm(algorithm) || digits < CS_CODE_DIGITS_MIN || digits > CS_CODE_DIGITS_MAX)
        return cs_fail(error, CS_ERR_INPUT, "no TOTP with %s and %u digits", algorithm, digits);
    *ret_context = new_mac(key, algorithm);
    return *ret_context ? CS_OK
                        : cs_fail(error, CS_ERR_CRYPTO, "HMAC with %s is not available", algorithm);
}

enum cs_err cs_hotp(const struct cs_secret *key, const char *algorithm, uint64_t counter,
                    unsigned digits, char ret_code[CS_TOTP_CODE_SIZE], struct cs_error *error)
{
    CS_AUTO(free_mac) EVP_MAC_CTX *context = NULL;
    enum cs_err result = prepare(key, algorithm, digits, &context, error);

    if (result == CS_OK && !compute(context, counter, digits, ret_code))
        result = cs_fail(error, CS_ERR_CRYPTO, "HMAC with %s failed", algorithm);
    return result;
}

int64_t cs_totp_step(int64_t seconds, unsigned period)
{
    return seconds < 0 ? 0 : seconds / period;
}

/* A code as it was typed, to be compared with others of `digits` digits. */
struct typed {
    char text[CS_TOTP_CODE_SIZE];
    bool length_fits;
};

static void take_code(const struct cs_secret *code, unsigned digits, struct typed *ret_typed)
{
    *ret_typed = (struct typed){.length_fits = code->length == digits};
    if (ret_typed->length_fits)
        memcpy(ret_typed->text, code->data, digits);
}

/* Whether `typed` is the code of that counter. */
static enum cs_err compare(EVP_MAC_CTX *context, const struct cs_factor *factor, uint64_t counter,
                           const struct typed *typed, bool *ret_same, struct cs_error *error)
{
    char expected[CS_TOTP_CODE_SIZE];

    *ret_same = false;
    if (!compute(context, counter, factor->digits, expected))
        return cs_fail(error, CS_ERR_CRYPTO, "HMAC with %s failed", factor->algorithm);
    *ret_same = cs_equal_ct(typed->text, expected, factor->digits) && typed->length_fits;
    return CS_OK;
}

enum cs_err cs_totp_search(const struct cs_factor *factor, const struct cs_secret *code,
                           int64_t center, unsigned window, struct cs_totp_match *ret_match,
                           struct cs_error *error)
{
    CS_AUTO(free_mac) EVP_MAC_CTX *context = NULL;
    struct typed typed;
    enum cs_err result =
        prepare(&factor->secret, factor->algorithm, factor->digits, &context, error);

    if (result != CS_OK)
        return result;
    take_code(code, factor->digits, &typed);
    for (int64_t step = center - window; step <= center + window && result == CS_OK; step++) {
        bool same = false;

        result = compare(context, factor, (uint64_t)(step < 0 ? 0 : step), &typed, &same, error);
        if (same && step >= 0)
            *ret_match = (struct cs_totp_match){true, step};
    }
    cs_wipe(&typed, sizeof typed);
    return result;
}

/* The place of the counter that is `distance` after the last accepted one. */
static enum cs_hotp_place place_of(const struct cs_factor *factor, unsigned distance,
                                   const struct cs_hotp_windows *windows)
{
    uint64_t counter = (uint64_t)factor->last_step + distance;

    if (counter > INT64_MAX) /* before the first, or more than could be stored */
        return CS_HOTP_NONE;
    if (distance == 0)
        return CS_HOTP_LAST;
    if (distance <= windows->ahead)
        return CS_HOTP_NEXT;
    if (counter == (uint64_t)factor->drift)
        return CS_HOTP_AWAITED;
    return distance <= windows->resync ? CS_HOTP_FAR : CS_HOTP_NONE;
}

enum cs_err cs_hotp_search(const struct cs_factor *factor, const struct cs_secret *code,
                           const struct cs_hotp_windows *windows, struct cs_hotp_match *ret_match,
                           struct cs_error *error)
{
    CS_AUTO(free_mac) EVP_MAC_CTX *context = NULL;
    /* The last one that may begin a resynchronisation is completed by the one after it. */
    unsigned last = windows->resync > windows->ahead ? windows->resync + 1 : windows->ahead;
    struct typed typed;
    enum cs_err result =
        prepare(&factor->secret, factor->algorithm, factor->digits, &context, error);

    *ret_match = (struct cs_hotp_match){.place = CS_HOTP_NONE};
    if (result != CS_OK)
        return result;
    take_code(code, factor->digits, &typed);
    for (unsigned distance = 0; distance <= last && result == CS_OK; distance++) {
        enum cs_hotp_place place = place_of(factor, distance, windows);
        uint64_t counter = (uint64_t)factor->last_step + distance;
        bool same = false;

        result = compare(context, factor, counter, &typed, &same, error);
        if (same && place < ret_match->place)
            *ret_match = (struct cs_hotp_match){place, (int64_t)counter};
    }
    cs_wipe(&typed, sizeof typed);
    return result;
}
