/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/finding.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *copy(const char *text, bool *failed)
{
    char *result = text != NULL ? strdup(text) : NULL;

    *failed = *failed || (text != NULL && result == NULL);
    return result;
}

static void release(struct cs_finding *finding)
{
    free(finding->path);
    free(finding->reason);
    free(finding->remedy);
}

static int compare_texts(const char *left, const char *right)
{
    if (left == NULL || right == NULL)
        return (left != NULL) - (right != NULL);
    return strcmp(left, right);
}

static bool has(const struct cs_findings *all, const struct cs_finding *wanted)
{
    for (size_t i = 0; i < all->count; i++) {
        const struct cs_finding *item = &all->items[i];

        if (strcmp(item->id, wanted->id) == 0 && item->line == wanted->line &&
            compare_texts(item->path, wanted->path) == 0 &&
            strcmp(item->reason, wanted->reason) == 0)
            return true;
    }
    return false;
}

static bool keep(struct cs_findings *all, const struct cs_finding *finding)
{
    struct cs_finding *items = reallocarray(all->items, all->count + 1, sizeof *items);

    if (items == NULL)
        return false;
    all->items = items;
    items[all->count++] = *finding;
    return true;
}

void cs_findings_add(struct cs_findings *all, enum cs_severity severity, const char *id,
                     struct cs_place place, const char *remedy, const char *format, ...)
{
    struct cs_finding finding = {.severity = severity, .id = id, .line = place.line};
    va_list arguments;
    bool failed = false;

    va_start(arguments, format);
    if (vasprintf(&finding.reason, format, arguments) < 0)
        finding.reason = NULL;
    va_end(arguments);
    finding.path = copy(place.path, &failed);
    finding.remedy = copy(remedy, &failed);
    failed = failed || finding.reason == NULL;
    if (!failed && !has(all, &finding) && keep(all, &finding))
        return;
    all->failed = all->failed || failed || !has(all, &finding);
    release(&finding);
}

/* The order of addition decides last: a stack or a chain of settings is told as it is read. */
struct ranked {
    struct cs_finding finding;
    size_t rank;
};

static int compare(const void *left, const void *right)
{
    const struct ranked *a = left, *b = right;
    int order = (int)b->finding.severity - (int)a->finding.severity;

    if (order == 0)
        order = compare_texts(a->finding.path, b->finding.path);
    if (order == 0)
        order = (a->finding.line > b->finding.line) - (a->finding.line < b->finding.line);
    return order != 0 ? order : (a->rank > b->rank) - (a->rank < b->rank);
}

void cs_findings_sort(struct cs_findings *all)
{
    struct ranked *items = all->count > 0 ? calloc(all->count, sizeof *items) : NULL;

    if (items == NULL)
        return; /* unsorted, but whole */
    for (size_t i = 0; i < all->count; i++)
        items[i] = (struct ranked){all->items[i], i};
    qsort(items, all->count, sizeof *items, compare);
    for (size_t i = 0; i < all->count; i++)
        all->items[i] = items[i].finding;
    free(items);
}

size_t cs_findings_count(const struct cs_findings *all, enum cs_severity severity)
{
    size_t count = 0;

    for (size_t i = 0; i < all->count; i++)
        count += all->items[i].severity == severity;
    return count;
}

const char *cs_severity_name(enum cs_severity severity)
{
    static const char *const names[] = {
        [CS_FINDING_FINE] = "fine", [CS_FINDING_RISKY] = "risky", [CS_FINDING_WRONG] = "wrong"};

    return names[severity];
}

void cs_findings_clear(struct cs_findings *all)
{
    for (size_t i = 0; i < all->count; i++)
        release(&all->items[i]);
    free(all->items);
    *all = (struct cs_findings){0};
}
