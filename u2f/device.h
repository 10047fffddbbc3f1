/* SPDX-License-Identifier: Apache-2.0 */
/* The keys of this machine. One of the device_*.c files is built (CMake option WITH_U2F), the only
 * one that knows its library; programs that must not contain USB code do not link it. */
#ifndef CS_U2F_DEVICE_H
#define CS_U2F_DEVICE_H

#include "u2f/transport.h"

enum { CS_U2F_KEYS_MAX = 8 }; /* keys examined at a time */

extern const struct cs_u2f_transport_ops cs_u2f_device;

#endif
