/* SPDX-License-Identifier: Apache-2.0 */
#include "providers/openid/host_visit.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct cs_openid_fact *add(struct cs_openid_visit *visit, const char *name, const char *what)
{
    struct cs_openid_host *host = visit->host;

    if (host->fact_count == CS_OPENID_FACTS_MAX) {
        visit->failed = true;
        return NULL;
    }
    host->facts[host->fact_count] = (struct cs_openid_fact){.name = name, .what = what};
    return &host->facts[host->fact_count++];
}

void cs_visit_fact(struct cs_openid_visit *visit, const char *name, const char *what,
                   const char *text)
{
    struct cs_openid_fact *fact = text != NULL ? add(visit, name, what) : NULL;

    if (fact == NULL)
        return;
    fact->text = strdup(text);
    if (fact->text != NULL)
        return;
    visit->host->fact_count--;
    visit->failed = true;
}

void cs_visit_number(struct cs_openid_visit *visit, const char *name, const char *what,
                     int64_t number, const char *unit)
{
    struct cs_openid_fact *fact = add(visit, name, what);

    if (fact != NULL) {
        fact->number = number;
        fact->unit = unit;
    }
}

static void say(struct cs_openid_visit *visit, struct cs_strlist *list, const char *format,
                va_list arguments) CS_PRINTF(3, 0);

static void say(struct cs_openid_visit *visit, struct cs_strlist *list, const char *format,
                va_list arguments)
{
    char text[1024];

    (void)vsnprintf(text, sizeof text, format, arguments);
    if (cs_strlist_add(list, text, strlen(text)) != CS_OK)
        visit->failed = true;
}

void cs_visit_limit(struct cs_openid_visit *visit, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    say(visit, &visit->host->limits, format, arguments);
    va_end(arguments);
}

void cs_visit_problem(struct cs_openid_visit *visit, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    say(visit, &visit->host->problems, format, arguments);
    va_end(arguments);
}

void cs_openid_host_clear(struct cs_openid_host *host)
{
    for (size_t i = 0; i < host->fact_count; i++)
        free(host->facts[i].text);
    cs_strlist_free(&host->limits);
    cs_strlist_free(&host->problems);
    *host = (struct cs_openid_host){0};
}
