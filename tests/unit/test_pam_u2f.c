/* SPDX-License-Identifier: Apache-2.0 */
/* Keys in the file of pam_u2f. The key is that of the U2F specification's example. */
#include "tests/unit/unit.h"

#include "cli/pam_u2f.h"
#include "tests/support/u2f_vectors.h"

#define POINT U2F_EXAMPLE_PUBLIC_KEY
/* The same point, without its first byte. */
#define POINT_BASE64                                                                               \
    "sXS8ScfKJUtw0uXCB87pzxdIIOvXfqPGVQjCbaUbZXwcxrlS+GIWl5NkgtoKbT04JqWQldr2zXwD4uYDhdL22Q=="
#define HANDLE "KlUt_bdHft8"

/* A public key of Ed25519: that of RFC 8032's first example. */
#define EDDSA_BASE64 "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
#define EDDSA_POINT "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"

static const unsigned char example_handle[] = {0x2a, 0x55, 0x2d, 0xfd, 0xb7, 0x47, 0x7e, 0xdf};

static struct cs_pam_u2f_key read_key(const char *text)
{
    struct cs_pam_u2f_key key = {0};
    struct cs_error error = {0};

    if (cs_pam_u2f_read_key(text, &key, &error) != CS_OK)
        fail_msg("'%s': %s", text, error.text);
    return key;
}

static void assert_read(const char *text, const unsigned char *handle, size_t length)
{
    unsigned char point[CS_U2F_PUBLIC_KEY_BYTES];
    struct cs_pam_u2f_key key = read_key(text);

    (void)u2f_unhex(POINT, point);
    assert_int_equal(key.public_key.algorithm, CS_U2F_ES256);
    assert_int_equal(key.public_key.length, sizeof point);
    assert_memory_equal(key.public_key.bytes, point, sizeof point);
    assert_int_equal(key.handle.length, length);
    assert_memory_equal(key.handle.bytes, handle, length);
}

static void test_pam_u2f_key_both_forms(void **state)
{
    static const char *const rows[] = {
        HANDLE "," POINT,
        "KlUt/bdHft8=," POINT,
        "KlUt/bdHft8=," POINT_BASE64 ",es256,+presence",
        HANDLE "," POINT_BASE64 ",es256,",
        HANDLE "," POINT_BASE64 ",es256",
        HANDLE "," POINT_BASE64 ",ES256,+presence", /* pam_u2f since 1.2 does not care */
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++)
        assert_read(rows[i], example_handle, sizeof example_handle);
}

static void test_pam_u2f_key_eddsa(void **state)
{
    unsigned char point[CS_U2F_PUBLIC_KEY_BYTES];
    struct cs_pam_u2f_key key = read_key(HANDLE "," EDDSA_BASE64 ",eddsa,+presence");

    (void)state;
    (void)u2f_unhex(EDDSA_POINT, point);
    assert_int_equal(key.public_key.algorithm, CS_U2F_EDDSA);
    assert_int_equal(key.public_key.length, CS_U2F_EDDSA_BYTES);
    assert_memory_equal(key.public_key.bytes, point, CS_U2F_EDDSA_BYTES);
    assert_int_equal(key.handle.length, sizeof example_handle);
    assert_true(key.fido2);
}

/* What the form and its options say of the key. */
static void test_pam_u2f_key_demands(void **state)
{
    static const struct {
        const char *text;
        bool fido2, touched, verifies;
    } rows[] = {
        {HANDLE "," POINT, false, true, false},
        {HANDLE "," POINT_BASE64 ",es256,+presence", true, true, false},
        {HANDLE "," POINT_BASE64 ",es256,+presence+pin", true, true, true},
        {HANDLE "," POINT_BASE64 ",es256,+presence+verification", true, true, true},
        {HANDLE "," POINT_BASE64 ",es256,+presence+verification+pin", true, true, true},
        {HANDLE "," POINT_BASE64 ",es256,+pin", true, false, true},
        {HANDLE "," POINT_BASE64 ",es256,", true, false, false},
        {HANDLE "," POINT_BASE64 ",es256", true, false, false},
        {HANDLE "," EDDSA_BASE64 ",eddsa,+presence+verification", true, true, true},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        struct cs_pam_u2f_key key = read_key(rows[i].text);

        if (key.fido2 != rows[i].fido2 || key.touched != rows[i].touched ||
            key.verifies != rows[i].verifies)
            fail_msg("'%s': %d %d %d", rows[i].text, key.fido2, key.touched, key.verifies);
    }
}

static void test_pam_u2f_key_upper_case_point(void **state)
{
    char text[sizeof HANDLE "," POINT] = HANDLE "," POINT;

    (void)state;
    for (char *c = text + sizeof HANDLE; *c != '\0'; c++)
        *c = *c >= 'a' ? (char)(*c - 'a' + 'A') : *c;
    assert_read(text, example_handle, sizeof example_handle);
}

static void test_pam_u2f_key_refusals(void **state)
{
    static const char *const rows[][2] = {
        {"", "not a handle"},
        {HANDLE, "not a handle"},
        {"," POINT, "handle is not base64"},
        {"K," POINT, "handle is not base64"},
        {"Kl!t," POINT, "handle is not base64"},
        {"KlUt/bdHft8=x," POINT, "handle is not base64"},
        {"KlUt/bdHft8===," POINT, "handle is not base64"},
        {"*," POINT_BASE64 ",es256,+presence", "resident"},
        {HANDLE ",", "hexadecimal"},
        {HANDLE "," POINT "0", "hexadecimal"},
        {HANDLE ",x" POINT, "hexadecimal"},
        {HANDLE "," POINT_BASE64, "hexadecimal"},
        {HANDLE "," POINT ",es256,+presence", "base64"},
        {HANDLE "," HANDLE ",es256,+presence", "base64"},
        {HANDLE "," EDDSA_BASE64 ",es256,+presence", "64 bytes of base64"},
        {HANDLE "," POINT_BASE64 ",eddsa,+presence", "32 bytes of base64"},
        {HANDLE ",AgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=,eddsa,+presence", "not a point"},
        {HANDLE ",AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=,eddsa,+presence", "anybody"},
        {HANDLE "," POINT_BASE64 ",rs256,+presence", "'rs256' is neither es256 nor eddsa"},
        {HANDLE "," POINT_BASE64 ",,+presence", "'' is neither"},
        {HANDLE "," POINT_BASE64 ",es256,+presence+future", "'future' is none of"},
        {HANDLE "," POINT_BASE64 ",es256,+PIN", "'PIN' is none of"},
        {HANDLE "," POINT_BASE64 ",es256,+presence,x", "'presence,x' is none of"},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        struct cs_pam_u2f_key key = {0};
        struct cs_error error = {0};

        if (cs_pam_u2f_read_key(rows[i][0], &key, &error) != CS_ERR_INPUT)
            fail_msg("'%s' is taken", rows[i][0]);
        assert_contains(error.text, rows[i][1]);
        assert_int_equal(key.handle.length, 0);
    }
}

static void test_pam_u2f_key_not_on_the_curve_refused(void **state)
{
    char text[] = HANDLE "," POINT;
    struct cs_pam_u2f_key key = {0};
    struct cs_error error = {0};

    (void)state;
    text[sizeof text - 2] = '8';
    assert_int_equal(cs_pam_u2f_read_key(text, &key, &error), CS_ERR_INPUT);
    memcpy(text + sizeof HANDLE, "02", 2);
    assert_int_equal(cs_pam_u2f_read_key(text, &key, &error), CS_ERR_INPUT);
}

static void test_pam_u2f_key_longest_handle(void **state)
{
    char text[600];
    const unsigned char zeros[CS_U2F_HANDLE_MAX] = {0};
    struct cs_pam_u2f_key key = {0};
    struct cs_error error = {0};
    int length = (CS_U2F_HANDLE_MAX * 4 + 2) / 3; /* characters */

    (void)state;
    memset(text, 'A', sizeof text);
    (void)snprintf(text + length, sizeof text - (size_t)length, ",%s", POINT);
    assert_read(text, zeros, sizeof zeros);
    memset(text, 'A', sizeof text);
    (void)snprintf(text + length + 2, sizeof text - (size_t)length - 2, ",%s", POINT);
    assert_int_equal(cs_pam_u2f_read_key(text, &key, &error), CS_ERR_INPUT);
    assert_contains(error.text, "longer than 255 bytes");
}

static void test_pam_u2f_lines_are_bounded(void **state)
{
    struct cs_pam_u2f_lines lines = {0};
    char *text = calloc(1, 1000001);

    (void)state;
    assert_non_null(text);
    memset(text, '\n', 999999);
    assert_int_equal(cs_pam_u2f_split(text, &lines, NULL), CS_OK);
    cs_pam_u2f_lines_clear(&lines);
    memset(text, '\n', 1000000);
    assert_int_equal(cs_pam_u2f_split(text, &lines, NULL), CS_ERR_LIMIT);
    free(text);
}

static void test_pam_u2f_lines_split(void **state)
{
    char text[] = "# a comment\n\nalice:a,b:c,d \r\n \t\nbob\n:x,y\nalice:e,f\ncarol:\nalicia:g,h";
    static const struct {
        size_t number;
        const char *user, *keys;
        bool superseded;
    } rows[] = {{3, "alice", "a,b:c,d", true}, {5, "bob", NULL, false},
                {6, "", "x,y", false},         {7, "alice", "e,f", false},
                {8, "carol", "", false},       {9, "alicia", "g,h", false}};
    struct cs_pam_u2f_lines lines = {0};

    (void)state;
    assert_int_equal(cs_pam_u2f_split(text, &lines, NULL), CS_OK);
    assert_int_equal(lines.count, CS_ARRAY_SIZE(rows));
    for (size_t i = 0; i < lines.count; i++) {
        assert_int_equal(lines.items[i].number, rows[i].number);
        assert_string_equal(lines.items[i].user, rows[i].user);
        assert_int_equal(lines.items[i].superseded, rows[i].superseded);
        assert_int_equal(lines.items[i].keys == NULL, rows[i].keys == NULL);
        if (rows[i].keys != NULL)
            assert_string_equal(lines.items[i].keys, rows[i].keys);
    }
    cs_pam_u2f_lines_clear(&lines);
    assert_int_equal(lines.count, 0);
}

static void test_pam_u2f_key_of_ssh_named(void **state)
{
    char text[] = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEA\n";
    struct cs_pam_u2f_lines lines = {0};
    struct cs_error error = {0};

    (void)state;
    assert_int_equal(cs_pam_u2f_split(text, &lines, &error), CS_ERR_INPUT);
    assert_contains(error.text, "sshformat");
    assert_null(lines.items);
}

static void test_pam_u2f_lines_none(void **state)
{
    char text[] = "";
    struct cs_pam_u2f_lines lines = {0};

    (void)state;
    assert_int_equal(cs_pam_u2f_split(text, &lines, NULL), CS_OK);
    assert_int_equal(lines.count, 0);
    cs_pam_u2f_lines_clear(&lines);
}

#define OLD HANDLE "," POINT
#define NEW HANDLE "," POINT_BASE64 ",es256,+presence"

/* pamu2fcfg ends its output without a newline: the next line's keys would become this user's. */
static void test_pam_u2f_glued_lines_found(void **state)
{
    static const char *const rows[][2] = {
        {OLD "bob:" OLD, "bob:" OLD},
        {OLD "abe:" OLD, "abe:" OLD}, /* a name of hexadecimal digits */
        {NEW "bob:" NEW, "bob:" NEW},
        {NEW "+pinbob:" NEW, "bob:" NEW},
        {HANDLE "," POINT_BASE64 ",es256,bob:" NEW, "bob:" NEW},
        {HANDLE "," POINT_BASE64 ",es256bob:" NEW, "bob:" NEW},
        {"*," POINT_BASE64 ",eddsa,+presence+verificationbob:" NEW, "bob:" NEW},
        {NEW ":" OLD "carol:" NEW, "carol:" NEW},
        {NEW "#:" NEW, "#:" NEW},
        {NEW, NULL},
        {OLD, NULL},
        {OLD ":" OLD ":" NEW ":" NEW, NULL},
        {NEW "+pin:" NEW, NULL},
        {NEW "+future:" NEW, NULL},
        {HANDLE "," POINT_BASE64 ",es256:" NEW, NULL},
        {HANDLE "," POINT_BASE64 ",es256,:" NEW, NULL},
        {HANDLE "," POINT_BASE64 ",es256,presence:" NEW, NULL},
        {"rubbish:" NEW, NULL},
        {"::,:,,:,,,:", NULL},
        {"", NULL},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        const char *other = cs_pam_u2f_glued(rows[i][0]);

        if ((other == NULL) != (rows[i][1] == NULL))
            fail_msg("'%s': '%s'", rows[i][0], other ? other : "nothing");
        if (other != NULL)
            assert_string_equal(other, rows[i][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pam_u2f_key_both_forms),
        cmocka_unit_test(test_pam_u2f_key_eddsa),
        cmocka_unit_test(test_pam_u2f_key_demands),
        cmocka_unit_test(test_pam_u2f_key_of_ssh_named),
        cmocka_unit_test(test_pam_u2f_key_upper_case_point),
        cmocka_unit_test(test_pam_u2f_key_refusals),
        cmocka_unit_test(test_pam_u2f_key_not_on_the_curve_refused),
        cmocka_unit_test(test_pam_u2f_key_longest_handle),
        cmocka_unit_test(test_pam_u2f_lines_are_bounded),
        cmocka_unit_test(test_pam_u2f_lines_split),
        cmocka_unit_test(test_pam_u2f_lines_none),
        cmocka_unit_test(test_pam_u2f_glued_lines_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
