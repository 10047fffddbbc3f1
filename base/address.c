/* SPDX-License-Identifier: Apache-2.0 */
#include "base/address.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "base/attributes.h"

bool cs_address_parse(const char *text, char ret_address[CS_ADDRESS_MAX])
{
    struct in6_addr v6;
    struct in_addr v4;
    char plain[CS_ADDRESS_MAX];
    char *zone;

    ret_address[0] = '\0';
    if (text == NULL || strlen(text) >= sizeof plain)
        return false;
    memcpy(plain, text, strlen(text) + 1);
    if (inet_pton(AF_INET, plain, &v4) == 1)
        return inet_ntop(AF_INET, &v4, ret_address, CS_ADDRESS_MAX) != NULL;
    zone = strchr(plain, '%');
    if (zone != NULL)
        *zone = '\0';
    if (inet_pton(AF_INET6, plain, &v6) != 1)
        return false;
    if (IN6_IS_ADDR_V4MAPPED(&v6))
        return inet_ntop(AF_INET, v6.s6_addr + 12, ret_address, CS_ADDRESS_MAX) != NULL;
    return inet_ntop(AF_INET6, &v6, ret_address, CS_ADDRESS_MAX) != NULL;
}

void cs_address_client(const char *address, char ret_client[CS_ADDRESS_MAX])
{
    struct in6_addr v6;

    (void)snprintf(ret_client, CS_ADDRESS_MAX, "%s", address);
    if (inet_pton(AF_INET6, address, &v6) != 1)
        return;
    memset(v6.s6_addr + 8, 0, 8);
    if (inet_ntop(AF_INET6, &v6, ret_client, CS_ADDRESS_MAX - 4) != NULL)
        memcpy(ret_client + strlen(ret_client), "/64", 4);
}

bool cs_is_loopback(const char *host)
{
    static const char *const names[] = {"localhost", "::1", "[::1]"};
    struct in_addr v4;

    for (size_t i = 0; i < CS_ARRAY_SIZE(names); i++) {
        if (strcmp(host, names[i]) == 0)
            return true;
    }
    return inet_pton(AF_INET, host, &v4) == 1 && strncmp(host, "127.", 4) == 0;
}
