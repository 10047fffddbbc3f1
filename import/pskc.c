/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Portable Symmetric Key Containers (RFC 6030), plain ones. Expat cuts the text up: it has no code
 * for networks or files. A document type, with which entities begin, ends the reading.
 */
#include <expat.h>
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "import/pskc_key.h"

enum { DEPTH_MAX = 16, TEXT_MAX = 4096 };

#define SPACE "urn:ietf:params:xml:ns:keyprov:pskc"
#define SEPARATOR '|'
#define BLANKS " \t\r\n"

struct reading {
    const struct cs_import_source *source;
    struct cs_imports *imports;
    XML_Parser parser;
    const char *path[DEPTH_MAX]; /* the elements around; NULL: one that does not matter */
    size_t depth;
    struct cs_buffer text; /* of the innermost element */
    char device_user[CS_STORE_USER_MAX + 1];
    char serial[CS_FACTOR_LABEL_MAX + 1];
    struct cs_strlist device_lost; /* names of elements that are not taken over */
    struct cs_pskc_key key;
    bool doctype;
};

static void stop(struct reading *reading)
{
    (void)XML_StopParser(reading->parser, XML_FALSE);
}

static void run_out_of_memory(struct reading *reading)
{
    reading->key.result = CS_ERR_NOMEM;
    stop(reading);
}

/* The older name is deprecated since 2.9, which Debian 13 has by now; Debian 12's does not know the
 * newer one. */
static size_t current_line(XML_Parser parser)
{
#if XML_MAJOR_VERSION > 2 || XML_MINOR_VERSION >= 9
    return (size_t)XML_GetCurrentLineNumber64(parser);
#else
    return (size_t)XML_GetCurrentLineNumber(parser);
#endif
}

static void begin_key(struct reading *reading)
{
    const struct cs_import_source *source = reading->source;
    struct cs_pskc_key *key = &reading->key;
    struct cs_imported *row = cs_imported_new(source, current_line(reading->parser));

    cs_pskc_key_begin(key, &row);
    if (key->row == NULL)
        run_out_of_memory(reading);
    else if (source->user != NULL &&
             !cs_imported_user(key->row, source->user, strlen(source->user)))
        cs_pskc_fail(key, "the user's name is too long");
}

/* What stands on the device tells apart those of one maker. */
static void add_serial(const char *serial, struct cs_imported *row)
{
    char label[sizeof row->factor.label + CS_FACTOR_LABEL_MAX + 1];
    int length = snprintf(label, sizeof label, "%s %s", row->factor.label, serial);

    if (serial[0] != '\0')
        cs_imported_label(row, label, (size_t)length);
}

static void end_key(struct reading *reading)
{
    struct cs_pskc_key *key = &reading->key;

    if (key->row->factor.user[0] == '\0') {
        memcpy(key->row->factor.user, reading->device_user, sizeof reading->device_user);
        key->row->from_label = true;
    }
    add_serial(reading->serial, key->row);
    cs_pskc_settle(key, &reading->device_lost);
    if (key->result == CS_OK)
        key->result = key->fault != NULL ? cs_imports_remark(reading->imports, key->row,
                                                             CS_IMPORT_FAULT, "%s", key->fault)
                                         : cs_imports_add(reading->imports, &key->row, NULL);
    cs_imported_free(&key->row);
    if (key->result != CS_OK)
        stop(reading);
}

static void begin_package(struct reading *reading)
{
    reading->device_user[0] = '\0';
    reading->serial[0] = '\0';
    cs_strlist_free(&reading->device_lost);
}

static enum cs_err note(struct reading *reading, const char *before, const char *what,
                        const char *after)
{
    const struct cs_imported place = {.source = reading->source->number,
                                      .line = current_line(reading->parser)};

    return cs_imports_remark(reading->imports, &place, CS_IMPORT_NOTE, "%s%.64s%s", before, what,
                             after);
}

/* Of the container. What concerns encryption is said where something is encrypted. */
static enum cs_err note_unknown(struct reading *reading, const char *name)
{
    if (strcmp(name, "EncryptionKey") == 0 || strcmp(name, "MACMethod") == 0)
        return CS_OK;
    return strcmp(name, "Signature") == 0 ? note(reading, "its signature is not verified", "", "")
                                          : note(reading, "not taken over: ", name, "");
}

/* pskctool, too, reads other versions like this one, the only one that there is. */
static void begin_container(struct reading *reading, const char **attributes)
{
    const char *version = cs_pskc_attribute(attributes, "Version");

    if (version != NULL && strcmp(version, "1.0") != 0 &&
        note(reading, "its version is '", version, "', and it is read as 1.0") != CS_OK)
        run_out_of_memory(reading);
}

/* At the start of an element that does not matter, in one that does. */
static void lose(struct reading *reading, const char *parent, const char *full)
{
    const char *end = strrchr(full, SEPARATOR);
    const char *name = end != NULL ? end + 1 : full;
    enum cs_err result = CS_OK;

    if (reading->key.row != NULL)
        cs_pskc_unknown(&reading->key, parent, name);
    else if (strcmp(parent, "KeyContainer") == 0)
        result = note_unknown(reading, name);
    else if (parent[0] != '\0')
        result = cs_pskc_name(&reading->device_lost, name);
    if (result != CS_OK)
        run_out_of_memory(reading);
}

/* The name without its namespace, if that is ours or missing: some leave it out. */
static const char *local_name(const char *name)
{
    const char *end = strrchr(name, SEPARATOR);
    size_t length = strlen(SPACE);

    if (end == NULL)
        return name;
    return strncmp(name, SPACE, length) == 0 && name + length == end ? end + 1 : "";
}

/* The element around the innermost one; NULL: it does not matter. */
static const char *parent_of(const struct reading *reading)
{
    return reading->depth < 2 ? "" : reading->path[reading->depth - 2];
}

static void XMLCALL start(void *context, const char *full, const char **attributes)
{
    struct reading *reading = context;
    const char *name = NULL, *parent;

    cs_buffer_free(&reading->text);
    if (reading->depth++ >= DEPTH_MAX)
        return;
    parent = parent_of(reading);
    if (parent != NULL)
        name = cs_pskc_element(parent, local_name(full));
    reading->path[reading->depth - 1] = name;
    if (name == NULL) {
        if (parent != NULL)
            lose(reading, parent, full);
        return;
    }
    if (strcmp(name, "KeyContainer") == 0)
        begin_container(reading, attributes);
    if (strcmp(name, "KeyPackage") == 0)
        begin_package(reading);
    if (strcmp(name, "Key") == 0)
        begin_key(reading);
    if (reading->key.row != NULL)
        cs_pskc_begin(&reading->key, name, attributes);
}

static char *trimmed(struct cs_buffer *text)
{
    size_t length = text->length;

    while (length > 0 && strchr(BLANKS, text->text[length - 1]) != NULL)
        text->text[--length] = '\0';
    return text->text + strspn(text->text, BLANKS);
}

static void take(struct reading *reading, const char *parent, const char *name)
{
    char *text;

    cs_buffer_add(&reading->text, "", 0);
    if (reading->text.failed || reading->text.text == NULL) {
        run_out_of_memory(reading);
        return;
    }
    text = trimmed(&reading->text);
    if (reading->key.row != NULL)
        cs_pskc_end(&reading->key, parent, name, text);
    else if (strcmp(name, "SerialNo") == 0)
        (void)snprintf(reading->serial, sizeof reading->serial, "%s", text);
    else if (strcmp(parent, "DeviceInfo") == 0 && strlen(text) < sizeof reading->device_user)
        memcpy(reading->device_user, text, strlen(text) + 1);
    if (reading->key.row != NULL && strcmp(name, "Key") == 0)
        end_key(reading);
}

static void XMLCALL end(void *context, const char *full)
{
    struct reading *reading = context;

    (void)full;
    if (reading->depth <= DEPTH_MAX && reading->path[reading->depth - 1] != NULL)
        take(reading, parent_of(reading), reading->path[reading->depth - 1]);
    cs_buffer_free(&reading->text);
    reading->depth--;
}

static void XMLCALL collect(void *context, const char *text, int length)
{
    struct reading *reading = context;

    if (reading->text.length + (size_t)length <= TEXT_MAX)
        cs_buffer_add(&reading->text, text, (size_t)length);
    else if (reading->key.row != NULL)
        cs_pskc_fail(&reading->key, "one of its values is too long");
}

static void XMLCALL refuse_doctype(void *context, const char *name, const char *system,
                                   const char *public, int internal)
{
    struct reading *reading = context;

    (void)name;
    (void)system;
    (void)public;
    (void)internal;
    reading->doctype = true;
    stop(reading);
}

static void free_reading(struct reading *reading)
{
    XML_ParserFree(reading->parser);
    cs_buffer_free(&reading->text);
    cs_pskc_key_free(&reading->key);
    cs_strlist_free(&reading->device_lost);
}

/* What the parser itself objects to. */
static enum cs_err judge(const struct reading *reading, struct cs_error *error)
{
    const char *what = reading->doctype ? "it has a document type, which no such container has"
                                        : XML_ErrorString(XML_GetErrorCode(reading->parser));

    return cs_imports_fault(reading->imports, reading->source, current_line(reading->parser),
                            "it cannot be read: %s", what) == CS_OK
               ? CS_OK
               : cs_fail_nomem(error);
}

enum cs_err cs_import_pskc(const struct cs_import_source *source, struct cs_imports *imports,
                           struct cs_error *error)
{
    CS_AUTO(free_reading)
    struct reading reading = {.source = source,
                              .imports = imports,
                              .parser = XML_ParserCreateNS(NULL, SEPARATOR),
                              .key = {.source = source}};
    enum XML_Status status;

    if (reading.parser == NULL)
        return cs_fail_nomem(error);
    XML_SetUserData(reading.parser, &reading);
    XML_SetElementHandler(reading.parser, start, end);
    XML_SetCharacterDataHandler(reading.parser, collect);
    XML_SetStartDoctypeDeclHandler(reading.parser, refuse_doctype);
    status = XML_Parse(reading.parser, source->text, (int)strlen(source->text), XML_TRUE);
    if (reading.key.result != CS_OK)
        return reading.key.result == CS_ERR_LIMIT
                   ? cs_fail(error, CS_ERR_LIMIT, "more than %d factors", CS_IMPORT_ROWS_MAX)
                   : cs_fail_nomem(error);
    return status == XML_STATUS_OK ? CS_OK : judge(&reading, error);
}
