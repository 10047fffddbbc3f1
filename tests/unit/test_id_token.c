/* SPDX-License-Identifier: Apache-2.0 */
/* Each rule for an ID token: what passes it just so, and what does not. */
#include "tests/unit/unit.h"

#include "providers/openid/id_token.h"
#include "tests/support/jose_signer.h"

#define ISSUER "https://issuer.test"
#define HEADER "{\"alg\":\"EdDSA\",\"kid\":\"ed\"}"
enum { NOW = 1700000000 };

struct change {
    const char *key, *value; /* JSON; NULL: leave it out */
};

/* A token that is good for the identity "user-1", in the claim sub. */
static const struct change usual[] = {
    {"iss", "\"" ISSUER "\""}, {"sub", "\"user-1\""}, {"aud", "\"client-1\""},
    {"exp", "1700000300"},     {"iat", "1700000000"},
};

static char *claims_with(const struct change changes[3])
{
    struct cs_buffer text = {0};
    char *taken;

    cs_buffer_text(&text, "{\"other\":null");
    for (size_t i = 0; i < CS_ARRAY_SIZE(usual); i++) {
        bool changed = false;

        for (size_t c = 0; c < 3 && changes[c].key != NULL; c++)
            changed = changed || strcmp(changes[c].key, usual[i].key) == 0;
        if (!changed)
            cs_buffer_printf(&text, ",\"%s\":%s", usual[i].key, usual[i].value);
    }
    for (size_t c = 0; c < 3 && changes[c].key != NULL; c++) {
        if (changes[c].value != NULL)
            cs_buffer_printf(&text, ",\"%s\":%s", changes[c].key, changes[c].value);
    }
    cs_buffer_text(&text, "}");
    taken = cs_buffer_take(&text);
    assert_non_null(taken);
    return taken;
}

static struct cs_id_token_wanted usual_wanted(void)
{
    return (struct cs_id_token_wanted){.issuer = ISSUER,
                                       .client_id = "client-1",
                                       .algorithms = CS_JOSE_ALL,
                                       .identity = "user-1",
                                       .now = NOW,
                                       .skew = CS_ID_TOKEN_SKEW};
}

static enum cs_err check(const char *keys, const char *header, const char *payload,
                         const struct cs_id_token_wanted *wanted, struct cs_id_token_result *result)
{
    struct jose_signer signer;
    CS_AUTO(cs_jwks_free) struct cs_jwks *jwks = NULL;
    CS_AUTO(cs_string_free) char *token = NULL;
    struct cs_error error = {0};
    enum cs_err err;

    jose_signer_open(&signer);
    token = jose_sign(&signer, CS_JOSE_EDDSA, header, payload);
    jose_signer_close(&signer);
    if (keys != NULL)
        assert_int_equal(cs_jwks_read(keys, strlen(keys), &jwks, NULL), CS_OK);
    memset(result, 0x55, sizeof *result);
    err = cs_id_token_check(jwks, token, strlen(token), wanted, result, &error);
    assert_int_equal(err != CS_OK, error.text[0] != '\0');
    assert_null(strstr(result->detail, token));
    return err;
}

/* What every outcome has, whichever it is. */
static void assert_outcome(const struct cs_id_token_result *result, enum cs_id_token_state state,
                           enum cs_reason reason, const char *label)
{
    bool known = state == CS_ID_TOKEN_GOOD || state == CS_ID_TOKEN_CLAIM_ELSEWHERE;

    if (result->state != state || result->reason != reason)
        fail_msg("%s: state %d, %s (%s)", label, (int)result->state, cs_reason_name(result->reason),
                 result->detail);
    assert_int_equal(result->detail[0] == '\0', known);
    assert_int_equal(result->subject[0] != '\0', known);
}

/* ---- the rules ---- */

#define GOOD CS_ID_TOKEN_GOOD, CS_REASON_NONE
#define ELSEWHERE CS_ID_TOKEN_CLAIM_ELSEWHERE, CS_REASON_NONE
#define REFUSED CS_ID_TOKEN_REFUSED, CS_REASON_TOKEN_REFUSED
#define UNTIMELY CS_ID_TOKEN_REFUSED, CS_REASON_TOKEN_TIME
#define OTHER CS_ID_TOKEN_REFUSED, CS_REASON_OTHER_USER
#define LEVEL CS_ID_TOKEN_REFUSED, CS_REASON_LEVEL_MISSING
#define OLD CS_ID_TOKEN_REFUSED, CS_REASON_OLD_SIGN_IN
#define MISSING CS_ID_TOKEN_REFUSED, CS_REASON_CLAIM_MISSING

struct row {
    struct change changes[3];
    enum cs_id_token_state state;
    enum cs_reason reason;
    struct {
        const char *claim, *identity, *levels;
        int64_t not_before_auth;
        bool elsewhere;
    } wanted; /* what differs from the usual */
};

static void assert_rows(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        CS_AUTO(cs_string_free) char *claims = claims_with(rows[i].changes);
        struct cs_id_token_wanted wanted = usual_wanted();
        struct cs_id_token_result result;

        wanted.claim = rows[i].wanted.claim;
        if (rows[i].wanted.identity != NULL)
            wanted.identity = rows[i].wanted.identity;
        wanted.levels = rows[i].wanted.levels;
        wanted.not_before_auth = rows[i].wanted.not_before_auth;
        wanted.claim_elsewhere_ok = rows[i].wanted.elsewhere;
        assert_int_equal(check(JOSE_JWKS, HEADER, claims, &wanted, &result), CS_OK);
        assert_outcome(&result, rows[i].state, rows[i].reason, claims);
    }
}

static void who_issued_it_and_for_whom(void **state)
{
    static const struct row rows[] = {
        {{{0}}, GOOD, {0}},
        {{{"iss", NULL}}, REFUSED, {0}},
        {{{"iss", "\"" ISSUER "/\""}}, REFUSED, {0}},
        {{{"iss", "\"https://ISSUER.test\""}}, REFUSED, {0}},
        {{{"iss", "\"https://issuer.tes\""}}, REFUSED, {0}},
        {{{"iss", "[\"" ISSUER "\"]"}}, REFUSED, {0}},
        {{{"aud", NULL}}, REFUSED, {0}},
        {{{"aud", "\"client-2\""}}, REFUSED, {0}},
        {{{"aud", "\"client-1 client-2\""}}, REFUSED, {0}},
        {{{"aud", "\"CLIENT-1\""}}, REFUSED, {0}},
        {{{"aud", "[]"}}, REFUSED, {0}},
        {{{"aud", "{\"client-1\":\"client-1\"}"}}, REFUSED, {0}},
        {{{"aud", "[\"client-1\"]"}}, GOOD, {0}},
        {{{"aud", "[\"client-2\"]"}}, REFUSED, {0}},
        {{{"aud", "[\"client-1\",7]"}, {"azp", "\"client-1\""}}, REFUSED, {0}},
        {{{"aud", "[[\"client-1\"]]"}}, REFUSED, {0}},
        {{{"aud", "[\"client-2\",\"client-1\"]"}}, REFUSED, {0}},
        {{{"aud", "[\"client-2\",\"client-1\"]"}, {"azp", "\"client-1\""}}, GOOD, {0}},
        {{{"aud", "[\"client-2\",\"client-1\"]"}, {"azp", "\"client-2\""}}, REFUSED, {0}},
        {{{"aud", "[\"client-2\",\"client-3\"]"}, {"azp", "\"client-1\""}}, REFUSED, {0}},
        {{{"azp", "\"client-1\""}}, GOOD, {0}},
        {{{"azp", "\"client-2\""}}, REFUSED, {0}},
        {{{"azp", "null"}}, REFUSED, {0}},
    };

    (void)state;
    assert_rows(rows, CS_ARRAY_SIZE(rows));
}

/* The clocks may differ by 60 s. */
static void when_it_counts(void **state)
{
    static const struct row rows[] = {
        {{{"exp", NULL}}, REFUSED, {0}},
        {{{"exp", "\"1700000300\""}}, REFUSED, {0}},
        {{{"exp", "null"}}, REFUSED, {0}},
        {{{"exp", "true"}}, REFUSED, {0}},
        {{{"exp", "-1"}}, REFUSED, {0}},
        {{{"exp", "1700000300000"}}, REFUSED, {0}}, /* milliseconds */
        {{{"exp", "1e300"}}, REFUSED, {0}},
        {{{"exp", "1699999940"}}, UNTIMELY, {0}},
        {{{"exp", "1699999941"}}, GOOD, {0}},
        {{{"exp", "1699999940.5"}}, GOOD, {0}},
        {{{"exp", "1699999939.9"}}, UNTIMELY, {0}},
        {{{"exp", "1.7000003e9"}}, GOOD, {0}},
        {{{"exp", "0"}}, UNTIMELY, {0}},
        {{{"iat", NULL}}, REFUSED, {0}},
        {{{"iat", "\"1700000000\""}}, REFUSED, {0}},
        {{{"iat", "1700000060"}}, GOOD, {0}},
        {{{"iat", "1700000060.5"}}, UNTIMELY, {0}},
        {{{"iat", "1700000061"}}, UNTIMELY, {0}},
        {{{"iat", "1699913540"}}, GOOD, {0}}, /* a day and 60 s */
        {{{"iat", "1699913539"}}, UNTIMELY, {0}},
        {{{"nbf", "1700000060"}}, GOOD, {0}},
        {{{"nbf", "1700000061"}}, UNTIMELY, {0}},
        {{{"nbf", "0"}}, GOOD, {0}},
        {{{"nbf", "\"0\""}}, REFUSED, {0}},
        {{{"nbf", "null"}}, REFUSED, {0}},
    };

    (void)state;
    assert_rows(rows, CS_ARRAY_SIZE(rows));
}

static void when_and_how_strongly_the_user_signed_in(void **state)
{
    static const struct row rows[] = {
        {{{"auth_time", "1"}}, GOOD, {0}}, /* nobody asked */
        {{{"auth_time", NULL}}, OLD, {.not_before_auth = NOW}},
        {{{"auth_time", NULL}}, OLD, {.not_before_auth = 1}},
        {{{"auth_time", "1700000000"}}, GOOD, {.not_before_auth = NOW}},
        {{{"auth_time", "1699999940"}}, GOOD, {.not_before_auth = NOW}},
        {{{"auth_time", "1699999939"}}, OLD, {.not_before_auth = NOW}},
        {{{"auth_time", "1699999939.99"}}, OLD, {.not_before_auth = NOW}},
        {{{"auth_time", "\"1700000000\""}}, OLD, {.not_before_auth = NOW}},
        {{{"auth_time", "null"}}, OLD, {.not_before_auth = NOW}},
        {{{"auth_time", "1700000000000"}}, OLD, {.not_before_auth = NOW}},
        {{{"acr", "\"0\""}}, GOOD, {0}},
        {{{"acr", NULL}}, LEVEL, {.levels = "gold"}},
        {{{"acr", "\"gold\""}}, GOOD, {.levels = "gold"}},
        {{{"acr", "\"gold\""}}, GOOD, {.levels = " silver  gold "}},
        {{{"acr", "\"silver\""}}, LEVEL, {.levels = "gold"}},
        {{{"acr", "\"gol\""}}, LEVEL, {.levels = "gold"}},
        {{{"acr", "\"golden\""}}, LEVEL, {.levels = "gold"}},
        {{{"acr", "\"Gold\""}}, LEVEL, {.levels = "gold"}},
        {{{"acr", "\"silver gold\""}}, LEVEL, {.levels = "silver gold"}},
        {{{"acr", "\"\""}}, LEVEL, {.levels = "gold"}},
        {{{"acr", "[\"gold\"]"}}, LEVEL, {.levels = "gold"}},
        {{{"acr", "\"gold\""}}, LEVEL, {.levels = ""}},
        {{{"acr", "\"\""}}, LEVEL, {.levels = " "}},
    };

    (void)state;
    assert_rows(rows, CS_ARRAY_SIZE(rows));
}

#define A50 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define A255 A50 A50 A50 A50 A50 "aaaaa"

static void whose_it_is(void **state)
{
    static const struct row rows[] = {
        {{{"sub", NULL}}, REFUSED, {0}},
        {{{"sub", "7"}}, REFUSED, {.identity = "7"}},
        {{{"sub", "\"\""}}, REFUSED, {0}},
        {{{"sub", "\"" A255 "\""}}, GOOD, {.identity = A255}},
        {{{"sub", "\"" A255 "a\""}}, REFUSED, {.identity = A255 "a"}},
        {{{"sub", "\"user-2\""}}, OTHER, {0}},
        {{{"sub", "\"user-1\""}}, GOOD, {.claim = "sub"}},
        {{{"sub", "\"User-1\""}}, OTHER, {0}},
        {{{"sub", "\"user-1 \""}}, OTHER, {0}},
        {{{"sub", "\"user-\""}}, OTHER, {0}},
        {{{"sub", "\"user-10\""}}, OTHER, {0}},
        {{{"sub", "\"us\\u0065r-1\""}}, GOOD, {0}}, /* the same text, written otherwise */
        {{{"sub", NULL}, {"name", "\"n\""}}, REFUSED, {.claim = "name", .identity = "n"}},
        {{{"name", "\"n\""}}, GOOD, {.claim = "name", .identity = "n"}},
        {{{"name", "\"user-1\""}}, OTHER, {.claim = "name", .identity = "n"}},
        {{{"name", "\"N\""}}, OTHER, {.claim = "name", .identity = "n"}},
        {{{"Name", "\"n\""}}, MISSING, {.claim = "name", .identity = "n"}},
        {{{"name", NULL}}, MISSING, {.claim = "name"}},
        {{{"name", NULL}}, ELSEWHERE, {.claim = "name", .elsewhere = true}},
        {{{"name", "\"m\""}}, OTHER, {.claim = "name", .elsewhere = true}},
        {{{"name", "[\"user-1\"]"}}, MISSING, {.claim = "name"}},
        {{{"name", "7"}}, MISSING, {.claim = "name", .identity = "7"}},
        {{{"name", "null"}}, MISSING, {.claim = "name", .elsewhere = true}},
        {{{"name", "\"user-1\""}}, GOOD, {.claim = "name", .elsewhere = true}},
        {{{"a.b", "\"user-1\""}}, GOOD, {.claim = "a.b"}},
        {{{"a", "{\"b\":\"user-1\"}"}}, MISSING, {.claim = "a.b"}},
        {{{"email", "\"u@t\""}}, MISSING, {.claim = "email", .identity = "u@t"}},
        {{{"email", "\"u@t\""}, {"email_verified", "true"}},
         GOOD,
         {.claim = "email", .identity = "u@t"}},
        {{{"email", "\"u@t\""}, {"email_verified", "false"}},
         MISSING,
         {.claim = "email", .identity = "u@t"}},
        {{{"email", "\"u@t\""}, {"email_verified", "\"true\""}},
         MISSING,
         {.claim = "email", .identity = "u@t"}},
        {{{"email", "\"u@t\""}, {"email_verified", "1"}},
         MISSING,
         {.claim = "email", .identity = "u@t"}},
        {{{"email", "\"u@t\""}}, MISSING, {.claim = "email", .identity = "u@t", .elsewhere = true}},
        {{{"email", "\"v@t\""}, {"email_verified", "true"}},
         OTHER,
         {.claim = "email", .identity = "u@t"}},
        /* All rules hold even if the claim stands elsewhere. */
        {{{"exp", "1"}}, UNTIMELY, {.claim = "name", .elsewhere = true}},
        {{{"acr", "\"0\""}}, LEVEL, {.claim = "name", .levels = "1", .elsewhere = true}},
    };

    (void)state;
    assert_rows(rows, CS_ARRAY_SIZE(rows));
}

static void the_subject_is_handed_on_only_if_it_counts(void **state)
{
    CS_AUTO(cs_string_free) char *claims = claims_with((const struct change[3]){{0}});
    struct cs_id_token_wanted wanted = usual_wanted();
    struct cs_id_token_result result;

    (void)state;
    assert_int_equal(check(JOSE_JWKS, HEADER, claims, &wanted, &result), CS_OK);
    assert_string_equal(result.subject, "user-1");
    wanted.claim = "name";
    wanted.claim_elsewhere_ok = true;
    assert_int_equal(check(JOSE_JWKS, HEADER, claims, &wanted, &result), CS_OK);
    assert_string_equal(result.subject, "user-1");
    wanted.issuer = "https://other.test";
    assert_int_equal(check(JOSE_JWKS, HEADER, claims, &wanted, &result), CS_OK);
    assert_string_equal(result.subject, "");
    assert_contains(result.detail, "iss is '" ISSUER "'");
}

/* ---- before any claim is looked at ---- */

#define WHOLE                                                                                      \
    "\"iss\":\"" ISSUER                                                                            \
    "\",\"sub\":\"user-1\",\"aud\":\"client-1\",\"exp\":1700000300,\"iat\":1700000000"

static void a_signature_and_a_whole_object_come_first(void **state)
{
    static const char stranger[] = "{\"keys\":[" JOSE_P256_JWK(",\"kid\":\"ec\"") "]}";
    static const struct {
        const char *keys, *header, *payload;
        unsigned algorithms;
        enum cs_id_token_state state;
        const char *why;
    } rows[] = {
        {JOSE_JWKS, HEADER, "{" WHOLE "}", CS_JOSE_ALL, CS_ID_TOKEN_GOOD, ""},
        {stranger, HEADER, "{" WHOLE "}", CS_JOSE_ALL, CS_ID_TOKEN_KEY_UNKNOWN, "no key 'ed'"},
        {NULL, HEADER, "{" WHOLE "}", CS_JOSE_ALL, CS_ID_TOKEN_KEY_UNKNOWN, "no key 'ed'"},
        {JOSE_JWKS, "{\"alg\":\"EdDSA\",\"kid\":\"ec\"}", "{" WHOLE "}", CS_JOSE_ALL,
         CS_ID_TOKEN_REFUSED, "not for EdDSA"},
        {JOSE_JWKS, "{\"alg\":\"none\"}", "{" WHOLE "}", CS_JOSE_ALL, CS_ID_TOKEN_REFUSED,
         "'none'"},
        {JOSE_JWKS, HEADER, "{" WHOLE "}", CS_JOSE_BIT(CS_JOSE_RS256), CS_ID_TOKEN_REFUSED,
         "'EdDSA'"},
        {JOSE_JWKS, HEADER, "", CS_JOSE_ALL, CS_ID_TOKEN_REFUSED, "not JSON"},
        {JOSE_JWKS, HEADER, "{" WHOLE ",}", CS_JOSE_ALL, CS_ID_TOKEN_REFUSED, "not JSON"},
        {JOSE_JWKS, HEADER, "{/**/" WHOLE "}", CS_JOSE_ALL, CS_ID_TOKEN_REFUSED, "not JSON"},
        {JOSE_JWKS, HEADER, "{" WHOLE "}{}", CS_JOSE_ALL, CS_ID_TOKEN_REFUSED, "not JSON"},
        {JOSE_JWKS, HEADER, "{" WHOLE ",\"iss\":\"" ISSUER "\"}", CS_JOSE_ALL, CS_ID_TOKEN_REFUSED,
         "not JSON"},
        {JOSE_JWKS, HEADER, "{" WHOLE ",\"name\":\"a\\u0000\"}", CS_JOSE_ALL, CS_ID_TOKEN_REFUSED,
         "not JSON"},
        {JOSE_JWKS, HEADER, "{" WHOLE ",\"name\":\"\xff\"}", CS_JOSE_ALL, CS_ID_TOKEN_REFUSED,
         "not JSON"},
        {JOSE_JWKS, HEADER, "[{" WHOLE "}]", CS_JOSE_ALL, CS_ID_TOKEN_REFUSED, "JSON object"},
        {JOSE_JWKS, HEADER, "\"user-1\"", CS_JOSE_ALL, CS_ID_TOKEN_REFUSED, "JSON object"},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        bool good = rows[i].state == CS_ID_TOKEN_GOOD;
        struct cs_id_token_wanted wanted = usual_wanted();
        struct cs_id_token_result result;

        wanted.algorithms = rows[i].algorithms;
        assert_int_equal(check(rows[i].keys, rows[i].header, rows[i].payload, &wanted, &result),
                         CS_OK);
        assert_outcome(&result, rows[i].state, good ? CS_REASON_NONE : CS_REASON_TOKEN_REFUSED,
                       rows[i].payload);
        assert_contains(result.detail, rows[i].why);
    }
}

static void what_is_not_known_cannot_be_compared(void **state)
{
    static const struct cs_id_token_wanted rows[] = {
        {.issuer = NULL, .client_id = "client-1", .identity = "user-1", .algorithms = CS_JOSE_ALL},
        {.issuer = "", .client_id = "client-1", .identity = "user-1", .algorithms = CS_JOSE_ALL},
        {.issuer = ISSUER, .client_id = NULL, .identity = "user-1", .algorithms = CS_JOSE_ALL},
        {.issuer = ISSUER, .client_id = "", .identity = "user-1", .algorithms = CS_JOSE_ALL},
        {.issuer = ISSUER, .client_id = "client-1", .identity = NULL, .algorithms = CS_JOSE_ALL},
        {.issuer = ISSUER, .client_id = "client-1", .identity = "", .algorithms = CS_JOSE_ALL},
        {.issuer = ISSUER, .client_id = "client-1", .identity = "user-1", .algorithms = 0},
    };
    CS_AUTO(cs_string_free) char *claims = claims_with((const struct change[3]){{0}});

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        struct cs_id_token_wanted wanted = rows[i];
        struct cs_id_token_result result;

        wanted.now = NOW;
        assert_int_equal(check(JOSE_JWKS, HEADER, claims, &wanted, &result), CS_ERR_INPUT);
        assert_int_equal(result.state, CS_ID_TOKEN_REFUSED);
    }
}

/* ---- userinfo ---- */

static void userinfo_is_about_the_same_user(void **state)
{
    static const struct {
        const char *text, *claim;
        enum cs_id_token_state state;
        enum cs_reason reason;
    } rows[] = {
        {"{\"sub\":\"s-1\",\"name\":\"user-1\"}", "name", GOOD},
        {"{\"sub\":\"s-2\",\"name\":\"user-1\"}", "name", OTHER},
        {"{\"sub\":\"S-1\",\"name\":\"user-1\"}", "name", OTHER},
        {"{\"sub\":\"s-10\",\"name\":\"user-1\"}", "name", OTHER},
        {"{\"sub\":7,\"name\":\"user-1\"}", "name", REFUSED},
        {"{\"name\":\"user-1\"}", "name", REFUSED},
        {"{\"sub\":\"s-1\",\"name\":\"user-2\"}", "name", OTHER},
        {"{\"sub\":\"s-1\",\"name\":\"USER-1\"}", "name", OTHER},
        {"{\"sub\":\"s-1\",\"name\":[\"user-1\"]}", "name", MISSING},
        {"{\"sub\":\"s-1\"}", "name", MISSING},
        {"{\"sub\":\"s-1\",\"email\":\"user-1\"}", "email", MISSING},
        {"{\"sub\":\"s-1\",\"email\":\"user-1\",\"email_verified\":true}", "email", GOOD},
        {"{\"sub\":\"s-1\",\"email\":\"user-1\",\"email_verified\":false}", "email", MISSING},
        {"{\"sub\":\"s-1\",\"sub\":\"s-1\",\"name\":\"user-1\"}", "name", REFUSED},
        {"[]", "name", REFUSED},
        {"eyJhbGciOiJub25lIn0.e30.", "name", REFUSED},
        {"", "name", REFUSED},
    };
    struct cs_id_token_result result;

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        memset(&result, 0x55, sizeof result);
        assert_int_equal(cs_id_token_userinfo_check(rows[i].text, strlen(rows[i].text), "s-1",
                                                    rows[i].claim, "user-1", &result, NULL),
                         CS_OK);
        assert_outcome(&result, rows[i].state, rows[i].reason, rows[i].text);
    }
    for (size_t missing = 0; missing < 6; missing++) {
        const char *given[3] = {"s-1", "name", "user-1"};
        struct cs_error error = {0};

        given[missing / 2] = missing % 2 == 0 ? NULL : "";
        assert_int_equal(cs_id_token_userinfo_check(rows[0].text, strlen(rows[0].text), given[0],
                                                    given[1], given[2], &result, &error),
                         CS_ERR_INPUT);
        assert_int_equal(result.state, CS_ID_TOKEN_REFUSED);
        assert_true(error.text[0] != '\0');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_issued_it_and_for_whom),
        cmocka_unit_test(when_it_counts),
        cmocka_unit_test(when_and_how_strongly_the_user_signed_in),
        cmocka_unit_test(whose_it_is),
        cmocka_unit_test(the_subject_is_handed_on_only_if_it_counts),
        cmocka_unit_test(a_signature_and_a_whole_object_come_first),
        cmocka_unit_test(what_is_not_known_cannot_be_compared),
        cmocka_unit_test(userinfo_is_about_the_same_user),
    };

    return cmocka_run_group_tests_name("id_token", tests, NULL, NULL);
}
