/* SPDX-License-Identifier: Apache-2.0 */
#include "login/client.h"

#include <stdio.h>
#include <string.h>

#include "base/address.h"
#include "base/lower.h"

enum { STRANGERS = 4096, HOST_NAMES = 1024, ASKER_BYTES = 48 };

_Static_assert((int)CS_CLIENT_SIZE >= (int)CS_ADDRESS_MAX, "an address is a client");

/* FNV-1a over the bytes, each passed through `fold`. */
static unsigned hash(const char *text, char (*fold)(char))
{
    uint32_t sum = 2166136261U;

    for (; *text != '\0'; text++)
        sum = (sum ^ (unsigned char)fold(*text)) * 16777619U;
    return (sum ^ sum >> 16) & 0xffff;
}

static char as_it_is(char c)
{
    return c;
}

void cs_client_stranger(const char *user, char ret_stranger[CS_STRANGER_SIZE])
{
    /* The leading blank keeps it apart from the names of accounts. */
    (void)snprintf(ret_stranger, CS_STRANGER_SIZE, " %u", hash(user, as_it_is) % STRANGERS);
}

static void name_client(const struct cs_request *request, uid_t peer,
                        char ret_client[CS_CLIENT_SIZE])
{
    const char *asker = request->ruser ? request->ruser : request->tty;

    if (peer != 0)
        (void)snprintf(ret_client, CS_CLIENT_SIZE, "uid %u", (unsigned)peer);
    else if (request->rhost != NULL && request->rhost[0] != '\0')
        (void)snprintf(ret_client, CS_CLIENT_SIZE, "name %u",
                       hash(request->rhost, cs_lower) % HOST_NAMES);
    else
        (void)snprintf(ret_client, CS_CLIENT_SIZE, "local %.*s", ASKER_BYTES, asker ? asker : "");
}

void cs_client_find(const struct cs_request *request, uid_t peer, char ret_address[CS_CLIENT_SIZE],
                    char ret_client[CS_CLIENT_SIZE])
{
    char first[CS_ADDRESS_MAX] = "";
    size_t length;

    /* "client-ip client-port server-ip server-port". PAM_RHOST may be a name; this never is. */
    if (request->ssh_connection != NULL) {
        length = strcspn(request->ssh_connection, " ");
        if (length < sizeof first)
            memcpy(first, request->ssh_connection, length);
    }
    if (cs_address_parse(first, ret_address) || cs_address_parse(request->rhost, ret_address))
        cs_address_client(ret_address, ret_client);
    else
        name_client(request, peer, ret_client);
}
