/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every option of every format that is imported: honoured, named as lost, or a reason to refuse.
 * Nothing that a file says is passed over in silence.
 */
#include "tests/unit/unit.h"

#include "base/base64url.h"
#include "base/buffer.h"
#include "import/imported.h"

#define NOW 1700000000
#define BASE32 "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
#define HEX "3132333435363738393031323334353637383930"

/* An option, a text with it, and one of: what the factor is then, and what is said to be lost. */
struct row {
    const char *option, *text;
    const char *factor; /* a part of describe(); NULL: not looked at */
    const char *lost;   /* a part of what is said; NULL: nothing is */
    const char *fault;  /* a part of it; NULL: there is none */
};

static struct cs_imports imports;

static void add_text(struct cs_buffer *out, const struct cs_imported *row)
{
    const struct cs_factor *factor = &row->factor;

    cs_buffer_printf(
        out, "%s %s %s %u digits %us last %lld drift %lld window %u codes %zu [%s] %s",
        factor->user, factor->kind == CS_STORED_TOTP ? "totp" : "hotp", factor->algorithm,
        factor->digits, factor->period, (long long)factor->last_step, (long long)factor->drift,
        row->window, row->codes_count, factor->label,
        factor->secret.length == 20 && memcmp(factor->secret.data, "12345678901234567890", 20) == 0
            ? "seed"
            : "another secret");
}

static void add_remarks(struct cs_buffer *out, const struct cs_import_remarks *remarks)
{
    for (size_t i = 0; i < remarks->count; i++)
        cs_buffer_printf(out, "%s; ", remarks->items[i].text);
}

static void expect(const char *format, const struct row *row, const char *what, const char *wanted,
                   struct cs_buffer *found)
{
    const char *text = found->text != NULL ? found->text : "";

    assert_false(found->failed);
    if (wanted == NULL ? text[0] != '\0' : strstr(text, wanted) == NULL)
        fail_msg("%s, %s: %s: '%s', and not '%s'", format, row->option, what, text,
                 wanted ? wanted : "");
}

static void check(const char *format, cs_import_reader *reader, const struct row *rows,
                  size_t count)
{
    for (size_t i = 0; i < count; i++) {
        CS_AUTO(cs_string_free) char *copy = strdup(rows[i].text);
        CS_AUTO(cs_buffer_free) struct cs_buffer factors = {0}, lost = {0}, faults = {0};
        const struct cs_import_source source = {.text = copy, .now = NOW, .label = "label"};

        cs_imports_clear(&imports);
        assert_int_equal(reader(&source, &imports, NULL), CS_OK);
        for (size_t k = 0; k < imports.count; k++) {
            add_text(&factors, imports.rows[k]);
            for (size_t n = 0; n < imports.rows[k]->lost.count; n++)
                cs_buffer_printf(&lost, "%s; ", imports.rows[k]->lost.items[n]);
        }
        add_remarks(&lost, &imports.notes);
        add_remarks(&faults, &imports.faults);
        if (rows[i].fault == NULL && imports.count != 1)
            fail_msg("%s, %s: %zu factors: %s", format, rows[i].option, imports.count, faults.text);
        if (rows[i].factor != NULL)
            expect(format, &rows[i], "factor", rows[i].factor, &factors);
        expect(format, &rows[i], "lost", rows[i].lost, &lost);
        expect(format, &rows[i], "fault", rows[i].fault, &faults);
    }
}

static int clear(void **state)
{
    (void)state;
    cs_imports_clear(&imports);
    return 0;
}

/* ---- google-authenticator: what its program writes, and what its module adds ---- */

static enum cs_err read_google(const struct cs_import_source *source, struct cs_imports *into,
                               struct cs_error *error)
{
    struct cs_import_source own = *source;

    own.user = "alice";
    return cs_import_google(&own, into, error);
}

#define BY_TIME BASE32 "\n\" TOTP_AUTH\n"
#define BY_COUNTER BASE32 "\n\" HOTP_COUNTER 7\n"

static void test_google(void **state)
{
    static const struct row rows[] = {
        {"secret", BY_TIME, .factor = "seed"},
        {"TOTP_AUTH", BY_TIME, .factor = "totp sha1 6 digits 30s last -1 drift 0"},
        {"TOTP_AUTH, value", BASE32 "\n\" TOTP_AUTH 1\n", .fault = "TOTP_AUTH takes no value"},
        {"HOTP_COUNTER", BY_COUNTER, .factor = "hotp sha1 6 digits 0s last 6"},
        {"WINDOW_SIZE", BY_TIME "\" WINDOW_SIZE 17\n", .factor = "window 17"},
        {"WINDOW_SIZE, counter", BY_COUNTER "\" WINDOW_SIZE 17\n", .factor = "window 17"},
        {"STEP_SIZE", BY_TIME "\" STEP_SIZE 45\n", .factor = " 45s "},
        {"STEP_SIZE, counter", BY_COUNTER "\" STEP_SIZE 45\n", .factor = " 0s ",
         .lost = "STEP_SIZE"},
        {"DISALLOW_REUSE", BY_TIME "\" DISALLOW_REUSE 5 9 7\n", .factor = "last 9"},
        {"DISALLOW_REUSE, none used", BY_TIME "\" DISALLOW_REUSE\n", .factor = "last -1"},
        {"DISALLOW_REUSE, counter", BY_COUNTER "\" DISALLOW_REUSE 5 9 7\n", .factor = "last 6",
         .lost = "DISALLOW_REUSE"},
        {"TIME_SKEW", BY_TIME "\" TIME_SKEW -4\n", .factor = "drift -4"},
        {"TIME_SKEW, counter", BY_COUNTER "\" TIME_SKEW 4\n", .factor = "drift 0",
         .lost = "TIME_SKEW"},
        {"RESETTING_TIME_SKEW", BY_TIME "\" RESETTING_TIME_SKEW 56 1 57 1\n",
         .lost = "RESETTING_TIME_SKEW"},
        {"RATE_LIMIT", BY_TIME "\" RATE_LIMIT 3 30 1700000000\n", .lost = "RATE_LIMIT"},
        {"LAST0, of grace_period", BY_TIME "\" LAST0 192.0.2.1 1700000000\n", .lost = "LAST0"},
        {"one of a later version", BY_TIME "\" NEW_THING x\n", .lost = "'NEW_THING'"},
        {"emergency codes", BY_TIME "12345678\n87654321\n", .factor = "codes 2"},
        {"an eleventh code",
         BY_TIME "10000000\n20000000\n30000000\n40000000\n50000000\n60000000\n70000000\n"
                 "80000000\n90000000\n11000000\n12000000\n",
         .factor = "codes 10", .lost = "of its 11 emergency codes the last 1"},
    };

    (void)state;
    check("google-authenticator", read_google, rows, CS_ARRAY_SIZE(rows));
}

/* ---- pam_oath: the types that liboath knows, and seven words ---- */

static void test_oath(void **state)
{
    static const struct row rows[] = {
        {"HOTP", "HOTP alice - " HEX, .factor = "alice hotp sha1 6 digits 0s last -1"},
        {"HOTP/E", "HOTP/E alice - " HEX, .factor = "hotp sha1 6"},
        {"HOTP/E/6", "HOTP/E/6 alice - " HEX, .factor = "hotp sha1 6"},
        {"HOTP/E/7", "HOTP/E/7 alice - " HEX, .factor = "hotp sha1 7"},
        {"HOTP/E/8", "HOTP/E/8 alice - " HEX, .factor = "hotp sha1 8"},
        {"HOTP/T30", "HOTP/T30 alice - " HEX, .factor = "totp sha1 6 digits 30s"},
        {"HOTP/T30/6", "HOTP/T30/6 alice - " HEX, .factor = "totp sha1 6 digits 30s"},
        {"HOTP/T30/7", "HOTP/T30/7 alice - " HEX, .factor = "totp sha1 7 digits 30s"},
        {"HOTP/T30/8", "HOTP/T30/8 alice - " HEX, .factor = "totp sha1 8 digits 30s"},
        {"HOTP/T60", "HOTP/T60 alice - " HEX, .factor = "totp sha1 6 digits 60s"},
        {"HOTP/T60/6", "HOTP/T60/6 alice - " HEX, .factor = "totp sha1 6 digits 60s"},
        {"HOTP/T60/7", "HOTP/T60/7 alice - " HEX, .factor = "totp sha1 7 digits 60s"},
        {"HOTP/T60/8", "HOTP/T60/8 alice - " HEX, .factor = "totp sha1 8 digits 60s"},
        {"another type", "TOTP alice - " HEX, .fault = "its type"},
        {"secret", "HOTP alice - " HEX, .factor = "seed"},
        {"PIN", "HOTP alice 1234 " HEX, .fault = "has a PIN"},
        {"PIN +", "HOTP alice + " HEX, .lost = "'+'"},
        {"counter", "HOTP alice - " HEX " 5", .factor = "last 4"},
        {"counter, used", "HOTP alice - " HEX " 5 254676", .factor = "last 5"},
        {"sum, by time", "HOTP/T30 alice - " HEX " 77 000000 2000-01-01T00:00:00L",
         .factor = "last -1"},
        /* of the step of NOW */
        {"last code, by time", "HOTP/T30 alice - " HEX " 0 921300", .factor = "last 56666666"},
        {"a word too many", "HOTP alice - " HEX " 5 123456 2000-01-01T00:00:00L x", .fault = "7"},
        {"a comment", "# HOTP\nHOTP alice - " HEX, .factor = "alice"},
    };

    (void)state;
    check("oath", cs_import_oath, rows, CS_ARRAY_SIZE(rows));
}

/* ---- URIs ---- */

#define TOTP(rest) "otpauth://totp/alice?secret=" BASE32 rest
#define HOTP(rest) "otpauth://hotp/alice?secret=" BASE32 rest

static void test_otpauth(void **state)
{
    static const struct row rows[] = {
        {"secret", TOTP(""), .factor = "alice totp sha1 6 digits 30s last -1"},
        {"the issuer in the label", "otpauth://totp/Acme:alice?secret=" BASE32, .factor = "[Acme]"},
        {"issuer", TOTP("&issuer=Acme"), .factor = "[Acme]"},
        {"issuer, Steam", TOTP("&issuer=Steam"), .fault = "Steam"},
        {"algorithm", TOTP("&algorithm=SHA512"), .factor = "sha512"},
        {"algorithm, another", TOTP("&algorithm=MD5"), .fault = "its algorithm"},
        {"digits", TOTP("&digits=8"), .factor = " 8 digits"},
        {"digits, too few", TOTP("&digits=5"), .fault = "6, 7 or 8 digits"},
        {"period", TOTP("&period=60"), .factor = " 60s"},
        {"period, counter", HOTP("&period=60"), .factor = " 0s", .lost = "'period'"},
        {"counter", HOTP("&counter=7"), .factor = "last 6"},
        {"counter, left out", HOTP(""), .factor = "last -1"},
        {"counter, by time", TOTP("&counter=7"), .factor = "last -1", .lost = "'counter'"},
        {"encoding", "otpauth://totp/alice?secret=" HEX "&encoding=hex", .factor = "seed"},
        {"encoding, base32", TOTP("&encoding=base32"), .factor = "seed"},
        {"encoding, another", TOTP("&encoding=ascii"), .fault = "its encoding"},
        {"image", TOTP("&image=https%3A%2F%2Fexample.com%2Fx.png"), .lost = "'image'"},
        {"color", TOTP("&color=ff0000"), .lost = "'color'"},
        {"lock", TOTP("&lock=true"), .lost = "'lock'"},
        {"lock, without a value", TOTP("&lock"), .lost = "'lock'"},
        {"pin", TOTP("&pin=1234"), .lost = "'pin'"},
    };

    (void)state;
    check("otpauth", cs_import_otpauth, rows, CS_ARRAY_SIZE(rows));
}

/* ---- otpauth-migration: bytes of the fields, as protocol buffers number them ---- */

static enum cs_err read_migration(const struct cs_import_source *source, struct cs_imports *into,
                                  struct cs_error *error)
{
    CS_AUTO(cs_secret_free) struct cs_secret data = {0};
    CS_AUTO(cs_buffer_free) struct cs_buffer uri = {0};
    struct cs_import_source own = *source;

    assert_true(cs_import_hex(source->text, &data));
    cs_buffer_text(&uri, "otpauth-migration://offline?data=");
    cs_base64url_add(&uri, (const unsigned char *)data.data, data.length);
    assert_false(uri.failed);
    own.text = uri.text;
    return cs_import_otpauth(&own, into, error);
}

/* A factor of 29 bytes with these fields behind, of `length` bytes in all, in hexadecimal. */
#define ENTRY(length, fields) "0a" length "0a14" HEX "1205616c696365" fields

static void test_migration(void **state)
{
    static const struct row rows[] = {
        {"secret and name", ENTRY("1d", "") "1001",
         .factor = "alice totp sha1 6 digits 30s last -1"},
        {"issuer", ENTRY("23", "1a0441636d65") "", .factor = "[Acme]"},
        {"algorithm", ENTRY("1f", "2003") "", .factor = "sha512"},
        {"algorithm, MD5", ENTRY("1f", "2004") "", .fault = "MD5"},
        {"digits", ENTRY("1f", "2802") "", .factor = " 8 digits"},
        {"digits, another", ENTRY("1f", "2803") "", .fault = "not known"},
        {"type", ENTRY("1f", "3001") "", .factor = "hotp sha1 6 digits 0s last -1"},
        {"counter", ENTRY("21", "30013807") "", .factor = "last 6"},
        {"counter, by time", ENTRY("21", "30023807") "", .factor = "last -1",
         .lost = "its counter"},
        {"the app's own number", ENTRY("20", "420178") "1001", .factor = "alice"},
        {"one of a later version", ENTRY("1f", "4805") "", .lost = "its field 9"},
        {"version, batches", ENTRY("1d", "") "1001180120002805", .factor = "alice"},
        {"a part", ENTRY("1d", "") "10011802200028", .fault = "damaged"},
        {"batch_size, batch_index", ENTRY("1d", "") "1001180220012805",
         .lost = "part 2 of an export of 2"},
        {"one of a later version, of the whole", ENTRY("1d", "") "3001", .lost = "its field 6"},
    };

    (void)state;
    check("otpauth-migration", read_migration, rows, CS_ARRAY_SIZE(rows));
}

/* ---- PSKC: the elements of RFC 6030's schema ---- */

#define BOX(attributes, inside)                                                                    \
    "<KeyContainer xmlns='urn:ietf:params:xml:ns:keyprov:pskc'" attributes ">" inside              \
    "</KeyContainer>"
#define DEVICE(device, algorithm, key)                                                             \
    "<KeyPackage>" device "<Key Id='1' Algorithm='urn:ietf:params:xml:ns:keyprov:pskc:" algorithm  \
    "'>" key "<UserId>alice</UserId></Key></KeyPackage>"
#define PSKC(algorithm, data, more)                                                                \
    BOX("",                                                                                        \
        DEVICE("", algorithm,                                                                      \
               "<Data><Secret><PlainValue>MTIzNDU2Nzg5MDEyMzQ1Njc4OTA=</PlainValue></Secret>" data \
               "</Data>" more))
#define DATA "<Data><Secret><PlainValue>MTIzNDU2Nzg5MDEyMzQ1Njc4OTA=</PlainValue></Secret></Data>"
#define VALUE(name, value) "<" name "><PlainValue>" value "</PlainValue></" name ">"
#define INFO(inside) BOX("", DEVICE("<DeviceInfo>" inside "</DeviceInfo>", "hotp", DATA))
#define FORMAT(attributes)                                                                         \
    "<AlgorithmParameters><ResponseFormat " attributes "/></AlgorithmParameters>"
#define POLICY(inside) "<Policy>" inside "</Policy>"

static void test_pskc_data(void **state)
{
    static const struct row rows[] = {
        {"Algorithm, Secret, UserId", PSKC("hotp", "", ""), .factor = "alice hotp sha1 6 digits"},
        {"Algorithm, totp", PSKC("totp", "", ""), .factor = "totp sha1 6 digits 30s"},
        {"Algorithm, another", PSKC("ocra", "", ""), .fault = "neither HOTP nor TOTP"},
        {"Issuer", PSKC("hotp", "", "<Issuer>Acme</Issuer>"), .factor = "[Acme]"},
        {"Suite",
         PSKC("totp", "", "<AlgorithmParameters><Suite>HMAC-SHA512</Suite></AlgorithmParameters>"),
         .factor = "sha512"},
        {"Length", PSKC("totp", "", FORMAT("Length='8'")), .factor = " 8 digits"},
        {"Encoding", PSKC("totp", "", FORMAT("Encoding='BASE64'")), .fault = "not decimal"},
        {"CheckDigits", PSKC("totp", "", FORMAT("CheckDigits='true'")), .fault = "check digit"},
        {"ChallengeFormat",
         PSKC("totp", "",
              "<AlgorithmParameters><ChallengeFormat Length='8'/></AlgorithmParameters>"),
         .lost = "ChallengeFormat"},
        {"Counter", PSKC("hotp", VALUE("Counter", "7"), ""), .factor = "last 6"},
        {"Counter, by time", PSKC("totp", VALUE("Counter", "7"), ""), .factor = "last -1",
         .lost = "Counter"},
        {"Time", PSKC("totp", VALUE("Time", "0"), ""), .factor = "totp"},
        {"Time, another", PSKC("totp", VALUE("Time", "100"), ""), .lost = "Time is not 0"},
        {"TimeInterval", PSKC("totp", VALUE("TimeInterval", "60"), ""), .factor = " 60s"},
        {"TimeInterval, counter", PSKC("hotp", VALUE("TimeInterval", "60"), ""), .factor = " 0s",
         .lost = "TimeInterval"},
        {"TimeDrift", PSKC("totp", VALUE("TimeDrift", "-2"), ""), .factor = "drift -2"},
        {"TimeDrift, counter", PSKC("hotp", VALUE("TimeDrift", "-2"), ""), .factor = "drift 0",
         .lost = "TimeDrift"},
        {"ValueMAC", PSKC("hotp", "<Counter><ValueMAC/></Counter>", ""), .lost = "ValueMAC"},
        {"EncryptedValue", PSKC("totp", "<Time><EncryptedValue/></Time>", ""),
         .fault = "encrypted"},
        {"Extensions", PSKC("hotp", "<Extensions/>", "<Extensions/>"),
         .lost = "not taken over: Extensions;"},
        {"KeyProfileId", PSKC("hotp", "", "<KeyProfileId>x</KeyProfileId>"),
         .lost = "KeyProfileId"},
        {"KeyReference", PSKC("hotp", "", "<KeyReference>x</KeyReference>"),
         .lost = "KeyReference"},
        {"FriendlyName", PSKC("hotp", "", "<FriendlyName>x</FriendlyName>"),
         .lost = "FriendlyName"},
    };

    (void)state;
    check("pskc", cs_import_pskc, rows, CS_ARRAY_SIZE(rows));
}

static void test_pskc_policy(void **state)
{
    static const struct row rows[] = {
        {"StartDate", PSKC("hotp", "", POLICY("<StartDate>2030-01-01T00:00:00Z</StartDate>")),
         .lost = "dates and limits"},
        {"ExpiryDate", PSKC("hotp", "", POLICY("<ExpiryDate>2030-01-01T00:00:00Z</ExpiryDate>")),
         .lost = "dates and limits"},
        {"NumberOfTransactions",
         PSKC("hotp", "", POLICY("<NumberOfTransactions>9</NumberOfTransactions>")),
         .lost = "dates and limits"},
        {"KeyUsage", PSKC("hotp", "", POLICY("<KeyUsage>CR</KeyUsage><KeyUsage>OTP</KeyUsage>")),
         .factor = "alice"},
        {"KeyUsage, another", PSKC("hotp", "", POLICY("<KeyUsage>CR</KeyUsage>")),
         .fault = "does not allow codes"},
        {"PINPolicy", PSKC("hotp", "", POLICY("<PINPolicy PINUsageMode='Append'/>")),
         .fault = "has a PIN"},
        {"PINPolicy, Local", PSKC("hotp", "", POLICY("<PINPolicy PINUsageMode='Local'/>")),
         .factor = "alice"},
        {"Policy's Extensions", PSKC("hotp", "", POLICY("<Extensions/>")),
         .fault = "Policy has something that is not known"},
    };

    (void)state;
    check("pskc", cs_import_pskc, rows, CS_ARRAY_SIZE(rows));
}

static void test_pskc_around(void **state)
{
    static const struct row rows[] = {
        {"Version", BOX(" Version='1.0' Id='x'", DEVICE("", "hotp", DATA)), .factor = "alice"},
        {"Version, another", BOX(" Version='2.0'", DEVICE("", "hotp", DATA)), .lost = "'2.0'"},
        {"SerialNo", INFO("<SerialNo>77</SerialNo>"), .factor = "[label 77]"},
        {"Manufacturer, Model", INFO("<Manufacturer>x</Manufacturer><Model>y</Model>"),
         .lost = "not taken over: Manufacturer, Model;"},
        {"IssueNo", INFO("<IssueNo>1</IssueNo>"), .lost = "IssueNo"},
        {"DeviceBinding", INFO("<DeviceBinding>x</DeviceBinding>"), .lost = "DeviceBinding"},
        {"StartDate of the device", INFO("<StartDate>x</StartDate>"), .lost = "StartDate"},
        {"ExpiryDate of the device", INFO("<ExpiryDate>x</ExpiryDate>"), .lost = "ExpiryDate"},
        {"UserId of the device",
         BOX("",
             "<KeyPackage><DeviceInfo><UserId>bob</UserId></DeviceInfo><Key Algorithm='hotp'>" DATA
             "</Key></KeyPackage>"),
         .factor = "bob hotp"},
        {"CryptoModuleInfo",
         BOX("", DEVICE("<CryptoModuleInfo><Id>x</Id></CryptoModuleInfo>", "hotp", DATA)),
         .lost = "CryptoModuleInfo"},
        {"Extensions of the package", BOX("", DEVICE("<Extensions/>", "hotp", DATA)),
         .lost = "Extensions"},
        {"Extensions of the container", BOX("", "<Extensions/>" DEVICE("", "hotp", DATA)),
         .lost = "Extensions"},
        {"Signature", BOX("", DEVICE("", "hotp", DATA) "<s:Signature xmlns:s='urn:s'/>"),
         .lost = "signature is not verified"},
        {"EncryptionKey, MACMethod, nothing encrypted",
         BOX("", "<EncryptionKey/><MACMethod/>" DEVICE("", "hotp", DATA)), .factor = "alice"},
    };

    (void)state;
    check("pskc", cs_import_pskc, rows, CS_ARRAY_SIZE(rows));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_google),      cmocka_unit_test(test_oath),
        cmocka_unit_test(test_otpauth),     cmocka_unit_test(test_migration),
        cmocka_unit_test(test_pskc_data),   cmocka_unit_test(test_pskc_policy),
        cmocka_unit_test(test_pskc_around),
    };

    return cmocka_run_group_tests(tests, NULL, clear);
}
