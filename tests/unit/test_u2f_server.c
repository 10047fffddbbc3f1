/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What we accept, Yubico's libu2f-server accepts, and what we refuse it refuses: 1,000 mutations of
 * a good answer to each of REGISTER and AUTHENTICATE.
 *
 * It takes two things that we refuse: bytes after a signature, and other flags that the key did not
 * sign. It accepts those because it computes the flags' byte from the touch alone; flags that the
 * key did sign are therefore wrong to it. The one for extensions (0x80) we refuse even if the key
 * signed it: what is signed then is longer than an answer can hold. Nor does it check the counter,
 * at the type within the client data, or at the key handle that an answer names; here the counter
 * is the caller's, the type is rebuilt, and the handle is not sent.
 */
#include "tests/unit/unit.h"

#include <u2f-server/u2f-server.h>

#include "base/base64url.h"
#include "tests/support/u2f_signer.h"
#include "u2f/challenge.h"
#include "u2f/verify.h"

#define APP_ID "pam://host.example"
#define ORIGIN "pam://host.example"

enum { MUTATIONS = 1000 };

/* A request and its answer. */
struct answer {
    unsigned char asked[CS_U2F_CHALLENGE_BYTES];
    unsigned char signed_for[CS_U2F_CHALLENGE_BYTES];
    const char *app_id, *origin; /* as the key's side has them */
    enum cs_u2f_purpose type;    /* within the client data */
    unsigned char data[CS_U2F_REGISTRATION_MAX];
    size_t length;
};

/* ---- the two judges ---- */

static void encode(const unsigned char *data, size_t length, struct cs_buffer *out)
{
    cs_buffer_text(out, "");
    cs_base64url_add(out, data, length);
}

static u2fs_ctx_t *open_server(const struct answer *answer)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer challenge = {0};
    u2fs_ctx_t *server = NULL;

    encode(answer->asked, sizeof answer->asked, &challenge);
    assert_int_equal(u2fs_init(&server), U2FS_OK);
    assert_int_equal(u2fs_set_origin(server, ORIGIN), U2FS_OK);
    assert_int_equal(u2fs_set_appid(server, APP_ID), U2FS_OK);
    assert_int_equal(u2fs_set_challenge(server, challenge.text), U2FS_OK);
    return server;
}

/* The client data as the key's side made it, and the answer, in libu2f-host's JSON. */
static void make_json(const struct answer *answer, enum cs_u2f_purpose purpose,
                      struct cs_buffer *out)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer client = {0};
    CS_AUTO(cs_buffer_free) struct cs_buffer client64 = {0};
    CS_AUTO(cs_buffer_free) struct cs_buffer data64 = {0};

    assert_int_equal(
        cs_u2f_client_data(answer->type, answer->signed_for, answer->origin, &client, NULL), CS_OK);
    encode((const unsigned char *)client.text, client.length, &client64);
    encode(answer->data, answer->length, &data64);
    cs_buffer_printf(out, "{ \"%s\": \"%s\", \"clientData\": \"%s\", \"keyHandle\": \"AAAA\" }",
                     purpose == CS_U2F_REGISTER ? "registrationData" : "signatureData", data64.text,
                     client64.text);
}

static bool server_registers(struct answer *answer)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer json = {0};
    u2fs_ctx_t *server = open_server(answer);
    u2fs_reg_res_t *result = NULL;
    u2fs_rc code;

    make_json(answer, CS_U2F_REGISTER, &json);
    code = u2fs_registration_verify(server, json.text, &result);
    u2fs_free_reg_res(result);
    u2fs_done(server);
    return code == U2FS_OK;
}

static bool server_authenticates(struct answer *answer, const unsigned char *public_key)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer json = {0};
    u2fs_ctx_t *server = open_server(answer);
    u2fs_auth_res_t *result = NULL;
    u2fs_rc code, verified = U2FS_SIGNATURE_ERROR;
    uint32_t counter = 0;
    uint8_t touched = 0;

    make_json(answer, CS_U2F_AUTHENTICATE, &json);
    assert_int_equal(u2fs_set_keyHandle(server, "AAAA"), U2FS_OK);
    code = u2fs_set_publicKey(server, public_key);
    if (code == U2FS_OK)
        code = u2fs_authentication_verify(server, json.text, &result);
    if (code == U2FS_OK)
        code = u2fs_get_authentication_result(result, &verified, &counter, &touched);
    u2fs_free_auth_res(result);
    u2fs_done(server);
    return code == U2FS_OK && verified == U2FS_OK && touched != 0;
}

/* Ours rebuild the client data from what was asked. */
static bool we_register(struct answer *answer)
{
    CS_AUTO(cs_u2f_registration_free) struct cs_u2f_registration registration = {0};
    unsigned char app[CS_U2F_HASH_BYTES], client[CS_U2F_HASH_BYTES];

    assert_int_equal(cs_u2f_app_hash(APP_ID, app, NULL), CS_OK);
    assert_int_equal(cs_u2f_client_hash(CS_U2F_REGISTER, answer->asked, ORIGIN, client, NULL),
                     CS_OK);
    return cs_u2f_read_registration(answer->data, answer->length, &registration, NULL) == CS_OK &&
           cs_u2f_verify_registration(&registration, app, client, NULL) == CS_OK;
}

static bool we_authenticate(struct answer *answer, const struct cs_u2f_public_key *public_key)
{
    unsigned char app[CS_U2F_HASH_BYTES], client[CS_U2F_HASH_BYTES];
    struct cs_u2f_assertion assertion;

    assert_int_equal(cs_u2f_app_hash(APP_ID, app, NULL), CS_OK);
    assert_int_equal(cs_u2f_client_hash(CS_U2F_AUTHENTICATE, answer->asked, ORIGIN, client, NULL),
                     CS_OK);
    return cs_u2f_read_assertion(answer->data, answer->length, &assertion, NULL) == CS_OK &&
           cs_u2f_verify_assertion(public_key, app, client, &assertion, false, NULL) == CS_OK;
}

/* ---- mutations ---- */

/* xorshift: the same mutations in every run. */
static unsigned next_number(unsigned *seed, unsigned below)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed % below;
}

enum mutation {
    BIT,
    BYTE,
    CUT,
    MISSING,
    EXTRA,
    SWAPPED,
    CHALLENGE,
    OTHER_ORIGIN,
    OTHER_APP,
    KINDS
};

/* Changes the bytes of an answer. False for the kinds that are not about its bytes. */
static bool change_data(struct answer *answer, enum mutation mutation, unsigned *seed)
{
    /* One beyond the end for a byte that is added. */
    size_t at = next_number(seed, (unsigned)answer->length + (mutation == EXTRA));
    unsigned char *byte = &answer->data[at], held = *byte;

    switch (mutation) {
    case BIT:
        *byte ^= (unsigned char)(1U << next_number(seed, 8));
        return true;
    case BYTE:
        *byte = (unsigned char)(held + 1 + next_number(seed, 255));
        return true;
    case CUT:
        answer->length = at;
        return true;
    case MISSING:
        memmove(byte, byte + 1, answer->length - at - 1);
        answer->length--;
        return true;
    case EXTRA:
        memmove(byte + 1, byte, answer->length - at);
        *byte = (unsigned char)next_number(seed, 256);
        answer->length++;
        return true;
    case SWAPPED:
        *byte = answer->data[0];
        answer->data[0] = held;
        return true;
    default:
        return false;
    }
}

/* A key's answer to what was asked, or, for those kinds, to something else. */
static void answer_with(const struct u2f_signer *signer, enum cs_u2f_purpose purpose,
                        enum mutation mutation, struct answer *ret_answer)
{
    struct answer answer = {.app_id = APP_ID, .origin = ORIGIN, .type = purpose};
    struct cs_u2f_handle handle = {.length = 64};
    unsigned char app[CS_U2F_HASH_BYTES], client[CS_U2F_HASH_BYTES];

    assert_int_equal(cs_u2f_new_challenge(answer.asked, NULL), CS_OK);
    memcpy(answer.signed_for, answer.asked, sizeof answer.asked);
    if (mutation == CHALLENGE)
        answer.signed_for[31] ^= 1;
    if (mutation == OTHER_ORIGIN)
        answer.origin = "pam://host.example.org";
    if (mutation == OTHER_APP)
        answer.app_id = "pam://host.example.org";
    assert_int_equal(cs_u2f_app_hash(answer.app_id, app, NULL), CS_OK);
    assert_int_equal(cs_u2f_client_hash(purpose, answer.signed_for, answer.origin, client, NULL),
                     CS_OK);
    answer.length = purpose == CS_U2F_REGISTER
                        ? u2f_sign_registration(signer, app, client, &handle, answer.data)
                        : u2f_sign_assertion(signer, app, client, 1, 7, answer.data);
    *ret_answer = answer;
}

static bool ask_us(struct answer *answer, enum cs_u2f_purpose purpose,
                   const struct cs_u2f_public_key *key)
{
    return purpose == CS_U2F_REGISTER ? we_register(answer) : we_authenticate(answer, key);
}

/* There in builds with the address sanitizer. */
extern void __lsan_disable(void) __attribute__((weak));
extern void __lsan_enable(void) __attribute__((weak));

/* The library leaks the key of some answers that it refuses; that is not for this test to find. */
static bool ask_server(struct answer *answer, enum cs_u2f_purpose purpose, const unsigned char *key)
{
    bool accepted;

    if (__lsan_disable != NULL)
        __lsan_disable();
    accepted =
        purpose == CS_U2F_REGISTER ? server_registers(answer) : server_authenticates(answer, key);
    if (__lsan_enable != NULL)
        __lsan_enable();
    return accepted;
}

/* Whether the server's library takes these bytes for the same answer. */
static bool is_same_to_the_server(enum cs_u2f_purpose purpose, const struct answer *good,
                                  const struct answer *changed)
{
    struct answer same = *changed;

    if (purpose == CS_U2F_AUTHENTICATE)
        same.data[0] = (unsigned char)((changed->data[0] & 1) | (good->data[0] & 0xfe));
    return same.length >= good->length && cs_equal_ct(same.data, good->data, good->length);
}

static void compare_once(const struct u2f_signer *signer, enum cs_u2f_purpose purpose,
                         unsigned number, unsigned *seed, unsigned *refused)
{
    enum mutation mutation = (enum mutation)(number % KINDS);
    struct answer good, changed;
    bool ours, theirs;

    answer_with(signer, purpose, mutation, &good);
    changed = good;
    assert_true(change_data(&changed, mutation, seed) == (mutation < CHALLENGE));
    ours = ask_us(&changed, purpose, &signer->public_key);
    theirs = ask_server(&changed, purpose, signer->public_key.bytes);
    *refused += !ours;
    if (ours != theirs &&
        (ours || mutation >= CHALLENGE || !is_same_to_the_server(purpose, &good, &changed))) {
        CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};

        encode(changed.data, changed.length, &text);
        fail_msg("mutation %u of kind %d: we %s, the server %s: %s", number, (int)mutation,
                 ours ? "accept" : "refuse", theirs ? "accepts" : "refuses", text.text);
    }
}

static void compare(enum cs_u2f_purpose purpose)
{
    unsigned seed = 20181220, refused = 0;
    struct u2f_signer signer;
    struct answer good;

    u2f_signer_open(&signer, U2F_SELF_SIGNED);
    answer_with(&signer, purpose, KINDS, &good);
    assert_true(ask_us(&good, purpose, &signer.public_key));
    assert_true(ask_server(&good, purpose, signer.public_key.bytes));
    for (unsigned i = 0; i < MUTATIONS; i++)
        compare_once(&signer, purpose, i, &seed, &refused);
    /* Most of a certificate proves nothing, so some mutations are as valid as the original. */
    assert_uint_in_range(refused, MUTATIONS * 8 / 10, MUTATIONS);
    u2f_signer_close(&signer);
}

static void test_registrations_judged_alike(void **state)
{
    (void)state;
    compare(CS_U2F_REGISTER);
}

static void test_assertions_judged_alike(void **state)
{
    (void)state;
    compare(CS_U2F_AUTHENTICATE);
}

static void test_where_the_server_differs(void **state)
{
    static const struct {
        unsigned char signed_flags, sent_flags;
        size_t extra; /* bytes after the signature */
        enum cs_u2f_purpose type;
        bool ours, theirs;
    } rows[] = {
        {0x01, 0x01, 0, CS_U2F_AUTHENTICATE, true, true},
        {0x00, 0x00, 0, CS_U2F_AUTHENTICATE, false, false},
        {0x00, 0x01, 0, CS_U2F_AUTHENTICATE, false, false},
        {0x01, 0x00, 0, CS_U2F_AUTHENTICATE, false, false},
        {0x01, 0x81, 0, CS_U2F_AUTHENTICATE, false, true},
        {0x01, 0x41, 0, CS_U2F_AUTHENTICATE, false, true},
        {0x41, 0x41, 0, CS_U2F_AUTHENTICATE, true, false},
        {0x81, 0x81, 0, CS_U2F_AUTHENTICATE, false, false},
        {0x01, 0x01, 1, CS_U2F_AUTHENTICATE, false, true},
        {0x01, 0x01, 0, CS_U2F_REGISTER, false, true},
    };
    unsigned char app[CS_U2F_HASH_BYTES], client[CS_U2F_HASH_BYTES];
    struct u2f_signer signer;

    (void)state;
    u2f_signer_open(&signer, U2F_SELF_SIGNED);
    assert_int_equal(cs_u2f_app_hash(APP_ID, app, NULL), CS_OK);
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        struct answer answer = {.origin = ORIGIN, .type = rows[i].type};

        assert_int_equal(cs_u2f_client_hash(rows[i].type, answer.asked, ORIGIN, client, NULL),
                         CS_OK);
        answer.length =
            u2f_sign_assertion(&signer, app, client, rows[i].signed_flags, 7, answer.data) +
            rows[i].extra;
        answer.data[0] = rows[i].sent_flags;
        if (we_authenticate(&answer, &signer.public_key) != rows[i].ours ||
            ask_server(&answer, CS_U2F_AUTHENTICATE, signer.public_key.bytes) != rows[i].theirs)
            fail_msg("row %zu", i);
    }
    u2f_signer_close(&signer);
}

static int open_library(void **state)
{
    (void)state;
    return u2fs_global_init(0) == U2FS_OK ? 0 : -1;
}

static int close_library(void **state)
{
    (void)state;
    u2fs_global_done();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_registrations_judged_alike),
        cmocka_unit_test(test_assertions_judged_alike),
        cmocka_unit_test(test_where_the_server_differs),
    };

    return cmocka_run_group_tests_name("u2f_server", tests, open_library, close_library);
}
