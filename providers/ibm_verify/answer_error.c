/* SPDX-License-Identifier: Apache-2.0 */
/* Why a call was refused. A tenant's sentences depend on the language, so only its key words are
 * read. */
#include "providers/ibm_verify/answer.h"

#include <string.h>

/* The first word of a text, if it may be logged as it is. */
static void read_word(const struct cs_json_value *value, char ret_word[CS_VERIFY_WORD_SIZE])
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";
    const char *text = cs_json_string(value, NULL);
    size_t length = text != NULL ? strspn(text, plain) : 0;

    if (length == 0 || length >= CS_VERIFY_WORD_SIZE || strchr(" ", text[length]) == NULL)
        return;
    memcpy(ret_word, text, length);
    ret_word[length] = '\0';
}

/* Ids look like CSIBN0021E; the first word of another sentence says nothing. */
static bool is_message_id(const char *word)
{
    return strncmp(word, "CSI", 3) == 0;
}

void cs_verify_read_refusal(const char *text, size_t length, struct cs_verify_refusal *ret_refusal)
{
    CS_AUTO(cs_json_free) struct cs_json *document = NULL;
    struct cs_error error = {0};
    const struct cs_json_value *root;

    *ret_refusal = (struct cs_verify_refusal){0};
    if (cs_json_parse("a refusal", text, length, CS_JSON_STRICT, &document, &error) != CS_OK)
        return;
    root = cs_json_root(document);
    read_word(cs_json_get(root, "messageId"), ret_refusal->message_id);
    if (ret_refusal->message_id[0] == '\0')
        read_word(cs_json_get(root, "detail"), ret_refusal->message_id);
    if (!is_message_id(ret_refusal->message_id))
        ret_refusal->message_id[0] = '\0';
    read_word(cs_json_get(root, "scimType"), ret_refusal->scim_type);
}
