/* SPDX-License-Identifier: Apache-2.0 */
/* The identity files that a configuration names: who may have written them, when they are read, and
 * which one a login gets. */
#include "tests/unit/unit.h"

#include "tests/unit/folder.h"

#include "base/file.h"
#include "login/config_priv.h"

struct scene {
    struct cs_config_cache *cache;
    char config[PATH_SIZE], map[PATH_SIZE], other[PATH_SIZE];
};

static int setup(void **state)
{
    struct scene *scene = calloc(1, sizeof *scene);
    char folder[64];

    if (scene == NULL)
        return -1;
    scratch_folder_make(folder, sizeof folder);
    (void)snprintf(scene->config, PATH_SIZE, "%s/c.json", folder);
    (void)snprintf(scene->map, PATH_SIZE, "%s/map", folder);
    (void)snprintf(scene->other, PATH_SIZE, "%s/other", folder);
    scene->cache = cs_config_cache_new();
    *state = scene;
    return scene->cache != NULL ? 0 : -1;
}

static int teardown(void **state)
{
    struct scene *scene = *state;

    *strrchr(scene->config, '/') = '\0';
    scratch_folder_remove(scene->config);
    cs_config_cache_free(&scene->cache);
    free(scene);
    return 0;
}

static void write_text(const char *path, const char *text)
{
    write_file(path, 0640, text, strlen(text));
}

/* A configuration with the map for every service, and another for sudo. */
static void write_config(const struct scene *scene)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};

    cs_buffer_printf(&text,
                     "{\"map_file\": \"%s\", \"services\": {\"sudo\": {\"map_file\": \"%s\"}, "
                     "\"su\": {\"map_file\": \"%s\"}}}",
                     scene->map, scene->other, scene->map);
    write_text(scene->config, text.text);
}

static struct cs_config *load(const struct scene *scene, enum cs_err expected,
                              struct cs_error *error)
{
    CS_AUTO(cs_fd_close) int fd = open(scene->config, O_RDONLY | O_CLOEXEC);
    struct cs_config *config = NULL;
    enum cs_err result = cs_config_load(scene->cache, fd, scene->config, &config, error);

    if (result != expected)
        fail_msg("result %d, expected %d: %s", (int)result, (int)expected, error->text);
    return config;
}

static const char *identity(const struct cs_config *config, const char *service,
                            char out[CS_IDENTITY_SIZE])
{
    static const struct cs_map_account alice = {.name = "alice"};
    const struct cs_strlist none = {0};
    struct cs_options options;

    if (cs_config_line(config, service, &none, &options, NULL, NULL) != CS_OK ||
        cs_map_identity(&options.mapping, &alice, out, NULL, NULL) != CS_OK)
        return NULL;
    return out;
}

static void test_each_service_gets_its_file(void **state)
{
    const struct scene *scene = *state;
    CS_AUTO(cs_config_release) struct cs_config *config = NULL;
    char out[CS_IDENTITY_SIZE];
    struct cs_error error;

    if (geteuid() != 0) /* the files must belong to root */
        skip();
    write_config(scene);
    write_text(scene->map, "alice one\n");
    write_text(scene->other, "alice two\n");
    config = load(scene, CS_OK, &error);
    assert_int_equal(config->extra_file_count, 2); /* each is read once */
    assert_string_equal(identity(config, "sshd", out), "one");
    assert_string_equal(identity(config, "su", out), "one");
    assert_string_equal(identity(config, "sudo", out), "two");
    assert_int_equal(cs_config_check_extra_files(config, &error), CS_OK);
}

/* A service has the format that is nearest to it, whichever file that is about. */
static void test_each_service_gets_its_format(void **state)
{
    const struct scene *scene = *state;
    CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};
    CS_AUTO(cs_config_release) struct cs_config *config = NULL;
    char out[CS_IDENTITY_SIZE];
    struct cs_error error;

    if (geteuid() != 0)
        skip();
    cs_buffer_printf(&text,
                     "{\"map_file\": \"%s\", \"map_format\": \"secsign\", \"services\": {"
                     "\"sudo\": {\"map_file\": \"%s\", \"map_format\": \"countersign\"}, "
                     "\"su\": {\"map_file\": \"%s\"}}}",
                     scene->map, scene->other, scene->other);
    write_text(scene->config, text.text);
    write_text(scene->map, "alice: One\n");
    write_text(scene->other, "alice Two\n");
    config = load(scene, CS_OK, &error);
    assert_int_equal(config->extra_file_count, 3);
    assert_string_equal(identity(config, "sshd", out), "one");
    assert_string_equal(identity(config, "sudo", out), "Two");
    assert_string_equal(identity(config, "su", out), "two");
    cs_config_release(&config);
    write_text(scene->other, "* \n"); /* no line of one of the two formats */
    assert_null(load(scene, CS_ERR_CONFIG, &error));
    assert_contains(error.text, "an account's name expected first");
}

static void test_changed_file_is_read_again_and_only_then(void **state)
{
    const struct scene *scene = *state;
    CS_AUTO(cs_config_release) struct cs_config *first = NULL;
    CS_AUTO(cs_config_release) struct cs_config *same = NULL;
    CS_AUTO(cs_config_release) struct cs_config *changed = NULL;
    char out[CS_IDENTITY_SIZE];
    struct cs_error error;

    if (geteuid() != 0)
        skip();
    write_config(scene);
    write_text(scene->map, "alice one\n");
    write_text(scene->other, "bob two\n");
    first = load(scene, CS_OK, &error);
    same = load(scene, CS_OK, &error);
    assert_ptr_equal(first, same);
    assert_null(identity(first, "sudo", out));
    write_text(scene->other, "alice two\n");
    changed = load(scene, CS_OK, &error);
    assert_ptr_not_equal(first, changed);
    assert_string_equal(identity(changed, "sudo", out), "two");
    assert_null(identity(first, "sudo", out)); /* a login that has begun goes on with the old one */
    write_text(scene->other, "alice two\nbob\n");
    assert_null(load(scene, CS_ERR_CONFIG, &error));
    assert_contains(error.text, "/other:2: no identity follows the account");
    write_text(scene->other, "alice three\n");
    cs_config_release(&changed);
    changed = load(scene, CS_OK, &error);
    assert_string_equal(identity(changed, "sudo", out), "three");
}

static void test_file_that_anybody_else_may_have_written_refused(void **state)
{
    const struct scene *scene = *state;
    struct cs_error error;

    if (geteuid() != 0)
        skip();
    write_config(scene);
    write_text(scene->map, "alice one\n");
    assert_null(load(scene, CS_ERR_CONFIG, &error));
    assert_contains(error.text, "/other: cannot open: No such file");
    assert_int_equal(symlink(scene->map, scene->other), 0);
    assert_null(load(scene, CS_ERR_TRUST, &error));
    assert_contains(error.text, "/other: is a link");
    assert_int_equal(unlink(scene->other), 0);
    write_file(scene->other, 0664, TEXT("alice two\n"));
    assert_null(load(scene, CS_ERR_TRUST, &error));
    assert_contains(error.text, "/other: mode 0664 is too open");
    assert_int_equal(chmod(scene->other, 0644), 0);
    cs_config_release(&(struct cs_config *){load(scene, CS_OK, &error)});
    assert_int_equal(chown(scene->other, 65534, 0), 0);
    assert_null(load(scene, CS_ERR_TRUST, &error));
    assert_contains(error.text, "/other: belongs to uid 65534");
    assert_int_equal(unlink(scene->other), 0);
    assert_int_equal(mkdir(scene->other, 0700), 0);
    assert_null(load(scene, CS_ERR_TRUST, &error));
    assert_contains(error.text, "/other: not a regular file");
    assert_int_equal(rmdir(scene->other), 0);
}

/* Files of /proc have no size beforehand, so this one is found to have grown. */
static void test_file_that_changes_while_it_is_read_refused(void **state)
{
    struct scene scene = *(struct scene *)*state;
    struct cs_error error;

    if (geteuid() != 0)
        skip();
    (void)snprintf(scene.other, PATH_SIZE, "/proc/version");
    write_config(&scene);
    write_text(scene.map, "alice one\n");
    assert_null(load(&scene, CS_ERR_CONFIG, &error));
    assert_contains(error.text, "/proc/version: changed while it was read");
}

/* A caller that is not root has no PAM line of its own, so it would get another identity. */
static void test_not_on_a_pam_line(void **state)
{
    char word[] = "map_file=/etc/map";
    const struct cs_strlist arguments = {(char *[]){word}, 1};
    struct cs_options options;
    struct cs_error error;

    (void)state;
    cs_options_defaults(CS_PROFILE_OWN, &options);
    assert_int_equal(cs_options_from_arguments(&arguments, &options, NULL, &error), CS_ERR_CONFIG);
    assert_contains(error.text, "map_file: belongs in the configuration file");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_each_service_gets_its_file, setup, teardown),
        cmocka_unit_test_setup_teardown(test_each_service_gets_its_format, setup, teardown),
        cmocka_unit_test_setup_teardown(test_changed_file_is_read_again_and_only_then, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_file_that_anybody_else_may_have_written_refused, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_file_that_changes_while_it_is_read_refused, setup,
                                        teardown),
        cmocka_unit_test(test_not_on_a_pam_line),
    };

    return cmocka_run_group_tests_name("config_map", tests, NULL, NULL);
}
