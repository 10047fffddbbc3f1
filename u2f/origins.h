/* SPDX-License-Identifier: Apache-2.0 */
/* The origins that a server accepts: the names by which clients know this host, so that an answer
 * made for another host is refused. */
#ifndef CS_U2F_ORIGINS_H
#define CS_U2F_ORIGINS_H

#include "u2f/message.h"

enum { CS_U2F_ORIGINS_MAX = 8 };

struct cs_u2f_origins {
    char items[CS_U2F_ORIGINS_MAX][CS_U2F_ORIGIN_MAX + 1];
    size_t count; /* at least 1 */
};

/* Reads a comma-separated list of names; blanks around a name are ignored. CS_ERR_INPUT for an
 * empty name, too many names, a name that contains a blank, or a name that cs_u2f_client_data would
 * refuse. */
enum cs_err cs_u2f_read_origins(const char *list, struct cs_u2f_origins *ret_origins,
                                struct cs_error *error) CS_MUST_USE;

#endif
