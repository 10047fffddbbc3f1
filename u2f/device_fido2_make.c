/* SPDX-License-Identifier: Apache-2.0 */
/* Making a FIDO2 credential, in the form that registers it (docs/U2F-RELAY.md). */
#include <string.h>
#include <sys/random.h>

#include "base/clock.h"
#include "u2f/device_fido2_key_priv.h"

enum { PROOF_MS = 4000, USER_ID_BYTES = 32, BYTE_MAX = 255, BYTE = 8 };

/* The user's id is random, so that a key that keeps credentials never replaces one. */
static int fill(fido_cred_t *cred, const struct cs_u2f_question *question, int algorithm)
{
    const char *user = question->user[0] != '\0' ? question->user : question->app_id;
    unsigned char id[USER_ID_BYTES];
    int result = getrandom(id, sizeof id, 0) == (ssize_t)sizeof id ? FIDO_OK : FIDO_ERR_INTERNAL;

    if (result == FIDO_OK)
        result = fido_cred_set_type(cred, algorithm);
    if (result == FIDO_OK)
        result = fido_cred_set_clientdata_hash(cred, question->client_hash, CS_U2F_HASH_BYTES);
    if (result == FIDO_OK)
        result = fido_cred_set_rp(cred, question->app_id, question->app_id);
    if (result == FIDO_OK)
        result = fido_cred_set_user(cred, id, sizeof id, user, user, NULL);
    if (result == FIDO_OK && question->itself)
        result = fido_cred_set_uv(cred, FIDO_OPT_TRUE);
    for (size_t i = 0; result == FIDO_OK && i < question->handle_count; i++)
        result = fido_cred_exclude(cred, question->handles[i].bytes, question->handles[i].length);
    return result;
}

/* A new credential, or NULL. */
static fido_cred_t *ask(fido_dev_t *dev, const struct cs_u2f_question *question, int algorithm,
                        int *ret_answer)
{
    fido_cred_t *cred = fido_cred_new();

    *ret_answer = cred == NULL ? FIDO_ERR_INTERNAL : fill(cred, question, algorithm);
    cs_fido2_allow(dev, question->deadline, question->cancel_fd);
    if (*ret_answer != FIDO_OK)
        return cred;
    do
        *ret_answer = fido_dev_make_cred(dev, cred, question->pin);
    while (*ret_answer != FIDO_OK && cs_fido2_again(dev));
    return cred;
}

/* ---- the bytes ---- */

static bool put(struct cs_u2f_enrolled *enrolled, const void *bytes, size_t length)
{
    if (length > sizeof enrolled->data - enrolled->length)
        return false;
    if (length > 0)
        memcpy(enrolled->data + enrolled->length, bytes, length);
    enrolled->length += length;
    return true;
}

static bool put_byte(struct cs_u2f_enrolled *enrolled, size_t value)
{
    const unsigned char byte = (unsigned char)value;

    return value <= BYTE_MAX && put(enrolled, &byte, 1);
}

static bool put_number(struct cs_u2f_enrolled *enrolled, uint32_t number, unsigned bytes)
{
    bool fits = true;

    while (bytes-- > 0)
        fits = fits && put_byte(enrolled, number >> BYTE * bytes & BYTE_MAX);
    return fits;
}

/* Of the formats of attestation only "packed" signs what docs/U2F-RELAY.md says. */
static bool put_attestation(struct cs_u2f_enrolled *enrolled, const fido_cred_t *cred)
{
    const char *format = fido_cred_fmt(cred);

    if (format == NULL || strcmp(format, "packed") != 0)
        return put_byte(enrolled, 0);
    return put_byte(enrolled, fido_cred_sig_len(cred)) &&
           put(enrolled, fido_cred_sig_ptr(cred), fido_cred_sig_len(cred)) &&
           put(enrolled, fido_cred_x5c_ptr(cred), fido_cred_x5c_len(cred));
}

static bool write_enrolled(const fido_cred_t *cred, const struct cs_u2f_assertion *proof,
                           bool attestation, struct cs_u2f_enrolled *ret_enrolled)
{
    size_t length = fido_cred_authdata_raw_len(cred);

    ret_enrolled->form = CS_U2F_FORM_FIDO2;
    ret_enrolled->length = 0;
    return length <= sizeof ret_enrolled->data && put_number(ret_enrolled, (uint32_t)length, 2) &&
           put(ret_enrolled, fido_cred_authdata_raw_ptr(cred), length) &&
           put_byte(ret_enrolled, proof->flags) && put_number(ret_enrolled, proof->counter, 4) &&
           put_byte(ret_enrolled, proof->signature_length) &&
           put(ret_enrolled, proof->signature, proof->signature_length) &&
           (!attestation || put_attestation(ret_enrolled, cred));
}

/* ---- making ---- */

/* An assertion by the new key pair over the same challenge: without attestation there is no other
 * proof. The person was asked already. */
static enum cs_err prove(fido_dev_t *dev, const struct cs_u2f_question *question,
                         const fido_cred_t *cred, struct cs_u2f_assertion *ret_proof,
                         struct cs_error *error)
{
    struct cs_u2f_handle handle = {.length = fido_cred_id_len(cred)};
    struct cs_u2f_question asked = *question;
    enum cs_u2f_outcome outcome = CS_U2F_NOT_TOUCHED;
    enum cs_err result;

    if (handle.length == 0 || handle.length > sizeof handle.bytes)
        return cs_fail(error, CS_ERR_UNAVAILABLE, "the security key made a handle of %zu bytes",
                       handle.length);
    memcpy(handle.bytes, fido_cred_id_ptr(cred), handle.length);
    asked.handles = &handle;
    asked.handle_count = 1;
    asked.untouched = true;
    if (!question->itself)
        asked.deadline = cs_clock_ms() + PROOF_MS;
    result = cs_fido2_sign(dev, &asked, &outcome, ret_proof, error);
    if (result == CS_OK && outcome != CS_U2F_DONE)
        return cs_fail(error, CS_ERR_UNAVAILABLE,
                       "the security key does not sign with the key pair that it made");
    return result;
}

/* Before it waits for the touch, a key refuses an algorithm that it does not know, and a list of
 * handles that is too long for it; the caller has asked about each of them alone. */
static fido_cred_t *ask_as_it_can(fido_dev_t *dev, struct cs_u2f_question question, int *ret_answer)
{
    int algorithm = COSE_ES256;
    fido_cred_t *cred = ask(dev, &question, algorithm, ret_answer);

    while ((*ret_answer == FIDO_ERR_UNSUPPORTED_ALGORITHM && algorithm == COSE_ES256) ||
           ((*ret_answer == FIDO_ERR_LIMIT_EXCEEDED || *ret_answer == FIDO_ERR_REQUEST_TOO_LARGE) &&
            question.handle_count > 0)) {
        if (*ret_answer == FIDO_ERR_UNSUPPORTED_ALGORITHM)
            algorithm = COSE_EDDSA;
        else
            question.handle_count = 0;
        fido_cred_free(&cred);
        cred = ask(dev, &question, algorithm, ret_answer);
    }
    return cred;
}

enum cs_err cs_fido2_make(fido_dev_t *dev, const struct cs_u2f_question *question,
                          enum cs_u2f_outcome *ret_outcome, struct cs_u2f_enrolled *ret_enrolled,
                          struct cs_error *error)
{
    struct cs_u2f_assertion proof = {0};
    int answer;
    fido_cred_t *cred = ask_as_it_can(dev, *question, &answer);
    enum cs_err result;

    result = cred == NULL ? cs_fail_nomem(error) : cs_fido2_settle(dev, answer, ret_outcome, error);
    if (result == CS_OK && *ret_outcome == CS_U2F_DONE) {
        result = prove(dev, question, cred, &proof, error);
        if (result == CS_OK && !write_enrolled(cred, &proof, question->attestation, ret_enrolled))
            result = cs_fail(error, CS_ERR_UNAVAILABLE, "the security key sent an invalid answer");
    }
    fido_cred_free(&cred);
    return result;
}
