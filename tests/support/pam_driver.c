/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A PAM application for tests: one authentication, or many at once, with given answers and a
 * machine-readable transcript. Each message is one line; backslash and control bytes are written as
 * \xHH.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <security/pam_appl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/attributes.h"
#include "tests/support/pam_driver_options.h"

#define CODE(name) [name] = #name
static const char *const code_names[] = {
    CODE(PAM_SUCCESS),
    CODE(PAM_OPEN_ERR),
    CODE(PAM_SYMBOL_ERR),
    CODE(PAM_SERVICE_ERR),
    CODE(PAM_SYSTEM_ERR),
    CODE(PAM_BUF_ERR),
    CODE(PAM_PERM_DENIED),
    CODE(PAM_AUTH_ERR),
    CODE(PAM_CRED_INSUFFICIENT),
    CODE(PAM_AUTHINFO_UNAVAIL),
    CODE(PAM_USER_UNKNOWN),
    CODE(PAM_MAXTRIES),
    CODE(PAM_NEW_AUTHTOK_REQD),
    CODE(PAM_ACCT_EXPIRED),
    CODE(PAM_SESSION_ERR),
    CODE(PAM_CRED_UNAVAIL),
    CODE(PAM_CRED_EXPIRED),
    CODE(PAM_CRED_ERR),
    CODE(PAM_NO_MODULE_DATA),
    CODE(PAM_CONV_ERR),
    CODE(PAM_AUTHTOK_ERR),
    CODE(PAM_AUTHTOK_RECOVERY_ERR),
    CODE(PAM_AUTHTOK_LOCK_BUSY),
    CODE(PAM_AUTHTOK_DISABLE_AGING),
    CODE(PAM_TRY_AGAIN),
    CODE(PAM_IGNORE),
    CODE(PAM_ABORT),
    CODE(PAM_AUTHTOK_EXPIRED),
    CODE(PAM_MODULE_UNKNOWN),
    CODE(PAM_BAD_ITEM),
    CODE(PAM_CONV_AGAIN),
    CODE(PAM_INCOMPLETE),
};

static const char *code_name(int code)
{
    if (code < 0 || (size_t)code >= CS_ARRAY_SIZE(code_names) || code_names[code] == NULL)
        return "PAM_UNKNOWN";
    return code_names[code];
}

/* One run with one handle; the conversation's context. */
struct run {
    const struct driver_options *options;
    const struct driver_user *user;
    size_t next_answer;
    FILE *in;
    FILE *out; /* NULL: no transcript */
    double authenticate_ms;
    double whole_ms;
    int code;
};

static void print_text(FILE *out, const char *text)
{
    for (const unsigned char *byte = (const unsigned char *)text; *byte != '\0'; byte++) {
        if (*byte < 0x20 || *byte == 0x7f || *byte == '\\')
            fprintf(out, "\\x%02x", *byte);
        else
            fputc(*byte, out);
    }
}

static void print_message(FILE *out, const char *kind, const char *text)
{
    if (out == NULL)
        return;
    fprintf(out, "%s: ", kind);
    print_text(out, text != NULL ? text : "");
    fputc('\n', out);
    fflush(out);
}

static char *read_answer(FILE *in)
{
    char *line = NULL;
    size_t size = 0;
    ssize_t length = getline(&line, &size, in);

    if (length < 0) {
        free(line);
        return NULL;
    }
    if (length > 0 && line[length - 1] == '\n')
        line[length - 1] = '\0';
    return line;
}

/* A copy for PAM to free, or NULL if no answer is left. */
static char *next_answer(struct run *run)
{
    const struct driver_answers *common = &run->options->common;
    const struct driver_answers *own = &run->user->answers;
    size_t index = run->next_answer++;

    if (run->options->interactive)
        return read_answer(run->in);
    if (index < common->count)
        return strdup(common->items[index]);
    index -= common->count;
    return index < own->count ? strdup(own->items[index]) : NULL;
}

static int answer_prompt(struct run *run, struct pam_response *response)
{
    if (run->options->null_answer)
        return PAM_SUCCESS;
    response->resp = next_answer(run);
    return response->resp != NULL ? PAM_SUCCESS : PAM_CONV_ERR;
}

static int one_message(struct run *run, const struct pam_message *message,
                       struct pam_response *response)
{
    switch (message->msg_style) {
    case PAM_PROMPT_ECHO_ON:
        print_message(run->out, "prompt(echo)", message->msg);
        return answer_prompt(run, response);
    case PAM_PROMPT_ECHO_OFF:
        print_message(run->out, "prompt(noecho)", message->msg);
        return answer_prompt(run, response);
    case PAM_TEXT_INFO:
        print_message(run->out, "info", message->msg);
        return PAM_SUCCESS;
    case PAM_ERROR_MSG:
        print_message(run->out, "error", message->msg);
        return PAM_SUCCESS;
    default:
        print_message(run->out, "other style", NULL);
        return PAM_CONV_ERR;
    }
}

static int converse(int count, const struct pam_message **messages,
                    struct pam_response **ret_responses, void *context)
{
    struct run *run = context;
    struct pam_response *responses;
    int result = PAM_SUCCESS;

    if (count <= 0 || count > PAM_MAX_NUM_MSG)
        return PAM_CONV_ERR;
    if (count > 1 && run->out != NULL)
        fprintf(run->out, "exchange: %d messages\n", count);
    responses = calloc((size_t)count, sizeof *responses);
    if (responses == NULL)
        return PAM_BUF_ERR;
    for (int i = 0; i < count && result == PAM_SUCCESS; i++)
        result = one_message(run, messages[i], &responses[i]);
    if (result == PAM_SUCCESS) {
        *ret_responses = responses;
        return PAM_SUCCESS;
    }
    for (int i = 0; i < count; i++)
        free(responses[i].resp);
    free(responses);
    return result;
}

static double now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static int set_items(pam_handle_t *handle, const struct driver_options *options)
{
    const struct {
        int item;
        const char *value;
    } items[] = {{PAM_RHOST, options->rhost}, {PAM_TTY, options->tty}, {PAM_RUSER, options->ruser}};
    int code = PAM_SUCCESS;

    for (size_t i = 0; i < CS_ARRAY_SIZE(items) && code == PAM_SUCCESS; i++) {
        if (items[i].value != NULL)
            code = pam_set_item(handle, items[i].item, items[i].value);
    }
    for (size_t i = 0; i < options->env_count && code == PAM_SUCCESS; i++)
        code = pam_putenv(handle, options->env[i]);
    return code;
}

static void print_environment(FILE *out, pam_handle_t *handle)
{
    char **environment = pam_getenvlist(handle);

    for (char **item = environment; item != NULL && *item != NULL; item++) {
        print_message(out, "env", *item);
        free(*item);
    }
    free(environment);
}

static int check_account(struct run *run, pam_handle_t *handle, int flags)
{
    const char *user = run->options->account_user;
    int code = user != NULL ? pam_set_item(handle, PAM_USER, user) : PAM_SUCCESS;

    if (code == PAM_SUCCESS)
        code = pam_acct_mgmt(handle, flags);
    if (run->out != NULL)
        fprintf(run->out, "account: %s (%d)\n", code_name(code), code);
    return code;
}

/* `barrier` (may be NULL) is passed just before pam_authenticate, so that all threads call it at
 * once. */
static void authenticate(struct run *run, pthread_barrier_t *barrier)
{
    const struct driver_options *options = run->options;
    const struct pam_conv conversation = {converse, run};
    int flags = options->silent ? PAM_SILENT : 0;
    pam_handle_t *handle = NULL;
    double begin = now_ms();
    double middle;

    run->code = pam_start_confdir(options->service, run->user->name, &conversation,
                                  options->confdir, &handle);
    if (run->code == PAM_SUCCESS)
        run->code = set_items(handle, options);
    if (barrier != NULL)
        (void)pthread_barrier_wait(barrier);
    middle = now_ms();
    if (run->code == PAM_SUCCESS && !options->no_auth)
        run->code = pam_authenticate(handle, flags);
    run->authenticate_ms = now_ms() - middle;
    if (run->code == PAM_SUCCESS && options->account)
        run->code = check_account(run, handle, flags);
    if (run->code == PAM_SUCCESS && options->setcred)
        run->code = pam_setcred(handle, flags | (int)PAM_ESTABLISH_CRED);
    if (run->out != NULL) {
        fprintf(run->out, "result: %s (%d)\n", code_name(run->code), run->code);
        if (handle != NULL)
            print_environment(run->out, handle);
        fflush(run->out);
    }
    if (handle != NULL)
        (void)pam_end(handle, run->code);
    run->whole_ms = now_ms() - begin;
}

struct thread {
    pthread_t id;
    unsigned number;
    pthread_barrier_t *barrier;
    struct run *runs; /* one for each repetition */
};

static void *thread_main(void *context)
{
    struct thread *thread = context;

    for (unsigned i = 0; i < thread->runs[0].options->repeat; i++)
        authenticate(&thread->runs[i], thread->barrier);
    return NULL;
}

static int report(FILE *out, const char *kind, unsigned number, const struct run *run, int status)
{
    fprintf(out, "%s %u: %s %.3f ms whole %.3f ms\n", kind, number, code_name(run->code),
            run->authenticate_ms, run->whole_ms);
    return status == PAM_SUCCESS ? run->code : status;
}

static void prepare_runs(struct run *runs, const struct driver_options *options, unsigned number,
                         const struct run *model)
{
    for (unsigned i = 0; i < options->repeat; i++) {
        runs[i] = *model;
        runs[i].user = &options->users[number % options->user_count];
    }
}

static int run_threads(const struct driver_options *options, const struct run *model, FILE *out)
{
    struct thread *threads = calloc(options->threads, sizeof *threads);
    struct run *runs = calloc((size_t)options->threads * options->repeat, sizeof *runs);
    pthread_barrier_t barrier;
    int status = PAM_SUCCESS;

    if (threads == NULL || runs == NULL ||
        pthread_barrier_init(&barrier, NULL, options->threads) != 0) {
        free(threads);
        free(runs);
        return PAM_BUF_ERR;
    }
    for (unsigned i = 0; i < options->threads; i++) {
        threads[i].number = i;
        threads[i].barrier = &barrier;
        threads[i].runs = runs + (size_t)i * options->repeat;
        prepare_runs(threads[i].runs, options, i, model);
        /* Without this thread the others would wait at the barrier forever. */
        if (pthread_create(&threads[i].id, NULL, thread_main, &threads[i]) != 0) {
            fprintf(out, "error: thread %u could not be started\n", i);
            fflush(out);
            _exit(DRIVER_EXIT_USAGE);
        }
    }
    for (unsigned i = 0; i < options->threads; i++)
        (void)pthread_join(threads[i].id, NULL);
    for (unsigned i = 0; i < options->threads; i++) {
        for (unsigned j = 0; j < options->repeat; j++)
            status = report(out, "thread", i, &threads[i].runs[j], status);
    }
    (void)pthread_barrier_destroy(&barrier);
    free(threads);
    free(runs);
    return status;
}

static int run_repeated(const struct driver_options *options, const struct run *model, FILE *out)
{
    int status = PAM_SUCCESS;

    for (unsigned i = 0; i < options->repeat; i++) {
        struct run run = *model;

        run.user = &options->users[i % options->user_count];
        authenticate(&run, NULL);
        status = report(out, "run", i, &run, status);
    }
    return status;
}

static void collect_children(int number)
{
    int saved = errno;

    (void)number;
    while (waitpid(-1, NULL, WNOHANG) > 0)
        continue;
    errno = saved;
}

/* An application with its own children: starts one that has ended and waits to be reaped. */
static pid_t start_child(const char *mode)
{
    pid_t child;
    siginfo_t ended;

    if (strcmp(mode, "ignore") == 0)
        (void)signal(SIGCHLD, SIG_IGN);
    else if (strcmp(mode, "handler") == 0)
        (void)signal(SIGCHLD, collect_children);
    child = fork();
    if (child == 0)
        _exit(0);
    (void)waitid(P_PID, (id_t)child, &ended, WEXITED | WNOWAIT);
    return child;
}

/* Whether our child is still there to be reaped, and how many others there are. */
static void report_children(FILE *out, pid_t child)
{
    bool ours = waitpid(child, NULL, WNOHANG) == child;
    unsigned others = 0;
    pid_t other;

    while ((other = waitpid(-1, NULL, WNOHANG)) >= 0 && others < 1000)
        others++;
    fprintf(out, "children: %s, others %u\n", ours ? "ours" : "none", others);
}

/* The transcript uses copies of descriptors far above 2, so that --close-std leaves it alone. */
static FILE *copy_stream(int fd, const char *mode)
{
    int copy = fcntl(fd, F_DUPFD_CLOEXEC, 100);

    return copy < 0 ? NULL : fdopen(copy, mode);
}

int main(int argc, char **argv)
{
    static struct driver_options options;
    struct run model = {.options = &options};
    FILE *out = copy_stream(STDOUT_FILENO, "w");
    pid_t child = -1;
    int status;

    if (out == NULL || !driver_parse(argc, argv, &options)) {
        fputs(driver_usage, stderr);
        return DRIVER_EXIT_USAGE;
    }
    model.in = options.interactive ? copy_stream(STDIN_FILENO, "r") : NULL;
    if (options.interactive && model.in == NULL)
        return DRIVER_EXIT_USAGE;
    for (int fd = 0; options.close_std && fd <= 2; fd++)
        (void)close(fd);
    if (options.children != NULL)
        child = start_child(options.children);

    if (options.threads > 0) {
        status = run_threads(&options, &model, out);
    } else if (options.repeat > 1) {
        status = run_repeated(&options, &model, out);
    } else {
        model.user = &options.users[0];
        model.out = out;
        authenticate(&model, NULL);
        status = model.code;
    }
    if (options.children != NULL)
        report_children(out, child);
    if (fclose(out) != 0)
        return DRIVER_EXIT_USAGE;
    if (model.in != NULL)
        (void)fclose(model.in);
    return status;
}
