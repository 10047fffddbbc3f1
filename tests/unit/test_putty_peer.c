/* SPDX-License-Identifier: Apache-2.0 */
/* Messages of PuTTY's plugin protocol through pipes, and the person behind PuTTY. */
#include "tests/unit/unit.h"

#include <unistd.h>

#include "touch/putty_peer.h"

/* Both ends of PuTTY: what it says is written before it is read. */
struct scene {
    int to_us[2], to_putty[2];
    struct cs_putty_peer peer;
};

static int setup(void **state)
{
    struct scene *scene = calloc(1, sizeof *scene);

    if (scene == NULL || pipe(scene->to_us) != 0 || pipe(scene->to_putty) != 0)
        return -1;
    cs_putty_peer_init(&scene->peer, scene->to_us[0], scene->to_putty[1]);
    *state = scene;
    return 0;
}

static int teardown(void **state)
{
    struct scene *scene = *state;

    cs_putty_peer_clear(&scene->peer);
    for (int i = 0; i < 2; i++) {
        if (scene->to_us[i] >= 0)
            (void)close(scene->to_us[i]);
        (void)close(scene->to_putty[i]);
    }
    free(scene);
    return 0;
}

static void putty_says(struct scene *scene, const char *data, size_t length)
{
    assert_int_equal(write(scene->to_us[1], data, length), length);
}

static void putty_ends(struct scene *scene)
{
    assert_int_equal(close(scene->to_us[1]), 0);
    scene->to_us[1] = -1;
}

static void assert_putty_got(struct scene *scene, const char *data, size_t length)
{
    char got[512];

    assert_true(length <= sizeof got);
    assert_int_equal(read(scene->to_putty[0], got, sizeof got), length);
    assert_memory_equal(got, data, length);
}

static enum cs_err ask(struct scene *scene, struct cs_secret *ret_secret, struct cs_error *error)
{
    struct cs_touch_person *person = &scene->peer.person;

    return person->ops->ask_secret(person, "PIN\x1b: ", ret_secret, error);
}

static void a_secret_is_asked_without_echo(void **state)
{
    struct scene *scene = *state;
    CS_AUTO(cs_secret_free) struct cs_secret secret = {0};

    putty_says(scene, TEXT("\0\0\0\x12\x17\0\0\0\2\0\0\0\4"
                           "1\0"
                           "34\0\0\0\1x"));
    assert_int_equal(ask(scene, &secret, NULL), CS_OK);
    assert_holds(&secret, TEXT("1\0"
                               "34"));
    /* Two prompts: PuTTY itself answers a single one with the password that it was given. */
    assert_putty_got(scene, TEXT("\0\0\0\x33\x16\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\2\0\0\0\6PIN?: \0"
                                 "\0\0\0\x12Then press Enter: \1"));
    assert_null(scene->peer.fields.text); /* no copy is left */
    assert_false(scene->peer.over);
}

static void an_empty_secret(void **state)
{
    struct scene *scene = *state;
    CS_AUTO(cs_secret_free) struct cs_secret secret = {0};

    putty_says(scene, TEXT("\0\0\0\x0d\x17\0\0\0\2\0\0\0\0\0\0\0\0"));
    assert_int_equal(ask(scene, &secret, NULL), CS_OK);
    assert_holds(&secret, "", 0);
}

static void no_answer_is_no_secret(void **state)
{
    static const struct {
        const char *said;
        size_t length;
        enum cs_err result;
        const char *why;
    } rows[] = {
        {TEXT("\0\0\0\5\x17\0\0\0\0"), CS_ERR_PROTOCOL, "0 answers"},
        {TEXT("\0\0\0\x9\x17\0\0\0\1\0\0\0\0"), CS_ERR_PROTOCOL, "1 answers"},
        {TEXT("\0\0\0\x0a\x17\0\0\0\2\0\0\0\2x"), CS_ERR_PROTOCOL, "cut short"},
        {TEXT("\0\0\0\x9\x17\0\0\0\2\0\0\0\0"), CS_ERR_PROTOCOL, "cut short"},
        {TEXT("\0\0\0\x0e\x17\0\0\0\2\0\0\0\0\0\0\0\0x"), CS_ERR_PROTOCOL, "longer"},
        {TEXT("\0\0\0\1\6"), CS_ERR_PROTOCOL, "type 6 out of turn"},
        {TEXT("\0\0\0"), CS_ERR_PROTOCOL, "ends before"},
        {TEXT(""), CS_ERR_HANGUP, "has ended"},
    };

    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        CS_AUTO(cs_secret_free) struct cs_secret secret = {0};
        struct cs_error error = {0};
        struct scene *scene;

        assert_int_equal(teardown(state), 0);
        assert_int_equal(setup(state), 0);
        scene = *state;
        putty_says(scene, rows[i].said, rows[i].length);
        putty_ends(scene);
        assert_int_equal(ask(scene, &secret, &error), rows[i].result);
        assert_contains(error.text, rows[i].why);
        assert_null(secret.data);
        assert_true(scene->peer.over);
    }
}

static void a_notice_has_lines_and_no_prompt(void **state)
{
    struct scene *scene = *state;
    struct cs_touch_person *person = &scene->peer.person;

    putty_says(scene, TEXT("\0\0\0\5\x17\0\0\0\0"));
    assert_int_equal(person->ops->tell(person, "One\r\nTwo\xe2\x80\xae", NULL), CS_OK);
    person->ops->told(person);
    assert_putty_got(scene, TEXT("\0\0\0\x1a\x16\0\0\0\0\0\0\0\x9One?\nTwo?\0\0\0\0\0\0\0\0"));
}

static void interruptions_are_noticed(void **state)
{
    struct scene *scene = *state;

    assert_int_equal(scene->peer.person.reader, scene->to_us[0]);
    assert_false(cs_putty_interrupts(&scene->peer));
    putty_says(scene, "", 1);
    assert_true(cs_putty_interrupts(&scene->peer));
    assert_int_equal(read(scene->to_us[0], (char[1]){0}, 1), 1);
    putty_ends(scene);
    assert_true(cs_putty_interrupts(&scene->peer));
}

static void messages_follow_each_other(void **state)
{
    struct scene *scene = *state;
    struct cs_error error = {0};

    putty_says(scene, TEXT("\0\0\0\1\6\0\0\0\4\x63"
                           "abc\0\0\0\2\7x"));
    assert_int_equal(cs_putty_receive(&scene->peer, &error), CS_OK);
    assert_int_equal(scene->peer.type, CS_PUTTY_AUTH_SUCCESS);
    assert_int_equal(scene->peer.fields.length, 0);
    assert_int_equal(cs_putty_receive(&scene->peer, &error), CS_OK);
    assert_int_equal(scene->peer.type, 99);
    assert_string_equal(scene->peer.fields.text, "abc");
    assert_int_equal(cs_putty_expect(&scene->peer, CS_PUTTY_AUTH_FAILURE, &error), CS_OK);
    assert_string_equal(scene->peer.fields.text, "x");
    putty_ends(scene);
    assert_int_equal(cs_putty_receive(&scene->peer, &error), CS_ERR_HANGUP);
}

#define IN_SCENE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SCENE(a_secret_is_asked_without_echo), IN_SCENE(an_empty_secret),
        IN_SCENE(no_answer_is_no_secret),         IN_SCENE(a_notice_has_lines_and_no_prompt),
        IN_SCENE(interruptions_are_noticed),      IN_SCENE(messages_follow_each_other),
    };

    return cmocka_run_group_tests_name("putty_peer", tests, NULL, NULL);
}
