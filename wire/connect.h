/* SPDX-License-Identifier: Apache-2.0 */
/* Reaching whoever answers: the broker, or a program of our own for this login alone. */
#ifndef CS_WIRE_CONNECT_H
#define CS_WIRE_CONNECT_H

#include <stdint.h>

#include "base/error.h"

/*
 * Connects to the broker's socket and checks who listens: root (also systemd, under activation) or
 * the account countersign, in a folder that nobody else can write. CS_ERR_NOT_FOUND when no broker
 * runs (ENOENT, ECONNREFUSED), and only then may stand-alone take over; a full backlog is tried
 * again until `deadline` (cs_clock_ms).
 */
enum cs_err cs_connect_broker(const char *path, int64_t deadline, int *ret_socket,
                              struct cs_error *error) CS_MUST_USE;

/*
 * Starts `countersignd --session` on one end of a socket pair and returns the other. The process is
 * nobody's child, in a session of its own, with an empty environment, and drops root by itself.
 * Needs effective uid 0.
 */
enum cs_err cs_start_standalone(int *ret_socket, struct cs_error *error) CS_MUST_USE;

#endif
