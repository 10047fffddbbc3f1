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
    struct cs_pskc_key key;
    bool doctype;
};

static void stop(struct reading *reading)
{
    (void)XML_StopParser(reading->parser, XML_FALSE);
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

    cs_imported_free(&key->row);
    key->row = cs_imported_new(source, current_line(reading->parser));
    key->fault = NULL;
    if (key->row == NULL) {
        key->result = CS_ERR_NOMEM;
        stop(reading);
    } else if (source->user != NULL &&
               !cs_imported_user(key->row, source->user, strlen(source->user))) {
        cs_pskc_fail(key, "the user's name is too long");
    }
}

static void end_key(struct reading *reading)
{
    struct cs_pskc_key *key = &reading->key;
    struct cs_factor *factor = &key->row->factor;

    if (factor->user[0] == '\0') {
        memcpy(factor->user, reading->device_user, sizeof factor->user);
        key->row->from_label = true;
    }
    if (factor->kind == CS_STORED_HOTP) {
        factor->period = 0;
        factor->drift = 0;
    }
    if (factor->secret.length == 0)
        cs_pskc_fail(key, "it has no secret");
    if (key->result == CS_OK)
        key->result = key->fault != NULL ? cs_imports_remark(reading->imports, key->row,
                                                             CS_IMPORT_FAULT, "%s", key->fault)
                                         : cs_imports_add(reading->imports, &key->row, NULL);
    cs_imported_free(&key->row);
    if (key->result != CS_OK)
        stop(reading);
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
    if (name == NULL)
        return;
    if (strcmp(name, "KeyPackage") == 0)
        reading->device_user[0] = '\0';
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
        reading->key.result = CS_ERR_NOMEM;
        stop(reading);
        return;
    }
    text = trimmed(&reading->text);
    if (reading->key.row != NULL)
        cs_pskc_end(&reading->key, parent, name, text);
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
    cs_imported_free(&reading->key.row);
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
