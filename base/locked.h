/* SPDX-License-Identifier: Apache-2.0 */
/* Objects that many threads share, each with a lock of its own. */
#ifndef CS_BASE_LOCKED_H
#define CS_BASE_LOCKED_H

#include <pthread.h>
#include <stdlib.h>

/*
 * Defines NAME_new() and NAME_free() for a `struct NAME` that has a member `pthread_mutex_t mutex`
 * and needs nothing else than zeros to begin with. NAME_new() returns NULL when memory ran out;
 * NAME_free() accepts NULL and sets the pointer to NULL.
 */
#define CS_DEFINE_LOCKED(name)                                                                     \
    struct name *name##_new(void)                                                                  \
    {                                                                                              \
        struct name *object = calloc(1, sizeof *object);                                           \
                                                                                                   \
        if (object != NULL)                                                                        \
            pthread_mutex_init(&object->mutex, NULL);                                              \
        return object;                                                                             \
    }                                                                                              \
    void name##_free(struct name **object)                                                         \
    {                                                                                              \
        if (*object == NULL)                                                                       \
            return;                                                                                \
        pthread_mutex_destroy(&(*object)->mutex);                                                  \
        free(*object);                                                                             \
        *object = NULL;                                                                            \
    }

#endif
