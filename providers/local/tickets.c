/* SPDX-License-Identifier: Apache-2.0 */
#include "providers/local/tickets.h"

#include <stdio.h>

#include "providers/local/codes.h"

_Static_assert((int)CS_TICKET_SYMBOLS <= (int)CS_SYMBOLS_MAX, "tickets can be generated");

enum cs_err cs_ticket_generate(struct cs_secret *ret_ticket, struct cs_error *error)
{
    return cs_symbols_generate(CS_TICKET_SYMBOLS, ret_ticket, error);
}

void cs_ticket_show(const struct cs_secret *ticket, char ret_shown[CS_TICKET_SHOWN_SIZE])
{
    const char *data = ticket->data;

    (void)snprintf(ret_shown, CS_TICKET_SHOWN_SIZE, "%.4s-%.4s-%.4s-%.4s-%.4s", data, data + 4,
                   data + 8, data + 12, data + 16);
}

bool cs_ticket_parse(const struct cs_secret *typed, struct cs_secret *ret_ticket)
{
    return cs_symbols_parse(typed, CS_TICKET_SYMBOLS, ret_ticket);
}
