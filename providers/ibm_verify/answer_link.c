/* SPDX-License-Identifier: Apache-2.0 */
/* The user's attribute that id_link_attr names. */
#include "providers/ibm_verify/answer.h"

#include <string.h>
#include <strings.h>

static const char extension[] = "urn:ietf:params:scim:schemas:extension:ibm:2.0:User";

/* Finds a member by a name of `length` bytes, ignoring case. */
static const struct cs_json_value *member(const struct cs_json_value *object, const char *name,
                                          size_t length)
{
    const struct cs_json_value *found = NULL;

    if (cs_json_type(object) == CS_JSON_OBJECT)
        found = cs_json_first(object);
    while (found != NULL && (strncasecmp(cs_json_key(found), name, length) != 0 ||
                             cs_json_key(found)[length] != '\0'))
        found = cs_json_next(found);
    return found;
}

/* The first element of a list whose member `key` is `name`. */
static const struct cs_json_value *element(const struct cs_json_value *list, const char *key,
                                           const char *name)
{
    const struct cs_json_value *found = NULL;

    if (cs_json_type(list) == CS_JSON_ARRAY)
        found = cs_json_first(list);
    for (; found != NULL; found = cs_json_next(found)) {
        const char *text = cs_json_string(cs_json_get(found, key), NULL);

        if (text != NULL && strcmp(text, name) == 0)
            return found;
    }
    return NULL;
}

static const struct cs_json_value *extended(const struct cs_json_value *record, const char *list)
{
    return cs_json_get(member(record, extension, sizeof extension - 1), list);
}

/* Parts separated by dots; of a list, the first element. */
static const struct cs_json_value *plain(const struct cs_json_value *record, const char *name)
{
    for (;;) {
        size_t length = strcspn(name, ".");

        record = member(record, name, length);
        if (cs_json_type(record) == CS_JSON_ARRAY)
            record = cs_json_first(record);
        if (record == NULL || name[length] == '\0')
            return record;
        name += length + 1;
    }
}

static const struct cs_json_value *find(const struct cs_json_value *record,
                                        const struct cs_link *link)
{
    switch (link->kind) {
    case CS_LINK_USER_NAME:
        return cs_json_get(record, "userName");
    case CS_LINK_CUSTOM:
        return cs_json_first(cs_json_get(
            element(extended(record, "customAttributes"), "name", link->name), "values"));
    case CS_LINK_LINKED:
        return cs_json_get(element(extended(record, "linkedAccounts"), "realm", link->name),
                           "externalId");
    case CS_LINK_EMAIL_TYPE:
        return cs_json_get(element(cs_json_get(record, "emails"), "type", link->name), "value");
    case CS_LINK_PLAIN:
        return plain(record, link->name);
    }
    return NULL;
}

bool cs_verify_link(const struct cs_json_value *record, const struct cs_link *link,
                    char ret_name[CS_PROVIDER_NAME_SIZE])
{
    size_t length = 0;
    const char *text = cs_json_string(find(record, link), &length);

    if (text == NULL || length == 0 || length >= CS_PROVIDER_NAME_SIZE)
        return false;
    memcpy(ret_name, text, length + 1);
    return true;
}
