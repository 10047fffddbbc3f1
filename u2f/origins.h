/* SPDX-License-Identifier: Apache-2.0 */
/* The origins that a server takes: by which names clients call this host, so that an answer made
 * for another one is refused. */
#ifndef CS_U2F_ORIGINS_H
#define CS_U2F_ORIGINS_H

#include "u2f/message.h"

enum { CS_U2F_ORIGINS_MAX = 8 };

struct cs_u2f_origins {
    char items[CS_U2F_ORIGINS_MAX][CS_U2F_ORIGIN_MAX + 1];
    size_t count; /* at least 1 */
};

/* Reads names with commas between them; blanks around a name do not count. CS_ERR_INPUT for an
 * empty name, one too many, or one that cs_u2f_client_data would refuse. */
enum cs_err cs_u2f_read_origins(const char *list, struct cs_u2f_origins *ret_origins,
                                struct cs_error *error) CS_MUST_USE;

#endif
