/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/stall.h"

#include <pthread.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static bool stalled;
static unsigned hanging, most;

void stall_set(bool value)
{
    pthread_mutex_lock(&lock);
    stalled = value;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}

void stall_reset(void)
{
    stall_set(false);
    pthread_mutex_lock(&lock);
    most = 0;
    pthread_mutex_unlock(&lock);
}

void stall_here(void)
{
    pthread_mutex_lock(&lock);
    hanging++;
    most = hanging > most ? hanging : most;
    pthread_cond_broadcast(&changed);
    while (stalled)
        pthread_cond_wait(&changed, &lock);
    hanging--;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}

void stall_wait(unsigned count)
{
    pthread_mutex_lock(&lock);
    while (hanging < count)
        pthread_cond_wait(&changed, &lock);
    pthread_mutex_unlock(&lock);
}

void stall_drain(void)
{
    pthread_mutex_lock(&lock);
    while (hanging > 0)
        pthread_cond_wait(&changed, &lock);
    pthread_mutex_unlock(&lock);
}

unsigned stall_most(void)
{
    unsigned copy;

    pthread_mutex_lock(&lock);
    copy = most;
    pthread_mutex_unlock(&lock);
    return copy;
}
