/* SPDX-License-Identifier: Apache-2.0 */
/* Texts shown to users: one for every language, or an object of languages. */
#include <stdlib.h>
#include <string.h>

#include "conversation/consent.h"
#include "conversation/template.h"
#include "i18n/language.h"
#include "login/config_priv.h"

static enum cs_err read_language(const struct cs_assignment *assignment,
                                 const struct cs_json *document, const struct cs_json_value *value,
                                 char ret_language[CS_LANGUAGE_SIZE], struct cs_error *error)
{
    const char *language = cs_json_key(value);

    if (!cs_language_parse(language, ret_language) && language[0] != '\0')
        return cs_json_fail_key(error, CS_ERR_CONFIG, document, value,
                                "'%s' is not a language such as fr or pt_BR", language);
    for (size_t i = 0; i < assignment->texts.count; i++) {
        if (strcmp(assignment->variants[i].language, ret_language) == 0)
            return cs_json_fail_key(error, CS_ERR_CONFIG, document, value,
                                    "'%s' is given twice, under two spellings", language);
    }
    return CS_OK;
}

static enum cs_err add_variant(struct cs_assignment *assignment, enum cs_text key,
                               const struct cs_json *document, const struct cs_json_value *value,
                               bool by_language, struct cs_error *error)
{
    const char *name = assignment->option.row->name, *text = cs_json_string(value, NULL);
    struct cs_text_variant *added = &assignment->variants[assignment->texts.count];
    struct cs_error inner = {0};
    enum cs_err result = CS_OK;

    if (text == NULL)
        return cs_json_fail(error, CS_ERR_CONFIG, document, value,
                            "%s: a string expected, found %s", name,
                            cs_json_type_name(cs_json_type(value)));
    if (by_language)
        result = read_language(assignment, document, value, added->language, error);
    if (result != CS_OK)
        return result;
    if (cs_template_check(key, text, &inner) != CS_OK ||
        cs_template_check_letters(key, text, &inner) != CS_OK ||
        (key == CS_TEXT_CONSENT_WORD && cs_consent_check(text, &inner) != CS_OK))
        return cs_json_fail(error, CS_ERR_CONFIG, document, value, "%s: %s", name, inner.text);
    if (cs_strlist_add(&assignment->texts, text, strlen(text)) != CS_OK)
        return cs_fail_nomem(error);
    added->text = assignment->texts.items[assignment->texts.count - 1];
    return CS_OK;
}

enum cs_err cs_config_read_text(struct cs_assignment *assignment, enum cs_text key,
                                const struct cs_json *document, const struct cs_json_value *value,
                                struct cs_error *error)
{
    bool by_language = cs_json_type(value) == CS_JSON_OBJECT;
    size_t count = by_language ? cs_json_count(value) : 1;
    enum cs_err result = CS_OK;

    assignment->variants = calloc(count ? count : 1, sizeof *assignment->variants);
    if (assignment->variants == NULL)
        return cs_fail_nomem(error);
    if (!by_language)
        return add_variant(assignment, key, document, value, false, error);
    for (const struct cs_json_value *item = cs_json_first(value); item && result == CS_OK;
         item = cs_json_next(item))
        result = add_variant(assignment, key, document, item, true, error);
    return result;
}
