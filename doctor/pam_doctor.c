/* SPDX-License-Identifier: Apache-2.0 */
/* The part of doctor that looks at PAM: every service, as libpam reads it. */
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "doctor/doctor.h"
#include "doctor/pam_look.h"
#include "doctor/pam_open.h"
#include "doctor/pam_services.h"
#include "doctor/pam_version.h"
#include "doctor/sshd_service.h"

/* All services of the machine. */
struct tour {
    struct cs_pam_look *look;
    struct cs_strlist names;    /* with remainders */
    struct cs_strlist included; /* the files that some service includes */
    struct cs_pam_summary *summaries;
    size_t count;
};

static void tour_free(struct tour *tour)
{
    free(tour->look);
    cs_strlist_free(&tour->names);
    cs_strlist_free(&tour->included);
    free(tour->summaries);
}

static enum cs_err read_service(struct cs_pam_look *look, const char *name)
{
    enum cs_err result;

    cs_pam_service_clear(&look->service);
    result = cs_pam_service_read(&look->source, name, &look->service);
    look->name = name;
    look->auth.count = 0;
    if (result == CS_OK)
        cs_pam_stack_of(&look->service, CS_PAM_AUTH, &look->auth);
    return result;
}

/* Files of entries that are not the service's own, and not those of "other". */
static enum cs_err note_included(struct tour *tour)
{
    const struct cs_pam_service *service = &tour->look->service;
    enum cs_err result = CS_OK;

    for (size_t i = 0; i < service->count && result == CS_OK; i++) {
        const struct cs_pam_entry *entry = &service->items[i];

        if (entry->other || !service->own_file ||
            strcmp(entry->path, service->files.items[0]) == 0 ||
            cs_strlist_contains(&tour->included, entry->path))
            continue;
        result = cs_strlist_add(&tour->included, entry->path, strlen(entry->path));
    }
    return result;
}

static enum cs_err summarise(struct tour *tour)
{
    enum cs_err result = CS_OK;

    tour->summaries = calloc(tour->names.count + 1, sizeof *tour->summaries);
    if (tour->summaries == NULL)
        return CS_ERR_NOMEM;
    for (size_t i = 0; i < tour->names.count && result == CS_OK; i++) {
        const char *name = tour->names.items[i];

        if (cs_pam_is_remainder(name) || cs_pam_is_never_read(name))
            continue;
        result = read_service(tour->look, name);
        if (result == CS_OK)
            result = note_included(tour);
        tour->summaries[tour->count++] =
            (struct cs_pam_summary){.name = name, .asks_us = cs_pam_asks_us(tour->look)};
    }
    return result;
}

static enum cs_err note_fragments(struct tour *tour)
{
    for (size_t i = 0; i < tour->count; i++) {
        CS_AUTO(cs_buffer_free) struct cs_buffer path = {0};

        cs_buffer_printf(&path, CS_PAM_ETC "/%s", tour->summaries[i].name);
        if (path.failed)
            return CS_ERR_NOMEM;
        tour->summaries[i].fragment = cs_strlist_contains(&tour->included, path.text);
    }
    return CS_OK;
}

static enum cs_err look_at_all(struct tour *tour)
{
    enum cs_err result = CS_OK;

    for (size_t i = 0; i < tour->count && result == CS_OK; i++) {
        result = read_service(tour->look, tour->summaries[i].name);
        tour->look->fragment = tour->summaries[i].fragment;
        if (result != CS_OK)
            break;
        cs_pam_look_words(tour->look);
        cs_pam_look_modes(tour->look);
        if (!tour->look->fragment)
            cs_pam_look_ways(tour->look);
        cs_pam_look_asking(tour->look);
    }
    return result;
}

static enum cs_err look_as(const struct cs_doctor *doctor, const char *sshd, bool newer,
                           struct cs_findings *all)
{
    CS_AUTO(tour_free) struct tour tour = {.look = calloc(1, sizeof *tour.look)};
    enum cs_err result;

    if (tour.look == NULL)
        return CS_ERR_NOMEM;
    tour.look->doctor = doctor;
    tour.look->all = all;
    tour.look->sshd = sshd;
    tour.look->source = (struct cs_pam_source){.root = doctor->root, .newer = newer};
    result = cs_pam_services(&tour.look->source, &tour.names);
    if (result == CS_OK)
        result = summarise(&tour);
    if (result == CS_OK)
        result = note_fragments(&tour);
    if (result == CS_OK)
        result = look_at_all(&tour);
    if (result == CS_OK)
        result = cs_pam_look_services(tour.look, tour.summaries, tour.count, &tour.names);
    cs_pam_service_clear(&tour.look->service);
    return result;
}

enum cs_err cs_doctor_pam(const struct cs_doctor *doctor, struct cs_findings *all,
                          struct cs_error *error)
{
    enum cs_pam_version version;
    CS_AUTO(cs_buffer_free) struct cs_buffer sshd = {0};
    enum cs_err result = cs_pam_version_of(doctor->root, &version);

    if (result == CS_OK)
        result = cs_sshd_service_of(doctor->root, &sshd);
    if (result == CS_OK && version != CS_PAM_FROM_1_6)
        result = look_as(doctor, sshd.text, false, all);
    if (result == CS_OK && version != CS_PAM_BEFORE_1_6)
        result = look_as(doctor, sshd.text, true, all);
    if (result != CS_OK)
        return cs_fail_nomem(error); /* nothing else is an error here: it is a finding */
    return CS_OK;
}
