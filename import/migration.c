/* SPDX-License-Identifier: Apache-2.0 */
#include "import/migration.h"

#include <string.h>

enum { WIRE_VARINT = 0, WIRE_64 = 1, WIRE_BYTES = 2, WIRE_32 = 5 };
enum { SECRET = 1, NAME, ISSUER, ALGORITHM, DIGITS, TYPE, COUNTER, ID }; /* of a factor */
enum { FACTOR = 1, VERSION, BATCH_SIZE, BATCH_INDEX, BATCH_ID };         /* of the whole */
enum { ALGORITHM_MD5 = 4, DIGITS_EIGHT = 2, TYPE_HOTP = 1, NAME_MAX_BYTES = 512 };

/* What is left of a message. */
struct bytes {
    const unsigned char *at;
    size_t length;
};

struct field {
    unsigned number, wire;
    uint64_t value;     /* of a varint */
    struct bytes bytes; /* of a string or a message */
};

static bool take_varint(struct bytes *rest, uint64_t *ret_value)
{
    uint64_t value = 0;

    for (unsigned shift = 0; shift < 64 && rest->length > 0; shift += 7) {
        unsigned char byte = *rest->at++;

        rest->length--;
        value |= (uint64_t)(byte & 0x7f) << shift;
        if ((byte & 0x80) == 0) {
            *ret_value = value;
            return true;
        }
    }
    return false;
}

static bool take_bytes(struct bytes *rest, uint64_t length, struct bytes *ret_bytes)
{
    if (length > rest->length)
        return false;
    *ret_bytes = (struct bytes){rest->at, (size_t)length};
    rest->at += length;
    rest->length -= (size_t)length;
    return true;
}

/* The next field; false if there is none that is whole. */
static bool take_field(struct bytes *rest, struct field *field)
{
    uint64_t key, length;

    if (!take_varint(rest, &key) || key >> 3 == 0 || key >> 3 > 1000)
        return false;
    *field = (struct field){.number = (unsigned)(key >> 3), .wire = (unsigned)(key & 7)};
    switch (field->wire) {
    case WIRE_VARINT:
        return take_varint(rest, &field->value);
    case WIRE_BYTES:
        return take_varint(rest, &length) && take_bytes(rest, length, &field->bytes);
    case WIRE_64:
        return take_bytes(rest, 8, &field->bytes);
    case WIRE_32:
        return take_bytes(rest, 4, &field->bytes);
    default:
        return false;
    }
}

/* One factor as it stands there. */
struct entry {
    struct bytes secret, name, issuer;
    uint64_t algorithm, digits, type, counter;
    unsigned unknown; /* a field of a later version; 0: none */
};

static bool read_entry(struct bytes rest, struct entry *entry)
{
    const struct {
        struct bytes *bytes;
        uint64_t *value;
    } places[] = {[SECRET] = {&entry->secret, NULL},  [NAME] = {&entry->name, NULL},
                  [ISSUER] = {&entry->issuer, NULL},  [ALGORITHM] = {NULL, &entry->algorithm},
                  [DIGITS] = {NULL, &entry->digits},  [TYPE] = {NULL, &entry->type},
                  [COUNTER] = {NULL, &entry->counter}};
    struct field field;

    while (rest.length > 0) {
        if (!take_field(&rest, &field))
            return false;
        if (field.number >= CS_ARRAY_SIZE(places)) {
            if (field.number != ID) /* the app's own, which no code depends on */
                entry->unknown = field.number;
            continue;
        }
        if ((places[field.number].bytes != NULL) != (field.wire == WIRE_BYTES) ||
            (places[field.number].value != NULL) != (field.wire == WIRE_VARINT))
            return false;
        if (field.wire == WIRE_BYTES)
            *places[field.number].bytes = field.bytes;
        else
            *places[field.number].value = field.value;
    }
    return true;
}

/* NULL, or what is wrong. */
static const char *take_codes(const struct entry *entry, struct cs_imported *row)
{
    struct cs_factor *factor = &row->factor;
    static const char *const algorithms[] = {"sha1", "sha1", "sha256", "sha512"};

    if (entry->algorithm == ALGORITHM_MD5)
        return "its algorithm is MD5";
    if (entry->algorithm >= CS_ARRAY_SIZE(algorithms) || entry->digits > DIGITS_EIGHT ||
        entry->type > TYPE_HOTP + 1)
        return "it has an algorithm, a number of digits or a type that is not known";
    memcpy(factor->algorithm, algorithms[entry->algorithm],
           strlen(algorithms[entry->algorithm]) + 1);
    factor->digits = entry->digits == DIGITS_EIGHT ? 8 : 6;
    if (entry->unknown > 0)
        cs_imported_lose(row, "its field %u is not known here, and not taken over", entry->unknown);
    if (entry->type != TYPE_HOTP) {
        if (entry->counter > 0)
            cs_imported_lose(row, "its counter is not taken over: it means nothing for codes by "
                                  "time");
        return NULL;
    }
    if (entry->counter > INT64_MAX)
        return "its counter is below 0";
    factor->kind = CS_STORED_HOTP;
    factor->period = 0;
    factor->last_step = (int64_t)entry->counter - 1;
    return NULL;
}

static const char *take_names(const struct cs_import_source *source, const char *before,
                              const struct entry *entry, struct cs_imported *row)
{
    const char *user = before[0] != '\0' ? before : source->user;
    const char *name = (const char *)entry->name.at, *issuer = (const char *)entry->issuer.at;
    size_t length = entry->name.length, ahead = entry->issuer.length;

    row->from_label = user == NULL;
    if (ahead > 0)
        cs_imported_label(row, issuer, ahead);
    if (user != NULL)
        return cs_imported_user(row, user, strlen(user)) ? NULL : "the user's name is too long";
    if (ahead > 0 && length > ahead && cs_equal_ct(name, issuer, ahead) && name[ahead] == ':') {
        name += ahead + 1;
        length -= ahead + 1;
    } else {
        for (size_t i = length; i > 0; i--) {
            if (name[i - 1] != ':')
                continue;
            name += i;
            length -= i;
            break;
        }
    }
    while (length > 0 && *name == ' ') {
        name++;
        length--;
    }
    if (length == 0)
        return NULL; /* said of every row without a name */
    return memchr(name, '\0', length) == NULL && cs_imported_user(row, name, length)
               ? NULL
               : "its name can be no user's";
}

static enum cs_err add_entry(const struct cs_import_source *source, size_t line, const char *before,
                             const struct entry *entry, struct cs_imports *imports,
                             struct cs_error *error)
{
    CS_AUTO(cs_imported_free) struct cs_imported *row = cs_imported_new(source, line);
    const char *wrong;

    if (row == NULL)
        return cs_fail_nomem(error);
    wrong = take_codes(entry, row);
    if (wrong == NULL)
        wrong = take_names(source, before, entry, row);
    if (wrong != NULL)
        return cs_imports_fault(imports, source, line, "%s", wrong) == CS_OK ? CS_OK
                                                                             : cs_fail_nomem(error);
    if (cs_secret_set(&row->factor.secret,
                      entry->secret.length > 0 ? (const void *)entry->secret.at : "",
                      entry->secret.length) != CS_OK ||
        (source->padded && cs_import_pad(&row->factor) != CS_OK))
        return cs_fail_nomem(error);
    return cs_imports_add(imports, &row, error);
}

/* What the whole says besides its factors. */
struct whole {
    uint64_t parts, part;
    unsigned unknown; /* a field of a later version; 0: none */
};

static void take_whole(const struct field *field, struct whole *whole)
{
    if (field->number == BATCH_SIZE)
        whole->parts = field->value;
    else if (field->number == BATCH_INDEX)
        whole->part = field->value;
    else if (field->number > BATCH_ID)
        whole->unknown = field->number;
}

static enum cs_err note_whole(const struct cs_import_source *source, size_t line,
                              const struct whole *whole, struct cs_imports *imports)
{
    const struct cs_imported place = {.source = source->number, .line = line};
    enum cs_err result = CS_OK;

    if (whole->parts > 1)
        result = cs_imports_remark(imports, &place, CS_IMPORT_NOTE,
                                   "this is part %llu of an export of %llu: import the others, too",
                                   (unsigned long long)whole->part + 1,
                                   (unsigned long long)whole->parts);
    if (result == CS_OK && whole->unknown > 0)
        result =
            cs_imports_remark(imports, &place, CS_IMPORT_NOTE,
                              "its field %u is not known here, and not taken over", whole->unknown);
    return result;
}

/* All factors of it, or a fault. */
static enum cs_err read_all(const struct cs_import_source *source, size_t line, const char *before,
                            struct bytes rest, struct cs_imports *imports, struct cs_error *error)
{
    struct whole whole = {0};
    enum cs_err result = CS_OK;
    struct field field;

    while (rest.length > 0 && result == CS_OK) {
        struct entry entry = {0};

        if (!take_field(&rest, &field) ||
            (field.number == FACTOR &&
             (field.wire != WIRE_BYTES || !read_entry(field.bytes, &entry))))
            return cs_imports_fault(imports, source, line, "its data are damaged") == CS_OK
                       ? CS_OK
                       : cs_fail_nomem(error);
        if (field.number == FACTOR)
            result = add_entry(source, line, before, &entry, imports, error);
        else
            take_whole(&field, &whole);
    }
    return result == CS_OK ? note_whole(source, line, &whole, imports) : result;
}

enum cs_err cs_import_migration(const struct cs_import_source *source, size_t line,
                                const char *before, char *uri, struct cs_imports *imports,
                                struct cs_error *error)
{
    char *data = strstr(uri, "data=");
    size_t length = 0;

    if (data != NULL) {
        data += strlen("data=");
        data[strcspn(data, "&#")] = '\0';
    }
    if (data == NULL || !cs_import_percent(data, false) || !cs_import_base64(data, &length) ||
        length == 0)
        return cs_imports_fault(imports, source, line, "it has no data in base64") == CS_OK
                   ? CS_OK
                   : cs_fail_nomem(error);
    return read_all(source, line, before, (struct bytes){(const unsigned char *)data, length},
                    imports, error);
}
