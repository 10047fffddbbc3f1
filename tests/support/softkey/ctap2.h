/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the files ctap2*.c. Sections are those of the Client to Authenticator Protocol 2.1. */
#ifndef CS_TESTS_SUPPORT_SOFTKEY_CTAP2_H
#define CS_TESTS_SUPPORT_SOFTKEY_CTAP2_H

#include <cbor.h>

#include "tests/support/softkey/pair.h"

/* Section 8.2. */
enum ctap2_status {
    CTAP2_DONE = 0x00,
    CTAP2_INVALID_COMMAND = 0x01,
    CTAP2_INVALID_PARAMETER = 0x02,
    CTAP2_UNEXPECTED_TYPE = 0x11,
    CTAP2_INVALID_CBOR = 0x12,
    CTAP2_MISSING_PARAMETER = 0x14,
    CTAP2_LIMIT_EXCEEDED = 0x15,
    CTAP2_EXCLUDED = 0x19,
    CTAP2_UNSUPPORTED_ALGORITHM = 0x26,
    CTAP2_UNSUPPORTED_OPTION = 0x2b,
    CTAP2_INVALID_OPTION = 0x2c,
    CTAP2_NO_CREDENTIALS = 0x2e,
    CTAP2_NOT_ALLOWED = 0x30,
    CTAP2_PIN_INVALID = 0x31,
    CTAP2_PIN_BLOCKED = 0x32,
    CTAP2_PIN_AUTH_INVALID = 0x33,
    CTAP2_PIN_AUTH_BLOCKED = 0x34,
    CTAP2_PIN_NOT_SET = 0x35,
    CTAP2_VERIFICATION_NEEDED = 0x36,
    CTAP2_WAIT = 0x100 /* for a touch: the command runs again at the next beat */
};

/* Flags of authenticator data. */
enum { CTAP2_PRESENT = 0x01, CTAP2_VERIFIED = 0x04, CTAP2_ATTESTED = 0x40 };

/* Permissions of a token. */
enum { CTAP2_MAY_MAKE = 0x01, CTAP2_MAY_ASSERT = 0x02 };

/* COSE's names of algorithms. */
enum { COSE_ES256 = -7, COSE_EDDSA = -8, COSE_ECDH = -25 };

enum { CTAP2_AUTHDATA = 37, CTAP2_AAGUID = 16 };

extern const unsigned char ctap2_aaguid[CTAP2_AAGUID];

/* Borrowed; NULL if it is missing. */
struct ctap2_bytes {
    const unsigned char *data;
    size_t length;
};

/* ---- ctap2_cbor.c ---- */

/* The map that makes up all of these bytes, or NULL. Release it with cbor_decref. */
cbor_item_t *ctap2_load(const unsigned char *data, size_t length);

/* A member of a map, borrowed; NULL if it is missing. */
const cbor_item_t *ctap2_get(const cbor_item_t *map, int key);
const cbor_item_t *ctap2_get_named(const cbor_item_t *map, const char *name);

/* CTAP2_UNEXPECTED_TYPE if they are something else; missing ones are nothing, or 0. */
enum ctap2_status ctap2_bytes(const cbor_item_t *item, struct ctap2_bytes *ret_bytes);
enum ctap2_status ctap2_text(const cbor_item_t *item, struct ctap2_bytes *ret_text);
enum ctap2_status ctap2_number(const cbor_item_t *item, int *ret_number);

/* Writing: the map takes the value. Members must be put in the canonical order (section 8). */
void ctap2_put(cbor_item_t *map, int key, cbor_item_t *value);
void ctap2_put_named(cbor_item_t *map, const char *name, cbor_item_t *value);
void ctap2_push(cbor_item_t *array, cbor_item_t *value);
cbor_item_t *ctap2_new_number(int number);

/* A public key as COSE has it. */
cbor_item_t *ctap2_new_cose(int algorithm, const unsigned char *public);

/* What `item` is in bytes; room for `size`. Releases it. */
size_t ctap2_write(cbor_item_t *item, unsigned char *ret_bytes, size_t size);

/* ---- ctap2_request.c ---- */

/* What makeCredential and getAssertion have in common. */
struct ctap2_request {
    unsigned permission; /* one of CTAP2_MAY_... */
    struct ctap2_bytes client_hash;
    unsigned char app[SOFTKEY_HASH];
    const cbor_item_t *list;         /* excludeList or allowList; NULL if there is none */
    int resident, present, verified; /* options; -1 if missing */
    struct ctap2_bytes proof;        /* pinUvAuthParam */
    int protocol;
};

enum ctap2_status ctap2_read_request(const struct hid_device_ *key, const cbor_item_t *map,
                                     unsigned permission, struct ctap2_request *ret_request);

/* Which flag says that the user was verified: CTAP2_VERIFIED or 0; or why not. May wait. */
enum ctap2_status ctap2_verify_user(struct hid_device_ *key, const struct ctap2_request *request,
                                    unsigned char *ret_flag);

/* CTAP2_WAIT until somebody touches the key, unless somebody did to get the token. */
enum ctap2_status ctap2_await_touch(struct hid_device_ *key, const struct ctap2_request *request);

/* The first handle in the list that the key knows for this application; false if there is none. */
bool ctap2_find(const struct hid_device_ *key, const struct ctap2_request *request,
                struct ctap2_bytes *ret_handle, struct softkey_pair *ret_pair);

/* Hash of the application, flags, counter. */
void ctap2_authdata(const struct hid_device_ *key, const struct ctap2_request *request,
                    unsigned char flags, unsigned char ret_data[CTAP2_AUTHDATA]);

/* A credential's description: its handle and type. */
cbor_item_t *ctap2_new_descriptor(const unsigned char *handle, size_t length);

/* ---- ctap2_protocol.c: section 6.5.6 and 6.5.7 ---- */

enum { CTAP2_IV = 16, CTAP2_ENCRYPTED_MAX = CTAP2_IV + 64 };

struct ctap2_shared {
    int protocol;
    unsigned char sign[SOFTKEY_HASH], encrypt[SOFTKEY_HASH];
};

/* The secret shared with the owner of that point; false if it is not on the curve. */
bool ctap2_agree(int protocol, const unsigned char secret[SOFTKEY_SECRET],
                 const unsigned char x[SOFTKEY_HASH], const unsigned char y[SOFTKEY_HASH],
                 struct ctap2_shared *ret_shared);

/* `length` is a multiple of 16, at most 64 bytes; returns the length of the result. */
size_t ctap2_encrypt(const struct ctap2_shared *shared, const unsigned char *data, size_t length,
                     unsigned char ret_data[CTAP2_ENCRYPTED_MAX]);

/* Of exactly 16 bytes of plain text; false if the length is wrong. */
bool ctap2_decrypt(const struct ctap2_shared *shared, struct ctap2_bytes data,
                   unsigned char ret_data[16]);

/* Whether the owner of the token vouches for the data. */
bool ctap2_authentic(int protocol, const unsigned char token[SOFTKEY_SECRET],
                     const unsigned char *data, size_t length, struct ctap2_bytes proof);

/* ---- the commands: the answer is a map, or stays NULL ---- */

bool ctap2_speaks(const struct hid_device_ *key, int protocol);
enum ctap2_status ctap2_make(struct hid_device_ *key, const cbor_item_t *map,
                             cbor_item_t **ret_answer);
enum ctap2_status ctap2_assert(struct hid_device_ *key, const cbor_item_t *map,
                               cbor_item_t **ret_answer);
enum ctap2_status ctap2_pin(struct hid_device_ *key, const cbor_item_t *map,
                            cbor_item_t **ret_answer);

#endif
