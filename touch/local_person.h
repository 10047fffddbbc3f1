/* SPDX-License-Identifier: Apache-2.0 */
/* The person of an askpass, or of a program run by hand. */
#ifndef CS_TOUCH_LOCAL_PERSON_H
#define CS_TOUCH_LOCAL_PERSON_H

#include <sys/types.h>

#include "touch/person.h"

struct cs_touch_local_person {
    struct cs_touch_person person;
    const char *askpass; /* borrowed */
    pid_t notice;        /* the process that shows a text, or -1 */
};

/*
 * Speaks on the terminal; if there is none, through the program `askpass` (NULL: none); if there is
 * none either, on standard error, where nothing can be asked. Without a terminal `<`, `&` and
 * backslashes become question marks. Holds nothing but between `tell` and `told`.
 */
void cs_touch_local_person_init(struct cs_touch_local_person *local, const char *askpass);

#endif
