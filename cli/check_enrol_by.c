/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/check_enrol_by.h"

#include <string.h>

#include "base/clock.h"
#include "login/policy.h"
#include "methods/plan.h"

void cs_enrol_by_text(const struct cs_options *options, unsigned days, struct cs_buffer *out)
{
    cs_buffer_printf(out, "%u more day%s (until %s)", days, days == 1 ? "" : "s",
                     options->enrol_by);
}

/* What keeps it from letting anybody in; NULL: nothing that the settings show. sshd shows a key. */
static const char *find_hindrance(const struct cs_options *options, const char *service)
{
    const struct cs_plan *plan = cs_plan_find(options->auth_method);

    if (options->method.one_answer)
        return "enrol_by does nothing with one_answer, which leaves no prompt for its notice; "
               "remove "
               "one of the two";
    if (cs_policy_days_to_enrol(options, cs_clock_seconds()) == 0)
        return "the date of enrol_by has passed, and users without a factor are refused; remove "
               "it, "
               "or write a later date";
    if (service[0] != '\0' && strcmp(service, "sshd") != 0 && plan != NULL &&
        !cs_plan_has_first(plan) && !options->stack_first_factor)
        return "enrol_by lets in only after a proven first factor, and nothing says that one was "
               "proven; set stack_first_factor if the modules before this line prove one";
    return NULL;
}

void cs_check_enrol_by_warn(const struct cs_options *options, const char *service,
                            struct cs_buffer *out)
{
    const char *hindrance = options->enrol_by ? find_hindrance(options, service) : NULL;

    if (hindrance == NULL)
        return;
    if (service[0] != '\0')
        cs_buffer_printf(out, "service '%s': ", service);
    cs_buffer_text(out, hindrance);
}

static void note(const struct cs_options *options, const char *service,
                 const struct cs_check_sink *sink)
{
    unsigned days = cs_policy_days_to_enrol(options, cs_clock_seconds());
    CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};

    if (days == 0)
        return;
    if (service[0] != '\0')
        cs_buffer_printf(&text, "service '%s': ", service);
    cs_buffer_text(&text, "users without a factor are let in for ");
    cs_enrol_by_text(options, days, &text);
    if (options->enrol_by_group != NULL)
        cs_buffer_printf(&text, " if they are in a group of '%s'", options->enrol_by_group);
    sink->note(sink->context, "enrol_by", text.failed ? "out of memory" : text.text);
}

static bool is_same(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

void cs_check_enrol_by_note(const struct cs_cli_line *line, const struct cs_check_sink *sink)
{
    const struct cs_strlist *services = cs_config_services(line->config);
    struct cs_options all, options;
    bool known = cs_config_line(line->config, "", &line->arguments, &all, NULL, NULL) == CS_OK;

    if (known)
        note(&all, "", sink);
    for (size_t i = 0; i < services->count; i++) {
        const char *service = services->items[i];

        if (cs_config_line(line->config, service, &line->arguments, &options, NULL, NULL) ==
                CS_OK &&
            !(known && is_same(all.enrol_by, options.enrol_by) &&
              is_same(all.enrol_by_group, options.enrol_by_group)))
            note(&options, service, sink);
    }
}
