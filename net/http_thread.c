/* SPDX-License-Identifier: Apache-2.0 */
#include "net/http_thread.h"

#include <signal.h>

enum { STACK_BYTES = 512 * 1024 }; /* TLS and the C library's look-up modules need some stack */

bool cs_http_thread_start(void *(*run)(void *), void *argument, pthread_t *ret_thread)
{
    pthread_attr_t attributes;
    sigset_t all;
    sigset_t before;
    pthread_t thread;
    int failed;

    if (pthread_attr_init(&attributes) != 0)
        return false;
    (void)pthread_attr_setstacksize(&attributes, STACK_BYTES);
    if (ret_thread == NULL)
        (void)pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    failed = pthread_create(&thread, &attributes, run, argument);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    if (failed == 0 && ret_thread != NULL)
        *ret_thread = thread;
    return failed == 0;
}
