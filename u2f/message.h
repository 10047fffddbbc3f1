/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages to a key and back: FIDO U2F Raw Message Formats v1.2, whose sections the comments name,
 * and the text whose hash a key signs ("client data", section 6). Bytes only: transport.h carries
 * them, verify.h judges what they prove.
 */
#ifndef CS_U2F_MESSAGE_H
#define CS_U2F_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"

enum {
    CS_U2F_HASH_BYTES = 32,
    CS_U2F_CHALLENGE_BYTES = 32,
    CS_U2F_PUBLIC_KEY_BYTES = 65,   /* uncompressed point of P-256 */
    CS_U2F_EDDSA_BYTES = 32,        /* public key of Ed25519 */
    CS_U2F_HANDLE_MAX = 255,        /* its length is one byte in U2F and in our lines */
    CS_U2F_SIGNATURE_MIN = 8,       /* DER of two one-byte numbers */
    CS_U2F_SIGNATURE_MAX = 72,      /* DER of two 256-bit numbers */
    CS_U2F_ORIGIN_MAX = 255,        /* bytes without the NUL */
    CS_U2F_APP_ID_MAX = 255,        /* bytes without the NUL */
    CS_U2F_REGISTRATION_MAX = 2048, /* registration data with its certificate */
    CS_U2F_REPLY_ROOM = CS_U2F_REGISTRATION_MAX + 2, /* enough for any reply with its status word */
    CS_U2F_APDU_MAX = 7 + 2 * CS_U2F_HASH_BYTES + 1 + CS_U2F_HANDLE_MAX + 2,
};

/* Followed by the host: an origin, and the application id if none is set. */
#define CS_U2F_SCHEME "pam://"

/* What a key signs besides hashes: authenticator data (WebAuthn, section 6.1), whose first bits are
 * those of U2F. */
enum cs_u2f_flags {
    CS_U2F_USER_PRESENT = 0x01,   /* somebody touched the key */
    CS_U2F_HAS_EXTENSIONS = 0x80, /* extension data follow */
    CS_U2F_USER_VERIFIED = 0x04,  /* ... and the key made sure of who it was: PIN, fingerprint */
};

/* How a key signs: COSE algorithms -7 and -8 (RFC 9053). U2F knows ES256 only. */
enum cs_u2f_algorithm { CS_U2F_ES256, CS_U2F_EDDSA, CS_U2F_ALGORITHMS };

/* ES256: an uncompressed point, CS_U2F_PUBLIC_KEY_BYTES. EdDSA: CS_U2F_EDDSA_BYTES of Ed25519. */
struct cs_u2f_public_key {
    enum cs_u2f_algorithm algorithm;
    unsigned char bytes[CS_U2F_PUBLIC_KEY_BYTES];
    size_t length;
};

/* What is wanted of a key besides the touch (WebAuthn, section 5.8.6): that it makes sure of who
 * touches it. */
enum cs_u2f_verification {
    CS_U2F_DISCOURAGED, /* no PIN, unless the key insists */
    CS_U2F_PREFERRED,   /* if the key can without being set up for it first */
    CS_U2F_REQUIRED,    /* the server refuses an answer without */
    CS_U2F_VERIFICATIONS,
};

/* The name that a key gave one of its key pairs, 1 to CS_U2F_HANDLE_MAX bytes. */
struct cs_u2f_handle {
    unsigned char bytes[CS_U2F_HANDLE_MAX];
    size_t length;
    bool must_verify; /* in a request: an answer for it is refused without user verification */
};

/* What a new key pair proves itself by. */
enum cs_u2f_form {
    CS_U2F_FORM_U2F = 1,   /* registration data of section 4.3; verify.h */
    CS_U2F_FORM_FIDO2 = 2, /* authenticator data and proof; credential.h */
};

/* A key's answer to a request to register, unverified. */
struct cs_u2f_enrolled {
    enum cs_u2f_form form;
    unsigned char data[CS_U2F_REGISTRATION_MAX];
    size_t length;
};

/* A request to a key, in the extended length encoding of section 3. */
struct cs_u2f_apdu {
    unsigned char bytes[CS_U2F_APDU_MAX];
    size_t length;
};

/* A key's answer to AUTHENTICATE (section 5.4), unverified; pass it to verify.h. */
struct cs_u2f_assertion {
    unsigned char flags; /* enum cs_u2f_flags and others */
    uint32_t counter;
    unsigned char signature[CS_U2F_SIGNATURE_MAX]; /* DER; for EdDSA 64 bytes (RFC 8032) */
    size_t signature_length;
};

enum cs_u2f_purpose { CS_U2F_REGISTER, CS_U2F_AUTHENTICATE };

/* "discouraged", "preferred", "required" (WebAuthn, section 5.8.6). */
bool cs_u2f_read_verification(const char *word, enum cs_u2f_verification *ret_verification);

/* ---- what is signed ---- */

/*
 * Appends the client data: byte for byte what libu2f-host writes, with its spaces, its order and
 * `/` as `\/`. CS_ERR_INPUT unless `origin` is UTF-8 without control characters, 1 to
 * CS_U2F_ORIGIN_MAX bytes.
 */
enum cs_err cs_u2f_client_data(enum cs_u2f_purpose purpose,
                               const unsigned char challenge[CS_U2F_CHALLENGE_BYTES],
                               const char *origin, struct cs_buffer *out,
                               struct cs_error *error) CS_MUST_USE;

/* The hash of that text, the challenge parameter of a request. Errors as above. */
enum cs_err cs_u2f_client_hash(enum cs_u2f_purpose purpose,
                               const unsigned char challenge[CS_U2F_CHALLENGE_BYTES],
                               const char *origin, unsigned char ret_hash[CS_U2F_HASH_BYTES],
                               struct cs_error *error) CS_MUST_USE;

/* The hash of an application id, the application parameter of a request. CS_ERR_INPUT unless it is
 * 1 to CS_U2F_APP_ID_MAX bytes of UTF-8 without control characters. */
enum cs_err cs_u2f_app_hash(const char *app_id, unsigned char ret_hash[CS_U2F_HASH_BYTES],
                            struct cs_error *error) CS_MUST_USE;

/* ---- requests ---- */

/* REGISTER (section 4.1). */
void cs_u2f_apdu_register(const unsigned char client_hash[CS_U2F_HASH_BYTES],
                          const unsigned char app_hash[CS_U2F_HASH_BYTES],
                          struct cs_u2f_apdu *ret_apdu);

enum cs_u2f_control {
    CS_U2F_SIGN = 0x03,       /* sign after a touch */
    CS_U2F_CHECK_ONLY = 0x07, /* does the handle belong to this key? CS_U2F_REPLY_TOUCH means yes */
};

/* AUTHENTICATE (section 5.1). CS_ERR_INPUT for a handle of invalid length. */
enum cs_err cs_u2f_apdu_authenticate(enum cs_u2f_control control,
                                     const unsigned char client_hash[CS_U2F_HASH_BYTES],
                                     const unsigned char app_hash[CS_U2F_HASH_BYTES],
                                     const struct cs_u2f_handle *handle,
                                     struct cs_u2f_apdu *ret_apdu,
                                     struct cs_error *error) CS_MUST_USE;

/* VERSION (section 7.1). */
void cs_u2f_apdu_version(struct cs_u2f_apdu *ret_apdu);

/* ---- replies ---- */

enum cs_u2f_reply {
    CS_U2F_REPLY_DATA,  /* 9000: done */
    CS_U2F_REPLY_TOUCH, /* 6985: waits for a touch; in reply to a check: knows the handle */
    /* 6A80, or 6700 from keys whose handles all have the same length: the handle belongs to another
     * key or application. */
    CS_U2F_REPLY_UNKNOWN_HANDLE,
};

/*
 * Interprets the status word at the end of a reply; the first `*ret_length` bytes are the data, 0
 * unless CS_U2F_REPLY_DATA. CS_ERR_INPUT if the reply is too short, CS_ERR_UNAVAILABLE with a
 * message for any other status.
 */
enum cs_err cs_u2f_read_reply(const unsigned char *reply, size_t length,
                              enum cs_u2f_reply *ret_reply, size_t *ret_length,
                              struct cs_error *error) CS_MUST_USE;

/* Parses the whole data of AUTHENTICATE's reply. CS_ERR_INPUT if its length is invalid. */
enum cs_err cs_u2f_read_assertion(const unsigned char *data, size_t length,
                                  struct cs_u2f_assertion *ret_assertion,
                                  struct cs_error *error) CS_MUST_USE;

/* Checks the data of VERSION's reply: CS_ERR_INPUT unless it is U2F_V2. */
enum cs_err cs_u2f_read_version(const unsigned char *data, size_t length,
                                struct cs_error *error) CS_MUST_USE;

#endif
