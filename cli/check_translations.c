/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/check_translations.h"

#include <string.h>
#include <syslog.h>

#include "conversation/catalogue.h"
#include "paths.h"

/* What the broker would log when the language is first used. */
struct listener {
    const char *option;
    struct cs_strlist *warnings;
    enum cs_err result;
};

static void listen(void *context, int priority, const char *line)
{
    struct listener *listener = context;
    CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};

    if (priority > LOG_NOTICE || listener->result != CS_OK)
        return;
    cs_buffer_printf(&text, "%s: %s", listener->option, line);
    listener->result =
        text.failed ? CS_ERR_NOMEM : cs_strlist_add(listener->warnings, text.text, text.length);
}

/* A language is said once, whoever names it. */
static void check_service(const struct cs_cli_line *line, const char *service,
                          struct cs_catalogues *catalogues, struct listener *listener)
{
    struct cs_options options;

    /* Mistakes on the line are reported elsewhere. */
    if (cs_config_line(line->config, service, &line->arguments, &options, NULL, NULL) != CS_OK)
        return;
    listener->option = "lang";
    if (options.lang != NULL)
        (void)cs_catalogues_get(catalogues, options.lang);
    listener->option = "default_lang";
    if (options.default_lang != NULL)
        (void)cs_catalogues_get(catalogues, options.default_lang);
}

enum cs_err cs_check_translations(const struct cs_cli_line *line, struct cs_strlist *warnings)
{
    const struct cs_strlist *services = cs_config_services(line->config);
    struct listener listener = {.warnings = warnings, .result = CS_OK};
    const struct cs_log log = {.write = listen, .context = &listener};
    CS_AUTO(cs_catalogues_free)
    struct cs_catalogues *catalogues = cs_catalogues_new(CS_LOCALE_DIR, &log);

    if (catalogues == NULL)
        return CS_ERR_NOMEM;
    check_service(line, "", catalogues, &listener);
    for (size_t i = 0; i < services->count; i++)
        check_service(line, services->items[i], catalogues, &listener);
    return listener.result;
}
