/* SPDX-License-Identifier: Apache-2.0 */
/* The keys of this machine. One file of device_*.c is built (CMake option WITH_U2F) and alone knows
 * its library; programs that must not hold USB code do not link it. */
#ifndef CS_U2F_DEVICE_H
#define CS_U2F_DEVICE_H

#include "u2f/transport.h"

enum { CS_U2F_KEYS_MAX = 8 }; /* looked at, at one time */

extern const struct cs_u2f_transport_ops cs_u2f_device;

#endif
