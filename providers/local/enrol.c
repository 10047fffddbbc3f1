/* SPDX-License-Identifier: Apache-2.0 */
#include "providers/local/enrol.h"

#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/percent.h"
#include "base/sanitise.h"
#include "base/typed_code.h"
#include "providers/local/base32.h"
#include "providers/local/codes.h"
#include "providers/local/totp.h"

enum {
    KEY_BYTES_MIN = 16,
    KEY_BYTES_MAX = 128,
    KEY_GROUP = 4,
    PERIOD = 30,
    PERIOD_MAX = 3600,
    CONFIRM_WINDOW = 1
};

void cs_enrolment_clear(struct cs_enrolment *enrolment)
{
    cs_factor_clear(&enrolment->factor);
    for (size_t i = 0; i < CS_RECOVERY_CODES; i++)
        cs_secret_free(&enrolment->codes[i]);
    enrolment->codes_count = 0;
}

static enum cs_err copy_names(const struct cs_enrolment_choice *choice, struct cs_factor *factor,
                              struct cs_error *error)
{
    const char *label = choice->label ? choice->label : "";
    enum cs_err result = cs_user_name_check(choice->user, error);

    if (result != CS_OK)
        return result;
    if (strlen(label) > CS_FACTOR_LABEL_MAX || !cs_is_clean(label, strlen(label)))
        return cs_fail(error, CS_ERR_INPUT,
                       "the label is longer than %d bytes or holds control characters",
                       CS_FACTOR_LABEL_MAX);
    memcpy(factor->user, choice->user, strlen(choice->user) + 1);
    memcpy(factor->label, label, strlen(label) + 1);
    return CS_OK;
}

static enum cs_err random_key(struct cs_factor *factor, struct cs_error *error)
{
    static const struct {
        const char *algorithm;
        size_t bytes;
    } lengths[] = {{"sha1", 20}, {"sha256", 32}, {"sha512", 64}};
    unsigned char key[64];
    size_t length = 0;
    enum cs_err result;

    for (size_t i = 0; i < CS_ARRAY_SIZE(lengths); i++) {
        if (strcmp(lengths[i].algorithm, factor->algorithm) == 0)
            length = lengths[i].bytes;
    }
    if (RAND_priv_bytes(key, sizeof key) != 1)
        return cs_fail(error, CS_ERR_CRYPTO, "no random numbers are available");
    result = cs_secret_set(&factor->secret, key, length);
    cs_wipe(key, sizeof key);
    return result == CS_OK ? CS_OK : cs_fail_nomem(error);
}

static enum cs_err given_key(const char *text, struct cs_factor *factor, struct cs_error *error)
{
    enum cs_err result = cs_base32_decode(text, strlen(text), &factor->secret, error);

    if (result != CS_OK)
        return result;
    if (factor->secret.length < KEY_BYTES_MIN || factor->secret.length > KEY_BYTES_MAX)
        return cs_fail(error, CS_ERR_INPUT, "the secret has %zu bytes; %d to %d are accepted",
                       factor->secret.length, KEY_BYTES_MIN, KEY_BYTES_MAX);
    return CS_OK;
}

/* What moves the codes on: time, or a counter. */
static enum cs_err take_moving(const struct cs_enrolment_choice *choice, struct cs_factor *factor,
                               struct cs_error *error)
{
    bool hotp = choice->kind == CS_STORED_HOTP;

    if (hotp ? choice->period != 0 : choice->counter != 0)
        return cs_fail(error, CS_ERR_INPUT,
                       hotp ? "HOTP codes have no period" : "TOTP codes have no counter");
    if (choice->counter < 0 || choice->counter > CS_ENROLMENT_COUNTER_MAX)
        return cs_fail(error, CS_ERR_INPUT, "counter %lld: 0 to %lld expected",
                       (long long)choice->counter, (long long)CS_ENROLMENT_COUNTER_MAX);
    if (choice->period > PERIOD_MAX)
        return cs_fail(error, CS_ERR_INPUT, "a period of %u s: 1 to %d expected", choice->period,
                       PERIOD_MAX);
    factor->last_step = choice->counter - 1;
    if (!hotp)
        factor->period = choice->period ? choice->period : PERIOD;
    return CS_OK;
}

enum cs_err cs_enrolment_prepare(const struct cs_enrolment_choice *choice,
                                 struct cs_enrolment *ret_enrolment, struct cs_error *error)
{
    struct cs_factor *factor = &ret_enrolment->factor;
    const char *algorithm = choice->algorithm ? choice->algorithm : "sha1";
    enum cs_err result;

    factor->kind = choice->kind;
    factor->digits = choice->digits ? choice->digits : 6;
    factor->account = choice->account;
    ret_enrolment->given = choice->secret != NULL;
    factor->created = cs_clock_seconds();
    if (!cs_totp_algorithm(algorithm))
        return cs_fail(error, CS_ERR_INPUT, "algorithm '%s': sha1, sha256 or sha512 expected",
                       algorithm);
    (void)snprintf(factor->algorithm, sizeof factor->algorithm, "%s", algorithm);
    if (factor->digits < CS_CODE_DIGITS_MIN || factor->digits > CS_CODE_DIGITS_MAX)
        return cs_fail(error, CS_ERR_INPUT, "%u digits: 6, 7 or 8 expected", factor->digits);
    result = take_moving(choice, factor, error);
    if (result == CS_OK)
        result = copy_names(choice, factor, error);
    if (result == CS_OK)
        result =
            choice->secret ? given_key(choice->secret, factor, error) : random_key(factor, error);
    return result;
}

enum cs_err cs_enrolment_secret(const struct cs_enrolment *enrolment, struct cs_secret *ret_text)
{
    const struct cs_secret *key = &enrolment->factor.secret;

    return cs_base32_encode(key->data, key->length, ret_text);
}

void cs_enrolment_add_key(const struct cs_secret *text, struct cs_buffer *out)
{
    for (size_t i = 0; i < text->length; i++) {
        if (i > 0 && i % KEY_GROUP == 0)
            cs_buffer_text(out, " ");
        cs_buffer_add(out, &text->data[i], 1);
    }
}

static const char *uri_algorithm(const char *algorithm)
{
    if (strcmp(algorithm, "sha1") == 0)
        return "SHA1";
    return strcmp(algorithm, "sha256") == 0 ? "SHA256" : "SHA512";
}

enum cs_err cs_enrolment_uri(const struct cs_enrolment *enrolment, const char *issuer,
                             const char *account, struct cs_secret *ret_uri, struct cs_error *error)
{
    const struct cs_factor *factor = &enrolment->factor;
    CS_AUTO(cs_secret_free) struct cs_secret key = {0};
    struct cs_buffer uri = {0};
    enum cs_err result = cs_enrolment_secret(enrolment, &key);

    cs_buffer_printf(&uri, "otpauth://%s/", cs_stored_kind_name(factor->kind));
    cs_percent_encode(&uri, issuer, strlen(issuer), "");
    cs_buffer_text(&uri, ":");
    cs_percent_encode(&uri, account, strlen(account), "");
    cs_buffer_printf(&uri, "?secret=%s&issuer=", key.data ? key.data : "");
    cs_percent_encode(&uri, issuer, strlen(issuer), "");
    cs_buffer_printf(&uri, "&algorithm=%s&digits=%u", uri_algorithm(factor->algorithm),
                     factor->digits);
    if (factor->kind == CS_STORED_HOTP)
        cs_buffer_printf(&uri, "&counter=%lld", (long long)factor->last_step + 1);
    else
        cs_buffer_printf(&uri, "&period=%u", factor->period);
    if (result != CS_OK || uri.failed || cs_secret_set(ret_uri, uri.text, uri.length) != CS_OK)
        result = cs_fail_nomem(error);
    cs_buffer_free(&uri);
    return result;
}

static enum cs_err confirm_hotp(struct cs_factor *factor, const struct cs_secret *code,
                                bool *ret_right, struct cs_error *error)
{
    static const struct cs_hotp_windows windows = {.ahead = CS_ENROLMENT_HOTP_WINDOW};
    struct cs_hotp_match match;
    enum cs_err result = cs_hotp_search(factor, code, &windows, &match, error);

    *ret_right = result == CS_OK && match.place == CS_HOTP_NEXT;
    if (*ret_right)
        factor->last_step = match.counter;
    return result;
}

static enum cs_err confirm_totp(struct cs_factor *factor, const struct cs_secret *code,
                                bool *ret_right, struct cs_error *error)
{
    struct cs_totp_match match = {0};
    enum cs_err result =
        cs_totp_search(factor, code, cs_totp_step(cs_clock_seconds(), factor->period),
                       CONFIRM_WINDOW, &match, error);

    *ret_right = result == CS_OK && match.found;
    if (*ret_right)
        factor->last_step = match.step;
    return result;
}

enum cs_err cs_enrolment_confirm(struct cs_enrolment *enrolment, const struct cs_secret *code,
                                 bool *ret_right, struct cs_error *error)
{
    struct cs_factor *factor = &enrolment->factor;
    CS_AUTO(cs_secret_free) struct cs_secret compact = {0};

    if (cs_typed_code(code, &compact) != CS_OK)
        return cs_fail_nomem(error);
    return factor->kind == CS_STORED_HOTP ? confirm_hotp(factor, &compact, ret_right, error)
                                          : confirm_totp(factor, &compact, ret_right, error);
}

enum cs_err cs_enrolment_recovery(const struct cs_transaction *transaction,
                                  struct cs_enrolment *enrolment, struct cs_error *error)
{
    enum cs_err result = CS_OK;

    for (size_t i = 0; i < CS_RECOVERY_CODES && result == CS_OK; i++)
        result = cs_recovery_generate(&enrolment->codes[i], error);
    if (result == CS_OK)
        result = cs_recovery_replace(transaction, enrolment->factor.user, enrolment->codes,
                                     CS_RECOVERY_CODES, error);
    if (result == CS_OK)
        enrolment->codes_count = CS_RECOVERY_CODES;
    return result;
}

/* Those of a counter that has reached the present time step are a TOTP factor's, too. */
static bool same_codes(const struct cs_factor *one, const struct cs_factor *other)
{
    return one->secret.length == other->secret.length &&
           cs_equal_ct(one->secret.data, other->secret.data, one->secret.length) &&
           strcmp(one->algorithm, other->algorithm) == 0 &&
           (one->kind != other->kind || one->period == other->period);
}

/* Two factors with the same codes would accept each of them twice. */
static enum cs_err refuse_known_key(const struct cs_transaction *transaction,
                                    const struct cs_factor *factor, struct cs_error *error)
{
    CS_AUTO(cs_factors_clear) struct cs_factors known = {0};
    enum cs_err result = cs_factor_load(transaction, factor->user, CS_STORED_CODES, &known, error);

    for (size_t i = 0; i < known.count && result == CS_OK; i++) {
        if (same_codes(&known.items[i], factor))
            result = cs_fail(error, CS_ERR_INPUT, "%s has this secret already, as factor %lld",
                             factor->user, (long long)known.items[i].id);
    }
    return result;
}

static enum cs_err accept_given_key(const struct cs_transaction *transaction,
                                    struct cs_factor *factor, struct cs_error *error)
{
    int64_t before = -1;

    if (factor->kind == CS_STORED_TOTP)
        before = cs_totp_step(cs_clock_seconds(), factor->period) - 1;
    if (factor->last_step < before)
        factor->last_step = before;
    return refuse_known_key(transaction, factor, error);
}

enum cs_err cs_enrolment_look(const struct cs_transaction *transaction,
                              struct cs_enrolment *enrolment, struct cs_error *error)
{
    unsigned count = 0;
    enum cs_err result =
        cs_factor_count(transaction, enrolment->factor.user, CS_STORED_CODES, &count, error);

    enrolment->superfluous = count > 0;
    return result;
}

enum cs_err cs_enrolment_accept(const struct cs_transaction *transaction,
                                struct cs_enrolment *enrolment, struct cs_error *error)
{
    return enrolment->given ? accept_given_key(transaction, &enrolment->factor, error) : CS_OK;
}

enum cs_err cs_enrolment_save(const struct cs_transaction *transaction,
                              struct cs_enrolment *enrolment, struct cs_error *error)
{
    unsigned left = 0;
    enum cs_err result = cs_enrolment_accept(transaction, enrolment, error);

    if (result == CS_OK)
        result = cs_factor_add(transaction, &enrolment->factor, error);
    if (result == CS_OK)
        result = cs_recovery_count(transaction, enrolment->factor.user, &left, error);
    if (result == CS_OK && left == 0)
        result = cs_enrolment_recovery(transaction, enrolment, error);
    return result;
}
