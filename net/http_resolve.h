/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The addresses of one host. The C library's look-up cannot be cancelled and may hang for minutes,
 * so it runs in its own thread, one at a time however many logins want it: a hanging look-up leaves
 * behind only that thread. libcurl gets the result and looks up nothing itself.
 */
#ifndef CS_NET_HTTP_RESOLVE_H
#define CS_NET_HTTP_RESOLVE_H

#include "base/error.h"

struct cs_resolver;

enum cs_resolved {
    CS_RESOLVED_READY,
    CS_RESOLVED_WAIT,   /* `wake` is called when this may have changed */
    CS_RESOLVED_FAILED, /* the ticket's look-up failed, or none could be started */
};

/* The look-up's thread calls `wake(context)`, never after cs_resolver_free. Copies `host` and
 * `port`; NULL if memory ran out. */
struct cs_resolver *cs_resolver_new(const char *host, const char *port, void (*wake)(void *context),
                                    void *context) CS_MUST_USE;

/* Does not wait for a look-up in progress. Accepts NULL and sets the pointer to NULL. */
void cs_resolver_free(struct cs_resolver **resolver);

/*
 * Asks for the addresses; starts a look-up if needed. `ticket` is 0 at first and kept by the
 * caller: it identifies the look-up that the caller waits for. Addresses are valid for a minute;
 * older ones, up to ten minutes, are used while new ones are looked up. With CS_RESOLVED_READY
 * `ret_entry` is "HOST:PORT:ADDRESS,...", the caller's to free, or NULL if memory ran out. With
 * CS_RESOLVED_FAILED `error` is set: CS_ERR_UNREACHABLE, or CS_ERR_UNAVAILABLE if this machine
 * itself lacks what a look-up takes.
 */
enum cs_resolved cs_resolver_get(struct cs_resolver *resolver, unsigned long *ticket,
                                 char **ret_entry, struct cs_error *error) CS_MUST_USE;

/* Forgets the addresses, because none answered, unless they are less than a second old. */
void cs_resolver_doubt(struct cs_resolver *resolver);

#endif
