/* SPDX-License-Identifier: Apache-2.0 */
#include "providers/local/tickets.h"

#include <stdio.h>

#include "providers/local/codes.h"

enum cs_err cs_ticket_generate(struct cs_secret *ret_ticket, struct cs_error *error)
{
    char symbols[CS_TICKET_SYMBOLS];
    enum cs_err result = cs_recovery_symbols(symbols, sizeof symbols, error);

    if (result == CS_OK && cs_secret_set(ret_ticket, symbols, sizeof symbols) != CS_OK)
        result = cs_fail_nomem(error);
    cs_wipe(symbols, sizeof symbols);
    return result;
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
