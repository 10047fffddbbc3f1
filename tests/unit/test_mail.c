/* SPDX-License-Identifier: Apache-2.0 */
/* Mail handed over to servers of every kind: what they get, what is tried again, and that whoever
 * puts a mail never waits. */
#include "tests/unit/unit.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "net/mail.h"
#include "tests/support/python_child.h"
#include "tests/support/scratch_folder.h"

enum { PATIENCE_MS = 20000, SOON_MS = 1000 };

static const unsigned soon[CS_MAIL_TRIES_MAX - 1] = {1, 1, 1};
static const unsigned never[CS_MAIL_TRIES_MAX - 1] = {3600000, 3600000, 3600000};

struct servers {
    char folder[64], ca_file[96], ports[512];
    pid_t process;
    int input;
};

static int set_up(void **state)
{
    struct servers *servers = calloc(1, sizeof *servers);
    size_t used = 0;
    int output;

    assert_non_null(servers);
    scratch_folder_make(servers->folder, sizeof servers->folder);
    (void)snprintf(servers->ca_file, sizeof servers->ca_file, "%s/ca.pem", servers->folder);
    servers->process = python_child_start(
        (char *[]){(char[]){"python3"}, (char[]){CS_SMTP_SERVER}, servers->folder, NULL},
        &servers->input, &output);
    while (used < sizeof servers->ports - 1 && strstr(servers->ports, "ready\n") == NULL) {
        ssize_t got = read(output, servers->ports + used, sizeof servers->ports - 1 - used);

        assert_true(got > 0);
        used += (size_t)got;
    }
    assert_non_null(strstr(servers->ports, "ready\n"));
    close(output);
    *state = servers;
    return 0;
}

static int tear_down(void **state)
{
    struct servers *servers = *state;

    close(servers->input);
    assert_int_equal(waitpid(servers->process, NULL, 0), servers->process);
    scratch_folder_remove(servers->folder);
    free(servers);
    return 0;
}

/* ---- a mailer, its log, and a mail for one of the servers ---- */

/* Several threads write to it. */
struct scene {
    pthread_mutex_t lock;
    struct cs_buffer lines;
    struct cs_log log;
    struct cs_mailer *mailer;
    char url[64];
};

static void keep(void *context, int priority, const char *line)
{
    struct scene *scene = context;

    (void)priority;
    pthread_mutex_lock(&scene->lock);
    cs_buffer_printf(&scene->lines, "%s\n", line);
    pthread_mutex_unlock(&scene->lock);
}

static void scene_begin(struct scene *scene, const unsigned *pauses)
{
    memset(scene, 0, sizeof *scene);
    pthread_mutex_init(&scene->lock, NULL);
    scene->log = (struct cs_log){keep, scene, false};
    scene->mailer = cs_mailer_new(&scene->log, pauses);
    assert_non_null(scene->mailer);
}

/* Everything is sent or given up when it returns. */
static void scene_end(struct scene *scene)
{
    cs_mailer_free(&scene->mailer);
    cs_buffer_free(&scene->lines);
    pthread_mutex_destroy(&scene->lock);
}

static struct cs_mail mail_for(struct scene *scene, const struct servers *servers,
                               const char *scheme, const char *name)
{
    const char *at = servers->ports;
    char word[32];

    (void)snprintf(word, sizeof word, "%s ", name);
    while (strncmp(at, word, strlen(word)) != 0) {
        at = strchr(at, '\n') + 1;
        assert_true(*at != '\0');
    }
    (void)snprintf(scene->url, sizeof scene->url, "%s://localhost:%lu", scheme,
                   strtoul(at + strlen(word), NULL, 10));
    return (struct cs_mail){.server = {.url = scene->url, .ca_file = servers->ca_file},
                            .from = "countersign@host.example.com",
                            .to = "alice@example.com",
                            .text = "Subject: x\r\n\r\n.a dot\r\n..\r\nthe end\r\n",
                            .about = "the mail to alice"};
}

static void put(struct scene *scene, const struct cs_mail *mail)
{
    struct cs_error error = {0};

    assert_int_equal(cs_mailer_put(scene->mailer, mail, &error), CS_OK);
}

static void finish(struct scene *scene, uint64_t sent, uint64_t lost)
{
    struct cs_mail_counts counts;

    cs_mailer_finish(scene->mailer, cs_clock_ms() + PATIENCE_MS);
    cs_mailer_count(scene->mailer, &counts);
    assert_int_equal(counts.sent, sent);
    assert_int_equal(counts.lost, lost);
}

/* Until that many are settled; a time-out of the test's own ends it otherwise. */
static void await(struct scene *scene, uint64_t settled)
{
    const struct timespec moment = {.tv_nsec = 1000000};
    struct cs_mail_counts counts;

    do {
        nanosleep(&moment, NULL);
        cs_mailer_count(scene->mailer, &counts);
    } while (counts.sent + counts.lost < settled);
}

/* What a server was given. */
static void read_mails(const struct servers *servers, const char *name, struct cs_secret *ret_text)
{
    CS_AUTO(cs_fd_close) int fd = -1;
    char path[128];

    (void)snprintf(path, sizeof path, "%s/%s.mails", servers->folder, name);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(cs_read_all(fd, path, 65536, ret_text, NULL), CS_OK);
    (void)unlink(path);
}

/* ---- what servers get ---- */

static void test_server_gets_it_whole(void **state)
{
    CS_AUTO(cs_secret_free) struct cs_secret text = {0};
    CS_AUTO(scene_end) struct scene scene;
    struct cs_mail mail;

    scene_begin(&scene, never);
    mail = mail_for(&scene, *state, "smtp", "plain");
    put(&scene, &mail);
    finish(&scene, 1, 0);
    read_mails(*state, "plain", &text);
    assert_contains(text.data, "MAIL FROM:<countersign@host.example.com>");
    assert_contains(text.data, "RCPT TO:<alice@example.com>\r\n");
    assert_contains(text.data,
                    "Subject: x\r\n\r\n..a dot\r\n...\r\nthe end\r\n.\r\n"); /* RFC 5321 4.5.2 */
    assert_contains(scene.lines.text, "the mail to alice was handed to smtp://localhost:");
}

static void test_tls(void **state)
{
    static const struct {
        const char *scheme, *name;
        bool starttls;
        const char *problem; /* NULL: it is sent */
    } rows[] = {
        {"smtp", "secure", true, NULL},
        {"smtps", "implicit", false, NULL},
        {"smtp", "secure", false, NULL}, /* plainly, since nobody demands more */
        {"smtp", "plain", true, "offers no TLS, which mail_starttls demands"},
        {"smtp", "wrong", true, "certificate is not trusted"},
        {"smtps", "plain", false, "no TLS connection"},
    };

    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        CS_AUTO(cs_secret_free) struct cs_secret text = {0};
        CS_AUTO(scene_end) struct scene scene;
        struct cs_mail mail;

        scene_begin(&scene, soon);
        mail = mail_for(&scene, *state, rows[i].scheme, rows[i].name);
        mail.server.starttls = rows[i].starttls;
        put(&scene, &mail);
        await(&scene, 1);
        finish(&scene, rows[i].problem == NULL, rows[i].problem != NULL);
        if (rows[i].problem != NULL) {
            assert_contains(scene.lines.text, rows[i].problem);
            assert_contains(scene.lines.text, "given up after 1 tries");
            continue;
        }
        read_mails(*state, rows[i].name, &text);
        assert_int_equal(strstr(text.data, "STARTTLS") != NULL, rows[i].starttls);
    }
}

/* Without the authority in hand, as with the system's, nothing of it is trusted. */
static void test_tls_of_an_unknown_authority(void **state)
{
    CS_AUTO(scene_end) struct scene scene;
    struct cs_mail mail;

    scene_begin(&scene, never);
    mail = mail_for(&scene, *state, "smtps", "implicit");
    mail.server.ca_file = NULL;
    put(&scene, &mail);
    finish(&scene, 0, 1);
    assert_contains(scene.lines.text, "certificate is not trusted");
}

/* ---- what goes wrong ---- */

static void test_what_passes_is_tried_again(void **state)
{
    CS_AUTO(scene_end) struct scene scene;
    struct cs_mail mail;

    scene_begin(&scene, soon);
    mail = mail_for(&scene, *state, "smtp", "later");
    put(&scene, &mail);
    await(&scene, 1);
    finish(&scene, 1, 0);
    assert_contains(scene.lines.text, "is tried again in 1 s: smtp://localhost:");
    assert_contains(scene.lines.text, "the server refuses (451 4.3.0 come back later)");
}

static void test_what_does_not_pass_is_given_up(void **state)
{
    CS_AUTO(scene_end) struct scene scene;
    struct cs_mail mail;

    scene_begin(&scene, soon);
    mail = mail_for(&scene, *state, "smtp", "refusing");
    put(&scene, &mail);
    await(&scene, 1);
    finish(&scene, 0, 1);
    assert_contains(scene.lines.text, "given up after 1 tries, and not sent");
    assert_contains(scene.lines.text, "(550 5.1.1 nobody of that name?[31m here)");
}

static void test_it_is_not_tried_for_ever(void **state)
{
    static const char *const names[] = {"other", "cutting", "none"};

    for (size_t i = 0; i < CS_ARRAY_SIZE(names); i++) {
        CS_AUTO(scene_end) struct scene scene;
        struct cs_mail mail;

        scene_begin(&scene, soon);
        mail = mail_for(&scene, *state, "smtp", i < 2 ? names[i] : "plain");
        if (i == 2)
            mail.server.url = "smtp://127.0.0.1:1";
        put(&scene, &mail);
        await(&scene, 1);
        finish(&scene, 0, 1);
        assert_contains(scene.lines.text, "given up after 4 tries");
    }
}

/* ---- nobody waits ---- */

/* Nobody takes the connection, or ever closes it. */
static void test_deaf_server_does_not_hold_up_the_end(void **state)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    CS_AUTO(cs_fd_close) int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    socklen_t size = sizeof address;
    int64_t before = cs_clock_ms();
    struct scene scene;
    struct cs_mail mail;

    assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(fd, 5), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    scene_begin(&scene, never);
    mail = mail_for(&scene, *state, "smtp", "silent");
    (void)snprintf(scene.url, sizeof scene.url, "smtp://localhost:%u", ntohs(address.sin_port));
    for (int i = 0; i < 3; i++)
        put(&scene, &mail);
    cs_mailer_finish(scene.mailer, cs_clock_ms() + SOON_MS / 4);
    scene_end(&scene);
    assert_true(cs_clock_ms() - before < SOON_MS);
}

static void test_silent_server_delays_nobody(void **state)
{
    CS_AUTO(scene_end) struct scene scene;
    int64_t before = cs_clock_ms();
    struct cs_error error = {0};
    struct cs_mail mail;

    scene_begin(&scene, never);
    mail = mail_for(&scene, *state, "smtp", "silent");
    for (int i = 0; i < CS_MAIL_QUEUE_MAX; i++) {
        char to[32];

        (void)snprintf(to, sizeof to, "user%d@example.com", i);
        mail.to = to;
        put(&scene, &mail);
    }
    mail.to = "alice@example.com";
    assert_int_equal(cs_mailer_put(scene.mailer, &mail, &error), CS_ERR_LIMIT);
    assert_contains(error.text, "64 mails are waiting already");
    cs_mailer_finish(scene.mailer, cs_clock_ms() + 10);
    assert_true(cs_clock_ms() - before < SOON_MS);
    assert_contains(scene.lines.text, "no answer in time");
    assert_contains(scene.lines.text, "given up after 0 tries, and not sent: the program ends");
    assert_int_equal(cs_mailer_put(scene.mailer, &mail, &error), CS_ERR_UNAVAILABLE);
}

/* Whoever changes their own factors all the time does not keep mail from others. */
static void test_one_person_does_not_use_up_the_queue(void **state)
{
    CS_AUTO(scene_end) struct scene scene;
    struct cs_error error = {0};
    struct cs_mail mail;
    int queued = 0;

    scene_begin(&scene, never);
    mail = mail_for(&scene, *state, "smtp", "silent");
    while (queued < CS_MAIL_QUEUE_MAX && cs_mailer_put(scene.mailer, &mail, &error) == CS_OK)
        queued++;
    assert_in_range(queued, CS_MAIL_PERSON_MAX, CS_MAIL_PERSON_MAX + 1); /* one is under way */
    assert_contains(error.text, "8 mails to that address are waiting already");
    mail.to = "bob@example.com";
    put(&scene, &mail);
    cs_mailer_finish(scene.mailer, cs_clock_ms() + 10);
}

/* Faster than libcurl can read. */
static void test_flooding_server_does_not_hold_up_the_end(void **state)
{
    static const char *const names[] = {"talking", "endless"};

    for (size_t i = 0; i < CS_ARRAY_SIZE(names); i++) {
        CS_AUTO(scene_end) struct scene scene;
        int64_t before = cs_clock_ms();
        struct cs_mail mail;

        scene_begin(&scene, never);
        mail = mail_for(&scene, *state, "smtp", names[i]);
        put(&scene, &mail);
        cs_mailer_finish(scene.mailer, cs_clock_ms() + SOON_MS / 4);
        assert_true(cs_clock_ms() - before < SOON_MS);
        assert_contains(scene.lines.text, "is given up after 1 tries");
    }
}

static void test_addresses_are_checked(void **state)
{
    CS_AUTO(scene_end) struct scene scene;
    struct cs_error error = {0};
    struct cs_mail mail;

    scene_begin(&scene, never);
    mail = mail_for(&scene, *state, "smtp", "plain");
    mail.to = "alice@example.com>\r\nRCPT TO:<bob@example.com";
    assert_int_equal(cs_mailer_put(scene.mailer, &mail, &error), CS_ERR_INPUT);
    mail.to = "alice@example.com";
    mail.from = "alice";
    assert_int_equal(cs_mailer_put(scene.mailer, &mail, &error), CS_ERR_INPUT);
    mail.from = "alice@example.com";
    mail.server.url = "http://localhost";
    assert_int_equal(cs_mailer_put(scene.mailer, &mail, &error), CS_ERR_CONFIG);
    finish(&scene, 0, 3);
}

/* ---- servers ---- */

static void test_server_settings(void **state)
{
    static const struct {
        const char *url, *domain; /* NULL: not acceptable */
        bool open, open_with_starttls;
    } rows[] = {
        {"smtp://localhost", "localhost", false, false},
        {"smtp://127.0.0.1:2525", "[127.0.0.1]", false, false},
        {"smtp://[::1]", "[IPv6:::1]", false, false},
        {"smtp://mail.example.com", "mail.example.com", true, false},
        {"smtps://mail.example.com:465", "mail.example.com", false, false},
        {"smtp://user:password@mail.example.com", NULL, false, false},
        {"smtp://mail.example.com/path", NULL, false, false},
        {"http://mail.example.com", NULL, false, false},
        {"mail.example.com", NULL, false, false},
        {"smtp://m\xc3\xa4il.example.com", NULL, false, false},
        {"smtp://mail.example.com:99999", NULL, false, false},
        {"", NULL, false, false},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        const struct cs_mail_server plain = {.url = rows[i].url};
        const struct cs_mail_server secure = {.url = rows[i].url, .starttls = true};
        CS_AUTO(cs_string_free) char *domain = cs_mail_server_domain(rows[i].url);
        struct cs_error error = {0};

        assert_int_equal(cs_mail_server_check(rows[i].url, &error),
                         rows[i].domain ? CS_OK : CS_ERR_CONFIG);
        if (rows[i].domain == NULL) {
            assert_null(domain);
            assert_contains(error.text, "expected smtp://HOST[:PORT]");
            continue;
        }
        assert_string_equal(domain, rows[i].domain);
        assert_int_equal(cs_mail_server_is_open(&plain), rows[i].open);
        assert_int_equal(cs_mail_server_is_open(&secure), rows[i].open_with_starttls);
    }
}

static void test_probe_sends_nothing(void **state)
{
    static const struct {
        const char *scheme, *name;
        bool starttls;
        const char *problem;
    } rows[] = {
        {"smtp", "plain", false, NULL},
        {"smtp", "secure", true, NULL},
        {"smtps", "implicit", false, NULL},
        {"smtp", "plain", true, "offers no TLS"},
        {"smtp", "other", false, "check that host and port"},
        {"smtp", "wrong", true, "not trusted"},
    };

    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        struct cs_error error = {0};
        struct scene scene;
        struct cs_mail mail = mail_for(&scene, *state, rows[i].scheme, rows[i].name);

        mail.server.starttls = rows[i].starttls;
        assert_int_equal(cs_mail_probe(&mail.server, &error),
                         rows[i].problem == NULL ? CS_OK : CS_ERR_UNAVAILABLE);
        if (rows[i].problem != NULL)
            assert_contains(error.text, rows[i].problem);
        if (rows[i].problem == NULL) {
            CS_AUTO(cs_secret_free) struct cs_secret text = {0};

            read_mails(*state, rows[i].name, &text);
            assert_null(strstr(text.data, "MAIL"));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_server_gets_it_whole),
        cmocka_unit_test(test_tls),
        cmocka_unit_test(test_tls_of_an_unknown_authority),
        cmocka_unit_test(test_what_passes_is_tried_again),
        cmocka_unit_test(test_what_does_not_pass_is_given_up),
        cmocka_unit_test(test_it_is_not_tried_for_ever),
        cmocka_unit_test(test_silent_server_delays_nobody),
        cmocka_unit_test(test_deaf_server_does_not_hold_up_the_end),
        cmocka_unit_test(test_one_person_does_not_use_up_the_queue),
        cmocka_unit_test(test_flooding_server_does_not_hold_up_the_end),
        cmocka_unit_test(test_addresses_are_checked),
        cmocka_unit_test(test_server_settings),
        cmocka_unit_test(test_probe_sends_nothing),
    };

    return cmocka_run_group_tests_name("mail", tests, set_up, tear_down);
}
