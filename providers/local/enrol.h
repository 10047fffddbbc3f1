/* SPDX-License-Identifier: Apache-2.0 */
/* Enrolling a TOTP or HOTP factor: key, otpauth URI, confirmation by a first code, recovery codes.
 */
#ifndef CS_PROVIDERS_LOCAL_ENROL_H
#define CS_PROVIDERS_LOCAL_ENROL_H

#include <stdbool.h>

#include "store/factor.h"
#include "store/preference.h"
#include "store/recovery.h"

struct cs_enrolment {
    struct cs_factor factor;
    struct cs_secret codes[CS_RECOVERY_CODES]; /* normalised; filled by cs_enrolment_save */
    size_t codes_count;                        /* 0 if the user kept earlier ones */
    bool given;                                /* the key is not a fresh one */
    bool superfluous; /* cs_enrolment_look: the user has a TOTP or HOTP factor already */
    char
        language[CS_PREFERENCE_LANGUAGE_SIZE]; /* for enrol_many.h: the user's from now on; or "" */
};

enum { CS_ENROLMENT_HOTP_WINDOW = 10 };

/* The greatest first counter of a HOTP factor: JSON has no greater number for certain. */
#define CS_ENROLMENT_COUNTER_MAX ((INT64_C(1) << 53) - 1)

/* What may be chosen; zero and NULL mean the default: TOTP, SHA-1, 6 digits, 30 s, a fresh random
 * key; for HOTP the counter of the device's next code. */
struct cs_enrolment_choice {
    enum cs_stored_kind kind; /* CS_STORED_TOTP or CS_STORED_HOTP */
    const char *user;
    const char *algorithm;
    const char *label;
    const char *secret;      /* base32 */
    unsigned digits, period; /* HOTP has no period */
    int64_t counter;         /* only HOTP has one */
    struct cs_uid account;   /* the user's, if there is one yet */
};

void cs_enrolment_clear(struct cs_enrolment *enrolment); /* wipes */

/* Checks the choice and makes the key: as long as the hash (RFC 4226 section 4, R6; RFC 6238
 * section 5.1). A given key must have at least 128 bits. */
enum cs_err cs_enrolment_prepare(const struct cs_enrolment_choice *choice,
                                 struct cs_enrolment *ret_enrolment,
                                 struct cs_error *error) CS_MUST_USE;

/* The key in base32. */
enum cs_err cs_enrolment_secret(const struct cs_enrolment *enrolment,
                                struct cs_secret *ret_text) CS_MUST_USE;

struct cs_buffer;

/* The same as it is shown: in groups, so that nobody loses the place while typing; apps ignore
 * blanks. */
void cs_enrolment_add_key(const struct cs_secret *text, struct cs_buffer *out);

/* otpauth://totp/ISSUER:ACCOUNT?secret=... (or hotp) as authenticator apps read it. An app keeps
 * one entry for each pair of issuer and account, so they must name the machine. */
enum cs_err cs_enrolment_uri(const struct cs_enrolment *enrolment, const char *issuer,
                             const char *account, struct cs_secret *ret_uri,
                             struct cs_error *error) CS_MUST_USE;

/* True if `code` is right now (HOTP: one of the next CS_ENROLMENT_HOTP_WINDOW); that spends it, so
 * that it cannot log in as well. */
enum cs_err cs_enrolment_confirm(struct cs_enrolment *enrolment, const struct cs_secret *code,
                                 bool *ret_right, struct cs_error *error) CS_MUST_USE;

/* Sets `superfluous` by what is in the store: a second factor is one that somebody asked for. */
enum cs_err cs_enrolment_look(const struct cs_transaction *transaction,
                              struct cs_enrolment *enrolment, struct cs_error *error) CS_MUST_USE;

/* Adds the factor, and recovery codes if the user has none yet. In the caller's transaction. A
 * given key that the user has already is CS_ERR_INPUT. Codes of a
 * time-based one from before the current step are spent: it may have been somebody's before. */
enum cs_err cs_enrolment_save(const struct cs_transaction *transaction,
                              struct cs_enrolment *enrolment, struct cs_error *error) CS_MUST_USE;

/* Its first part: what a given key must be, and which of its codes are spent. */
enum cs_err cs_enrolment_accept(const struct cs_transaction *transaction,
                                struct cs_enrolment *enrolment, struct cs_error *error) CS_MUST_USE;

/* Replaces all recovery codes with fresh ones. */
enum cs_err cs_enrolment_recovery(const struct cs_transaction *transaction,
                                  struct cs_enrolment *enrolment,
                                  struct cs_error *error) CS_MUST_USE;

#endif
