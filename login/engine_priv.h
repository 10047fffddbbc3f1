/* SPDX-License-Identifier: Apache-2.0 */
/* The engine from inside: engine.c has what is shared, engine_provider.c opens the providers. */
#ifndef CS_LOGIN_ENGINE_PRIV_H
#define CS_LOGIN_ENGINE_PRIV_H

#include <pthread.h>
#include <sys/utsname.h>

#include "login/engine.h"
#include "providers/registry.h"

enum { CS_ENGINE_PROVIDERS_MAX = 8 };

/* A provider and the settings it was opened with. It is replaced when nobody uses it and another is
 * needed: a changed configuration leaves the old one behind. */
struct cs_opened {
    const struct cs_provider_kind *kind;
    union cs_provider_settings settings; /* owns its texts */
    struct cs_provider *provider;        /* NULL: a free place */
    unsigned users;
    uint64_t used; /* when it was last requested */
};

struct cs_engine {
    const char *config_path, *key_path;
    const struct cs_log *log;
    struct cs_config_cache *cache;
    struct cs_catalogues *catalogues;
    struct cs_delivery_limit *delivery_limit;
    struct cs_accepted_codes *accepted_codes;
    struct cs_refusal_pace *refusal_pace;
    struct cs_pending_queue *pending_queue;
    struct cs_mailer *mailer;
    struct cs_directory *directory;
    struct cs_record_ids record_ids;
    struct cs_self_places self_places;
    struct cs_metrics *metrics; /* NULL: none */
    cs_engine_wrap *wrap;       /* NULL: none */
    void *wrap_context;
    struct utsname names;
    pthread_mutex_t mutex; /* guards the members below */
    struct cs_opened opened[CS_ENGINE_PROVIDERS_MAX];
    struct cs_running *running; /* NULL until a login needs it */
    uint64_t turns;
};

/* Closes what is open there, and frees the place. */
void cs_opened_close(struct cs_opened *opened);

#endif
