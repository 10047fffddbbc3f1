/* SPDX-License-Identifier: Apache-2.0 */
#include "net/http_resolve.h"

#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/strlist.h"
#include "net/http_priv.h"
#include "net/http_thread.h"

enum {
    FRESH_MS = 60 * 1000,
    USABLE_MS = 10 * 60 * 1000, /* while a newer answer is awaited */
    DOUBT_MS = 1000,
    ADDRESSES_MAX = 16,
};

struct cs_resolver {
    pthread_mutex_t lock;
    unsigned holders; /* the owner, and the look-up in progress */
    char *host, *port;
    void (*wake)(void *context); /* NULL once the owner is gone */
    void *context;
    char *entry;            /* NULL: no addresses known */
    int64_t looked_up;      /* when `entry` was obtained, cs_clock_ms */
    unsigned long look_ups; /* look-ups started so far; the newest one's ticket */
    bool under_way;
    int failure; /* getaddrinfo's result in the newest finished look-up; EAI_MEMORY: a shortage */
};

struct cs_resolver *cs_resolver_new(const char *host, const char *port, void (*wake)(void *context),
                                    void *context)
{
    struct cs_resolver *resolver = calloc(1, sizeof *resolver);

    if (resolver == NULL)
        return NULL;
    pthread_mutex_init(&resolver->lock, NULL);
    resolver->holders = 1;
    resolver->host = strdup(host);
    resolver->port = strdup(port);
    resolver->wake = wake;
    resolver->context = context;
    if (resolver->host == NULL || resolver->port == NULL)
        cs_resolver_free(&resolver);
    return resolver;
}

/* Called with the lock held; the last holder destroys it. */
static void release(struct cs_resolver *resolver)
{
    bool last = --resolver->holders == 0;

    pthread_mutex_unlock(&resolver->lock);
    if (!last)
        return;
    pthread_mutex_destroy(&resolver->lock);
    free(resolver->host);
    free(resolver->port);
    free(resolver->entry);
    free(resolver);
}

void cs_resolver_free(struct cs_resolver **resolver)
{
    if (*resolver == NULL)
        return;
    pthread_mutex_lock(&(*resolver)->lock);
    (*resolver)->wake = NULL;
    release(*resolver);
    *resolver = NULL;
}

/* In the format of CURLOPT_RESOLVE. */
static char *make_entry(const struct cs_resolver *resolver, const struct addrinfo *found)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer entry = {0};
    unsigned count = 0;

    cs_buffer_printf(&entry, "%s:%s:", resolver->host, resolver->port);
    for (const struct addrinfo *one = found; one != NULL && count < ADDRESSES_MAX;
         one = one->ai_next) {
        char address[NI_MAXHOST];

        if ((one->ai_family != AF_INET && one->ai_family != AF_INET6) ||
            getnameinfo(one->ai_addr, one->ai_addrlen, address, sizeof address, NULL, 0,
                        NI_NUMERICHOST) != 0)
            continue;
        cs_buffer_printf(&entry, one->ai_family == AF_INET6 ? "%s[%s]" : "%s%s",
                         count > 0 ? "," : "", address);
        count++;
    }
    return count > 0 ? cs_buffer_take(&entry) : NULL;
}

/* Of a lack of descriptors the C library says EAI_SYSTEM at first, and later EAI_NONAME. */
static bool is_short_of_sockets(void)
{
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bool shortage = fd < 0 && cs_http_is_shortage(errno);

    if (fd >= 0)
        close(fd);
    return shortage;
}

/* The only function that may hang. It holds no lock meanwhile. */
static void *look_up(void *argument)
{
    static const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct cs_resolver *resolver = argument;
    struct addrinfo *found = NULL;
    int failure = getaddrinfo(resolver->host, resolver->port, &hints, &found);
    char *entry = failure == 0 ? make_entry(resolver, found) : NULL;

    if (failure == 0)
        freeaddrinfo(found);
    else if (is_short_of_sockets())
        failure = EAI_MEMORY;
    pthread_mutex_lock(&resolver->lock);
    resolver->under_way = false;
    resolver->failure = entry == NULL && failure == 0 ? EAI_NODATA : failure;
    if (entry != NULL) {
        free(resolver->entry);
        resolver->entry = entry;
        resolver->looked_up = cs_clock_ms();
    }
    if (resolver->wake != NULL)
        resolver->wake(resolver->context);
    release(resolver);
    return NULL;
}

/* Called with the lock held. */
static bool start(struct cs_resolver *resolver)
{
    if (resolver->under_way)
        return true;
    resolver->holders++;
    if (!cs_http_thread_start(look_up, resolver, NULL)) {
        resolver->holders--;
        resolver->failure = EAI_MEMORY;
        return false;
    }
    resolver->under_way = true;
    resolver->look_ups++;
    return true;
}

/* Called with the lock held. */
static enum cs_resolved look(struct cs_resolver *resolver, unsigned long *ticket)
{
    int64_t age = resolver->entry != NULL ? cs_clock_ms() - resolver->looked_up : INT64_MAX;
    bool ended;

    if (age <= FRESH_MS)
        return CS_RESOLVED_READY;
    ended = *ticket != 0 && !(resolver->under_way && *ticket == resolver->look_ups);
    if (ended && age <= USABLE_MS)
        return CS_RESOLVED_READY;
    if (ended && resolver->failure != 0)
        return CS_RESOLVED_FAILED;
    if (!start(resolver))
        return CS_RESOLVED_FAILED;
    *ticket = resolver->look_ups;
    return age <= USABLE_MS ? CS_RESOLVED_READY : CS_RESOLVED_WAIT;
}

/* A shortage of this machine is no outage of the server, which would let some users in. */
static void say_why(const struct cs_resolver *resolver, struct cs_error *error)
{
    if (resolver->failure == EAI_MEMORY || resolver->failure == EAI_SYSTEM)
        (void)cs_fail(error, CS_ERR_UNAVAILABLE,
                      "%s: not looked up, because this machine has no thread, memory or file "
                      "descriptor left; raise LimitNOFILE and TasksMax, or lower max_logins",
                      resolver->host);
    else
        (void)cs_fail(error, CS_ERR_UNREACHABLE, "%s: %s; check the name and the machine's DNS",
                      resolver->host, gai_strerror(resolver->failure));
}

enum cs_resolved cs_resolver_get(struct cs_resolver *resolver, unsigned long *ticket,
                                 char **ret_entry, struct cs_error *error)
{
    enum cs_resolved state;

    pthread_mutex_lock(&resolver->lock);
    state = look(resolver, ticket);
    if (state == CS_RESOLVED_READY)
        *ret_entry = strdup(resolver->entry);
    else if (state == CS_RESOLVED_FAILED)
        say_why(resolver, error);
    pthread_mutex_unlock(&resolver->lock);
    return state;
}

void cs_resolver_doubt(struct cs_resolver *resolver)
{
    pthread_mutex_lock(&resolver->lock);
    if (resolver->entry != NULL && cs_clock_ms() - resolver->looked_up > DOUBT_MS) {
        free(resolver->entry);
        resolver->entry = NULL;
    }
    pthread_mutex_unlock(&resolver->lock);
}
