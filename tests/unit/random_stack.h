/* SPDX-License-Identifier: Apache-2.0 */
/* Random PAM files: every control, includes, substacks, jumps, and lines that libpam objects to. */
#ifndef CS_TESTS_UNIT_RANDOM_STACK_H
#define CS_TESTS_UNIT_RANDOM_STACK_H

#include <stdint.h>

enum { RANDOM_MODULES_MAX = 16 };

struct random_stack {
    const char *folder; /* for the files; the service is "service" */
    const char *module; /* the path of the module that pretends */
    uint64_t random;    /* the seed, never 0 */
    unsigned modules;   /* that were written: their first arguments are 0, 1, ... */
    unsigned files;     /* beside the service's own, and "other" */
};

/* Below `limit`. */
unsigned random_below(struct random_stack *stack, unsigned limit);

/* Writes a new service. */
void random_stack_write(struct random_stack *stack);

#endif
