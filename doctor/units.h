/* SPDX-License-Identifier: Apache-2.0 */
/* What systemd says of our units. */
#ifndef CS_DOCTOR_UNITS_H
#define CS_DOCTOR_UNITS_H

#include "doctor/finding.h"

/* Judges what `systemctl show` says of a unit: a line "NAME=VALUE" for each property
 * (org.freedesktop.systemd1(5)). One that is not installed is nobody's fault. */
void cs_unit_judge(const char *unit, const char *said, struct cs_findings *all);

#endif
