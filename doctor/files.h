/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of the system's log. */
#ifndef CS_DOCTOR_FILES_H
#define CS_DOCTOR_FILES_H

#include <stdbool.h>

/* Whether AppArmor or SELinux denied something that has our name in it. */
bool cs_is_denial(const char *line);

#endif
