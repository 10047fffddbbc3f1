/* SPDX-License-Identifier: Apache-2.0 */
/* What doctor finds in PAM's files: every folder of tests/doctor/faults/ and tests/doctor/healthy/
 * whose name begins with "pam_" is what one machine has beyond tests/doctor/base/. Its file
 * `expect` has a line for each finding that is not fine: "SEVERITY ID PLACE", in any order. */
#include "tests/unit/folder.h"

#include <dirent.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/file.h"
#include "doctor/doctor.h"
#include "doctor/root.h"

enum { FAULTS_MIN = 40, HEALTHY_MIN = 10 };

static int take_pam(const struct dirent *entry)
{
    return strncmp(entry->d_name, "pam_", 4) == 0;
}

static struct cs_config *read_config(const char *root)
{
    CS_AUTO(cs_secret_free) struct cs_secret content = {0};
    struct cs_config *config = NULL;
    struct cs_error error = {0};

    if (cs_root_read(root, "/etc/countersign/countersign.json", &content, NULL) != CS_OK)
        return NULL;
    if (cs_config_parse("countersign.json", content.data, content.length, &config, &error) != CS_OK)
        fail_msg("%s: %s", root, error.text);
    return config;
}

/* A finding, as `expect` has it. */
static void line_of(const struct cs_finding *item, struct cs_buffer *out)
{
    cs_buffer_printf(out, "%s %s %s", cs_severity_name(item->severity), item->id,
                     item->path ? item->path : "-");
    if (item->line > 0)
        cs_buffer_printf(out, ":%u", item->line);
    cs_buffer_text(out, "\n");
}

/* The findings that are not fine. */
static void find(const char *root, struct cs_buffer *out)
{
    CS_AUTO(cs_config_release) struct cs_config *config = read_config(root);
    const struct cs_doctor doctor = {.root = root, .config = config};
    CS_AUTO(cs_findings_clear) struct cs_findings all = {0};
    struct cs_error error = {0};

    assert_int_equal(cs_doctor_pam(&doctor, &all, &error), CS_OK);
    assert_false(all.failed);
    cs_buffer_text(out, "");
    for (size_t i = 0; i < all.count; i++) {
        const struct cs_finding *item = &all.items[i];

        print_message("    %s %s %s:%u: %s\n", cs_severity_name(item->severity), item->id,
                      item->path ? item->path : "-", item->line, item->reason);
        assert_true(item->severity == CS_FINDING_FINE || item->remedy != NULL);
        if (item->severity != CS_FINDING_FINE)
            line_of(item, out);
    }
}

/* Each line of `wanted` about PAM is a line of `lines`; both end with a newline, or are empty. */
static bool has_all(const char *lines, const char *wanted)
{
    for (; *wanted != '\0'; wanted += strcspn(wanted, "\n") + 1) {
        size_t length = strcspn(wanted, "\n") + 1;
        const char *at = lines;

        if (memmem(wanted, length, " pam-", 5) == NULL)
            continue; /* of another part of doctor */
        while (*at != '\0' && strncmp(at, wanted, length) != 0)
            at += strcspn(at, "\n") + 1;
        if (*at == '\0')
            return false;
    }
    return true;
}

static void run(const char *const words[])
{
    pid_t child;
    int status;

    assert_int_equal(
        posix_spawnp(&child, words[0], NULL, NULL, (char *const *)(uintptr_t)words, environ), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

/* "gone PATH", "mode 0666 PATH"; owners only root can change. */
static bool set_up(const char *root, const char *machine)
{
    char path[PATH_MAX + 300], verb[16], word[256], name[256], line[600];
    FILE *in;

    (void)snprintf(path, sizeof path, "%s/setup", machine);
    in = fopen(path, "re");
    while (in != NULL && fgets(line, sizeof line, in) != NULL) {
        int words = sscanf(line, "%15s %255s %255s", verb, word, name);

        (void)snprintf(path, sizeof path, "%s/%s", root, words == 2 ? word : name);
        if (strcmp(verb, "gone") == 0)
            assert_int_equal(unlink(path), 0);
        else if (strcmp(verb, "mode") == 0)
            assert_int_equal(chmod(path, (mode_t)strtoul(word, NULL, 8)), 0);
        else if (geteuid() != 0 || chown(path, (uid_t)strtoul(word, NULL, 10), (gid_t)-1) != 0)
            return fclose(in) != 0;
    }
    return in == NULL || fclose(in) == 0;
}

static unsigned wrong_ones;

static void look_at(const char *folder, const char *name)
{
    CS_AUTO(cs_secret_free) struct cs_secret expected = {0};
    CS_AUTO(cs_buffer_free) struct cs_buffer found = {0};
    CS_AUTO(cs_fd_close) int fd = -1;
    char path[PATH_MAX], root[64];

    print_message("%s\n", name);
    scratch_folder_make(root, sizeof root);
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    run((const char *const[]){"cp", "-RT", CS_DOCTOR_FOLDERS "/base", root, NULL});
    run((const char *const[]){"cp", "-RT", path, root, NULL});
    run((const char *const[]){"chmod", "-R", "u+rwX,go+rX,go-w", root, NULL});
    if (set_up(root, path)) {
        (void)snprintf(path, sizeof path, "%s/%s/expect", folder, name);
        fd = open(path, O_RDONLY | O_CLOEXEC);
        assert_int_equal(cs_read_all(fd, path, 4096, &expected, NULL), CS_OK);
        find(root, &found);
        if (!has_all(found.text, expected.data) || !has_all(expected.data, found.text)) {
            print_message("    EXPECTED:\n%s", expected.data);
            wrong_ones++;
        }
    }
    scratch_folder_remove(root);
}

static void look_at_all(const char *folder, int least)
{
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, take_pam, alphasort);

    wrong_ones = 0;
    for (int i = 0; i < count; i++) {
        look_at(folder, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    assert_int_equal(wrong_ones, 0);
    assert_true(count >= least);
}

static void test_faults(void **state)
{
    (void)state;
    look_at_all(CS_DOCTOR_FOLDERS "/faults", FAULTS_MIN);
}

static void test_healthy(void **state)
{
    (void)state;
    look_at_all(CS_DOCTOR_FOLDERS "/healthy", HEALTHY_MIN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_faults),
                                       cmocka_unit_test(test_healthy)};

    return cmocka_run_group_tests_name("doctor_pam", tests, NULL, NULL);
}
