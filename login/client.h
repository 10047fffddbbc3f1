/* SPDX-License-Identifier: Apache-2.0 */
/* Where a login comes from, and under which names its tries are counted. */
#ifndef CS_LOGIN_CLIENT_H
#define CS_LOGIN_CLIENT_H

#include <sys/types.h>

#include "wire/messages.h"

enum { CS_CLIENT_SIZE = 64, CS_STRANGER_SIZE = 16 };

/*
 * ret_address: the client's numeric address, or "". ret_client, never "": the network that is
 * counted as one client. Without an address (sudo, su, the console) whoever asks is counted, not
 * the whole machine: one account's wrong codes must not delay another's. Names in PAM_RHOST share a
 * fixed number of counters: a client may choose its own, and is not to fill the store.
 */
void cs_client_find(const struct cs_request *request, uid_t peer, char ret_address[CS_CLIENT_SIZE],
                    char ret_client[CS_CLIENT_SIZE]);

/* Names that no account has share a fixed number of counters, as an account has its own: tries at
 * them are delayed alike, and inventing names does not fill the store. */
void cs_client_stranger(const char *user, char ret_stranger[CS_STRANGER_SIZE]);

#endif
