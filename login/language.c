/* SPDX-License-Identifier: Apache-2.0 */
/* The language and the texts that a login uses. */
#include <string.h>
#include <syslog.h>

#include "login/login_priv.h"
#include "methods/provider_call.h"

enum { LANGUAGE_MS = 500 }; /* how long the first prompt waits for what decides its language */

/* `claimed`: as far as that is clear without the account. The kernel vouches for whoever runs
 * `countersign self`. */
static bool may_show(const struct cs_login *login, bool claimed)
{
    return cs_login_is_self(login) ||
           (claimed ? cs_login_first_factor_claimed(login) : cs_login_first_factor(login, false));
}

/* The user's own language is looked up only if a first factor is proven: to a stranger every
 * account speaks the same language. A preference that cannot be read does not refuse the login, and
 * a slow directory does not delay the prompt. */
static void find_user_language(struct cs_login *login, struct cs_provider *provider,
                               char ret_language[CS_PROVIDER_LANGUAGE_SIZE])
{
    struct cs_error error = {0};

    ret_language[0] = '\0';
    if (provider == NULL || !cs_call_knows_languages(provider) || !may_show(login, true) ||
        cs_login_look_up(login, LANGUAGE_MS, &error) != CS_OK || !may_show(login, false) ||
        login->identity[0] == '\0')
        return;
    if (cs_call_language(provider, login->identity, ret_language, &error) != CS_OK)
        cs_log(&login->log, LOG_WARNING, "the user's language cannot be read: %s", error.text);
}

void cs_login_choose_texts(struct cs_login *login, struct cs_provider *provider)
{
    const struct cs_options *options = &login->options;
    char preferred[CS_PROVIDER_LANGUAGE_SIZE] = "";
    const char *language = options->lang;

    if (language == NULL) {
        find_user_language(login, provider, preferred);
        language = preferred[0] ? preferred : options->default_lang;
    }
    login->book = (struct cs_phrasebook){
        .catalogue = cs_engine_catalogue(login->engine, language ? language : ""),
        .listener = login->listener,
        .ascii = options->ascii_prompts,
        .mask = options->mask_addresses};
    memcpy(login->book.own, options->texts, sizeof login->book.own);
    cs_values_set(&login->book.values, 'U', login->request->user);
    cs_values_set(&login->book.values, 'H', cs_engine_host(login->engine));
    cs_values_set(&login->book.values, 'S', login->request->service);
    cs_values_set(&login->book.values, 'R', login->address);
}
