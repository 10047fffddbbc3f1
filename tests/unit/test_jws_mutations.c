/* SPDX-License-Identifier: Apache-2.0 */
/* A good token of each algorithm, changed in 1,000 ways each, is never good. The changes are the
 * same in every run; the number of the one that passed is in the message. */
#include "tests/unit/unit.h"

#include "base/base64url.h"
#include "providers/openid/jws.h"
#include "tests/support/jose_signer.h"

enum { MUTATIONS = 1000, ROOM = 4096 };

#define PAYLOAD "{\"iss\":\"https://issuer.test\",\"sub\":\"user-1\",\"exp\":1700000000}"

static const struct {
    enum cs_jose_algorithm algorithm;
    const char *header;
} kinds[] = {
    {CS_JOSE_RS256, "{\"alg\":\"RS256\",\"kid\":\"rsa\"}"},
    {CS_JOSE_PS256, "{\"alg\":\"PS256\",\"kid\":\"rsa\"}"},
    {CS_JOSE_ES256, "{\"alg\":\"ES256\",\"kid\":\"ec\"}"},
    {CS_JOSE_EDDSA, "{\"alg\":\"EdDSA\",\"kid\":\"ed\"}"},
};

/* What a change may use: the token's parts, and those of another good token by the same key. */
struct subject {
    const char *parts[3];
    size_t lengths[3];
    const char *other[3];
    uint64_t state; /* of the generator */
};

/* xorshift64*: enough for a choice, and the same everywhere. */
static size_t pick(struct subject *subject, size_t count)
{
    subject->state ^= subject->state >> 12;
    subject->state ^= subject->state << 25;
    subject->state ^= subject->state >> 27;
    return (size_t)((subject->state * UINT64_C(2685821657736338717)) >> 33) % count;
}

/* ---- ways to change a token; each writes one that differs into `out` ---- */

typedef void mutation(struct subject *subject, struct cs_buffer *out);

static void join(struct cs_buffer *out, const char *header, const char *payload,
                 const char *signature)
{
    cs_buffer_printf(out, "%s.%s.%s", header, payload, signature);
}

static void whole(const struct subject *subject, struct cs_buffer *out)
{
    join(out, subject->parts[0], subject->parts[1], subject->parts[2]);
}

static void flip_a_bit(struct subject *subject, struct cs_buffer *out)
{
    whole(subject, out);
    out->text[pick(subject, out->length)] ^= (char)(1 << pick(subject, 7));
}

/* The bit is flipped in what the text means, so that it stays base64url. */
static void flip_a_decoded_bit(struct subject *subject, struct cs_buffer *out)
{
    size_t which = pick(subject, 3), length = 0;
    const char *parts[3] = {subject->parts[0], subject->parts[1], subject->parts[2]};
    unsigned char bytes[ROOM];

    assert_true(
        cs_base64url_decode(parts[which], subject->lengths[which], bytes, sizeof bytes, &length));
    bytes[pick(subject, length)] ^= (unsigned char)(1U << pick(subject, 8));
    CS_AUTO(cs_string_free) char *changed = jose_encode(bytes, length);

    parts[which] = changed;
    join(out, parts[0], parts[1], parts[2]);
}

static void cut_the_end(struct subject *subject, struct cs_buffer *out)
{
    whole(subject, out);
    out->length = pick(subject, out->length);
    out->text[out->length] = '\0';
}

static void leave_one_out(struct subject *subject, struct cs_buffer *out)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};

    whole(subject, &text);
    size_t at = pick(subject, text.length);

    cs_buffer_add(out, text.text, at);
    cs_buffer_add(out, text.text + at + 1, text.length - at - 1);
}

static void put_one_in(struct subject *subject, struct cs_buffer *out)
{
    static const char extra[] = "AZaz09-_.=+/ \n\r\t\"\x80";
    CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};

    whole(subject, &text);
    size_t at = pick(subject, text.length + 1);

    cs_buffer_add(out, text.text, at);
    cs_buffer_add(out, &extra[pick(subject, sizeof extra)], 1); /* the NUL, too */
    cs_buffer_add(out, text.text + at, text.length - at);
}

static void order_parts_otherwise(struct subject *subject, struct cs_buffer *out)
{
    static const unsigned char orders[][3] = {{0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1},
                                              {2, 1, 0}, {0, 0, 2}, {0, 1, 0}, {0, 1, 1},
                                              {1, 1, 2}, {2, 1, 2}, {0, 2, 2}};
    const unsigned char *order = orders[pick(subject, CS_ARRAY_SIZE(orders))];

    join(out, subject->parts[order[0]], subject->parts[order[1]], subject->parts[order[2]]);
}

/* Parts of two tokens that the same key signed. */
static void mix_with_another(struct subject *subject, struct cs_buffer *out)
{
    bool payload = pick(subject, 2) == 0;

    join(out, subject->parts[0], payload ? subject->other[1] : subject->parts[1],
         payload ? subject->parts[2] : subject->other[2]);
}

static void name_another_algorithm(struct subject *subject, struct cs_buffer *out)
{
    static const char *const names[] = {"none",  "None",   "NONE",  "nOnE",  "HS256", "HS384",
                                        "HS512", "RS384",  "RS512", "PS384", "PS512", "ES384",
                                        "ES512", "ES256K", "RS1",   "",      "dir"};
    static const char *const kids[] = {"rsa", "ec", "ed", "none"};
    char header[128];

    (void)snprintf(header, sizeof header, "{\"alg\":\"%s\",\"kid\":\"%s\"}",
                   names[pick(subject, CS_ARRAY_SIZE(names))],
                   kids[pick(subject, CS_ARRAY_SIZE(kids))]);
    CS_AUTO(cs_string_free) char *encoded = jose_encode(header, strlen(header));

    join(out, encoded, subject->parts[1], pick(subject, 2) == 0 ? subject->parts[2] : "");
}

static void wear_another_header(struct subject *subject, struct cs_buffer *out)
{
    const char *header = kinds[pick(subject, CS_ARRAY_SIZE(kinds))].header;
    CS_AUTO(cs_string_free) char *encoded = jose_encode(header, strlen(header));

    if (strcmp(encoded, subject->parts[0]) == 0)
        order_parts_otherwise(subject, out);
    else
        join(out, encoded, subject->parts[1], subject->parts[2]);
}

/* The last character of a part that has bits to spare: other characters mean the same bytes. */
static void set_spare_bits(struct subject *subject, struct cs_buffer *out)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    size_t which = pick(subject, 3);
    CS_AUTO(cs_string_free) char *changed = NULL;
    const char *parts[3] = {subject->parts[0], subject->parts[1], subject->parts[2]};

    /* The signatures of all four have spare bits. */
    if (subject->lengths[which] % 4 == 0)
        which = 2;
    unsigned spare = subject->lengths[which] % 4 == 2 ? 4 : 2;

    changed = strdup(parts[which]);
    assert_non_null(changed);
    char *last = &changed[subject->lengths[which] - 1];

    *last = alphabet[(size_t)(strchr(alphabet, *last) - alphabet) |
                     (1 + pick(subject, (1U << spare) - 1))];
    parts[which] = changed;
    join(out, parts[0], parts[1], parts[2]);
}

/* Padding, white space, line ends, or the other alphabet's characters. */
static void write_it_less_strictly(struct subject *subject, struct cs_buffer *out)
{
    static const char *const ends[] = {"=", "==", " ", "\n", "\r\n", "\t", "%3D", "."};
    size_t which = pick(subject, 3);

    for (size_t i = 0; i < 3; i++)
        cs_buffer_printf(out, "%s%s%s", i > 0 ? "." : "", subject->parts[i],
                         i == which ? ends[pick(subject, CS_ARRAY_SIZE(ends))] : "");
}

static void sign_with_nothing(struct subject *subject, struct cs_buffer *out)
{
    static const size_t lengths[] = {0, 1, 32, 63, 64, 65, 128, 255, 256, 257, 512};
    unsigned char bytes[512];
    size_t length = lengths[pick(subject, CS_ARRAY_SIZE(lengths))];

    memset(bytes, pick(subject, 2) == 0 ? 0x00 : 0xff, sizeof bytes);
    bytes[0] = (unsigned char)pick(subject, 2);
    CS_AUTO(cs_string_free) char *encoded = jose_encode(bytes, length);

    join(out, subject->parts[0], subject->parts[1], encoded);
}

/* A signature with a byte more in front or behind, as numbers may be written. */
static void lengthen_the_signature(struct subject *subject, struct cs_buffer *out)
{
    unsigned char bytes[ROOM];
    size_t length = 0;
    bool front = pick(subject, 2) == 0;

    assert_true(cs_base64url_decode(subject->parts[2], subject->lengths[2], bytes + 1,
                                    sizeof bytes - 2, &length));
    bytes[0] = 0;
    bytes[length + 1] = (unsigned char)pick(subject, 256);
    CS_AUTO(cs_string_free) char *encoded = jose_encode(front ? bytes : bytes + 1, length + 1);

    join(out, subject->parts[0], subject->parts[1], encoded);
}

static mutation *const mutations[] = {
    flip_a_bit,          flip_a_decoded_bit,     cut_the_end,       leave_one_out,
    put_one_in,          order_parts_otherwise,  mix_with_another,  name_another_algorithm,
    set_spare_bits,      write_it_less_strictly, sign_with_nothing, lengthen_the_signature,
    wear_another_header,
};

/* ---- */

static void cut_into_parts(char *token, const char *parts[3])
{
    char *save = token;

    for (size_t i = 0; i < 3; i++)
        parts[i] = strsep(&save, ".");
}

static bool passes(const struct cs_jwks *jwks, const struct cs_buffer *token)
{
    CS_AUTO(cs_secret_free) struct cs_secret payload = {0};
    enum cs_err result =
        cs_jws_verify(jwks, token->text, token->length, CS_JOSE_ALL, &payload, NULL);

    assert_true(result == CS_OK || result == CS_ERR_INPUT || result == CS_ERR_NOT_FOUND);
    return result == CS_OK || payload.data != NULL;
}

static void no_changed_token_is_good(void **state)
{
    struct jose_signer signer;
    CS_AUTO(cs_jwks_free) struct cs_jwks *jwks = NULL;

    (void)state;
    jose_signer_open(&signer);
    assert_int_equal(cs_jwks_read(TEXT(JOSE_JWKS), &jwks, NULL), CS_OK);
    for (size_t k = 0; k < CS_ARRAY_SIZE(kinds); k++) {
        CS_AUTO(cs_string_free)
        char *token = jose_sign(&signer, kinds[k].algorithm, kinds[k].header, PAYLOAD);
        CS_AUTO(cs_string_free)
        char *other =
            jose_sign(&signer, kinds[k].algorithm, kinds[k].header, "{\"sub\":\"user-2\"}");
        CS_AUTO(cs_buffer_free) struct cs_buffer good = {0};
        struct subject subject = {.state = UINT64_C(0x9e3779b97f4a7c15) + k};

        cs_buffer_text(&good, token);
        assert_true(passes(jwks, &good));
        cut_into_parts(token, subject.parts);
        cut_into_parts(other, subject.other);
        for (size_t i = 0; i < 3; i++)
            subject.lengths[i] = strlen(subject.parts[i]);
        assert_true(subject.lengths[2] % 4 != 0);
        for (unsigned i = 0; i < MUTATIONS; i++) {
            CS_AUTO(cs_buffer_free) struct cs_buffer changed = {0};

            cs_buffer_text(&changed, "");
            mutations[i % CS_ARRAY_SIZE(mutations)](&subject, &changed);
            assert_false(changed.failed);
            assert_false(changed.length == good.length && strcmp(changed.text, good.text) == 0);
            if (passes(jwks, &changed))
                fail_msg("%s, change %u: %s is good", kinds[k].header, i, changed.text);
        }
    }
    jose_signer_close(&signer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_changed_token_is_good),
    };

    return cmocka_run_group_tests_name("jws_mutations", tests, NULL, NULL);
}
