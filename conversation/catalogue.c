/* SPDX-License-Identifier: Apache-2.0 */
#include "conversation/catalogue.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "base/file.h"
#include "base/trusted_open.h"
#include "conversation/template.h"
#include "i18n/mo.h"

/* More languages than there are translations; a request for one more gets English. */
enum { LANGUAGES_MAX = 64 };

struct spoken {
    struct cs_catalogue catalogue;
    struct cs_mo *mo; /* NULL: there is no file */
};

struct cs_catalogues {
    const char *folder;
    const struct cs_log *log;
    pthread_mutex_t mutex; /* guards the growth of `items`; existing items do not change */
    struct spoken *items[LANGUAGES_MAX];
    size_t count;
};

void cs_catalogue_english(struct cs_catalogue *ret_catalogue)
{
    *ret_catalogue = (struct cs_catalogue){0};
    for (size_t i = 0; i < CS_TEXTS; i++) {
        ret_catalogue->texts[i] = cs_texts[i].english;
        ret_catalogue->plurals[i] = cs_texts[i].counted ? cs_plural_of("") : NULL;
    }
}

const char *cs_catalogue_find(const struct cs_mo *mo, const char *language, enum cs_text key,
                              const struct cs_plural **ret_plural)
{
    const struct cs_text_row *row = &cs_texts[key];

    *ret_plural = row->counted ? cs_plural_of(language) : NULL;
    if (!row->counted)
        return cs_mo_find(mo, row->key, row->english);
    return *ret_plural == NULL ? NULL
                               : cs_mo_find_forms(mo, row->key, row->english, (*ret_plural)->forms);
}

const char *cs_catalogue_text(const struct cs_catalogue *catalogue, enum cs_text key,
                              unsigned long number)
{
    const struct cs_plural *plural = catalogue->plurals[key];

    return plural == NULL ? catalogue->texts[key]
                          : cs_plural_choose(plural, catalogue->texts[key], number);
}

struct cs_catalogues *cs_catalogues_new(const char *folder, const struct cs_log *log)
{
    struct cs_catalogues *catalogues = calloc(1, sizeof *catalogues);
    struct spoken *english = calloc(1, sizeof *english);

    if (catalogues == NULL || english == NULL) {
        free(catalogues);
        free(english);
        return NULL;
    }
    catalogues->folder = folder;
    catalogues->log = log;
    pthread_mutex_init(&catalogues->mutex, NULL);
    cs_catalogue_english(&english->catalogue);
    catalogues->items[catalogues->count++] = english;
    return catalogues;
}

void cs_catalogues_free(struct cs_catalogues **catalogues)
{
    if (*catalogues == NULL)
        return;
    for (size_t i = 0; i < (*catalogues)->count; i++) {
        cs_mo_free(&(*catalogues)->items[i]->mo);
        free((*catalogues)->items[i]);
    }
    pthread_mutex_destroy(&(*catalogues)->mutex);
    free(*catalogues);
    *catalogues = NULL;
}

/* ---- reading a file ---- */

static enum cs_err read_file(const char *path, struct cs_mo **ret_mo, struct cs_error *error)
{
    const struct cs_trust trust = {.owner = 0, .forbidden = 0022};
    CS_AUTO(cs_secret_free) struct cs_secret content = {0};
    CS_AUTO(cs_fd_close) int fd = -1;
    enum cs_err result = cs_open_trusted(path, &trust, &fd, error);

    if (result == CS_OK)
        result = cs_read_all(fd, path, CS_MO_BYTES_MAX, &content, error);
    return result == CS_OK ? cs_mo_parse(path, content.data, content.length, ret_mo, error)
                           : result;
}

/* Every form must be one that may be shown. */
static enum cs_err check_forms(enum cs_text key, const char *text, const struct cs_plural *plural,
                               struct cs_error *error)
{
    enum cs_err result = CS_OK;

    for (unsigned i = plural ? plural->forms : 1; i > 0 && result == CS_OK; i--) {
        result = cs_template_check_translation(key, text, error);
        text += strlen(text) + 1;
    }
    return result;
}

static void take_text(struct spoken *spoken, size_t key, const struct cs_log *log)
{
    const struct cs_plural *plural;
    const char *text =
        cs_catalogue_find(spoken->mo, spoken->catalogue.translation, (enum cs_text)key, &plural);
    struct cs_error error = {0};

    if (text == NULL)
        return;
    if (check_forms((enum cs_text)key, text, plural, &error) == CS_OK) {
        spoken->catalogue.texts[key] = text;
        spoken->catalogue.plurals[key] = plural;
    } else
        cs_log(log, LOG_WARNING, "translation %s of '%s' is not used: %s",
               spoken->catalogue.language, cs_texts[key].key, error.text);
}

static enum cs_err read_translation(const struct cs_catalogues *catalogues, const char *language,
                                    struct spoken *spoken, struct cs_error *error)
{
    char path[512];
    enum cs_err result;

    (void)snprintf(path, sizeof path, "%s/%s/LC_MESSAGES/countersign.mo", catalogues->folder,
                   language);
    result = read_file(path, &spoken->mo, error);
    if (result == CS_OK)
        memcpy(spoken->catalogue.translation, language, strlen(language) + 1);
    return result;
}

static void load(struct cs_catalogues *catalogues, struct spoken *spoken)
{
    char nearest[CS_LANGUAGE_SIZE];
    struct cs_error error = {0};
    enum cs_err result = read_translation(catalogues, spoken->catalogue.language, spoken, &error);

    if (result == CS_ERR_NOT_FOUND && cs_language_nearest(spoken->catalogue.language, nearest)) {
        error = (struct cs_error){0};
        result = read_translation(catalogues, nearest, spoken, &error);
    }
    if (result != CS_OK) {
        cs_log(catalogues->log, result == CS_ERR_NOT_FOUND ? LOG_DEBUG : LOG_WARNING, "%s",
               error.text);
        return;
    }
    for (size_t key = 0; key < CS_TEXTS; key++)
        take_text(spoken, key, catalogues->log);
}

/* ---- look-up; the mutex is held ---- */

static const struct spoken *find(const struct cs_catalogues *catalogues, const char *language)
{
    for (size_t i = 0; i < catalogues->count; i++) {
        if (strcmp(catalogues->items[i]->catalogue.language, language) == 0)
            return catalogues->items[i];
    }
    return NULL;
}

/* A language without a file for its country runs in the same direction as its fallback. */
static bool speaks_rtl(const struct spoken *spoken)
{
    return spoken->mo != NULL && cs_language_is_rtl(spoken->catalogue.language);
}

static const struct spoken *get(struct cs_catalogues *catalogues, const char *language)
{
    const struct spoken *known = find(catalogues, language), *parent = catalogues->items[0];
    char parent_language[CS_LANGUAGE_SIZE];
    struct spoken *spoken;

    if (known != NULL)
        return known;
    if (cs_language_parent(language, parent_language))
        parent = get(catalogues, parent_language);
    spoken = catalogues->count < LANGUAGES_MAX ? calloc(1, sizeof *spoken) : NULL;
    if (spoken == NULL)
        return parent;
    spoken->catalogue = parent->catalogue;
    memcpy(spoken->catalogue.language, language, strlen(language) + 1);
    load(catalogues, spoken);
    spoken->catalogue.rtl = spoken->catalogue.rtl || speaks_rtl(spoken);
    catalogues->items[catalogues->count++] = spoken;
    return spoken;
}

/* Says so if the language is not the one that was asked for, whatever its country. */
static void tell_translation(const struct cs_catalogues *catalogues,
                             const struct cs_catalogue *catalogue)
{
    char parent[CS_LANGUAGE_SIZE] = "";

    (void)cs_language_parent(catalogue->language, parent);
    if (strcmp(catalogue->translation, catalogue->language) != 0 &&
        (parent[0] == '\0' || strcmp(catalogue->translation, parent) != 0))
        cs_log(catalogues->log, LOG_NOTICE, "there is no translation for %s: %s is used",
               catalogue->language, catalogue->translation[0] ? catalogue->translation : "English");
}

const struct cs_catalogue *cs_catalogues_get(struct cs_catalogues *catalogues, const char *language)
{
    char parsed[CS_LANGUAGE_SIZE];
    const struct spoken *spoken;
    bool known;

    if (!cs_language_parse(language, parsed) || strcmp(parsed, "en") == 0 ||
        strncmp(parsed, "en_", 3) == 0)
        parsed[0] = '\0';
    pthread_mutex_lock(&catalogues->mutex);
    known = find(catalogues, parsed) != NULL;
    spoken = get(catalogues, parsed);
    if (!known)
        tell_translation(catalogues, &spoken->catalogue);
    pthread_mutex_unlock(&catalogues->mutex);
    return &spoken->catalogue;
}
