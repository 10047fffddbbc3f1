/* SPDX-License-Identifier: Apache-2.0 */
/* Tickets for enrolling at a login: 20 symbols of the alphabet of recovery codes, 100 random bits,
 * shown as five groups of four, and typed in the same ways. */
#ifndef CS_PROVIDERS_LOCAL_TICKETS_H
#define CS_PROVIDERS_LOCAL_TICKETS_H

#include <stdbool.h>

#include "base/secret.h"

enum { CS_TICKET_SYMBOLS = 20, CS_TICKET_SHOWN_SIZE = CS_TICKET_SYMBOLS + 4 + 1 };

/* A fresh ticket, normalised. */
enum cs_err cs_ticket_generate(struct cs_secret *ret_ticket, struct cs_error *error) CS_MUST_USE;

void cs_ticket_show(const struct cs_secret *ticket, char ret_shown[CS_TICKET_SHOWN_SIZE]);

/* True, with the normalised ticket, if `typed` has the form of one. */
bool cs_ticket_parse(const struct cs_secret *typed, struct cs_secret *ret_ticket);

#endif
