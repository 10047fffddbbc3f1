/* SPDX-License-Identifier: Apache-2.0 */
/* A directory for each test, over the services of the test's own `world`. */
#ifndef CS_TESTS_UNIT_DIRECTORY_H
#define CS_TESTS_UNIT_DIRECTORY_H

#include "tests/unit/unit.h"

#include "login/directory.h"
#include "tests/support/fake_services.h"

static const struct fake_services world;
static struct cs_directory *directory;

static inline int set_up(void **state)
{
    (void)state;
    directory = cs_directory_new();
    fake_services_set(&world);
    return directory == NULL;
}

static inline int tear_down(void **state)
{
    (void)state;
    fake_services_release();
    cs_directory_free(&directory);
    return 0;
}

#endif
