/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Somebody else's judgement of assertions: libfido2's fido_assert_verify and
 * cs_u2f_verify_assertion agree on good ones, and on a thousand seeded mutations of each thing that
 * counts. Beside both stands what the mutation itself knows: whether the key signed exactly this
 * for us.
 */
#include "tests/unit/unit.h"

#include <fido.h>
#include <fido/eddsa.h>
#include <fido/es256.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>

#include "u2f/verify.h"

enum { MUTATIONS = 1000, AUTHDATA = CS_U2F_HASH_BYTES + 5, ORDER_BYTES = 32 };

/* ---- chance, the same in every run ---- */

static uint64_t seed;

/* xorshift64*, Vigna 2014; from 0 to `below` - 1. */
static unsigned chance(unsigned below)
{
    seed ^= seed >> 12;
    seed ^= seed << 25;
    seed ^= seed >> 27;
    return (unsigned)((seed * 0x2545f4914f6cdd1dULL >> 33) % below);
}

static void fill(unsigned char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        bytes[i] = (unsigned char)chance(256);
}

static void flip_bit(unsigned char *bytes, size_t length)
{
    bytes[chance((unsigned)length)] ^= (unsigned char)(1U << chance(8));
}

/* ---- keys ---- */

struct key_pair {
    EVP_PKEY *pair;
    struct cs_u2f_public_key public;
};

static struct key_pair pairs[CS_U2F_ALGORITHMS][2]; /* ours, and somebody else's */

static struct key_pair make_pair(enum cs_u2f_algorithm algorithm)
{
    struct key_pair made = {.public.algorithm = algorithm};
    size_t room = sizeof made.public.bytes;

    if (algorithm == CS_U2F_ES256) {
        made.pair = EVP_EC_gen("P-256");
        assert_int_equal(EVP_PKEY_get_octet_string_param(made.pair, OSSL_PKEY_PARAM_PUB_KEY,
                                                         made.public.bytes, room,
                                                         &made.public.length),
                         1);
    } else {
        made.pair = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
        made.public.length = room;
        assert_int_equal(
            EVP_PKEY_get_raw_public_key(made.pair, made.public.bytes, &made.public.length), 1);
    }
    return made;
}

static int open_keys(void **state)
{
    (void)state;
    fido_init(0);
    for (int i = 0; i < CS_U2F_ALGORITHMS; i++) {
        for (int j = 0; j < 2; j++)
            pairs[i][j] = make_pair((enum cs_u2f_algorithm)i);
    }
    return 0;
}

static int close_keys(void **state)
{
    (void)state;
    for (int i = 0; i < CS_U2F_ALGORITHMS; i++) {
        for (int j = 0; j < 2; j++)
            EVP_PKEY_free(pairs[i][j].pair);
    }
    return 0;
}

/* ---- one assertion, and who expects what ---- */

static const char *const applications[] = {"pam://server.example", "pam://another.example"};

struct scene {
    /* what the key signed */
    unsigned char app[CS_U2F_HASH_BYTES], client[CS_U2F_HASH_BYTES];
    struct cs_u2f_assertion assertion;
    /* what is expected */
    const char *expected_app;
    unsigned char expected_client[CS_U2F_HASH_BYTES];
    struct cs_u2f_public_key public;
    bool must_verify;
};

static void hash_of(const char *text, unsigned char ret_hash[CS_U2F_HASH_BYTES])
{
    assert_int_equal(EVP_Digest(text, strlen(text), ret_hash, NULL, EVP_sha256(), NULL), 1);
}

static void write_authdata(const struct scene *scene, unsigned char ret_data[AUTHDATA])
{
    unsigned char *at = mempcpy(ret_data, scene->app, CS_U2F_HASH_BYTES);

    *at++ = scene->assertion.flags;
    for (int i = 24; i >= 0; i -= 8)
        *at++ = (unsigned char)(scene->assertion.counter >> i);
}

/* Signs what the key's side of the scene now says. */
static void sign(struct scene *scene)
{
    const EVP_MD *digest = scene->public.algorithm == CS_U2F_ES256 ? EVP_sha256() : NULL;
    unsigned char message[AUTHDATA + CS_U2F_HASH_BYTES];
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    EVP_PKEY *pair = pairs[scene->public.algorithm][0].pair;

    write_authdata(scene, message);
    memcpy(message + AUTHDATA, scene->client, CS_U2F_HASH_BYTES);
    scene->assertion.signature_length = sizeof scene->assertion.signature;
    assert_int_equal(EVP_DigestSignInit(context, NULL, digest, NULL, pair), 1);
    assert_int_equal(EVP_DigestSign(context, scene->assertion.signature,
                                    &scene->assertion.signature_length, message, sizeof message),
                     1);
    EVP_MD_CTX_free(context);
}

/* A good assertion; verification is demanded only if there was one. */
static struct scene good(void)
{
    enum cs_u2f_algorithm algorithm = (enum cs_u2f_algorithm)chance(CS_U2F_ALGORITHMS);
    struct scene scene = {.expected_app = applications[0], .public = pairs[algorithm][0].public};

    hash_of(applications[0], scene.app);
    fill(scene.client, sizeof scene.client);
    memcpy(scene.expected_client, scene.client, sizeof scene.client);
    scene.assertion.flags = CS_U2F_USER_PRESENT;
    if (chance(2) == 0)
        scene.assertion.flags |= CS_U2F_USER_VERIFIED;
    scene.must_verify = (scene.assertion.flags & CS_U2F_USER_VERIFIED) != 0 && chance(2) == 0;
    scene.assertion.counter = chance(2) == 0 ? chance(1000) : chance(0x7fffffff) * 2 + 1;
    sign(&scene);
    return scene;
}

/* ---- the two judges ---- */

static bool we_accept(const struct scene *scene)
{
    unsigned char app[CS_U2F_HASH_BYTES];

    hash_of(scene->expected_app, app);
    return cs_u2f_verify_assertion(&scene->public, app, scene->expected_client, &scene->assertion,
                                   scene->must_verify, NULL) == CS_OK;
}

static int ask_libfido2(const fido_assert_t *assertion, const struct cs_u2f_public_key *public)
{
    int result = FIDO_ERR_INTERNAL;

    if (public->algorithm == CS_U2F_ES256) {
        es256_pk_t *key = es256_pk_new();

        result = es256_pk_from_ptr(key, public->bytes, public->length);
        if (result == FIDO_OK)
            result = fido_assert_verify(assertion, 0, COSE_ES256, key);
        es256_pk_free(&key);
    } else {
        eddsa_pk_t *key = eddsa_pk_new();

        result = eddsa_pk_from_ptr(key, public->bytes, public->length);
        if (result == FIDO_OK)
            result = fido_assert_verify(assertion, 0, COSE_EDDSA, key);
        eddsa_pk_free(&key);
    }
    return result;
}

static bool libfido2_accepts(const struct scene *scene)
{
    fido_assert_t *assertion = fido_assert_new();
    unsigned char data[AUTHDATA];
    int result;

    write_authdata(scene, data);
    assert_int_equal(fido_assert_set_rp(assertion, scene->expected_app), FIDO_OK);
    assert_int_equal(fido_assert_set_clientdata_hash(assertion, scene->expected_client,
                                                     sizeof scene->expected_client),
                     FIDO_OK);
    assert_int_equal(fido_assert_set_up(assertion, FIDO_OPT_TRUE), FIDO_OK);
    if (scene->must_verify)
        assert_int_equal(fido_assert_set_uv(assertion, FIDO_OPT_TRUE), FIDO_OK);
    assert_int_equal(fido_assert_set_count(assertion, 1), FIDO_OK);
    result = fido_assert_set_authdata_raw(assertion, 0, data, sizeof data);
    if (result == FIDO_OK)
        result = fido_assert_set_sig(assertion, 0, scene->assertion.signature,
                                     scene->assertion.signature_length);
    if (result == FIDO_OK)
        result = ask_libfido2(assertion, &scene->public);
    fido_assert_free(&assertion);
    return result == FIDO_OK;
}

static void expect_both(const struct scene *scene, bool wanted, unsigned number)
{
    bool ours = we_accept(scene), theirs = libfido2_accepts(scene);

    if (ours != wanted || theirs != wanted)
        fail_msg("mutation %u, algorithm %d, flags %02x, %s: ours %s, libfido2 %s, but it %s",
                 number, scene->public.algorithm, scene->assertion.flags,
                 scene->must_verify ? "must verify" : "need not verify",
                 ours ? "accepts" : "refuses", theirs ? "accepts" : "refuses",
                 wanted ? "is good" : "is not good");
}

/* ---- mutations: each says whether the assertion is still good ---- */

/* What is signed has changed: the signature is another one's, or the key signed the change. */
static bool sign_again(struct scene *scene)
{
    if (chance(2) == 0)
        return false;
    sign(scene);
    return true;
}

static bool mutate_presence(struct scene *scene)
{
    scene->assertion.flags &= (unsigned char)~CS_U2F_USER_PRESENT;
    (void)sign_again(scene);
    return false;
}

static bool mutate_verification(struct scene *scene)
{
    bool verified;

    scene->assertion.flags ^= CS_U2F_USER_VERIFIED;
    scene->must_verify = chance(2) == 0;
    verified = (scene->assertion.flags & CS_U2F_USER_VERIFIED) != 0;
    return sign_again(scene) && (verified || !scene->must_verify);
}

/* It was signed for another application, or is shown to one; in the first case what was signed may
 * be changed back later. */
static bool mutate_application(struct scene *scene)
{
    switch (chance(3)) {
    case 0:
        scene->expected_app = applications[1];
        return false;
    case 1:
        flip_bit(scene->app, sizeof scene->app);
        sign(scene);
        return false;
    default:
        hash_of(applications[1], scene->app);
        sign(scene);
        hash_of(applications[0], scene->app);
        return false;
    }
}

/* Neither judges the counter itself. */
static bool mutate_counter(struct scene *scene)
{
    scene->assertion.counter ^= 1U << chance(32);
    return sign_again(scene);
}

static bool mutate_client_data(struct scene *scene)
{
    if (chance(2) == 0)
        flip_bit(scene->expected_client, sizeof scene->expected_client);
    else
        fill(scene->expected_client, sizeof scene->expected_client);
    return false;
}

/* The other square root: an ECDSA signature is as good with the order minus s for s. */
static bool negate(struct scene *scene)
{
    const unsigned char *in = scene->assertion.signature;
    unsigned char *out = scene->assertion.signature;
    EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
    ECDSA_SIG *parsed = d2i_ECDSA_SIG(NULL, &in, (long)scene->assertion.signature_length);
    BIGNUM *r = BN_dup(ECDSA_SIG_get0_r(parsed)), *s = BN_dup(ECDSA_SIG_get0_s(parsed));

    assert_int_equal(BN_sub(s, EC_GROUP_get0_order(group), s), 1);
    assert_int_equal(ECDSA_SIG_set0(parsed, r, s), 1);
    scene->assertion.signature_length = (size_t)i2d_ECDSA_SIG(parsed, &out);
    ECDSA_SIG_free(parsed);
    EC_GROUP_free(group);
    return true;
}

/* S plus the order of the group satisfies the same equation, but is not canonical (RFC 8032,
 * section 5.1.7). */
static bool add_order(struct scene *scene)
{
    static const unsigned char order[ORDER_BYTES] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a,       0x63,
                                                     0x12, 0x58, 0xd6, 0x9c, 0xf7,       0xa2,
                                                     0xde, 0xf9, 0xde, 0x14, [31] = 0x10};
    unsigned char *s = scene->assertion.signature + ORDER_BYTES;
    unsigned carry = 0;

    for (int i = 0; i < ORDER_BYTES; i++) {
        carry += (unsigned)s[i] + order[i];
        s[i] = (unsigned char)carry;
        carry >>= 8;
    }
    return false;
}

static bool mutate_signature(struct scene *scene)
{
    struct cs_u2f_assertion *assertion = &scene->assertion;

    switch (chance(5)) {
    case 0:
        return scene->public.algorithm == CS_U2F_ES256 ? negate(scene) : add_order(scene);
    case 1:
        assertion->signature_length -= 1 + chance((unsigned)assertion->signature_length - 1);
        return false;
    case 2:
        if (assertion->signature_length < sizeof assertion->signature) {
            assertion->signature[assertion->signature_length++] = (unsigned char)chance(256);
            return false;
        }
        flip_bit(assertion->signature, assertion->signature_length);
        return false;
    case 3:
        memset(assertion->signature, 0, assertion->signature_length);
        return false;
    default:
        flip_bit(assertion->signature, assertion->signature_length);
        return false;
    }
}

/* The key of the other algorithm or another person, a key of the wrong form. */
static bool mutate_algorithm(struct scene *scene)
{
    enum cs_u2f_algorithm other =
        scene->public.algorithm == CS_U2F_ES256 ? CS_U2F_EDDSA : CS_U2F_ES256;
    switch (chance(5)) {
    case 0:
        scene->public = pairs[other][chance(2)].public;
        return false;
    case 1:
        scene->public.algorithm = other;
        return false;
    case 2:
        scene->public = pairs[scene->public.algorithm][1].public;
        return false;
    case 3:
        if (scene->public.algorithm != CS_U2F_ES256)
            break;
        /* The hybrid form of the same point, which OpenSSL reads and no key sends. */
        scene->public.bytes[0] =
            (unsigned char)(6 | (scene->public.bytes[scene->public.length - 1] & 1));
        return false;
    default:
        break;
    }
    flip_bit(scene->public.bytes, scene->public.length);
    return false;
}

/* ---- tests ---- */

static void good_ones_are_good_for_both(void **state)
{
    (void)state;
    seed = 1;
    for (unsigned i = 0; i < MUTATIONS; i++) {
        struct scene scene = good();

        expect_both(&scene, true, i);
    }
}

/* `state` holds the mutation. */
static void both_agree(void **state)
{
    bool (*const mutate)(struct scene * scene) = *(bool (**)(struct scene *)) * state;

    seed = 2;
    for (unsigned i = 0; i < MUTATIONS; i++) {
        struct scene scene = good();
        bool still_good = mutate(&scene);

        expect_both(&scene, still_good, i);
    }
}

/* Both demand the same two flags, and refuse the one that says that extensions follow: none do. */
static void both_read_the_same_flags(void **state)
{
    (void)state;
    seed = 3;
    for (unsigned flags = 0; flags <= UINT8_MAX; flags++) {
        struct scene scene = good();
        bool verified = (flags & CS_U2F_USER_VERIFIED) != 0;

        scene.assertion.flags = (unsigned char)flags;
        sign(&scene);
        expect_both(&scene,
                    (flags & CS_U2F_USER_PRESENT) != 0 && (verified || !scene.must_verify) &&
                        (flags & CS_U2F_HAS_EXTENSIONS) == 0,
                    flags);
    }
}

int main(void)
{
    static bool (*mutations[])(struct scene *) = {
        mutate_presence,    mutate_verification, mutate_application, mutate_counter,
        mutate_client_data, mutate_signature,    mutate_algorithm,
    };
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_ones_are_good_for_both),
        {"both_agree_on_presence", both_agree, NULL, NULL, &mutations[0]},
        {"both_agree_on_verification", both_agree, NULL, NULL, &mutations[1]},
        {"both_agree_on_the_application", both_agree, NULL, NULL, &mutations[2]},
        {"both_agree_on_the_counter", both_agree, NULL, NULL, &mutations[3]},
        {"both_agree_on_client_data", both_agree, NULL, NULL, &mutations[4]},
        {"both_agree_on_signatures", both_agree, NULL, NULL, &mutations[5]},
        {"both_agree_on_the_algorithm", both_agree, NULL, NULL, &mutations[6]},
        cmocka_unit_test(both_read_the_same_flags),
    };

    return cmocka_run_group_tests(tests, open_keys, close_keys);
}
