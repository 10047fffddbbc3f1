/* SPDX-License-Identifier: Apache-2.0 */
/* What doctor finds in PAM's files: every folder of tests/doctor/faults/ whose name begins with
 * "pam-", and of tests/doctor/healthy/, stands for a machine. `expected` has one line for each
 * finding that is not fine: "SEVERITY ID PATH:LINE". */
#include "tests/unit/folder.h"

#include <dirent.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buffer.h"
#include "base/file.h"
#include "doctor/doctor.h"
#include "doctor/root.h"

enum { FAULTS_MIN = 40, HEALTHY_MIN = 10 };

static int take_pam(const struct dirent *entry)
{
    return strncmp(entry->d_name, "pam-", 4) == 0;
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

/* The findings that are not fine, as `expected` has them. */
static void find(const char *root, struct cs_buffer *out)
{
    CS_AUTO(cs_config_release) struct cs_config *config = read_config(root);
    const struct cs_doctor doctor = {.root = root, .config = config};
    struct cs_findings all = {0};
    struct cs_error error = {0};

    assert_int_equal(cs_doctor_pam(&doctor, &all, &error), CS_OK);
    assert_false(all.failed);
    cs_findings_sort(&all);
    for (size_t i = 0; i < all.count; i++) {
        const struct cs_finding *item = &all.items[i];

        print_message("    %s %s %s:%u: %s\n", cs_severity_name(item->severity), item->id,
                      item->path ? item->path : "-", item->line, item->reason);
        assert_true(item->severity == CS_FINDING_FINE || item->remedy != NULL);
        if (item->severity != CS_FINDING_FINE)
            cs_buffer_printf(out, "%s %s %s:%u\n", cs_severity_name(item->severity), item->id,
                             item->path ? item->path : "-", item->line);
    }
    cs_buffer_text(out, "");
    cs_findings_clear(&all);
}

static unsigned wrong_ones;

static void look_at(const char *folder, const char *name)
{
    CS_AUTO(cs_secret_free) struct cs_secret expected = {0};
    CS_AUTO(cs_buffer_free) struct cs_buffer found = {0};
    CS_AUTO(cs_fd_close) int fd = -1;
    char path[PATH_MAX];

    print_message("%s\n", name);
    (void)snprintf(path, sizeof path, "%s/%s/expected", folder, name);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0)
        assert_int_equal(cs_read_all(fd, path, 4096, &expected, NULL), CS_OK);
    (void)snprintf(path, sizeof path, "%s/%s/root", folder, name);
    find(path, &found);
    if (strcmp(found.text ? found.text : "", expected.data ? expected.data : "") == 0)
        return;
    print_message("    EXPECTED:\n%s", expected.data ? expected.data : "    nothing\n");
    wrong_ones++;
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

/* Git keeps no modes. */
static void test_modes(void **state)
{
    static const char text[] = "auth required pam_countersign.so\n";
    static const struct {
        mode_t mode;
        const char *expected;
    } rows[] = {{0644, ""}, {0600, ""}, {0664, ""}, {0666, "wrong pam-mode /etc/pam.d/sshd:0\n"}};
    const struct folder *folder = *state;
    char path[PATH_SIZE];

    assert_int_equal(mkdir(folder_path(state, "etc", path), 0755), 0);
    assert_int_equal(mkdir(folder_path(state, "etc/pam.d", path), 0755), 0);
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        CS_AUTO(cs_buffer_free) struct cs_buffer found = {0};

        write_file(folder_path(state, "etc/pam.d/sshd", path), rows[i].mode, text, sizeof text - 1);
        find(folder->path, &found);
        assert_string_equal(found.text, rows[i].expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_faults),
                                       cmocka_unit_test(test_healthy), IN_FOLDER(test_modes)};

    return cmocka_run_group_tests_name("doctor_pam", tests, NULL, NULL);
}
