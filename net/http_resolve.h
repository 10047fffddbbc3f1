/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The addresses of one host. The C library's look-up cannot be cancelled and may hang for minutes,
 * so it runs in a thread of its own, one at a time however many logins want it: what a hanging one
 * leaves behind is that one thread. libcurl is given the result and looks nothing up itself.
 */
#ifndef CS_NET_HTTP_RESOLVE_H
#define CS_NET_HTTP_RESOLVE_H

#include "base/error.h"

struct cs_resolver;

enum cs_resolved {
    CS_RESOLVED_READY,
    CS_RESOLVED_WAIT,   /* `wake` is called when this may have changed */
    CS_RESOLVED_FAILED, /* the look-up that the ticket names, or none could be started */
};

/* `wake(context)` is called by the look-up's thread, never after cs_resolver_free. Copies `host`
 * and `port`; NULL when memory ran out. */
struct cs_resolver *cs_resolver_new(const char *host, const char *port, void (*wake)(void *context),
                                    void *context) CS_MUST_USE;

/* Does not wait for a look-up under way. Accepts NULL and sets the pointer to NULL. */
void cs_resolver_free(struct cs_resolver **resolver);

/*
 * Asks for the addresses; starts a look-up where that is needed. `ticket` is 0 at first and then
 * kept by the caller: it names the look-up that it waits for. Addresses are good for a minute;
 * older ones, up to ten minutes, are used while new ones are looked up. `ret_entry` is, with
 * CS_RESOLVED_READY, "HOST:PORT:ADDRESS,..." and the caller's to free, or NULL when memory ran out.
 * `error` is set with CS_RESOLVED_FAILED.
 */
enum cs_resolved cs_resolver_get(struct cs_resolver *resolver, unsigned long *ticket,
                                 char **ret_entry, struct cs_error *error) CS_MUST_USE;

/* No address answered: forgets them, unless they are newer than a second. */
void cs_resolver_doubt(struct cs_resolver *resolver);

#endif
