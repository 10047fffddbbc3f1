/* SPDX-License-Identifier: Apache-2.0 */
/* Threads of the HTTP client: a small stack, no signals. */
#ifndef CS_NET_HTTP_THREAD_H
#define CS_NET_HTTP_THREAD_H

#include <pthread.h>
#include <stdbool.h>

/* False if no thread could be started. For a detached thread, which is not joined, `ret_thread` is
 * NULL. */
bool cs_http_thread_start(void *(*run)(void *), void *argument, pthread_t *ret_thread);

#endif
