/* SPDX-License-Identifier: Apache-2.0 */
/* Where a login comes from, and which names its tries are counted under. */
#ifndef CS_LOGIN_CLIENT_H
#define CS_LOGIN_CLIENT_H

#include <sys/types.h>

#include "wire/messages.h"

enum { CS_CLIENT_SIZE = 64, CS_STRANGER_SIZE = 16 };

/* ret_address: the client's numeric address, or "". ret_client, never "": the network that
 * counts as one client. Without an address (sudo, su, the console) the user who asks is
 * counted, not the whole machine: one account's wrong codes must not delay another's. Names
 * in PAM_RHOST share a fixed number of counters, because a client may choose its own name
 * and must not fill the store. */
void cs_client_find(const struct cs_request *request, uid_t peer, char ret_address[CS_CLIENT_SIZE],
                    char ret_client[CS_CLIENT_SIZE]);

/* The counter for a name without an account. Such names share a fixed number of counters: tries at
 * them are delayed as for an account, and inventing names does not fill the store. */
void cs_client_stranger(const char *user, char ret_stranger[CS_STRANGER_SIZE]);

#endif
