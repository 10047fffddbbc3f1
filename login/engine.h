/* SPDX-License-Identifier: Apache-2.0 */
/* What logins share: configuration, provider, log. Created once, used by every thread. */
#ifndef CS_LOGIN_ENGINE_H
#define CS_LOGIN_ENGINE_H

#include "base/log.h"
#include "conversation/catalogue.h"
#include "login/accepted_codes.h"
#include "login/config.h"
#include "login/delivery_limit.h"
#include "login/directory.h"
#include "login/metrics.h"
#include "login/pending_queue.h"
#include "login/record_id.h"
#include "login/refusal_pace.h"
#include "login/running.h"
#include "login/self_places.h"
#include "net/mail.h"
#include "providers/provider.h"

struct cs_engine;

/* `config_path` is the default file. `key_path` (a systemd credential) replaces the option key_file
 * unless it is NULL. Both are borrowed, like `log`. */
struct cs_engine *cs_engine_new(const char *config_path, const char *key_path,
                                const struct cs_log *log) CS_MUST_USE;
void cs_engine_free(struct cs_engine **engine);

/* The texts in a language; see conversation/catalogue.h. */
const struct cs_catalogue *cs_engine_catalogue(struct cs_engine *engine, const char *language);

/* The key that replaces the option key_file, or NULL. */
const char *cs_engine_key_path(const struct cs_engine *engine);

/* This host's name. */
const char *cs_engine_host(const struct cs_engine *engine);

const struct cs_log *cs_engine_log(const struct cs_engine *engine);

/* The file that a PAM line names: an open descriptor, its name for errors, its format. */
struct cs_config_source {
    int fd; /* -1: the line names none */
    const char *name;
    enum cs_config_kind kind;
    bool found; /* the line names none: the module found IBM's file at its usual place */
};

/* The configuration for a login: the file of `source`, or the usual one (cs_config_load_usual) if
 * `source` is NULL or has no descriptor; with the file of IBM's gateway that it names. */
enum cs_err cs_engine_config(struct cs_engine *engine, const struct cs_config_source *source,
                             struct cs_config **ret_config, struct cs_error *error) CS_MUST_USE;

/* Looks up accounts and groups. */
struct cs_directory *cs_engine_directory(struct cs_engine *engine);

/* What this process remembers about deliveries. */
struct cs_delivery_limit *cs_engine_delivery_limit(struct cs_engine *engine);

/* The names of this process's records. */
struct cs_record_ids *cs_engine_record_ids(struct cs_engine *engine);

/* The places of logins that run, in files with so many each; the first call decides. NULL: memory
 * ran out. */
struct cs_running *cs_engine_running(struct cs_engine *engine, unsigned places);

/* From now on, counts and measures what logins do; before the first one. False without memory. */
bool cs_engine_measure(struct cs_engine *engine) CS_MUST_USE;

/* From now on, `wrap` makes what takes the place of each provider that is opened, and owns it;
 * before the first one. NULL from `wrap`: memory ran out, and the provider is not opened. */
typedef struct cs_provider *cs_engine_wrap(void *context, struct cs_provider *inner);
void cs_engine_wrap_providers(struct cs_engine *engine, cs_engine_wrap *wrap, void *context);

/* NULL: nothing is counted. */
struct cs_metrics *cs_engine_metrics(struct cs_engine *engine);

/* The measurements of the providers that are open. */
void cs_engine_measures(struct cs_engine *engine, struct cs_measures *ret_measures);

/* The codes that have let a user in. */
struct cs_accepted_codes *cs_engine_accepted_codes(struct cs_engine *engine);

/* Who has a `countersign self` going on. */
struct cs_self_places *cs_engine_self_places(struct cs_engine *engine);

/* How long refusals take. */
struct cs_refusal_pace *cs_engine_refusal_pace(struct cs_engine *engine);

/* Who waits for whose request, at a provider that holds one for each identity. */
struct cs_pending_queue *cs_engine_pending_queue(struct cs_engine *engine);

/* Sends mail to those whose factors have changed; NULL where a login is only rehearsed. */
struct cs_mailer *cs_engine_mailer(struct cs_engine *engine);

/* The provider for the options' settings, opened by the first login that needs it; another
 * configuration may have another. The caller holds it until cs_engine_release. */
enum cs_err cs_engine_provider(struct cs_engine *engine, const struct cs_options *options,
                               struct cs_provider **ret_provider,
                               struct cs_error *error) CS_MUST_USE;

/* Accepts NULL, and sets the pointer to NULL. */
void cs_engine_release(struct cs_engine *engine, struct cs_provider **provider);

#endif
