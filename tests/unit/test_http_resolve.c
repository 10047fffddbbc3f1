/* SPDX-License-Identifier: Apache-2.0 */
/* How long addresses are valid, on a clock that the test sets. */
#include "tests/unit/unit.h"

#include <unistd.h>

#include "base/event.h"
#include "net/http_resolve.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_names.h"

enum { MINUTE = 60 * 1000 };

static int64_t now;

static void pass(int64_t ms)
{
    now += ms;
    fake_clock_pass(now);
}

static void wake(void *context)
{
    cs_event_set(*(int *)context);
}

static enum cs_resolved get(struct cs_resolver *resolver, unsigned long *ticket)
{
    CS_AUTO(cs_string_free) char *entry = NULL;
    struct cs_error error = {0};
    enum cs_resolved state = cs_resolver_get(resolver, ticket, &entry, &error);

    if (state == CS_RESOLVED_READY)
        assert_string_equal(entry, "fast.test:443:127.0.0.1");
    if (state == CS_RESOLVED_FAILED)
        assert_contains(error.text, "nowhere.test: ");
    return state;
}

/* A new job's question, as far as it gets without waiting. */
static enum cs_resolved ask(struct cs_resolver *resolver)
{
    unsigned long ticket = 0;

    return get(resolver, &ticket);
}

static void test_addresses_age(void **state)
{
    int event = cs_event_new();
    struct cs_resolver *resolver = cs_resolver_new("fast.test", "443", wake, &event);
    unsigned before = fake_names_count();
    unsigned long ticket = 0;

    (void)state;
    assert_int_equal(get(resolver, &ticket), CS_RESOLVED_WAIT);
    cs_event_take(event);
    assert_int_equal(get(resolver, &ticket), CS_RESOLVED_READY);
    pass(MINUTE / 2);
    assert_int_equal(ask(resolver), CS_RESOLVED_READY);
    assert_int_equal(fake_names_count() - before, 1);
    pass(MINUTE);
    assert_int_equal(ask(resolver), CS_RESOLVED_READY); /* with the old ones */
    cs_event_take(event);
    assert_int_equal(fake_names_count() - before, 2);
    pass(11 * MINUTE);
    assert_int_equal(ask(resolver), CS_RESOLVED_WAIT);
    cs_event_take(event);
    assert_int_equal(ask(resolver), CS_RESOLVED_READY);
    cs_resolver_doubt(resolver); /* too young for that */
    assert_int_equal(ask(resolver), CS_RESOLVED_READY);
    pass(MINUTE / 2);
    cs_resolver_doubt(resolver);
    assert_int_equal(ask(resolver), CS_RESOLVED_WAIT);
    cs_event_take(event);
    cs_resolver_free(&resolver);
    close(event);
}

/* A failure goes to those who waited for it; a later request asks again. */
static void test_failure_is_not_kept(void **state)
{
    int event = cs_event_new();
    struct cs_resolver *resolver = cs_resolver_new("nowhere.test", "443", wake, &event);
    unsigned long tickets[2] = {0};

    (void)state;
    assert_int_equal(get(resolver, &tickets[0]), CS_RESOLVED_WAIT);
    cs_event_take(event);
    assert_int_equal(get(resolver, &tickets[1]), CS_RESOLVED_WAIT);
    cs_event_take(event);
    assert_int_equal(get(resolver, &tickets[0]), CS_RESOLVED_FAILED);
    assert_int_equal(get(resolver, &tickets[1]), CS_RESOLVED_FAILED);
    cs_resolver_free(&resolver);
    close(event);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_addresses_age),
        cmocka_unit_test(test_failure_is_not_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
