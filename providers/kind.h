/* SPDX-License-Identifier: Apache-2.0 */
/* A kind of provider: its name, its settings, how to open it. */
#ifndef CS_PROVIDERS_KIND_H
#define CS_PROVIDERS_KIND_H

#include "base/log.h"
#include "base/strlist.h"
#include "providers/provider.h"
#include "settings/setting.h"

enum { CS_PROVIDER_KINDS_MAX = 8, CS_PROVIDER_SETTINGS_MAX = 384 };

/* The settings of one kind: the kind's own struct lies at the start. */
union cs_provider_settings {
    max_align_t align;
    unsigned char bytes[CS_PROVIDER_SETTINGS_MAX];
};

struct cs_provider_kind {
    const char *name; /* value of the option `provider`, and name of the section in our file */
    const struct cs_setting *rows; /* rows over the kind's struct */
    size_t size;                   /* size of that struct, at most CS_PROVIDER_SETTINGS_MAX */
    bool needs_section;            /* its section is required */

    /* Checks for what opening would refuse, without opening: settings that are missing or do not
     * fit together. CS_ERR_CONFIG says what is wrong and what to do. A setting that is accepted but
     * has no effect adds a sentence to `warnings`, which may be NULL. Optional. */
    enum cs_err (*check)(const void *settings, struct cs_strlist *warnings, struct cs_error *error);

    /* Loads libraries that other kinds do without, so that a broker says at its start what is
     * missing; what needs them loads them anyway. Optional. */
    enum cs_err (*load)(struct cs_error *error);

    /* Opens a provider with checked settings. They outlive it, like `log`. */
    enum cs_err (*open)(const void *settings, const struct cs_log *log,
                        struct cs_provider **ret_provider, struct cs_error *error);
};

#endif
