/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/fake_names.h"

#include <dlfcn.h>
#include <netdb.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

#include "tests/support/stall.h"

static atomic_uint count;

void fake_names_stall(void)
{
    stall_set(true);
}

void fake_names_release(void)
{
    stall_set(false);
}

void fake_names_drain(void)
{
    stall_drain();
}

unsigned fake_names_count(void)
{
    return count;
}

unsigned fake_names_most(void)
{
    return stall_most();
}

static int real(const char *node, const char *service, const struct addrinfo *hints,
                struct addrinfo **found)
{
    int (*next)(const char *, const char *, const struct addrinfo *, struct addrinfo **) = NULL;
    void *symbol = dlsym(RTLD_NEXT, "getaddrinfo");

    memcpy(&next, &symbol, sizeof next);
    return next(node, service, hints, found);
}

__attribute__((visibility("default"))) int getaddrinfo(const char *node, const char *service,
                                                       const struct addrinfo *hints,
                                                       struct addrinfo **found)
{
    struct addrinfo numeric = hints != NULL ? *hints : (struct addrinfo){0};
    bool stalls = node != NULL && strcmp(node, "stall.test") == 0;

    if (node != NULL && strcmp(node, "localhost") == 0)
        return real(node, service, hints, found);
    count++;
    if (stalls)
        stall_here();
    numeric.ai_flags |= AI_NUMERICHOST;
    if (stalls || (node != NULL && strcmp(node, "fast.test") == 0))
        node = "127.0.0.1";
    return real(node, service, &numeric, found);
}
