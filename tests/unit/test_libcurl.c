/* SPDX-License-Identifier: Apache-2.0 */
/* Loading libcurl, with a loader that can fail. The tests are in an order: once loaded, it stays.
 */
#include "tests/unit/unit.h"

#include <dlfcn.h>
#include <pthread.h>

#include "base/strlist.h"
#include "net/http.h"
#include "net/libcurl.h"
#include "net/url.h"

static const char *instead; /* what the loader finds; "": nothing, NULL: what it is asked for */
static char asked[256];     /* the name that it was asked for last */

/* In place of the C library's. */
void *dlopen(const char *name, int flags)
{
    static void *(*real)(const char *, int);

    if (real == NULL)
        *(void **)(void *)&real = dlsym(RTLD_NEXT, "dlopen");
    (void)snprintf(asked, sizeof asked, "%s", name != NULL ? name : "");
    return real(instead == NULL      ? name
                : instead[0] != '\0' ? instead
                                     : "libcurl-missing.so.4",
                flags);
}

static void expect_refused(const char *library, const char *text)
{
    const struct cs_http_settings settings = {.base_url = "https://127.0.0.1:1"};
    struct cs_error error = {0};
    struct cs_url url = {0};
    struct cs_http *http = NULL;

    instead = library;
    assert_int_equal(cs_libcurl_load(&error), CS_ERR_UNAVAILABLE);
    assert_non_null(strstr(error.text, text));
    assert_int_equal(cs_http_new(&settings, &http, &error), CS_ERR_UNAVAILABLE);
    assert_null(http);
    assert_int_equal(cs_url_split("https://id.example.com/", &url, &error), CS_ERR_UNAVAILABLE);
    assert_null(url.base);
    /* Nothing is said about the URL, of which nothing is known. */
    assert_int_equal(cs_url_check("https://id.example.com/", "another URL", &error),
                     CS_ERR_UNAVAILABLE);
    assert_non_null(strstr(error.text, text));
}

static void test_missing(void **state)
{
    (void)state;
    expect_refused("", "install the package");
    assert_null(strchr(asked, '/')); /* the loader's own folders, nobody else's */
    assert_memory_equal(asked, "libcurl", strlen("libcurl"));
}

static void test_another_library(void **state)
{
    (void)state;
    expect_refused("libc.so.6", "has no curl_easy_cleanup");
}

static void *load(void *argument)
{
    enum cs_err *result = argument;

    *result = cs_libcurl_load(NULL);
    return NULL;
}

/* After the failures, and by many threads at once. */
static void test_found_later(void **state)
{
    enum cs_err results[16];
    pthread_t threads[CS_ARRAY_SIZE(results)];

    (void)state;
    instead = NULL;
    for (size_t i = 0; i < CS_ARRAY_SIZE(threads); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, load, &results[i]), 0);
    for (size_t i = 0; i < CS_ARRAY_SIZE(threads); i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(results[i], CS_OK);
    }
    assert_int_equal(cs_url_check("https://id.example.com/", "another URL", NULL), CS_OK);
    assert_int_equal(cs_url_check("ftp://id.example.com/", "another URL", NULL), CS_ERR_CONFIG);
}

/* The loader is not asked again. */
static void test_stays(void **state)
{
    (void)state;
    instead = "";
    asked[0] = '\0';
    assert_int_equal(cs_libcurl_load(NULL), CS_OK);
    assert_string_equal(asked, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_missing),
        cmocka_unit_test(test_another_library),
        cmocka_unit_test(test_found_later),
        cmocka_unit_test(test_stays),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
