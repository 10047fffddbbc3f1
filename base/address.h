/* SPDX-License-Identifier: Apache-2.0 */
/* Client addresses: numeric only, never resolved (compare CVE-2024-10963). */
#ifndef CS_BASE_ADDRESS_H
#define CS_BASE_ADDRESS_H

#include <stdbool.h>

enum { CS_ADDRESS_MAX = 64 };

/*
 * Writes the canonical form of a numeric address: an IPv4-mapped IPv6 address becomes IPv4, a zone
 * id is dropped. False, and an empty string, for anything else (names, "UNKNOWN", NULL).
 */
bool cs_address_parse(const char *text, char ret_address[CS_ADDRESS_MAX]);

/* The network that counts as one client: an IPv4 address itself, the /64 of an IPv6 address (one
 * household or server can use its whole /64). `address` comes from cs_address_parse. */
void cs_address_client(const char *address, char ret_client[CS_ADDRESS_MAX]);

/* Whether a host leads nowhere but to this machine: localhost, ::1 (in brackets or not) or an
 * address of 127.0.0.0/8 with all four octets. 127.example.com is a name. */
bool cs_is_loopback(const char *host);

#endif
