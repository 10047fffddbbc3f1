/* SPDX-License-Identifier: Apache-2.0 */
/* Reaches the other end: the broker, or a program started for this login alone. */
#ifndef CS_WIRE_CONNECT_H
#define CS_WIRE_CONNECT_H

#include <stdint.h>

#include "base/error.h"

/*
 * Connects to the broker's socket and checks who is listening: root (which systemd is, under
 * activation) or the account countersign, in a folder that nobody else can write. CS_ERR_NOT_FOUND
 * if no broker is running (ENOENT, ECONNREFUSED); only then may stand-alone take over. If the
 * backlog is full it retries until `deadline` (cs_clock_ms).
 */
enum cs_err cs_connect_broker(const char *path, int64_t deadline, int *ret_socket,
                              struct cs_error *error) CS_MUST_USE;

/*
 * Starts `countersignd --session` on one end of a socket pair and returns the other. That process
 * is not our child, has its own session and an empty environment, and drops root itself. Needs
 * effective uid 0.
 */
enum cs_err cs_start_standalone(int *ret_socket, struct cs_error *error) CS_MUST_USE;

#endif
