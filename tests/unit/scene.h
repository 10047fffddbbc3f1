/* SPDX-License-Identifier: Apache-2.0 */
/* A new scene for each test of a method (support/method_scene.h). */
#ifndef CS_TESTS_UNIT_SCENE_H
#define CS_TESTS_UNIT_SCENE_H

#include "tests/unit/unit.h"

#include "tests/support/method_scene.h"

/* Typed, but not an answer. */
#define JUNK "\b\n\r\177IN"

static struct method_scene *scene;

/* What every scene in a test program contains; each program defines its own. */
void scene_prepare(void);

static inline int scene_setup(void **state)
{
    (void)state;
    scene = method_scene_new();
    if (scene == NULL)
        return -1;
    scene_prepare();
    return 0;
}

static inline int scene_teardown(void **state)
{
    (void)state;
    method_scene_free(scene);
    return 0;
}

#define IN_SCENE(test) cmocka_unit_test_setup_teardown(test, scene_setup, scene_teardown)

/* For the next row of a table. */
static inline void start_over(void)
{
    method_scene_free(scene);
    assert_int_equal(scene_setup(NULL), 0);
}

static inline void assert_ran(const char *name, enum cs_verdict found, enum cs_verdict verdict,
                              const char *calls)
{
    if (found != verdict || strcmp(method_scene_calls(scene), calls) != 0)
        fail_msg("%s: verdict %d (%s) with '%s', expected %d with '%s'", name, (int)found,
                 cs_reason_name(scene->login.result.reason), method_scene_calls(scene),
                 (int)verdict, calls);
}

#endif
