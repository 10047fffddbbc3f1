/* SPDX-License-Identifier: Apache-2.0 */
#include "import/pskc_key.h"

#include <string.h>
#include <strings.h>

#include "base/buffer.h"

#define BLANKS " \t\r\n"

void cs_pskc_fail(struct cs_pskc_key *key, const char *fault)
{
    if (key->fault == NULL)
        key->fault = fault;
}

static void lose(struct cs_pskc_key *key, const char *what)
{
    cs_imported_lose(key->row, "%s", what);
}

/* ---- what elements say ---- */

/* Called at the end of an element within a key; its text may be changed. */
typedef void take_text(struct cs_pskc_key *key, char *text);

static void take_secret(struct cs_pskc_key *key, char *text)
{
    struct cs_secret *secret = &key->row->factor.secret;
    char *out = text;
    size_t length = 0;

    for (const char *c = text; *c != '\0'; c++) {
        if (strchr(BLANKS, *c) == NULL)
            *out++ = *c;
    }
    *out = '\0';
    if (secret->length > 0)
        cs_pskc_fail(key, "it has two secrets");
    else if (!cs_import_base64(text, &length) || length == 0)
        cs_pskc_fail(key, "its secret is not base64");
    else if (cs_secret_set(secret, text, length) != CS_OK)
        key->result = CS_ERR_NOMEM;
}

static void take_counter(struct cs_pskc_key *key, char *text)
{
    int64_t next;

    if (!cs_import_number(text, INT64_MAX, &next))
        cs_pskc_fail(key, "its counter is not a number");
    else
        key->counter = next;
}

static void take_interval(struct cs_pskc_key *key, char *text)
{
    int64_t seconds;

    if (!cs_import_number(text, CS_IMPORT_PERIOD_MAX, &seconds) || seconds == 0)
        cs_pskc_fail(key, "its TimeInterval is not 1 to 3600 seconds");
    else
        key->row->factor.period = (unsigned)seconds;
    key->timed = true;
}

/* Steps by which the device is ahead (RFC 6030, section 4.2.3). */
static void take_drift(struct cs_pskc_key *key, char *text)
{
    bool behind = text[0] == '-';
    int64_t steps;

    if (!cs_import_number(text + behind, 1000000, &steps))
        cs_pskc_fail(key, "its TimeDrift is not a number");
    else
        key->row->factor.drift = behind ? -steps : steps;
    key->timed = true;
}

static void take_time(struct cs_pskc_key *key, char *text)
{
    int64_t time;

    if (!cs_import_number(text, INT64_MAX, &time) || time != 0)
        lose(key, "its Time is not 0, and is not heeded: steps are counted from 1970");
}

static void take_suite(struct cs_pskc_key *key, char *text)
{
    const char *algorithm = cs_import_algorithm(text);

    if (algorithm == NULL)
        cs_pskc_fail(key, "its Suite is none of HMAC-SHA1, HMAC-SHA256, HMAC-SHA512");
    else
        memcpy(key->row->factor.algorithm, algorithm, strlen(algorithm) + 1);
}

/* A name, or a distinguished name that begins with one. */
static void take_user(struct cs_pskc_key *key, char *text)
{
    if (key->source->user != NULL)
        return;
    if (strncasecmp(text, "uid=", 4) == 0 || strncasecmp(text, "cn=", 3) == 0) {
        text = strchr(text, '=') + 1;
        text[strcspn(text, ",+")] = '\0';
    }
    if (!cs_imported_user(key->row, text, strlen(text)))
        cs_pskc_fail(key, "the user's name is too long");
    key->row->from_label = true;
}

static void take_issuer(struct cs_pskc_key *key, char *text)
{
    cs_imported_label(key->row, text, strlen(text));
}

static void refuse_encrypted(struct cs_pskc_key *key, char *text)
{
    (void)text;
    cs_pskc_fail(key,
                 "it is encrypted, and only plain values are read; python3-pskc decrypts it: see "
                 "countersign(8), 'import pskc'");
}

static void lose_dates(struct cs_pskc_key *key, char *text)
{
    (void)text;
    lose(key, "the dates and limits of its Policy are not taken over: 'suspend' and 'remove' "
              "end its use");
}

/* Policies may be several; codes must be among what they allow (RFC 6030, section 5). */
static void take_usage(struct cs_pskc_key *key, char *text)
{
    key->limited = true;
    key->for_codes = key->for_codes || strcmp(text, "OTP") == 0;
}

static const struct {
    const char *parent, *name;
    take_text *take; /* NULL: the element matters for what is in it */
} elements[] = {{"", "KeyContainer", NULL},
                {"KeyContainer", "KeyPackage", NULL},
                {"KeyPackage", "DeviceInfo", NULL},
                {"DeviceInfo", "UserId", NULL},
                {"DeviceInfo", "SerialNo", NULL},
                {"KeyPackage", "Key", NULL},
                {"Key", "Issuer", take_issuer},
                {"Key", "UserId", take_user},
                {"Key", "AlgorithmParameters", NULL},
                {"AlgorithmParameters", "Suite", take_suite},
                {"AlgorithmParameters", "ResponseFormat", NULL},
                {"Key", "Data", NULL},
                {"Data", "Secret", NULL},
                {"Data", "Counter", NULL},
                {"Data", "Time", NULL},
                {"Data", "TimeInterval", NULL},
                {"Data", "TimeDrift", NULL},
                {"Secret", "PlainValue", take_secret},
                {"Counter", "PlainValue", take_counter},
                {"Time", "PlainValue", take_time},
                {"TimeInterval", "PlainValue", take_interval},
                {"TimeDrift", "PlainValue", take_drift},
                {"Secret", "EncryptedValue", refuse_encrypted},
                {"Counter", "EncryptedValue", refuse_encrypted},
                {"Time", "EncryptedValue", refuse_encrypted},
                {"TimeInterval", "EncryptedValue", refuse_encrypted},
                {"TimeDrift", "EncryptedValue", refuse_encrypted},
                {"Key", "Policy", NULL},
                {"Policy", "PINPolicy", NULL},
                {"Policy", "KeyUsage", take_usage},
                {"Policy", "StartDate", lose_dates},
                {"Policy", "ExpiryDate", lose_dates},
                {"Policy", "NumberOfTransactions", lose_dates}};

/* ---- attributes ---- */

const char *cs_pskc_attribute(const char **attributes, const char *name)
{
    for (size_t i = 0; attributes[i] != NULL; i += 2) {
        if (strcmp(attributes[i], name) == 0)
            return attributes[i + 1];
    }
    return NULL;
}

/* "urn:ietf:params:xml:ns:keyprov:pskc:totp", and the same by an earlier draft. */
static void take_algorithm(struct cs_pskc_key *key, const char *name)
{
    struct cs_factor *factor = &key->row->factor;
    const char *end = name + strlen(name);

    if (strlen(name) >= 4 && cs_import_same(end - 4, "totp"))
        return;
    if (strlen(name) < 4 || !cs_import_same(end - 4, "hotp"))
        cs_pskc_fail(key, "its algorithm is neither HOTP nor TOTP");
    factor->kind = CS_STORED_HOTP;
}

static void take_format(struct cs_pskc_key *key, const char **attributes)
{
    const char *encoding = cs_pskc_attribute(attributes, "Encoding");
    const char *digits = cs_pskc_attribute(attributes, "Length");
    const char *check = cs_pskc_attribute(attributes, "CheckDigits");
    int64_t number;

    if (encoding != NULL && strcmp(encoding, "DECIMAL") != 0)
        cs_pskc_fail(key, "its codes are not decimal");
    if (check != NULL && strcmp(check, "false") != 0 && strcmp(check, "0") != 0)
        cs_pskc_fail(key, "its codes have a check digit");
    if (digits == NULL)
        return;
    if (!cs_import_number(digits, 100, &number))
        cs_pskc_fail(key, "the length of its codes is not a number");
    else
        key->row->factor.digits = (unsigned)number;
}

/* A PIN that the device itself asks for is no business of a server. */
static void take_pin(struct cs_pskc_key *key, const char **attributes)
{
    const char *mode = cs_pskc_attribute(attributes, "PINUsageMode");

    if (mode == NULL || strcmp(mode, "Local") != 0)
        cs_pskc_fail(key,
                     "it has a PIN, which would not be asked for here: what protects this user "
                     "would be less");
}

/* ---- by name ---- */

static size_t find(const char *parent, const char *name)
{
    size_t i = 0;

    while (i < CS_ARRAY_SIZE(elements) &&
           (strcmp(elements[i].parent, parent) != 0 || strcmp(elements[i].name, name) != 0))
        i++;
    return i;
}

const char *cs_pskc_element(const char *parent, const char *name)
{
    size_t row = find(parent, name);

    return row < CS_ARRAY_SIZE(elements) ? elements[row].name : NULL;
}

void cs_pskc_begin(struct cs_pskc_key *key, const char *name, const char **attributes)
{
    const char *algorithm = cs_pskc_attribute(attributes, "Algorithm");

    if (strcmp(name, "Key") == 0)
        take_algorithm(key, algorithm != NULL ? algorithm : "");
    else if (strcmp(name, "ResponseFormat") == 0)
        take_format(key, attributes);
    else if (strcmp(name, "PINPolicy") == 0)
        take_pin(key, attributes);
}

enum cs_err cs_pskc_name(struct cs_strlist *names, const char *name)
{
    return cs_strlist_contains(names, name) ? CS_OK : cs_strlist_add(names, name, strlen(name));
}

/* What limits the use of a key and is not understood forbids it (RFC 6030, section 5). */
void cs_pskc_unknown(struct cs_pskc_key *key, const char *parent, const char *name)
{
    if (strcmp(parent, "Policy") == 0)
        cs_pskc_fail(key, "its Policy has something that is not known here, and may forbid its "
                          "use");
    else if (cs_pskc_name(&key->lost, name) != CS_OK)
        key->result = CS_ERR_NOMEM;
}

void cs_pskc_end(struct cs_pskc_key *key, const char *parent, const char *name, char *text)
{
    size_t row = find(parent, name);

    if (row < CS_ARRAY_SIZE(elements) && elements[row].take != NULL)
        elements[row].take(key, text);
}

/* ---- the whole key ---- */

void cs_pskc_key_free(struct cs_pskc_key *key)
{
    cs_imported_free(&key->row);
    cs_strlist_free(&key->lost);
}

void cs_pskc_key_begin(struct cs_pskc_key *key, struct cs_imported **row)
{
    cs_pskc_key_free(key);
    *key = (struct cs_pskc_key){.source = key->source, .row = *row, .counter = -1};
    *row = NULL;
}

static void settle_kind(struct cs_pskc_key *key)
{
    struct cs_factor *factor = &key->row->factor;

    if (factor->kind == CS_STORED_HOTP) {
        factor->period = 0;
        factor->drift = 0;
        factor->last_step = (key->counter > 0 ? key->counter : 0) - 1;
        if (key->timed)
            lose(key, "TimeInterval and TimeDrift are not taken over: they mean nothing for codes "
                      "by counter");
    } else if (key->counter > 0) {
        lose(key, "Counter is not taken over: it means nothing for codes by time");
    }
}

static void name_lost(struct cs_pskc_key *key, const struct cs_strlist *device)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};

    for (size_t i = 0; i < device->count; i++)
        cs_buffer_printf(&text, "%s%s", text.length > 0 ? ", " : "", device->items[i]);
    for (size_t i = 0; i < key->lost.count; i++)
        cs_buffer_printf(&text, "%s%s", text.length > 0 ? ", " : "", key->lost.items[i]);
    if (text.failed)
        key->row->failed = true;
    else if (text.length > 0)
        cs_imported_lose(key->row, "not taken over: %s", text.text);
}

void cs_pskc_settle(struct cs_pskc_key *key, const struct cs_strlist *device)
{
    settle_kind(key);
    name_lost(key, device);
    if (key->row->factor.secret.length == 0)
        cs_pskc_fail(key, "it has no secret");
    if (key->limited && !key->for_codes)
        cs_pskc_fail(key, "its Policy does not allow codes (KeyUsage OTP)");
}
