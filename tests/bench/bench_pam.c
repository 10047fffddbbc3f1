/* SPDX-License-Identifier: Apache-2.0 */
/* What scripts/bench runs as the PAM application: logs in, holds logins at their prompts, or lets
 * them wait for something else, and says how long it took. */
#include <pthread.h>
#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/bench/now.h"

#define NOINLINE __attribute__((noinline)) /* callgrind counts from its name */

enum { PENDING_MAX = 10000, STACK_BYTES = 128 * 1024 };

/* ---- login ---- */

struct login {
    const char *service, *user, *answer;
    void (*wait)(void); /* called at the prompt; may be NULL */
};

static int converse(int count, const struct pam_message **messages,
                    struct pam_response **ret_responses, void *context)
{
    const struct login *login = context;
    struct pam_response *responses = calloc((size_t)count, sizeof *responses);

    if (responses == NULL)
        return PAM_BUF_ERR;
    for (int i = 0; i < count; i++) {
        if (messages[i]->msg_style != PAM_PROMPT_ECHO_ON &&
            messages[i]->msg_style != PAM_PROMPT_ECHO_OFF)
            continue;
        if (login->wait != NULL)
            login->wait();
        responses[i].resp = strdup(login->answer);
    }
    *ret_responses = responses;
    return PAM_SUCCESS;
}

NOINLINE int one_login(struct login *login);

NOINLINE int one_login(struct login *login)
{
    const struct pam_conv conversation = {converse, login};
    pam_handle_t *handle = NULL;
    int code =
        pam_start_confdir(login->service, login->user, &conversation, "/etc/bench-pam.d", &handle);

    if (code == PAM_SUCCESS)
        code = pam_authenticate(handle, 0);
    if (handle != NULL)
        (void)pam_end(handle, code);
    return code;
}

/* Each line "SERVICE USER ANSWER" is a login; the reply is "PAM-CODE MICROSECONDS". */
static int run_logins(void)
{
    char line[256];

    while (fgets(line, sizeof line, stdin) != NULL) {
        char *rest = line;
        struct login login = {.service = strsep(&rest, " \n")};
        double begin;
        int code;

        login.user = rest != NULL ? strsep(&rest, " \n") : NULL;
        login.answer = rest != NULL ? strsep(&rest, " \n") : NULL;
        if (login.answer == NULL)
            return 2;
        begin = now_us();
        code = one_login(&login);
        printf("%d %.1f\n", code, now_us() - begin);
        (void)fflush(stdout);
    }
    return 0;
}

/* ---- many at once ---- */

/* 0, or what the program ends with. */
static int start_logins(long count, void *(*thread_main)(void *), struct login *login)
{
    pthread_attr_t attributes;
    pthread_t thread;

    if (count < 1 || count > PENDING_MAX || pthread_attr_init(&attributes) != 0)
        return 2;
    (void)pthread_attr_setstacksize(&attributes, STACK_BYTES);
    for (long i = 0; i < count; i++) {
        if (pthread_create(&thread, &attributes, thread_main, login) != 0)
            return 1;
    }
    return 0;
}

/* ---- pending SERVICE USER COUNT ---- */

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t arrived = PTHREAD_COND_INITIALIZER;
static pthread_cond_t never = PTHREAD_COND_INITIALIZER;
static int waiting;

static void wait_for_ever(void)
{
    pthread_mutex_lock(&mutex);
    waiting++;
    pthread_cond_signal(&arrived);
    for (;;)
        pthread_cond_wait(&never, &mutex);
}

static void *pending_main(void *context)
{
    int code = one_login(context);

    fprintf(stderr, "bench-pam: a login that should wait ended with %d\n", code);
    exit(1);
}

static int run_pending(const char *service, const char *user, const char *number)
{
    struct login login = {service, user, "", wait_for_ever};
    long count = strtol(number, NULL, 10);
    int failed = start_logins(count, pending_main, &login);

    if (failed != 0)
        return failed;
    pthread_mutex_lock(&mutex);
    while (waiting < count)
        pthread_cond_wait(&arrived, &mutex);
    pthread_mutex_unlock(&mutex);
    puts("waiting");
    (void)fflush(stdout);
    while (getchar() != EOF)
        continue;
    return 0;
}

/* ---- waiting SERVICE USER COUNT: all at once, and nothing is asked of them ---- */

static void *waiting_main(void *context)
{
    int code = one_login(context);

    pthread_mutex_lock(&mutex);
    printf("%d %.1f\n", code, now_us());
    (void)fflush(stdout);
    pthread_mutex_unlock(&mutex);
    return NULL;
}

/* The reply to each login is "PAM-CODE MICROSECONDS", by the monotonic clock, as it ends. */
static int run_waiting(const char *service, const char *user, const char *number)
{
    struct login login = {service, user, "", NULL};
    int failed = start_logins(strtol(number, NULL, 10), waiting_main, &login);

    if (failed != 0)
        return failed;
    while (getchar() != EOF)
        continue;
    _exit(0); /* the logins that still wait hang up */
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "login") == 0)
        return run_logins();
    if (argc == 5 && strcmp(argv[1], "pending") == 0)
        return run_pending(argv[2], argv[3], argv[4]);
    if (argc == 5 && strcmp(argv[1], "waiting") == 0)
        return run_waiting(argv[2], argv[3], argv[4]);
    fputs("usage: bench-pam login | pending SERVICE USER COUNT | waiting SERVICE USER COUNT\n",
          stderr);
    return 2;
}
