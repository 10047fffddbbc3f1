/* SPDX-License-Identifier: Apache-2.0 */
/* The readers of other programs' files: what each spelling becomes, and what is refused. */
#include "tests/unit/unit.h"

#include "import/base32.h"
#include "import/imported.h"

#define NOW 1700000000
#define SEED "12345678901234567890"
#define BASE32 "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
#define HEX "3132333435363738393031323334353637383930"

static struct cs_imports imports;

static void read_text(cs_import_reader *reader, const char *text, struct cs_import_source source)
{
    CS_AUTO(cs_string_free) char *copy = strdup(text);

    cs_imports_clear(&imports);
    source.text = copy;
    source.now = NOW;
    assert_int_equal(reader(&source, &imports, NULL), CS_OK);
}

static const struct cs_imported *only(void)
{
    if (imports.faults.count > 0)
        fail_msg("%s", imports.faults.items[0].text);
    assert_int_equal(imports.count, 1);
    return imports.rows[0];
}

static int clear(void **state)
{
    (void)state;
    cs_imports_clear(&imports);
    return 0;
}

static void assert_secret(const struct cs_imported *row)
{
    assert_int_equal(row->factor.secret.length, strlen(SEED));
    assert_memory_equal(row->factor.secret.data, SEED, strlen(SEED));
}

/* ---- base32 as google-authenticator reads it ---- */

static void test_base32_as_mistyped(void **state)
{
    static const char *const rows[] = {BASE32, "gezd gnbv-gy3t qojq GEZDGNBVGY3TQ0JQ",
                                       "\tGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ2"};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        CS_AUTO(cs_secret_free) struct cs_secret data = {0};

        assert_true(cs_import_base32_loose(rows[i], &data));
        assert_int_equal(data.length, strlen(SEED));
        assert_memory_equal(data.data, SEED, strlen(SEED));
    }
}

static void test_base32_refused(void **state)
{
    static const char *const rows[] = {"", "A", BASE32 "=", "GEZDGNB9", "GEZD\xc3\xa4"};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        CS_AUTO(cs_secret_free) struct cs_secret data = {0};

        if (cs_import_base32_loose(rows[i], &data))
            fail_msg("'%s' accepted", rows[i]);
    }
}

/* ---- google-authenticator ---- */

static void test_google_all_options(void **state)
{
    const struct cs_imported *row;

    (void)state;
    read_text(cs_import_google,
              BASE32 "\r\n\" RATE_LIMIT 3 30 1700000000\r\n\" WINDOW_SIZE 17\r\n12345678\r\n"
                     "\" STEP_SIZE 45\r\n\" TIME_SKEW -4\r\n\" DISALLOW_REUSE 5 9 7\r\n\" "
                     "TOTP_AUTH\r\n87654321\r\n",
              (struct cs_import_source){.user = "alice"});
    row = only();
    assert_secret(row);
    assert_int_equal(row->factor.kind, CS_STORED_TOTP);
    assert_int_equal(row->window, 17);
    assert_int_equal(row->factor.period, 45);
    assert_int_equal(row->factor.drift, -4);
    assert_int_equal(row->factor.last_step, 9);
    assert_int_equal(row->codes_count, 2);
    assert_holds(&row->codes[1], "87654321", 8);
    assert_int_equal(row->lost.count, 1);
    assert_string_equal(row->factor.user, "alice");
}

static void test_google_counter_is_the_next(void **state)
{
    const struct cs_imported *row;

    (void)state;
    read_text(cs_import_google, BASE32 "\n\" HOTP_COUNTER 7\n\" TIME_SKEW 3\n\" NEW_THING x\n",
              (struct cs_import_source){.user = "alice"});
    row = only();
    assert_int_equal(row->factor.kind, CS_STORED_HOTP);
    assert_int_equal(row->factor.last_step, 6);
    assert_int_equal(row->factor.period, 0);
    assert_int_equal(row->factor.drift, 0);
    assert_int_equal(row->lost.count, 2); /* what means nothing here, or is not known, is named */
}

static void test_google_more_codes_than_kept(void **state)
{
    const struct cs_imported *row;

    (void)state;
    read_text(cs_import_google,
              BASE32 "\n\" TOTP_AUTH\n10000000\n20000000\n30000000\n40000000\n50000000\n60000000\n"
                     "70000000\n80000000\n90000000\n11000000\n12000000\n",
              (struct cs_import_source){.user = "alice"});
    row = only();
    assert_int_equal(row->codes_count, CS_RECOVERY_CODES);
    assert_int_equal(row->lost.count, 1);
}

/* ---- pam_oath ---- */

static void test_oath_types(void **state)
{
    static const struct {
        const char *type;
        enum cs_stored_kind kind;
        unsigned digits, period; /* digits 0: refused */
    } rows[] = {{"HOTP", CS_STORED_HOTP, 6, 0},        {"HOTP/E", CS_STORED_HOTP, 6, 0},
                {"HOTP/E/7", CS_STORED_HOTP, 7, 0},    {"HOTP/T30", CS_STORED_TOTP, 6, 30},
                {"HOTP/T60/8", CS_STORED_TOTP, 8, 60}, {"HOTP/T30/9", CS_STORED_TOTP, 0, 0},
                {"HOTP/T30/", CS_STORED_TOTP, 0, 0},   {"HOTP/T30/66", CS_STORED_TOTP, 0, 0},
                {"TOTP/30", CS_STORED_TOTP, 0, 0},     {"HOTP/6", CS_STORED_TOTP, 0, 0},
                {"HOTP/T90", CS_STORED_TOTP, 0, 0},    {"hotp", CS_STORED_TOTP, 0, 0}};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        char text[128];

        (void)snprintf(text, sizeof text, " %s\talice - " HEX "\r\n", rows[i].type);
        read_text(cs_import_oath, text, (struct cs_import_source){0});
        if (rows[i].digits == 0) {
            assert_int_equal(imports.count, 0);
            assert_int_equal(imports.faults.count, 1);
            continue;
        }
        assert_int_equal(only()->factor.kind, rows[i].kind);
        assert_int_equal(only()->factor.digits, rows[i].digits);
        assert_int_equal(only()->factor.period, rows[i].period);
        assert_secret(only());
    }
}

static void test_oath_counter(void **state)
{
    static const struct {
        const char *rest;
        int64_t last;
    } rows[] = {{"", -1},    {" 0", -1},       {" 5", 4},
                {" 5 -", 4}, {" 5 123456", 5}, {" 0 123456 2023-11-14T22:13:20L", 0}};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        char text[128];

        (void)snprintf(text, sizeof text, "HOTP alice - " HEX "%s\n", rows[i].rest);
        read_text(cs_import_oath, text, (struct cs_import_source){0});
        assert_int_equal(only()->factor.last_step, rows[i].last);
    }
}

/* ---- URIs ---- */

static void test_otpauth_users_and_labels(void **state)
{
    static const struct {
        const char *line, *user, *label;
    } rows[] = {
        {"otpauth://totp/alice?secret=" BASE32, "alice", ""},
        {"otpauth://totp/Acme:alice?secret=" BASE32 "&issuer=Acme", "alice", "Acme"},
        {"otpauth://totp/Ac%3Ame:alice?secret=" BASE32 "&issuer=Ac%3Ame", "alice", "Ac:me"},
        {"otpauth://totp/Ac:me:alice?secret=" BASE32 "&issuer=Ac:me", "alice", "Ac:me"},
        {"otpauth://totp/Acme%3A%20alice?secret=" BASE32, "alice", "Acme"},
        {"bob otpauth://totp/Acme:alice?issuer=Acme&secret=" BASE32, "bob", "Acme"},
        {"bob,otpauth://totp/Acme:alice?issuer=Acme&secret=" BASE32 "#x", "bob", "Acme"},
        {"OTPAUTH://TOTP/alice?SECRET=" BASE32, "alice", ""},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        read_text(cs_import_otpauth, rows[i].line, (struct cs_import_source){0});
        assert_string_equal(only()->factor.user, rows[i].user);
        assert_string_equal(only()->factor.label, rows[i].label);
        assert_secret(only());
    }
}

static void test_otpauth_refused(void **state)
{
    static const char *const rows[] = {
        "otpauth://totp/alice",
        "otpauth://totp/alice?issuer=x",
        "otpauth://totp/alice?secret=",
        "otpauth://totp/alice?secret=" HEX "1",
        "otpauth://totp/alice?secret=GEZDGNBVGY3TQ",
        "otpauth://steam/alice?secret=" BASE32,
        "otpauth://totp/alice?issuer=Steam&secret=" BASE32,
        "otpauth://totp/alice?secret=" BASE32 "&algorithm=MD5",
        "otpauth://totp/alice?secret=" BASE32 "&digits=5",
        "otpauth://totp/alice?secret=" BASE32 "&digits=six",
        "otpauth://totp/alice?secret=" BASE32 "&period=0",
        "otpauth://totp/alice?secret=" BASE32 "&period=3601",
        "otpauth://totp/alice?secret=" BASE32 "&secret=" BASE32,
        "otpauth://totp/al%00ice?secret=" BASE32,
        "otpauth://totp/al%4?secret=" BASE32,
        "otpauth://hotp/alice?secret=" BASE32 "&counter=-1",
        "otpauth://totp/?secret=" BASE32,
        "aliceotpauth://totp/?secret=" BASE32,
        "alice " BASE32,
        "otpauth-migration://offline?data=",
        "otpauth-migration://offline?data=!!!",
        "otpauth-migration://offline?data=CgIK",
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        read_text(cs_import_otpauth, rows[i], (struct cs_import_source){0});
        if (imports.count != 0 || imports.faults.count != 1)
            fail_msg("'%s': %zu rows, %zu faults", rows[i], imports.count, imports.faults.count);
        assert_null(strstr(imports.faults.items[0].text, BASE32));
    }
}

/* otplib 12 repeats a short key. */
static void test_otpauth_padding(void **state)
{
    static const struct {
        const char *algorithm;
        size_t length;
    } rows[] = {{"SHA1", 20}, {"SHA256", 32}, {"SHA512", 64}};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        const struct cs_factor *factor;
        char text[128];

        (void)snprintf(text, sizeof text, "otpauth://totp/alice?secret=" BASE32 "&algorithm=%s",
                       rows[i].algorithm);
        read_text(cs_import_otpauth, text, (struct cs_import_source){.padded = true});
        factor = &only()->factor;
        assert_int_equal(factor->secret.length, rows[i].length);
        for (size_t k = 0; k < rows[i].length; k++)
            assert_int_equal(factor->secret.data[k], SEED[k % strlen(SEED)]);
    }
}

/* ---- PSKC ---- */

#define PSKC(inside)                                                                               \
    "<KeyContainer xmlns='urn:ietf:params:xml:ns:keyprov:pskc'><KeyPackage>" inside                \
    "</KeyPackage></KeyContainer>"
#define KEY(algorithm, inside) "<Key Id='1' Algorithm='" algorithm "'>" inside "</Key>"
#define PLAIN "<Secret><PlainValue> MTIzNDU2Nzg5\n MDEyMzQ1Njc4OTA= </PlainValue></Secret>"
#define WHOSE "<UserId> alice </UserId>"

static void test_pskc_values(void **state)
{
    const struct cs_imported *row;

    (void)state;
    read_text(
        cs_import_pskc,
        PSKC("<DeviceInfo><UserId>dev</UserId></DeviceInfo>" KEY(
            "urn:ietf:params:xml:ns:keyprov:pskc:totp",
            "<Issuer>Ac&amp;me</Issuer><AlgorithmParameters><Suite>HMAC-SHA256</Suite>"
            "<ResponseFormat Length='8' Encoding='DECIMAL'/></AlgorithmParameters><Data>" PLAIN
            "<TimeInterval><PlainValue>60</PlainValue></TimeInterval>"
            "<TimeDrift><PlainValue>-2</PlainValue></TimeDrift></Data>" WHOSE)),
        (struct cs_import_source){0});
    row = only();
    assert_secret(row);
    assert_string_equal(row->factor.user, "alice");
    assert_string_equal(row->factor.label, "Ac&me");
    assert_string_equal(row->factor.algorithm, "sha256");
    assert_int_equal(row->factor.digits, 8);
    assert_int_equal(row->factor.period, 60);
    assert_int_equal(row->factor.drift, -2);
}

/* Nothing of one key gets into the next, and nothing of a foreign element counts. */
static void test_pskc_keys_are_apart(void **state)
{
    (void)state;
    read_text(cs_import_pskc,
              PSKC(KEY("pskc#hotp",
                       "<Data>" PLAIN "<Counter><PlainValue>9</PlainValue></Counter></Data>" WHOSE)
                       KEY("pskc#hotp", "<Data></Data>" WHOSE)
                           KEY("pskc#hotp", "<x:Data xmlns:x='urn:x'>" PLAIN "</x:Data>" WHOSE)),
              (struct cs_import_source){0});
    assert_int_equal(imports.count, 1);
    assert_int_equal(imports.rows[0]->factor.last_step, 8);
    assert_int_equal(imports.faults.count, 2);
}

static void test_pskc_refused(void **state)
{
    static const char *const rows[] = {
        PSKC(KEY("pskc#ocra", "<Data>" PLAIN "</Data>" WHOSE)),
        PSKC("<Key><Data>" PLAIN "</Data>" WHOSE "</Key>"),
        PSKC(KEY("pskc#hotp",
                 "<Data>" PLAIN "<Counter><PlainValue>x</PlainValue></Counter></Data>" WHOSE)),
        PSKC(KEY("pskc#totp",
                 "<Data>" PLAIN
                 "<TimeInterval><PlainValue>PT30S</PlainValue></TimeInterval></Data>" WHOSE)),
        PSKC(KEY("pskc#totp", "<Data>" PLAIN PLAIN "</Data>" WHOSE)),
        PSKC(KEY("pskc#totp", "<Data><Secret><PlainValue>!</PlainValue></Secret></Data>" WHOSE)),
        PSKC(KEY("pskc#totp", "<Data><Secret><EncryptedValue/></Secret></Data>" WHOSE)),
        PSKC(KEY("pskc#totp", "<AlgorithmParameters><ResponseFormat Encoding='HEXADECIMAL'/>"
                              "</AlgorithmParameters><Data>" PLAIN "</Data>" WHOSE)),
        PSKC(KEY("pskc#totp", "<AlgorithmParameters><ResponseFormat CheckDigits='true'/>"
                              "</AlgorithmParameters><Data>" PLAIN "</Data>" WHOSE)),
        PSKC(KEY("pskc#totp", "<AlgorithmParameters><Suite>MD5</Suite></AlgorithmParameters>"
                              "<Data>" PLAIN "</Data>" WHOSE)),
        PSKC(KEY("pskc#totp", "<Data>" PLAIN "</Data>" WHOSE "<Policy><PINPolicy/></Policy>")),
        PSKC(KEY("pskc#totp", "<Data>" PLAIN "</Data>")),
        "<!DOCTYPE KeyContainer><KeyContainer/>",
        "<KeyContainer>",
        "",
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        read_text(cs_import_pskc, rows[i], (struct cs_import_source){0});
        if (imports.count != 0 || imports.faults.count != 1)
            fail_msg("'%s': %zu rows, %zu faults", rows[i], imports.count, imports.faults.count);
    }
}

static void test_faults_are_counted_beyond_those_kept(void **state)
{
    CS_AUTO(cs_string_free) char *text = calloc(CS_IMPORT_FAULTS_MAX + 5, 2);

    (void)state;
    assert_non_null(text);
    for (size_t i = 0; i < CS_IMPORT_FAULTS_MAX + 4; i++)
        memcpy(text + 2 * i, "x\n", 2);
    read_text(cs_import_oath, text, (struct cs_import_source){0});
    assert_int_equal(imports.faults.count, CS_IMPORT_FAULTS_MAX);
    assert_int_equal(imports.faults.total, CS_IMPORT_FAULTS_MAX + 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_base32_as_mistyped),
        cmocka_unit_test(test_base32_refused),
        cmocka_unit_test(test_google_all_options),
        cmocka_unit_test(test_google_counter_is_the_next),
        cmocka_unit_test(test_google_more_codes_than_kept),
        cmocka_unit_test(test_oath_types),
        cmocka_unit_test(test_oath_counter),
        cmocka_unit_test(test_otpauth_users_and_labels),
        cmocka_unit_test(test_otpauth_refused),
        cmocka_unit_test(test_otpauth_padding),
        cmocka_unit_test(test_pskc_values),
        cmocka_unit_test(test_pskc_keys_are_apart),
        cmocka_unit_test(test_pskc_refused),
        cmocka_unit_test(test_faults_are_counted_beyond_those_kept),
    };

    return cmocka_run_group_tests(tests, NULL, clear);
}
