/* SPDX-License-Identifier: Apache-2.0 */
/* What scripts/bench measures the broker against: libcurl and nothing else, making the requests
 * that a login makes, or polling as often as waiting logins do. Answers are read and forgotten. */
#include <curl/curl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/bench/now.h"

enum {
    REQUESTS_MAX = 16,
    POLLS_MAX = 10000,
    LINE_SIZE = 4096,
    STATUS_OK = 200,
    STATUS_END = 300,
    STATUS_FAILED = 500
};

struct server {
    const char *base, *ca_file, *bearer;
};

/* A request, and the transfer that makes it. */
struct transfer {
    CURL *easy;
    struct curl_slist *headers;
    char *body;
    double due_us;
    struct transfer *next;
};

static size_t forget(char *data, size_t size, size_t count, void *context)
{
    (void)data;
    (void)context;
    return size * count;
}

/* False when it is too long. */
static bool add_header(struct transfer *transfer, const char *name, const char *value)
{
    char line[LINE_SIZE];
    int length = snprintf(line, sizeof line, "%s%s", name, value);

    if (value[0] != '\0')
        transfer->headers = curl_slist_append(transfer->headers, line);
    return length < (int)sizeof line;
}

/* "METHOD<tab>TARGET<tab>ACCEPT<tab>CONTENT-TYPE<tab>BODY", the last three may be empty. */
static bool make(const struct server *server, char *line, struct transfer *ret_transfer)
{
    const char *method = strsep(&line, "\t\n"), *target = strsep(&line, "\t\n");
    const char *accept = strsep(&line, "\t\n"), *type = strsep(&line, "\t\n");
    const char *body = strsep(&line, "\n");
    char url[LINE_SIZE];
    struct transfer made = {.easy = curl_easy_init()};

    if (body == NULL || made.easy == NULL ||
        !add_header(&made, "Authorization: Bearer ", server->bearer) ||
        !add_header(&made, "Accept: ", accept) || !add_header(&made, "Content-Type: ", type) ||
        snprintf(url, sizeof url, "%s%s", server->base, target) >= (int)sizeof url)
        return false;
    (void)curl_easy_setopt(made.easy, CURLOPT_URL, url);
    (void)curl_easy_setopt(made.easy, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(made.easy, CURLOPT_CAINFO, server->ca_file);
    (void)curl_easy_setopt(made.easy, CURLOPT_HTTPHEADER, made.headers);
    (void)curl_easy_setopt(made.easy, CURLOPT_WRITEFUNCTION, forget);
    if (strcmp(method, "POST") == 0) {
        made.body = strdup(body);
        (void)curl_easy_setopt(made.easy, CURLOPT_POSTFIELDS, made.body);
    }
    *ret_transfer = made;
    return true;
}

static void release(struct transfer *transfer)
{
    curl_easy_cleanup(transfer->easy);
    curl_slist_free_all(transfer->headers);
    free(transfer->body);
}

/* `end`: the first status that is no answer. */
static bool succeeded(CURL *easy, CURLcode code, long end)
{
    long status = 0;

    (void)curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    if (code == CURLE_OK && status >= STATUS_OK && status < end)
        return true;
    fprintf(stderr, "bench-curl: %s, status %ld\n", curl_easy_strerror(code), status);
    return false;
}

/* ---- login: a request on each line; an empty one makes them all and says how many microseconds
 * ---- */

/* All on the connection of `multi`. */
static bool make_one(CURLM *multi, CURL *easy)
{
    int running = 1, left = 0;
    CURLMsg *message;
    bool good = false;

    (void)curl_multi_add_handle(multi, easy);
    while (running > 0) {
        if (curl_multi_perform(multi, &running) != CURLM_OK)
            return false;
        if (running > 0 && curl_multi_poll(multi, NULL, 0, 1000, NULL) != CURLM_OK)
            return false;
    }
    while ((message = curl_multi_info_read(multi, &left)) != NULL)
        good = message->msg == CURLMSG_DONE && succeeded(easy, message->data.result, STATUS_END);
    (void)curl_multi_remove_handle(multi, easy);
    return good;
}

static int run_logins(const struct server *server)
{
    struct transfer transfers[REQUESTS_MAX];
    CURLM *multi = curl_multi_init();
    char line[LINE_SIZE];
    size_t count = 0;

    while (multi != NULL && fgets(line, sizeof line, stdin) != NULL) {
        double begin;

        if (line[0] != '\n') {
            if (count == REQUESTS_MAX || !make(server, line, &transfers[count++]))
                return 2;
            continue;
        }
        begin = now_us();
        for (size_t i = 0; i < count; i++) {
            if (!make_one(multi, transfers[i].easy))
                return 1;
        }
        printf("%.1f\n", now_us() - begin);
        (void)fflush(stdout);
        while (count > 0)
            release(&transfers[--count]);
    }
    curl_multi_cleanup(multi);
    return 0;
}

/* ---- poll CONNECTIONS MILLISECONDS: each line is a request; after an empty one all are made again
 * and again ---- */

/* Those that wait, the first to be made first: all wait equally long. */
struct queue {
    struct transfer *first, **end;
    long running, most;
};

/* At its best, libcurl is given many at once and no more than it has connections for: a wake-up
 * then serves several, and it need not look at those that wait. */
enum { BEAT_US = 100000 };

static void push(struct queue *queue, struct transfer *transfer, double due_us)
{
    transfer->due_us = (double)(((long long)due_us / BEAT_US + 1) * BEAT_US);
    transfer->next = NULL;
    *queue->end = transfer;
    queue->end = &transfer->next;
}

static void start_due(CURLM *multi, struct queue *queue)
{
    while (queue->first != NULL && queue->first->due_us <= now_us() &&
           queue->running < queue->most) {
        (void)curl_multi_add_handle(multi, queue->first->easy);
        queue->running++;
        queue->first = queue->first->next;
        if (queue->first == NULL)
            queue->end = &queue->first;
    }
}

static bool take_finished(CURLM *multi, struct queue *queue, double interval_us)
{
    CURLMsg *message;
    int left = 0;

    while ((message = curl_multi_info_read(multi, &left)) != NULL) {
        struct transfer *transfer = NULL;

        /* "Not yet" has a status of its own at some servers. */
        if (message->msg != CURLMSG_DONE ||
            !succeeded(message->easy_handle, message->data.result, STATUS_FAILED))
            return false;
        (void)curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&transfer);
        (void)curl_multi_remove_handle(multi, transfer->easy);
        queue->running--;
        push(queue, transfer, transfer->due_us + interval_us - BEAT_US / 2);
    }
    return true;
}

static bool poll_until_eof(CURLM *multi, struct queue *queue, double interval_us)
{
    struct curl_waitfd input = {.fd = STDIN_FILENO, .events = CURL_WAIT_POLLIN};
    int running = 0;

    while (input.revents == 0) {
        bool free = queue->first != NULL && queue->running < queue->most;
        double left_us = free ? queue->first->due_us - now_us() : interval_us;
        int wait_ms = left_us > 0 ? (int)(left_us / 1000) + 1 : 0;

        if (curl_multi_poll(multi, &input, 1, wait_ms, NULL) != CURLM_OK)
            return false;
        start_due(multi, queue);
        if (curl_multi_perform(multi, &running) != CURLM_OK ||
            !take_finished(multi, queue, interval_us))
            return false;
        start_due(multi, queue); /* in the places that have become free */
    }
    return true;
}

static int run_polls(const struct server *server, long connections, double interval_us)
{
    struct transfer *transfers = calloc(POLLS_MAX, sizeof *transfers);
    CURLM *multi = curl_multi_init();
    struct queue queue = {.end = &queue.first, .most = connections};
    char line[LINE_SIZE];
    size_t count = 0;
    bool good;

    if (transfers == NULL || multi == NULL)
        return 1;
    while (fgets(line, sizeof line, stdin) != NULL && line[0] != '\n') {
        if (count == POLLS_MAX || !make(server, line, &transfers[count++]))
            return 2;
    }
    for (size_t i = 0; i < count; i++) {
        (void)curl_easy_setopt(transfers[i].easy, CURLOPT_PRIVATE, &transfers[i]);
        push(&queue, &transfers[i], now_us() + interval_us * (double)i / (double)count);
    }
    (void)curl_multi_setopt(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, connections);
    (void)curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, connections);
    good = poll_until_eof(multi, &queue, interval_us);
    while (count > 0)
        release(&transfers[--count]);
    curl_multi_cleanup(multi);
    free(transfers);
    return good ? 0 : 1;
}

int main(int argc, char **argv)
{
    struct server server;

    if (argc < 5 || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        goto usage;
    server = (struct server){argv[2], argv[3], argv[4]};
    if (argc == 5 && strcmp(argv[1], "login") == 0)
        return run_logins(&server);
    if (argc == 7 && strcmp(argv[1], "poll") == 0)
        return run_polls(&server, strtol(argv[5], NULL, 10), strtod(argv[6], NULL) * 1000);
usage:
    fputs("usage: bench-curl login BASE CA-FILE TOKEN\n"
          "       bench-curl poll BASE CA-FILE TOKEN CONNECTIONS MILLISECONDS\n",
          stderr);
    return 2;
}
