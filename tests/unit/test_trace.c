/* SPDX-License-Identifier: Apache-2.0 */
/* The trace file: what it shows, what it hides, where it may be. */
#include "tests/unit/unit.h"

#include <dirent.h>

#include "base/file.h"
#include "net/redact.h"
#include "net/trace.h"
#include "tests/unit/folder.h"

/* ---- redaction ---- */

static void test_secret_names(void **state)
{
    static const char *const secret[] = {"password",
                                         "Password",
                                         "newPassword",
                                         "client_secret",
                                         "client-secret",
                                         "otp",
                                         "emailOtp",
                                         "totp",
                                         "access_token",
                                         "id_token",
                                         "pushToken",
                                         "Authorization",
                                         "assertion",
                                         "client%5Fsecret",
                                         "clientAssertion",
                                         "privateKey",
                                         "pin",
                                         "user_code",
                                         "code",
                                         "p%61ssword"};
    static const char *const plain[] = {"userName", "id",        "displayName", "mapping",
                                        "status",   "messageId", "encoding",    "filter",
                                        "",         "option"};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(secret); i++)
        assert_true(cs_redact_name(secret[i], strlen(secret[i])));
    for (size_t i = 0; i < CS_ARRAY_SIZE(plain); i++)
        assert_false(cs_redact_name(plain[i], strlen(plain[i])));
}

static void test_bodies(void **state)
{
    static const struct {
        const char *type, *body, *shown;
    } cases[] = {
        {"application/json", "{\"otp\":\"123456\",\"id\":\"a\"}", "{\"otp\":\"***\",\"id\":\"a\"}"},
        {"application/scim+json", "{ \"n\" : [1, true, null, 1.5] }",
         "{\"n\":[1,true,null,\"(number)\"]}"},
        {NULL, "{\"password\":{\"old\":\"a\",\"new\":[12]}}",
         "{\"password\":{\"old\":\"***\",\"new\":[\"***\"]}}"},
        {"application/json", "{\"pass\\u0077ord\":\"hidden\"}", "{\"password\":\"***\"}"},
        {"application/json", "{\"otp\":\"123456\"", "(15 bytes that are not shown)"},
        {"application/json", "\"hidden\"", "(8 bytes that are not shown)"},
        {"text/html", "<b>hidden</b>", "(13 bytes that are not shown)"},
        {"application/x-www-form-urlencoded; charset=UTF-8", "a=b&client_secret=c&otp=&password",
         "a=b&client_secret=***&otp=***&password"},
        {"application/x-www-form-urlencoded", "client%5fsecret=a&x=\x1b[0m",
         "client%5fsecret=***&x=?[0m"},
        {NULL, "", ""},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(cases); i++) {
        CS_AUTO(cs_buffer_free) struct cs_buffer out = {0};

        cs_buffer_text(&out, "");
        cs_redact_body(&out, cases[i].type, cases[i].body, strlen(cases[i].body));
        assert_string_equal(out.text, cases[i].shown);
    }
}

/* ---- the file ---- */

struct place {
    char path[PATH_SIZE];
    struct cs_buffer lines;
    struct cs_log log;
};

static struct cs_trace *open_trace(struct place *place, const struct folder *folder,
                                   struct cs_trace_settings settings)
{
    struct cs_trace *trace;

    (void)snprintf(place->path, sizeof place->path, "%s/trace", folder->path);
    place->log = log_into(&place->lines);
    settings.path = place->path;
    settings.log = &place->log;
    trace = cs_trace_new(&settings);
    assert_non_null(trace);
    return trace;
}

static void add_records(struct cs_trace *trace)
{
    cs_trace_request(trace, "https://host:443", "POST", "/token?otp=1&x=2", true,
                     "application/json", SECRET("{\"password\":\"hunter2\"}"));
    cs_trace_response(trace, "the test", 200, "application/json",
                      SECRET("{\"access_token\":\"hunter2\"}"));
    cs_trace_failure(trace, "no\nanswer");
}

static char *content(const char *path)
{
    CS_AUTO(cs_fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
    CS_AUTO(cs_secret_free) struct cs_secret text = {0};

    assert_true(fd >= 0);
    assert_int_equal(cs_read_all(fd, path, 1 << 20, &text, NULL), CS_OK);
    return strdup(text.data);
}

/* How many lines start with a time stamp. */
static unsigned stamped(const char *text)
{
    unsigned count = 0;

    for (const char *line = text; line != NULL && *line != '\0';) {
        count += line[0] == '2' && line[4] == '-' && line[10] == 'T';
        line = strchr(line, '\n');
        line = line != NULL ? line + 1 : NULL;
    }
    return count;
}

static void test_records(void **state)
{
    struct place place = {0};
    CS_AUTO(cs_trace_free)
    struct cs_trace *trace = open_trace(&place, *state, (struct cs_trace_settings){0});
    CS_AUTO(cs_string_free) char *text = NULL;
    struct stat status;

    add_records(trace);
    add_records(NULL);
    text = content(place.path);
    assert_contains(text, "POST https://host:443/token?otp=***&x=2\nAuthorization: ***\n"
                          "Content-Type: application/json\n{\"password\":\"***\"}\n");
    assert_contains(text, " the test: status 200\n");
    assert_contains(text, "{\"access_token\":\"***\"}\n");
    assert_contains(text, " no?answer\n");
    assert_null(strstr(text, "hunter2"));
    assert_int_equal(stamped(text), 3);
    assert_int_equal(stat(place.path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
    assert_null(place.lines.text);
}

static void test_prefix_all_and_local_time(void **state)
{
    struct place place = {0};
    CS_AUTO(cs_trace_free)
    struct cs_trace *trace = open_trace(
        &place, *state, (struct cs_trace_settings){.prefix_all = true, .local_time = true});
    CS_AUTO(cs_string_free) char *text = NULL;

    add_records(trace);
    text = content(place.path);
    assert_int_equal(stamped(text), 8);
    assert_null(strstr(text, "Z "));
}

static unsigned entries(const struct folder *folder)
{
    DIR *stream = opendir(folder->path);
    unsigned count = 0;

    assert_non_null(stream);
    for (struct dirent *entry = readdir(stream); entry != NULL; entry = readdir(stream))
        count += strncmp(entry->d_name, "trace", 5) == 0;
    closedir(stream);
    return count;
}

static void test_rollover(void **state)
{
    struct place place = {0};
    CS_AUTO(cs_trace_free)
    struct cs_trace *trace =
        open_trace(&place, *state, (struct cs_trace_settings){.rollover = 300});
    struct stat status;

    for (int i = 0; i < 4; i++)
        add_records(trace);
    assert_true(entries(*state) >= 3);
    assert_int_equal(stat(place.path, &status), 0);
    assert_true(status.st_size <= 300);
    assert_null(place.lines.text);
}

/* A link, a second name, a folder that others can write to: one warning, and nothing written. */
static void test_bad_places_warn_once(void **state)
{
    static const char *const kinds[] = {"symbolic", "hard", "folder", "mode"};
    struct folder *folder = *state;

    for (size_t i = 0; i < CS_ARRAY_SIZE(kinds); i++) {
        struct place place = {0};
        CS_AUTO(cs_trace_free)
        struct cs_trace *trace = open_trace(&place, folder, (struct cs_trace_settings){0});
        char victim[PATH_SIZE];
        struct stat status;
        int fd;

        (void)snprintf(victim, sizeof victim, "%s/victim", folder->path);
        fd = open(victim, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        assert_true(fd >= 0);
        close(fd);
        if (i == 0)
            assert_int_equal(symlink(victim, place.path), 0);
        else if (i == 1)
            assert_int_equal(link(victim, place.path), 0);
        else if (i == 2)
            assert_int_equal(chmod(folder->path, 0777), 0);
        else
            assert_int_equal(rename(victim, place.path) | chmod(place.path, 0644), 0);
        add_records(trace);
        assert_contains(place.lines.text, "trace-file: ");
        assert_ptr_equal(strchr(place.lines.text, '\n'), place.lines.text + place.lines.length - 1);
        if (stat(place.path, &status) == 0)
            assert_int_equal(status.st_size, 0);
        (void)unlink(place.path);
        (void)chmod(folder->path, 0700);
        cs_buffer_free(&place.lines);
    }
}

/* chmod and chown would be wrong: others share the folder, or may have the file open. */
static void test_shared_places_are_left_alone(void **state)
{
    static const struct {
        mode_t folder;
        uid_t owner;
        const char *why;
    } rows[] = {{0777, 0, "trace: others can write to its folder"},
                {0775, 0, "trace: others can write to its folder"},
                {01777, 65534, "trace: another user made it"}};
    static const char advice[] = "; name a file in a folder that only root can write, such as "
                                 "/var/lib/countersign; logins continue without it";
    struct folder *folder = *state;

    if (geteuid() != 0)
        skip();
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        struct place place = {0};
        CS_AUTO(cs_trace_free)
        struct cs_trace *trace = open_trace(&place, folder, (struct cs_trace_settings){0});
        int fd = open(place.path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

        assert_true(fd >= 0);
        assert_int_equal(fchown(fd, rows[i].owner, 0) | chmod(folder->path, rows[i].folder), 0);
        close(fd);
        add_records(trace);
        assert_contains(place.lines.text, rows[i].why);
        assert_contains(place.lines.text, advice);
        assert_null(strstr(place.lines.text, "chmod"));
        assert_null(strstr(place.lines.text, "chown"));
        (void)unlink(place.path);
        (void)chmod(folder->path, 0700);
        cs_buffer_free(&place.lines);
    }
}

/* As the broker, which is never root, in a folder of root's. */
static void test_folder_that_cannot_be_written(void **state)
{
    struct folder *folder = *state;
    struct place place = {0};
    CS_AUTO(cs_trace_free)
    struct cs_trace *trace = open_trace(&place, folder, (struct cs_trace_settings){0});

    if (geteuid() != 0)
        skip();
    assert_int_equal(chmod(folder->path, 0755) | seteuid(65533), 0);
    add_records(trace);
    assert_int_equal(seteuid(0), 0);
    assert_contains(place.lines.text,
                    "trace: it cannot be opened for writing; name a file in a folder that only "
                    "uid 65533 can write, such as /var/lib/countersign");
    cs_buffer_free(&place.lines);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_secret_names),
        cmocka_unit_test(test_bodies),
        cmocka_unit_test_setup_teardown(test_records, folder_setup, folder_teardown),
        cmocka_unit_test_setup_teardown(test_prefix_all_and_local_time, folder_setup,
                                        folder_teardown),
        cmocka_unit_test_setup_teardown(test_rollover, folder_setup, folder_teardown),
        cmocka_unit_test_setup_teardown(test_shared_places_are_left_alone, folder_setup,
                                        folder_teardown),
        cmocka_unit_test_setup_teardown(test_folder_that_cannot_be_written, folder_setup,
                                        folder_teardown),
        cmocka_unit_test_setup_teardown(test_bad_places_warn_once, folder_setup, folder_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
