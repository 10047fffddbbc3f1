/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/fake_names.h"

#include <dlfcn.h>
#include <netdb.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static bool stalled;
static unsigned count, hanging, most;

static void set_stalled(bool value)
{
    pthread_mutex_lock(&lock);
    stalled = value;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}

void fake_names_stall(void)
{
    set_stalled(true);
}

void fake_names_release(void)
{
    set_stalled(false);
}

void fake_names_drain(void)
{
    pthread_mutex_lock(&lock);
    while (hanging > 0)
        pthread_cond_wait(&changed, &lock);
    pthread_mutex_unlock(&lock);
}

static unsigned read_locked(const unsigned *value)
{
    unsigned copy;

    pthread_mutex_lock(&lock);
    copy = *value;
    pthread_mutex_unlock(&lock);
    return copy;
}

unsigned fake_names_count(void)
{
    return read_locked(&count);
}

unsigned fake_names_most(void)
{
    return read_locked(&most);
}

static void hang(void)
{
    pthread_mutex_lock(&lock);
    hanging++;
    most = hanging > most ? hanging : most;
    while (stalled)
        pthread_cond_wait(&changed, &lock);
    hanging--;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
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
    pthread_mutex_lock(&lock);
    count++;
    pthread_mutex_unlock(&lock);
    if (stalls)
        hang();
    numeric.ai_flags |= AI_NUMERICHOST;
    if (stalls || (node != NULL && strcmp(node, "fast.test") == 0))
        node = "127.0.0.1";
    return real(node, service, &numeric, found);
}
